/* SPDX-License-Identifier: MIT */
#include "factor/factor.h"

#include "policy/policy.h"
#include "test.h"

int
main(void)
{
	for (unsigned i = 0; i < POLICY_FACTOR_COUNT; i++) {
		const struct factor *factor = factor_get(i);

		CHECK(factor != NULL && factor->enrolled != NULL &&
		      factor->offer != NULL && factor->shaped != NULL &&
		      factor->check != NULL && factor->settle != NULL);
	}
	CHECK_STR(factor_get(POLICY_FACTOR_PASSWORD)->name, "password");
	CHECK(factor_get(POLICY_FACTOR_COUNT) == NULL);
	CHECK(factor_get(UINT32_MAX) == NULL);
	return test_done();
}
