/* SPDX-License-Identifier: MIT */
#include "admin/token.h"

#include <string.h>

#include "admin/account.h"
#include "admin/reach.h"
#include "base/buf.h"
#include "base/text.h"
#include "factor/jwt.h"
#include "factor/otp.h"

#define TOKEN_DAY 86400

const char *
admin_token_state(const struct admin_token *t, int64_t now)
{
	const struct store_token *row = &t->row;

	if (row->revoked_at != 0)
		return "revoked";
	if (row->expires_at != 0 && row->expires_at <= now)
		return "expired";
	return t->ends_at != 0 && t->ends_at <= now ? "refused" : "active";
}

/* One that was given for its name: nobody repeats it. */
static enum status
token_not_itself(const char *name, struct fault *f)
{
	static const char *const prefixes[] = { TOKEN_APP_PREFIX,
						TOKEN_SERVICE_PREFIX,
						JWT_REFRESH_PREFIX };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return fault(f, STATUS_INVALID,
				     "that is a token itself, which others of "
				     "the host could read here: revoke it by "
				     "its user and label, or its id (sigractl "
				     "token list)");
	return STATUS_OK;
}

/* --- making one --- */

static enum status
token_sources(const char *from, char out[STORE_TOKEN_SOURCES_SIZE],
	      struct fault *f)
{
	char text[NETWORK_TEXT_SIZE];
	struct network n;
	struct buf b;

	buf_start(&b, out, STORE_TOKEN_SOURCES_SIZE);
	for (const char *at = from; at != NULL;) {
		size_t len = strcspn(at, ",");

		if (len < sizeof(text)) {
			memcpy(text, at, len);
			text[len] = '\0';
		}
		if (len >= sizeof(text) || !network_parse(text, &n))
			return fault(f, STATUS_INVALID,
				     "'%.*s' is no network like 192.0.2.0/24 "
				     "or 2001:db8::/32",
				     (int)(len < 64 ? len : 64), at);
		network_format(&n, text);
		buf_printf(&b, "%s%s", b.len == 0 ? "" : ",", text);
		at = at[len] == '\0' ? NULL : at + len + 1;
	}
	if (b.full)
		return fault(f, STATUS_INVALID,
			     "these networks take more than %d bytes: name "
			     "fewer, or wider ones",
			     STORE_TOKEN_SOURCES_SIZE - 1);
	return STATUS_OK;
}

/* All that can be said without the store. */
static enum status
token_fill(const struct admin *a, const struct admin_token_new *n,
	   struct store_token *row, struct fault *f)
{
	enum status st;

	if (!text_copy(row->label, sizeof(row->label), n->label))
		return fault(f, STATUS_INVALID,
			     "the label is longer than %d bytes",
			     STORE_LABEL_SIZE - 1);
	if ((st = otp_label_valid(row->label, f)) != STATUS_OK ||
	    (st = token_not_itself(row->label, f)) != STATUS_OK)
		return st;
	if (!text_copy(row->scopes, sizeof(row->scopes), n->scopes))
		return fault(f, STATUS_INVALID,
			     "the scopes are longer than %d bytes",
			     STORE_TOKEN_SCOPES_SIZE - 1);
	if (!token_scopes_valid(row->scopes))
		return fault(f, STATUS_INVALID,
			     "'%s' is no scope like login:dovecot (small "
			     "letters, digits and '_', a colon, and likewise "
			     "with '.', '-' and '*')",
			     row->scopes);
	if ((st = token_sources(n->sources, row->sources, f)) != STATUS_OK)
		return st;
	if (n->expires_at != 0 && n->expires_at <= a->now)
		return fault(f, STATUS_INVALID,
			     "that day is over: nothing would be accepted");
	row->expires_at = n->expires_at;
	row->created_at = a->now;
	if (!text_copy(row->made_by, sizeof(row->made_by), a->actor))
		return fault(f, STATUS_INVALID, "the actor has no short name");
	return STATUS_OK;
}

/* In the open transaction: somebody who may log in now. */
static enum status
token_account(const struct admin *a, const char *user,
	      struct store_account *out, struct fault *f)
{
	enum status st;

	if ((st = admin_account_person(a, user, out, f)) != STATUS_OK ||
	    (st = admin_reach(a, out, f)) != STATUS_OK)
		return st;
	/* It would open nothing, and might outlive the reason for that. */
	if (out->state != STORE_ACTIVE || admin_account_expired(out, a->now))
		return fault(f, STATUS_CONFLICT,
			     "user '%s' is %s: no app token would be accepted",
			     user,
			     out->state == STORE_ACTIVE
				     ? "expired"
				     : admin_account_state(out, a->now));
	return STATUS_OK;
}

/* An organization that wants ROW to end sooner. */
struct token_limit {
	const struct store_token *row;
	struct store_org org;
	bool found;
};

static bool
token_limit_each(void *ctx, const struct store_member *m,
		 const struct store_org *o)
{
	struct token_limit *l = ctx;
	int64_t lasts = l->row->expires_at - l->row->created_at;

	(void)m;
	l->found = l->row->expires_at == 0
			   ? o->token_expiry || o->token_max != 0
			   : o->token_max != 0 && lasts > o->token_max;
	if (l->found)
		l->org = *o;
	return !l->found;
}

