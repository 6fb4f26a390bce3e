/* SPDX-License-Identifier: MIT */
#include "admin/notify.h"

#include <string.h>

#include "audit/message.h"
#include "base/buf.h"
#include "base/text.h"
#include "store/org.h"

#define NOTIFY_BATCH 64	 /* messages of one transaction */
#define NOTIFY_FAR 10800 /* the longest that notify_wait() says */

const char *
admin_channel_name(enum store_channel channel)
{
	switch (channel) {
	case STORE_MAIL:
		return "mail";
	case STORE_COMMAND:
		return "command";
	case STORE_WEBHOOK:
		return "webhook";
	}
	return "";
}

const char *
admin_delivery_name(enum store_delivery_state state)
{
	switch (state) {
	case STORE_DELIVERY_WAITING:
		return "waiting";
	case STORE_DELIVERY_DONE:
		return "done";
	case STORE_DELIVERY_DEAD:
		return "dead";
	}
	return "";
}

/* --- messages become deliveries --- */

struct notify_batch {
	const struct admin *admin;
	struct store_message message[NOTIFY_BATCH];
	size_t n, at;
	enum status st;
	struct fault *f;
};

static bool
notify_batch_take(void *ctx, const struct store_message *m)
{
	struct notify_batch *b = ctx;

	b->message[b->n++] = *m;
	return b->n < NOTIFY_BATCH;
}

static enum status
notify_deliver(const struct notify_batch *b, enum store_channel channel,
	       const struct id *webhook, const char *broken)
{
	struct store_delivery d = { .message = b->message[b->at].id,
				    .channel = channel,
				    .state = STORE_DELIVERY_WAITING,
				    .next_at = b->admin->now };

	crypto_id(b->admin->now, &d.id);
	if (webhook != NULL)
		d.webhook = *webhook;
	if (broken != NULL) {
		d.state = STORE_DELIVERY_DEAD;
		text_encode(broken, strlen(broken), d.last, sizeof(d.last));
	}
	return store_delivery_insert(b->admin->store, &d, b->f);
}

static bool
notify_webhook_each(void *ctx, const struct store_webhook *w)
{
	struct notify_batch *b = ctx;

	if (notify_wants(w->events, b->message[b->at].event))
		b->st = notify_deliver(b, STORE_WEBHOOK, &w->id, NULL);
	return b->st == STATUS_OK;
}

static enum status
notify_spread_one(struct notify_batch *b, bool command)
{
	const struct admin *a = b->admin;
	const struct store_message *m = &b->message[b->at];
	char address[STORE_EMAIL_SIZE];
	struct fault why = { .text = "" };
	enum status st;
	SECRET(code);

	if ((st = store_message_spread(a->store, &m->id, b->f)) != STATUS_OK)
		return st;
	st = admin_notify_address(a, m, address, &code, &why);
	/* One that is broken does not keep the others back. */
	if (st == STATUS_OK || st == STATUS_CORRUPT || st == STATUS_INVALID)
		st = notify_deliver(b, STORE_MAIL, NULL,
				    st == STATUS_OK ? NULL : why.text);
	else if (st != STATUS_REFUSED)
		*b->f = why;
	if (st != STATUS_OK && st != STATUS_REFUSED)
		return st;
	if (command &&
	    (st = notify_deliver(b, STORE_COMMAND, NULL, NULL)) != STATUS_OK)
		return st;
	b->st = STATUS_OK;
	st = store_webhook_list(a->store, notify_webhook_each, b, b->f);
	return st == STATUS_OK ? b->st : st;
}

static enum status
notify_spread_batch(struct notify_batch *b, bool command)
{
	const struct admin *a = b->admin;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, b->f)) != STATUS_OK ||
	    (st = store_message_new(a->store, notify_batch_take, b, b->f)) !=
		    STATUS_OK)
		return st;
	for (b->at = 0; st == STATUS_OK && b->at < b->n; b->at++)
		st = notify_spread_one(b, command);
	return st == STATUS_OK ? admin_commit(a, &txn, b->f) : st;
}

enum status
admin_notify_spread(const struct admin *a, bool command, int64_t *spread,
		    struct fault *f)
{
	struct notify_batch b = { .admin = a, .f = f };
	int64_t all = 0;
	enum status st;

	do {
		b.n = 0;
		if ((st = notify_spread_batch(&b, command)) != STATUS_OK)
			return st;
		all += (int64_t)b.n;
	} while (b.n == NOTIFY_BATCH);
	*spread = all;
	return STATUS_OK;
}

/* --- one delivery --- */

static bool
notify_take(void *ctx, const struct store_delivery *d)
{
	*(struct store_delivery *)ctx = *d;
	return false;
}

