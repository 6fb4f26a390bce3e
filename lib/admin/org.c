/* SPDX-License-Identifier: MIT */
#include "admin/org.h"

#include <string.h>

#include "admin/account.h"
#include "admin/member.h"
#include "admin/name.h"
#include "admin/way.h"
#include "base/buf.h"
#include "base/text.h"

#define ORG_DAY 86400
#define ORG_ATTEMPTS 100 /* at a slug for a personal one */

static enum status
org_missing(const struct admin *a, const char *slug, struct fault *f)
{
	if (a->org != NULL)
		return fault(f, STATUS_NOT_FOUND,
			     "there is no organization '%s' that you "
			     "administer",
			     slug);
	return fault(f, STATUS_NOT_FOUND,
		     "there is no organization '%s': see sigractl org list",
		     slug);
}

enum status
admin_org_find(const struct admin *a, const char *slug, struct store_org *out,
	       struct fault *f)
{
	enum status st = STATUS_NOT_FOUND;
	struct store_org org;

	/* A longer slug is in no store, and may be too long to be asked. */
	if (strlen(slug) < STORE_SLUG_SIZE)
		st = store_org_by_slug(a->store, slug, a->now, &org, f);
	if (st == STATUS_NOT_FOUND || (st == STATUS_OK && a->org != NULL &&
				       strcmp(a->org->s, org.id.s) != 0))
		return org_missing(a, slug, f);
	if (st == STATUS_OK)
		*out = org;
	return st;
}

enum status
admin_org_list(const struct admin *a,
	       bool (*each)(void *ctx, const struct store_org *), void *ctx,
	       struct fault *f)
{
	struct store_org org;
	enum status st;

	if (a->org == NULL)
		return store_org_list(a->store, "", each, ctx, f);
	st = store_org_by_id(a->store, a->org, &org, f);
	if (st == STATUS_OK && org.deleted_at == 0)
		(void)each(ctx, &org);
	return st == STATUS_NOT_FOUND ? STATUS_OK : st;
}

/* Whoever reads it, in mail, on a phone or in a table, sees all of it. */
static enum status
org_name_valid(const char *name, struct fault *f)
{
	size_t len = strlen(name);

	if (len == 0)
		return fault(f, STATUS_INVALID,
			     "the name of an organization is empty");
	if (len >= STORE_ORG_NAME_SIZE || !admin_text_plain(name) ||
	    name[0] == ' ' || name[len - 1] == ' ')
		return fault(f, STATUS_INVALID,
			     "the name of an organization must be UTF-8 text "
			     "of at most %d bytes, without control characters "
			     "and without blanks around it",
			     STORE_ORG_NAME_SIZE - 1);
	return STATUS_OK;
}

static enum status
org_words_valid(const char *words, struct fault *f)
{
	if (strlen(words) >= STORE_ORG_WORDS_SIZE || !admin_text_plain(words))
		return fault(f, STATUS_INVALID,
			     "the words of an organization must be UTF-8 text "
			     "of at most %d bytes, without control characters",
			     STORE_ORG_WORDS_SIZE - 1);
	return STATUS_OK;
}

/* In the open transaction: may the organization ID be called SLUG? */
static enum status
org_slug_free(const struct admin *a, const char *slug, const struct id *id,
	      struct fault *f)
{
	struct store_org other;
	enum status st;

	st = store_org_by_slug(a->store, slug, a->now, &other, f);
	if (st == STATUS_NOT_FOUND ||
	    (st == STATUS_OK && strcmp(other.id.s, id->s) == 0))
		return STATUS_OK;
	if (st != STATUS_OK)
		return st;
	/* One sentence: whose it is, or was, may not be for the actor. */
	return fault(f, STATUS_CONFLICT,
		     "the slug '%s' is not free, or is kept for %d days for "
		     "who had it: choose another",
		     slug, ADMIN_SLUG_DAYS);
}

/* In the open transaction.  A personal one is called after a person, whose
 * name is not for the audit. */
static enum status
org_insert(const struct admin *a, struct store_org *org, struct fault *f)
{
	enum status st;

	org->created_at = a->now;
	org->version = 1;
	crypto_id(a->now, &org->id);
	if ((st = org_slug_free(a, org->slug, &org->id, f)) != STATUS_OK ||
	    (st = store_org_insert(a->store, org, a->now, f)) != STATUS_OK)
		return st;
	return admin_audit_org(
		a, "org.created", NULL, &org->id,
		(const struct audit_pair[ADMIN_PAIRS_MAX]){
			{ "slug", org->personal ? "" : org->slug },
			{ "personal", org->personal ? "yes" : "" } },
		f);
}

