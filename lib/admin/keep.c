/* SPDX-License-Identifier: MIT */
#include "admin/keep.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "session/keycheck.h"
#include "store/sealed.h"

#define KEEP_DATE "backup_at"
#define KEEP_AD_SIZE 80

/* What was sealed, for as long as it is not. */
struct keep_plain {
	uint8_t bytes[STORE_SEALED_SIZE];
	size_t len;
};

static void
keep_plain_wipe(struct keep_plain *p)
{
	crypto_wipe(p, sizeof(*p));
}

#define KEEP_PLAIN(name)                                                      \
	__attribute__((cleanup(                                               \
		keep_plain_wipe))) struct keep_plain name = { .len = 0 }

static enum status
keep_reseal_row(const struct admin *a, const struct crypto_keys *old,
		enum store_sealed which, const struct id *row,
		uint8_t sealed[STORE_SEALED_SIZE], size_t len, struct fault *f)
{
	char ad[KEEP_AD_SIZE];
	enum status st;
	struct buf b;
	KEEP_PLAIN(plain);

	buf_start(&b, ad, sizeof(ad));
	buf_printf(&b, "%s:%s", store_sealed_name(which), row->s);
	st = crypto_unseal(old, ad, sealed, len, plain.bytes,
			   sizeof(plain.bytes), &plain.len, f);
	if (st == STATUS_OK)
		st = crypto_seal(a->keys, ad, plain.bytes, plain.len, sealed,
				 STORE_SEALED_SIZE, &len, f);
	if (st != STATUS_OK)
		return st;
	return store_sealed_put(a->store, which, row, sealed, len, f);
}

static enum status
keep_reseal_column(const struct admin *a, const struct crypto_keys *old,
		   enum store_sealed which, int64_t *rows, struct fault *f)
{
	struct id after = { .s = "" };

	for (;;) {
		uint8_t sealed[STORE_SEALED_SIZE];
		struct fault why = { .text = "" };
		struct id row = { .s = "" };
		enum status st;
		size_t len = 0;

		st = store_sealed_next(a->store, which, &after, &row, sealed,
				       sizeof(sealed), &len, &why);
		if (st == STATUS_NOT_FOUND)
			return STATUS_OK;
		if (st == STATUS_OK)
			st = keep_reseal_row(a, old, which, &row, sealed, len,
					     &why);
		if (st != STATUS_OK)
			return fault(f, st, "%s", why.text);
		after = row;
		++*rows;
	}
}

/* In the open transaction. */
static enum status
keep_reseal(const struct admin *a, const struct crypto_keys *old,
	    struct admin_kept *kept, struct fault *f)
{
	enum status st;

	/* The whole change is wrong when OLD is, down to an empty store. */
	if ((st = session_key_check(a->store, old, f)) != STATUS_OK)
		return st;
	for (int i = 0; i < STORE_SEALED_COUNT; i++)
		if ((st = keep_reseal_column(a, old, (enum store_sealed)i,
					     &kept->rows, f)) != STATUS_OK)
			return st;
	/* Hashes under the old key: nobody can say of what. */
	if ((st = store_void_hashed(a->store, a->now, &kept->voided, f)) !=
	    STATUS_OK)
		return st;
	return session_key_check_put(a->store, a->keys, f);
}

/* The audit takes no key that speaks of codes, not even of how many, so those
 * that were good until now are "unspent_voided"; nor any that speaks of tokens
 * or secrets, so both are "apps_voided". */
struct keep_voided {
	char codes[TEXT_INTEGER_SIZE], trust[TEXT_INTEGER_SIZE];
	char invitations[TEXT_INTEGER_SIZE], apps[TEXT_INTEGER_SIZE];
};

static void
keep_voided_format(const struct store_voided *v, struct keep_voided *out)
{
	text_integer(v->codes, out->codes);
	text_integer(v->trust, out->trust);
	text_integer(v->invitations, out->invitations);
	text_integer(v->tokens, out->apps);
}

enum status
admin_keep_rekey(const struct admin *a, const struct crypto_keys *old,
		 struct admin_kept *out, struct fault *f)
{
	char rows[TEXT_INTEGER_SIZE];
	struct keep_voided voided;
	struct admin_kept kept = { .rows = 0 };
	enum status st;
	STORE_TXN(txn);

