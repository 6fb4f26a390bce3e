/* SPDX-License-Identifier: MIT */
/* What a rule says of second factors: is it safe, has it any effect? */
#include "base/text.h"
#include "rule/check.h"

#define RULE_SECOND ((uint32_t)POLICY_SECOND_FACTORS)
#define RULE_TYPED                                                            \
	(POLICY_BIT(POLICY_FACTOR_PASSWORD) | POLICY_BIT(POLICY_FACTOR_TOKEN))
#define RULE_FIDO2 POLICY_BIT(POLICY_FACTOR_FIDO2)
/* Inside a login: a code's device, and nothing that has to be plugged in. */
#define RULE_ENROLLABLE POLICY_BIT(POLICY_FACTOR_OTP)

static bool
rule_names_second(const struct rule *r)
{
	for (unsigned i = 0; i < r->alternatives; i++)
		if ((r->require[i] & RULE_SECOND) != 0)
			return true;
	return false;
}

/* A security key by itself verifies who holds it. */
static bool
rule_second_alone(const struct rule *r)
{
	for (unsigned i = 0; i < r->alternatives; i++)
		if ((r->require[i] & ~RULE_SECOND) == 0 &&
		    r->require[i] != RULE_FIDO2)
			return true;
	return false;
}

/* Has it an alternative with the prompt of the password? */
static bool
rule_names_typed(const struct rule *r)
{
	for (unsigned i = 0; i < r->alternatives; i++)
		if ((r->require[i] & RULE_TYPED) != 0)
			return true;
	return false;
}

static void
rule_check_second_alone(const struct rule *r, struct rule_findings *all)
{
	const uint32_t asking = RULE_PHASE(POLICY_PHASE_AUTH) |
				RULE_PHASE(POLICY_PHASE_PASSWORD);

	if (!rule_second_alone(r))
		return;
	rule_find(all, RULE_WARNING, r->position,
		  "a second factor alone is enough for it: whoever has the "
		  "device gets in; write it beside another, as in "
		  "'password+otp' (only 'fido2' may stand alone: it verifies "
		  "its user then)");
	if ((r->phases & asking) != 0 && rule_names_typed(r))
		rule_find(all, RULE_WARNING, r->position,
			  "shows strangers who has what: an alternative of "
			  "second factors alone has another prompt than one "
			  "with 'password' or 'token'; write the second "
			  "factor beside the password");
}

/* Has it an alternative whose one second factor can be enrolled on the way?
 */
static bool
rule_enrolls(const struct rule *r)
{
	for (unsigned i = 0; i < r->alternatives; i++)
		if ((r->require[i] & RULE_SECOND) == RULE_ENROLLABLE &&
		    (r->require[i] & ~RULE_SECOND) != 0)
			return true;
	return false;
}

bool
rule_asks_once(const struct rule *r)
{
	const char *services = r->service;
	struct rule_item item;

	if (r->prompt != RULE_PROMPT_AUTO)
		return r->prompt == RULE_PROMPT_SINGLE;
	if (text_empty(services))
		return false;
	while (rule_item_next(&services, &item))
		if (!rule_service_single(item.s))
			return false;
	return true;
}

/*
 * What a rule says beside its factors, and to no effect.  None of it admits
 * with nothing: nobody is exempt from an alternative of second factors alone.
 */
void
rule_check_second(const struct rule *r, struct rule_findings *all)
{
	bool second = rule_names_second(r);
	bool auth = (r->phases & RULE_PHASE(POLICY_PHASE_AUTH)) != 0;
	bool enroll = r->unenrolled == RULE_UNENROLLED_ENROLL;

	if (r->action != POLICY_ACTION_REQUIRE)
		return;
	rule_check_second_alone(r, all);
	if (r->unenrolled != RULE_UNENROLLED_DENY && !second)
		rule_find(all, RULE_WARNING, r->position,
			  "says what becomes of the unenrolled, but names no "
			  "second factor; add one, as in 'password+otp'");
	if (enroll && second && !auth)
		rule_find(all, RULE_WARNING, r->position,
			  "nobody can enroll here: it is not for the auth "
			  "phase");
	if (enroll && second && auth && rule_asks_once(r))
		rule_find(all, RULE_WARNING, r->position,
			  "nobody can enroll here: there is one prompt for "
			  "everything; use 'exempt', or another rule for "
			  "services that can show a QR code");
	if (enroll && second && auth && !rule_enrolls(r))
		rule_find(all, RULE_WARNING, r->position,
			  "nobody can enroll here: inside a login only a "
			  "device for 'otp' can be, beside another factor; "
			  "use 'exempt', and enroll keys before "
			  "(sigractl enroll key)");
	if (r->trust_days != 0 && !second)
		rule_find(all, RULE_WARNING, r->position,
			  "trusts devices, but names no second factor that "
			  "they could stand for");
	if ((r->trust_days != 0 || r->step_up != 0) && !auth)
		rule_find(all, RULE_WARNING, r->position,
			  "trusted devices and step-up are for the auth "
			  "phase, which it is not for");
}
