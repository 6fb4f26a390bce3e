/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include "base/buf.h"
#include "test.h"

static void
encodes(const char *in, const char *out)
{
	char got[128];

	text_encode(in, strlen(in), got, sizeof(got));
	CHECK_STR(got, out);
}

static void
test_encode(void)
{
	char small[8];

	encodes("alice", "alice");
	encodes("a\nb\033[31m", "a\\x0ab\\x1b[31m");
	encodes("\x7f", "\\x7f");
	encodes("\xc2\x9b"
		"31m",
		"\\xc2\\x9b31m"); /* C1 CSI */
	encodes("\xe2\x80\xae"
		"txt",
		"\\xe2\\x80\\xaetxt");		    /* RLO */
	encodes("\xe2\x80\x8b", "\\xe2\\x80\\x8b"); /* zero width */
	encodes("M\xc3\xbcller", "M\xc3\xbcller");
	encodes("\xff\xfe", "\\xff\\xfe");
	encodes("\xc0\xaf", "\\xc0\\xaf");	    /* overlong */
	encodes("\xed\xa0\x80", "\\xed\\xa0\\x80"); /* surrogate */
	encodes("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");
	encodes("\xe2\x82", "\\xe2\\x82"); /* cut short */
	encodes("back\\slash", "back\\\\slash");
	text_encode("abcdefgh", 8, small, sizeof(small));
	CHECK_STR(small, "abcd...");
	text_encode("abcdefg", 7, small, sizeof(small));
	CHECK_STR(small, "abcdefg");
	text_encode("abc\n\n", 5, small, sizeof(small));
	CHECK_STR(small, "abc...");
	text_encode("a\0b", 3, small, sizeof(small));
	CHECK_STR(small, "a\\x00b");
	small[0] = 'x';
	text_encode("abc", 3, small, 1);
	CHECK_STR(small, "");
}

static void
test_numbers(void)
{
	int64_t n = -1;

	CHECK(text_number("0", 0, 9, &n) && n == 0);
	CHECK(text_number("9223372036854775807", 0, INT64_MAX, &n));
	CHECK(!text_number("9223372036854775808", 0, INT64_MAX, &n));
	CHECK(!text_number("", 0, 9, &n));
	CHECK(!text_number("-1", -5, 9, &n));
	CHECK(!text_number("+1", 0, 9, &n));
	CHECK(!text_number("01", 0, 9, &n));
	CHECK(!text_number("1 ", 0, 9, &n));
	CHECK(!text_number("10", 0, 9, &n));
	CHECK(!text_number("4", 5, 9, &n));
}

static void
test_hex(void)
{
	uint8_t bytes[2] = { 0 };
	char out[5];

	CHECK(text_unhex("0aFf", bytes, 2));
	CHECK_EQ(bytes[0], 0x0a);
	CHECK_EQ(bytes[1], 0xff);
	text_hex(bytes, 2, out);
	CHECK_STR(out, "0aff");
	CHECK(!text_unhex("0aF", bytes, 2));
	CHECK(!text_unhex("0aFg", bytes, 2));
}

static void
test_time(void)
{
	char out[TEXT_TIME_SIZE];

	text_time(0, out);
	CHECK_STR(out, "1970-01-01T00:00:00Z");
	text_time(951782399, out);
	CHECK_STR(out, "2000-02-28T23:59:59Z");
	text_time(951782400, out);
	CHECK_STR(out, "2000-02-29T00:00:00Z");
	text_time(4102444800, out);
	CHECK_STR(out, "2100-01-01T00:00:00Z");
	text_time(-1, out);
	CHECK_STR(out, "1969-12-31T23:59:59Z");
}

static void
test_copy_and_points(void)
{
	char out[4] = "zz";

	CHECK(text_copy(out, sizeof(out), "abc"));
	CHECK_STR(out, "abc");
	CHECK(!text_copy(out, sizeof(out), "abcd"));
	CHECK_STR(out, "");
	CHECK(text_copy(out, sizeof(out), NULL));
	CHECK_EQ(text_code_points("M\xc3\xbcller", 7), 6);
	CHECK_EQ(text_code_points("", 0), 0);
	CHECK_EQ(text_code_points("\xff", 1), -1);
}

static void
test_base32(void)
{
	static const char *const pairs[][2] = {
		{ "", "" },
		{ "f", "MY" },
		{ "fo", "MZXQ" },
		{ "foo", "MZXW6" },
		{ "foob", "MZXW6YQ" },
		{ "fooba", "MZXW6YTB" },
		{ "foobar", "MZXW6YTBOI" },
	};
	static const char *const wrong[] = { "MZXW6Y",	"MZXW6YTA1", "MZ XW6",
					     "MZXW6==", "MZXW7",     "MZXW6A",
					     "MZXW6AA" };
	char text[TEXT_BASE32_SIZE(6)];
	uint8_t bytes[6];

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const char *plain = pairs[i][0];

		text_base32((const uint8_t *)plain, strlen(plain), text);
		CHECK_STR(text, pairs[i][1]);
		CHECK(strlen(text) < TEXT_BASE32_SIZE(strlen(plain)));
		CHECK(text_unbase32(text, bytes, strlen(plain)) &&
		      memcmp(bytes, plain, strlen(plain)) == 0);
	}
	CHECK(text_unbase32("mzxw6ytboi", bytes, 6) &&
	      memcmp(bytes, "foobar", 6) == 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK(!text_unbase32(wrong[i], bytes, 3));
	CHECK(!text_unbase32("MZXW6YTBOI", bytes, 5));
}

static void
test_printable(void)
{
	static const char *const bad[] = {
		"a\nb", "\x7f", "\xc2\x9b", "\xe2\x80\xae", "\xff", "\xe2\x82"
	};

	CHECK(text_printable("", 0));
	CHECK(text_printable("M\xc3\xbcller \\ co", 12));
	CHECK(!text_printable("a\0b", 3));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!text_printable(bad[i], strlen(bad[i])));
}

static void
test_buf(void)
{
	char array[12];
	struct buf b;

	buf_start(&b, array, sizeof(array));
	buf_text(&b, "abc");
	buf_printf(&b, "%d", 12345);
	CHECK_STR(array, "abc12345");
	buf_text(&b, "1234");
	CHECK(b.full);
	CHECK_STR(array, "abc12345");
	buf_start(&b, array, sizeof(array));
	buf_quoted(&b, "a\"b");
	CHECK_STR(array, "\"a\\x22b\"");
	CHECK(!b.full);
}

static void
test_integer(void)
{
	char out[TEXT_INTEGER_SIZE];

	text_integer(INT64_MIN, out);
	CHECK_STR(out, "-9223372036854775808");
	text_integer(0, out);
	CHECK_STR(out, "0");
	text_integer(INT64_MAX, out);
	CHECK_STR(out, "9223372036854775807");
}

int
main(void)
{
	test_encode();
	test_numbers();
	test_hex();
	test_time();
	test_copy_and_points();
	test_base32();
	test_printable();
	test_buf();
	test_integer();
	return test_done();
}
