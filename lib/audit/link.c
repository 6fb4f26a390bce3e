/* SPDX-License-Identifier: MIT */
#include "audit/link.h"

#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/text.h"

#define LINK_TRIES 3 /* the file of a new key takes its place meanwhile */
#define LINK_HELP "see 'The file of the audit's chain is gone' in sigra(7)"

void
audit_link_drop(struct audit_link *l)
{
	if (l->fd >= 0)
		(void)close(l->fd);
	ratchet_wipe(&l->at);
	*l = (struct audit_link){ .fd = -1 };
}

struct link_live {
	const char *except;
	struct store_chain last, live; /* of a host; of all */
};

static void
link_live_end(struct link_live *l)
{
	if (l->last.key[0] != '\0' && l->live.key[0] == '\0' &&
	    (l->except == NULL || strcmp(l->except, l->last.host) != 0))
		l->live = l->last;
}

static bool
link_live_each(void *ctx, const struct store_chain *row)
{
	struct link_live *l = ctx;

	if (strcmp(row->host, l->last.host) != 0)
		link_live_end(l);
	l->last = *row;
	return true;
}

enum status
audit_link_live(struct store *s, const char *except, struct store_chain *out,
		struct fault *f)
{
	struct link_live l = { .except = except };
	enum status st = store_chain_list(s, link_live_each, &l, f);

	if (st != STATUS_OK)
		return st;
	link_live_end(&l);
	if (l.live.key[0] == '\0')
		return fault(f, STATUS_NOT_FOUND, "the audit is not chained");
	*out = l.live;
	return STATUS_OK;
}

static struct ratchet_place
link_place(const struct store *s)
{
	struct ratchet_place p = { .dir = -1 };

	store_beside(s, &p.dir, &p.name);
	return p;
}

enum status
audit_link_newest(struct store *s, const struct ratchet *r, bool *is,
		  struct fault *f)
{
	struct store_chain row = { .start = 0 };
	enum status st = store_chain_newest(s, r->host, &row, f);

	if (st != STATUS_OK && st != STATUS_NOT_FOUND)
		return st;
	*is = st == STATUS_OK && row.start == r->start &&
	      strcmp(row.key, r->id) == 0;
	return STATUS_OK;
}

/* STATUS_LOST: it is a file of a chain that the store does not know. */
static enum status
link_try(struct store *s, const struct ratchet_place *p,
	 enum ratchet_which which, struct audit_link *l, struct fault *f)
{
	char name[RATCHET_NAME_SIZE];
	bool newest = false;
	enum status st;

	if ((st = ratchet_open(p, which, &l->fd, &l->at, f)) != STATUS_OK ||
	    (st = audit_link_newest(s, &l->at, &newest, f)) != STATUS_OK ||
	    newest)
		return st;
	ratchet_name(p, which, name);
	return fault(f, STATUS_LOST,
		     "%s is of another chain than the store's: one of the two "
		     "was put there later; " LINK_HELP,
		     name);
}

/* No file that could be used, as WHY says of the first: that is well where
 * nothing is chained. */
