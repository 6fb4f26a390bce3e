/* SPDX-License-Identifier: MIT */
#include "admin/invite.h"

#include <string.h>

#include "admin/account.h"
#include "admin/clock.h"
#include "admin/name.h"
#include "audit/message.h"
#include "base/buf.h"
#include "base/text.h"
#include "factor/code.h"
#include "factor/guest.h"

#define INVITE_DAY 86400

const char *
admin_invite_state(const struct store_invitation *row, int64_t now)
{
	switch (row->state) {
	case STORE_INVITATION_PENDING:
		return row->expires_at > now ? "pending" : "expired";
	case STORE_INVITATION_ACCEPTED:
		return "accepted";
	case STORE_INVITATION_REVOKED:
		break;
	}
	/* The store ends one that has run out when it is in the way. */
	return row->ended_at >= row->expires_at ? "expired" : "revoked";
}

static enum status
invite_address(const struct admin *a, const struct admin_invite_new *n,
	       char out[STORE_EMAIL_SIZE], struct fault *f)
{
	enum status st;

	if (strchr(n->address, '@') != NULL)
		return admin_email_clean(n->address, out, f);
	if ((st = admin_name_valid(a->config, n->address, f)) != STATUS_OK)
		return st;
	if (n->mail)
		return fault(f, STATUS_INVALID,
			     "--mail: '%s' is a login name, and no address of "
			     "mail",
			     n->address);
	(void)text_copy(out, STORE_EMAIL_SIZE, n->address);
	return STATUS_OK;
}

/* In the open transaction: would somebody of this name ever accept?  What is
 * another organization's is as if it were not there. */
static enum status
invite_name_new(const struct admin *a, const struct admin_invite *i,
		struct fault *f)
{
	struct store_account acct = { .kind = STORE_PERSON };
	struct store_member m;
	enum status st;

	/* No login name is as long as some addresses. */
	if (strchr(i->row.address, '@') != NULL ||
	    !text_copy(acct.name, sizeof(acct.name), i->row.address))
		return STATUS_OK;
	if ((st = admin_member_eligible(&acct, f)) != STATUS_OK)
		return st;
	st = store_account_by_name(a->store, i->row.address, &acct, f);
	if (st == STATUS_NOT_FOUND ||
	    (st == STATUS_OK && acct.kind == STORE_SERVICE && a->org != NULL &&
	     strcmp(acct.org.s, a->org->s) != 0))
		return STATUS_OK;
	if (st != STATUS_OK ||
	    (st = admin_member_eligible(&acct, f)) != STATUS_OK)
		return st;
	st = store_member_get(a->store, &i->org.id, &acct.id, &m, f);
	if (st == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (st != STATUS_OK)
		return st;
	return fault(f, STATUS_CONFLICT, "'%s' belongs to '%s' already",
		     acct.name, i->org.slug);
}

/* By the account, which stays the same whatever it may do later. */
static const char *
invite_maker(const struct admin *a)
{
	return a->self == NULL ? a->actor : a->self->s;
}

/* In the open transaction. */
static enum status
invite_few(const struct admin *a, const struct id *org, struct fault *f)
{
	int64_t by_maker, by_org;
	enum status st;

	if ((st = store_invitation_counts(a->store, invite_maker(a), org,
					  a->now - INVITE_DAY, &by_maker,
					  &by_org, f)) != STATUS_OK)
		return st;
	if (by_maker >= ADMIN_INVITES_MAKER)
		return fault(f, STATUS_REFUSED,
			     "you have made %d invitations within a day, "
			     "which is the limit: go on tomorrow",
			     ADMIN_INVITES_MAKER);
	if (by_org >= ADMIN_INVITES_ORG)
		return fault(f, STATUS_REFUSED,
			     "%d invitations of this organization were made "
			     "within a day, which is the limit: go on "
			     "tomorrow",
			     ADMIN_INVITES_ORG);
	return STATUS_OK;
}

/* In the open transaction.  Whom it is for is not for the audit. */
static enum status
invite_insert(const struct admin *a, const struct admin_invite *i,
	      struct fault *f)
{
	char when[TEXT_TIME_SIZE];
	enum status st = store_invitation_insert(a->store, &i->row, f);

