/* SPDX-License-Identifier: MIT */
#include "admin/audit.h"

#include <string.h>

#include "audit/verify.h"
#include "base/buf.h"
#include "base/text.h"
#include "store/audit.h"

#define AUDIT_KEEP_META "audit_keep"
#define AUDIT_TOLD_META "audit_told" /* "SEQ:TIME" */
#define AUDIT_TELL 600
#define AUDIT_BATCH 1000 /* rows: a login must not wait long */
#define AUDIT_STARTS_MAX 64

enum status
admin_audit_kept(const struct admin *a, int64_t *out, struct fault *f)
{
	char text[TEXT_INTEGER_SIZE];
	enum status st;

	st = store_meta_get(a->store, AUDIT_KEEP_META, text, sizeof(text), f);
	if (st == STATUS_NOT_FOUND) {
		*out = 0;
		return STATUS_OK;
	}
	if (st == STATUS_OK && !text_number(text, 0, ADMIN_AUDIT_MOST, out))
		return fault(f, STATUS_CORRUPT,
			     "how long the audit is kept is no number: set it "
			     "by 'sigractl audit retention'");
	return st;
}

enum status
admin_audit_keep(const struct admin *a, int64_t seconds, struct fault *f)
{
	char text[TEXT_INTEGER_SIZE];
	enum status st;
	STORE_TXN(txn);

	if (seconds != 0 &&
	    (seconds < ADMIN_AUDIT_LEAST || seconds > ADMIN_AUDIT_MOST))
		return fault(f, STATUS_INVALID,
			     "the audit is kept 30 days at the least, or for "
			     "ever");
	text_integer(seconds, text);
	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = store_meta_put(a->store, AUDIT_KEEP_META, text, f)) !=
		    STATUS_OK ||
	    (st = admin_audit(a, "audit.retention", NULL,
			      (const struct audit_pair[ADMIN_PAIRS_MAX]){
				      { "seconds", text } },
			      f)) != STATUS_OK)
		return st;
	return admin_commit(a, &txn, f);
}

/* --- one transaction's rows --- */

/* Rows one behind the other, and what is left of them. */
struct audit_run {
	struct store_stump stump;
	int64_t from, rows, oldest, latest;
	int64_t gap; /* a row that is missing there; 0: none */
};

struct audit_batch {
	const struct admin_audit_prune *p;
	const char *host;
	int64_t now;
	int64_t newest; /* the row that stays in any case */
	struct store_chain start[AUDIT_STARTS_MAX]; /* of the host */
	size_t starts;
	struct audit_run read, may; /* so far; of it, up to what may go */
};

/* The key of row SEQ, "" where there is none; is it the first of it? */
static const char *
batch_key(const struct audit_batch *b, int64_t seq, bool *first)
{
	const char *key = "";

	*first = false;
	for (size_t i = 0; i < b->starts && b->start[i].start <= seq; i++) {
		key = b->start[i].key;
		*first = b->start[i].start == seq && key[0] != '\0';
	}
	return key;
}

/* Is it the one that follows, with all that was written between? */
static bool
batch_whole(struct store_stump *stump, const struct store_audit *row,
	    const char *key, bool first)
{
	if (row->seq == stump->seq + 1)
		return key[0] == '\0' || row->mac_len != 0;
	/* What was never chained may begin anywhere. */
	if (stump->seq == 0 && (key[0] == '\0' || first))
		return true;
	if (!verify_restored(row, stump->seq, stump->head))
		return false;
	stump->head_len = sizeof(stump->head);
	return true;
}

/* False: something is missing before it. */
static bool
batch_take(const struct audit_batch *b, const struct store_audit *row,
	   struct audit_run *r)
{
	bool first;
	const char *key = batch_key(b, row->seq, &first);

