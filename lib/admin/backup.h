/* SPDX-License-Identifier: MIT */
/* Backup codes, made anew. */
#ifndef ADMIN_BACKUP_H
#define ADMIN_BACKUP_H

#include "admin/admin.h"
#include "admin/enroll.h"
#include "factor/code.h"

/* Whom it would be for; STATUS_CONFLICT as below. */
enum status admin_backup_ready(const struct admin *a, const char *name,
			       struct store_account *out,
			       struct admin_devices *all, struct fault *f)
	MUST_USE;

/*
 * A new set of backup codes, all older ones void.  PROOF is a fresh code of
 * one of the account's devices, which is spent; NULL: an administrator has to
 * do without, and the audit says so.  STATUS_REFUSED: it is none, or a backup
 * code, of which there is a row, too; STATUS_CONFLICT: the account has no
 * device.
 */
enum status admin_backup_renew(const struct admin *a, const char *name,
			       const struct secret *proof,
			       struct store_account *out,
			       struct code_set *backup, struct fault *f)
	MUST_USE;

#endif