	if (st == STATUS_CONFLICT)
		return fault(f, STATUS_CONFLICT,
			     "'%s' is invited to '%s' already: see sigractl "
			     "invite list %s",
			     i->row.address, i->org.slug, i->org.slug);
	if (st != STATUS_OK)
		return st;
	text_time(i->row.expires_at, when);
	return admin_audit_org(
		a, "invitation.created", &i->row.id, &i->org.id,
		(const struct audit_pair[ADMIN_PAIRS_MAX]){
			{ "role", admin_role_name(i->row.role) },
			{ "expires", when } },
		f);
}

static enum status
invite_mail(const struct admin *a, const struct admin_invite *i,
	    const struct secret *code, struct fault *f)
{
	const struct audit_message m = { .event = "invitation.created",
					 .org = &i->org.id,
					 .address = i->row.address,
					 .code = code };

	return audit_message_put(a->audit, a->keys, a->now, &m, f);
}

/* In the open transaction. */
static enum status
invite_ready(const struct admin *a, const struct admin_invite_new *n,
	     struct admin_invite *i, struct fault *f)
{
	enum status st;

	if ((st = admin_org_find(a, n->slug, &i->org, f)) != STATUS_OK ||
	    (st = admin_member_ranks(a, &i->org.id, n->role, f)) !=
		    STATUS_OK ||
	    (st = invite_name_new(a, i, f)) != STATUS_OK ||
	    (st = invite_few(a, &i->org.id, f)) != STATUS_OK)
		return st;
	i->row.org = i->org.id;
	i->row.role = n->role;
	i->row.created_at = a->now;
	i->row.expires_at = a->now + n->ttl;
	i->row.state = STORE_INVITATION_PENDING;
	crypto_id(a->now, &i->row.id);
	if (!text_copy(i->row.made_by, sizeof(i->row.made_by),
		       invite_maker(a)))
		return fault(f, STATUS_INVALID,
			     "the actor's name is too "
			     "long");
	return STATUS_OK;
}

enum status
admin_invite_make(const struct admin *a, const struct admin_invite_new *n,
		  struct secret *code, struct admin_invite *out,
		  struct fault *f)
{
	struct admin_invite i = { .row = { .ended_at = 0 } };
	enum status st;
	SECRET(made);
	STORE_TXN(txn);