	audit_discard(a->audit);
	if ((st = store_begin(a->store, &txn, f)) != STATUS_OK ||
	    (st = keep_reseal(a, old, &kept, f)) != STATUS_OK)
		return st;
	text_integer(kept.rows, rows);
	keep_voided_format(&kept.voided, &voided);
	if ((st = admin_audit(
		     a, "store.rekeyed", NULL,
		     (const struct audit_pair[ADMIN_PAIRS_MAX]){
			     { "rows", rows },
			     { "unspent_voided", voided.codes },
			     { "trust_voided", voided.trust },
			     { "invitations_voided", voided.invitations },
			     { "apps_voided", voided.apps } },
		     f)) != STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	*out = kept;
	return STATUS_OK;
}

enum status
admin_keep_taken(const struct admin *a, const char *action, const char *file,
		 struct fault *f)
{
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_audit(a, action, NULL,
			      (const struct audit_pair[ADMIN_PAIRS_MAX]){
				      { "file", file } },
			      f)) != STATUS_OK)
		return st;
	return admin_commit(a, &txn, f);
}

enum status
admin_keep_backup_at(const struct admin *a, int64_t *out, struct fault *f)
{
	struct fault why = { .text = "" };
	char text[24];
	enum status st;

	st = store_meta_get(a->store, KEEP_DATE, text, sizeof(text), &why);
	if (st != STATUS_OK && st != STATUS_NOT_FOUND)
		return fault(f, st, "%s", why.text);
	/* A copy that was made by other means, or says nonsense. */
	if (st != STATUS_OK || !text_number(text, 1, INT64_MAX, out))
		*out = 0;
	return STATUS_OK;
}

/* In the open transaction. */
static enum status
keep_void(const struct admin *a, const struct crypto_keys *old,
	  struct admin_kept *kept, struct fault *f)
{
	struct store_voided running;
	enum status st;

	if ((old != NULL &&
	     (st = keep_reseal(a, old, kept, f)) != STATUS_OK) ||
	    (st = store_void_running(a->store, a->now, &running, f)) !=
		    STATUS_OK)
		return st;
	kept->voided.codes += running.codes;
	kept->voided.trust += running.trust;
	kept->voided.invitations += running.invitations;
	kept->voided.tokens += running.tokens;
	/* What is older than the restore is over. */
	return store_clock_see(a->store, a->now, f);
}

/* In the open transaction: the rows that were written here since. */
static enum status
keep_gap(const struct admin *a, struct audit_gap *out, struct fault *f)
{
	const char *name = strrchr(a->config->store_where, '/');

	if (name == NULL)
		return fault(f, STATUS_INVALID, "the store has no name");
	return audit_restore(a->audit, name + 1, a->now, out, f);
}

enum status
admin_keep_restored(const struct admin *a, const struct crypto_keys *old,
		    int64_t backup_at, struct admin_kept *out, struct fault *f)
{
	char when[TEXT_TIME_SIZE] = "";
	char from[TEXT_INTEGER_SIZE] = "", to[TEXT_INTEGER_SIZE] = "";
	struct keep_voided voided;
	struct admin_kept kept = { .rows = 0 };
	enum status st;
	STORE_TXN(txn);

	if (backup_at != 0)
		text_time(backup_at, when);
	audit_discard(a->audit);
	if ((st = store_begin(a->store, &txn, f)) != STATUS_OK ||
	    (st = keep_void(a, old, &kept, f)) != STATUS_OK ||
	    (st = store_meta_put(a->store, KEEP_DATE, "", f)) != STATUS_OK ||
	    (st = keep_gap(a, &kept.gap, f)) != STATUS_OK)
		return st;
	keep_voided_format(&kept.voided, &voided);
	if (kept.gap.to != 0) {
		text_integer(kept.gap.from, from);
		text_integer(kept.gap.to, to);
	}
	if ((st = admin_audit(
		     a, "store.restored", NULL,
		     (const struct audit_pair[ADMIN_PAIRS_MAX]){
			     { "backup_at", when },
			     { "rekeyed", old == NULL ? "" : "yes" },
			     { "unspent_voided", voided.codes },
			     { "trust_voided", voided.trust },
			     { "invitations_voided", voided.invitations },
			     { "apps_voided", voided.apps },
			     { "missing_from", from },
			     { "missing_to", to },
			     { "head_before", kept.gap.head },
			     { "chain_ended", kept.gap.ended ? "yes" : "" } },
		     f)) != STATUS_OK ||
	    (st = store_commit(&txn, f)) != STATUS_OK)
		return st;
	*out = kept;
	return STATUS_OK;
}
