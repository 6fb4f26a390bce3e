/* SPDX-License-Identifier: MIT */
/* Letters that are dead, and wait once more. */
#include <string.h>

#include "admin/notify.h"
#include "base/text.h"

#define REPLAY_BATCH 64 /* of one transaction */

struct replay {
	const struct admin *admin;
	struct store_delivery d[REPLAY_BATCH];
	size_t n;
	char after[ID_LENGTH + 1]; /* ids up to this one were looked at */
};

static bool
replay_take(void *ctx, const struct store_delivery *d)
{
	struct replay *r = ctx;

	if (strcmp(d->id.s, r->after) > 0)
		r->d[r->n++] = *d;
	return r->n < REPLAY_BATCH;
}

/* STATUS_REFUSED when its webhook is gone. */
static enum status
replay_one(const struct admin *a, const struct store_delivery *dead,
	   struct fault *f)
{
	struct store_delivery d = *dead;
	struct store_webhook w;
	enum status st;

	if (d.channel == STORE_WEBHOOK) {
		st = store_webhook_get(a->store, &d.webhook, &w, f);
		if (st == STATUS_NOT_FOUND)
			return fault(f, STATUS_REFUSED,
				     "the webhook of %s was removed", d.id.s);
		if (st != STATUS_OK)
			return st;
	}
	d.state = STORE_DELIVERY_WAITING;
	d.attempts = 0;
	d.next_at = a->now;
	return store_delivery_update(a->store, &d, dead->attempts, f);
}

static enum status
replay_audit(const struct admin *a, const char *delivery, int64_t n,
	     struct fault *f)
{
	char count[TEXT_INTEGER_SIZE];

	text_integer(n, count);
	return admin_audit(
		a, "notify.replayed", NULL,
		(const struct audit_pair[ADMIN_PAIRS_MAX]){
			{ "delivery", delivery }, { "count", count } },
		f);
}

static enum status
replay_batch(struct replay *r, int64_t *replayed, struct fault *f)
{
	const struct admin *a = r->admin;
	int64_t n = 0;
	enum status st;
	STORE_TXN(txn);

	r->n = 0;
	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = store_delivery_list(a->store, STORE_DELIVERY_DEAD,
				      replay_take, r, f)) != STATUS_OK)
		return st;
	for (size_t i = 0; i < r->n; i++) {
		st = replay_one(a, &r->d[i], f);
		if (st != STATUS_OK && st != STATUS_REFUSED)
			return st;
		n += st == STATUS_OK;
		memcpy(r->after, r->d[i].id.s, sizeof(r->after));
	}
	if (n == 0)
		return STATUS_OK;
	if ((st = replay_audit(a, NULL, n, f)) != STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	*replayed += n;
	return STATUS_OK;
}

static enum status
replay_all(const struct admin *a, int64_t *replayed, struct fault *f)
{
	struct replay r = { .admin = a };
	int64_t n = 0;
	enum status st;

	do {
		if ((st = replay_batch(&r, &n, f)) != STATUS_OK)
			return st;
	} while (r.n == REPLAY_BATCH);
	*replayed = n;
	return STATUS_OK;
}

enum status
admin_notify_replay(const struct admin *a, const char *id, int64_t *replayed,
		    struct fault *f)
{
	struct store_delivery d;
	struct id wanted;
	enum status st;
	STORE_TXN(txn);

	if (id == NULL)
		return replay_all(a, replayed, f);
	if ((st = admin_begin(a, &txn, f)) != STATUS_OK)
		return st;
	st = text_copy(wanted.s, sizeof(wanted.s), id)
		     ? store_delivery_get(a->store, &wanted, &d, f)
		     : STATUS_NOT_FOUND;
	if (st == STATUS_NOT_FOUND)
		return fault(f, st,
			     "there is no delivery '%s'; 'sigractl notify "
			     "list' shows them",
			     id);
	if (st != STATUS_OK)
		return st;
	if (d.state != STORE_DELIVERY_DEAD)
		return fault(f, STATUS_REFUSED,
			     "%s is not dead: nothing is to be replayed",
			     d.id.s);
	if ((st = replay_one(a, &d, f)) != STATUS_OK ||
	    (st = replay_audit(a, d.id.s, 1, f)) != STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	*replayed = 1;
	return STATUS_OK;
}
