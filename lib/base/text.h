/* SPDX-License-Identifier: MIT */
/* Bytes to text and back, with nothing of a locale in it. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The one encoder between bytes from outside and a log, terminal, CSV cell or
 * prompt.  Control bytes, DEL, C1 controls, bidirectional controls, line and
 * paragraph separators, zero-width characters and invalid UTF-8 come out as
 * \xNN a byte; a backslash as "\\".  Writes at most SIZE bytes with the NUL;
 * what does not fit is dropped whole characters at a time and marked by "...".
 */
void text_encode(const void *bytes, size_t len, char *out, size_t size);

/* UTF-8, with nothing in it that text_encode() escapes but backslashes? */
bool text_printable(const void *bytes, size_t len);

/* Number of code points (RFC 3629), or -1 when not valid UTF-8. */
long text_code_points(const void *bytes, size_t len);

/*
 * Copy a NUL-terminated string whole; false (and OUT empty) when it does not
 * fit in SIZE bytes.  Nothing is ever cut.  FROM NULL counts as "".
 */
bool text_copy(char *out, size_t size, const char *from);

/* Decimal digits only, no sign, blank or leading zero; LOW <= n <= HIGH. */
bool text_number(const char *s, int64_t low, int64_t high, int64_t *out);

/* Lower-case hex of LEN bytes; OUT holds 2 * LEN + 1. */
void text_hex(const uint8_t *bytes, size_t len, char *out);

/* True when exactly 2 * LEN hex digits, either case. */
bool text_unhex(const char *s, uint8_t *bytes, size_t len);

/* RFC 4648 base32 without padding, upper case; OUT holds
 * TEXT_BASE32_SIZE(LEN). */
#define TEXT_BASE32_SIZE(len) (((len)*8 + 4) / 5 + 1)
void text_base32(const uint8_t *bytes, size_t len, char *out);

/* True when S is exactly what text_base32() makes of LEN bytes, in either
 * case. */
bool text_unbase32(const char *s, uint8_t *bytes, size_t len);

/* In decimal. */
#define TEXT_INTEGER_SIZE 24
void text_integer(int64_t n, char out[TEXT_INTEGER_SIZE]);

/*
 * RFC 3339 in UTC, "2026-01-31T23:59:59Z"; OUT holds TEXT_TIME_SIZE.
 */
#define TEXT_TIME_SIZE 32
void text_time(int64_t seconds, char *out);

/* Is the string empty or absent? */
static inline bool
text_empty(const char *s)
{
	return s == NULL || s[0] == '\0';
}

#endif
