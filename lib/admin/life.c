/* SPDX-License-Identifier: MIT */
#include "admin/life.h"

#include <string.h>

#include "admin/account.h"
#include "admin/apps.h"
#include "admin/invite.h"
#include "admin/member.h"
#include "admin/trust.h"
#include "base/buf.h"
#include "base/text.h"
#include "store/key.h"
#include "store/people.h"

#define LIFE_DAY 86400
#define LIFE_PAIRS 2 /* that the audit is told of why */

static const char *const life_strategies[] = {
	[STORE_SOFT] = "soft",
	[STORE_HARD] = "hard",
	[STORE_ANONYMIZE] = "anonymize",
};

const char *
admin_strategy_name(enum store_strategy strategy)
{
	return life_strategies[strategy];
}

bool
admin_strategy_parse(const char *s, enum store_strategy *out)
{
	for (enum store_strategy i = STORE_SOFT; i <= STORE_ANONYMIZE; i++)
		if (strcmp(s, life_strategies[i]) == 0) {
			*out = i;
			return true;
		}
	return false;
}

/* In the open transaction: what is out, and would let somebody in or on. */
static enum status
life_recall(const struct admin *a, struct store_account *acct, struct fault *f)
{
	static const enum store_code_kind kinds[] = { STORE_CODE_LOGIN,
						      STORE_CODE_RESET,
						      STORE_CODE_TICKET };
	int64_t dropped;
	enum status st = STATUS_OK;

	for (size_t i = 0;
	     st == STATUS_OK && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		st = store_code_delete(a->store, &acct->id, kinds[i], f);
	if (st != STATUS_OK ||
	    (st = store_impersonation_void(a->store, &acct->id, a->now, f)) !=
		    STATUS_OK ||
	    (st = store_email_change_delete(a->store, &acct->id, f)) !=
		    STATUS_OK ||
	    (st = admin_invite_recall_all(a, acct, f)) != STATUS_OK ||
	    (st = store_login_void(a->store, &acct->id, a->now, f)) !=
		    STATUS_OK ||
	    (st = store_session_close_all(a->store, &acct->id, NULL, "deleted",
					  a->now, &dropped, f)) != STATUS_OK)
		return st;
	return admin_trust_end(a, acct, &dropped, f);
}

/* Likewise: nobody can use any of it again, so nobody need be able to steal
 * it. */
static enum status
life_disarm(const struct admin *a, struct store_account *acct, struct fault *f)
{
	enum status st;

	st = store_password_delete(a->store, &acct->id, f);
	if (st != STATUS_OK && st != STATUS_NOT_FOUND)
		return st;
	st = store_administrator_delete(a->store, &acct->id, f);
	if (st != STATUS_OK && st != STATUS_NOT_FOUND)
		return st;
	if ((st = store_otp_delete_all(a->store, &acct->id, f)) != STATUS_OK ||
	    (st = store_key_delete_all(a->store, &acct->id, f)) != STATUS_OK ||
	    (st = store_code_delete(a->store, &acct->id, STORE_CODE_BACKUP,
				    f)) != STATUS_OK ||
	    (st = admin_member_leave_all(a, &acct->id, f)) != STATUS_OK)
		return st;
	return life_recall(a, acct, f);
}

/* Nothing of it says any more who it was; the audit's rows name its id. */
static enum status
life_anonymize(const struct admin *a, struct store_account *acct,
	       struct fault *f)
{
	struct buf b;

	buf_start(&b, acct->name, sizeof(acct->name));
	/* Of the random end: the beginning is the time it was made. */
	buf_printf(&b, "deleted-%s", acct->id.s + ID_LENGTH - 12);
	acct->email[0] = acct->reason[0] = '\0';
	acct->email_at = 0;
	return store_account_forget(a->store, &acct->id, f);
}

/* In the open transaction: it is deleted, as its strategy says. */
static enum status
life_end(const struct admin *a, struct store_account *acct,
	 const struct audit_pair why[LIFE_PAIRS], struct fault *f)
{
	char apps[ADMIN_APPS_SIZE] = "";
	const struct audit_pair pairs[ADMIN_PAIRS_MAX] = {
		why[0], why[1], { "apps_revoked", apps }
	};
	enum status st;

	acct->state = STORE_DELETED;
	acct->delete_at = 0;
	/* Before it leaves what it belongs to, which would end and count them,
	 * too. */
	if ((st = admin_apps_end(a, &acct->id, apps, f)) != STATUS_OK ||
	    (st = life_disarm(a, acct, f)) != STATUS_OK)
		return st;
	if (acct->strategy == STORE_ANONYMIZE &&
	    (st = life_anonymize(a, acct, f)) != STATUS_OK)
		return st;
	if ((st = admin_account_write(a, acct, "user.deleted", pairs, f)) !=
		    STATUS_OK ||
	    acct->strategy != STORE_HARD)
		return st;
	return store_account_erase(a->store, &acct->id, f);
}

/* In the open transaction; nobody has to be asked any more. */
static enum status
life_reap_one(const struct admin *a, struct store_account *acct,
	      struct fault *f)
{
	struct admin system = *a;

	system.actor = "system";
	system.loginuid = NULL;
	system.org = system.self = NULL;
	return life_end(
		&system, acct,
		(const struct audit_pair[LIFE_PAIRS]){
			{ "reason", "the days of grace are over" },
			{ "strategy", admin_strategy_name(acct->strategy) } },
		f);
}

enum status
admin_life_reap_name(const struct admin *a, const char *name, struct fault *f)
{
	struct store_account acct;
	enum status st = store_account_by_name(a->store, name, &acct, f);

	if (st == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (st != STATUS_OK || !admin_account_due(&acct, a->now))
		return st;
	return life_reap_one(a, &acct, f);
}

struct life_due {
	struct id id;
	bool found;
	const struct id *after; /* one that could not be reaped */
};

static bool
life_due_first(void *ctx, const struct store_account *acct)
{
	struct life_due *d = ctx;

	if (d->after != NULL) {
		if (strcmp(d->after->s, acct->id.s) == 0)
			d->after = NULL;
		return true;
	}
	d->id = acct->id;
	d->found = true;
	return false;
}

/* The next that is due, behind AFTER (NULL: the first). */
static enum status
life_due_next(const struct admin *a, const struct id *after,
	      struct life_due *out, struct fault *f)
{
	*out = (struct life_due){ .found = false, .after = after };
	return store_account_due(a->store, a->now, life_due_first, out, f);
}

static enum status
life_reap_id(const struct admin *a, const struct id *id, struct fault *f)
{
	struct store_account acct;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = store_account_by_id(a->store, id, &acct, f)) != STATUS_OK)
		return st;
	/* Brought back meanwhile. */
	if (!admin_account_due(&acct, a->now))
		return STATUS_OK;
	if ((st = life_reap_one(a, &acct, f)) != STATUS_OK)
		return st;
	return admin_commit(a, &txn, f);
}