/* In the open transaction. */
static enum status
token_limited(const struct admin *a, const struct store_account *acct,
	      const struct store_token *row, struct fault *f)
{
	struct token_limit l = { .row = row };
	char which[STORE_SLUG_SIZE + 16];
	long long days;
	struct buf b;
	enum status st;

	st = store_member_of(a->store, &acct->id, token_limit_each, &l, f);
	if (st != STATUS_OK || !l.found)
		return st;
	buf_start(&b, which, sizeof(which));
	/* Where else somebody belongs is not one organization's business. */
	if (a->org != NULL && strcmp(a->org->s, l.org.id.s) != 0)
		buf_text(&b, "another organization");
	else
		buf_printf(&b, "organization %s", l.org.slug);
	days = (long long)(l.org.token_max / TOKEN_DAY);
	if (days == 0)
		return fault(f, STATUS_REFUSED,
			     "%s wants app tokens of its members to expire: "
			     "give --expires",
			     which);
	return fault(f, STATUS_REFUSED,
		     "%s lets app tokens of its members be good for %lld days "
		     "at most: give --expires %lldd, or less",
		     which, days, days);
}

/* In the open transaction. */
static enum status
token_insert(const struct admin *a, const struct store_account *acct,
	     const struct store_token *row, struct fault *f)
{
	char when[TEXT_TIME_SIZE] = "";
	enum status st = store_token_insert(a->store, row, f);

	if (st == STATUS_CONFLICT)
		return fault(f, STATUS_CONFLICT,
			     "'%s' has an app token '%s' already: choose "
			     "another --name, or revoke that one",
			     acct->name, row->label);
	if (st == STATUS_REFUSED)
		return fault(f, STATUS_REFUSED,
			     "'%s' has %d app tokens, which is the limit: "
			     "revoke one first",
			     acct->name, STORE_TOKENS_MAX);
	if (st != STATUS_OK)
		return st;
	if (row->expires_at != 0)
		text_time(row->expires_at, when);
	return admin_audit(a, "token.created", &acct->id,
			   (const struct audit_pair[ADMIN_PAIRS_MAX]){
				   { "id", row->id.s },
				   { "label", row->label },
				   { "scopes", row->scopes },
				   { "sources", row->sources },
				   { "expires", when } },
			   f);
}

enum status
admin_token_create(const struct admin *a, const struct admin_token_new *n,
		   struct secret *text, struct admin_token *out,
		   struct fault *f)
{
	struct admin_token t = { .row = { .kind = STORE_TOKEN_APP } };
	enum status st;
	SECRET(made);
	STORE_TXN(txn);

	if ((st = token_fill(a, n, &t.row, f)) != STATUS_OK ||
	    (st = token_make(STORE_TOKEN_APP, &made, f)) != STATUS_OK ||
	    (st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = token_account(a, n->user, &t.account, f)) != STATUS_OK ||
	    (st = token_limited(a, &t.account, &t.row, f)) != STATUS_OK)
		return st;
	t.row.account = t.account.id;
	t.ends_at = t.row.expires_at;
	crypto_id(a->now, &t.row.id);
	if ((st = token_hash(a->keys, &t.account.id, &made, t.row.hash, f)) !=
		    STATUS_OK ||
	    (st = token_insert(a, &t.account, &t.row, f)) != STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	secret_copy(text, &made);
	*out = t;
	return STATUS_OK;
}

/* --- those that are there --- */

/* What has no end, and needs one, never began. */
static void
token_end(const struct token_limits *limits, struct admin_token *t)
{
	t->ends_at = limits->expiry && t->row.expires_at == 0
			     ? t->row.created_at
			     : token_ends_at(&t->row, limits);
}

/* One of a service account, or of somebody who is not seen, is none. */
static enum status
token_by_id(const struct admin *a, const char *text, struct admin_token *t,
	    struct fault *f)
{
	enum status st = STATUS_NOT_FOUND;
	bool seen = false;
	struct id id;

	if (strlen(text) == ID_LENGTH && text_copy(id.s, sizeof(id.s), text))
		st = store_token_by_id(a->store, &id, &t->row, f);
	if (st == STATUS_OK)
		st = store_account_by_id(a->store, &t->row.account,
					 &t->account, f);
	if (st == STATUS_OK)
		st = admin_reach_sees(a, &t->account, &seen, f);
	if (st == STATUS_NOT_FOUND ||
	    (st == STATUS_OK && (!seen || t->row.kind != STORE_TOKEN_APP)))
		return fault(f, STATUS_NOT_FOUND,
			     "there is no app token '%s': see sigractl token "
			     "list --all",
			     text);
	return st;
}

static enum status
token_by_label(const struct admin *a, const char *user, const char *label,
	       struct admin_token *t, struct fault *f)
{
	enum status st = admin_account_person(a, user, &t->account, f);

