/* SPDX-License-Identifier: MIT */
#include "factor/fido2.h"

#include "test.h"

static void
aaguids(void)
{
	static const char text[] = "ee882879-721c-4913-9775-3dfcce97072a";
	static const char *const bad[] = {
		"",
		"ee882879-721c-4913-9775-3dfcce97072",
		"ee882879-721c-4913-9775-3dfcce97072aa",
		"ee882879-721c-4913-97753dfcce97072a-",
		"ee882879-721c-4913-9775-3dfcce97072g",
		"ee8828790721c-4913-9775-3dfcce97072a",
		"{ee882879-721c-4913-9775-3dfcce97072}",
	};
	uint8_t aaguid[STORE_AAGUID_SIZE], same[STORE_AAGUID_SIZE] = { 3 };
	char back[37];

	CHECK(fido2_aaguid_parse(text, aaguid));
	CHECK_EQ(aaguid[0], 0xee);
	CHECK_EQ(aaguid[15], 0x2a);
	fido2_aaguid_text(aaguid, back);
	CHECK_STR(back, text);
	CHECK(fido2_aaguid_parse("EE882879-721C-4913-9775-3DFCCE97072A",
				 same));
	CHECK_EQ(memcmp(aaguid, same, sizeof(same)), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!fido2_aaguid_parse(bad[i], same));
	CHECK_EQ(memcmp(aaguid, same, sizeof(same)), 0);
	CHECK_STR(fido2_model(aaguid), "YubiKey 5");
	aaguid[7] ^= 1;
	CHECK(fido2_model(aaguid) == NULL);
	memset(aaguid, 0, sizeof(aaguid));
	CHECK(fido2_model(aaguid) == NULL);
}

/* Each row is an AAGUID as it is written, once, and a name that can be
 * shown. */
static void
models(void)
{
	static const char *const rows[] = {
#define MODEL(aaguid, name) aaguid, name,
#include "factor/fido2_models.def"
#undef MODEL
	};
	const size_t n = sizeof(rows) / sizeof(rows[0]);
	unsigned wrong = 0;

	for (size_t i = 0; i < n; i += 2) {
		uint8_t aaguid[STORE_AAGUID_SIZE] = { 0 };
		char back[37];
		const char *name;

		wrong += !fido2_aaguid_parse(rows[i], aaguid);
		fido2_aaguid_text(aaguid, back);
		wrong += strcmp(back, rows[i]) != 0;
		name = fido2_model(aaguid);
		wrong += name == NULL || strcmp(name, rows[i + 1]) != 0 ||
			 strlen(name) > 40;
		for (size_t k = i + 2; k < n; k += 2)
			wrong += strcmp(rows[i], rows[k]) == 0;
	}
	CHECK(n >= 100);
	CHECK_EQ(wrong, 0);
}

static void
relying_parties(void)
{
	static const char *const good[] = { "a",	   "localhost",
					    "example.org", "x-1.example.org",
					    "1.2",	   "a--b" };
	static const char *const bad[] = { "",
					   ".",
					   "Example.org",
					   "example.org.",
					   ".example.org",
					   "example..org",
					   "-example.org",
					   "example-.org",
					   "example.org-",
					   "exa_mple.org",
					   "example.org:22",
					   "https://example.org",
					   "pam://host",
					   "example.org ",
					   "ex\xc3\xa4mple.org" };
	char text[200];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK(fido2_rp_valid(good[i]) && fido2_rp_kept_valid(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!fido2_rp_valid(bad[i]));
	memset(text, 'a', sizeof(text));
	text[63] = '.';
	text[127] = '\0';
	CHECK(fido2_rp_valid(text));
	text[127] = '.';
	text[128] = '\0';
	CHECK(!fido2_rp_valid(text) && fido2_rp_kept_valid(text));
	text[63] = 'a';
	text[64] = '\0';
	CHECK(!fido2_rp_valid(text));
	memset(text, 'a', sizeof(text));
	text[40] = text[80] = text[120] = '.';
	text[128] = '\0';
	CHECK(fido2_rp_valid(text));
	text[128] = 'a';
	text[129] = '\0';
	CHECK(!fido2_rp_valid(text) && !fido2_rp_kept_valid(text));
	CHECK(fido2_rp_kept_valid("pam://Host.Example"));
	CHECK(!fido2_rp_kept_valid("pam://a b"));
	CHECK(!fido2_rp_kept_valid("pam://a\n"));
	CHECK(!fido2_rp_kept_valid("pam://\xc3\xa4"));
	CHECK(!fido2_rp_kept_valid(""));
}

int
main(void)
{
	aaguids();
	models();
	relying_parties();
	CHECK_STR(fido2_algorithm_name(-7), "ES256");
	CHECK_STR(fido2_algorithm_name(-8), "EdDSA");
	CHECK_STR(fido2_algorithm_name(-257), "RS256");
	CHECK_STR(fido2_algorithm_name(-35), "?");
	CHECK_STR(fido2_algorithm_name(0), "?");
	return test_done();
}
