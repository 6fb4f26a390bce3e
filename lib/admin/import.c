/* SPDX-License-Identifier: MIT */
#include "admin/import.h"

#include <string.h>

#include "admin/account.h"
#include "admin/import_row.h"
#include "base/buf.h"
#include "base/text.h"
#include "factor/code.h"
#include "factor/otpauth.h"
#include "import/google.h"
#include "import/oath.h"
#include "import/text.h"

#define IMPORT_NOTE_SIZE 256

bool
admin_import_is_refusal(enum status st)
{
	return st == STATUS_INVALID || st == STATUS_REFUSED ||
	       st == STATUS_CONFLICT || st == STATUS_NOT_FOUND;
}

enum status
admin_import_pass(enum status st, const struct fault *why, struct fault *f)
{
	if (f != NULL)
		*f = *why;
	return st;
}

enum status
admin_import_written(enum status st, struct fault *f)
{
	if (!admin_import_is_refusal(st))
		return st;
	if (f != NULL)
		f->status = STATUS_SYSTEM;
	return STATUS_SYSTEM;
}

void
admin_import_say(struct admin_import_run *r, const char *user,
		 const char *what, bool taken, const char *note)
{
	struct admin_import_row row = { .user = user,
					.line = r->line,
					.what = what,
					.taken = taken,
					.note = note };

	r->count.rows++;
	r->count.taken += taken;
	r->i->say(r->i->ctx, &row);
}

void
admin_import_say_there(struct admin_import_run *r, const char *user,
		       const char *what, const char *note)
{
	r->count.there++;
	admin_import_say(r, user, what, false, note);
}

enum status
admin_import_account(struct admin_import_run *r, const char *user,
		     struct store_account *out, struct fault *f)
{
	return admin_account_find(r->a, user, out, f);
}

/* --- google-authenticator --- */

static void
import_google_note(const struct import_google *g, char out[IMPORT_NOTE_SIZE])
{
	struct buf b;

	buf_start(&b, out, IMPORT_NOTE_SIZE);
	if (g->device.kind == STORE_TOTP && g->window > 2 * OTP_WINDOW + 1)
		buf_printf(&b, "%d codes are good at a time, not %lld",
			   2 * OTP_WINDOW + 1, (long long)g->window);
	if (g->skew < -OTP_WINDOW || g->skew > OTP_WINDOW)
		buf_printf(&b,
			   "%sthe clock of the device is %lld codes off and "
			   "has to be set",
			   b.len > 0 ? "; " : "", (long long)g->skew);
}

/* Only with their device: of one that is there already they may have been
 * replaced since. */
static enum status
import_google_codes(struct admin_import_run *r,
		    const struct admin_import_text *t,
		    const struct store_account *acct, bool taken, unsigned n,
		    struct fault *f)
{
	enum status st = STATUS_OK;
	char what[64];
	struct buf b;
	SECRET(code);

	if (n == 0)
		return STATUS_OK;
	buf_start(&b, what, sizeof(what));
	buf_printf(&b, "%u emergency code%s", n, n == 1 ? "" : "s");
	if (!taken) {
		admin_import_say(r, acct->name, what, false,
				 "their device was not taken");
		return STATUS_OK;
	}
	for (unsigned i = 0; i < n && st == STATUS_OK; i++) {
		if (!import_google_scratch(t->bytes, t->len, i, &code))
			break;
		st = code_keep(&r->env, &acct->id, &code, f);
		if (st == STATUS_CONFLICT)
			st = STATUS_OK; /* one that stands there twice */
	}
	if (st == STATUS_OK)
		admin_import_say(r, acct->name, what, true,
				 "they count as backup codes");
	return admin_import_written(st, f);
}

static enum status
import_google_text(struct admin_import_run *r,
		   const struct admin_import_text *t,
		   const struct store_account *acct, struct fault *f)
{
	struct admin_import_device d = { .acct = acct,
					 .from = "google-authenticator" };
	struct import_google g = { .scratch = 0 };
	struct fault why = { .text = "" };
	char note[IMPORT_NOTE_SIZE];
	enum status st;
	size_t before;
	SECRET(key);

	st = import_google(t->bytes, t->len, &g, &key, &why);
	if (st != STATUS_OK && !admin_import_is_refusal(st))
		return admin_import_pass(st, &why, f);
	if (st != STATUS_OK) {
		admin_import_say(r, acct->name, "device", false, why.text);
		return STATUS_OK;
	}
	(void)text_copy(g.device.label, sizeof(g.device.label), d.from);
	import_google_note(&g, note);
	d.device = &g.device;
	d.key = &key;
	d.moved = g.moved;
	d.note = note;
	before = r->count.taken;
	if ((st = admin_import_device_take(r, &d, f)) != STATUS_OK)
		return st;
	return import_google_codes(r, t, acct, r->count.taken > before,
				   g.scratch, f);
}

/* --- pam_oath --- */

static enum status
import_oath_take(struct admin_import_run *r, const struct import_oath *o,
		 const struct secret *key, const struct store_account *acct,
		 struct fault *f)
{
	struct otp_device device = o->device;
	struct admin_import_device d = { .acct = acct,
					 .device = &device,
					 .key = key,
					 .moved = o->moved,
					 .from = "pam_oath",
					 .note = "" };

