/* SPDX-License-Identifier: MIT */
/* The survey: which hosts and keys there are, and what belongs to what. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "audit/verify_in.h"
#include "base/text.h"
#include "crypto/crypto.h"

bool
verify_wanted(const struct verify *v, const char *host)
{
	return v->only == NULL || strcmp(v->only, host) == 0;
}

struct verify_host *
verify_host_known(const struct verify *v, const char *name)
{
	/* Rows come in order of their hosts. */
	for (size_t i = v->hosts; i > 0; i--)
		if (strcmp(v->host[i - 1].name, name) == 0)
			return &v->host[i - 1];
	return NULL;
}

static enum status
verify_host(struct verify *v, const char *name, struct verify_host **out,
	    struct fault *f)
{
	struct verify_host *more;

	if ((*out = verify_host_known(v, name)) != NULL)
		return STATUS_OK;
	if (v->hosts == VERIFY_HOSTS_MAX)
		return fault(f, STATUS_SYSTEM,
			     "more than %d hosts: verify one of them, by "
			     "--host",
			     VERIFY_HOSTS_MAX);
	more = reallocarray(v->host, v->hosts + 1, sizeof(*more));
	if (more == NULL)
		return fault(f, STATUS_SYSTEM, "out of memory");
	v->host = more;
	more += v->hosts++;
	memset(more, 0, sizeof(*more));
	(void)text_copy(more->name, sizeof(more->name), name);
	*out = more;
	return STATUS_OK;
}

/* --- metadata --- */

bool
verify_meta_text(const struct store_audit *row, const char *name, char *out,
		 size_t size)
{
	json_auto_t *meta = json_loads(row->meta, 0, NULL);
	const char *s = json_string_value(json_object_get(meta, name));

	return s != NULL && strlen(s) < size && text_copy(out, size, s);
}

bool
verify_meta_number(const struct store_audit *row, const char *name,
		   int64_t *out)
{
	char text[24];

	return verify_meta_text(row, name, text, sizeof(text)) &&
	       text_number(text, 0, INT64_MAX, out);
}

/* --- the survey --- */

/* NULL: there are too many. */
static struct verify_start *
verify_start(struct verify_host *h, int64_t seq, const char *key)
{
	struct verify_start *new = &h->start[h->starts];

	for (size_t i = 0; i < h->starts; i++)
		if (h->start[i].seq == seq)
			return &h->start[i];
	if (h->starts == VERIFY_STARTS_MAX)
		return NULL;
	h->starts++;
	*new = (struct verify_start){ .seq = seq };
	(void)text_copy(new->key, sizeof(new->key), key);
	return new;
}

enum status
verify_chain(struct verify *v, const struct store_chain *c, struct fault *f)
{
	struct verify_host *h;
	enum status st;

	if (!verify_wanted(v, c->host))
		return STATUS_OK;
	if ((st = verify_host(v, c->host, &h, f)) == STATUS_OK)
		(void)verify_start(h, c->start, c->key);
	return st;
}

/* Is it the first row of a key that was given?  Then what it says is so,
 * whatever its host. */
static struct verify_key *
verify_first(struct verify *v, const struct store_audit *row)
{
	for (size_t i = 0; i < v->keys; i++)
		if (v->key[i].start == row->seq &&
		    chain_mac_right(&v->key[i].secret, row))
			return &v->key[i];
	return NULL;
}

static void
verify_survey_key(struct verify_host *h, const struct store_audit *row,
		  bool proved)
{
	char key[STORE_CHAIN_KEY_SIZE];
	struct verify_start *made = NULL;
	int64_t start, from, to;

	if (verify_meta_number(row, VERIFY_META_START, &start) &&
	    start == row->seq &&
	    verify_meta_text(row, VERIFY_META_CHAIN, key, sizeof(key)))
		made = verify_start(h, start, key);
	if (made != NULL && proved &&
	    verify_meta_number(row, VERIFY_META_BARE_FROM, &from) &&
	    verify_meta_number(row, VERIFY_META_BARE_TO, &to) && from > 0 &&
	    from <= to && to == start - 1)
		made->bare = from;
}

/* The machine had another name before: where the rows of that one end. */
static enum status
verify_survey_bound(struct verify *v, const struct store_audit *row,
		    struct fault *f)
{
	struct verify_bound b = { .at = row->at };
	char host[256], head[CHAIN_ANCHOR_SIZE];
	struct verify_host *h;
	enum status st;

	if (!verify_meta_text(row, VERIFY_META_BEFORE_HOST, host,
			      sizeof(host)) ||
	    strcmp(host, row->host) == 0 || !verify_wanted(v, host) ||
	    !verify_meta_text(row, VERIFY_META_BEFORE, head, sizeof(head)) ||
	    !chain_anchor_parse(head, &b.seq, b.head))
		return STATUS_OK;
	if ((st = verify_host(v, host, &h, f)) == STATUS_OK &&
	    h->bounds < VERIFY_BOUNDS_MAX)
		h->bound[h->bounds++] = b;
	return st;
}

/* Times as texts are in their order. */
static bool
verify_young(const struct store_audit *row)
{
	char newest[TEXT_TIME_SIZE], most[TEXT_TIME_SIZE];

	text_time(row->at - VERIFY_PRUNED_AGE, most);
	return !verify_meta_text(row, VERIFY_META_NEWEST, newest,
				 sizeof(newest)) ||
	       strlen(newest) != strlen(most) || strcmp(newest, most) > 0;
}

/* What it says of its own host, or of another. */
static enum status
verify_survey_stump(struct verify *v, const struct store_audit *row,
		    struct fault *f)
{
	struct verify_stump s = { .seq = row->seq };
	char host[256], head[CHAIN_ANCHOR_SIZE];
	struct verify_host *h;
	enum status st;
	int64_t seq;