/* In the open transaction. */
static enum status
org_owner(const struct admin *a, const struct store_org *org, const char *name,
	  struct fault *f)
{
	struct store_account acct;
	struct store_member m;
	enum status st;

	if ((st = admin_account_find(a, name, &acct, f)) != STATUS_OK)
		return st;
	return admin_member_insert(a, org, &acct, STORE_ROLE_OWNER, &m, f);
}

enum status
admin_org_add(const struct admin *a, const struct admin_org_new *n,
	      struct store_org *out, struct fault *f)
{
	const char *name = n->name == NULL ? n->slug : n->name;
	struct store_org org = { .personal = false };
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_slug_valid(n->slug, f)) != STATUS_OK ||
	    (st = org_name_valid(name, f)) != STATUS_OK)
		return st;
	(void)text_copy(org.slug, sizeof(org.slug), n->slug);
	(void)text_copy(org.name, sizeof(org.name), name);
	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = org_insert(a, &org, f)) != STATUS_OK)
		return st;
	if (n->owner != NULL &&
	    (st = org_owner(a, &org, n->owner, f)) != STATUS_OK)
		return st;
	if ((st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	*out = org;
	return STATUS_OK;
}

/* In the open transaction: the first slug that is good and free. */
static enum status
org_personal_slug(const struct admin *a, const char *name,
		  char out[STORE_SLUG_SIZE], struct fault *f)
{
	static const struct id none;
	char slug[STORE_SLUG_SIZE];
	enum status st = STATUS_CONFLICT;

	for (unsigned i = 0; i < ORG_ATTEMPTS; i++) {
		admin_slug_personal(name, i, slug);
		if (admin_slug_valid(slug, f) != STATUS_OK)
			continue;
		st = org_slug_free(a, slug, &none, f);
		if (st != STATUS_CONFLICT)
			break;
	}
	if (st == STATUS_OK)
		memcpy(out, slug, sizeof(slug));
	return st;
}

enum status
admin_org_personal(const struct admin *a, const struct store_account *acct,
		   struct store_org *out, struct fault *f)
{
	struct store_org org = { .personal = true };
	struct store_member m;
	enum status st;

	st = org_personal_slug(a, acct->name, org.slug, f);
	if (st != STATUS_OK)
		return st;
	(void)text_copy(org.name, sizeof(org.name), acct->name);
	if ((st = org_insert(a, &org, f)) != STATUS_OK ||
	    (st = admin_member_insert(a, &org, acct, STORE_ROLE_OWNER, &m,
				      f)) != STATUS_OK)
		return st;
	*out = org;
	return STATUS_OK;
}

/* In the open transaction: write ORG, its version raised, and its row. */
static enum status
org_write(const struct admin *a, struct store_org *org, const char *action,
	  const struct audit_pair pairs[ADMIN_PAIRS_MAX], struct fault *f)
{
	enum status st = store_org_update(a->store, org, f);

	if (st != STATUS_OK)
		return st;
	org->version++;
	return admin_audit_org(a, action, NULL, &org->id, pairs, f);
}

enum status
admin_org_rename(const struct admin *a, const char *slug, const char *name,
		 struct store_org *out, struct fault *f)
{
	struct store_org org;
	enum status st;
	STORE_TXN(txn);

	if ((st = org_name_valid(name, f)) != STATUS_OK ||
	    (st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_org_find(a, slug, &org, f)) != STATUS_OK)
		return st;
	(void)text_copy(org.name, sizeof(org.name), name);
	st = org_write(a, &org, "org.renamed",
		       (const struct audit_pair[ADMIN_PAIRS_MAX]){
			       { "to", org.personal ? "" : name } },
		       f);
	if (st == STATUS_OK)
		st = admin_commit(a, &txn, f);
	if (st == STATUS_OK)
		*out = org;
	return st;
}

enum status
admin_org_set_slug(const struct admin *a, const char *slug,
		   const char *new_slug, struct store_org *out,
		   struct fault *f)
{
	struct store_org org, was;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_slug_valid(new_slug, f)) != STATUS_OK ||
	    (st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_org_find(a, slug, &org, f)) != STATUS_OK ||
	    (st = org_slug_free(a, new_slug, &org.id, f)) != STATUS_OK)
		return st;
	if (strcmp(org.slug, new_slug) == 0)
		return fault(f, STATUS_CONFLICT,
			     "the organization is called '%s' already",
			     new_slug);
	was = org;
	(void)text_copy(org.slug, sizeof(org.slug), new_slug);
	st = org_write(a, &org, "org.slug_changed",
		       (const struct audit_pair[ADMIN_PAIRS_MAX]){
			       { "from", org.personal ? "" : was.slug },
			       { "to", org.personal ? "" : new_slug } },
		       f);
	if (st != STATUS_OK ||
	    (st = store_org_past(a->store, was.slug, &org.id,
				 a->now + ADMIN_SLUG_DAYS * ORG_DAY, f)) !=
		    STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	*out = org;
	return STATUS_OK;
}

