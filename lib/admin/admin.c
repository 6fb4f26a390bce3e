/* SPDX-License-Identifier: MIT */
#include "admin/admin.h"

#include <unistd.h>

#include "base/text.h"
#include "session/keycheck.h"

enum status
admin_begin(const struct admin *a, struct store_txn *t, struct fault *f)
{
	enum status st;

	/* Lines of a transaction that was given up must not go out now. */
	audit_discard(a->audit);
	if ((st = store_begin(a->store, t, f)) != STATUS_OK)
		return st;
	/* What is sealed now must be readable after a rekey meanwhile. */
	if ((st = session_key_check(a->store, a->keys, f)) != STATUS_OK)
		return st;
	return a->again == NULL ? STATUS_OK : a->again(a->again_ctx, f);
}

enum status
admin_commit(const struct admin *a, struct store_txn *t, struct fault *f)
{
	return audit_commit(a->audit, t, f);
}

struct factor_env
admin_factor_env(const struct admin *a)
{
	const struct config *c = a->config;

	return (struct factor_env){
		.store = a->store,
		.keys = a->keys,
		.cost = { .memory_kib = (uint32_t)c->argon2_memory_kib,
			  .passes = (uint32_t)c->argon2_passes,
			  .lanes = (uint32_t)c->argon2_lanes },
		.now = a->now,
		.breach = a->breach,
	};
}

static enum status
admin_audit_row(const struct admin *a, const char *action,
		enum audit_outcome outcome, const struct id *target,
		const struct id *org,
		const struct audit_pair pairs[ADMIN_PAIRS_MAX],
		struct fault *f)
{
	struct audit_entry e = { .action = action,
				 .outcome = outcome,
				 .actor = a->actor,
				 .target = target == NULL ? NULL : target->s,
				 .org = org == NULL ? NULL : org->s,
				 .pid = getpid() };
	size_t n = 0;

	for (size_t i = 0; i < ADMIN_PAIRS_MAX && pairs[i].key != NULL; i++)
		if (!text_empty(pairs[i].value))
			e.meta[n++] = pairs[i];
	if (a->loginuid != NULL) {
		e.meta[n++] = (struct audit_pair){ "loginuid", a->loginuid };
		e.meta[n] = (struct audit_pair){ "sudo_uid", a->sudo_uid };
	}
	return audit_write(a->audit, a->now, &e, f);
}

enum status
admin_audit(const struct admin *a, const char *action, const struct id *target,
	    const struct audit_pair pairs[ADMIN_PAIRS_MAX], struct fault *f)
{
	return admin_audit_row(a, action, AUDIT_SUCCESS, target, a->org, pairs,
			       f);
}

enum status
admin_audit_all(const struct admin *a, const char *action,
		const struct id *target, int64_t n, struct fault *f)
{
	char all[TEXT_INTEGER_SIZE];

	text_integer(n, all);
	return admin_audit(
		a, action, target,
		(const struct audit_pair[ADMIN_PAIRS_MAX]){ { "all", all } },
		f);
}

enum status
admin_audit_org(const struct admin *a, const char *action,
		const struct id *target, const struct id *org,
		const struct audit_pair pairs[ADMIN_PAIRS_MAX],
		struct fault *f)
{
	return admin_audit_row(a, action, AUDIT_SUCCESS, target, org, pairs,
			       f);
}

enum status
admin_refused(const struct admin *a, struct store_txn *t, const char *action,
	      const struct id *target,
	      const struct audit_pair pairs[ADMIN_PAIRS_MAX],
	      const struct fault *why, struct fault *f)
{
	enum status st;

	if ((st = admin_audit_row(a, action, AUDIT_FAILURE, target, a->org,
				  pairs, f)) != STATUS_OK ||
	    (st = admin_commit(a, t, f)) != STATUS_OK)
		return st;
	if (f != NULL)
		*f = *why;
	return STATUS_REFUSED;
}
