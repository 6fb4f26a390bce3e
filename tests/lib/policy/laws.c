/* SPDX-License-Identifier: MIT */
#include "laws.h"

#include <stdlib.h>

#include "test.h"

static const char *const names[LAWS] = {
	[TOTAL] = "every combination gives one of the six steps",
	[WHOLE] = "ALLOW only for what the rule takes for enough",
	[ACTIVE] = "ALLOW and RENEW only for an active account",
	[UNLOCKED] = "never ALLOW through a lock",
	[RULED] = "ALLOW only where a rule lets in",
	[ASKS] = "ASK once, what an alternative names and is usable",
	[CANCELS] = "a cancel denies at once",
	[ABSTAINS] = "ABSTAIN iff the rule says so and nothing was asked",
	[RENEWS] = "RENEW iff an active account must change",
	[REASONS] = "the reason of a denial is true, the account's first",
	[BLIND] = "no question depends on state or answers",
	[IN_TURN] = "a second question only after right answers",
	[DEVICE] = "a trusted device stands for second factors only",
	[STEPS] = "the step-up never asks, and is nobody else's",
	[ENROLLS] = "ENROLL iff due, and then it lets in",
	[STRONG] = "possession alone is never the only proof",
	[DECLINES] = "what was declined counts for nothing, nor is asked",
	[MONOTONE] = "better answers never hurt, a lock always stops",
	[LIVES] = "who has shown enough gets in",
	[SEQUENCE] = "good, bad and unknown logins meet one beginning",
	[ENDS] = "a login asks each factor at most once, then ends",
	[ARRIVES] = "an active account that answers right gets in",
};

static struct {
	bool broken;
	struct policy_facts facts;
	struct policy_decision got;
} laws[LAWS];

static bool first_only;

void
law_first_only(void)
{
	first_only = true;
}

void
law_break(enum law law, const struct policy_facts *f,
	  const struct policy_decision *d)
{
	if (first_only)
		exit(1);
	if (laws[law].broken)
		return;
	laws[law].broken = true;
	laws[law].facts = *f;
	laws[law].got = *d;
}

static void
law_report(enum law law)
{
	const struct policy_facts *f = &laws[law].facts;
	const struct policy_decision *d = &laws[law].got;

	if (laws[law].broken)
		test_note("phase %d action %d account %d require %u:%x|%x "
			  "unenrolled %d enrolled %x usable %x asked %x "
			  "passed %x malformed %x locked %x spent %x "
			  "untimely %x waived %x stepped %x shown %x "
			  "declined %x weak %x%s%s%s -> %s, %s, factor %u, "
			  "granted %x",
			  (int)f->phase, (int)f->action, (int)f->account,
			  f->alternatives, f->require[0], f->require[1],
			  (int)f->unenrolled, f->enrolled, f->usable, f->asked,
			  f->passed, f->malformed, f->locked, f->spent,
			  f->untimely, f->waived, f->stepped, f->shown,
			  f->declined, f->weak,
			  f->cancelled ? " cancelled" : "",
			  f->must_change ? " must-change" : "",
			  f->privileged ? " privileged" : "",
			  policy_step_name(d->step),
			  policy_reason_name(d->reason), (unsigned)d->factor,
			  d->granted);
	test_point(!laws[law].broken, __FILE__, __LINE__, names[law]);
}

void
law_report_all(void)
{
	for (int law = 0; law < LAWS; law++)
		law_report((enum law)law);
}
