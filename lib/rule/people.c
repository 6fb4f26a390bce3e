/* SPDX-License-Identifier: MIT */
/* What a rule says of people: organizations, invitations, what they are told,
 * how long their sessions last.  Has it any effect? */
#include "rule/check.h"

#define PEOPLE_PASSWORD POLICY_BIT(POLICY_FACTOR_PASSWORD)
#define PEOPLE_SECOND                                                         \
	((uint32_t)POLICY_SECOND_FACTORS | POLICY_BIT(POLICY_FACTOR_SSH_SK) | \
	 POLICY_BIT(POLICY_FACTOR_TOKEN))

/* Has some alternative something of SET? */
static bool
people_named(const struct rule *r, uint32_t set)
{
	for (unsigned i = 0; i < r->alternatives; i++)
		if ((r->require[i] & set) != 0)
			return true;
	return false;
}

/* Does everybody prove a second factor, whatever source is new?  A token needs
 * none. */
static bool
people_second_anyway(const struct rule *r)
{
	for (unsigned i = 0; i < r->alternatives; i++)
		if ((r->require[i] & PEOPLE_SECOND) == 0)
			return false;
	return r->unenrolled == RULE_UNENROLLED_DENY && r->trust_days == 0 &&
	       r->step_up == 0;
}

/* What only a login does, and only where it can talk. */
static void
people_check_talk(const struct rule *r, struct rule_findings *all)
{
	bool ask = r->org_choice == RULE_ORG_ASK;
	bool told = r->notice || r->new_source == RULE_NEW_SOURCE_TELL;

	if ((r->phases & RULE_PHASE(POLICY_PHASE_AUTH)) == 0) {
		if (ask || told || r->invite ||
		    r->new_source == RULE_NEW_SOURCE_SECOND)
			rule_find(all, RULE_WARNING, r->position,
				  "org-choice, notice, new-source and invite "
				  "are for the auth phase, which it is not "
				  "for");
		return;
	}
	if (!rule_asks_once(r))
		return;
	if (ask)
		rule_find(all, RULE_WARNING, r->position,
			  "nobody can be asked for an organization here: "
			  "there is one prompt for everything, so the last "
			  "used is active");
	if (told)
		rule_find(all, RULE_WARNING, r->position,
			  "nobody is told anything here: there is one prompt "
			  "for everything");
}

static void
people_check_invite(const struct rule *r, struct rule_findings *all)
{
	if (!people_named(r, PEOPLE_PASSWORD))
		rule_find(all, RULE_WARNING, r->position,
			  "nobody can accept an invitation here: its code is "
			  "typed for the password, which no alternative "
			  "names; add one, as in 'password'");
	if (r->account == RULE_ACCOUNT_KNOWN || r->org[0] != '\0')
		rule_find(all, RULE_WARNING, r->position,
			  "nobody can accept an invitation here: it is for "
			  "accounts of the store only; leave out account "
			  "known and the organizations");
	if (r->user[0] == '\0' && r->group[0] == '\0')
		rule_find(all, RULE_WARNING, r->position,
			  "whoever may invite can come in here as any user of "
			  "the host whom Sigra does not know: name them by "
			  "user or group");
	if (rule_asks_once(r))
		rule_find(all, RULE_WARNING, r->position,
			  "nobody can accept an invitation here: there is one "
			  "prompt for everything, and a password has to be "
			  "chosen");
}

static void
people_check_source(const struct rule *r, struct rule_findings *all)
{
	if (people_second_anyway(r))
		rule_find(all, RULE_WARNING, r->position,
			  "new-source second has no effect: every login by "
			  "it proves a second factor already, or has a "
			  "token");
	else if (rule_asks_once(r) && !people_named(r, PEOPLE_PASSWORD))
		rule_find(all, RULE_WARNING, r->position,
			  "new-source second denies every login from a new "
			  "source: there is one prompt, and no alternative "
			  "has a password that a code could stand behind");
}

void
rule_check_people(const struct rule *r, struct rule_findings *all)
{
	bool auth = (r->phases & RULE_PHASE(POLICY_PHASE_AUTH)) != 0;

	people_check_talk(r, all);
	if (auth && r->invite)
		people_check_invite(r, all);
	if (auth && r->new_source == RULE_NEW_SOURCE_SECOND)
		people_check_source(r, all);
	if ((r->phases & RULE_PHASE(POLICY_PHASE_SESSION)) == 0 &&
	    (r->session_max > 0 || r->session_idle > 0))
		rule_find(all, RULE_WARNING, r->position,
			  "says how long a session lasts, but is not for the "
			  "session phase; say so in the rule that is, or add "
			  "the phase");
}
