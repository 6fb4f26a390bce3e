/* SPDX-License-Identifier: MIT */
/*
 * A login proved in one phase counts in the next: the PAM environment carries
 * its id, the store says what it was worth.
 */
#include <string.h>

#include "base/text.h"
#include "session/attempt.h"

void
session_factors_format(uint32_t set, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < POLICY_FACTOR_COUNT; i++) {
		const char *name = factor_get(i)->name;

		if ((set & POLICY_BIT(i)) == 0)
			continue;
		if (len > 0 && len + 1 < size)
			out[len++] = '+';
		if (!text_copy(out + len, size - len, name))
			return;
		len += strlen(name);
	}
}

/* The factors of a row; a word that is no factor any more counts nothing. */
static uint32_t
handover_factors(const char *s)
{
	uint32_t set = 0;

	while (*s != '\0') {
		size_t len = strcspn(s, "+");

		for (unsigned i = 0; i < POLICY_FACTOR_COUNT; i++) {
			const char *name = factor_get(i)->name;

			if (strlen(name) == len && memcmp(name, s, len) == 0)
				set |= POLICY_BIT(i);
		}
		s += len;
		s += *s == '+';
	}
	return set;
}

static bool
handover_fits(const struct session_attempt *a, const struct store_login *l)
{
	int64_t now = session_now(a->env);

	return a->known && l->consumed_at == 0 &&
	       strcmp(l->account.s, a->account.id.s) == 0 &&
	       strcmp(l->user, a->account.name) == 0 &&
	       strcmp(l->service, a->request->service) == 0 &&
	       strcmp(l->boot, a->env->boot) == 0 && l->at <= now &&
	       now - l->at <= SESSION_HANDOVER_SECONDS;
}

enum status
session_take_over(struct session_attempt *a, bool *valid, struct fault *f)
{
	struct store_login row;
	uint32_t factors;
	enum status st;

	*valid = false;
	if (a->request->login.s[0] == '\0')
		return STATUS_OK;
	st = store_login_get(a->env->store, &a->request->login, &row, f);
	if (st == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (st != STATUS_OK)
		return st;
	if (!handover_fits(a, &row))
		return STATUS_OK;
	factors = handover_factors(row.factors);
	a->facts.asked |= factors;
	a->facts.passed |= factors;
	*valid = true;
	return STATUS_OK;
}
