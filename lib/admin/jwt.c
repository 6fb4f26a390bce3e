/* SPDX-License-Identifier: MIT */
#include "admin/jwt.h"

#include <string.h>

#include "admin/account.h"
#include "admin/reach.h"
#include "base/text.h"
#include "factor/token.h"

#define JWT_DAY 86400

static enum status
jwt_allowed(const struct admin *a, struct fault *f)
{
	return a->config->jwt_accept
		       ? STATUS_OK
		       : fault(f, STATUS_REFUSED,
			       "this host has no JWTs: say 'accept = yes' in "
			       "section [jwt] of sigra.conf");
}

/* Of an account, no token is good when it cannot log in. */
static bool
jwt_active(const struct admin *a, const struct store_account *acct)
{
	return acct->kind == STORE_PERSON && acct->state == STORE_ACTIVE &&
	       !admin_account_expired(acct, a->now);
}

/* In the open transaction. */
static enum status
jwt_account(const struct admin *a, const char *user, struct store_account *out,
	    struct fault *f)
{
	enum status st;

	if ((st = admin_account_person(a, user, out, f)) != STATUS_OK ||
	    (st = admin_reach(a, out, f)) != STATUS_OK)
		return st;
	return jwt_active(a, out)
		       ? STATUS_OK
		       : fault(f, STATUS_CONFLICT,
			       "user '%s' is %s: no JWT would be accepted",
			       user,
			       out->state == STORE_ACTIVE
				       ? "expired"
				       : admin_account_state(out, a->now));
}

/* As PAM's services are called. */
static enum status
jwt_service(const char *service, char out[STORE_REFRESH_SERVICE_SIZE],
	    struct fault *f)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_.-";

	if (service[0] == '\0' || service[strspn(service, letters)] != '\0' ||
	    !text_copy(out, STORE_REFRESH_SERVICE_SIZE, service))
		return fault(f, STATUS_INVALID,
			     "'%.64s' is no name of a PAM service, which has "
			     "up to %d letters, digits, '_', '.' and '-'",
			     service, STORE_REFRESH_SERVICE_SIZE - 1);
	return STATUS_OK;
}

/* In the open transaction: no longer than its organizations let tokens be
 * good. */
static enum status
jwt_limited(const struct admin *a, const struct store_account *acct,
	    int64_t days, struct fault *f)
{
	struct token_limits limits;
	enum status st = token_limits_of(a->store, &acct->id, &limits, f);

	if (st != STATUS_OK || limits.max == 0 || days * JWT_DAY <= limits.max)
		return st;
	return fault(f, STATUS_REFUSED,
		     "an organization of '%s' lets tokens be good for %lld "
		     "days at most: give --refresh-days %lld, or less",
		     acct->name, (long long)(limits.max / JWT_DAY),
		     (long long)(limits.max / JWT_DAY));
}

/* In the open transaction: the pair of out->row, whose account, service,
 * epoch, family and end are known.  Writes the row. */
static enum status
jwt_pair(const struct admin *a, struct secret *jwt, struct secret *refresh,
	 struct admin_jwt *out, struct fault *f)
{
	struct jwt_claims c = { .account = out->row.account,
				.row = out->row.id,
				.issued_at = a->now,
				.expires_at = a->now + JWT_SECONDS,
				.epoch = out->row.epoch };
	enum status st;

	if (c.expires_at > out->row.expires_at)
		c.expires_at = out->row.expires_at;
	(void)text_copy(c.service, sizeof(c.service), out->row.service);
	if ((st = jwt_issuer(a->config->jwt_issuer, a->audit->host, c.issuer,
			     f)) != STATUS_OK ||
	    (st = jwt_make(a->keys, &c, jwt, f)) != STATUS_OK ||
	    (st = token_text_make(JWT_REFRESH_PREFIX, refresh, f)) !=
		    STATUS_OK ||
	    (st = jwt_refresh_hash(a->keys, refresh, out->row.hash, f)) !=
		    STATUS_OK)
		return st;
	out->row.created_at = a->now;
	out->expires_at = c.expires_at;
	return store_refresh_insert(a->store, &out->row, f);
}

static enum status
jwt_audit(const struct admin *a, const char *action,
	  const struct store_refresh *row, struct fault *f)
{
	char when[TEXT_TIME_SIZE];

	text_time(row->expires_at, when);
	return admin_audit(a, action, &row->account,
			   (const struct audit_pair[ADMIN_PAIRS_MAX]){
				   { "family", row->family.s },
				   { "id", row->id.s },
				   { "service", row->service },
				   { "until", when } },
			   f);
}

enum status
admin_jwt_issue(const struct admin *a, const char *user, const char *service,
		int64_t days, struct secret *jwt, struct secret *refresh,
		struct admin_jwt *out, struct fault *f)
{
	struct admin_jwt made = { .expires_at = 0 };
	enum status st;
	SECRET(short_lived);
	SECRET(next);
	STORE_TXN(txn);

