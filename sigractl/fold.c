/* SPDX-License-Identifier: MIT */
#include "sigractl/fold.h"

#include <libsmartcols.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

#define FOLD_SIZE 8192
#define FOLD_COLUMNS_MAX 8
#define FOLD_LEAST 8	   /* letters of a column that is folded */
#define FOLD_CUT_LEAST 15  /* ... that is cut, and stays: an address */
#define FOLD_FREE_LEAST 20 /* ... that is cut: less says nothing */

/* What a table is wide, a column. */
struct fold {
	struct out_table *t;
	size_t cell[FOLD_COLUMNS_MAX];	/* the longest cell, or the heading */
	size_t word[FOLD_COLUMNS_MAX];	/* likewise, of its words */
	size_t piece[FOLD_COLUMNS_MAX]; /* ... of words cut at commas */
	size_t width[FOLD_COLUMNS_MAX];
};

static bool
fold_is(const struct fold *fold, size_t column)
{
	return fold->t->columns[column].kind == OUT_FOLD;
}

/* Bytes of the first character. */
static size_t
fold_step(const char *s)
{
	size_t n = 1;

	while (s[n] != '\0' && ((unsigned char)s[n] & 0xc0) == 0x80)
		n++;
	return n;
}

static size_t
fold_letters(const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i += fold_step(s + i))
		n++;
	return n;
}

/* How many bytes of a word of LEN bytes go onto a line of WIDTH letters: up to
 * a comma, or else to a sign that names are made with. */
static size_t
fold_piece(const char *word, size_t len, size_t width)
{
	size_t at = 0, comma = 0, sign = 0;

	for (size_t n = 0; n < width && at < len; n++) {
		at += fold_step(word + at);
		if (word[at - 1] == ',')
			comma = at;
		else if (strchr("._:-", word[at - 1]) != NULL)
			sign = at;
	}
	if (at == len)
		return at;
	if (comma > 0)
		return comma;
	return sign > 0 ? sign : at;
}

bool
fold_words(const char *words, size_t width, char *out, size_t size)
{
	size_t used = 0; /* letters of this line */
	struct buf b;

	buf_start(&b, out, size);
	while (*words != '\0') {
		size_t len = strcspn(words, " ");
		size_t letters = fold_letters(words, len);

		if (used > 0 && used + 1 + letters <= width) {
			buf_text(&b, " ");
			used++;
		} else if (used > 0) {
			buf_text(&b, "\n");
			used = 0;
		}
		while (len > 0) {
			size_t n = fold_piece(words, len, width - used);

			buf_printf(&b, "%.*s", (int)n, words);
			used += fold_letters(words, n);
			words += n;
			if ((len -= n) > 0) {
				buf_text(&b, "\n");
				used = 0;
			}
		}
		words += strspn(words, " ");
	}
	return !b.full;
}

/* The longest of what stands between any of SEPARATORS; a comma counts with
 * what it ends. */
static size_t
fold_longest(const char *words, const char *separators)
{
	size_t longest = 0;

	while (*words != '\0') {
		size_t len = strcspn(words, separators), letters;

		len += words[len] == ',';
		letters = fold_letters(words, len);
		if (letters > longest)
			longest = letters;
		words += len;
		words += strspn(words, " ");
	}
	return longest;
}

/* Call EACH of the table's lines. */
static void
fold_lines(struct fold *fold,
	   void (*each)(struct fold *fold, struct libscols_line *line))
{
	struct libscols_iter *i = scols_new_iter(SCOLS_ITER_FORWARD);
	struct libscols_line *line;

	if (i == NULL) {
		fold->t->broken = true;
		return;
	}
	while (scols_table_next_line(fold->t->t, i, &line) == 0)
		each(fold, line);
	scols_free_iter(i);
}

static const char *
fold_cell(struct libscols_line *line, size_t column)
{
	const char *s = scols_cell_get_data(scols_line_get_cell(line, column));

	return s == NULL ? "" : s;
}

static void
fold_measure(struct fold *fold, struct libscols_line *line)
{
	for (size_t i = 0; i < fold->t->n; i++) {
		const char *s = fold_cell(line, i);
		size_t cell = fold_letters(s, strlen(s));
		size_t word = fold_longest(s, " ");
		size_t piece = fold_longest(s, " ,");

		if (cell > fold->cell[i])
			fold->cell[i] = cell;
		if (word > fold->word[i])
			fold->word[i] = word;
		if (piece > fold->piece[i])
			fold->piece[i] = piece;
	}
}

