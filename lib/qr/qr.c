/* SPDX-License-Identifier: MIT */
#include "qr/qr.h"

#include <errno.h>
#include <qrencode.h>
#include <string.h>

/* Palette entries that no theme of a terminal's changes, and back. */
#define QR_BLACK_ON_WHITE "\033[38;5;16;48;5;231m"
#define QR_PLAIN "\033[0m"
/* Within these: white on black, and back. */
#define QR_DARK "\033[7m"
#define QR_LIGHT "\033[27m"

void
qr_code_wipe(struct qr_code *c)
{
	explicit_bzero(c, sizeof(*c));
}

void
qr_wipe(struct qr_picture *p)
{
	explicit_bzero(p, sizeof(*p));
}

_Static_assert(QR_MODULES_MAX == 17 + 4 * QR_VERSION_MAX, "ISO 18004, 5.3");

static void
qr_take(const QRcode *code, struct qr_code *out)
{
	unsigned width = (unsigned)code->width;

	out->width = width;
	for (unsigned i = 0; i < width * width; i++)
		out->dark[i] = (code->data[i] & 1) != 0;
}

enum status
qr_encode(const char *text, struct qr_code *out, struct fault *f)
{
	bool fits;
	QRcode *code =
		QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);

	if (code == NULL && errno == EINVAL)
		return fault(f, STATUS_INVALID,
			     "that has no QR code: it is empty");
	if (code == NULL && errno != ERANGE)
		return fault_errno(f, errno, "cannot make a QR code");
	fits = code != NULL && code->version <= QR_VERSION_MAX;
	if (fits)
		qr_take(code, out);
	if (code != NULL) {
		explicit_bzero(code->data,
			       (size_t)(code->width * code->width));
		QRcode_free(code);
	}
	if (!fits)
		return fault(f, STATUS_INVALID,
			     "that is too long for a QR code");
	return STATUS_OK;
}

/* The rows of modules that are left out at either end; even, so that half
 * blocks pair the same ones. */
static unsigned
qr_skip(const struct qr_style *style)
{
	return style->low ? QR_QUIET / 2 : 0;
}

/* Outside of the code everything is light. */
static bool
qr_is_dark(const struct qr_code *code, unsigned x, unsigned y)
{
	if (x < QR_QUIET || y < QR_QUIET || x - QR_QUIET >= code->width ||
	    y - QR_QUIET >= code->width)
		return false;
	return code->dark[(y - QR_QUIET) * code->width + x - QR_QUIET];
}

static void
qr_put(struct qr_picture *p, const char *s)
{
	size_t len = strlen(s);

	memcpy(p->text + p->len, s, len);
	p->len += len;
}

/* Of a row of modules, or of two with half blocks. */
static void
qr_row_end(const struct qr_style *style, struct qr_picture *p)
{
	qr_put(p, style->colour ? QR_PLAIN "\n" : "\n");
	p->rows++;
}

static void
qr_blocks(const struct qr_code *code, const struct qr_style *style,
	  unsigned side, struct qr_picture *p)
{
	static const char *const half[2][2] = {
		{ " ", "\u2584" },
		{ "\u2580", "\u2588" },
	};
	/* Is it what is dark that is drawn? */
	bool ink = style->invert || style->colour;

	for (unsigned y = qr_skip(style); y < side - qr_skip(style); y += 2) {
		if (style->colour)
			qr_put(p, QR_BLACK_ON_WHITE);
		for (unsigned x = 0; x < side; x++)
			qr_put(p, half[qr_is_dark(code, x, y) == ink]
				      [qr_is_dark(code, x, y + 1) == ink]);
		qr_row_end(style, p);
	}
	p->columns = side;
}

static void
qr_ascii(const struct qr_code *code, const struct qr_style *style,
	 unsigned side, struct qr_picture *p)
{
	for (unsigned y = qr_skip(style); y < side - qr_skip(style); y++) {
		for (unsigned x = 0; x < side; x++)
			qr_put(p, qr_is_dark(code, x, y) == style->invert
					  ? "##"
					  : "  ");
		qr_row_end(style, p);
	}
	p->columns = 2 * side;
}

/* With colours no letter has to look like a module: all are blanks. */
static void
qr_blanks(const struct qr_code *code, const struct qr_style *style,
	  unsigned side, struct qr_picture *p)
{
	for (unsigned y = qr_skip(style); y < side - qr_skip(style); y++) {
		bool dark = false;

		qr_put(p, QR_BLACK_ON_WHITE);
		for (unsigned x = 0; x < side; x++) {
			if (qr_is_dark(code, x, y) != dark) {
				dark = !dark;
				qr_put(p, dark ? QR_DARK : QR_LIGHT);
			}
			qr_put(p, "  ");
		}
		qr_row_end(style, p);
	}
	p->columns = 2 * side;
}

/* Half blocks are 3 bytes for two modules.  Blanks: 2 bytes a module, and at
 * worst each other one begins a dark run; what a line begins and ends with,
 * its newline and the last NUL are less than 32. */
#define QR_SIDE_MAX (QR_MODULES_MAX + 2 * QR_QUIET)
_Static_assert(QR_SIDE_MAX *(2 * QR_SIDE_MAX +
			     QR_MODULES_MAX / 2 *
				     (sizeof(QR_DARK) + sizeof(QR_LIGHT)) +
			     32) <= QR_SIZE,
	       "the largest code in coloured blanks");
_Static_assert((QR_SIDE_MAX + 1) / 2 * (3 * QR_SIDE_MAX + 32) <= QR_SIZE,
	       "the largest code in half blocks");

enum status
qr_draw(const struct qr_code *code, const struct qr_style *style,
	struct qr_picture *out, struct fault *f)
{
	unsigned side = code->width + 2 * QR_QUIET;

	if (code->width == 0 || code->width > QR_MODULES_MAX)
		return fault(f, STATUS_INVALID, "there is no QR code to draw");
	out->len = out->rows = 0;
	if (style->glyphs == QR_BLOCKS)
		qr_blocks(code, style, side, out);
	else if (style->colour)
		qr_blanks(code, style, side, out);
	else
		qr_ascii(code, style, side, out);
	out->text[out->len] = '\0';
	return STATUS_OK;
}
