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
		{ "totp", POLICY_FACTOR_OTP },
		{ "hotp", POLICY_FACTOR_OTP },
		{ "backup_code", POLICY_FACTOR_OTP },
		{ "login_code", POLICY_FACTOR_OTP },
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
	for (unsigned i = 0; i < POLICY_FACTOR_COUNT; i++) {
		const struct factor *factor = factor_get(i);

		CHECK(factor != NULL && factor->enrolled != NULL &&
		      factor->offer != NULL && factor->shaped != NULL &&
		      factor->check != NULL && factor->settle != NULL &&
		      factor->ways != NULL && factor->ways[0] != NULL);
	}
	CHECK_STR(factor_get(POLICY_FACTOR_PASSWORD)->name, "password");
	CHECK_STR(factor_get(POLICY_FACTOR_OTP)->name, "otp");
	CHECK(factor_get(POLICY_FACTOR_COUNT) == NULL);
	CHECK(factor_get(UINT32_MAX) == NULL);
	ways();
	return test_done();
}
