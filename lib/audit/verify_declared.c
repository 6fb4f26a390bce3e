/* SPDX-License-Identifier: MIT */
/* What rows say of others that are not there, or are not proved. */
#include <string.h>

#include "audit/verify_in.h"

bool
verify_own_before(const struct store_audit *row, char out[CHAIN_ANCHOR_SIZE])
{
	char host[256];

	return strcmp(row->action, VERIFY_ACTION_KEY) == 0 &&
	       verify_meta_text(row, VERIFY_META_BEFORE, out,
				CHAIN_ANCHOR_SIZE) &&
	       (!verify_meta_text(row, VERIFY_META_BEFORE_HOST, host,
				  sizeof(host)) ||
		strcmp(host, row->host) == 0);
}

bool
verify_restored(const struct store_audit *row, int64_t last,
		uint8_t head[CHAIN_HEAD_SIZE])
{
	uint8_t before[CHAIN_HEAD_SIZE];
	char text[CHAIN_ANCHOR_SIZE];
	int64_t from, to, seq;
	bool said = strcmp(row->action, VERIFY_ACTION_RESTORED) == 0
			    ? verify_meta_text(row, VERIFY_META_BEFORE, text,
					       sizeof(text))
			    : verify_own_before(row, text);

	if (!said || !verify_meta_number(row, VERIFY_META_LOST_FROM, &from) ||
	    !verify_meta_number(row, VERIFY_META_LOST_TO, &to) ||
	    from > last + 1 || to != row->seq - 1 ||
	    !chain_anchor_parse(text, &seq, before) || seq != to)
		return false;
	memcpy(head, before, sizeof(before));
	return true;
}

const struct verify_start *
verify_bare(const struct verify_host *h, int64_t first, int64_t last)
{
	for (size_t i = 0; i < h->starts; i++)
		if (h->start[i].bare != 0 && h->start[i].bare <= first &&
		    last < h->start[i].seq)
			return &h->start[i];
	return NULL;
}

bool
verify_allowed(const struct verify *v, const struct verify_host *h,
	       int64_t first, int64_t last)
{
	if (v->alloweds == 0 || h != &v->host[v->anchor_host])
		return false;
	for (size_t i = 0; i < v->alloweds; i++)
		if (v->allowed[i].from <= first && last <= v->allowed[i].to)
			return true;
	return false;
}

static void
declared_stump(struct verify *v, const struct verify_host *h)
{
	const struct verify_stump *s = &h->stump;
	struct verify_finding *x;

	if (v->keys > 0 && !s->proved) {
		(void)verify_found(v, VERIFY_BEGINNING, h, h->from, s->to);
		return;
	}
	if (verify_allowed(v, h, h->from, s->to) ||
	    ((s->headed || verify_bare(h, s->to, s->to) != NULL) && !s->young))
		return;
	x = verify_found(v, s->young ? VERIFY_YOUNG : VERIFY_HEADLESS, h,
			 h->from, s->to);
	if (x != NULL)
		x->other = s->seq;
}

/* Rows up to there were written under this name. */
static void
declared_bound(struct verify *v, const struct verify_host *h,
	       const struct verify_bound *b)
{
	int64_t end = h->from != 0 ? h->end : h->last;
	struct verify_finding *x = NULL;

	if (end < b->seq && h->stump.to < b->seq &&
	    verify_allowed(v, h, end + 1, b->seq))
		verify_noted(v, VERIFY_RESTORED, h, end + 1, b->seq, 0);
	else if (end < b->seq && h->stump.to < b->seq)
		x = verify_found(v, VERIFY_CUT, h, end + 1, b->seq);
	else if (b->met == VERIFY_OTHER)
		x = verify_found(v, VERIFY_BEFORE, h, b->seq, b->seq);
	if (x != NULL)
		x->at = b->at;
}

/* Behind a chain that ended nobody knows whether its end was cut off. */
static void
declared_ended(struct verify *v, const struct verify_host *h,
	       const struct verify_start *s)
{
	struct verify_finding *x;

	if (verify_allowed(v, h, s->bare, s->seq - 1)) {
		verify_noted(v, VERIFY_ENDED, h, s->bare, s->seq - 1, s->seq);
		return;
	}
	x = verify_found(v, VERIFY_UNCHAINED, h, s->bare, s->seq - 1);
	if (x != NULL)
		x->other = s->seq;
}

void
verify_declared(struct verify *v, struct verify_host *h)
{
	if (h->stump.used)
		declared_stump(v, h);
	for (size_t i = 0; i < h->bounds; i++)
		declared_bound(v, h, &h->bound[i]);
	for (size_t i = 0; h->from != 0 && i < h->starts; i++)
		if (h->start[i].bare > h->from &&
		    h->start[i].seq > h->stump.to)
			declared_ended(v, h, &h->start[i]);
}
