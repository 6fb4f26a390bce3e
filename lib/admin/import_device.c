/* SPDX-License-Identifier: MIT */
/* A device of somewhere else becomes one of an account, once. */
#include <string.h>

#include "admin/import_row.h"
#include "admin/item.h"
#include "base/buf.h"
#include "base/text.h"

#define IMPORT_DAY 86400
#define IMPORT_WHAT_SIZE (STORE_LABEL_SIZE + 16)
#define IMPORT_NOTE_SIZE 512
#define IMPORT_SUFFIX_MAX (OTP_DEVICES_MAX + 2 * STORE_KEYS_MAX + 1)

/* What the account has already. */
struct import_known {
	struct admin_import_run *run;
	const struct secret *key;
	size_t n;
	bool found; /* SAME has this key */
	struct store_otp same;
	enum status st; /* of looking */
	struct fault *f;
};

static bool
import_known_each(void *ctx, const struct store_otp *row)
{
	struct import_known *k = ctx;
	SECRET(key);

	k->n++;
	k->st = otp_row_key(&k->run->env, row, &key, k->f);
	if (k->st != STATUS_OK)
		return false;
	if (secret_equal(&key, k->key)) {
		k->found = true;
		k->same = *row;
	}
	return true;
}

/* WANTED, or with -2, -3 ... at its end, and shorter where it must be. */
static enum status
import_label(const struct admin_import_run *r, const struct id *account,
	     const char *wanted, char out[STORE_LABEL_SIZE], struct fault *f)
{
	size_t kept = strlen(wanted);
	struct buf b;

	(void)text_copy(out, STORE_LABEL_SIZE, wanted);
	for (int n = 2; n <= IMPORT_SUFFIX_MAX; n++) {
		bool taken = false;
		enum status st =
			admin_label_taken(r->a, account, out, &taken, f);

		if (st != STATUS_OK || !taken)
			return st;
		do {
			buf_start(&b, out, STORE_LABEL_SIZE);
			buf_printf(&b, "%.*s-%d", (int)kept, wanted, n);
		} while ((b.full || text_code_points(out, b.len) < 0) &&
			 kept-- > 0);
	}
	return STATUS_OK;
}

/*
 * A code of tomorrow may have been used by a clock that was ahead; one of
 * next year was not, and would shut the device out until then.
 */
static enum status
import_moved_valid(const struct admin_import_run *r,
		   const struct admin_import_device *d, struct fault *f)
{
	int64_t now = r->a->now;

	if (d->device->kind == STORE_TOTP &&
	    d->moved > (now + IMPORT_DAY) / (int64_t)d->device->period)
		return fault(f, STATUS_INVALID,
			     "a code of a later day was used: is the clock "
			     "of this host right?");
	return STATUS_OK;
}

static void
import_note(const struct admin_import_run *r,
	    const struct admin_import_device *d, char out[IMPORT_NOTE_SIZE])
{
	int64_t period = (int64_t)d->device->period;
	char when[TEXT_TIME_SIZE];
	struct buf b;

	buf_start(&b, out, IMPORT_NOTE_SIZE);
	buf_text(&b, d->note);
	if (d->device->kind != STORE_TOTP ||
	    d->moved <= r->a->now / period + OTP_WINDOW)
		return;
	text_time((d->moved + 1 - OTP_WINDOW) * period, when);
	buf_printf(&b, "%sits codes are good from %s on",
		   b.len > 0 ? "; " : "", when);
}

/* Whatever a device may be refused for, before anything is written. */
static enum status
import_device_judge(struct admin_import_run *r,
		    const struct admin_import_device *d,
		    const struct import_known *known,
		    const struct otp_device *device, struct store_otp *row,
		    struct fault *f)
{
	enum status st;

	if (known->n >= OTP_DEVICES_MAX)
		return fault(f, STATUS_REFUSED,
			     "an account has at most %d devices",
			     OTP_DEVICES_MAX);
	if ((st = otp_device_valid(device, f)) != STATUS_OK ||
	    (st = import_moved_valid(r, d, f)) != STATUS_OK)
		return st;
	return otp_row_make(&r->env, &d->acct->id, device, d->key, d->moved,
			    row, f);
}

