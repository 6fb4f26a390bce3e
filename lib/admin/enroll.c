/* SPDX-License-Identifier: MIT */
#include "admin/enroll.h"

#include <string.h>

#include "admin/account.h"
#include "admin/clock.h"
#include "admin/item.h"

static bool
admin_devices_keep(void *ctx, const struct store_otp *row)
{
	struct admin_devices *all = ctx;

	all->of[all->n++] = *row;
	return all->n < OTP_DEVICES_MAX;
}

enum status
admin_devices_read(const struct admin *a, const struct id *account,
		   struct admin_devices *out, struct fault *f)
{
	out->n = 0;
	return store_otp_list(a->store, account, admin_devices_keep, out, f);
}

enum status
admin_enroll_ready(const struct admin *a, const char *name,
		   struct otp_device *d, struct store_account *out,
		   struct fault *f)
{
	struct otp_device device = *d;
	struct store_account acct;
	struct admin_devices all;
	enum status st;

	if ((st = admin_account_person(a, name, &acct, f)) != STATUS_OK ||
	    (st = admin_devices_read(a, &acct.id, &all, f)) != STATUS_OK)
		return st;
	st = admin_label_ready(a, &acct,
			       d->kind == STORE_TOTP ? "phone" : "token",
			       device.label, f);
	if (st != STATUS_OK ||
	    (st = otp_device_valid(&device, f)) != STATUS_OK)
		return st;
	if (all.n >= OTP_DEVICES_MAX)
		return fault(f, STATUS_REFUSED,
			     "'%s' has %d devices, which is the limit: remove "
			     "one first",
			     acct.name, OTP_DEVICES_MAX);
	if (device.kind == STORE_TOTP &&
	    (st = admin_clock_timely(a, f)) != STATUS_OK)
		return st;
	*d = device;
	*out = acct;
	return STATUS_OK;
}

enum status
admin_enroll_confirm(const struct admin *a, const struct otp_device *d,
		     const struct secret *key, const struct secret *answer,
		     int64_t *moved, struct fault *f)
{
	struct otp_match match = { .result = FACTOR_WRONG };
	bool counts = d->kind == STORE_HOTP;
	enum status st;

	st = otp_match(d, key, counts ? (int64_t)d->counter : 0, a->now,
		       answer, &match, f);
	if (st != STATUS_OK)
		return st;
	if (match.result != FACTOR_RIGHT)
		return fault(f, STATUS_REFUSED,
			     "that is no code of this device");
	*moved = counts ? match.at + 1 : match.at;
	return STATUS_OK;
}

static enum status
admin_device_audit(const struct admin *a, const char *action,
		   const struct admin_device *d, const char *what,
		   const char *value, struct fault *f)
{
	return admin_audit(a, action, &d->account.id,
			   (const struct audit_pair[ADMIN_PAIRS_MAX]){
				   { "device", d->row.id.s },
				   { "label", d->row.label },
				   { "kind", otp_kind_name(d->row.kind) },
				   { what, value } },
			   f);
}

/* In the open transaction: a set of backup codes, unless one is left. */
static enum status
admin_enroll_codes(const struct admin *a, const struct factor_env *env,
		   const struct id *account, struct code_set *made,
		   bool *codes, struct fault *f)
{
	struct store_code_count count;
	enum status st;

	st = store_code_counted(a->store, account, STORE_CODE_BACKUP, a->now,
				&count, f);
	*codes = st == STATUS_OK && count.left == 0;
	if (!*codes)
		return st;
	code_set_make(made);
	return code_set_store(env, account, made, f);
}

enum status
admin_enroll_add(const struct admin *a, const struct id *account,
		 const struct otp_device *d, const struct secret *key,
		 int64_t moved, struct admin_device *out,
		 struct code_set *backup, bool *codes, struct fault *f)
{
	struct factor_env env = admin_factor_env(a);
	struct admin_device added;
	enum status st;
	bool any;
	CODE_SET(set);
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_account_there(a, account, &added.account, f)) !=
		    STATUS_OK ||
	    (st = otp_row_make(&env, account, d, key, moved, &added.row, f)) !=
		    STATUS_OK)
		return st;
	/* Somebody may have taken the label since it was asked for. */
	st = otp_row_add(&env, &added.row, f);
	if (st == STATUS_CONFLICT)
		return admin_label_conflict(&added.account, d->label, f);
	if (st == STATUS_OK && d->kind == STORE_TOTP)
		st = store_clock_see(a->store, a->now, f);
	if (st != STATUS_OK ||
	    (st = admin_enroll_codes(a, &env, account, &set, &any, f)) !=
		    STATUS_OK ||
	    (st = admin_device_audit(a, "otp.enrolled", &added, "backup",
				     any ? "new" : "", f)) != STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	*out = added;
	*codes = any;
	if (any)
		*backup = set;
	return STATUS_OK;
}

