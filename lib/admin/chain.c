/* SPDX-License-Identifier: MIT */
#include "admin/chain.h"

#include "base/buf.h"

#define CHAIN_NUMBER_SIZE 24

/* Empty when it is 0, which no row is. */
struct chain_number {
	char s[CHAIN_NUMBER_SIZE];
};

static struct chain_number
chain_number(int64_t n)
{
	struct chain_number text = { "" };
	struct buf b;

	buf_start(&b, text.s, sizeof(text.s));
	if (n != 0)
		buf_printf(&b, "%lld", (long long)n);
	return text;
}

static enum status
chain_audit(const struct admin *a, const struct audit_new_key *made,
	    struct fault *f)
{
	const struct chain_number start = chain_number(made->start);
	const struct chain_number lost_from = chain_number(made->missing.from);
	const struct chain_number lost_to = chain_number(made->missing.to);
	const struct chain_number bare_from = chain_number(made->bare.from);
	const struct chain_number bare_to = chain_number(made->bare.to);

	return admin_audit(a, "audit.key_made", NULL,
			   (const struct audit_pair[ADMIN_PAIRS_MAX]){
				   { "chain", made->id },
				   { "start", start.s },
				   { "host_before", made->host_before },
				   { "head_before", made->before },
				   { "missing_from", lost_from.s },
				   { "missing_to", lost_to.s },
				   { "bare_from", bare_from.s },
				   { "bare_to", bare_to.s } },
			   f);
}

static enum status
chain_make(const struct admin *a, bool replace, struct secret *key,
	   struct audit_new_key *out, struct fault *f)
{
	struct audit_new_key made;
	enum status st;
	STORE_TXN(txn);
	SECRET(fresh);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = audit_key_make(a->audit, a->now, replace, &fresh, &made,
				 f)) != STATUS_OK ||
	    (st = chain_audit(a, &made, f)) != STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	secret_copy(key, &fresh);
	*out = made;
	return STATUS_OK;
}

enum status
admin_chain_begin(const struct admin *a, bool replace, struct secret *key,
		  struct audit_new_key *out, struct fault *f)
{
	enum status st = chain_make(a, replace, key, out, f);
	struct fault why;

	/* Of a key that came to nothing, no file stays; in doubt it may be
	 * the one that counts. */
	if (st != STATUS_OK && st != STATUS_IN_DOUBT)
		status_ignore(admin_chain_settle(a, &why),
			      "the next one makes its own");
	return st;
}

enum status
admin_chain_settle(const struct admin *a, struct fault *f)
{
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK)
		return st;
	return audit_key_settle(a->audit, f);
}