	if (n->ttl < 1 || n->ttl > ADMIN_INVITE_TTL_MAX)
		return fault(f, STATUS_INVALID,
			     "an invitation is good for 1 second to %d days",
			     (int)(ADMIN_INVITE_TTL_MAX / INVITE_DAY));
	code_make(&made);
	if ((st = invite_address(a, n, i.row.address, f)) != STATUS_OK ||
	    (st = code_hash_about(a->keys, CRYPTO_INVITATION, "", &made,
				  i.row.hash, f)) != STATUS_OK ||
	    (st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = invite_ready(a, n, &i, f)) != STATUS_OK ||
	    (st = invite_insert(a, &i, f)) != STATUS_OK)
		return st;
	if (n->mail && (st = invite_mail(a, &i, &made, f)) != STATUS_OK)
		return st;
	if ((st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	secret_copy(code, &made);
	*out = i;
	return STATUS_OK;
}

/* In the open transaction. */
static enum status
invite_find(const struct admin *a, const char *slug, const char *text,
	    struct admin_invite *out, struct fault *f)
{
	enum status st;
	struct id id;

	if ((st = admin_org_find(a, slug, &out->org, f)) != STATUS_OK)
		return st;
	st = STATUS_NOT_FOUND;
	if (strlen(text) == ID_LENGTH) {
		(void)text_copy(id.s, sizeof(id.s), text);
		st = store_invitation_get(a->store, &out->org.id, &id,
					  &out->row, f);
	}
	if (st == STATUS_NOT_FOUND)
		return fault(f, STATUS_NOT_FOUND,
			     "'%s' has no invitation '%s': see sigractl "
			     "invite list %s",
			     out->org.slug, text, out->org.slug);
	return st;
}

enum status
admin_invite_revoke(const struct admin *a, const char *slug, const char *id,
		    struct admin_invite *out, struct fault *f)
{
	static const struct audit_pair none[ADMIN_PAIRS_MAX];
	struct admin_invite i;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = invite_find(a, slug, id, &i, f)) != STATUS_OK ||
	    (st = admin_member_ranks(a, &i.org.id, i.row.role, f)) !=
		    STATUS_OK)
		return st;
	st = store_invitation_end(a->store, &i.row.id,
				  STORE_INVITATION_REVOKED, NULL, a->now, f);
	if (st == STATUS_LOST)
		return fault(f, STATUS_CONFLICT,
			     "that invitation is %s already",
			     admin_invite_state(&i.row, a->now));
	if (st != STATUS_OK)
		return st;
	i.row.state = STORE_INVITATION_REVOKED;
	i.row.ended_at = a->now;
	st = admin_audit_org(a, "invitation.revoked", &i.row.id, &i.org.id,
			     none, f);
	if (st == STATUS_OK)
		st = admin_commit(a, &txn, f);
	if (st == STATUS_OK)
		*out = i;
	return st;
}

struct invite_bond {
	const struct store_account *account;
	struct store_invitation row;
	bool found;
};

static bool
invite_bond_each(void *ctx, const struct store_invitation *row)
{
	struct invite_bond *b = ctx;

	b->found = strcmp(row->made_by, b->account->id.s) == 0 ||
		   strcmp(row->address, b->account->name) == 0 ||
		   (b->account->email[0] != '\0' &&
		    strcmp(row->address, b->account->email) == 0);
	b->row = *row;
	return !b->found;
}

enum status
admin_invite_recall(const struct admin *a, const struct id *org,
		    const struct store_account *acct, struct fault *f)
{
	static const struct audit_pair why[ADMIN_PAIRS_MAX] = {
		{ "reason", "who made it, or whom it was for, is out" }
	};

	for (;;) {
		struct invite_bond b = { .account = acct };
		enum status st;

		st = store_invitation_list(a->store, org, true,
					   invite_bond_each, &b, f);
		if (st != STATUS_OK || !b.found)
			return st;
		st = store_invitation_end(a->store, &b.row.id,
					  STORE_INVITATION_REVOKED, NULL,
					  a->now, f);
		if (st == STATUS_OK)
			st = admin_audit_org(a, "invitation.revoked",
					     &b.row.id, org, why, f);
		if (st != STATUS_OK)
			return st;
	}
}

struct invite_places {
	struct id after, org; /* ORG: empty when none is left */
};

/* The next organization behind AFTER, in the order of ids. */
static bool
invite_places_each(void *ctx, const struct store_member *m,
		   const struct store_org *org)
{
	struct invite_places *p = ctx;

	(void)org;
	if (strcmp(m->org.s, p->after.s) > 0 &&
	    (p->org.s[0] == '\0' || strcmp(m->org.s, p->org.s) < 0))
		p->org = m->org;
	return true;
}

enum status
admin_invite_recall_made(const struct admin *a,
			 const struct store_account *acct, struct fault *f)
{
	char count[24];
	int64_t ended;
	struct buf b;
	enum status st;

	st = store_invitation_end_by(a->store, acct->id.s, a->now, &ended, f);
	if (st != STATUS_OK || ended == 0)
		return st;
	buf_start(&b, count, sizeof(count));
	buf_printf(&b, "%lld", (long long)ended);
	return admin_audit(a, "invitation.revoked", &acct->id,
			   (const struct audit_pair[ADMIN_PAIRS_MAX]){
				   { "reason", "who made them is out" },
				   { "count", count } },
			   f);
}

enum status
admin_invite_recall_all(const struct admin *a,
			const struct store_account *acct, struct fault *f)
{
	struct id after = { .s = "" };
	enum status made = admin_invite_recall_made(a, acct, f);

	if (made != STATUS_OK)
		return made;
	/* What is being read cannot be changed. */
	for (;;) {
		struct invite_places p = { .after = after };
		enum status st;

		st = store_member_of(a->store, &acct->id, invite_places_each,
				     &p, f);
		if (st != STATUS_OK || p.org.s[0] == '\0' ||
		    (st = admin_invite_recall(a, &p.org, acct, f)) !=
			    STATUS_OK)
			return st;
		after = p.org;
	}
}

/* In the open transaction: the invitation that CODE is, for this account;
 * *FOUND false: there is none for it. */
static enum status
invite_for(const struct admin *a, const struct store_account *acct,
	   const struct secret *code, bool *found,
	   struct store_invitation *out, struct fault *f)
{
	struct factor_env env = admin_factor_env(a);
	int64_t seen;
	enum status st;

