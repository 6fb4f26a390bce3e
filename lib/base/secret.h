/* SPDX-License-Identifier: MIT */
/*
 * The one type for passwords, codes and keys: bounded, never on the heap,
 * wiped when its scope ends.  Declare it only as `SECRET(pin);`.  Only
 * base/secret.c, crypto and wire may name `.b`; a test holds that.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

#define SECRET_SIZE 2048

struct secret {
	size_t len;
	uint8_t b[SECRET_SIZE];
};

/* Wipe all of S, not only the bytes in use. */
void secret_wipe(struct secret *s);

#define SECRET(name)                                                          \
	__attribute__((cleanup(secret_wipe))) struct secret name = { .len = 0 }

/*
 * Take the NUL-terminated string RESP, as pam_conv(3) or getline(3) hands it
 * over: copies it into S, then wipes and frees RESP, even on refusal.
 * STATUS_INVALID when longer than MAX bytes (nothing is cut, ever);
 * STATUS_CANCELLED when RESP is NULL.
 */
enum status secret_take(struct secret *s, char *resp, size_t max,
			struct fault *f) MUST_USE;

/* Copy LEN bytes in; STATUS_INVALID when they do not fit.  P stays yours. */
enum status secret_set(struct secret *s, const void *p, size_t len,
		       struct fault *f) MUST_USE;

/* Copy FROM into TO. */
void secret_copy(struct secret *to, const struct secret *from);

/* Constant time in the content (not in the length). */
bool secret_equal(const struct secret *a, const struct secret *b);

/* Does S hold exactly these bytes?  Constant time in the content. */
bool secret_is(const struct secret *s, const void *p, size_t len);

/* Does S begin with these bytes?  For shapes, never for verification. */
bool secret_begins(const struct secret *s, const void *p, size_t len);

/* "y" or "yes", as people type it; anything else is no. */
bool secret_is_yes(const struct secret *s);

/* Does S contain the byte C?  For shapes, never for verification. */
bool secret_has_byte(const struct secret *s, uint8_t c);

/*
 * The number of Unicode code points, or -1 when S is not valid UTF-8.
 */
long secret_code_points(const struct secret *s);

/*
 * Write S as a NUL-terminated string into OUT of SIZE bytes, for a C library
 * that takes one; false when it does not fit or holds a NUL.  The caller
 * wipes OUT.
 */
bool secret_string(const struct secret *s, char *out, size_t size);

/* Copy S out, when it has LEN bytes; else false, and OUT is untouched.  The
 * caller wipes OUT. */
bool secret_bytes(const struct secret *s, void *out, size_t len);

/*
 * A secret as a NUL-terminated string, for functions that take one: declare it
 * only as `SECRET_TEXT(text);`, and it is wiped when its scope ends.  The
 * longest is an otpauth URI.
 */
#define SECRET_TEXT_SIZE 1025
struct secret_text {
	char s[SECRET_TEXT_SIZE];
};
void secret_text_wipe(struct secret_text *t);
#define SECRET_TEXT(name)                                                     \
	__attribute__((cleanup(                                               \
		secret_text_wipe))) struct secret_text name = { .s = "" }

#endif
