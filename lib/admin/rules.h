/* SPDX-License-Identifier: MIT */
/*
 * Changes of policy.  A change whose result would be wrong (rule_check()
 * says RULE_ERROR) is refused as a whole.  FOUND holds what rule_check() said
 * of the resulting set, and whether root's account strands root under it, on
 * STATUS_OK and on STATUS_REFUSED.  The account is the set's fault only for
 * admin_rules_check(): a change of the rules is not refused for it.
 */
#ifndef ADMIN_RULES_H
#define ADMIN_RULES_H

#include "admin/admin.h"
#include "rule/rule.h"

#define ADMIN_FINDINGS_MAX 32

struct admin_findings {
	size_t n; /* at most ADMIN_FINDINGS_MAX */
	struct rule_finding of[ADMIN_FINDINGS_MAX];
};

/* At r->position, or last when that is 0; r->id is made here. */
enum status admin_rules_add(const struct admin *a, const struct rule *r,
			    struct rule *out, struct admin_findings *found,
			    struct fault *f) MUST_USE;
/* OUT: the rule that moved, at its new place. */
enum status admin_rules_move(const struct admin *a, int64_t from, int64_t to,
			     struct rule *out, struct admin_findings *found,
			     struct fault *f) MUST_USE;
/* OUT: the rule that is gone. */
enum status admin_rules_remove(const struct admin *a, int64_t position,
			       struct rule *out, struct admin_findings *found,
			       struct fault *f) MUST_USE;
/* The set as it is; STATUS_REFUSED when there is an error in it. */
enum status admin_rules_check(const struct admin *a,
			      struct admin_findings *found, struct fault *f)
	MUST_USE;

/* *POSITION: of the first rule that names this organization; 0: none does.
 * Inside a transaction, too. */
enum status admin_rules_name_org(const struct admin *a, const struct id *org,
				 int64_t *position, struct fault *f) MUST_USE;

/* In the open transaction of a new store: rule_defaults(). */
enum status admin_rules_install(const struct admin *a, struct fault *f)
	MUST_USE;

#endif
