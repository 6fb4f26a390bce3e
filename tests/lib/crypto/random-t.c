/* SPDX-License-Identifier: MIT */
#include "crypto/crypto.h"

#include "base/text.h"
#include "test.h"

#define TIME_RFC 1645557742 /* of RFC 9562's example, appendix A.6 */

static void
ids(void)
{
	struct id a, b;

	crypto_id(TIME_RFC, &a);
	crypto_id(TIME_RFC, &b);
	CHECK_EQ(strlen(a.s), ID_LENGTH);
	CHECK(strcmp(a.s, b.s) != 0);
	/* 0x017F22E279B0 is 1645557742000. */
	test_note("%s", a.s);
	CHECK(strncmp(a.s, "017f22e2-79b0-7", 15) == 0);
	CHECK_EQ(strspn(a.s, "0123456789abcdef-"), ID_LENGTH);
	CHECK(a.s[8] == '-' && a.s[13] == '-' && a.s[18] == '-' &&
	      a.s[23] == '-');
	crypto_id(TIME_RFC + 1, &b);
	CHECK(strcmp(a.s, b.s) < 0);
	crypto_id(-5, &b);
	CHECK(strncmp(b.s, "00000000-0000-7", 15) == 0);
}

/* Version and variant hold in all of them, and no random bit stands still. */
static void
id_bits(void)
{
	uint8_t all_or[16] = { 0 }, all_and[16], bytes[16];
	unsigned bad = 0, stuck = 0;

	memset(all_and, 0xff, sizeof(all_and));
	for (int n = 0; n < 400; n++) {
		char hex[33];
		size_t to = 0;
		struct id id;

		crypto_id(TIME_RFC, &id);
		for (const char *p = id.s; *p != '\0'; p++)
			if (*p != '-')
				hex[to++] = *p;
		hex[to] = '\0';
		bad += !text_unhex(hex, bytes, sizeof(bytes));
		bad += bytes[6] >> 4 != 7;
		bad += bytes[8] >> 6 != 2;
		for (size_t i = 0; i < sizeof(bytes); i++) {
			all_or[i] |= bytes[i];
			all_and[i] &= bytes[i];
		}
	}
	CHECK_EQ(bad, 0);
	all_or[6] |= 0xf0, all_and[6] &= 0x0f;
	all_or[8] |= 0xc0, all_and[8] &= 0x3f;
	for (size_t i = 6; i < sizeof(bytes); i++)
		stuck += all_or[i] != 0xff || all_and[i] != 0;
	CHECK_EQ(stuck, 0);
}

int
main(void)
{
	struct fault f = { 0 };
	uint8_t a[32] = { 0 }, b[32] = { 0 }, none[32] = { 0 };

	CHECK_OK(crypto_start(&f), &f);
	CHECK_OK(crypto_start(&f), &f);
	crypto_random(a, sizeof(a));
	crypto_random(b, sizeof(b));
	CHECK(memcmp(a, b, sizeof(a)) != 0);
	CHECK(memcmp(a, none, sizeof(a)) != 0);
	crypto_wipe(a, sizeof(a) - 1);
	CHECK(memcmp(a, none, sizeof(a) - 1) == 0);
	ids();
	id_bits();
	return test_done();
}
