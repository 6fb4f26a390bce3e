/* SPDX-License-Identifier: MIT */
#include "factor/factor.h"

#include "factor/password.h"

static const struct factor *const factor_table[] = {
#define FACTOR(NAME, file) &factor_##file,
#include "factor/factors.def"
#undef FACTOR
};

const struct factor *
factor_get(unsigned factor)
{
	if (factor >= sizeof(factor_table) / sizeof(factor_table[0]))
		return NULL;
	return factor_table[factor];
}
