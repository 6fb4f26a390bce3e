/* SPDX-License-Identifier: MIT */
#include "audit/burst.h"

#include <string.h>

#include "audit/meta.h"
#include "base/buf.h"
#include "base/text.h"
#include "store/burst.h"
#include "store/outbox.h"

#define BURST_LOGIN "login.denied"
#define BURST_NUMBER 24

const char audit_burst_action[] = "login.repeated";

/* What the failures of one burst have in common, beside their source: all of
 * burst_what(); of a source with many, who it is about; or what was done. */
enum burst_kind {
	BURST_ALIKE,
	BURST_PERSON,
	BURST_REST,
};

/* Open ones of a source: from here on a new one is about a person, and then
 * there is one for each action, of which there are few. */
#define BURST_ALIKE_MOST (STORE_BURST_MOST / 2 - 1)
#define BURST_PERSON_MOST (STORE_BURST_MOST - 8)

/* Why it failed, as far as the machine chose the words: what was right, with
 * which of her own, and why the rest did not count. */
static const char *const burst_why[] = { "reason", "factors", "refusal",
					 "device" };
#define BURST_WHY (sizeof(burst_why) / sizeof(burst_why[0]))
#define BURST_WORDS (6 + BURST_WHY)

static const char *
burst_pair(const struct audit_entry *e, const char *key)
{
	for (size_t i = 0; i < AUDIT_PAIRS_MAX; i++)
		if (e->meta[i].key != NULL &&
		    strcmp(e->meta[i].key, key) == 0 &&
		    e->meta[i].value != NULL)
			return e->meta[i].value;
	return "";
}

/* Its first byte is the kind. */
static void
burst_what(const struct audit_entry *e, enum burst_kind kind,
	   uint8_t what[STORE_BURST_WHAT])
{
	static const size_t shared[] = { [BURST_ALIKE] = BURST_WORDS,
					 [BURST_PERSON] = 5,
					 [BURST_REST] = 1 };
	const char *word[BURST_WORDS] = { e->action, e->actor, e->effective,
					  e->target, e->org,   e->service };
	uint8_t digest[BURST_WORDS][STORE_BURST_WHAT];

	for (size_t i = 0; i < BURST_WHY; i++)
		word[BURST_WORDS - BURST_WHY + i] =
			burst_pair(e, burst_why[i]);
	for (size_t i = 0; i < BURST_WORDS; i++) {
		const char *s = word[i] == NULL ? "" : word[i];

		crypto_digest(s, strlen(s), digest[i]);
	}
	crypto_digest(digest, shared[kind] * sizeof(digest[0]), what);
	what[0] = (uint8_t)kind;
}

static void
burst_number(int64_t n, char out[BURST_NUMBER])
{
	struct buf b;

	buf_start(&b, out, BURST_NUMBER);
	buf_printf(&b, "%lld", (long long)n);
}

/* What a row has was escaped once, and its writer does it again. */
static void
burst_raw(char *s)
{
	char *out = s;

	while (*s != '\0') {
		char hex[3] = "";
		uint8_t byte;

		if (s[0] == '\\' && s[1] == 'x')
			memcpy(hex, s + 2, strnlen(s + 2, 2));
		if (text_unhex(hex, &byte, 1)) {
			*out++ = (char)byte;
			s += 4;
			continue;
		}
		s += s[0] == '\\' && s[1] == '\\';
		*out++ = *s++;
	}
	*out = '\0';
}

/* Of the row that B has what all of B share; all of it is empty if it is there
 * no more. */
static enum status
burst_first(struct audit *a, const struct store_burst *b,
	    struct store_audit *out, struct fault *f)
{
	struct store_audit row = { .seq = 0 };
	enum status st = store_audit_by_id(a->store, &b->audit, &row, f);

