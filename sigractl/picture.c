/* SPDX-License-Identifier: MIT */
#include "sigractl/picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"
#include "qr/qr.h"
#include "sigractl/out.h"

/* What this locale's terminal can show. */
static enum qr_glyphs
picture_glyphs(void)
{
	return out_utf8() ? QR_BLOCKS : QR_ASCII;
}

/* Does a terminal stand behind standard output that has colours, which nobody
 * forbids (no-color.org)? */
static bool
picture_colour(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) == 1 && text_empty(getenv("NO_COLOR")) &&
	       !text_empty(term) && strcmp(term, "dumb") != 0;
}

/* Does a terminal that tells its size have fewer lines than that? */
static bool
picture_lacks(const struct winsize *w, unsigned rows)
{
	return w->ws_row != 0 && w->ws_row < rows;
}

/* False when it would be broken into pieces. */
static bool
picture_wide_enough(const struct winsize *w, const struct qr_style *style,
		    const struct picture_way *way, unsigned columns)
{
	char why[192];

	if (w->ws_col == 0 || w->ws_col >= columns)
		return true;
	(void)snprintf(why, sizeof(why),
		       "this terminal is too narrow for the QR code (%u "
		       "columns): %s%s",
		       columns, way->instead,
		       style->glyphs == QR_ASCII ? ", or a UTF-8 locale" : "");
	out_warning(why);
	return false;
}

/* Smaller, when not all of it fits at once with the line over it. */
static enum status
picture_fit(const struct qr_code *code, const struct winsize *w,
	    const struct picture_way *way, struct qr_style *style,
	    struct qr_picture *out, struct fault *f)
{
	char why[192];
	enum status st;

	if (!picture_lacks(w, out->rows + way->below +
				      (way->above == NULL ? 0 : 1)))
		return STATUS_OK;
	style->low = true;
	if ((st = qr_draw(code, style, out, f)) != STATUS_OK ||
	    !picture_lacks(w, out->rows + way->below))
		return st;
	(void)snprintf(why, sizeof(why),
		       "this terminal has %u lines, the code needs %u: "
		       "enlarge it, or %s",
		       w->ws_row, out->rows + way->below, way->instead);
	out_warning(why);
	return STATUS_OK;
}

enum status
picture_show(const char *text, const struct picture_way *way, bool *shown,
	     struct fault *f)
{
	struct qr_style style = { .glyphs = picture_glyphs(),
				  .invert = way->invert,
				  .colour = picture_colour() };
	struct winsize w = { .ws_col = 0 };
	enum status st;
	QR_CODE(code);
	QR_PICTURE(qr);

	*shown = false;
	st = qr_encode(text, &code, f);
	if (st == STATUS_INVALID) {
		out_warning(f->text);
		return STATUS_OK;
	}
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) != 0)
		w = (struct winsize){ .ws_col = 0 };
	if (st != STATUS_OK || (st = out_finish(f)) != STATUS_OK ||
	    (st = qr_draw(&code, &style, &qr, f)) != STATUS_OK)
		return st;
	if (!picture_wide_enough(&w, &style, way, qr.columns))
		return STATUS_OK;
	st = picture_fit(&code, &w, way, &style, &qr, f);
	if (st != STATUS_OK)
		return st;
	if (way->above != NULL)
		out_line("%s", way->above);
	*shown = true;
	return out_secret(qr.text, qr.len, f);
}
