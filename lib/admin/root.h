/* SPDX-License-Identifier: MIT */
/*
 * Root is an account like any other once it is in the store, and then no
 * other account can help it: can it still get in at the console?
 */
#ifndef ADMIN_ROOT_H
#define ADMIN_ROOT_H

#include "admin/way.h"
#include "rule/rule.h"

/* Its name, and that of nobody else. */
#define ADMIN_ROOT "root"

/* What a login of root's would find. */
struct admin_root {
	bool known; /* one that was deleted is: login refuses it */
	bool has_password;
	struct admin_way way;	      /* none for a deleted one */
	bool gone;		      /* deleted */
	struct store_account account; /* when known */
};

enum status admin_root_read(const struct admin *a, struct admin_root *out,
			    struct fault *f) MUST_USE;

/*
 * What a set of rules is held against.  Who has nothing to show at the console
 * is shut out by the account, whatever the rules are: they are judged as if it
 * had a password, and a deleted one as if it had everything.
 */
struct rule_root admin_root_judged(const struct admin_root *root);

/*
 * Known, but not able to log in by its account, and not left to the rest of
 * the stack by RULES: OUT says why and what helps.
 */
bool admin_root_stranded(const struct admin_root *root, int64_t now,
			 const struct rule *rules, size_t n,
			 struct rule_finding *out) MUST_USE;

#endif