	if (st != STATUS_OK && st != STATUS_NOT_FOUND)
		return st;
	burst_raw(row.service);
	burst_raw(row.rhost);
	if (b->what[0] == BURST_PERSON || b->what[0] == BURST_REST)
		row.service[0] = row.meta[0] = '\0';
	if (b->what[0] == BURST_REST)
		row.actor[0] = row.effective[0] = row.org[0] = '\0';
	*out = row;
	return STATUS_OK;
}

static const char *
burst_word(json_t *meta, const char *key)
{
	const char *s = json_string_value(json_object_get(meta, key));

	return s == NULL ? "" : s;
}

/* The row of its end; none if there was but one failure. */
static enum status
burst_tell(struct audit *a, int64_t now, const struct store_burst *b,
	   struct fault *f)
{
	char count[BURST_NUMBER], seq[BURST_NUMBER];
	char first[TEXT_TIME_SIZE], last[TEXT_TIME_SIZE];
	json_auto_t *meta = NULL;
	struct store_audit row;
	enum status st;

	if (b->count == 0)
		return STATUS_OK;
	if ((st = burst_first(a, b, &row, f)) != STATUS_OK)
		return st;
	meta = json_loads(row.meta, JSON_REJECT_DUPLICATES, NULL);
	burst_number(b->count, count);
	burst_number(b->seq, seq);
	text_time(b->first_at, first);
	text_time(b->last_at, last);
	return audit_write(
		a, now,
		&(struct audit_entry){
			.action = audit_burst_action,
			.outcome = AUDIT_FAILURE,
			.actor = row.actor[0] == '\0' ? "anonymous"
						      : row.actor,
			.effective = row.effective,
			.target = b->target,
			.org = row.org,
			.service = row.service,
			.rhost = row.rhost,
			.meta = {
				{ "count", count },
				{ "of", row.action },
				{ "first_seq", seq },
				{ "first", first },
				{ "last", last },
				{ "reason", burst_word(meta, "reason") },
				{ "factors", burst_word(meta, "factors") },
				{ "refusal", burst_word(meta, "refusal") },
				{ "device", burst_word(meta, "device") },
				{ "phase", burst_word(meta, "phase") },
				{ "source", b->source },
			},
		},
		f);
}

static enum status
burst_close(struct audit *a, int64_t now, const struct store_burst *list,
	    size_t n, struct fault *f)
{
	enum status st = STATUS_OK;

	for (size_t i = 0; st == STATUS_OK && i < n; i++) {
		st = burst_tell(a, now, &list[i], f);
		if (st == STATUS_OK)
			st = store_burst_delete(a->store, &list[i], f);
	}
	return st;
}

/* Those of SOURCE whose time is over, or has not come by this clock. */
static enum status
burst_expire(struct audit *a, int64_t now, const char *source, struct fault *f)
{
	struct store_burst list[STORE_BURST_MOST];
	size_t n = 0;
	enum status st = store_burst_of_source(
		a->store, source, now - AUDIT_BURST_SECONDS, now, list, &n, f);

	return st == STATUS_OK ? burst_close(a, now, list, n, f) : st;
}

/* One of KIND that is open, or the first of a new one, of which COUNT is -1
 * then. */
static enum status
burst_look(struct audit *a, const char *source, const struct audit_entry *e,
	   enum burst_kind kind, struct store_burst *b, struct fault *f)
{
	enum status st;

	burst_what(e, kind, b->what);
	st = store_burst_get(a->store, source, b->what, b, f);
	if (st != STATUS_NOT_FOUND)
		return st;
	b->count = -1;
	b->target[0] = '\0';
	if (kind != BURST_REST && !text_empty(e->target))
		(void)text_copy(b->target, sizeof(b->target), e->target);
	return STATUS_OK;
}

/* Nobody who is known is hidden by what others made up. */
static enum status
burst_find(struct audit *a, const char *source, const struct audit_entry *e,
	   struct store_burst *b, struct fault *f)
{
	int64_t open = 0;
	enum status st = burst_look(a, source, e, BURST_ALIKE, b, f);

