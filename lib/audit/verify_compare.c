/* SPDX-License-Identifier: MIT */
/* The rows against what is known from elsewhere: the chain's file, an anchor.
 */
#include <string.h>

#include "audit/verify_in.h"

static bool
compare_file(const struct verify *v)
{
	return v->filed && strcmp(v->file.host, v->walk.host->name) == 0;
}

static bool
compare_anchor(const struct verify *v)
{
	return v->anchored && v->walk.host == &v->host[v->anchor_host];
}

static void
compare_found(struct verify *v, enum verify_kind kind, int64_t first,
	      int64_t last, int64_t other)
{
	struct verify_finding *x =
		verify_found(v, kind, v->walk.host, first, last);

	if (x == NULL)
		return;
	x->at = v->walk.last_at;
	x->other = other;
}

static void
compare_bound(struct verify_bound *b, const struct verify_walk *w, int64_t seq)
{
	if (b->seq != seq)
		return;
	b->met = memcmp(b->head, w->head, sizeof(b->head)) == 0 ? VERIFY_SAME
								: VERIFY_OTHER;
}

void
verify_compare(struct verify *v, int64_t seq)
{
	struct verify_walk *w = &v->walk;
	bool same;

	if (!w->sound || w->shift != 0)
		return;
	for (size_t i = 0; i < w->host->bounds; i++)
		compare_bound(&w->host->bound[i], w, seq);
	if (compare_file(v) && seq == v->file.next - 1 &&
	    memcmp(v->file.head, w->head, sizeof(w->head)) != 0)
		compare_found(v, VERIFY_FILE, seq, seq, 0);
	if (!compare_anchor(v) || seq != v->anchor)
		return;
	w->anchored = true;
	same = memcmp(v->anchor_head, w->head, sizeof(w->head)) == 0;
	if (!same)
		compare_found(v, VERIFY_ANCHOR, seq, seq, 0);
}

/* The key in the file, as far as it can be derived. */
static void
compare_key(struct verify *v)
{
	struct verify_walk *w = &v->walk;
	const struct verify_key *k = NULL;

	if (w->foreign || verify_key_of(v, w->host, v->file.next) == NULL)
		return;
	/* Of two it is the older, until the file of the new one has its
	 * place. */
	for (size_t i = 0; i < v->keys; i++)
		if (strcmp(v->key[i].id, v->file.id) == 0)
			k = &v->key[i];
	if (k == NULL || (verify_seek(v, &w->search, k, v->file.next) &&
			  !secret_equal(&w->search.now, &v->file.key)))
		compare_found(v, VERIFY_FILE, v->file.next - 1,
			      v->file.next - 1, 0);
}

/* Whatever the reason, an anchor that is not compared proves nothing. */
static void
compare_anchor_end(struct verify *v, int64_t end)
{
	if (!compare_anchor(v) || v->walk.anchored)
		return;
	if (v->anchor > end)
		compare_found(v, VERIFY_ANCHOR, v->anchor, v->anchor, end);
	else
		compare_found(v, VERIFY_UNANCHORED, v->anchor, v->anchor, 0);
}

void
verify_compare_end(struct verify *v)
{
	struct verify_walk *w = &v->walk;
	int64_t end = w->last - w->shift;

	if (w->host->from == 0) {
		compare_anchor_end(v, w->host->last);
		return;
	}
	if (compare_file(v) && v->file.next - 1 > end)
		compare_found(v, VERIFY_CUT, w->last + 1,
			      v->file.next - 1 + w->shift, 0);
	else if (compare_file(v) && w->sound)
		compare_key(v);
	compare_anchor_end(v, end);
}
