/* SPDX-License-Identifier: MIT */
/* Keys of rows, and the search for the row that one was. */
#include "audit/verify_in.h"

#define LADDER_MARK 1024
#define LADDER_AHEAD 64

static void
ladder_start(struct verify_ladder *l, const struct verify_key *k)
{
	l->of = k;
	l->at = l->mark = l->before = k->start;
	secret_copy(&l->now, &k->secret);
	secret_copy(&l->marked, &k->secret);
	secret_copy(&l->earlier, &k->secret);
}

/* No key is made of the one behind it. */
static void
ladder_back(struct verify_ladder *l, const struct verify_key *k, int64_t seq)
{
	if (seq >= l->mark) {
		secret_copy(&l->now, &l->marked);
		l->at = l->mark;
	} else if (seq >= l->before) {
		secret_copy(&l->now, &l->earlier);
		secret_copy(&l->marked, &l->earlier);
		l->at = l->mark = l->before;
	} else {
		ladder_start(l, k);
	}
}

bool
verify_seek(struct verify *v, struct verify_ladder *l,
	    const struct verify_key *k, int64_t seq)
{
	if (seq < k->start)
		return false;
	if (l->of != k)
		ladder_start(l, k);
	if (seq < l->at)
		ladder_back(l, k, seq);
	if (seq - l->at > v->steps)
		return false;
	v->steps -= seq - l->at;
	for (; l->at < seq; l->at++) {
		if (l->at - l->mark == LADDER_MARK) {
			secret_copy(&l->earlier, &l->marked);
			secret_copy(&l->marked, &l->now);
			l->before = l->mark;
			l->mark = l->at;
		}
		chain_key_next(&l->now);
	}
	return true;
}

const struct verify_key *
verify_key_of(const struct verify *v, const struct verify_host *h, int64_t seq)
{
	size_t host = (size_t)(h - v->host);
	const struct verify_key *found = NULL;

	for (size_t i = 0; i < v->keys; i++)
		if (v->key[i].host == host && v->key[i].start <= seq &&
		    (found == NULL || v->key[i].start > found->start))
			found = &v->key[i];
	return found;
}

/* Was w->copy written as one of these rows? */
static bool
ladder_try(struct verify *v, const struct verify_key *k, int64_t from,
	   int64_t to, int64_t *seq)
{
	struct verify_walk *w = &v->walk;

	for (int64_t s = from; s <= to && w->tries > 0; s++) {
		if (!verify_seek(v, &w->search, k, s))
			return false;
		w->tries--;
		w->copy.seq = s;
		if (chain_mac_right(&w->search.now, &w->copy)) {
			*seq = s;
			return true;
		}
	}
	return false;
}

/* Not further than rows can be, whatever number one of them has. */
static int64_t
ladder_end(const struct verify_key *k, const struct verify_host *h)
{
	int64_t most = k->start + 2 * h->rows + LADDER_MARK;

	return h->last < most ? h->last + LADDER_AHEAD : most;
}

bool
verify_find(struct verify *v, const struct store_audit *row, int64_t near,
	    int64_t *seq)
{
	struct verify_walk *w = &v->walk;
	const struct verify_key *k = verify_key_of(v, w->host, near);
	size_t host = (size_t)(w->host - v->host);
	int64_t from;

	if (row->mac_len == 0)
		return false;
	w->copy = *row;
	if (k != NULL) {
		/* Which is about there. */
		if (w->ladder.of == k)
			w->search = w->ladder;
		from = near - LADDER_MARK < k->start ? k->start
						     : near - LADDER_MARK;
		if (ladder_try(v, k, from, near + LADDER_AHEAD, seq))
			return true;
	}
	/* Of many one after the other the first few tell enough. */
	if (w->bad_first != 0 && w->bad_last - w->bad_first > LADDER_AHEAD)
		return false;
	for (size_t i = 0; i < v->keys; i++)
		if (v->key[i].host == host &&
		    ladder_try(v, &v->key[i], v->key[i].start,
			       ladder_end(&v->key[i], w->host), seq))
			return true;
	return false;
}
