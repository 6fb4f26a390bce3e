/* SPDX-License-Identifier: MIT */
/* The walk over the rows of one host. */
#include "audit/verify_in.h"

#include <string.h>

#include "audit/audit.h"

/* How many keys may be tried for rows that are not right. */
#define WALK_TRIES 2000000

/* From which row on are there MACs? */
static int64_t
walk_from(const struct verify *v, const struct verify_host *h)
{
	size_t host = (size_t)(h - v->host);
	int64_t from = 0;

	for (size_t i = 0; i < v->keys; i++)
		if (v->key[i].host == host &&
		    (from == 0 || v->key[i].start < from))
			from = v->key[i].start;
	for (size_t i = 0; v->keys == 0 && i < h->starts; i++)
		if (h->start[i].key[0] != '\0' &&
		    (from == 0 || h->start[i].seq < from))
			from = h->start[i].seq;
	return from == 0 && v->keys == 0 ? h->first_mac : from;
}

void
verify_walk_begin(struct verify *v, struct verify_host *h)
{
	struct verify_walk *w = &v->walk;

	w->host = h;
	w->key = NULL;
	w->shift = w->bad_first = w->bad_last = w->last_at = 0;
	w->bad = NULL;
	w->sound = true;
	w->foreign = w->anchored = false;
	w->tries = WALK_TRIES;
	memset(w->head, 0, sizeof(w->head));
	h->walked = true;
	h->from = walk_from(v, h);
	h->earlier = h->proved = h->holes = 0;
	w->last = h->from - 1;
	if (h->from != 0 && h->stump.to >= h->from) {
		h->stump.used = true;
		w->last = h->stump.to;
		w->sound = h->stump.headed;
		memcpy(w->head, h->stump.head, sizeof(w->head));
		verify_noted(v, VERIFY_PRUNED, h, h->from, h->stump.to,
			     h->stump.seq);
	}
	h->end = w->last;
	h->begin = w->last + 1;
	if (h->from != 0)
		verify_compare(v, w->last);
}

/* The run of rows that were not right is over. */
static void
walk_run_end(struct verify_walk *w)
{
	w->bad_first = w->bad_last = 0;
	w->bad = NULL;
}

/* One more of them; what follows on the same is one finding. */
static void
walk_bad(struct verify *v, const struct store_audit *row,
	 enum verify_kind kind)
{
	struct verify_walk *w = &v->walk;

	if (w->bad_first == 0)
		w->bad_first = row->seq;
	w->bad_last = row->seq;
	if (w->bad != NULL && w->bad->kind == kind &&
	    w->bad->last == row->seq - 1) {
		w->bad->last = row->seq;
		return;
	}
	w->bad = verify_found(v, kind, w->host, row->seq, row->seq);
	if (w->bad != NULL)
		w->bad->at = row->at;
}

/* Row SEQ says that it is written as OTHER; an earlier one said the reverse:
 * they were swapped. */
static bool
walk_swapped(struct verify *v, int64_t seq, int64_t other)
{
	for (size_t i = 0; i < v->findings && i < VERIFY_FINDINGS_MAX; i++) {
		struct verify_finding *x = &v->finding[i];

		if (x->kind == VERIFY_MOVED && x->other == seq &&
		    x->first == other &&
		    strcmp(x->host, v->walk.host->name) == 0) {
			x->kind = VERIFY_SWAPPED;
			return true;
		}
	}
	return false;
}

static void
walk_proved(struct verify *v, int64_t seq, int64_t rows)
{
	for (size_t i = 0; i < v->keys; i++)
		if (&v->key[i] == verify_key_of(v, v->walk.host, seq)) {
			v->key[i].proved += rows;
			v->walk.host->proved += rows;
		}
}

/* ROW, which is not right, was written as row WAS. */
static void
walk_moved(struct verify *v, const struct store_audit *row, int64_t was)
{
	struct verify_walk *w = &v->walk;
	const struct verify_finding *last = w->bad;

	if (walk_swapped(v, row->seq, was)) {
		walk_run_end(w);
		return;
	}
	/* Behind rows that are none of the chain it goes on. */
	if (w->bad_first != 0 && was == w->bad_first - w->shift) {
		if (w->bad != NULL) {
			w->bad->kind = VERIFY_INSERTED;
			w->bad->first = w->bad_first;
			w->bad->last = w->bad_last;
		}
		w->shift = row->seq - was;
		walk_run_end(w);
		walk_proved(v, was, 1);
		return;
	}
	/* The one before was as far from its place: rows are missing, and
	 * those behind them were called by less. */
	if (last != NULL && last->kind == VERIFY_MOVED &&
	    last->other == was - 1 && row->seq - was < w->shift) {
		w->bad->kind = VERIFY_REMOVED;
		w->bad->first = w->bad->last - w->shift;
		w->bad->last = was - 2;
		w->shift = row->seq - was;
		walk_run_end(w);
		walk_proved(v, was, 2);
		return;
	}
	w->bad = NULL;
	walk_bad(v, row, VERIFY_MOVED);
	if (w->bad != NULL)
		w->bad->other = was;
}

