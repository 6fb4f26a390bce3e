/* SPDX-License-Identifier: MIT */
#include "admin/backup.h"

#include "admin/account.h"
#include "admin/clock.h"
#include "admin/enroll.h"
#include "base/text.h"

/* In the open transaction: spend ANSWER, if it is a code of that device. */
static enum status
admin_backup_try(const struct admin *a, const struct store_otp *row,
		 const struct secret *answer, enum factor_result *out,
		 struct fault *f)
{
	struct factor_env env = admin_factor_env(a);
	struct otp_match match = { .result = FACTOR_WRONG };
	struct otp_device as;
	enum status st;
	SECRET(key);

	otp_row_device(row, &as);
	if ((st = otp_row_key(&env, row, &key, f)) != STATUS_OK ||
	    (st = otp_match(&as, &key, row->moved, a->now, answer, &match,
			    f)) != STATUS_OK)
		return st;
	if (match.result == FACTOR_RIGHT) {
		if (row->kind == STORE_TOTP &&
		    (st = store_clock_see(a->store, a->now, f)) != STATUS_OK)
			return st;
		st = store_otp_spend(a->store, &row->id, match.at, a->now, f);
		if (st == STATUS_LOST)
			match.result = FACTOR_SPENT;
		else if (st != STATUS_OK)
			return st;
	}
	*out = match.result;
	return STATUS_OK;
}

/* Why no code counted; SPENT: the device that it was a code of, or NULL. */
static enum status
admin_backup_refuse(const struct admin *a, const struct store_otp *spent,
		    struct fault *f)
{
	int64_t until = spent == NULL ? 0 : admin_clock_ahead(spent, a->now);
	char when[TEXT_TIME_SIZE] = "";

	if (until != 0) {
		if (until != INT64_MAX)
			text_time(until, when);
		return fault(f, STATUS_REFUSED,
			     "'%s' was used under a clock that was ahead, and "
			     "is refused %s%s: enroll it again, or give "
			     "--without-code",
			     spent->label,
			     when[0] == '\0' ? "for good" : "until ", when);
	}
	return fault(f, STATUS_REFUSED, "%s",
		     spent != NULL
			     ? "that code was used already: wait for the next"
			     : "that is no code of any of the user's devices");
}

/* In the open transaction: which device proved it? */
static enum status
admin_backup_prove(const struct admin *a, const struct admin_devices *all,
		   const struct secret *answer, const struct store_otp **by,
		   struct fault *f)
{
	enum status st, timely = STATUS_OK;
	struct fault why = { .text = "" };
	const struct store_otp *spent = NULL;
	bool time = false;

	if (code_shaped(answer))
		return fault(f, STATUS_REFUSED,
			     "a code of a device is wanted: no backup code "
			     "makes new ones");
	timely = admin_clock_timely(a, &why);
	if (timely != STATUS_OK && timely != STATUS_REFUSED)
		return fault(f, timely, "%s", why.text);
	for (size_t i = 0; i < all->n; i++) {
		const struct store_otp *row = &all->of[i];
		enum factor_result result;

		if (row->kind == STORE_TOTP && timely != STATUS_OK) {
			time = true;
			continue;
		}
		if (row->state != STORE_OTP_ACTIVE)
			continue;
		if ((st = admin_backup_try(a, row, answer, &result, f)) !=
		    STATUS_OK)
			return st;
		if (result == FACTOR_SPENT)
			spent = row;
		if (result == FACTOR_RIGHT) {
			*by = row;
			return STATUS_OK;
		}
	}
	if (time)
		return fault(f, STATUS_REFUSED, "%s", why.text);
	return admin_backup_refuse(a, spent, f);
}

enum status
admin_backup_ready(const struct admin *a, const char *name,
		   struct store_account *out, struct admin_devices *all,
		   struct fault *f)
{
	enum status st;

	if ((st = admin_account_person(a, name, out, f)) != STATUS_OK ||
	    (st = admin_devices_read(a, &out->id, all, f)) != STATUS_OK)
		return st;
	if (all->n == 0)
		return fault(
			f, STATUS_CONFLICT,
			"'%s' has no device that backup codes could stand "
			"for: see sigractl enroll totp",
			out->name);
	return STATUS_OK;
}

enum status
admin_backup_renew(const struct admin *a, const char *name,
		   const struct secret *proof, struct store_account *out,
		   struct code_set *backup, struct fault *f)
{
	struct factor_env env = admin_factor_env(a);
	const struct store_otp *by = NULL;
	struct fault why = { .text = "" };
	struct store_account acct;
	struct admin_devices all;
	enum status st;
	CODE_SET(set);
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_backup_ready(a, name, &acct, &all, f)) != STATUS_OK)
		return st;
	if (proof != NULL)
		st = admin_backup_prove(a, &all, proof, &by, &why);
	if (st == STATUS_REFUSED)
		return admin_refused(
			a, &txn, "otp.backup_renewed", &acct.id,
			(const struct audit_pair[ADMIN_PAIRS_MAX]){
				{ "reason", why.text } },
			&why, f);
	if (st != STATUS_OK) {
		if (f != NULL)
			*f = why;
		return st;
	}
	code_set_make(&set);
	if ((st = code_set_store(&env, &acct.id, &set, f)) != STATUS_OK)
		return st;
	st = admin_audit(a, "otp.backup_renewed", &acct.id,
			 (const struct audit_pair[ADMIN_PAIRS_MAX]){
				 { "device", by == NULL ? "" : by->id.s },
				 { "proof", by == NULL ? "none" : "device" } },
			 f);
	if (st == STATUS_OK)
		st = admin_commit(a, &txn, f);
	if (st != STATUS_OK)
		return st;
	*backup = set;
	*out = acct;
	return STATUS_OK;
}
