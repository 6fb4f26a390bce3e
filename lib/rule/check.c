/* SPDX-License-Identifier: MIT */
/* Is a whole set of rules sane? */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "rule/check.h"

#define RULE_SERVICE_MAX 64U /* what a request can name */

void
rule_find(struct rule_findings *all, enum rule_severity severity,
	  int64_t position, const char *text)
{
	if (all->n < all->max) {
		struct rule_finding *to = &all->out[all->n];

		to->severity = severity;
		to->position = position;
		/* What is too long loses its end by whole characters. */
		if (!text_copy(to->text, sizeof(to->text), text))
			text_encode(text, strlen(text), to->text,
				    sizeof(to->text));
	}
	all->n++;
}

/* Is each item of NARROW also an item of WIDE? */
static bool
rule_list_within(const char *narrow, const char *wide)
{
	struct rule_item a, b;

	while (rule_item_next(&narrow, &a)) {
		const char *rest = wide;
		bool found = false;

		while (!found && rule_item_next(&rest, &b))
			found = strcmp(a.s, b.s) == 0;
		if (!found)
			return false;
	}
	return true;
}

/* By their text alone: an empty condition holds everything. */
static bool
rule_condition_covers(const char *wide, const char *narrow)
{
	if (text_empty(wide))
		return true;
	return !text_empty(narrow) && rule_list_within(narrow, wide);
}

static bool
rule_pattern_covers(const char *wide, const char *narrow)
{
	return strcmp(wide, "*") == 0 || rule_condition_covers(wide, narrow);
}

/* Whoever belongs to an organization is known. */
static enum rule_account
rule_account_of(const struct rule *r)
{
	return text_empty(r->org) ? r->account : RULE_ACCOUNT_KNOWN;
}

/* Does WIDE match whatever NARROW matches?  In doubt, no. */
static bool
rule_covers(const struct rule *wide, const struct rule *narrow)
{
	return (narrow->phases & ~wide->phases) == 0 &&
	       (wide->account == RULE_ACCOUNT_ANY ||
		wide->account == rule_account_of(narrow)) &&
	       rule_condition_covers(wide->org, narrow->org) &&
	       rule_pattern_covers(wide->service, narrow->service) &&
	       rule_pattern_covers(wide->host, narrow->host) &&
	       rule_pattern_covers(wide->user, narrow->user) &&
	       rule_condition_covers(wide->group, narrow->group) &&
	       rule_condition_covers(wide->network, narrow->network);
}

/* The earlier rule that always shadows the one at I, or NULL. */
static const struct rule *
rule_shadow(const struct rule *rules, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (rule_covers(&rules[k], &rules[i]))
			return &rules[k];
	return NULL;
}

/* Does an earlier rule take from the one at I every known account in PHASE? */
static bool
rule_shadow_known(const struct rule *rules, size_t i, enum policy_phase phase)
{
	struct rule narrow = rules[i];

	narrow.phases = RULE_PHASE(phase);
	narrow.account = RULE_ACCOUNT_KNOWN;
	for (size_t k = 0; k < i; k++)
		if (rule_covers(&rules[k], &narrow))
			return true;
	return false;
}

/* Has every service of the list a name that no request can bear? */
static bool
rule_service_impossible(const char *services)
{
	struct rule_item item;

	if (text_empty(services))
		return false;
	while (rule_item_next(&services, &item))
		if (rule_is_glob(item.s) || strlen(item.s) <= RULE_SERVICE_MAX)
			return false;
	return true;
}

static bool
rule_admits_with_nothing(const struct rule *r)
{
	uint32_t proving = RULE_PHASE(POLICY_PHASE_AUTH) |
			   RULE_PHASE(POLICY_PHASE_PASSWORD);

	return r->action == POLICY_ACTION_ADMIT && (r->phases & proving) != 0;
}

/* One rule by itself; false: it cannot be judged further. */
static bool
rule_check_alone(const struct rule *r, struct rule_findings *all)
{
	struct fault why = { .status = STATUS_OK };

	if (rule_valid(r, &why) != STATUS_OK) {
		rule_find(all, RULE_ERROR, r->position, why.text);
		return false;
	}
	if (rule_admits_with_nothing(r))
		rule_find(all, RULE_ERROR, r->position,
			  "'admit' in the auth or password phase would let "
			  "anybody in with nothing; use 'require', or keep "
			  "the rule to account and session");
	return true;
}

/* A service where people type passwords, and that the rule is for; NULL: it
 * names none, or whom it is for. */
static const char *
rule_meets_people(const struct rule *r)
{
	static const char *const services[] = { "sshd", "login", "sudo",
						"su" };
	struct rule only = { .phases = RULE_PHASE(POLICY_PHASE_AUTH) };

	if (!text_empty(r->user) || !text_empty(r->group) ||
	    !text_empty(r->network) || !text_empty(r->org))
		return NULL;
	memcpy(only.service, r->service, sizeof(only.service));
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		const struct rule_subject s = { .phase = POLICY_PHASE_AUTH,
						.service = services[i] };

		if (rule_matches(&only, &s))
			return services[i];
	}
	return NULL;
}