/* Is this the first row of a key that was not given? */
static bool
walk_is_foreign(const struct verify *v, const struct store_audit *row,
		char key[STORE_CHAIN_KEY_SIZE])
{
	const struct verify_host *h = v->walk.host;

	for (size_t i = 0; i < h->starts; i++)
		if (h->start[i].seq == row->seq &&
		    h->start[i].key[0] != '\0' &&
		    (v->walk.key == NULL ||
		     strcmp(h->start[i].key, v->walk.key->id) != 0)) {
			memcpy(key, h->start[i].key, STORE_CHAIN_KEY_SIZE);
			return true;
		}
	return false;
}

static void
walk_wrong(struct verify *v, const struct store_audit *row)
{
	struct verify_walk *w = &v->walk;
	char key[STORE_CHAIN_KEY_SIZE];
	int64_t was;

	bool key_row = !w->foreign && walk_is_foreign(v, row, key);

	/* The MACs of a key that was not given make a head all the same. */
	if (row->mac_len == 0 || !(w->foreign || key_row))
		w->sound = false;
	if (row->mac_len == 0 && verify_bare(w->host, row->seq, row->seq)) {
		walk_run_end(w);
		w->host->holes++;
	} else if (w->foreign && row->mac_len != 0) {
		walk_bad(v, row, VERIFY_OTHER_KEY);
	} else if (row->mac_len == 0) {
		walk_bad(v, row, VERIFY_BARE);
	} else if (key_row) {
		w->foreign = true;
		walk_bad(v, row, VERIFY_OTHER_KEY);
		if (w->bad != NULL)
			memcpy(w->bad->key, key, sizeof(key));
	} else if (verify_find(v, row, row->seq - w->shift, &was)) {
		walk_moved(v, row, was);
	} else {
		walk_bad(v, row, VERIFY_ALTERED);
	}
}

static void
walk_right(struct verify *v, const struct store_audit *row)
{
	struct verify_walk *w = &v->walk;

	/* One row that only said to be the first of another key. */
	if (w->foreign && w->bad != NULL && w->bad->kind == VERIFY_OTHER_KEY)
		w->bad->kind = VERIFY_ALTERED;
	w->foreign = false;
	walk_run_end(w);
	walk_proved(v, row->seq - w->shift, 1);
	if (strcmp(row->action, VERIFY_ACTION_PRUNED) != 0)
		return;
	for (size_t i = 0; i < v->hosts; i++)
		if (v->host[i].stump.seq == row->seq &&
		    strcmp(v->host[i].stump.by, row->host) == 0)
			v->host[i].stump.proved = true;
}

/* Is the MAC the one of its place? */
static bool
walk_judge(struct verify *v, const struct store_audit *row)
{
	struct verify_walk *w = &v->walk;
	int64_t place = row->seq - w->shift;

	w->key = verify_key_of(v, w->host, place);
	/* Without a key, that there is one is all that can be told. */
	if (v->keys == 0)
		return row->mac_len != 0;
	if (w->key == NULL || !verify_seek(v, &w->ladder, w->key, place))
		return false;
	if (w->shift == 0)
		return chain_mac_right(&w->ladder.now, row);
	w->copy = *row;
	w->copy.seq = place;
	return chain_mac_right(&w->ladder.now, &w->copy);
}

/* Rows that are missing, as ROW says, are told until somebody says that it is
 * known: the key of now is enough to declare all of the past lost. */
static void
walk_lost(struct verify *v, const struct store_audit *row)
{
	struct verify_walk *w = &v->walk;
	int64_t first = w->last + 1, last = row->seq - 1;
	struct verify_finding *x;

	if (verify_allowed(v, w->host, first, last)) {
		w->host->holes += last - first + 1;
		verify_noted(v, VERIFY_RESTORED, w->host, first, last,
			     row->seq);
		return;
	}
	x = verify_found(v, VERIFY_LOST, w->host, first, last);
	if (x == NULL)
		return;
	x->other = row->seq;
	x->at = row->at;
}

/* Rows are missing before this one. */
static void
walk_gap(struct verify *v, const struct store_audit *row, bool right)
{
	struct verify_walk *w = &v->walk;
	int64_t first = w->last + 1;
	struct verify_finding *x;

	if (right && verify_restored(row, w->last, w->head)) {
		w->sound = true;
		verify_compare(v, row->seq - 1);
		walk_lost(v, row);
		return;
	}
	w->sound = false;
	walk_run_end(w);
	/* What was never written, before it was renamed back. */
	if (verify_bare(w->host, first, row->seq - 1))
		return;
	x = verify_found(
		v, first == w->host->from ? VERIFY_BEGINNING : VERIFY_REMOVED,
		w->host, first, row->seq - 1);
	if (x != NULL)
		x->at = row->at;
}

