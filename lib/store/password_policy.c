/* SPDX-License-Identifier: MIT */
#include "store/engine.h"
#include "store/people.h"

/* Columns: min_length, history, max_days, warn_days, min_days, breached. */
static enum store_next
store_password_policy_take(void *ctx, struct store_row *row)
{
	struct store_password_policy p = { .breached = false };

	store_row_integer(row, 1, INT64_MAX, &p.min_length);
	store_row_integer(row, 0, INT64_MAX, &p.history);
	store_row_integer(row, 0, INT64_MAX, &p.max_days);
	store_row_integer(row, 0, INT64_MAX, &p.warn_days);
	store_row_integer(row, 0, INT64_MAX, &p.min_days);
	store_row_bool(row, &p.breached);
	if (!store_row_done(row))
		return STORE_NEXT_BAD;
	*(struct store_password_policy *)ctx = p;
	return STORE_NEXT_MORE;
}

/* As of keys: without its row there is no policy to go by, and not the laxest
 * one. */
static const char store_password_policy_gone[] =
	"store: the policy of passwords is gone";

enum status
store_password_policy_get(struct store *s, struct store_password_policy *out,
			  struct fault *f)
{
	const struct store_sink sink = { store_password_policy_take, out };
	enum status st = store_query_one(s, STORE_SQL_PASSWORD_POLICY_GET,
					 NULL, 0, &sink, "policy", f);

	return st == STATUS_NOT_FOUND ? fault(f, STATUS_CORRUPT, "%s",
					      store_password_policy_gone)
				      : st;
}

enum status
store_password_policy_put(struct store *s,
			  const struct store_password_policy *p,
			  struct fault *f)
{
	const struct store_value in[] = {
		store_integer(p->min_length), store_integer(p->history),
		store_integer(p->max_days),   store_integer(p->warn_days),
		store_integer(p->min_days),   store_integer(p->breached),
	};

	return store_change_one(s, STORE_SQL_PASSWORD_POLICY_PUT, in,
				STORE_LEN(in), STATUS_CORRUPT,
				store_password_policy_gone, f);
}
