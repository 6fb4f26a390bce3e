/* SPDX-License-Identifier: MIT */
/* The key that a chain begins with. */
#include <string.h>

#include "audit/audit.h"
#include "base/auto.h"
#include "base/text.h"

static struct ratchet_place
key_place(const struct audit *a)
{
	struct ratchet_place p = { .dir = -1 };

	store_beside(a->store, &p.dir, &p.name);
	return p;
}

static enum status
key_wanted(const struct audit *a, bool replace, struct fault *f)
{
	struct store_chain live;
	struct fault why = { .text = "" };
	enum status st = audit_link_live(a->store, NULL, &live, &why);

	if (st == STATUS_OK && !replace)
		return fault(f, STATUS_CONFLICT,
			     "the audit of %s is chained already: --replace "
			     "begins a new key",
			     live.host);
	if (st == STATUS_OK || st == STATUS_NOT_FOUND)
		return STATUS_OK;
	return fault(f, st, "%s", why.text);
}

/* Behind all rows of HOST that are there or once were; ones that have no MAC
 * since its chain ended are told in BARE. */
static enum status
key_first(const struct audit *a, const struct audit_link *was,
	  const char *host, int64_t *start, struct audit_range *bare,
	  struct fault *f)
{
	struct store_chain row = { .start = 0 };
	int64_t last = 0, least;
	enum status st;

	if ((st = store_audit_last(a->store, host, &last, f)) != STATUS_OK)
		return st;
	st = store_chain_newest(a->store, host, &row, f);
	if (st != STATUS_OK && st != STATUS_NOT_FOUND)
		return st;
	if (st == STATUS_OK && row.key[0] == '\0' && row.start <= last)
		*bare = (struct audit_range){ row.start, last };
	least = row.start + (row.key[0] != '\0');
	*start = last + 1 > least ? last + 1 : least;
	if (was->chained && strcmp(was->at.host, host) == 0 &&
	    was->at.next > *start)
		*start = was->at.next;
	return STATUS_OK;
}

/* What was known of the chain before, and what of it is not there. */
static enum status
key_before(const struct audit *a, const struct audit_link *was,
	   struct audit_new_key *made, struct fault *f)
{
	const char *host = was->chained ? was->at.host : made->host;
	int64_t last = 0, next = made->start;
	enum status st = store_audit_last(a->store, host, &last, f);

	if (st != STATUS_OK)
		return st;
	if (was->chained) {
		memcpy(made->host_before, was->at.host, sizeof(was->at.host));
		chain_anchor_format(was->at.next - 1, was->at.head,
				    made->before);
	}
	if (strcmp(host, made->host) != 0)
		next = was->at.next;
	if (next > last + 1)
		made->missing = (struct audit_range){ last + 1, next - 1 };
	return STATUS_OK;
}

static enum status
key_begin(const struct audit *a, const struct audit_link *was,
	  struct ratchet *r, struct audit_new_key *made, struct fault *f)
{
	enum status st;

	memcpy(r->host, a->host, sizeof(r->host));
	memcpy(made->host, r->host, sizeof(made->host));
	if ((st = key_first(a, was, r->host, &made->start, &made->bare, f)) !=
		    STATUS_OK ||
	    (st = key_before(a, was, made, f)) != STATUS_OK)
		return st;
	r->start = r->next = made->start;
	crypto_secret_random(&r->key, CHAIN_KEY_SIZE);
	chain_key_id(&r->key, r->id);
	memcpy(made->id, r->id, sizeof(made->id));
	return STATUS_OK;
}

static enum status
key_put(struct audit *a, int64_t now, const struct audit_link *was,
	const struct ratchet *r, struct fault *f)
{
	const struct ratchet_place p = key_place(a);
	struct store_chain row = { .start = r->start, .made_at = now };
	bool ended = false;
	enum status st;
	AUDIT_LINK(made);

	(void)text_copy(row.host, sizeof(row.host), r->host);
	(void)text_copy(row.key, sizeof(row.key), r->id);
	/* Of the name that the machine had before. */
	if ((st = audit_link_end(a->store, r->host,
				 was->chained ? &was->at : NULL, now, &ended,
				 f)) != STATUS_OK ||
	    (st = store_chain_insert(a->store, &row, f)) != STATUS_OK ||
	    (st = ratchet_make(&p, r, &made.fd, f)) != STATUS_OK)
		return st;
	made.known = made.chained = made.fresh = true;
	made.at = *r;
	audit_link_drop(&a->link);
	a->link = made;
	made.fd = -1;
	return STATUS_OK;
}

enum status
audit_key_make(struct audit *a, int64_t now, bool replace, struct secret *key,
	       struct audit_new_key *out, struct fault *f)
{
	struct audit_new_key made = { .before = "" };
	enum status st;
	AUDIT_LINK(was);
	RATCHET(r);

	if ((st = audit_link_past(a->store, &was, f)) != STATUS_OK ||
	    /* One that broke off before its file was in place is finished
	     * first: the name is wanted. */
	    (was.fresh && (st = audit_key_settle(a, f)) != STATUS_OK) ||
	    (st = key_wanted(a, replace, f)) != STATUS_OK ||
	    (st = key_begin(a, &was, &r, &made, f)) != STATUS_OK ||
	    (st = key_put(a, now, &was, &r, f)) != STATUS_OK)
		return st;
	secret_copy(key, &r.key);
	*out = made;
	return STATUS_OK;
}

enum status
audit_key_settle(struct audit *a, struct fault *f)
{
	const struct ratchet_place p = key_place(a);
	bool newest = false;
	AUTO_FD int fd = -1;
	enum status st;
	RATCHET(r);

	st = ratchet_open(&p, RATCHET_NEW, &fd, &r, f);
	if (st == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (st != STATUS_OK ||
	    (st = audit_link_newest(a->store, &r, &newest, f)) != STATUS_OK)
		return st;
	if (newest)
		return ratchet_take(&p, f);
	ratchet_drop(&p);
	return STATUS_OK;
}

enum status
audit_restore(struct audit *a, const char *name, int64_t now,
	      struct audit_gap *gap, struct fault *f)
{
	return audit_link_restore(a->store, name, now, &a->link, gap, f);
}