static enum status
link_none(struct store *s, const struct ratchet_place *p, enum status st,
	  const struct fault *why, struct fault *f)
{
	struct store_chain live;
	char name[RATCHET_NAME_SIZE];

	ratchet_name(p, RATCHET_FILE, name);
	if (st == STATUS_CORRUPT)
		return fault(f, st,
			     "the file of the audit's chain, %s beside the "
			     "store, is damaged; " LINK_HELP,
			     name);
	if (st != STATUS_NOT_FOUND)
		return fault(f, st == STATUS_LOST ? STATUS_CORRUPT : st, "%s",
			     why->text);
	st = audit_link_live(s, NULL, &live, f);
	if (st == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (st != STATUS_OK)
		return st;
	return fault(f, STATUS_UNAVAILABLE,
		     "the audit of %s is chained, and the chain's file %s is "
		     "missing beside the store: put it back; or " LINK_HELP,
		     live.host, name);
}

/* The file that is of the newest chain; or what there is about the first. */
static enum status
link_seek(struct store *s, const struct ratchet_place *p, struct audit_link *l,
	  struct fault *f)
{
	struct fault why = { .text = "" };
	enum status first = STATUS_OK;

	for (int i = 0; i < LINK_TRIES; i++) {
		enum ratchet_which which =
			i % 2 == 0 ? RATCHET_FILE : RATCHET_NEW;
		struct fault one = { .text = "" };
		AUDIT_LINK(found);
		enum status st = link_try(s, p, which, &found, &one);

		if (st == STATUS_OK) {
			l->fresh = which == RATCHET_NEW;
			l->chained = true;
			l->at = found.at;
			l->fd = steal_fd(&found.fd);
			return STATUS_OK;
		}
		/* Of the new one that does not fit nobody need be told. */
		if (which == RATCHET_FILE) {
			first = st;
			why = one;
		}
	}
	return fault(f, first, "%s", why.text);
}

static enum status
link_open(struct store *s, struct audit_link *l, struct fault *f)
{
	const struct ratchet_place p = link_place(s);
	struct fault why = { .text = "" };
	enum status st = link_seek(s, &p, l, &why);

	return st == STATUS_OK ? st : link_none(s, &p, st, &why, f);
}

struct link_roll {
	struct ratchet *at;
	enum status st;
	struct fault *f;
};

static bool
link_roll_each(void *ctx, const struct store_audit *row)
{
	struct link_roll *r = ctx;

	if (row->seq != r->at->next || !chain_mac_right(&r->at->key, row)) {
		r->st = fault(r->f, STATUS_CORRUPT,
			      "row %lld of the audit of %s is not as it was "
			      "written: 'sigractl audit verify' says more",
			      (long long)r->at->next, row->host);
		return false;
	}
	ratchet_turn(r->at, row->mac);
	return true;
}

/* Over the rows that the file has not seen. */
static enum status
link_roll(struct store *s, struct ratchet *at, struct fault *f)
{
	struct link_roll r = { .at = at, .f = f };
	enum status st = store_audit_walk(s, at->host, at->next, 0,
					  link_roll_each, &r, f);

	return st == STATUS_OK ? r.st : st;
}

/* The file and the rows, as far as both go. */
static enum status
link_fit(struct store *s, struct audit_link *l, struct fault *f)
{
	int64_t last = 0, before = l->at.next;
	enum status st = store_audit_last(s, l->at.host, &last, f);

	if (st == STATUS_OK && last >= l->at.next)
		st = link_roll(s, &l->at, f);
	if (st != STATUS_OK)
		return st;
	l->rolled = l->at.next - before;
	/* Who only reads may see rows that came since LAST was asked for. */
	if (before <= last + 1)
		return STATUS_OK;
	return fault(f, STATUS_CORRUPT,
		     "the audit of %s ends at row %lld, and its chain at "
		     "%lld: an older store was put in its place; bring it in "
		     "by 'sigractl store restore', or " LINK_HELP,
		     l->at.host, (long long)last, (long long)l->at.next - 1);
}

enum status
audit_link_find(struct store *s, struct audit_link *l, struct fault *f)
{
	enum status st;
	AUDIT_LINK(found);

	if ((st = link_open(s, &found, f)) != STATUS_OK)
		return st;
	if (found.chained && (st = link_fit(s, &found, f)) != STATUS_OK)
		return st;
	audit_link_drop(l);
	*l = found;
	l->known = true;
	found.fd = -1;
	return STATUS_OK;
}

enum status
audit_link_past(struct store *s, struct audit_link *l, struct fault *f)
{
	const struct ratchet_place p = link_place(s);
	struct fault why = { .text = "" };
	enum status st;
	AUDIT_LINK(found);

	st = link_seek(s, &p, &found, &why);
	if (st == STATUS_NOT_FOUND || st == STATUS_CORRUPT ||
	    st == STATUS_LOST)
		return STATUS_OK;
	if (st == STATUS_OK)
		st = link_roll(s, &found.at, &why);
	/* Rows that are not right are no more than that: the file stands. */
	if (st != STATUS_OK && st != STATUS_CORRUPT)
		return fault(f, st, "%s", why.text);
	audit_link_drop(l);
	*l = found;
	found.fd = -1;
	return STATUS_OK;
}

enum status
audit_link_end(struct store *s, const char *except,
	       const struct ratchet *known, int64_t now, bool *ended,
	       struct fault *f)
{
	struct store_chain row;
	enum status st;

	while ((st = audit_link_live(s, except, &row, NULL)) == STATUS_OK) {
		int64_t last = 0;

		if ((st = store_audit_last(s, row.host, &last, f)) !=
		    STATUS_OK)
			return st;
		if (known != NULL && strcmp(row.host, known->host) == 0 &&
		    known->next > last)
			last = known->next - 1;
		row.start = (last > row.start ? last : row.start) + 1;
		row.key[0] = '\0';
		row.made_at = now;
		if ((st = store_chain_insert(s, &row, f)) != STATUS_OK)
			return st;
		*ended = true;
	}
	return st == STATUS_NOT_FOUND
		       ? STATUS_OK
		       : fault(f, st, "cannot read the chains of the audit");
}

/* The copy may be older than the key. */
static enum status
link_adopt(struct store *s, int64_t now, const struct ratchet *at,
	   struct fault *f)
{
	struct store_chain row = { .start = at->start, .made_at = now }, have;
	enum status st = store_chain_newest(s, at->host, &have, f);

	if (st == STATUS_OK && have.start == at->start &&
	    strcmp(have.key, at->id) == 0)
		return STATUS_OK;
	/* One that had ended there is no other. */
	if (st == STATUS_OK &&
	    (have.start > at->start ||
	     (have.start == at->start && have.key[0] != '\0')))
		return fault(f, STATUS_CORRUPT,
			     "the backup's chain is later than the chain's "
			     "file of this machine: move that file away, and "
			     "the audit goes on without a chain");
	if (st != STATUS_OK && st != STATUS_NOT_FOUND)
		return st;
	(void)text_copy(row.host, sizeof(row.host), at->host);
	(void)text_copy(row.key, sizeof(row.key), at->id);
	return store_chain_insert(s, &row, f);
}

/* Is it of a key that counts?  Where there was no other file it may be left of
 * an init-key that broke off, and nobody was shown its key: only the copy
 * tells.  A file that was wiped gave way to it. */
static bool
link_fresh(struct store *s, const struct ratchet_place *p, enum status file,
	   struct audit_link *l)
{
	struct fault why;
	bool newest = false;

	return file != STATUS_OK &&
	       ratchet_open(p, RATCHET_NEW, &l->fd, &l->at, &why) ==
		       STATUS_OK &&
	       (file == STATUS_CORRUPT ||
		(audit_link_newest(s, &l->at, &newest, &why) == STATUS_OK &&
		 newest));
}

static enum status
link_open_beside(struct store *s, const struct ratchet_place *p,
		 struct audit_link *l, struct fault *f)
{
	enum status st = ratchet_open(p, RATCHET_FILE, &l->fd, &l->at, f);

	l->fresh = link_fresh(s, p, st, l);
	if (!l->fresh && st == STATUS_CORRUPT)
		return fault(f, st,
			     "the file of the audit's chain, %s-chain beside "
			     "the store, is damaged: move it away, and the "
			     "audit goes on without a chain",
			     p->name);
	if (!l->fresh && st != STATUS_OK)
		return st;
	return ratchet_hold(l->fd, &l->at, f);
}

static enum status
link_gap(struct store *s, struct ratchet *at, struct audit_gap *gap,
	 struct fault *f)
{
	int64_t last = 0;
	enum status st = store_audit_last(s, at->host, &last, f);

	if (st != STATUS_OK)
		return st;
	if (last >= at->next)
		return link_roll(s, at, f);
	if (last + 1 == at->next)
		return STATUS_OK;
	gap->from = last + 1;
	gap->to = at->next - 1;
	chain_anchor_format(gap->to, at->head, gap->head);
	return STATUS_OK;
}

enum status
audit_link_restore(struct store *s, const char *name, int64_t now,
		   struct audit_link *l, struct audit_gap *gap,
		   struct fault *f)
{
	struct ratchet_place p = link_place(s);
	struct audit_gap made = { .from = 0 };
	enum status st;
	AUDIT_LINK(found);

	p.name = name;
	st = link_open_beside(s, &p, &found, f);
	found.chained = st == STATUS_OK;
	if (st == STATUS_NOT_FOUND)
		/* Nobody here could go on with any of them. */
		st = audit_link_end(s, NULL, NULL, now, &made.ended, f);
	if (st == STATUS_OK && found.chained)
		st = link_adopt(s, now, &found.at, f);
	if (st == STATUS_OK && found.chained)
		st = link_gap(s, &found.at, &made, f);
	if (st != STATUS_OK)
		return st;
	audit_link_drop(l);
	*l = found;
	l->known = true;
	found.fd = -1;
	*gap = made;
	return STATUS_OK;
}
