/* SPDX-License-Identifier: MIT */
/*
 * Who needs a second factor, whatever the rule leaves open: members of an
 * organization that wants it, and a login from a new source where the rule
 * says so.  An alternative without one gets one, and nobody is exempt.
 *
 * Only a right password may show that: where it changes what is asked for,
 * questions are put in turn, and in single style no prompt speaks of it.  Who
 * is asked for what the rule itself names is asked as everybody is.  A token
 * is enough where the rule names it: it is bound to services, and no password.
 *
 * From a new source nobody sets up a device: it may be a thief's.
 */
#include "session/attempt.h"

#define SECOND_BITS ((uint32_t)POLICY_SECOND_FACTORS)
#define SECOND_OTP POLICY_BIT(POLICY_FACTOR_OTP)
#define SECOND_ENOUGH                                                         \
	(SECOND_BITS | POLICY_BIT(POLICY_FACTOR_SSH_SK) |                     \
	 POLICY_BIT(POLICY_FACTOR_TOKEN))

static const char *
second_why(const struct session_attempt *a)
{
	if ((!a->known && !a->draft) || a->account.kind == STORE_SERVICE ||
	    a->facts.action != POLICY_ACTION_REQUIRE)
		return NULL;
	if (a->org_mfa)
		return "organization";
	return session_source_strict(a) ? "new source" : NULL;
}

/* Of what the account has; or else what can be enrolled on the way. */
static uint32_t
second_own(const struct session_attempt *a)
{
	const uint32_t has = a->facts.enrolled & SECOND_BITS;

	if (has == 0 || (has & SECOND_OTP) != 0)
		return SECOND_OTP;
	return POLICY_BIT(POLICY_FACTOR_FIDO2);
}

/* The alternatives that were without: a bit each. */
static uint32_t
second_add(struct session_attempt *a)
{
	uint32_t added = 0;

	for (unsigned i = 0;
	     i < a->facts.alternatives && i < POLICY_ALTERNATIVES_MAX; i++) {
		uint32_t *require = &a->facts.require[i];

		if (*require == 0 || (*require & SECOND_ENOUGH) != 0)
			continue;
		*require |= second_own(a);
		added |= UINT32_C(1) << i;
	}
	return added;
}

/* Is what such an account is asked for first one of ADDED, where the rule has
 * everybody asked for the same?  A token and a password have one prompt, which
 * is the password's: who has typed a token is asked for nothing else. */
static bool
second_walks(const struct session_attempt *a, uint32_t added)
{
	struct policy_facts facts = a->facts;
	struct policy_decision d;

	facts.phase = POLICY_PHASE_AUTH;
	facts.asked = facts.stepped = facts.shown = 0;
	facts.declined |= POLICY_BIT(POLICY_FACTOR_TOKEN);
	d = policy_next(&facts);
	for (unsigned i = 0; i < facts.alternatives; i++)
		if (d.step == POLICY_ASK && facts.require[i] == d.walked)
			return (added >> i & 1) != 0;
	return false;
}

static enum policy_unenrolled
second_unenrolled(const struct session_attempt *a, uint32_t added)
{
	if (a->single)
		return POLICY_UNENROLLED_DENY;
	if (a->facts.unenrolled == POLICY_UNENROLLED_DENY &&
	    !second_walks(a, added))
		return POLICY_UNENROLLED_DENY;
	return POLICY_UNENROLLED_ENROLL;
}

enum status
session_second_find(struct session_attempt *a, struct fault *f)
{
	uint32_t keys = 0, added;
	enum status st;

	a->second = second_why(a);
	if (a->second == NULL)
		return STATUS_OK;
	added = second_add(a);
	if (session_source_strict(a))
		a->facts.enrollable = 0;
	/* It may be asked for a key that the rule does not name. */
	if ((st = session_key_usable(a, &keys, f)) != STATUS_OK)
		return st;
	a->facts.usable |= keys;
	a->facts.unenrolled = second_unenrolled(a, added);
	return STATUS_OK;
}
