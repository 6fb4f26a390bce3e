/* SPDX-License-Identifier: MIT */
#include "qr/qr.h"

#include "test.h"

#define SIDE_MAX (QR_MODULES_MAX + 2 * QR_QUIET)
#define URI                                                                   \
	"otpauth://totp/host.example:ann%40host.example"                      \
	"?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=host.example"

/* What a picture shows: ink or not, in modules. */
struct seen {
	unsigned columns, rows;
	bool ink[SIDE_MAX + 1][SIDE_MAX];
	bool odd; /* something that is no glyph, or a line of another width */
};

static struct qr_code code;
static struct qr_picture picture;
static char whole[QR_SIZE];
static struct seen seen, other;

static bool
take(const char **p, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*p, word, len) != 0)
		return false;
	*p += len;
	return true;
}

static void
see_block(struct seen *s, const char **p, unsigned x)
{
	bool upper = take(p, "\u2580");
	bool lower = !upper && take(p, "\u2584");
	bool both = !upper && !lower && take(p, "\u2588");

	if (!upper && !lower && !both && !take(p, " "))
		s->odd = true;
	s->ink[s->rows][x] = upper || both;
	s->ink[s->rows + 1][x] = lower || both;
}

static void
see_ascii(struct seen *s, const char **p, unsigned x)
{
	bool ink = take(p, "##");

	if (!ink && !take(p, "  "))
		s->odd = true;
	s->ink[s->rows][x] = ink;
}

/* Read a picture without colours back. */
static void
see(enum qr_glyphs glyphs, struct seen *s)
{
	const char *p = picture.text;

	*s = (struct seen){ .columns = 0 };
	while (*p != '\0' && !s->odd) {
		unsigned x = 0;

		while (*p != '\n' && !s->odd) {
			if (x == SIDE_MAX || s->rows >= SIDE_MAX) {
				s->odd = true;
				return;
			}
			if (glyphs == QR_BLOCKS)
				see_block(s, &p, x++);
			else
				see_ascii(s, &p, x++);
		}
		if (s->columns == 0)
			s->columns = x;
		s->odd = s->odd || x != s->columns;
		s->rows += glyphs == QR_BLOCKS ? 2 : 1;
		p++;
	}
}

static void
draw(enum qr_glyphs glyphs, bool invert, bool colour)
{
	struct qr_style style = { .glyphs = glyphs,
				  .invert = invert,
				  .colour = colour };
	struct fault f;

	CHECK_OK(qr_draw(&code, &style, &picture, &f), &f);
	CHECK_EQ(picture.len, strlen(picture.text));
}

/* The 7x7 of ISO/IEC 18004, 6.3.3, with its light border. */
static bool
finder_at(unsigned left, unsigned top)
{
	for (int y = -1; y <= 7; y++)
		for (int x = -1; x <= 7; x++) {
			int fromx = x < 3 ? 3 - x : x - 3;
			int fromy = y < 3 ? 3 - y : y - 3;
			int from = fromx > fromy ? fromx : fromy;
			int atx = (int)left + x, aty = (int)top + y;
			unsigned at =
				(unsigned)aty * code.width + (unsigned)atx;

			if (atx < 0 || aty < 0 || atx >= (int)code.width ||
			    aty >= (int)code.width)
				continue;
			if (code.dark[at] != (from <= 1 || from == 3))
				return false;
		}
	return true;
}

static void
test_encode(void)
{
	static char text[600];
	struct fault f;
	bool timing = true;

	CHECK_OK(qr_encode("a", &code, &f), &f);
	CHECK_EQ(code.width, 21);
	CHECK_OK(qr_encode(URI, &code, &f), &f);
	CHECK_EQ(code.width, 37);
	CHECK(finder_at(0, 0));
	CHECK(finder_at(code.width - 7, 0));
	CHECK(finder_at(0, code.width - 7));
	CHECK(!finder_at(code.width - 7, code.width - 7));
	for (unsigned x = 8; x < code.width - 8; x++)
		if (code.dark[6 * code.width + x] != (x % 2 == 0) ||
		    code.dark[x * code.width + 6] != (x % 2 == 0))
			timing = false;
	CHECK(timing);

	CHECK(qr_encode("", &code, &f) == STATUS_INVALID);
	CHECK_EQ(code.width, 37); /* untouched */
	memset(text, 'x', 520);
	CHECK_OK(qr_encode(text, &code, &f), &f);
	CHECK_EQ(code.width, QR_MODULES_MAX);
	memset(text, 'x', 524);
	CHECK(qr_encode(text, &code, &f) == STATUS_INVALID);
	CHECK_EQ(code.width, QR_MODULES_MAX);
}

static void
test_too_long(void)
{
	static char text[5000];
	struct fault f;

	memset(text, 'x', sizeof(text) - 1);
	CHECK(qr_encode(text, &code, &f) == STATUS_INVALID);
	CHECK(f.text[0] != '\0');
}

/* Does what is drawn say the code, quiet zone and all? */
static bool
says(const struct seen *s, bool invert)
{
	for (unsigned y = 0; y < s->rows; y++)
		for (unsigned x = 0; x < s->columns; x++) {
			unsigned cx = x - QR_QUIET, cy = y - QR_QUIET;
			bool dark = x >= QR_QUIET && y >= QR_QUIET &&
				    cx < code.width && cy < code.width &&
				    code.dark[cy * code.width + cx];

			if (s->ink[y][x] != (dark == invert))
				return false;
		}
	return true;
}