	*found = false;
	/* It would open nothing, and might outlive the reason for that. */
	if (acct->state != STORE_ACTIVE ||
	    admin_account_expired(acct, a->now) ||
	    admin_member_eligible(acct, NULL) != STATUS_OK)
		return STATUS_OK;
	if ((st = admin_clock_behind(a, &env.clock_behind, &seen, f)) !=
		    STATUS_OK ||
	    (st = guest_invitation(&env, acct->name, code, found, out, f)) !=
		    STATUS_OK)
		return st;
	if (!*found && acct->email[0] != '\0' && acct->email_at > 0)
		st = guest_invitation(&env, acct->email, code, found, out, f);
	if (st == STATUS_OK && *found && a->org != NULL &&
	    strcmp(a->org->s, out->org.s) != 0)
		*found = false;
	return st;
}

/* In the open transaction; *TAKEN false: he belongs to it already. */
static enum status
invite_join(const struct admin *a, const struct store_invitation *i,
	    struct admin_member *m, bool *taken, struct fault *f)
{
	enum status st;

	m->row = (struct store_member){ .org = i->org,
					.account = m->account.id,
					.role = i->role,
					.joined_at = a->now };
	st = store_member_insert(a->store, &m->row, f);
	*taken = st != STATUS_CONFLICT;
	if (st == STATUS_CONFLICT)
		return STATUS_OK;
	if (st != STATUS_OK ||
	    (st = store_org_by_id(a->store, &i->org, &m->org, f)) !=
		    STATUS_OK ||
	    (st = store_invitation_end(
		     a->store, &i->id, STORE_INVITATION_ACCEPTED,
		     &m->account.id, a->now, f)) != STATUS_OK)
		return st;
	return admin_audit_org(a, "invitation.accepted", &m->account.id,
			       &i->org,
			       (const struct audit_pair[ADMIN_PAIRS_MAX]){
				       { "invitation", i->id.s },
				       { "role", admin_role_name(i->role) } },
			       f);
}

enum status
admin_invite_accept(const struct admin *a, const char *user,
		    const struct secret *code, struct admin_member *out,
		    struct fault *f)
{
	static const struct audit_pair none[ADMIN_PAIRS_MAX];
	struct fault why = { .text = "this invitation cannot be accepted" };
	struct admin_member m = { .sessions = 0 };
	struct admin everybody = *a;
	struct store_invitation i;
	enum status st;
	bool good;
	STORE_TXN(txn);

	/* Who accepts is not one of the organization's yet. */
	everybody.org = NULL;
	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_account_find(&everybody, user, &m.account, f)) !=
		    STATUS_OK ||
	    (st = invite_for(a, &m.account, code, &good, &i, f)) != STATUS_OK)
		return st;
	if (good && (st = invite_join(a, &i, &m, &good, f)) != STATUS_OK)
		return st;
	if (!good)
		return admin_refused(a, &txn, "invitation.accepted",
				     &m.account.id, none, &why, f);
	if ((st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	*out = m;
	return STATUS_OK;
}
