/* SPDX-License-Identifier: MIT */
/* Inside the rule room only: what rule_check() is made of. */
#ifndef RULE_CHECK_H
#define RULE_CHECK_H

#include "rule/list.h"

/* Findings as they come; more than there is room for are only counted. */
struct rule_findings {
	struct rule_finding *out;
	size_t max, n;
};
void rule_find(struct rule_findings *all, enum rule_severity severity,
	       int64_t position, const char *text);

/* May this rule let through the account it matches? */
bool rule_lets_in(const struct rule *r, enum policy_phase phase, bool known);

/* Has every alternative a factor that is proved by SSH alone? */
bool rule_ssh_only(const struct rule *r);

/* Are people asked once for everything, wherever this rule matches? */
bool rule_asks_once(const struct rule *r);

/* Can root get in at the console, by what it has? */
void rule_check_root(const struct rule *rules, size_t n,
		     const struct rule_root *root, int64_t now,
		     struct rule_findings *all);

/* What a rule says of second factors, keys and people; warnings only. */
void rule_check_second(const struct rule *r, struct rule_findings *all);
void rule_check_people(const struct rule *r, struct rule_findings *all);
void rule_check_keys(const struct rule *r, struct rule_findings *all);

#endif
