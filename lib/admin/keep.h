/* SPDX-License-Identifier: MIT */
/* Keeping the store: copies of it, and its key. */
#ifndef ADMIN_KEEP_H
#define ADMIN_KEEP_H

#include "admin/admin.h"
#include "store/restore.h"

/* WHAT was taken out of the house: "store.backed_up" or "key.exported", with
 * the path of FILE ("": the terminal). */
enum status admin_keep_taken(const struct admin *a, const char *action,
			     const char *file, struct fault *f) MUST_USE;

/* What a restore or a change of the key has come to. */
struct admin_kept {
	int64_t rows; /* sealed anew */
	struct store_voided voided;
	struct audit_gap
		gap; /* rows of the audit that a restored copy lacks */
};

/*
 * In the draft of a restored store, before anybody else sees it: whatever was
 * under way when it was copied is over, no code counts that was good then, and
 * the audit says so.  OLD: the key of the backup, and everything is sealed
 * anew with a->keys; NULL: it is that already.  The audit's lines wait for
 * audit_publish(): when the draft has taken the store's place.
 */
enum status admin_keep_restored(const struct admin *a,
				const struct crypto_keys *old,
				int64_t backup_at, struct admin_kept *out,
				struct fault *f) MUST_USE;

/* When the backup behind A's store was made; 0: it does not say. */
enum status admin_keep_backup_at(const struct admin *a, int64_t *out,
				 struct fault *f) MUST_USE;

/*
 * One transaction: everything that OLD has sealed is sealed with a->keys,
 * which is the store's key from then on.  What is kept only as a hash under
 * OLD cannot be: codes are spent, backup codes too, and no device is trusted
 * any more.
 */
enum status admin_keep_rekey(const struct admin *a,
			     const struct crypto_keys *old,
			     struct admin_kept *out, struct fault *f) MUST_USE;

#endif
