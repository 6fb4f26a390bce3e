/* SPDX-License-Identifier: MIT */
#include "import/text.h"

#include "test.h"

static struct import_text
text(const char *s)
{
	return (struct import_text){ .at = s, .len = strlen(s) };
}

static void
test_lines(void)
{
	struct import_text rest = text("one\r\n\n  two \t\nthree"), line;

	CHECK(import_line(&rest, &line) && import_is(&line, "one"));
	CHECK(import_line(&rest, &line) && line.len == 0);
	CHECK(import_line(&rest, &line) && import_is(&line, "two"));
	CHECK(import_line(&rest, &line) && import_is(&line, "three"));
	CHECK(!import_line(&rest, &line));
	rest = text("");
	CHECK(!import_line(&rest, &line));
	rest = text("\n");
	CHECK(import_line(&rest, &line) && line.len == 0);
	CHECK(!import_line(&rest, &line));
	rest = (struct import_text){ .at = "a\0b\n", .len = 4 };
	CHECK(import_line(&rest, &line) && line.len == 3);
}

static void
test_words(void)
{
	struct import_text rest = text("\ta  bc\t \tdef "), word;

	CHECK(import_word(&rest, &word) && import_is(&word, "a"));
	CHECK(import_word(&rest, &word) && import_is(&word, "bc"));
	CHECK(import_word(&rest, &word) && import_is(&word, "def"));
	CHECK(!import_word(&rest, &word));
	rest = text(" \t ");
	CHECK(!import_word(&rest, &word));
}

static void
test_fields(void)
{
	struct import_text rest = text("a::b:"), field;

	CHECK(import_field(&rest, ':', &field) && import_is(&field, "a"));
	CHECK(import_field(&rest, ':', &field) && field.len == 0);
	CHECK(import_field(&rest, ':', &field) && import_is(&field, "b"));
	CHECK(import_field(&rest, ':', &field) && field.len == 0);
	CHECK(!import_field(&rest, ':', &field));
	rest = text("");
	CHECK(import_field(&rest, ':', &field) && field.len == 0);
	CHECK(!import_field(&rest, ':', &field));
}

static void
test_numbers(void)
{
	static const char *const bad[] = { "",
					   "-1",
					   "+1",
					   "1 ",
					   "0x1",
					   "1a",
					   "1001",
					   "9223372036854775808",
					   "99999999999999999999999999999" };
	struct import_text t = text("0007");
	int64_t n = -1;

	CHECK(import_number(&t, 0, 1000, &n) && n == 7);
	t = text("0");
	CHECK(import_number(&t, 0, 1000, &n) && n == 0);
	t = text("000");
	CHECK(import_number(&t, 0, 1000, &n) && n == 0);
	t = text("1000");
	CHECK(import_number(&t, 0, 1000, &n) && n == 1000);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		t = text(bad[i]);
		n = 5;
		CHECK(!import_number(&t, 0, 1000, &n) && n == 5);
	}
}

int
main(void)
{
	struct import_text t = text("HOTP/T30");
	char small[8], out[9];

	test_lines();
	test_words();
	test_fields();
	test_numbers();
	CHECK(import_begins(&t, "HOTP/") && !import_begins(&t, "HOTP/T30/6"));
	CHECK(!import_is(&t, "HOTP") && !import_is(&t, "HOTP/T30/6"));
	CHECK(!import_copy(&t, small, sizeof(small)));
	CHECK(import_copy(&t, out, sizeof(out)));
	CHECK_STR(out, "HOTP/T30");
	t = (struct import_text){ .at = "a\0b", .len = 3 };
	CHECK(!import_copy(&t, out, sizeof(out)));
	return test_done();
}