static void
rule_check_token(const struct rule *r, struct rule_findings *all)
{
	const char *service;
	char text[RULE_TEXT_SIZE];
	struct buf b;

	if (r->action != POLICY_ACTION_REQUIRE || r->alternatives != 1 ||
	    r->require[0] != POLICY_BIT(POLICY_FACTOR_TOKEN) ||
	    (r->phases & RULE_PHASE(POLICY_PHASE_AUTH)) == 0 ||
	    (service = rule_meets_people(r)) == NULL)
		return;
	buf_start(&b, text, sizeof(text));
	buf_printf(&b,
		   "takes app tokens alone, at %s, too: nobody gets in there "
		   "by a password or a code, root neither; write 'password | "
		   "token', or name the services or the people it is for",
		   service);
	rule_find(all, RULE_WARNING, r->position, text);
}

static void
rule_check_idle(const struct rule *rules, size_t i, struct rule_findings *all)
{
	const struct rule *by = rule_shadow(rules, i);
	char text[RULE_TEXT_SIZE];
	struct buf b;

	if (rule_service_impossible(rules[i].service))
		rule_find(all, RULE_WARNING, rules[i].position,
			  "can never match: no service has so long a name");
	if (by == NULL)
		return;
	buf_start(&b, text, sizeof(text));
	buf_printf(&b,
		   "never decides: rule %lld before it matches all that it "
		   "matches; move it up or remove it",
		   (long long)by->position);
	rule_find(all, RULE_WARNING, rules[i].position, text);
}

bool
rule_lets_in(const struct rule *r, enum policy_phase phase, bool known)
{
	if (r->action == POLICY_ACTION_ABSTAIN)
		return true;
	if (!known)
		return false;
	if (r->action == POLICY_ACTION_REQUIRE)
		return true;
	return r->action == POLICY_ACTION_ADMIT &&
	       phase != POLICY_PHASE_AUTH && phase != POLICY_PHASE_PASSWORD;
}

/* Can a known account come to the rule at I in PHASE? */
static bool
rule_reached(const struct rule *rules, size_t i, enum policy_phase phase)
{
	return (rules[i].phases & RULE_PHASE(phase)) != 0 &&
	       rules[i].account != RULE_ACCOUNT_UNKNOWN &&
	       !rule_service_impossible(rules[i].service) &&
	       !rule_shadow_known(rules, i, phase);
}

/* Does any rule let known accounts through? */
static bool
rule_anybody(const struct rule *rules, size_t n, enum policy_phase phase)
{
	for (size_t i = 0; i < n; i++)
		if (rule_lets_in(&rules[i], phase, true) &&
		    rule_reached(rules, i, phase))
			return true;
	return false;
}

/* Does any rule ask known accounts for something? */
static bool
rule_asks(const struct rule *rules, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (rules[i].action == POLICY_ACTION_REQUIRE &&
		    rule_reached(rules, i, POLICY_PHASE_AUTH))
			return true;
	return false;
}

static void
rule_check_anybody(const struct rule *rules, size_t n,
		   struct rule_findings *all)
{
	if (!rule_anybody(rules, n, POLICY_PHASE_AUTH))
		rule_find(all, RULE_ERROR, 0,
			  "lets nobody in: no rule for the auth phase lets "
			  "accounts of the store log in; add a 'require' "
			  "rule");
	else if (!rule_asks(rules, n))
		rule_find(all, RULE_ERROR, 0,
			  "no login is decided by Sigra: an 'abstain' rule "
			  "takes every login before a 'require' rule for the "
			  "auth phase asks for anything; narrow it, move it "
			  "down, or add a 'require' rule before it");
	if (!rule_anybody(rules, n, POLICY_PHASE_ACCOUNT))
		rule_find(all, RULE_ERROR, 0,
			  "lets nobody in: no rule for the account phase "
			  "lets accounts of the store through; add an "
			  "'admit' rule");
}

/* Errors first, so that no flood of warnings hides one. */
size_t
rule_check(const struct rule *rules, size_t n, const struct rule_root *root,
	   int64_t now, struct rule_finding *out, size_t max)
{
	struct rule_findings all = { .out = out, .max = max };
	bool sound = true;

	for (size_t i = 0; i < n; i++)
		if (!rule_check_alone(&rules[i], &all))
			sound = false;
	/* Texts that break their form cannot be held against each other. */
	if (!sound)
		return all.n;
	rule_check_root(rules, n, root, now, &all);
	rule_check_anybody(rules, n, &all);
	for (size_t i = 0; i < n; i++) {
		rule_check_idle(rules, i, &all);
		rule_check_token(&rules[i], &all);
		rule_check_second(&rules[i], &all);
		rule_check_keys(&rules[i], &all);
		rule_check_people(&rules[i], &all);
	}
	return all.n;
}
