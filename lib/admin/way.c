/* SPDX-License-Identifier: MIT */
#include "admin/way.h"

#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "session/session.h"
#include "store/key.h"

/* Is there a key that can verify its user, as far as is known?  One that U2F
 * made says so only by its attestation, which is mostly not asked for; but it
 * names no model, and has verified nobody. */
static bool
way_key_each(void *ctx, const struct store_key *key)
{
	static const uint8_t none[STORE_AAGUID_SIZE];
	bool *strong = ctx;

	*strong = key->state == STORE_KEY_ACTIVE &&
		  (key->flags & STORE_KEY_U2F) == 0 &&
		  ((key->flags & STORE_KEY_UV) != 0 ||
		   memcmp(key->aaguid, none, sizeof(none)) != 0);
	return !*strong;
}

enum status
admin_way_read(const struct admin *a, const struct id *account,
	       struct admin_way *out, struct fault *f)
{
	struct factor_env env = admin_factor_env(a);
	struct admin_way way = { .enrolled = 0 };
	bool strong = false;
	enum status st;

	for (unsigned i = 0; i < POLICY_FACTOR_COUNT; i++) {
		bool has = false;

		st = factor_get(i)->enrolled(&env, account, &has, f);
		if (st != STATUS_OK)
			return st;
		if (has)
			way.enrolled |= POLICY_BIT(i);
	}
	st = store_key_list(a->store, account, way_key_each, &strong, f);
	if (st != STATUS_OK)
		return st;
	if (!strong)
		way.weak = way.enrolled & POLICY_BIT(POLICY_FACTOR_FIDO2);
	*out = way;
	return STATUS_OK;
}

bool
admin_way_in(const struct rule *rule, const struct admin_way *way, int64_t now)
{
	const struct rule_way all = { .enrolled = way->enrolled,
				      .weak = way->weak,
				      .usable = RULE_FACTORS_ALL };

	return rule_way_in(rule, &all, now);
}

struct policy_decision
admin_way_walk(uint32_t weak, struct policy_facts *facts)
{
	return rule_way_walk(weak, facts);
}

uint32_t
admin_way_exempt(const struct rule *rule, const struct admin_way *before,
		 const struct admin_way *after, int64_t now)
{
	const struct rule_way left = { .enrolled = after->enrolled,
				       .weak = after->weak,
				       .usable = RULE_FACTORS_ALL };
	uint32_t second = 0;
	struct policy_decision d;

	for (unsigned i = 0; i < rule->alternatives; i++)
		second |= rule->require[i] & (uint32_t)POLICY_SECOND_FACTORS;
	if ((before->enrolled & second) == 0 ||
	    (after->enrolled & second) != 0)
		return 0;
	d = rule_way_end(rule, &left, now);
	/* No alternative whole: what is enough is less than any of them. */
	for (unsigned i = 0; i < rule->alternatives; i++)
		if (rule->require[i] == d.granted)
			return 0;
	return d.step == POLICY_ALLOW ? d.granted : 0;
}

/* Could it decide some login of this user, from wherever? */
static bool
way_meets(const struct rule *r, const char *name)
{
	struct rule any = { .phases = r->phases, .account = r->account };
	const struct rule_subject subject = { .phase = POLICY_PHASE_AUTH,
					      .service = "",
					      .host = "",
					      .user = name,
					      .known = true };

	(void)text_copy(any.user, sizeof(any.user), r->user);
	return r->action == POLICY_ACTION_REQUIRE &&
	       rule_matches(&any, &subject);
}

static void
way_change(const struct rule *r, const struct admin_way *before,
	   const struct admin_way *after, int64_t now,
	   struct admin_way_change *out)
{
	uint32_t alone = admin_way_exempt(r, before, after, now);

	if (!out->lost && admin_way_in(r, before, now) &&
	    !admin_way_in(r, after, now)) {
		out->lost = true;
		out->lost_under = *r;
	}
	if (out->alone == 0 && alone != 0) {
		out->alone = alone;
		out->alone_under = *r;
	}
}

enum status
admin_way_changed(const struct admin *a, const char *name,
		  const struct admin_way *before,
		  const struct admin_way *after, struct admin_way_change *out,
		  struct fault *f)
{
	AUTO_FREE struct rule *rules = calloc(RULES_MAX, sizeof(*rules));
	enum status st;
	size_t n;

	if (rules == NULL)
		return fault(f, STATUS_SYSTEM, "out of memory");
	st = session_rules(a->store, rules, RULES_MAX, &n, f);
	if (st != STATUS_OK)
		return st;
	*out = (struct admin_way_change){ .lost = false };
	for (size_t i = 0; i < n; i++)
		if (way_meets(&rules[i], name))
			way_change(&rules[i], before, after, a->now, out);
	return STATUS_OK;
}
