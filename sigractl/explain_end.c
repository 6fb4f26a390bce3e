/* SPDX-License-Identifier: MIT */
#include "sigractl/explain_end.h"

#include "admin/account.h"
#include "admin/way.h"
#include "sigractl/out.h"

enum status
explain_end_find(const struct cmd *c, const struct session_explanation *e,
		 struct explain_end *out, struct fault *f)
{
	struct explain_end end = { .facts = e->facts };
	struct admin_way way = { .weak = 0 };
	struct store_account acct;
	enum status st = STATUS_OK;

	if (e->subject.known) {
		st = admin_account_find(&c->admin, c->arg[0], &acct, f);
		if (st == STATUS_OK)
			st = admin_way_read(&c->admin, &acct.id, &way, f);
	}
	if (st != STATUS_OK)
		return st;
	end.d = admin_way_walk(way.weak, &end.facts);
	*out = end;
	return STATUS_OK;
}

/* Is it for want of a security key's place that the second factor fails? */
static bool
explain_elsewhere(const struct policy_facts *facts)
{
	const uint32_t key = POLICY_BIT(POLICY_FACTOR_FIDO2);
	uint32_t second = 0;

	for (unsigned i = 0; i < facts->alternatives; i++)
		second |= facts->require[i] & POLICY_SECOND_FACTORS;
	return (second & facts->enrolled) == key && (facts->usable & key) == 0;
}

void
explain_end_text(const struct explain_end *end)
{
	const struct policy_facts *facts = &end->facts;
	const char *reason = policy_reason_name(end->d.reason);

	if (end->d.step == POLICY_ALLOW)
		out_field("In the end", "let in, if every answer is right%s",
			  facts->must_change &&
					  facts->phase == POLICY_PHASE_AUTH
				  ? "; a new password has to be chosen then, "
				    "in the phase account"
				  : "");
	else if (end->d.step == POLICY_ENROLL)
		out_field("In the end", "has to enroll %s there and then",
			  policy_factor_name(end->d.factor));
	else if (end->d.step == POLICY_DENY &&
		 facts->account == POLICY_ACCOUNT_ACTIVE &&
		 explain_elsewhere(facts))
		out_field("In the end",
			  "refused: a security key cannot be asked for there, "
			  "and there is no other second factor");
	else if (end->d.step == POLICY_DENY)
		out_field("In the end",
			  "refused, whatever the answers are (%s)", reason);
	else
		out_field("In the end", "%s (%s)",
			  policy_step_name(end->d.step), reason);
}