	if (!batch_whole(&r->stump, row, key, first)) {
		r->gap = r->stump.seq + 1;
		if (!b->p->broken)
			return false;
		r->stump.head_len = 0;
	}
	if (first) {
		memset(r->stump.head, 0, sizeof(r->stump.head));
		r->stump.head_len = sizeof(r->stump.head);
	}
	if (row->mac_len == 0)
		r->stump.head_len = 0;
	if (r->stump.head_len != 0)
		chain_head_next(r->stump.head, row->mac);
	(void)text_copy(r->stump.key, sizeof(r->stump.key), key);
	r->stump.seq = row->seq;
	if (r->rows++ == 0)
		r->from = row->seq;
	return true;
}

/* A row by a clock that was ahead is as old as the next one that can tell:
 * what stands behind it does not wait for a year that may never come. */
static bool
batch_each(void *ctx, const struct store_audit *row)
{
	struct audit_batch *b = ctx;
	struct audit_run *r = &b->read;

	if ((row->at >= b->p->before && row->at <= b->now) ||
	    row->seq >= b->newest || b->may.rows >= AUDIT_BATCH)
		return false;
	if (!batch_take(b, row, r)) {
		b->may.gap = r->gap;
		return false;
	}
	if (row->at > b->now)
		return true;
	r->oldest = row->at < r->oldest ? row->at : r->oldest;
	r->latest = row->at > r->latest ? row->at : r->latest;
	b->may = *r;
	return true;
}

static bool
batch_start(void *ctx, const struct store_chain *row)
{
	struct audit_batch *b = ctx;

	if (strcmp(row->host, b->host) != 0)
		return true;
	if (b->starts == AUDIT_STARTS_MAX)
		return false;
	b->start[b->starts++] = *row;
	return true;
}

/* Which rows may go next, and what is left of them. */
static enum status
batch_read(const struct admin *a, struct audit_batch *b, struct fault *f)
{
	int64_t from = b->may.stump.seq + 1;
	enum status st;

	b->starts = 0;
	b->may.rows = b->may.gap = 0;
	b->may.oldest = INT64_MAX;
	b->may.latest = INT64_MIN;
	b->read = b->may;
	if ((st = store_chain_list(a->store, batch_start, b, f)) !=
		    STATUS_OK ||
	    (st = store_audit_last(a->store, b->host, &b->newest, f)) !=
		    STATUS_OK ||
	    (st = store_audit_walk(a->store, b->host, from, 0, batch_each, b,
				   f)) != STATUS_OK)
		return st;
	if (b->may.rows == 0 && b->may.gap != 0 && !b->p->broken)
		return fault(f, STATUS_REFUSED,
			     "row %lld of the audit of %s is missing or has "
			     "no MAC, and nothing says why: run 'sigractl "
			     "audit verify', keep a copy, and then give "
			     "--broken",
			     (long long)b->may.gap, b->host);
	return STATUS_OK;
}

static enum status
batch_audit(const struct admin *a, const struct audit_batch *b,
	    struct fault *f)
{
	char rows[TEXT_INTEGER_SIZE], from[TEXT_INTEGER_SIZE],
		to[TEXT_INTEGER_SIZE];
	char oldest[TEXT_TIME_SIZE], latest[TEXT_TIME_SIZE];
	char head[CHAIN_ANCHOR_SIZE] = "";

	text_integer(b->may.rows, rows);
	text_integer(b->may.from, from);
	text_integer(b->may.stump.seq, to);
	text_time(b->may.oldest, oldest);
	text_time(b->may.latest, latest);
	if (b->may.stump.head_len != 0)
		chain_anchor_format(b->may.stump.seq, b->may.stump.head, head);
	return admin_audit(
		a, "audit.pruned", NULL,
		(const struct audit_pair[ADMIN_PAIRS_MAX]){
			{ VERIFY_META_HOST, b->host },
			{ "rows", rows },
			{ VERIFY_META_FROM, from },
			{ VERIFY_META_TO, to },
			{ "oldest", oldest },
			{ "newest", latest },
			{ VERIFY_META_HEAD, head },
			{ VERIFY_META_CHAIN, b->may.stump.key },
			{ "broken",
			  b->p->broken && b->may.gap != 0 ? "yes" : "" } },
		f);
}

