/* SPDX-License-Identifier: MIT */
/*
 * Root is an account like any other once it is in the store, and then no
 * other account can help it: can it still get in at the console?
 */
#ifndef ADMIN_ROOT_H
#define ADMIN_ROOT_H

#include "admin/admin.h"
#include "rule/rule.h"

/* Its name, and that of nobody else. */
#define ADMIN_ROOT "root"

/* What a login of root's would find. */
struct admin_root {
	bool known; /* one that was deleted is: login refuses it */
	bool has_password;
	struct store_account account; /* when known */
};

enum status admin_root_read(const struct admin *a, struct admin_root *out,
			    struct fault *f) MUST_USE;

/*
 * Known, but not able to log in by its account, and not left to the rest of
 * the stack by RULES: OUT says why and what helps.
 */
bool admin_root_stranded(const struct admin_root *root, int64_t now,
			 const struct rule *rules, size_t n,
			 struct rule_finding *out) MUST_USE;

#endif
