/* SPDX-License-Identifier: MIT */
#include "audit/verify.h"

#include <stdlib.h>
#include <string.h>

#include "audit/verify_in.h"
#include "base/text.h"
#include "crypto/crypto.h"

struct verify *
verify_new(void)
{
	struct verify *v = calloc(1, sizeof(*v));

	if (v != NULL)
		v->steps = VERIFY_GUESS;
	return v;
}

void
verify_wipe(struct verify **v)
{
	if (*v == NULL)
		return;
	free((*v)->host);
	crypto_wipe(*v, sizeof(**v));
	free(*v);
	*v = NULL;
}

enum status
verify_key_add(struct verify *v, const struct secret *text, struct fault *f)
{
	struct verify_key *k = &v->key[v->keys];
	enum status st;

	if (v->keys == VERIFY_KEYS_MAX)
		return fault(f, STATUS_INVALID,
			     "more than %d verification keys",
			     VERIFY_KEYS_MAX);
	if ((st = crypto_audit_parse(text, &k->secret, &k->start, f)) !=
	    STATUS_OK)
		return st;
	chain_key_id(&k->secret, k->id);
	k->host = VERIFY_HOSTS_MAX;
	for (size_t i = 0; i < v->keys; i++)
		if (strcmp(v->key[i].id, k->id) == 0)
			return fault(f, STATUS_INVALID,
				     "the verification key %s is given twice",
				     k->id);
	v->keys++;
	return STATUS_OK;
}

void
verify_again(struct verify *v)
{
	for (size_t i = 0; i < v->keys; i++) {
		v->key[i].host = VERIFY_HOSTS_MAX;
		v->key[i].proved = 0;
		v->key[i].elsewhere = false;
	}
	v->steps = VERIFY_GUESS;
	free(v->host);
	v->host = NULL;
	v->hosts = v->findings = v->notes = 0;
	v->walk.host = NULL;
}

/* --- the walk --- */

static struct verify_finding
verify_finding(enum verify_kind kind, const struct verify_host *h,
	       int64_t first, int64_t last)
{
	struct verify_finding x = { .kind = kind,
				    .first = first,
				    .last = last };

	if (h != NULL)
		(void)text_copy(x.host, sizeof(x.host), h->name);
	return x;
}

struct verify_finding *
verify_found(struct verify *v, enum verify_kind kind,
	     const struct verify_host *h, int64_t first, int64_t last)
{
	size_t at = v->findings++;

	if (at >= VERIFY_FINDINGS_MAX)
		return NULL;
	v->finding[at] = verify_finding(kind, h, first, last);
	return &v->finding[at];
}

void
verify_noted(struct verify *v, enum verify_kind kind,
	     const struct verify_host *h, int64_t first, int64_t last,
	     int64_t other)
{
	size_t at = v->notes++;

	if (at >= VERIFY_NOTES_MAX)
		return;
	v->note[at] = verify_finding(kind, h, first, last);
	v->note[at].other = other;
}

/* False: it came since the survey, or is where it does not belong. */
static bool
verify_enter(struct verify *v, const char *host, int64_t seq)
{
	struct verify_walk *w = &v->walk;
	struct verify_host *h;

	if (w->host != NULL && strcmp(w->host->name, host) == 0)
		return true;
	if ((h = verify_host_known(v, host)) == NULL)
		return false;
	if (w->host != NULL)
		verify_walk_end(v);
	if (h->walked) {
		(void)verify_found(v, VERIFY_TWICE, h, seq, seq);
		return false;
	}
	verify_walk_begin(v, h);
	return true;
}

void
verify_row(struct verify *v, const struct store_audit *row)
{
	if (verify_wanted(v, row->host) &&
	    verify_enter(v, row->host, row->seq))
		verify_walk_row(v, row);
}

void
verify_unreadable(struct verify *v, const char *host, int64_t seq)
{
	struct verify_walk *w = &v->walk;

	if (!verify_wanted(v, host) || !verify_enter(v, host, seq + 1))
		return;
	(void)verify_found(v, VERIFY_UNREADABLE, w->host, seq + 1, seq + 1);
	w->sound = false;
	if (seq + 1 > w->last)
		w->last = seq + 1;
}

/* Is nothing left of its rows, as they were pruned? */
static bool
verify_key_pruned(const struct verify *v, const struct verify_key *k)
{
	const struct verify_host *h = &v->host[k->host];

	return h->stump.used && h->stump.to >= k->start &&
	       (h->end <= h->stump.to ||
		verify_key_of(v, h, h->stump.to + 1) != k);
}

void
verify_finish(struct verify *v)
{
	struct verify_finding *x;

	if (v->walk.host != NULL)
		verify_walk_end(v);
	for (size_t i = 0; i < v->hosts; i++) {
		struct verify_host *h = &v->host[i];

		if (!h->walked) {
			verify_walk_begin(v, h);
			verify_walk_end(v);
		}
		verify_declared(v, h);
	}
	if (v->unfiled)
		(void)verify_found(v, VERIFY_NO_FILE, NULL, 0, 0);
	for (size_t i = 0; i < v->keys; i++) {
		const struct verify_key *k = &v->key[i];
		bool known = k->host != VERIFY_HOSTS_MAX;

		if (k->proved > 0 || k->elsewhere ||
		    (known && verify_key_pruned(v, k)))
			continue;
		x = verify_found(v, VERIFY_NO_ROW,
				 known ? &v->host[k->host] : NULL, k->start,
				 k->start);
		if (x != NULL)
			memcpy(x->key, k->id, sizeof(x->key));
	}
}