enum status
admin_life_reap(const struct admin *a, int64_t *reaped, struct fault *f)
{
	enum status st, first = STATUS_OK;
	struct fault why = { .text = "" };
	struct id stuck = { .s = "" };
	struct life_due due;

	*reaped = 0;
	while ((st = life_due_next(a, stuck.s[0] == '\0' ? NULL : &stuck, &due,
				   f)) == STATUS_OK &&
	       due.found) {
		if ((st = life_reap_id(a, &due.id, &why)) == STATUS_OK) {
			(*reaped)++;
			continue;
		}
		stuck = due.id;
		if (first == STATUS_OK && f != NULL)
			*f = why;
		first = first == STATUS_OK ? st : first;
	}
	return first != STATUS_OK ? first : st;
}

static enum status
life_delete(const struct admin *a, struct store_account *acct,
	    const struct admin_deletion *d, struct fault *f)
{
	const struct audit_pair strategy = {
		"strategy", admin_strategy_name(d->strategy)
	};
	char when[TEXT_TIME_SIZE] = "now", apps[ADMIN_APPS_SIZE] = "";
	enum status st;

	acct->strategy = d->strategy;
	if (d->days == 0)
		return life_end(a, acct,
				(const struct audit_pair[LIFE_PAIRS]){
					{ "when", when }, strategy },
				f);
	if ((st = admin_apps_end(a, &acct->id, apps, f)) != STATUS_OK ||
	    (st = life_recall(a, acct, f)) != STATUS_OK)
		return st;
	acct->state = STORE_PENDING;
	acct->delete_at = a->now + d->days * LIFE_DAY;
	text_time(acct->delete_at, when);
	return admin_account_write(
		a, acct, "user.deletion_scheduled",
		(const struct audit_pair[ADMIN_PAIRS_MAX]){
			{ "when", when }, strategy, { "apps_revoked", apps } },
		f);
}

enum status
admin_account_delete(const struct admin *a, const char *name,
		     const struct admin_deletion *d, struct store_account *out,
		     struct fault *f)
{
	struct store_account acct;
	char when[TEXT_TIME_SIZE];
	enum status st;
	STORE_TXN(txn);

	if (d->days < 0 || d->days > ADMIN_GRACE_DAYS_MAX)
		return fault(f, STATUS_INVALID,
			     "days of grace must be 0 to %d",
			     ADMIN_GRACE_DAYS_MAX);
	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_account_find(a, name, &acct, f)) != STATUS_OK)
		return st;
	if (acct.state == STORE_PENDING && d->days != 0) {
		text_time(acct.delete_at, when);
		return fault(f, STATUS_CONFLICT,
			     "user '%s' is to be deleted on %s already; "
			     "--now deletes at once",
			     name, when);
	}
	if ((st = admin_member_may_leave(a, &acct.id, f)) != STATUS_OK ||
	    (st = life_delete(a, &acct, d, f)) != STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	if (acct.state == STORE_DELETED && acct.strategy != STORE_SOFT)
		store_tidy(a->store);
	*out = acct;
	return STATUS_OK;
}

enum status
admin_account_undelete(const struct admin *a, const char *name,
		       struct store_account *out, struct fault *f)
{
	static const struct audit_pair none[ADMIN_PAIRS_MAX];
	struct store_account acct;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_account_find(a, name, &acct, f)) != STATUS_OK)
		return st;
	if (acct.state != STORE_PENDING)
		return fault(f, STATUS_CONFLICT,
			     "user '%s' is not pending deletion", name);
	/* Why it was disabled, if it was, still holds. */
	acct.state = acct.reason[0] == '\0' ? STORE_ACTIVE : STORE_DISABLED;
	acct.delete_at = 0;
	acct.strategy = STORE_SOFT;
	if ((st = admin_account_write(a, &acct, "user.undeleted", none, f)) !=
		    STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	*out = acct;
	return STATUS_OK;
}