	if (st != STATUS_OK)
		return st;
	st = STATUS_NOT_FOUND;
	if (strlen(label) < STORE_LABEL_SIZE)
		st = store_token_by_label(a->store, &t->account.id, label,
					  &t->row, f);
	if (st == STATUS_NOT_FOUND)
		return fault(f, STATUS_NOT_FOUND,
			     "'%s' has no app token '%s' that is not revoked: "
			     "see sigractl token list %s",
			     t->account.name, label, t->account.name);
	return st;
}

enum status
admin_token_find(const struct admin *a, const char *user_or_id,
		 const char *label, struct admin_token *out, struct fault *f)
{
	struct token_limits limits;
	struct admin_token t;
	enum status st;

	if ((st = token_not_itself(user_or_id, f)) != STATUS_OK ||
	    (label != NULL && (st = token_not_itself(label, f)) != STATUS_OK))
		return st;
	st = label == NULL ? token_by_id(a, user_or_id, &t, f)
			   : token_by_label(a, user_or_id, label, &t, f);
	if (st != STATUS_OK || (st = token_limits_of(a->store, &t.account.id,
						     &limits, f)) != STATUS_OK)
		return st;
	token_end(&limits, &t);
	*out = t;
	return STATUS_OK;
}

enum status
admin_token_revoke(const struct admin *a, const char *user_or_id,
		   const char *label, struct admin_token *out, struct fault *f)
{
	char when[TEXT_TIME_SIZE];
	struct admin_token t;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_token_find(a, user_or_id, label, &t, f)) !=
		    STATUS_OK ||
	    (st = admin_reach(a, &t.account, f)) != STATUS_OK)
		return st;
	if (t.row.revoked_at != 0) {
		text_time(t.row.revoked_at, when);
		return fault(f, STATUS_CONFLICT,
			     "it was revoked on %s already", when);
	}
	if ((st = store_token_revoke(a->store, &t.row.id, a->now, f)) !=
	    STATUS_OK)
		return st;
	t.row.revoked_at = a->now;
	st = admin_audit(
		a, "token.revoked", &t.account.id,
		(const struct audit_pair[ADMIN_PAIRS_MAX]){
			{ "id", t.row.id.s }, { "label", t.row.label } },
		f);
	if (st == STATUS_OK)
		st = admin_commit(a, &txn, f);
	if (st == STATUS_OK)
		*out = t;
	return st;
}

enum status
admin_token_revoke_all(const struct admin *a, const char *user,
		       int64_t *revoked, struct store_account *out,
		       struct fault *f)
{
	struct store_account acct;
	int64_t n = 0;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_account_person(a, user, &acct, f)) != STATUS_OK ||
	    (st = admin_reach(a, &acct, f)) != STATUS_OK ||
	    (st = store_token_revoke_all(a->store, &acct.id, a->now, &n, f)) !=
		    STATUS_OK)
		return st;
	st = admin_audit_all(a, "token.revoked", &acct.id, n, f);
	if (st == STATUS_OK)
		st = admin_commit(a, &txn, f);
	if (st != STATUS_OK)
		return st;
	*revoked = n;
	*out = acct;
	return STATUS_OK;
}

/* --- lists --- */

struct token_walk {
	const struct admin *admin;
	bool (*each)(void *ctx, const struct admin_token *);
	void *ctx;
	const struct store_account *account;
	struct token_limits limits; /* its, once they are known */
	bool known, stop;
	enum status st;
	struct fault *f;
};

static bool
token_walk_row(void *ctx, const struct store_token *row)
{
	struct token_walk *w = ctx;
	struct admin_token t = { .account = *w->account, .row = *row };

	/* Most accounts have no token, and are not asked about for long. */
	if (!w->known)
		w->st = token_limits_of(w->admin->store, &w->account->id,
					&w->limits, w->f);
	if (w->st != STATUS_OK)
		return false;
	w->known = true;
	token_end(&w->limits, &t);
	w->stop = !w->each(w->ctx, &t);
	return !w->stop;
}

static bool
token_walk_account(void *ctx, const struct store_account *acct)
{
	struct token_walk *w = ctx;
	enum status st;

	if (acct->kind != STORE_PERSON)
		return true;
	w->account = acct;
	w->known = false;
	st = store_token_list(w->admin->store, &acct->id, token_walk_row, w,
			      w->f);
	if (w->st == STATUS_OK)
		w->st = st;
	return w->st == STATUS_OK && !w->stop;
}

enum status
admin_token_list(const struct admin *a, const char *user,
		 bool (*each)(void *ctx, const struct admin_token *),
		 void *ctx, struct fault *f)
{
	struct token_walk w = {
		.admin = a, .each = each, .ctx = ctx, .st = STATUS_OK, .f = f
	};
	struct store_account acct;
	enum status st;

	if (user == NULL)
		st = admin_reach_list(a, token_walk_account, &w, f);
	else if ((st = admin_account_person(a, user, &acct, f)) == STATUS_OK)
		(void)token_walk_account(&w, &acct);
	return st == STATUS_OK ? w.st : st;
}