static enum status
batch_write(const struct admin *a, struct audit_batch *b, struct fault *f)
{
	enum status st;
	int64_t gone;
	STORE_TXN(txn);

	memset(&b->may.stump, 0, sizeof(b->may.stump));
	if ((st = admin_begin(a, &txn, f)) != STATUS_OK)
		return st;
	st = store_stump_get(a->store, b->host, &b->may.stump, f);
	if ((st != STATUS_OK && st != STATUS_NOT_FOUND) ||
	    (st = batch_read(a, b, f)) != STATUS_OK || b->may.rows == 0)
		return st;
	if ((st = store_audit_prune(a->store, b->host, b->may.stump.seq, &gone,
				    f)) != STATUS_OK ||
	    (st = store_stump_put(a->store, b->host, &b->may.stump, f)) !=
		    STATUS_OK ||
	    (st = batch_audit(a, b, f)) != STATUS_OK)
		return st;
	return admin_commit(a, &txn, f);
}

static enum status
audit_prune_host(const struct admin *a, const struct admin_audit_prune *p,
		 const char *host, int64_t *gone, struct fault *f)
{
	struct audit_batch b = { .p = p, .host = host, .now = a->now };
	enum status st = STATUS_OK;

	if (p->dry) {
		st = store_stump_get(a->store, host, &b.may.stump, f);
		if (st == STATUS_NOT_FOUND)
			st = STATUS_OK;
	}
	do {
		if (st == STATUS_OK)
			st = p->dry ? batch_read(a, &b, f)
				    : batch_write(a, &b, f);
		if (st == STATUS_OK)
			*gone += b.may.rows;
	} while (st == STATUS_OK && b.may.rows > 0);
	return st;
}

enum status
admin_audit_prune(const struct admin *a, const struct admin_audit_prune *p,
		  int64_t *gone, struct fault *f)
{
	char host[STORE_HOST_SIZE] = "";
	enum status st;

	*gone = 0;
	if (p->before > a->now - ADMIN_AUDIT_LEAST)
		return fault(f, STATUS_INVALID,
			     "rows of the last 30 days are not pruned");
	while ((st = store_audit_host(a->store, host, host, f)) == STATUS_OK)
		if ((st = audit_prune_host(a, p, host, gone, f)) != STATUS_OK)
			return st;
	return st == STATUS_NOT_FOUND ? STATUS_OK : st;
}

/* When the head of which row was told; zeroes: it never was, or by a clock
 * that was ahead. */
static enum status
audit_told(const struct admin *a, int64_t *seq, int64_t *at, struct fault *f)
{
	char text[2 * TEXT_INTEGER_SIZE], *colon;
	enum status st;

	st = store_meta_get(a->store, AUDIT_TOLD_META, text, sizeof(text), f);
	if (st != STATUS_OK && st != STATUS_NOT_FOUND)
		return st;
	colon = st == STATUS_OK ? strchr(text, ':') : NULL;
	if (colon != NULL)
		*colon = '\0';
	if (colon == NULL || !text_number(text, 0, INT64_MAX, seq) ||
	    !text_number(colon + 1, 0, a->now, at))
		*seq = *at = 0;
	return STATUS_OK;
}

enum status
admin_audit_tell(const struct admin *a, int64_t seq, bool *tell,
		 struct fault *f)
{
	char text[2 * TEXT_INTEGER_SIZE];
	int64_t told, at;
	enum status st;
	struct buf b;
	STORE_TXN(txn);

	if ((st = audit_told(a, &told, &at, f)) != STATUS_OK)
		return st;
	if (seq == told || a->now - at < AUDIT_TELL) {
		*tell = false;
		return STATUS_OK;
	}
	buf_start(&b, text, sizeof(text));
	buf_printf(&b, "%lld:%lld", (long long)seq, (long long)a->now);
	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = store_meta_put(a->store, AUDIT_TOLD_META, text, f)) !=
		    STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	*tell = true;
	return STATUS_OK;
}