static enum status
import_device_insert(struct admin_import_run *r,
		     const struct admin_import_device *d,
		     const struct store_otp *row, struct fault *f)
{
	enum status st = otp_row_add(&r->env, row, f);

	if (st == STATUS_OK)
		st = admin_audit(r->a, "otp.imported", &d->acct->id,
				 (const struct audit_pair[ADMIN_PAIRS_MAX]){
					 { "label", row->label },
					 { "kind", otp_kind_name(row->kind) },
					 { "from", d->from } },
				 f);
	return admin_import_written(st, f);
}

/* It went on elsewhere since it was taken: what was spent there is spent here,
 * too. */
static enum status
import_device_follow(struct admin_import_run *r,
		     const struct admin_import_device *d,
		     const struct store_otp *row, const char **note,
		     struct fault *f)
{
	int64_t at = row->kind == STORE_TOTP ? d->moved : d->moved - 1;
	struct fault why = { .text = "" };
	enum status st;

	*note = "already there: its key is the same";
	if (row->kind != d->device->kind ||
	    row->period != (int64_t)d->device->period ||
	    row->state != STORE_OTP_ACTIVE || d->moved <= row->moved ||
	    import_moved_valid(r, d, &why) != STATUS_OK)
		return STATUS_OK;
	*note = "already there; codes that were used since then are used "
		"here, too";
	st = store_otp_spend(r->a->store, &row->id, at, r->a->now, f);
	if (st == STATUS_OK)
		st = admin_audit(
			r->a, "otp.followed", &d->acct->id,
			(const struct audit_pair[ADMIN_PAIRS_MAX]){
				{ "label", row->label }, { "from", d->from } },
			f);
	return admin_import_written(st, f);
}

static void
import_what(const struct otp_device *device, char out[IMPORT_WHAT_SIZE])
{
	struct buf b;

	buf_start(&b, out, IMPORT_WHAT_SIZE);
	buf_printf(&b, "%s '%s'", otp_kind_name(device->kind), device->label);
}

/* One whose key the account does not have. */
static enum status
import_device_new(struct admin_import_run *r,
		  const struct admin_import_device *d,
		  const struct import_known *known, struct fault *f)
{
	struct otp_device device = *d->device;
	char what[IMPORT_WHAT_SIZE], note[IMPORT_NOTE_SIZE];
	struct fault why = { .text = "" };
	struct store_otp row;
	enum status st;

	st = import_label(r, &d->acct->id, d->device->label, device.label, f);
	if (st != STATUS_OK)
		return st;
	import_what(&device, what);
	st = import_device_judge(r, d, known, &device, &row, &why);
	if (st != STATUS_OK && !admin_import_is_refusal(st))
		return admin_import_pass(st, &why, f);
	if (st != STATUS_OK) {
		admin_import_say(r, d->acct->name, what, false, why.text);
		return STATUS_OK;
	}
	if ((st = import_device_insert(r, d, &row, f)) != STATUS_OK)
		return st;
	import_note(r, d, note);
	admin_import_say(r, d->acct->name, what, true, note);
	return STATUS_OK;
}

enum status
admin_import_device_take(struct admin_import_run *r,
			 const struct admin_import_device *d, struct fault *f)
{
	struct import_known known = { .run = r, .key = d->key, .f = f };
	char what[IMPORT_WHAT_SIZE];
	struct otp_device device;
	const char *there = NULL;
	enum status st;

	st = store_otp_list(r->a->store, &d->acct->id, import_known_each,
			    &known, f);
	if (st != STATUS_OK || (st = known.st) != STATUS_OK)
		return st;
	if (!known.found)
		return import_device_new(r, d, &known, f);
	otp_row_device(&known.same, &device);
	import_what(&device, what);
	st = import_device_follow(r, d, &known.same, &there, f);
	if (st == STATUS_OK)
		admin_import_say_there(r, d->acct->name, what, there);
	return st;
}