	if (!verify_meta_text(row, VERIFY_META_HOST, host, sizeof(host)) ||
	    !verify_meta_number(row, VERIFY_META_TO, &s.to) ||
	    !verify_wanted(v, host))
		return STATUS_OK;
	s.headed =
		verify_meta_text(row, VERIFY_META_HEAD, head, sizeof(head)) &&
		chain_anchor_parse(head, &seq, s.head) && seq == s.to;
	s.young = verify_young(row);
	if (!verify_meta_text(row, VERIFY_META_CHAIN, s.key, sizeof(s.key)))
		s.key[0] = '\0';
	(void)text_copy(s.by, sizeof(s.by), row->host);
	if ((st = verify_host(v, host, &h, f)) == STATUS_OK &&
	    s.to > h->stump.to)
		h->stump = s;
	return st;
}

/* Whose keys are these?  The first row of a key tells, or the first that is
 * left behind it. */
static void
verify_survey_mac(struct verify *v, const struct verify_host *h,
		  const struct store_audit *row)
{
	struct verify_ladder *l = &v->walk.search;

	for (size_t i = 0; i < v->keys; i++) {
		struct verify_key *k = &v->key[i];

		if (k->host != VERIFY_HOSTS_MAX || row->seq < k->start ||
		    (row->seq != k->start && row->seq != h->first_mac))
			continue;
		if (verify_seek(v, l, k, row->seq) &&
		    chain_mac_right(&l->now, row))
			k->host = (size_t)(h - v->host);
	}
}

static enum status
verify_survey_said(struct verify *v, const struct store_audit *row,
		   bool proved, struct fault *f)
{
	if (strcmp(row->action, VERIFY_ACTION_PRUNED) == 0)
		return verify_survey_stump(v, row, f);
	if (proved && strcmp(row->action, VERIFY_ACTION_KEY) == 0)
		return verify_survey_bound(v, row, f);
	return STATUS_OK;
}

enum status
verify_survey(struct verify *v, const struct store_audit *row, struct fault *f)
{
	struct verify_key *first = verify_first(v, row);
	bool proved = first != NULL || (v->keys == 0 && row->mac_len != 0);
	struct verify_host *h;
	enum status st;

	if ((st = verify_survey_said(v, row, proved, f)) != STATUS_OK)
		return st;
	if (!verify_wanted(v, row->host)) {
		if (first != NULL)
			first->elsewhere = true;
		return STATUS_OK;
	}
	if ((st = verify_host(v, row->host, &h, f)) != STATUS_OK)
		return st;
	if (h->rows++ == 0)
		h->first = row->seq;
	h->last = row->seq;
	if (strcmp(row->action, VERIFY_ACTION_KEY) == 0)
		verify_survey_key(h, row, proved);
	if (row->mac_len == 0)
		return STATUS_OK;
	if (h->macs++ == 0)
		h->first_mac = row->seq;
	verify_survey_mac(v, h, row);
	return STATUS_OK;
}

/* --- whose is what --- */

static bool
verify_hinted(const struct verify_host *h, const struct verify_key *k)
{
	for (size_t i = 0; i < h->starts; i++)
		if (strcmp(h->start[i].key, k->id) == 0)
			return true;
	return strcmp(h->stump.key, k->id) == 0;
}

static bool
verify_chained(const struct verify *v, const struct verify_host *h)
{
	return h->macs > 0 || h->starts > 0 || h->stump.to > 0 ||
	       h->bounds > 0 ||
	       (v->filed && strcmp(v->file.host, h->name) == 0);
}

/* The one that has a chain; VERIFY_HOSTS_MAX: there is none, or another. */
static size_t
verify_only(const struct verify *v)
{
	size_t found = VERIFY_HOSTS_MAX;

	for (size_t i = 0; i < v->hosts; i++) {
		if (!verify_chained(v, &v->host[i]))
			continue;
		if (found != VERIFY_HOSTS_MAX)
			return VERIFY_HOSTS_MAX;
		found = i;
	}
	return found == VERIFY_HOSTS_MAX && v->hosts == 1 ? 0 : found;
}

/* Where one host is asked for and has its keys, another key is not of it. */
static void
verify_whose(struct verify *v, size_t only)
{
	bool met = false;

	for (size_t i = 0; i < v->keys; i++)
		for (size_t j = 0; v->key[i].host == VERIFY_HOSTS_MAX &&
				   !v->key[i].elsewhere && j < v->hosts;
		     j++)
			if (verify_hinted(&v->host[j], &v->key[i]))
				v->key[i].host = j;
	for (size_t i = 0; i < v->keys; i++)
		met = met || v->key[i].host != VERIFY_HOSTS_MAX;
	for (size_t i = 0; i < v->keys; i++)
		if (v->key[i].host == VERIFY_HOSTS_MAX &&
		    !v->key[i].elsewhere && !(met && v->only != NULL))
			v->key[i].host = only;
}

enum status
verify_surveyed(struct verify *v, struct fault *f)
{
	struct verify_host *h;
	enum status st;
	size_t only;

	if (v->filed && verify_wanted(v, v->file.host) &&
	    (st = verify_host(v, v->file.host, &h, f)) != STATUS_OK)
		return st;
	only = verify_only(v);
	verify_whose(v, only);
	v->steps = VERIFY_REACH;
	v->anchor_host = only;
	if ((v->anchored || v->alloweds > 0) && only == VERIFY_HOSTS_MAX)
		return fault(f, STATUS_INVALID,
			     "there are %zu hosts here: say by --host whose "
			     "%s",
			     v->hosts,
			     v->anchored ? "anchor it is"
					 : "rows may be missing");
	return STATUS_OK;
}