	if (days < 1 || days > ADMIN_JWT_DAYS_MAX)
		return fault(f, STATUS_INVALID,
			     "refresh tokens are good for 1 to %d days",
			     ADMIN_JWT_DAYS_MAX);
	if ((st = jwt_service(service, made.row.service, f)) != STATUS_OK ||
	    (st = jwt_allowed(a, f)) != STATUS_OK ||
	    (st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = jwt_account(a, user, &made.account, f)) != STATUS_OK ||
	    (st = jwt_limited(a, &made.account, days, f)) != STATUS_OK)
		return st;
	crypto_id(a->now, &made.row.id);
	made.row.family = made.row.id;
	made.row.account = made.account.id;
	made.row.epoch = made.account.epoch;
	made.row.expires_at = a->now + days * JWT_DAY;
	if ((st = jwt_pair(a, &short_lived, &next, &made, f)) != STATUS_OK ||
	    (st = jwt_audit(a, "token.jwt_issued", &made.row, f)) !=
		    STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	secret_copy(jwt, &short_lived);
	secret_copy(refresh, &next);
	*out = made;
	return STATUS_OK;
}

/* One that was spent is presented again: by whom it was stolen from, or by the
 * thief.  Nobody can say which, so nobody has it any more. */
static enum status
jwt_reused(const struct admin *a, struct store_txn *txn,
	   const struct store_refresh *row, struct fault *f)
{
	struct fault why = { .text = "" };
	enum status st =
		store_refresh_revoke(a->store, &row->family, a->now, f);

	if (st != STATUS_OK)
		return st;
	status_ignore(fault(&why, STATUS_REFUSED,
			    "that refresh token was used before: it is in two "
			    "hands, so all of its family are void now. Begin "
			    "anew with sigractl token issue-jwt"),
		      "said below");
	return admin_refused(a, txn, "token.refresh_reused", &row->account,
			     (const struct audit_pair[ADMIN_PAIRS_MAX]){
				     { "family", row->family.s },
				     { "id", row->id.s },
				     { "service", row->service } },
			     &why, f);
}

static enum status
jwt_over(struct fault *f)
{
	return fault(f, STATUS_REFUSED,
		     "that refresh token is not good, or not any more: begin "
		     "anew with sigractl token issue-jwt");
}

/* In the open transaction: is the family older than an organization of the
 * account lets tokens be by now? */
static enum status
jwt_outlived(const struct admin *a, const struct store_refresh *row, bool *out,
	     struct fault *f)
{
	struct token_limits limits;
	struct store_refresh first;
	enum status st;

	if ((st = token_limits_of(a->store, &row->account, &limits, f)) !=
		    STATUS_OK ||
	    (st = store_refresh_by_id(a->store, &row->family, &first, f)) !=
		    STATUS_OK)
		return st;
	*out = limits.max != 0 && a->now - first.created_at >= limits.max;
	return STATUS_OK;
}

/* In the open transaction: its row is spent. */
static enum status
jwt_spend(const struct admin *a, struct store_txn *txn,
	  const struct secret *token, struct admin_jwt *out, struct fault *f)
{
	uint8_t hash[STORE_HASH_SIZE];
	bool outlived = false, seen = false;
	enum status st;

	if ((st = jwt_refresh_hash(a->keys, token, hash, f)) != STATUS_OK)
		return st;
	st = store_refresh_find(a->store, hash, &out->row, f);
	if (st == STATUS_NOT_FOUND)
		return jwt_over(f);
	if (st == STATUS_OK)
		st = admin_reach_sees_id(a, &out->row.account, &seen, f);
	if (st != STATUS_OK)
		return st;
	if (!seen)
		return jwt_over(f);
	if (out->row.spent_at != 0)
		return jwt_reused(a, txn, &out->row, f);
	if ((st = store_account_by_id(a->store, &out->row.account,
				      &out->account, f)) != STATUS_OK ||
	    (st = jwt_outlived(a, &out->row, &outlived, f)) != STATUS_OK)
		return st;
	if (outlived || !jwt_active(a, &out->account) ||
	    out->account.epoch != out->row.epoch)
		return jwt_over(f);
	st = store_refresh_spend(a->store, &out->row.id, a->now, f);
	return st == STATUS_LOST ? jwt_over(f) : st;
}

enum status
admin_jwt_refresh(const struct admin *a, const struct secret *token,
		  struct secret *jwt, struct secret *refresh,
		  struct admin_jwt *out, struct fault *f)
{
	struct admin_jwt made = { .expires_at = 0 };
	enum status st;
	SECRET(short_lived);
	SECRET(next);
	STORE_TXN(txn);

	if ((st = jwt_allowed(a, f)) != STATUS_OK ||
	    (st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = jwt_spend(a, &txn, token, &made, f)) != STATUS_OK)
		return st;
	crypto_id(a->now, &made.row.id);
	if ((st = jwt_pair(a, &short_lived, &next, &made, f)) != STATUS_OK ||
	    (st = jwt_audit(a, "token.refreshed", &made.row, f)) !=
		    STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	secret_copy(jwt, &short_lived);
	secret_copy(refresh, &next);
	*out = made;
	return STATUS_OK;
}

enum status
admin_jwt_revoke(const struct admin *a, const char *user, int64_t *families,
		 struct store_account *out, struct fault *f)
{
	struct store_account acct;
	int64_t n = 0;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_account_person(a, user, &acct, f)) != STATUS_OK ||
	    (st = admin_reach(a, &acct, f)) != STATUS_OK ||
	    (st = store_refresh_revoke_all(a->store, &acct.id, a->now, &n,
					   f)) != STATUS_OK)
		return st;
	st = admin_audit_all(a, "token.jwt_revoked", &acct.id, n, f);
	if (st == STATUS_OK)
		st = admin_commit(a, &txn, f);
	if (st != STATUS_OK)
		return st;
	*families = n;
	*out = acct;
	return STATUS_OK;
}