enum status
admin_notify_claim(const struct admin *a, int64_t until,
		   struct store_delivery *out, struct fault *f)
{
	struct store_delivery d = { .id.s = "" };
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = store_delivery_due(a->store, until, a->now + NOTIFY_FAR,
				     notify_take, &d, f)) != STATUS_OK)
		return st;
	if (d.id.s[0] == '\0')
		return fault(f, STATUS_NOT_FOUND, "nothing is to be sent");
	d.attempts++;
	d.next_at = a->now + ADMIN_NOTIFY_CLAIM;
	st = store_delivery_update(a->store, &d, d.attempts - 1, f);
	if (st != STATUS_OK || (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	*out = d;
	return STATUS_OK;
}

enum status
admin_notify_end(const struct admin *a, const struct store_delivery *claimed,
		 const char *why, struct store_delivery *out, struct fault *f)
{
	struct store_delivery d = *claimed, is;
	int64_t wait = notify_wait(d.attempts);
	enum status st;
	STORE_TXN(txn);

	d.last[0] = '\0';
	d.next_at = a->now + wait;
	if (why == NULL)
		d.state = STORE_DELIVERY_DONE;
	else if (wait == 0)
		d.state = STORE_DELIVERY_DEAD;
	if (why != NULL)
		text_encode(why, strlen(why), d.last, sizeof(d.last));
	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = store_delivery_get(a->store, &d.id, &is, f)) != STATUS_OK)
		return st;
	/* Its webhook was removed meanwhile, and it died with it. */
	if (is.state != STORE_DELIVERY_WAITING && why != NULL) {
		*out = is;
		return STATUS_OK;
	}
	st = store_delivery_update(a->store, &d, claimed->attempts, f);
	if (st != STATUS_OK || (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	*out = d;
	return STATUS_OK;
}

/* --- what it says, and where its mail goes --- */

/* The account's name today, or nothing. */
static enum status
notify_name(const struct admin *a, const struct id *account, char *out,
	    size_t size, struct fault *f)
{
	struct store_account acct;
	enum status st = store_account_by_id(a->store, account, &acct, f);

	if (st == STATUS_OK && acct.state != STORE_DELETED)
		(void)text_copy(out, size, acct.name);
	return st == STATUS_NOT_FOUND ? STATUS_OK : st;
}

static enum status
notify_actor(const struct admin *a, struct notify_news *n, struct fault *f)
{
	struct id id;

	(void)text_copy(n->actor, sizeof(n->actor), n->audit.actor);
	if (strlen(n->actor) != ID_LENGTH)
		return STATUS_OK;
	memcpy(id.s, n->actor, sizeof(id.s));
	return notify_name(a, &id, n->actor, sizeof(n->actor), f);
}

static enum status
notify_org(const struct admin *a, struct notify_news *n, struct fault *f)
{
	struct store_org org;
	enum status st;

	if (n->message.org.s[0] == '\0')
		return STATUS_OK;
	st = store_org_by_id(a->store, &n->message.org, &org, f);
	if (st == STATUS_OK)
		(void)text_copy(n->org, sizeof(n->org), org.slug);
	return st == STATUS_NOT_FOUND ? STATUS_OK : st;
}

enum status
admin_notify_news(const struct admin *a, const struct id *message,
		  struct notify_news *out, struct fault *f)
{
	struct notify_news n = { .host = "" };
	enum status st;

	(void)text_copy(n.host, sizeof(n.host), a->audit->host);
	if ((st = store_message_get(a->store, message, &n.message, f)) !=
	    STATUS_OK)
		return st;
	if (n.message.audit.s[0] != '\0') {
		st = store_audit_by_id(a->store, &n.message.audit, &n.audit,
				       f);
		/* It was pruned; that it happened stands in the message. */
		if (st != STATUS_OK && st != STATUS_NOT_FOUND)
			return st;
	}
	if (n.message.account.s[0] != '\0' &&
	    (st = notify_name(a, &n.message.account, n.user, sizeof(n.user),
			      f)) != STATUS_OK)
		return st;
	if ((st = notify_actor(a, &n, f)) != STATUS_OK ||
	    (st = notify_org(a, &n, f)) != STATUS_OK)
		return st;
	*out = n;
	return STATUS_OK;
}

enum status
admin_notify_address(const struct admin *a, const struct store_message *m,
		     char out[STORE_EMAIL_SIZE], struct secret *code,
		     struct fault *f)
{
	struct store_account acct;
	enum status st;

	secret_wipe(code);
	st = audit_message_get(a->keys, m, out, code, f);
	if (st != STATUS_NOT_FOUND)
		return st;
	if (m->account.s[0] == '\0')
		return fault(f, STATUS_REFUSED, "it is about nobody");
	st = store_account_by_id(a->store, &m->account, &acct, f);
	if (st != STATUS_OK && st != STATUS_NOT_FOUND)
		return st;
	if (st == STATUS_NOT_FOUND || acct.state == STORE_DELETED ||
	    acct.email[0] == '\0' || acct.email_at == 0)
		return fault(f, STATUS_REFUSED,
			     "the account has no confirmed address");
	(void)text_copy(out, STORE_EMAIL_SIZE, acct.email);
	return STATUS_OK;
}