	(void)text_copy(device.label, sizeof(device.label), "oath");
	if (o->last_local > 0)
		d.moved = import_oath_step(o, key,
					   r->i->from_local(o->last_local));
	return admin_import_device_take(r, &d, f);
}

static enum status
import_oath_line(struct admin_import_run *r, const struct import_text *line,
		 struct fault *f)
{
	struct import_oath o = { .user = "" };
	struct store_account acct;
	struct fault why = { .text = "" };
	enum status st;
	SECRET(key);

	st = import_oath(line->at, line->len, &o, &key, &why);
	if (st == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (st == STATUS_OK &&
	    (st = admin_import_account(r, o.user, &acct, &why)) == STATUS_OK)
		return import_oath_take(r, &o, &key, &acct, f);
	if (!admin_import_is_refusal(st))
		return admin_import_pass(st, &why, f);
	admin_import_say(r, o.user, "device", false, why.text);
	return STATUS_OK;
}

/* --- otpauth --- */

static enum status
import_otpauth_line(struct admin_import_run *r, const struct import_text *line,
		    const struct store_account *acct, struct fault *f)
{
	struct otpauth o = { .issuer = "" };
	struct admin_import_device d = { .acct = acct,
					 .device = &o.device,
					 .from = "otpauth",
					 .note = "" };
	struct fault why = { .text = "" };
	enum status st;
	SECRET(uri);
	SECRET(key);

	if (line->len == 0 || line->at[0] == '#')
		return STATUS_OK;
	if (line->len > OTPAUTH_MAX)
		st = fault(&why, STATUS_INVALID,
			   "the URI is longer than %d bytes", OTPAUTH_MAX);
	else if ((st = secret_set(&uri, line->at, line->len, &why)) ==
		 STATUS_OK)
		st = otpauth_parse(&uri, &o, &key, &why);
	if (st != STATUS_OK && !admin_import_is_refusal(st))
		return admin_import_pass(st, &why, f);
	if (st != STATUS_OK) {
		admin_import_say(r, acct->name, "device", false, why.text);
		return STATUS_OK;
	}
	d.key = &key;
	if (o.device.kind == STORE_HOTP)
		d.moved = (int64_t)o.device.counter;
	return admin_import_device_take(r, &d, f);
}

/* --- all --- */

static enum status
import_lines(struct admin_import_run *r, const struct admin_import_text *t,
	     const struct store_account *acct, struct fault *f)
{
	struct import_text rest = { .at = t->bytes, .len = t->len }, line;
	enum status st = STATUS_OK;

	r->line = 0;
	while (st == STATUS_OK && import_line(&rest, &line)) {
		if (++r->line > ADMIN_IMPORT_MAX)
			st = fault(f, STATUS_REFUSED,
				   "the list has more than %d lines: take it "
				   "in parts",
				   ADMIN_IMPORT_MAX);
		else if (r->i->kind == ADMIN_IMPORT_OATH)
			st = import_oath_line(r, &line, f);
		else if (r->i->kind == ADMIN_IMPORT_OTPAUTH)
			st = import_otpauth_line(r, &line, acct, f);
		else
			st = admin_import_password_line(r, line.at, line.len,
							f);
	}
	r->line = 0;
	return st;
}

static enum status
import_text(struct admin_import_run *r, const struct admin_import_text *t,
	    struct fault *f)
{
	struct fault why = { .text = "" };
	struct store_account acct;
	enum status st = STATUS_OK;

	if (t->user != NULL)
		st = admin_import_account(r, t->user, &acct, &why);
	if (st != STATUS_OK && (!r->i->go_on || !admin_import_is_refusal(st)))
		return admin_import_pass(st, &why, f);
	if (st != STATUS_OK) {
		admin_import_say(r, t->user, "file", false, why.text);
		return STATUS_OK;
	}
	if (t->why != NULL) {
		admin_import_say(r, t->user == NULL ? "" : t->user, "file",
				 false, t->why);
		return STATUS_OK;
	}
	if (r->i->kind == ADMIN_IMPORT_GOOGLE)
		return import_google_text(r, t, &acct, f);
	if (r->i->kind == ADMIN_IMPORT_U2F)
		return admin_import_key_text(
			r, t, t->user == NULL ? NULL : &acct, f);
	return import_lines(r, t, &acct, f);
}

enum status
admin_import(const struct admin *a, const struct admin_import *i,
	     struct admin_import_count *out, struct fault *f)
{
	struct admin_import_run r = {
		.a = a,
		.i = i,
		.env = admin_factor_env(a),
	};
	enum status st;
	STORE_TXN(txn);

	if (i->n > ADMIN_IMPORT_MAX)
		return fault(f, STATUS_REFUSED, "there are more than %d files",
			     ADMIN_IMPORT_MAX);
	st = admin_begin(a, &txn, f);
	for (size_t n = 0; n < i->n && st == STATUS_OK; n++)
		st = import_text(&r, &i->of[n], f);
	/* Of a dry run the transaction goes out of scope, and its lines with
	 * it: nobody can tell that there was one. */
	if (st != STATUS_OK || i->dry_run)
		audit_discard(a->audit);
	else
		st = admin_commit(a, &txn, f);
	if (st == STATUS_OK)
		*out = r.count;
	return st;
}
