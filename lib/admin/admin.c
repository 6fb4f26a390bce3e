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
	return session_key_check(a->store, a->keys, f);
}

enum status
admin_commit(const struct admin *a, struct store_txn *t, struct fault *f)
{
	enum status st = store_commit(t, f);

	if (st == STATUS_OK)
		audit_publish(a->audit);
	else
		audit_discard(a->audit);
	return st;
}

enum status
admin_audit(const struct admin *a, const char *action, const struct id *target,
	    const struct audit_pair pairs[ADMIN_PAIRS_MAX], struct fault *f)
{
	struct audit_entry e = { .action = action,
				 .outcome = AUDIT_SUCCESS,
				 .actor = a->actor,
				 .target = target == NULL ? NULL : target->s,
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