/* Rows before the chain begins, or before what is left of it. */
static void
walk_earlier(struct verify *v, const struct store_audit *row)
{
	struct verify_walk *w = &v->walk;
	struct verify_host *h = w->host;

	if (h->from == 0 || row->seq < h->from) {
		h->earlier++;
		return;
	}
	walk_bad(v, row, VERIFY_INSERTED);
}

/* Is row SEQ the first of a key?  Then the head begins anew. */
static bool
walk_begins(const struct verify *v, const struct store_audit *row)
{
	const struct verify_host *h = v->walk.host;

	for (size_t i = 0; i < v->keys; i++)
		if (v->key[i].host == (size_t)(h - v->host) &&
		    v->key[i].start == row->seq)
			return true;
	for (size_t i = 0; i < h->starts; i++)
		if (h->start[i].seq == row->seq && h->start[i].key[0] != '\0')
			return true;
	return false;
}

/* Do others tell where the rows before this key ended? */
static bool
walk_tied(const struct verify *v, const struct store_audit *row)
{
	const struct verify_host *h = v->walk.host;

	for (size_t i = 0; i < h->bounds; i++)
		if (h->bound[i].seq == row->seq - 1)
			return true;
	return verify_bare(h, row->seq - 1, row->seq - 1) != NULL ||
	       verify_allowed(v, h, row->seq, row->seq);
}

/* What a row that is right says of those before the key that it is the first
 * of. */
static void
walk_before(struct verify *v, const struct store_audit *row)
{
	struct verify_walk *w = &v->walk;
	uint8_t head[CHAIN_HEAD_SIZE];
	char text[CHAIN_ANCHOR_SIZE];
	struct verify_finding *x;
	int64_t seq;

	bool own = verify_own_before(row, text);

	if (row->seq == w->host->from ||
	    (own ? !w->sound || (chain_anchor_parse(text, &seq, head) &&
				 seq == row->seq - 1 &&
				 memcmp(head, w->head, sizeof(head)) == 0)
		 : walk_tied(v, row)))
		return;
	x = verify_found(v, own ? VERIFY_BEFORE : VERIFY_UNTIED, w->host,
			 row->seq - 1, row->seq - 1);
	if (x == NULL)
		return;
	x->other = row->seq;
	x->at = row->at;
}

/* The row is in its place, right or not: what comes of it for the rest. */
static void
walk_on(struct verify *v, const struct store_audit *row, bool right)
{
	struct verify_walk *w = &v->walk;

	w->last = row->seq;
	w->last_at = row->at;
	w->host->end = row->seq;
	if (w->shift == 0 && walk_begins(v, row)) {
		if (right)
			walk_before(v, row);
		w->sound = right || w->foreign;
		memset(w->head, 0, sizeof(w->head));
	}
	if (row->mac_len == 0)
		return;
	chain_head_next(w->head, row->mac);
	verify_compare(v, row->seq);
}

void
verify_walk_row(struct verify *v, const struct store_audit *row)
{
	struct verify_walk *w = &v->walk;
	bool right;

	if (w->host->from == 0 || row->seq < w->host->from ||
	    (w->host->stump.used && row->seq <= w->host->stump.to)) {
		walk_earlier(v, row);
		return;
	}
	if (row->seq <= w->last) {
		w->sound = false;
		walk_run_end(w);
		walk_bad(v, row, VERIFY_TWICE);
		walk_run_end(w);
		return;
	}
	right = walk_judge(v, row);
	if (row->seq != w->last + 1)
		walk_gap(v, row, right);
	if (right)
		walk_right(v, row);
	else
		walk_wrong(v, row);
	walk_on(v, row, right);
}

void
verify_walk_end(struct verify *v)
{
	struct verify_walk *w = &v->walk;
	struct verify_host *h = w->host;

	/* From one row to the end nothing was right again. */
	if (w->bad != NULL && w->bad->kind == VERIFY_ALTERED &&
	    w->bad->last == w->last && w->bad->first < w->bad->last)
		w->bad->kind = VERIFY_SPLICED;
	verify_compare_end(v);
	if (h->from == 0 && h->macs > 0) {
		struct verify_finding *x = verify_found(v, VERIFY_UNKEYED, h,
							h->first_mac, h->last);

		if (x != NULL)
			x->other = h->macs;
	} else if (h->from == 0 && h->earlier > 0)
		verify_noted(v, VERIFY_CHAINLESS, h, h->first, h->last,
			     h->earlier);
	else if (h->earlier > 0)
		verify_noted(v, VERIFY_EARLIER, h, h->first, h->from - 1,
			     h->earlier);
	h->sound = w->sound && h->from != 0;
	memcpy(h->head, w->head, sizeof(h->head));
	w->host = NULL;
}