static void
test_blocks(const char *text, unsigned columns, unsigned rows)
{
	struct fault f;

	CHECK_OK(qr_encode(text, &code, &f), &f);
	draw(QR_BLOCKS, false, false);
	CHECK_EQ(picture.columns, columns);
	CHECK_EQ(picture.rows, rows);
	see(QR_BLOCKS, &seen);
	CHECK(!seen.odd);
	CHECK_EQ(seen.columns, columns);
	/* A side is odd: the last half line is outside, and light. */
	CHECK_EQ(seen.rows, columns + 1);
	CHECK_EQ(rows, (columns + 1) / 2);
	CHECK(says(&seen, false));
	draw(QR_BLOCKS, true, false);
	see(QR_BLOCKS, &other);
	CHECK(!other.odd && says(&other, true));
	CHECK_EQ(other.rows, seen.rows);
}

static void
test_ascii(void)
{
	struct fault f;

	CHECK_OK(qr_encode(URI, &code, &f), &f);
	draw(QR_ASCII, false, false);
	CHECK_EQ(picture.columns, 90);
	CHECK_EQ(picture.rows, 45);
	see(QR_ASCII, &seen);
	CHECK(!seen.odd && seen.columns == 45 && seen.rows == 45);
	CHECK(says(&seen, false));
	draw(QR_ASCII, true, false);
	see(QR_ASCII, &other);
	CHECK(!other.odd && says(&other, true));
}

/* What is left out is light, as much as two modules at either end, and the
 * rest is the same. */
static void
test_low(void)
{
	static const enum qr_glyphs kinds[] = { QR_BLOCKS, QR_ASCII };
	struct fault f;

	for (int i = 0; i < 4; i++) {
		struct qr_style style = { .glyphs = kinds[i % 2],
					  .colour = i >= 2 };
		size_t skip = 0, len;
		unsigned rows;

		CHECK_OK(qr_encode(URI, &code, &f), &f);
		CHECK_OK(qr_draw(&code, &style, &picture, &f), &f);
		rows = picture.rows;
		memcpy(whole, picture.text, sizeof(whole));
		for (int lines = 0;
		     lines < (style.glyphs == QR_BLOCKS ? 1 : 2); lines++)
			skip += strcspn(whole + skip, "\n") + 1;
		style.low = true;
		CHECK_OK(qr_draw(&code, &style, &picture, &f), &f);
		CHECK_EQ(picture.rows,
			 rows - (style.glyphs == QR_BLOCKS ? 2 : 4));
		len = picture.len;
		CHECK_EQ(len, strlen(picture.text));
		CHECK(memcmp(whole + skip, picture.text, len) == 0);
	}
}

/* Without escape codes nothing can turn up but glyphs. */
static void
test_plain(void)
{
	for (int i = 0; i < 4; i++) {
		draw(i < 2 ? QR_BLOCKS : QR_ASCII, i % 2 == 0, false);
		CHECK(strchr(picture.text, '\033') == NULL);
	}
}

/* Every line says its colours itself and takes them back. */
static bool
coloured(void)
{
	const char *p = picture.text;
	unsigned rows = 0;

	while (*p != '\0') {
		const char *end = strchr(p, '\n');

		if (end == NULL || end - p < 8 ||
		    !take(&p, "\033[38;5;16;48;5;231m") ||
		    strncmp(end - 4, "\033[0m", 4) != 0)
			return false;
		p = end + 1;
		rows++;
	}
	return rows == picture.rows;
}

static void
test_colour(void)
{
	static char first[QR_SIZE];
	struct fault f;

	CHECK_OK(qr_encode(URI, &code, &f), &f);
	for (int i = 0; i < 2; i++) {
		enum qr_glyphs glyphs = i == 0 ? QR_BLOCKS : QR_ASCII;

		draw(glyphs, false, true);
		CHECK(coloured());
		CHECK_EQ(picture.columns, i == 0 ? 45 : 90);
		CHECK_EQ(picture.rows, i == 0 ? 23 : 45);
		CHECK(strchr(picture.text, '#') == NULL);
		memcpy(first, picture.text, sizeof(first));
		draw(glyphs, true, true);
		CHECK_STR(picture.text, first);
	}
}

/* Every second module dark: the most bytes that any code can need. */
static void
test_largest(void)
{
	code.width = QR_MODULES_MAX;
	for (unsigned i = 0; i < QR_MODULES_MAX * QR_MODULES_MAX; i++)
		code.dark[i] = i % 2 == 0;
	for (int i = 0; i < 4; i++) {
		draw(i < 2 ? QR_BLOCKS : QR_ASCII, false, i % 2 == 0);
		CHECK(picture.len < sizeof(picture.text));
	}
}

static void
test_wiped(void)
{
	static const struct qr_code blank_code;
	static const struct qr_picture blank_picture;
	struct qr_style style = { .glyphs = QR_BLOCKS };
	struct fault f;

	qr_code_wipe(&code);
	qr_wipe(&picture);
	CHECK(memcmp(&code, &blank_code, sizeof(code)) == 0);
	CHECK(memcmp(&picture, &blank_picture, sizeof(picture)) == 0);
	CHECK(qr_draw(&code, &style, &picture, &f) == STATUS_INVALID);
	code.width = QR_MODULES_MAX + 4;
	CHECK(qr_draw(&code, &style, &picture, &f) == STATUS_INVALID);
}

int
main(void)
{
	test_encode();
	test_too_long();
	test_blocks(URI, 45, 23);
	test_blocks("a", 29, 15);
	test_ascii();
	test_low();
	test_plain();
	test_colour();
	test_largest();
	test_wiped();
	return test_done();
}