enum status
admin_enroll_find(const struct admin *a, const char *name, const char *label,
		  struct admin_device *out, struct fault *f)
{
	struct admin_device d;
	enum status st;

	if ((st = admin_account_person(a, name, &d.account, f)) != STATUS_OK)
		return st;
	/* A longer label is in no store, and may be too long to be asked. */
	st = STATUS_NOT_FOUND;
	if (strlen(label) < STORE_LABEL_SIZE)
		st = store_otp_get(a->store, &d.account.id, label, &d.row, f);
	if (st == STATUS_NOT_FOUND)
		return fault(f, STATUS_NOT_FOUND,
			     "'%s' has no device '%s': see sigractl enroll "
			     "list %s",
			     d.account.name, label, d.account.name);
	if (st == STATUS_OK)
		*out = d;
	return st;
}

enum status
admin_enroll_counting(const struct admin *a, const char *name,
		      const char *label, struct admin_device *out,
		      struct fault *f)
{
	struct admin_device d;
	enum status st = admin_enroll_find(a, name, label, &d, f);

	if (st != STATUS_OK)
		return st;
	if (d.row.kind != STORE_HOTP)
		return fault(f, STATUS_CONFLICT,
			     "'%s' of '%s' goes by time: it has no counter "
			     "to find, see the clocks of both",
			     d.row.label, d.account.name);
	*out = d;
	return STATUS_OK;
}

enum status
admin_enroll_resync(const struct admin *a, const char *name, const char *label,
		    const struct secret *first, const struct secret *second,
		    struct admin_device *out, struct fault *f)
{
	struct factor_env env = admin_factor_env(a);
	struct fault why = { .text = "" };
	struct admin_device d;
	struct otp_device as;
	int64_t counter;
	enum status st;
	SECRET(key);
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_enroll_counting(a, name, label, &d, f)) != STATUS_OK)
		return st;
	otp_row_device(&d.row, &as);
	if ((st = otp_row_key(&env, &d.row, &key, f)) != STATUS_OK)
		return st;
	st = otp_resync(&as, &key, d.row.moved, first, second, &counter, &why);
	if (st == STATUS_REFUSED)
		return admin_refused(
			a, &txn, "otp.resynced", &d.account.id,
			(const struct audit_pair[ADMIN_PAIRS_MAX]){
				{ "device", d.row.id.s },
				{ "label", d.row.label },
				{ "reason", why.text } },
			&why, f);
	if (st != STATUS_OK)
		return fault(f, st, "%s", why.text);
	if ((st = store_otp_resync(a->store, &d.row.id, counter, a->now, f)) !=
		    STATUS_OK ||
	    (st = admin_device_audit(a, "otp.resynced", &d, NULL, NULL, f)) !=
		    STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	d.row.moved = counter + 1;
	d.row.state = STORE_OTP_ACTIVE;
	d.row.used_at = a->now;
	*out = d;
	return STATUS_OK;
}

struct admin_every_device {
	const struct admin *admin;
	bool (*each)(void *ctx, const struct admin_device *);
	void *ctx;
	struct admin_device now;
	bool stop;
	enum status st;
	struct fault *f;
};

static bool
admin_every_row(void *ctx, const struct store_otp *row)
{
	struct admin_every_device *e = ctx;

	e->now.row = *row;
	e->stop = !e->each(e->ctx, &e->now);
	return !e->stop;
}

static bool
admin_every_account(void *ctx, const struct store_account *acct)
{
	struct admin_every_device *e = ctx;

	e->now.account = *acct;
	e->st = store_otp_list(e->admin->store, &acct->id, admin_every_row, e,
			       e->f);
	return e->st == STATUS_OK && !e->stop;
}

enum status
admin_enroll_each(const struct admin *a,
		  bool (*each)(void *ctx, const struct admin_device *),
		  void *ctx, struct fault *f)
{
	struct admin_every_device e = {
		.admin = a, .each = each, .ctx = ctx, .st = STATUS_OK, .f = f
	};
	enum status st;

	st = store_account_list(a->store, "", admin_every_account, &e, f);
	return st == STATUS_OK ? e.st : st;
}