	if (st != STATUS_OK || b->count >= 0 ||
	    (st = store_burst_open(a->store, source, &open, f)) != STATUS_OK ||
	    open < BURST_ALIKE_MOST)
		return st;
	if (!text_empty(e->target)) {
		st = burst_look(a, source, e, BURST_PERSON, b, f);
		if (st != STATUS_OK || b->count >= 0 ||
		    open < BURST_PERSON_MOST)
			return st;
	}
	return burst_look(a, source, e, BURST_REST, b, f);
}

static enum status
burst_begin(struct audit *a, int64_t now, const char *source,
	    const struct audit_entry *e, struct store_burst *b,
	    struct fault *f)
{
	struct store_audit row;
	enum status st;

	if (!text_copy(b->source, sizeof(b->source), source))
		return fault(f, STATUS_INVALID, "a source's name is too long");
	if ((st = audit_append(a, now, e, &row, f)) != STATUS_OK)
		return st;
	b->audit = row.id;
	b->seq = row.seq;
	b->first_at = b->last_at = now;
	b->count = 0;
	return store_burst_put(a->store, b, f);
}

/* Its line, under the number of the row that stands for it. */
static enum status
burst_line(struct audit *a, const struct audit_entry *e,
	   const struct store_burst *b, struct fault *f)
{
	struct audit_entry again = *e;
	char repeat[BURST_NUMBER];
	size_t i = 0;

	burst_number(b->count, repeat);
	while (i < AUDIT_PAIRS_MAX - 1 && again.meta[i].key != NULL)
		i++;
	again.meta[i] = (struct audit_pair){ "repeat", repeat };
	return audit_say(a, &again, b->seq, f);
}

enum status
audit_burst_write(struct audit *a, int64_t now, const char *source,
		  const struct audit_entry *e, struct fault *f)
{
	struct store_burst b = { .count = 0 };
	enum status st;

	if ((st = burst_expire(a, now, source, f)) != STATUS_OK ||
	    (st = burst_find(a, source, e, &b, f)) != STATUS_OK)
		return st;
	if (b.count < 0)
		return burst_begin(a, now, source, e, &b, f);
	if ((st = store_burst_count(a->store, &b, now, f)) != STATUS_OK)
		return st;
	return burst_line(a, e, &b, f);
}

enum status
audit_burst_end(struct audit *a, int64_t now, const char *source,
		const char *target, struct fault *f)
{
	struct store_burst list[STORE_BURST_MOST];
	size_t n = 0;
	enum status st = store_burst_of_source(a->store, source, INT64_MAX,
					       INT64_MAX, list, &n, f);

	if (st != STATUS_OK ||
	    (st = burst_close(a, now, list, n, f)) != STATUS_OK ||
	    target[0] == '\0')
		return st;
	/* Of many sources at once the rest is told when its time is over: no
	 * login waits for all of them. */
	st = store_burst_about(a->store, target, list, &n, f);
	return st == STATUS_OK ? burst_close(a, now, list, n, f) : st;
}

enum status
audit_burst_sweep(struct audit *a, int64_t now, int64_t *ended,
		  struct fault *f)
{
	struct store_burst list[STORE_BURST_MOST];
	size_t n = 0;
	enum status st = store_burst_old(a->store, now - AUDIT_BURST_SECONDS,
					 list, &n, f);

	if (st == STATUS_OK)
		st = burst_close(a, now, list, n, f);
	if (st == STATUS_OK)
		*ended = (int64_t)n;
	return st;
}

int64_t
audit_burst_failed(const struct store_audit *row)
{
	json_auto_t *meta = NULL;
	int64_t n = 0;

	if (strcmp(row->action, audit_burst_action) != 0)
		return 0;
	meta = json_loads(row->meta, JSON_REJECT_DUPLICATES, NULL);
	if (strcmp(burst_word(meta, "of"), BURST_LOGIN) != 0 ||
	    !text_number(burst_word(meta, "count"), 1, INT64_MAX, &n))
		return 0;
	return n;
}