/* In the open transaction.  Root without an account of its own logs in by
 * nothing that could be asked for. */
static enum status
org_mfa_ready(const struct admin *a, struct fault *f)
{
	struct admin_way way;
	enum status st;

	if (a->self == NULL)
		return STATUS_OK;
	if ((st = admin_way_read(a, a->self, &way, f)) != STATUS_OK)
		return st;
	if ((way.enrolled & (uint32_t)POLICY_SECOND_FACTORS) != 0)
		return STATUS_OK;
	return fault(f, STATUS_REFUSED,
		     "you have no second factor yourself: enroll one first "
		     "(sigractl enroll totp), then require it of others");
}

/* Of the audit's row. */
enum org_pair {
	ORG_PAIR_MFA,
	ORG_PAIR_WORDS,
	ORG_PAIR_EXPIRY,
	ORG_PAIR_DAYS,
};

/* What is said of app tokens, and how the audit's row says it. */
static enum status
org_set_tokens(const struct admin_org_change *change, struct store_org *org,
	       struct audit_pair pairs[ADMIN_PAIRS_MAX], char days[24],
	       struct fault *f)
{
	struct buf b;

	if (change->token_expiry != NULL) {
		org->token_expiry = *change->token_expiry;
		pairs[ORG_PAIR_EXPIRY].value =
			org->token_expiry ? "required" : "no";
	}
	if (change->token_max == NULL)
		return STATUS_OK;
	if (*change->token_max < 0 ||
	    *change->token_max > STORE_ORG_TOKEN_MAX ||
	    *change->token_max % ORG_DAY != 0)
		return fault(f, STATUS_INVALID,
			     "app tokens are good for whole days, 1 to %d",
			     STORE_ORG_TOKEN_MAX / ORG_DAY);
	org->token_max = *change->token_max;
	buf_start(&b, days, 24);
	buf_printf(&b, "%lld", (long long)(org->token_max / ORG_DAY));
	pairs[ORG_PAIR_DAYS].value = org->token_max == 0 ? "none" : days;
	return STATUS_OK;
}

enum status
admin_org_set(const struct admin *a, const char *slug,
	      const struct admin_org_change *change, struct store_org *out,
	      int64_t *tokens, struct fault *f)
{
	struct audit_pair pairs[ADMIN_PAIRS_MAX] = {
		[ORG_PAIR_MFA] = { "require_mfa", "" },
		[ORG_PAIR_WORDS] = { "words", "" },
		[ORG_PAIR_EXPIRY] = { "app_expiry", "" },
		[ORG_PAIR_DAYS] = { "app_max_days", "" },
	};
	struct store_org org;
	char days[24];
	int64_t touched = 0;
	enum status st;
	STORE_TXN(txn);

	if (change->words != NULL &&
	    (st = org_words_valid(change->words, f)) != STATUS_OK)
		return st;
	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_org_find(a, slug, &org, f)) != STATUS_OK)
		return st;
	if (change->require_mfa != NULL) {
		org.require_mfa = *change->require_mfa;
		pairs[ORG_PAIR_MFA].value = org.require_mfa ? "yes" : "no";
		if (org.require_mfa && (st = org_mfa_ready(a, f)) != STATUS_OK)
			return st;
	}
	if (change->words != NULL) {
		(void)text_copy(org.words, sizeof(org.words), change->words);
		pairs[ORG_PAIR_WORDS].value =
			org.words[0] == '\0' ? "none" : "others";
	}
	if ((st = org_set_tokens(change, &org, pairs, days, f)) != STATUS_OK ||
	    (st = org_write(a, &org, "org.changed", pairs, f)) != STATUS_OK ||
	    (st = store_org_tokens(a->store, &org, a->now, &touched, f)) !=
		    STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	*out = org;
	*tokens = touched;
	return STATUS_OK;
}
