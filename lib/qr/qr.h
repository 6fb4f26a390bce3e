/* SPDX-License-Identifier: MIT */
/*
 * QR codes (ISO/IEC 18004, by libqrencode at level L, the smallest that scans
 * from a screen): as a matrix, and drawn in characters with the quiet zone of
 * four modules that scanners need.
 */
#ifndef QR_QR_H
#define QR_QR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

#define QR_VERSION_MAX 15 /* about 520 bytes */
#define QR_MODULES_MAX (17 + 4 * QR_VERSION_MAX)
#define QR_QUIET 4

/* Wiped when its scope ends: it is as secret as what it says. */
struct qr_code {
	unsigned width;				    /* modules a side */
	bool dark[QR_MODULES_MAX * QR_MODULES_MAX]; /* row by row */
};
void qr_code_wipe(struct qr_code *c);
#define QR_CODE(name)                                                         \
	__attribute__((                                                       \
		cleanup(qr_code_wipe))) struct qr_code name = { .width = 0 }

/* The code of TEXT; STATUS_INVALID when that is too long, or empty. */
enum status qr_encode(const char *text, struct qr_code *out, struct fault *f)
	MUST_USE;

enum qr_glyphs {
	QR_BLOCKS = 1, /* half blocks of UTF-8: two modules a character */
	QR_ASCII,      /* two characters a module, blanks where coloured */
};

/* How to draw.  Not inverted: for light text on a dark ground, what is light
 * in the code is drawn and what is dark is left blank. */
struct qr_style {
	enum qr_glyphs glyphs;
	bool invert;
	bool colour; /* by escape codes, black on white whatever the terminal's
			colours are; then INVERT says nothing */
	bool low;    /* half of the quiet zone above and below: for a terminal
			that has too few lines */
};

#define QR_SIZE 65536

/* Lines with their newlines, NUL-terminated; wiped when its scope ends. */
struct qr_picture {
	char text[QR_SIZE];
	size_t len;
	unsigned columns;
	unsigned rows;
};
void qr_wipe(struct qr_picture *p);
#define QR_PICTURE(name)                                                      \
	__attribute__((cleanup(qr_wipe))) struct qr_picture name = { .len = 0 }

/* STATUS_INVALID when there is no code. */
enum status qr_draw(const struct qr_code *code, const struct qr_style *style,
		    struct qr_picture *out, struct fault *f) MUST_USE;

#endif
