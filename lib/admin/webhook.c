/* SPDX-License-Identifier: MIT */
#include "admin/webhook.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "notify/notify.h"

#define WEBHOOK_AD_SIZE 64
#define WEBHOOK_SECRET_BYTES 32
#define WEBHOOK_SHOWN 200 /* of the URL, in the audit */

static void
webhook_ad(const struct id *id, char ad[WEBHOOK_AD_SIZE])
{
	struct buf b;

	buf_start(&b, ad, WEBHOOK_AD_SIZE);
	buf_printf(&b, "webhook.sealed:%s", id->s);
}

static bool
webhook_count(void *ctx, const struct store_webhook *w)
{
	size_t *n = ctx;

	(void)w;
	(*n)++;
	return true;
}

/* A path or query may say more than the audit has to know. */
static enum status
webhook_audit(const struct admin *a, const char *action,
	      const struct store_webhook *w, struct fault *f)
{
	char shown[WEBHOOK_SHOWN + 1];
	size_t len = strlen("https://");

	len += strcspn(w->url + len, "/?");
	if (len > WEBHOOK_SHOWN)
		len = WEBHOOK_SHOWN;
	memcpy(shown, w->url, len);
	shown[len] = '\0';
	return admin_audit(
		a, action, NULL,
		(const struct audit_pair[ADMIN_PAIRS_MAX]){
			{ "webhook", w->id.s },
			{ "to", shown },
			{ "events", w->events },
			{ "networks", w->allow_private ? "any" : "" } },
		f);
}

static enum status
webhook_insert(const struct admin *a, struct store_webhook *w, struct fault *f)
{
	size_t n = 0;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = store_webhook_list(a->store, webhook_count, &n, f)) !=
		    STATUS_OK)
		return st;
	if (n >= ADMIN_WEBHOOKS_MAX)
		return fault(f, STATUS_REFUSED,
			     "there are %d webhooks, which is as many as "
			     "there can be: remove one",
			     ADMIN_WEBHOOKS_MAX);
	if ((st = store_webhook_insert(a->store, w, f)) != STATUS_OK ||
	    (st = webhook_audit(a, "webhook.created", w, f)) != STATUS_OK)
		return st;
	return admin_commit(a, &txn, f);
}

enum status
admin_webhook_add(const struct admin *a, const struct admin_webhook_new *n,
		  struct store_webhook *out, struct secret *secret,
		  struct fault *f)
{
	struct store_webhook w = { .allow_private = n->allow_private,
				   .created_at = a->now };
	char ad[WEBHOOK_AD_SIZE];
	enum status st;
	SECRET(random);
	SECRET(text);

	if ((st = notify_url_valid(n->url, f)) != STATUS_OK ||
	    (st = notify_events_valid(n->events, f)) != STATUS_OK)
		return st;
	(void)text_copy(w.url, sizeof(w.url), n->url);
	(void)text_copy(w.events, sizeof(w.events), n->events);
	crypto_id(a->now, &w.id);
	crypto_secret_random(&random, WEBHOOK_SECRET_BYTES);
	crypto_secret_base64(&random, CRYPTO_BASE64, "whsec_", &text);
	webhook_ad(&w.id, ad);
	if ((st = crypto_secret_seal(a->keys, ad, &text, w.sealed,
				     sizeof(w.sealed), &w.sealed_len, f)) !=
		    STATUS_OK ||
	    (st = webhook_insert(a, &w, f)) != STATUS_OK)
		return st;
	*out = w;
	secret_copy(secret, &text);
	return STATUS_OK;
}

enum status
admin_webhook_remove(const struct admin *a, const char *id,
		     struct store_webhook *out, struct fault *f)
{
	struct store_webhook w = { .id.s = "" };
	struct id wanted;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK)
		return st;
	st = text_copy(wanted.s, sizeof(wanted.s), id)
		     ? store_webhook_get(a->store, &wanted, &w, f)
		     : STATUS_NOT_FOUND;
	if (st == STATUS_NOT_FOUND)
		return fault(f, st,
			     "there is no webhook '%s'; 'sigractl webhook "
			     "list' shows them",
			     id);
	if (st != STATUS_OK ||
	    (st = store_webhook_delete(a->store, &w.id, f)) != STATUS_OK ||
	    (st = webhook_audit(a, "webhook.removed", &w, f)) != STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	*out = w;
	return STATUS_OK;
}

enum status
admin_webhook_secret(const struct admin *a, const struct store_webhook *row,
		     struct secret *out, struct fault *f)
{
	char ad[WEBHOOK_AD_SIZE];

	webhook_ad(&row->id, ad);
	return crypto_secret_unseal(a->keys, ad, row->sealed, row->sealed_len,
				    out, f);
}
