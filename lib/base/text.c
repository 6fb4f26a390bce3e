/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <string.h>

#include "base/buf.h"

/*
 * Decode one code point (RFC 3629: no overlong forms, no surrogates).
 * Returns its length in bytes, or 0 when the bytes are not UTF-8.
 */
static size_t
text_decode(const uint8_t *p, size_t left, uint32_t *cp)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n;
	uint32_t c;

	if (p[0] < 0x80) {
		*cp = p[0];
		return 1;
	}
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		n = 2;
	else if ((p[0] & 0xf0) == 0xe0)
		n = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		n = 4;
	else
		return 0;
	if (n > left)
		return 0;
	c = p[0] & (0xffU >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3fU);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*cp = c;
	return n;
}

/* Characters that could move a cursor or reorder what stands beside them. */
static bool
text_unsafe(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0xad ||
	       c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
	       c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) ||
	       (c >= 0xe0000 && c <= 0xe0fff);
}

static size_t
text_escape(const uint8_t *p, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";
	size_t w = 0;

	for (size_t i = 0; i < n; i++) {
		out[w++] = '\\';
		out[w++] = 'x';
		out[w++] = digits[p[i] >> 4];
		out[w++] = digits[p[i] & 15];
	}
	return w;
}

void
text_encode(const void *bytes, size_t len, char *out, size_t size)
{
	static const char more[] = "...";
	const uint8_t *p = bytes;
	size_t at = 0, mark = 0;

	for (size_t i = 0; i < len;) {
		char piece[16];
		uint32_t c = 0;
		size_t n = text_decode(p + i, len - i, &c), w;

		if (n == 0 || text_unsafe(c)) {
			n = n == 0 ? 1 : n;
			w = text_escape(p + i, n, piece);
		} else if (c == '\\') {
			memcpy(piece, "\\\\", 2);
			w = 2;
		} else {
			memcpy(piece, p + i, n);
			w = n;
		}
		if (at + w + 1 > size) {
			if (mark + sizeof(more) <= size) {
				memcpy(out + mark, more, sizeof(more));
				return;
			}
			break;
		}
		memcpy(out + at, piece, w);
		at += w;
		/* The last place from which the mark would still fit. */
		if (at + sizeof(more) <= size)
			mark = at;
		i += n;
	}
	if (size > 0)
		out[at] = '\0';
}

bool
text_printable(const void *bytes, size_t len)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; i < len;) {
		uint32_t c = 0;
		size_t n = text_decode(p + i, len - i, &c);

		if (n == 0 || text_unsafe(c))
			return false;
		i += n;
	}
	return true;
}

long
text_code_points(const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	long n = 0;

	for (size_t i = 0; i < len; n++) {
		uint32_t c;
		size_t step = text_decode(p + i, len - i, &c);

		if (step == 0)
			return -1;
		i += step;
	}
	return n;
}

bool
text_copy(char *out, size_t size, const char *from)
{
	size_t len = from == NULL ? 0 : strlen(from);

	if (len >= size) {
		if (size > 0)
			out[0] = '\0';
		return false;
	}
	if (len > 0)
		memcpy(out, from, len);
	out[len] = '\0';
	return true;
}

bool
text_number(const char *s, int64_t low, int64_t high, int64_t *out)
{
	int64_t n = 0;

	if (text_empty(s) || (s[0] == '0' && s[1] != '\0'))
		return false;
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return false;
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, *s - '0', &n))
			return false;
	}
	if (n < low || n > high)
		return false;
	*out = n;
	return true;
}

void
text_hex(const uint8_t *bytes, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * len] = '\0';
}

static int
text_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
text_unhex(const char *s, uint8_t *bytes, size_t len)
{
	if (strlen(s) != 2 * len)
		return false;
	for (size_t i = 0; i < len; i++) {
		int hi = text_hex_digit(s[2 * i]);
		int lo = text_hex_digit(s[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		bytes[i] = (uint8_t)(hi << 4 | lo);
	}
	return true;
}

/* Days since 1970-01-01 to a proleptic Gregorian date, without libc's zones.
 */
static void
text_date(int64_t days, int64_t *year, int *month, int *day)
{
	int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*year = yoe + era * 400 + (*month <= 2);
}

void
text_time(int64_t seconds, char *out)
{
	int64_t days = seconds / 86400, rest = seconds % 86400, year;
	int month, day;
	struct buf b;

	if (rest < 0) {
		rest += 86400;
		days--;
	}
	text_date(days, &year, &month, &day);
	buf_start(&b, out, TEXT_TIME_SIZE);
	buf_printf(&b, "%04lld-%02d-%02dT%02d:%02d:%02dZ", (long long)year,
		   month, day, (int)(rest / 3600), (int)(rest / 60 % 60),
		   (int)(rest % 60));
}

static const char text_base32_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

void
text_base32(const uint8_t *bytes, size_t len, char *out)
{
	uint32_t held = 0;
	unsigned bits = 0;

	for (size_t i = 0; i < len; i++) {
		held = (held << 8 | bytes[i]) & 0xfff;
		for (bits += 8; bits >= 5; bits -= 5)
			*out++ = text_base32_digits[held >> (bits - 5) & 31];
	}
	if (bits > 0)
		*out++ = text_base32_digits[held << (5 - bits) & 31];
	*out = '\0';
}

static int
text_base32_value(char c)
{
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

bool
text_unbase32(const char *s, uint8_t *bytes, size_t len)
{
	uint32_t held = 0;
	unsigned bits = 0;
	size_t n = 0;

	for (; *s != '\0'; s++) {
		int value = text_base32_value(*s);

		if (value < 0)
			return false;
		held = (held << 5 | (uint32_t)value) & 0xfff;
		bits += 5;
		if (bits < 8)
			continue;
		if (n == len)
			return false;
		bits -= 8;
		bytes[n++] = (uint8_t)(held >> bits);
	}
	/* What is left over is less than a digit, and nothing but zeroes. */
	return n == len && bits < 5 && (held & ((1U << bits) - 1)) == 0;
}

void
text_integer(int64_t n, char out[TEXT_INTEGER_SIZE])
{
	struct buf b;

	buf_start(&b, out, TEXT_INTEGER_SIZE);
	buf_printf(&b, "%lld", (long long)n);
}
