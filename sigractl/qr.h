/* SPDX-License-Identifier: MIT */
/*
 * A QR code in characters, for a terminal with light text on a dark ground:
 * what is light in the code is drawn, what is dark is left blank.
 */
#ifndef SIGRACTL_QR_H
#define SIGRACTL_QR_H

#include <stddef.h>

#include "base/fault.h"

enum qr_glyphs {
	QR_BLOCKS = 1, /* half blocks of UTF-8: two modules a character */
	QR_ASCII,      /* two characters a module */
};

#define QR_VERSION_MAX 12 /* about 360 bytes */
#define QR_SIZE 12288

/* Lines with their newlines; wiped when its scope ends. */
struct qr_picture {
	char text[QR_SIZE];
	size_t len;
	unsigned columns;
};
void qr_wipe(struct qr_picture *p);
#define QR_PICTURE(name)                                                      \
	__attribute__((cleanup(qr_wipe))) struct qr_picture name = { .len = 0 }

/* What this locale's terminal can show. */
enum qr_glyphs qr_glyphs(void);

/* The code of TEXT, with the quiet zone around it; STATUS_INVALID when that
 * is too long. */
enum status qr_draw(const char *text, enum qr_glyphs glyphs,
		    struct qr_picture *out, struct fault *f) MUST_USE;

#endif
