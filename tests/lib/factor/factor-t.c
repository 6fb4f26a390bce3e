/* SPDX-License-Identifier: MIT */
#include "factor/factor.h"

#include "policy/policy.h"
#include "test.h"

static void
ways(void)
{
	static const struct {
		const char *word;
		enum policy_factor factor;
	} rows[] = {
		{ "password", POLICY_FACTOR_PASSWORD },
		{ "reset_code", POLICY_FACTOR_PASSWORD },
		{ "ticket", POLICY_FACTOR_PASSWORD },
		{ "impersonation", POLICY_FACTOR_PASSWORD },
		{ "service_secret", POLICY_FACTOR_TOKEN },
		{ "token", POLICY_FACTOR_TOKEN },
		{ "jwt", POLICY_FACTOR_TOKEN },
		{ "invitation", POLICY_FACTOR_PASSWORD },
		{ "totp", POLICY_FACTOR_OTP },
		{ "hotp", POLICY_FACTOR_OTP },
		{ "backup_code", POLICY_FACTOR_OTP },
		{ "login_code", POLICY_FACTOR_OTP },
		{ "fido2", POLICY_FACTOR_FIDO2 },
		{ "fido2_uv", POLICY_FACTOR_FIDO2 },
		{ "ssh_key", POLICY_FACTOR_SSH_KEY },
		{ "ssh_sk", POLICY_FACTOR_SSH_SK },
		{ "ssh_agent", POLICY_FACTOR_SSH_SK },
	};
	unsigned all = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK_EQ(factor_way_find(rows[i].word, strlen(rows[i].word)),
			 rows[i].factor);
	/* No two factors have the same, and each way is its factor's. */
	for (unsigned i = 0; i < POLICY_FACTOR_COUNT; i++)
		for (const char *const *w = factor_get(i)->ways; *w != NULL;
		     w++, all++)
			CHECK_EQ(factor_way_find(*w, strlen(*w)), i);
	CHECK_EQ(all, sizeof(rows) / sizeof(rows[0]));
	CHECK_EQ(factor_way_find("totp+hotp", 4), POLICY_FACTOR_OTP);
	CHECK_EQ(factor_way_find("totp+hotp", 9), POLICY_FACTOR_COUNT);
	CHECK_EQ(factor_way_find("totp", 3), POLICY_FACTOR_COUNT);
	CHECK_EQ(factor_way_find("totpx", 5), POLICY_FACTOR_COUNT);
	CHECK_EQ(factor_way_find("trust", 5), POLICY_FACTOR_COUNT);
	CHECK_EQ(factor_way_find("otp", 3), POLICY_FACTOR_COUNT);
	CHECK_EQ(factor_way_find("", 0), POLICY_FACTOR_COUNT);
}

int
main(void)
{
	static const char *const words[POLICY_FACTOR_COUNT] = {
#define FACTOR(NAME, symbol, word, second) [POLICY_FACTOR_##NAME] = (word),
#include "factor/factors.def"
#undef FACTOR
	};

	for (unsigned i = 0; i < POLICY_FACTOR_COUNT; i++) {
		const struct factor *factor = factor_get(i);
		const bool typed = i == POLICY_FACTOR_PASSWORD ||
				   i == POLICY_FACTOR_OTP ||
				   i == POLICY_FACTOR_TOKEN;

		CHECK(factor != NULL && factor->enrolled != NULL &&
		      factor->settle != NULL && factor->ways != NULL &&
		      factor->ways[0] != NULL);
		/* For keys nothing is typed. */
		CHECK((factor->offer != NULL) == typed &&
		      (factor->shaped != NULL) == typed &&
		      (factor->check != NULL) == typed);
		CHECK_STR(factor->name, words[i]);
	}
	CHECK(factor_get(POLICY_FACTOR_COUNT) == NULL);
	CHECK(factor_get(UINT32_MAX) == NULL);
	ways();
	return test_done();
}
