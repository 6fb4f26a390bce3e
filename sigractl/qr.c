/* SPDX-License-Identifier: MIT */
#include "sigractl/qr.h"

#include <errno.h>
#include <langinfo.h>
#include <qrencode.h>
#include <stdbool.h>
#include <string.h>

#define QR_QUIET 4 /* modules of margin that a reader needs */

void
qr_wipe(struct qr_picture *p)
{
	explicit_bzero(p, sizeof(*p));
}

enum qr_glyphs
qr_glyphs(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0 ? QR_BLOCKS
							  : QR_ASCII;
}

/* Outside of the code everything is light. */
static bool
qr_light(const QRcode *code, int x, int y)
{
	x -= QR_QUIET;
	y -= QR_QUIET;
	if (x < 0 || y < 0 || x >= code->width || y >= code->width)
		return true;
	return (code->data[y * code->width + x] & 1) == 0;
}

static void
qr_put(struct qr_picture *p, const char *s)
{
	size_t len = strlen(s);

	memcpy(p->text + p->len, s, len);
	p->len += len;
}

static void
qr_blocks(const QRcode *code, int side, struct qr_picture *p)
{
	static const char *const half[2][2] = {
		{ " ", "\u2584" },
		{ "\u2580", "\u2588" },
	};

	for (int y = 0; y < side; y += 2) {
		for (int x = 0; x < side; x++)
			qr_put(p, half[qr_light(code, x, y)]
				      [qr_light(code, x, y + 1)]);
		qr_put(p, "\n");
	}
	p->columns = (unsigned)side;
}

static void
qr_ascii(const QRcode *code, int side, struct qr_picture *p)
{
	for (int y = 0; y < side; y++) {
		for (int x = 0; x < side; x++)
			qr_put(p, qr_light(code, x, y) ? "##" : "  ");
		qr_put(p, "\n");
	}
	p->columns = 2 * (unsigned)side;
}

/* The last half line lies outside of the code, too: both fit. */
_Static_assert((QR_VERSION_MAX * 4 + 17 + 2 * QR_QUIET) *
			       ((QR_VERSION_MAX * 4 + 17 + 2 * QR_QUIET) * 2 +
				1) <=
		       QR_SIZE,
	       "the largest code in ASCII");

enum status
qr_draw(const char *text, enum qr_glyphs glyphs, struct qr_picture *out,
	struct fault *f)
{
	QRcode *code =
		QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
	int side;

	if (code == NULL)
		return fault_errno(f, errno, "cannot make a QR code");
	side = code->width + 2 * QR_QUIET;
	if (code->version <= QR_VERSION_MAX) {
		if (glyphs == QR_BLOCKS)
			qr_blocks(code, side, out);
		else
			qr_ascii(code, side, out);
	}
	explicit_bzero(code->data, (size_t)(code->width * code->width));
	QRcode_free(code);
	if (out->len == 0)
		return fault(f, STATUS_INVALID,
			     "that is too long for a QR code on a terminal");
	return STATUS_OK;
}
