/* SPDX-License-Identifier: MIT */
/*
 * The end of an account.  A deletion is pending for days of grace, in which
 * nobody logs in and it can be undone; what it leaves is its strategy.
 */
#ifndef ADMIN_LIFE_H
#define ADMIN_LIFE_H

#include "admin/admin.h"

#define ADMIN_GRACE_DAYS_MAX 3650

/* "soft", "hard", "anonymize". */
const char *admin_strategy_name(enum store_strategy strategy);
bool admin_strategy_parse(const char *s, enum store_strategy *out);

struct admin_deletion {
	int64_t days; /* of grace; 0: now */
	enum store_strategy strategy;
};

/*
 * Sessions, trust and codes that are out end at once; password, devices, keys
 * and memberships when it is deleted.  STATUS_CONFLICT when a deletion is
 * pending and DAYS is not 0; STATUS_REFUSED for the only owner of an
 * organization.
 */
enum status admin_account_delete(const struct admin *a, const char *name,
				 const struct admin_deletion *d,
				 struct store_account *out, struct fault *f)
	MUST_USE;

/* STATUS_CONFLICT when no deletion is pending. */
enum status admin_account_undelete(const struct admin *a, const char *name,
				   struct store_account *out, struct fault *f)
	MUST_USE;

/* In the open transaction: a pending deletion of NAME that is due becomes one,
 * so that the name is free. */
enum status admin_life_reap_name(const struct admin *a, const char *name,
				 struct fault *f) MUST_USE;

/* Every pending deletion that is due becomes one, each in a transaction;
 * *REAPED counts those that did, also when one of them fails. */
enum status admin_life_reap(const struct admin *a, int64_t *reaped,
			    struct fault *f) MUST_USE;

#endif
