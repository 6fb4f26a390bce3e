/* SPDX-License-Identifier: MIT */
#include "factor/factor.h"

#include <string.h>

#include "factor/fido2.h"
#include "factor/otp.h"
#include "factor/password.h"
#include "factor/sshkey.h"
#include "factor/token.h"

static const struct factor *const factor_table[] = {
#define FACTOR(NAME, symbol, word, second) &factor_##symbol,
#include "factor/factors.def"
#undef FACTOR
};
#define FACTOR_COUNT                                                          \
	((unsigned)(sizeof(factor_table) / sizeof(factor_table[0])))

const struct factor *
factor_get(unsigned factor)
{
	if (factor >= FACTOR_COUNT)
		return NULL;
	return factor_table[factor];
}

unsigned
factor_way_find(const char *word, size_t len)
{
	for (unsigned i = 0; i < FACTOR_COUNT; i++)
		for (const char *const *way = factor_table[i]->ways;
		     *way != NULL; way++)
			if (strlen(*way) == len &&
			    memcmp(*way, word, len) == 0)
				return i;
	return FACTOR_COUNT;
}
