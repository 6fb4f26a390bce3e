/* SPDX-License-Identifier: MIT */
/* One text for every run of bytes, and no other is taken for it. */
#include "crypto/crypto.h"

#include "test.h"

static const enum crypto_base64 both[] = { CRYPTO_BASE64, CRYPTO_BASE64_URL };

static bool
formats(const char *bytes, enum crypto_base64 variant, const char *expected)
{
	char text[64];

	return crypto_base64_format(bytes, strlen(bytes), variant, text,
				    sizeof(text)) &&
	       strcmp(text, expected) == 0;
}

static bool
takes(const char *text, size_t len, enum crypto_base64 variant)
{
	size_t n = 77;
	uint8_t out[64];
	bool taken =
		crypto_base64_parse(text, len, variant, out, sizeof(out), &n);

	if (taken == (n == 77))
		test_note("%s: out_len", text);
	return taken && n != 77;
}

#define TAKES(text, variant) takes(text, sizeof(text) - 1, variant)

/* RFC 4648 10, and the two characters in which the alphabets differ. */
static void
check_known(void)
{
	static const struct {
		const char *bytes, *text, *url;
	} known[] = {
		{ "", "", "" },
		{ "f", "Zg==", "Zg" },
		{ "fo", "Zm8=", "Zm8" },
		{ "foo", "Zm9v", "Zm9v" },
		{ "foob", "Zm9vYg==", "Zm9vYg" },
		{ "fooba", "Zm9vYmE=", "Zm9vYmE" },
		{ "foobar", "Zm9vYmFy", "Zm9vYmFy" },
		{ "\373\357\276\377\377", "++++//8=", "----__8" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		CHECK(formats(known[i].bytes, CRYPTO_BASE64, known[i].text));
		CHECK(formats(known[i].bytes, CRYPTO_BASE64_URL,
			      known[i].url));
		CHECK(takes(known[i].text, strlen(known[i].text),
			    CRYPTO_BASE64));
		CHECK(takes(known[i].url, strlen(known[i].url),
			    CRYPTO_BASE64_URL));
	}
}

static void
check_strict(void)
{
	/* Padding: all of it, at the end, and only there. */
	CHECK(!TAKES("Zg", CRYPTO_BASE64));
	CHECK(!TAKES("Zg=", CRYPTO_BASE64));
	CHECK(!TAKES("Zg===", CRYPTO_BASE64));
	CHECK(!TAKES("Zm9v=", CRYPTO_BASE64));
	CHECK(!TAKES("Zm9v====", CRYPTO_BASE64));
	CHECK(!TAKES("=", CRYPTO_BASE64));
	CHECK(!TAKES("====", CRYPTO_BASE64));
	CHECK(!TAKES("Zg==Zg==", CRYPTO_BASE64));
	CHECK(!TAKES("Z=g=", CRYPTO_BASE64));
	CHECK(!TAKES("Zg==", CRYPTO_BASE64_URL));
	CHECK(!TAKES("Zm9v=", CRYPTO_BASE64_URL));
	/* One character more than whole groups is no byte. */
	CHECK(!TAKES("Z", CRYPTO_BASE64) && !TAKES("Z", CRYPTO_BASE64_URL));
	CHECK(!TAKES("Zm9vZ", CRYPTO_BASE64_URL));
	CHECK(!TAKES("Zm9vZ===", CRYPTO_BASE64));
	/* Bits left over: another text for the same byte. */
	CHECK(!TAKES("Zh==", CRYPTO_BASE64) &&
	      !TAKES("Zh", CRYPTO_BASE64_URL));
	CHECK(!TAKES("Zm9=", CRYPTO_BASE64));
	CHECK(!TAKES("Zm9", CRYPTO_BASE64_URL));
	/* Blanks, ends of line, and what is in neither alphabet. */
	CHECK(!TAKES(" Zm9v", CRYPTO_BASE64));
	CHECK(!TAKES("Zm9v ", CRYPTO_BASE64));
	CHECK(!TAKES("Zm9v\n", CRYPTO_BASE64));
	CHECK(!TAKES("Zm\n9v", CRYPTO_BASE64_URL));
	CHECK(!TAKES("Zm9v\0", CRYPTO_BASE64));
	CHECK(!TAKES("Zm9v\0Zm9", CRYPTO_BASE64_URL));
	CHECK(!TAKES("Zm9\303", CRYPTO_BASE64));
	CHECK(!TAKES("Zm9*", CRYPTO_BASE64_URL));
	CHECK(!TAKES("++++//8", CRYPTO_BASE64_URL));
	CHECK(!TAKES("----__8=", CRYPTO_BASE64));
	CHECK(!TAKES("Zm9v", (enum crypto_base64)0));
	CHECK(!TAKES("Zm9v", (enum crypto_base64)3));
}

static void
check_sizes(void)
{
	uint8_t out[8] = { 0 };
	char text[16] = "before";
	size_t n = 77;

	CHECK(!crypto_base64_format("foob", 4, CRYPTO_BASE64, text, 8));
	CHECK(!crypto_base64_format("foob", 4, CRYPTO_BASE64_URL, text, 6));
	CHECK(!crypto_base64_format("", 0, CRYPTO_BASE64, text, 0));
	CHECK(!crypto_base64_format("", 0, (enum crypto_base64)3, text, 9));
	CHECK_STR(text, "before");
	CHECK(crypto_base64_format("foob", 4, CRYPTO_BASE64, text,
				   CRYPTO_BASE64_SIZE(4)));
	CHECK(crypto_base64_format("foob", 4, CRYPTO_BASE64_URL, text, 7));
	CHECK_STR(text, "Zm9vYg");
	CHECK(!crypto_base64_parse("Zm9vYg", 6, CRYPTO_BASE64_URL, out, 3,
				   &n));
	CHECK_EQ(n, 77);
	CHECK(crypto_base64_parse("Zm9vYg", 6, CRYPTO_BASE64_URL, out, 4, &n));
	CHECK(n == 4 && memcmp(out, "foob\0", 5) == 0);
	CHECK(crypto_base64_parse("", 0, CRYPTO_BASE64, out, 0, &n));
	CHECK_EQ(n, 0);
	/* It ends where it is said to, not at a NUL. */
	CHECK(crypto_base64_parse("Zm9vYmFy", 4, CRYPTO_BASE64, out, 8, &n));
	CHECK_EQ(n, 3);
}

/* Every text of four characters out of a few: taken if, and only if, its
 * bytes give it back. */
static void
check_canonical(enum crypto_base64 variant)
{
	static const char some[] = "ABgwhQ=-_+/ \n";
	bool holds = true;
	unsigned taken = 0;

	for (size_t i = 0; i < 13 * 13 * 13 * 13 * 5; i++) {
		char text[5] = { some[i % 13], some[i / 13 % 13],
				 some[i / 169 % 13], some[i / 2197 % 13] };
		size_t len = i / 28561, n = 0;
		uint8_t bytes[3];
		char again[5];

		if (!crypto_base64_parse(text, len, variant, bytes,
					 sizeof(bytes), &n))
			continue;
		taken++;
		text[len] = '\0';
		if (!crypto_base64_format(bytes, n, variant, again,
					  sizeof(again)) ||
		    strcmp(again, text) != 0)
			holds = false;
	}
	CHECK(holds);
	CHECK(taken > 1000);
}

/* Of all bytes there are, 64 are characters, wherever they stand. */
static void
check_alphabet(enum crypto_base64 variant)
{
	static const char common[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789";
	const char *more = variant == CRYPTO_BASE64 ? "+/" : "-_";
	unsigned right = 0;

	for (unsigned c = 0; c < 256; c++)
		for (size_t at = 0; at < 4; at++) {
			char text[5] = "AAAA";
			uint8_t out[3];
			size_t n;
			bool one = c != 0 && (strchr(common, (int)c) != NULL ||
					      strchr(more, (int)c) != NULL);

			/* Padding is another matter, and checked above. */
			if (c == '=' && at == 3)
				one = variant == CRYPTO_BASE64;
			text[at] = (char)c;
			right += crypto_base64_parse(text, 4, variant, out,
						     sizeof(out), &n) == one;
		}
	CHECK_EQ(right, 4 * 256);
}

/* Any bytes of any length come back. */
static void
check_round_trip(enum crypto_base64 variant)
{
	uint8_t bytes[100], out[100];
	char text[CRYPTO_BASE64_SIZE(sizeof(bytes))];
	unsigned same = 0;
	size_t n;

	crypto_random(bytes, sizeof(bytes));
	for (size_t len = 0; len <= sizeof(bytes); len++)
		same += crypto_base64_format(bytes, len, variant, text,
					     CRYPTO_BASE64_SIZE(len)) &&
			crypto_base64_parse(text, strlen(text), variant, out,
					    len, &n) &&
			n == len && memcmp(bytes, out, len) == 0;
	CHECK_EQ(same, sizeof(bytes) + 1);
}

int
main(void)
{
	struct fault f = { .text = "" };

	CHECK_OK(crypto_start(&f), &f);
	check_known();
	check_strict();
	check_sizes();
	for (size_t i = 0; i < 2; i++) {
		check_alphabet(both[i]);
		check_canonical(both[i]);
		check_round_trip(both[i]);
	}
	return test_done();
}
