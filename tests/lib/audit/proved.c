/* SPDX-License-Identifier: MIT */
#include "proved.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "crypto/crypto.h"

struct store_audit *
proved_rows(void)
{
	struct store_audit *rows = calloc(PROVED_ROWS, sizeof(*rows));

	if (rows == NULL)
		abort();
	return rows;
}

void
proved_wipe(struct proved *p)
{
	free(p->row);
	secret_wipe(&p->key);
	for (size_t i = 0; i < p->keys; i++)
		secret_wipe(&p->text[i]);
}

static int64_t
proved_last(const struct proved *p, const char *host)
{
	int64_t last = 0;

	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->row[i].host, host) == 0)
			last = p->row[i].seq;
	return last;
}

int64_t
proved_add(struct proved *p, const char *host, const char *action,
	   const char *meta)
{
	struct store_audit *row = &p->row[p->n];

	memset(row, 0, sizeof(*row));
	(void)text_copy(row->host, sizeof(row->host), host);
	row->seq = proved_last(p, host) + 1;
	(void)snprintf(row->id.s, sizeof(row->id.s),
		       "0190a000-0000-7000-8000-%012zu", p->n);
	row->at = PROVED_AT + (int64_t)p->n;
	(void)text_copy(row->action, sizeof(row->action), action);
	(void)text_copy(row->outcome, sizeof(row->outcome), "success");
	(void)text_copy(row->actor, sizeof(row->actor), "uid:1000");
	(void)text_copy(row->target, sizeof(row->target), row->id.s);
	(void)text_copy(row->service, sizeof(row->service), "sshd");
	(void)text_copy(row->rhost, sizeof(row->rhost), "192.0.2.1");
	row->pid = 4711;
	(void)text_copy(row->meta, sizeof(row->meta), meta);
	if (p->chained) {
		chain_mac(&p->key, row, row->mac);
		row->mac_len = sizeof(row->mac);
		chain_head_next(p->head, row->mac);
		chain_key_next(&p->key);
	}
	memcpy(p->heads[p->n++], p->head, sizeof(p->head));
	return row->seq;
}

void
proved_many(struct proved *p, const char *host, size_t n)
{
	for (size_t i = 0; i < n; i++)
		(void)proved_add(p, host, "user.created", "{\"n\":\"1\"}");
}

void
proved_key(struct proved *p, const char *host, uint8_t seed)
{
	int64_t start = proved_last(p, host) + 1;
	char before[CHAIN_ANCHOR_SIZE], id[STORE_CHAIN_KEY_SIZE], meta[512];
	uint8_t bytes[CHAIN_KEY_SIZE];

	memset(bytes, seed, sizeof(bytes));
	CHECK(secret_set(&p->key, bytes, sizeof(bytes), NULL) == STATUS_OK);
	chain_key_id(&p->key, id);
	crypto_audit_text(&p->key, start, &p->text[p->keys++]);
	chain_anchor_format(start - 1, p->head, before);
	(void)snprintf(meta, sizeof(meta),
		       "{\"chain\":\"%s\",\"start\":\"%lld\"%s%s%s}", id,
		       (long long)start,
		       p->chained ? ",\"head_before\":\"" : "",
		       p->chained ? before : "", p->chained ? "\"" : "");
	p->chained = true;
	memset(p->head, 0, sizeof(p->head));
	(void)proved_add(p, host, "audit.key_made", meta);
}

void
proved_usual(struct proved *p)
{
	proved_many(p, "web", 2);
	proved_key(p, "web", 7);
	proved_many(p, "web", 17);
}

void
proved_drop(struct proved *p, size_t at, size_t n)
{
	memmove(&p->row[at], &p->row[at + n],
		(p->n - at - n) * sizeof(p->row[0]));
	p->n -= n;
}

void
proved_file(const struct proved *p, const char *host, struct ratchet *r)
{
	(void)text_copy(r->host, sizeof(r->host), host);
	r->next = proved_last(p, host) + 1;
	secret_copy(&r->key, &p->key);
	memcpy(r->head, p->head, sizeof(r->head));
}

struct verify *
proved_start(const struct proved *p)
{
	struct verify *v = verify_new();
	struct fault f = { .text = "" };

	for (size_t i = 0; i < p->keys; i++)
		if (verify_key_add(v, &p->text[i], &f) != STATUS_OK)
			test_note("%s", f.text);
	return v;
}

void
proved_run(const struct proved *p, struct verify *v)
{
	struct fault f = { .text = "" };
	enum status st = STATUS_OK;

	verify_again(v);
	for (size_t i = 0; st == STATUS_OK && i < p->n; i++)
		st = verify_survey(v, &p->row[i], &f);
	if (st == STATUS_OK)
		st = verify_surveyed(v, &f);
	if (st != STATUS_OK)
		CHECK_OK(st, &f);
	for (size_t i = 0; i < p->n; i++)
		verify_row(v, &p->row[i]);
	verify_finish(v);
}

struct verify *
proved_verify(const struct proved *p)
{
	struct verify *v = proved_start(p);

	proved_run(p, v);
	return v;
}

static void
proved_note(const struct verify *v)
{
	char text[VERIFY_SAID_SIZE];

	for (size_t i = 0; i < v->findings && i < 8; i++) {
		verify_say(&v->finding[i], text);
		test_note("found: %s", text);
	}
}

static bool
proved_is(const struct verify_finding *x, enum verify_kind kind, int64_t first,
	  int64_t last)
{
	return x->kind == kind && x->first == first && x->last == last;
}

bool
proved_first(const struct verify *v, enum verify_kind kind, int64_t first,
	     int64_t last)
{
	if (v->findings > 0 && proved_is(&v->finding[0], kind, first, last))
		return true;
	proved_note(v);
	return false;
}

bool
proved_has(const struct verify *v, enum verify_kind kind, int64_t first,
	   int64_t last)
{
	for (size_t i = 0; i < v->findings && i < VERIFY_FINDINGS_MAX; i++)
		if (proved_is(&v->finding[i], kind, first, last))
			return true;
	for (size_t i = 0; i < v->notes && i < VERIFY_NOTES_MAX; i++)
		if (proved_is(&v->note[i], kind, first, last))
			return true;
	proved_note(v);
	return false;
}

bool
proved_all(const struct verify *v, int64_t n)
{
	int64_t proved = 0;

	for (size_t i = 0; i < v->hosts; i++)
		proved += v->host[i].proved;
	if (v->findings == 0 && proved == n)
		return true;
	test_note("%lld rows proved of %lld", (long long)proved, (long long)n);
	proved_note(v);
	return false;
}
