/* SPDX-License-Identifier: MIT */
/*
 * A login proved in one phase counts in the next: the PAM environment carries
 * its id, the store says what it was worth.  Its row lists ways, not factors:
 * "password+totp", and "trust" for a device that stood for a code.
 */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "session/attempt.h"

#define HANDOVER_TRUST "trust"

void
session_ways_format(const char *const ways[POLICY_FACTOR_COUNT], bool trust,
		    char *out, size_t size)
{
	struct buf b;

	buf_start(&b, out, size);
	for (unsigned i = 0; i < POLICY_FACTOR_COUNT; i++) {
		if (ways[i] == NULL)
			continue;
		buf_text(&b, b.len > 0 ? "+" : "");
		buf_text(&b, ways[i]);
	}
	if (trust) {
		buf_text(&b, b.len > 0 ? "+" : "");
		buf_text(&b, HANDOVER_TRUST);
	}
}

/* Handed over, or found and needed now. */
static bool
handover_trust(const struct session_attempt *a, uint32_t granted)
{
	uint32_t waived = a->facts.waived & ~a->facts.passed &
			  (uint32_t)POLICY_SECOND_FACTORS;

	if (a->impersonator[0] != '\0')
		return false;
	if (a->trusted.s[0] == '\0')
		return waived != 0;
	return (waived & granted) != 0;
}

void
session_factors_format(const struct session_attempt *a, uint32_t granted,
		       char *out, size_t size)
{
	const char *ways[POLICY_FACTOR_COUNT] = { NULL };

	const uint32_t proved = a->facts.passed | session_shown(a);

	for (unsigned i = 0; i < POLICY_FACTOR_COUNT; i++) {
		if ((proved & POLICY_BIT(i)) == 0)
			continue;
		ways[i] = a->outcome[i].way;
		if (ways[i] == NULL)
			ways[i] = factor_get(i)->name;
	}
	session_ways_format(ways, handover_trust(a, granted), out, size);
}

static const char *
handover_way(const struct factor *factor, const char *word, size_t len)
{
	for (const char *const *way = factor->ways; *way != NULL; way++)
		if (strlen(*way) == len && memcmp(*way, word, len) == 0)
			return *way;
	return NULL;
}

uint32_t
session_ways_parse(const char *s, const char *ways[POLICY_FACTOR_COUNT],
		   bool *trust)
{
	const size_t trust_len = sizeof(HANDOVER_TRUST) - 1;
	uint32_t set = 0;

	*trust = false;
	for (unsigned i = 0; i < POLICY_FACTOR_COUNT; i++)
		ways[i] = NULL;
	while (*s != '\0') {
		size_t len = strcspn(s, "+");
		unsigned which;

		if (len == trust_len && memcmp(s, HANDOVER_TRUST, len) == 0)
			*trust = true;
		which = factor_way_find(s, len);
		if (which < POLICY_FACTOR_COUNT) {
			ways[which] = handover_way(factor_get(which), s, len);
			set |= POLICY_BIT(which);
		}
		s += len;
		s += *s == '+';
	}
	return set;
}

bool
session_by_token(const struct session_attempt *a)
{
	return (a->facts.asked & a->facts.passed &
		POLICY_BIT(POLICY_FACTOR_TOKEN)) != 0;
}

uint32_t
session_ways_weak(const char *const ways[POLICY_FACTOR_COUNT])
{
	const char *way = ways[POLICY_FACTOR_FIDO2];

	return way != NULL && strcmp(way, "fido2") == 0
		       ? POLICY_BIT(POLICY_FACTOR_FIDO2)
		       : 0;
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
	       l->at >= now - SESSION_HANDOVER_SECONDS;
}

/* *VALID false: none that counts.  One that may be somebody else's, who acts
 * as the account, cannot be left out of account. */
static enum status
handover_find(struct session_attempt *a, struct store_login *row, bool *valid,
	      struct fault *f)
{
	enum status st;

	*valid = a->adrift = false;
	if (a->request->login.s[0] == '\0')
		return STATUS_OK;
	st = store_login_get(a->env->store, &a->request->login, row, f);
	if (st == STATUS_NOT_FOUND) {
		a->adrift = true;
		return STATUS_OK;
	}
	if (st != STATUS_OK)
		return st;
	*valid = handover_fits(a, row);
	a->adrift = !*valid && row->impersonator[0] != '\0';
	return STATUS_OK;
}

/* Whoever acts as the account has none of its second factors to show. */
static void
handover_acted(struct session_attempt *a, const struct store_login *row)
{
	if (row->impersonator[0] == '\0')
		return;
	(void)text_copy(a->impersonator, sizeof(a->impersonator),
			row->impersonator);
	a->facts.waived = (uint32_t)POLICY_SECOND_FACTORS;
}

enum status
session_acted_login(struct session_attempt *a, struct fault *f)
{
	const char *ways[POLICY_FACTOR_COUNT];
	struct store_login row;
	bool valid = false, trust;
	enum status st = handover_find(a, &row, &valid, f);

	if (st != STATUS_OK || !valid)
		return st;
	(void)text_copy(a->impersonator, sizeof(a->impersonator),
			row.impersonator);
	if (a->impersonator[0] != '\0' ||
	    session_ways_parse(row.factors, ways, &trust) ==
		    POLICY_BIT(POLICY_FACTOR_TOKEN))
		a->facts.must_change = false;
	return STATUS_OK;
}

enum status
session_take_over(struct session_attempt *a, bool *valid, struct fault *f)
{
	const char *ways[POLICY_FACTOR_COUNT];
	struct store_login row;
	uint32_t factors;
	bool trust;
	enum status st;

	if ((st = handover_find(a, &row, valid, f)) != STATUS_OK || !*valid)
		return st;
	factors = session_ways_parse(row.factors, ways, &trust);
	a->facts.asked |= factors;
	a->facts.passed |= factors;
	a->facts.weak |= session_ways_weak(ways);
	/* Even if it was a code that is spent by now. */
	a->facts.enrolled |= factors;
	for (unsigned i = 0; i < POLICY_FACTOR_COUNT; i++)
		if (ways[i] != NULL)
			a->outcome[i].way = ways[i];
	if (trust)
		a->facts.waived |= (uint32_t)POLICY_SECOND_FACTORS;
	handover_acted(a, &row);
	/* Chosen there, and read again before it counts; not where the rule of
	 * this phase names others. */
	if (row.org.s[0] != '\0' && rule_names_org(&a->rule, &row.org))
		a->org.id = row.org;
	return STATUS_OK;
}
