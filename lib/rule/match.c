/* SPDX-License-Identifier: MIT */
/* Does a rule match a login? */
#include <fnmatch.h>
#include <string.h>

#include "base/network.h"
#include "base/text.h"
#include "rule/list.h"

/*
 * A slash is a byte like any other (winbind names have backslashes, services
 * may have slashes), so no flag gives either a meaning of its own.
 */
static bool
rule_patterns_match(const char *patterns, const char *s)
{
	struct rule_item item;

	if (text_empty(patterns))
		return true;
	if (s == NULL)
		return false;
	while (rule_item_next(&patterns, &item))
		if (item.s[0] != '\0' && fnmatch(item.s, s, FNM_NOESCAPE) == 0)
			return true;
	return false;
}

static bool
rule_member(const struct rule_subject *s, const char *group)
{
	for (size_t i = 0; i < s->group_count; i++)
		if (strcmp(s->groups[i], group) == 0)
			return true;
	return false;
}

static bool
rule_groups_match(const char *groups, const struct rule_subject *s)
{
	struct rule_item item;

	if (text_empty(groups))
		return true;
	while (rule_item_next(&groups, &item))
		if (item.s[0] != '\0' && rule_member(s, item.s))
			return true;
	return false;
}

static bool
rule_networks_match(const char *networks, const struct rule_subject *s)
{
	struct network network;
	struct rule_item item;

	if (text_empty(networks))
		return true;
	if (!s->has_address)
		return false;
	while (rule_item_next(&networks, &item))
		if (network_parse(item.s, &network) &&
		    network_holds(&network, &s->address))
			return true;
	return false;
}

bool
rule_names_org(const struct rule *r, const struct id *org)
{
	const char *orgs = r->org;
	struct rule_item item;

	if (text_empty(orgs))
		return true;
	while (rule_item_next(&orgs, &item))
		if (item.s[0] != '\0' && strcmp(item.s, org->s) == 0)
			return true;
	return false;
}

/* Who is unknown belongs nowhere, whatever a caller says. */
static bool
rule_orgs_match(const struct rule *r, const struct rule_subject *s)
{
	if (text_empty(r->org))
		return true;
	for (size_t i = 0; s->known && i < s->org_count; i++)
		if (rule_names_org(r, &s->orgs[i]))
			return true;
	return false;
}

static bool
rule_account_matches(enum rule_account account, bool known)
{
	switch (account) {
	case RULE_ACCOUNT_ANY:
		return true;
	case RULE_ACCOUNT_KNOWN:
		return known;
	case RULE_ACCOUNT_UNKNOWN:
		return !known;
	}
	return false;
}

static bool
rule_phase_matches(uint32_t phases, enum policy_phase phase)
{
	return phase >= POLICY_PHASE_AUTH && phase <= POLICY_PHASE_SESSION &&
	       (phases & RULE_PHASE(phase)) != 0;
}

bool
rule_matches(const struct rule *r, const struct rule_subject *s)
{
	return rule_phase_matches(r->phases, s->phase) &&
	       rule_account_matches(r->account, s->known) &&
	       rule_patterns_match(r->service, s->service) &&
	       rule_patterns_match(r->host, s->host) &&
	       rule_patterns_match(r->user, s->user) &&
	       rule_orgs_match(r, s) && rule_groups_match(r->group, s) &&
	       rule_networks_match(r->network, s);
}

const struct rule *
rule_first(const struct rule *rules, size_t n, const struct rule_subject *s)
{
	for (size_t i = 0; i < n; i++)
		if (rule_matches(&rules[i], s))
			return &rules[i];
	return NULL;
}
