/* SPDX-License-Identifier: MIT */
#include "store/engine.h"
#include "store/key.h"

_Static_assert(STORE_AAGUIDS_MAX *STORE_AAGUID_SIZE == 512,
	       "what 0003_keys.sql allows");

/* Columns: rp, attestation, sign_count, aaguids. */
static enum store_next
store_key_policy_take(void *ctx, struct store_row *row)
{
	struct store_key_policy p = { .attestation = false };
	int64_t sign_count = 0;
	size_t len = 0;

	store_row_text(row, p.rp, sizeof(p.rp));
	store_row_bool(row, &p.attestation);
	store_row_integer(row, STORE_SIGN_COUNT_WARN, STORE_SIGN_COUNT_REVOKE,
			  &sign_count);
	store_row_blob(row, p.aaguid[0], sizeof(p.aaguid), &len);
	if (!store_row_done(row) || len % STORE_AAGUID_SIZE != 0)
		return STORE_NEXT_BAD;
	p.sign_count = (enum store_sign_count)sign_count;
	p.aaguids = len / STORE_AAGUID_SIZE;
	*(struct store_key_policy *)ctx = p;
	return STORE_NEXT_MORE;
}

/* Without its row nothing is known that an administrator has set, so there is
 * no policy to go by, and not the laxest one. */
static enum status
store_key_policy_gone(struct fault *f)
{
	return fault(f, STATUS_CORRUPT,
		     "store: the policy of security keys is gone");
}

enum status
store_key_policy_get(struct store *s, struct store_key_policy *out,
		     struct fault *f)
{
	const struct store_sink sink = { store_key_policy_take, out };
	enum status st = store_query_one(s, STORE_SQL_KEY_POLICY_GET, NULL, 0,
					 &sink, "policy", f);

	return st == STATUS_NOT_FOUND ? store_key_policy_gone(f) : st;
}

enum status
store_key_policy_put(struct store *s, const struct store_key_policy *p,
		     struct fault *f)
{
	size_t rows = 0;
	enum status st;

	if (p->aaguids > STORE_AAGUIDS_MAX)
		return fault(f, STATUS_INVALID,
			     "the list has %d models at most",
			     STORE_AAGUIDS_MAX);

	const struct store_value in[] = {
		store_text(p->rp),
		store_integer(p->attestation),
		store_integer(p->sign_count),
		store_blob(p->aaguid, p->aaguids * STORE_AAGUID_SIZE),
	};

	st = store_change(s, STORE_SQL_KEY_POLICY_PUT, in, STORE_LEN(in),
			  &rows, f);
	if (st != STATUS_OK)
		return st;
	return rows == 1 ? STATUS_OK : store_key_policy_gone(f);
}
