/* SPDX-License-Identifier: MIT */
#include "admin/prune.h"

#include <string.h>

#include "audit/burst.h"
#include "base/text.h"
#include "store/people.h"

#define PRUNE_DAY 86400
#define PRUNE_LONG (400 * (int64_t)PRUNE_DAY)
#define PRUNE_SHORT (30 * (int64_t)PRUNE_DAY)
#define PRUNE_META "gc_at"
#define PRUNE_META_BOOT "gc_boot"
#define PRUNE_META_UPTIME "gc_uptime"
#define PRUNE_LEAP 3600
#define PRUNE_AWAY (90 * (int64_t)PRUNE_DAY)

/* What could be reported at length is not: it is the store's own business, and
 * whatever mattered of it has its row in the audit. */
static enum status
admin_prune_some(const struct admin *a, bool dry, int64_t *dropped,
		 struct fault *f)
{
	const struct store_prune p = { .now = a->now,
				       .seen = a->now - PRUNE_LONG,
				       .sessions = a->now - PRUNE_LONG,
				       .codes = a->now - PRUNE_SHORT,
				       .messages = a->now - PRUNE_SHORT,
				       .ended = a->now - PRUNE_AWAY };
	int64_t rows = 0, bursts = 0;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = store_prune(a->store, &p, &rows, f)) != STATUS_OK ||
	    (st = audit_burst_sweep(a->audit, a->now, &bursts, f)) !=
		    STATUS_OK)
		return st;
	if (dry)
		audit_discard(a->audit);
	else if ((st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	*dropped = rows + bursts;
	return STATUS_OK;
}

enum status
admin_prune(const struct admin *a, bool dry, int64_t *dropped, struct fault *f)
{
	int64_t some = 0;
	enum status st;

	*dropped = 0;
	do {
		st = admin_prune_some(a, dry, &some, f);
		if (st == STATUS_OK)
			*dropped += some;
	} while (st == STATUS_OK && some > 0 && !dry);
	return st;
}

static enum status
prune_put(const struct admin *a, const char *key, int64_t n, struct fault *f)
{
	char text[TEXT_INTEGER_SIZE];

	text_integer(n, text);
	return store_meta_put(a->store, key, text, f);
}

/* 0: nobody has written it. */
static enum status
prune_get(const struct admin *a, const char *key, int64_t *out,
	  struct fault *f)
{
	char text[TEXT_INTEGER_SIZE];
	enum status st;

	st = store_meta_get(a->store, key, text, sizeof(text), f);
	if (st == STATUS_NOT_FOUND) {
		*out = 0;
		return STATUS_OK;
	}
	if (st == STATUS_OK && !text_number(text, 0, INT64_MAX, out))
		return fault(f, STATUS_CORRUPT, "%s is no time", key);
	return st;
}

enum status
admin_prune_note(const struct admin *a, const struct admin_uptime *up,
		 struct fault *f)
{
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = prune_put(a, PRUNE_META, a->now, f)) != STATUS_OK ||
	    (st = prune_put(a, PRUNE_META_UPTIME, up->seconds, f)) !=
		    STATUS_OK ||
	    (st = store_meta_put(a->store, PRUNE_META_BOOT, up->boot, f)) !=
		    STATUS_OK)
		return st;
	return admin_commit(a, &txn, f);
}

enum status
admin_prune_last(const struct admin *a, int64_t *at, struct fault *f)
{
	return prune_get(a, PRUNE_META, at, f);
}

enum status
admin_prune_accept(const struct admin *a, struct fault *f)
{
	int64_t at;
	enum status st = prune_get(a, PRUNE_META, &at, f);

	return st == STATUS_OK && at != 0 ? prune_put(a, PRUNE_META, a->now, f)
					  : st;
}

enum status
admin_prune_leap(const struct admin *a, const struct admin_uptime *up,
		 bool *leap, struct fault *f)
{
	char boot[ID_LENGTH + 1] = "";
	int64_t at, uptime;
	enum status st;

	if ((st = prune_get(a, PRUNE_META, &at, f)) != STATUS_OK ||
	    (st = prune_get(a, PRUNE_META_UPTIME, &uptime, f)) != STATUS_OK)
		return st;
	st = store_meta_get(a->store, PRUNE_META_BOOT, boot, sizeof(boot), f);
	if (st != STATUS_OK && st != STATUS_NOT_FOUND)
		return st;
	if (at == 0)
		*leap = false;
	else if (strcmp(boot, up->boot) == 0)
		*leap = a->now - at > up->seconds - uptime + PRUNE_LEAP;
	else
		*leap = a->now - at > PRUNE_AWAY;
	return STATUS_OK;
}
