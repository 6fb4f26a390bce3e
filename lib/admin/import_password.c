/* SPDX-License-Identifier: MIT */
/* Passwords of shadow(5), with what it says of their age and end. */
#include <string.h>

#include "admin/account.h"
#include "admin/import_row.h"
#include "admin/name.h"
#include "admin/password.h"
#include "admin/root.h"
#include "base/buf.h"
#include "base/text.h"
#include "factor/password.h"
#include "import/shadow.h"

#define IMPORT_DAY 86400
#define IMPORT_NOTE_SIZE 160

struct import_setting {
	char s[ANSWER_MAX + 1];
};

static void
import_setting_wipe(struct import_setting *t)
{
	crypto_wipe(t, sizeof(*t));
}

#define IMPORT_SETTING(name)                                                  \
	__attribute__((                                                       \
		cleanup(import_setting_wipe))) struct import_setting name = { \
		.s = ""                                                       \
	}

/* Day 0 is a day, too, and a time of 0 would be never. */
static int64_t
import_expiry(const struct import_shadow *s)
{
	if (s->expires == IMPORT_SHADOW_UNSET)
		return 0;
	return s->expires == 0 ? 1 : s->expires * IMPORT_DAY;
}

static void
import_shadow_note(const struct store_account *acct, bool created,
		   char out[IMPORT_NOTE_SIZE])
{
	char when[TEXT_TIME_SIZE];
	struct buf b;

	buf_start(&b, out, IMPORT_NOTE_SIZE);
	if (created)
		buf_text(&b, "account added");
	if (created && strcmp(acct->name, ADMIN_ROOT) == 0)
		buf_text(&b, "; decides root's logins from now on");
	if (acct->must_change)
		buf_printf(&b, "%sto be changed at the next login",
			   b.len > 0 ? "; " : "");
	if (acct->expires_at == 0)
		return;
	text_time(acct->expires_at, when);
	buf_printf(&b, "%sexpires %s", b.len > 0 ? "; " : "", when);
}

/* The account as the line wants it; the earlier of two ends counts. */
static enum status
import_shadow_account(struct admin_import_run *r,
		      const struct import_shadow *s,
		      struct store_account *acct, bool created,
		      struct fault *f)
{
	struct admin_account_new new_one = { .name = s->user,
					     .expires_at = import_expiry(s) };
	char when[TEXT_TIME_SIZE];

	if (created)
		return admin_account_insert(r->a, &new_one, acct, f);
	if (new_one.expires_at == 0 ||
	    (acct->expires_at != 0 && acct->expires_at <= new_one.expires_at))
		return STATUS_OK;
	acct->expires_at = new_one.expires_at;
	text_time(acct->expires_at, when);
	return admin_audit(r->a, "user.expiry_set", &acct->id,
			   (const struct audit_pair[ADMIN_PAIRS_MAX]){
				   { "expires", when } },
			   f);
}

static enum status
import_shadow_write(struct admin_import_run *r, struct store_account *acct,
		    const struct secret *setting, struct fault *f)
{
	char apps[ADMIN_APPS_SIZE];
	struct store_password p;
	enum status st;
	IMPORT_SETTING(text);

	if (!secret_string(setting, text.s, sizeof(text.s)))
		return fault(f, STATUS_REFUSED, "that is no crypt(3) string");
	acct->updated_at = r->a->now;
	if ((st = password_import(&r->env, &acct->id, text.s, &p, f)) !=
		    STATUS_OK ||
	    (st = password_replace(&r->env, &acct->id, &p, f)) != STATUS_OK ||
	    (st = admin_password_break(r->a, acct, apps, f)) != STATUS_OK ||
	    (st = store_account_update(r->a->store, acct, f)) != STATUS_OK)
		return st;
	return admin_audit(
		r->a, "password.imported", &acct->id,
		(const struct audit_pair[ADMIN_PAIRS_MAX]){
			{ "must_change", acct->must_change ? "yes" : "" },
			{ "from", "shadow" },
			{ "apps_revoked", apps } },
		f);
}

/* A line of which nothing is written yet. */
struct import_password {
	struct import_shadow line;
	const struct secret *setting;
	struct store_account acct; /* with ADD: still to be made */
	bool add, must_change;
	bool there; /* it has a password: an old one must not replace it */
};

/* Whatever a line may be refused for. */
static enum status
import_shadow_judge(struct admin_import_run *r, struct import_password *p,
		    struct fault *f)
{
	const char *user = p->line.user;
	struct store_password have;
	enum import_age age;
	enum status st;

	age = import_shadow_age(&p->line, r->a->now / IMPORT_DAY);
	if (age == IMPORT_TOO_OLD)
		return fault(f, STATUS_REFUSED,
			     "it was not changed in time and no longer good "
			     "for a login");
	p->must_change = age == IMPORT_AGED;
	st = admin_import_account(r, user, &p->acct, f);
	if (st == STATUS_NOT_FOUND && r->i->add_accounts) {
		p->add = true;
		return admin_name_valid(r->a->config, user, f);
	}
	if (st == STATUS_NOT_FOUND)
		return fault(f, st,
			     "there is no account of that name: see "
			     "--add-accounts");
	if (st != STATUS_OK)
		return st;
	st = store_password_get(r->a->store, &p->acct.id, &have, f);
	p->there = st == STATUS_OK;
	return st == STATUS_NOT_FOUND ? STATUS_OK : st;
}

static enum status
import_shadow_take(struct admin_import_run *r, struct import_password *p,
		   char note[IMPORT_NOTE_SIZE], struct fault *f)
{
	enum status st;

	st = import_shadow_account(r, &p->line, &p->acct, p->add, f);
	p->acct.must_change = p->must_change;
	if (st == STATUS_OK)
		st = import_shadow_write(r, &p->acct, p->setting, f);
	if (st == STATUS_OK)
		import_shadow_note(&p->acct, p->add, note);
	return admin_import_written(st, f);
}

enum status
admin_import_password_line(struct admin_import_run *r, const char *line,
			   size_t len, struct fault *f)
{
	char note[IMPORT_NOTE_SIZE] = "";
	struct fault why = { .text = "" };
	enum status st;
	SECRET(setting);
	struct import_password p = { .line = { .user = "" },
				     .setting = &setting };

	st = import_shadow(line, len, &p.line, &setting, &why);
	if (st == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (st == STATUS_OK)
		st = import_shadow_judge(r, &p, &why);
	if (st != STATUS_OK && !admin_import_is_refusal(st))
		return admin_import_pass(st, &why, f);
	if (p.there) {
		admin_import_say_there(
			r, p.line.user, "password",
			"it has one already, which may be newer: "
			"password import replaces it");
		return STATUS_OK;
	}
	if (st == STATUS_OK &&
	    (st = import_shadow_take(r, &p, note, f)) != STATUS_OK)
		return st;
	admin_import_say(r, p.line.user, "password", st == STATUS_OK,
			 st == STATUS_OK ? note : why.text);
	return STATUS_OK;
}