static void
fold_line(struct fold *fold, struct libscols_line *line)
{
	char text[FOLD_SIZE];

	for (size_t i = 0; i < fold->t->n; i++)
		if (fold_is(fold, i) &&
		    fold_words(fold_cell(line, i), fold->width[i], text,
			       sizeof(text)) &&
		    scols_line_set_data(line, i, text) != 0)
			fold->t->broken = true;
}

static size_t
fold_least(size_t x, size_t y)
{
	return x < y ? x : y;
}

/* Too narrow even so: short pieces stay whole, the others share the rest. */
static void
fold_break(struct fold *fold, size_t left, size_t columns)
{
	bool whole[FOLD_COLUMNS_MAX] = { false }, again = true;
	size_t share = 0;

	while (again && columns > 0) {
		again = false;
		share = left / columns;
		for (size_t i = 0; i < fold->t->n; i++)
			if (fold_is(fold, i) && !whole[i] &&
			    fold->piece[i] <= share) {
				left -= fold->piece[i];
				columns--;
				whole[i] = again = true;
			}
	}
	for (size_t i = 0; i < fold->t->n; i++)
		if (fold_is(fold, i) && !whole[i])
			fold->width[i] = fold_least(
				fold->piece[i],
				share < FOLD_LEAST ? FOLD_LEAST : share);
}

/* As far as WANTED; what is left of LEFT. */
static size_t
fold_grow(struct fold *fold, const size_t *wanted, size_t left)
{
	for (size_t i = 0; i < fold->t->n; i++) {
		size_t more =
			fold_is(fold, i) ? wanted[i] - fold->width[i] : 0;

		more = more < left ? more : left;
		fold->width[i] += more;
		left -= more;
	}
	return left;
}

/* LEFT letters for the columns that are folded. */
static void
fold_share(struct fold *fold, size_t left)
{
	size_t need = 0, columns = 0;
	bool cut = false;

	for (size_t i = 0; i < fold->t->n; i++) {
		cut = cut || fold->t->columns[i].kind == OUT_FREE ||
		      fold->t->columns[i].kind == OUT_CUT;
		if (!fold_is(fold, i))
			continue;
		fold->width[i] = fold->piece[i];
		need += fold->piece[i];
		columns++;
	}
	if (need > left) {
		fold_break(fold, left, columns);
		return;
	}
	left = fold_grow(fold, fold->word, left - need);
	if (!cut || left < FOLD_FREE_LEAST)
		(void)fold_grow(fold, fold->cell, left);
}

static void
fold_wrap(struct fold *fold)
{
	for (size_t i = 0; i < fold->t->n; i++) {
		struct libscols_column *c =
			scols_table_get_column(fold->t->t, i);

		if (!fold_is(fold, i))
			continue;
		if (scols_column_set_flags(c, SCOLS_FL_WRAP) != 0 ||
		    scols_column_set_safechars(c, "\n") != 0 ||
		    scols_column_set_wrapfunc(c, scols_wrapnl_chunksize,
					      scols_wrapnl_nextchunk,
					      NULL) != 0)
			fold->t->broken = true;
	}
	fold_lines(fold, fold_line);
}

/* A column that would be cut to a few letters. */
static void
fold_hide(struct fold *fold, size_t left)
{
	for (size_t i = 0; i < fold->t->n; i++)
		if (fold->t->columns[i].kind == OUT_FREE &&
		    left < FOLD_FREE_LEAST && left < fold->cell[i] &&
		    scols_column_set_flags(
			    scols_table_get_column(fold->t->t, i),
			    SCOLS_FL_HIDDEN) != 0)
			fold->t->broken = true;
}

void
fold_table(struct out_table *t, size_t width)
{
	struct fold fold = { .t = t };
	size_t n = t->n, fixed = n - 1, all = n - 1, used;
	bool any = false;

	for (size_t i = 0; i < n && n <= FOLD_COLUMNS_MAX; i++)
		any = any || t->columns[i].kind == OUT_FOLD;
	if (!any)
		return;
	for (size_t i = 0; i < n; i++)
		fold.cell[i] = fold.word[i] = fold.piece[i] =
			strlen(t->columns[i].name);
	fold_lines(&fold, fold_measure);
	for (size_t i = 0; i < n; i++) {
		all += fold.cell[i];
		if (t->columns[i].kind == OUT_CUT)
			fixed += fold_least(fold.cell[i], FOLD_CUT_LEAST);
		else if (t->columns[i].kind != OUT_FOLD &&
			 t->columns[i].kind != OUT_FREE)
			fixed += fold.cell[i];
	}
	if (all <= width)
		return;
	fold_share(&fold, width > fixed ? width - fixed : 0);
	used = fixed;
	for (size_t i = 0; i < n; i++)
		used += fold.width[i];
	fold_hide(&fold, width > used ? width - used : 0);
	fold_wrap(&fold);
}
