/* SPDX-License-Identifier: MIT */
/* What rows of a chain declare, and what they cannot hide so. */
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "crypto/crypto.h"
#include "proved.h"

static void
allow(struct verify *v, int64_t from, int64_t to)
{
	v->allowed[0] = (struct verify_range){ from, to };
	v->alloweds = 1;
}

static void
anchor(struct verify *v, const struct proved *p, int64_t seq)
{
	v->anchored = true;
	v->anchor = seq;
	memcpy(v->anchor_head, p->heads[seq - 1], CHAIN_HEAD_SIZE);
}

static void
restored(const char *from, const char *to, bool right)
{
	char meta[256], before[CHAIN_ANCHOR_SIZE];
	PROVED(p);
	AUTO_VERIFY *v = NULL;

	proved_usual(&p);
	chain_anchor_format(20, p.head, before);
	(void)snprintf(meta, sizeof(meta),
		       "{\"missing_from\":\"%s\",\"missing_to\":\"%s\","
		       "\"head_before\":\"%s\"}",
		       from, to, before);
	(void)proved_add(&p, "web", "store.restored", meta);
	proved_many(&p, "web", 5);
	proved_drop(&p, 14, 6);
	v = proved_start(&p);
	v->anchored = true;
	v->anchor = 26;
	memcpy(v->anchor_head, p.head, sizeof(p.head));
	proved_run(&p, v);
	CHECK(proved_first(v, right ? VERIFY_LOST : VERIFY_REMOVED, 15, 20));
	/* Somebody knows of it, and of no more than it. */
	allow(v, 16, 20);
	proved_run(&p, v);
	CHECK(proved_first(v, right ? VERIFY_LOST : VERIFY_REMOVED, 15, 20));
	allow(v, 15, 20);
	proved_run(&p, v);
	if (!right) {
		CHECK(proved_first(v, VERIFY_REMOVED, 15, 20));
		return;
	}
	CHECK(proved_all(v, 18));
	CHECK(proved_has(v, VERIFY_RESTORED, 15, 20));
	CHECK_EQ(v->host[0].holes, 6);
	v->anchor = 17;
	proved_run(&p, v);
	CHECK(proved_first(v, VERIFY_UNANCHORED, 17, 17));
	/* The last of the lost ones is the head that is declared. */
	v->anchor = 20;
	memcpy(v->anchor_head, p.heads[19], sizeof(p.head));
	proved_run(&p, v);
	CHECK(proved_all(v, 18));
	v->anchor_head[0] ^= 1;
	proved_run(&p, v);
	CHECK(proved_first(v, VERIFY_ANCHOR, 20, 20));
}

/* A row whose MAC is not right may declare what it likes. */
static void
restored_falsely(void)
{
	PROVED(p);
	AUTO_VERIFY *v = NULL;

	proved_usual(&p);
	(void)text_copy(p.row[14].action, sizeof(p.row[14].action),
			"store.restored");
	(void)text_copy(p.row[14].meta, sizeof(p.row[14].meta),
			"{\"missing_from\":\"10\",\"missing_to\":\"14\"}");
	proved_drop(&p, 9, 5);
	v = proved_verify(&p);
	CHECK(proved_first(v, VERIFY_REMOVED, 10, 14));
	CHECK(proved_has(v, VERIFY_ALTERED, 15, 15));
}

/* AGE: of the newest that are pruned. */
static void
pruned_aged(struct proved *p, int64_t to, const char *host, int64_t age,
	    bool headed)
{
	char meta[512], head[CHAIN_ANCHOR_SIZE], newest[TEXT_TIME_SIZE];

	chain_anchor_format(to, p->heads[to - 1], head);
	text_time(PROVED_AT + (int64_t)p->n - age, newest);
	(void)snprintf(meta, sizeof(meta),
		       "{\"host\":\"%s\",\"to\":\"%lld\",\"newest\":\"%s\"%s"
		       "%s%s}",
		       host, (long long)to, newest,
		       headed ? ",\"head\":\"" : "", headed ? head : "",
		       headed ? "\"" : "");
	(void)proved_add(p, "web", "audit.pruned", meta);
}

static void
pruned_row(struct proved *p, int64_t to, const char *host)
{
	pruned_aged(p, to, host, VERIFY_PRUNED_AGE, true);
}

static void
pruned(void)
{
	PROVED(p);
	AUTO_VERIFY *v = NULL, *more = NULL, *less = NULL;

	proved_usual(&p);
	pruned_row(&p, 4, "web");
	pruned_row(&p, 9, "web");
	proved_many(&p, "web", 3);
	proved_drop(&p, 0, 9);
	v = proved_start(&p);
	v->anchored = true;
	v->anchor = 9;
	memcpy(v->anchor_head, p.heads[8], sizeof(p.head));
	proved_run(&p, v);
	CHECK(proved_all(v, 16));
	CHECK(proved_has(v, VERIFY_PRUNED, 3, 9));
	CHECK(memcmp(v->host[0].head, p.head, sizeof(p.head)) == 0);
	v->anchor = 8;
	proved_run(&p, v);
	CHECK(proved_first(v, VERIFY_UNANCHORED, 8, 8));
	/* More is missing than that. */
	proved_drop(&p, 0, 2);
	more = proved_verify(&p);
	CHECK(proved_first(more, VERIFY_REMOVED, 10, 11));
	/* The row that declares it is not right. */
	p.row[10].at++;
	less = proved_verify(&p);
	CHECK(proved_has(less, VERIFY_ALTERED, 22, 22));
	CHECK(proved_has(less, VERIFY_BEGINNING, 3, 9));
}

/* Rows that were pruned, and put back. */
static void
pruned_again(void)
{
	PROVED(p);
	AUTO_VERIFY *v = NULL;

	proved_usual(&p);
	pruned_row(&p, 9, "web");
	proved_many(&p, "web", 3);
	proved_drop(&p, 0, 5);
	v = proved_verify(&p);
	CHECK(proved_first(v, VERIFY_INSERTED, 6, 9));
}

/* By another host, whose key is given or not. */
static void
pruned_elsewhere(void)
{
	PROVED(p);
	AUTO_VERIFY *v = NULL, *blind = NULL;

	proved_key(&p, "mail", 5);
	proved_many(&p, "mail", 8);
	proved_key(&p, "web", 6);
	pruned_row(&p, 4, "mail");
	proved_drop(&p, 0, 4);
	v = proved_verify(&p);
	CHECK(proved_all(v, 7));
	p.keys = 1;
	blind = proved_verify(&p);
	CHECK(proved_has(blind, VERIFY_BEGINNING, 1, 4));
}

/* A stump that would keep the head from being compared, or reaches rows that
 * nobody may prune. */
static void
pruned_wrongly(bool headed, int64_t age, enum verify_kind kind)
{
	PROVED(p);
	AUTO_VERIFY *v = NULL;

	proved_usual(&p);
	pruned_aged(&p, 9, "web", age, headed);
	proved_many(&p, "web", 3);
	proved_drop(&p, 0, 9);
	v = proved_verify(&p);
	CHECK(proved_first(v, kind, 3, 9));
	CHECK_EQ(v->findings, 1);
	allow(v, 3, 9);
	proved_run(&p, v);
	CHECK(proved_all(v, 15));
	anchor(v, &p, 12);
	proved_run(&p, v);
	/* Without a head nothing can be compared: that is told, too. */
	CHECK(headed ? v->findings == 0
		     : proved_first(v, VERIFY_UNANCHORED, 12, 12));
}

/* Back to yesterday, a row that a restore seems to have lost, and gone on: the
 * anchor of a row that there never was. */
static void
headless_restore(void)
{
	PROVED(p);
	PROVED(q);
	AUTO_VERIFY *v = NULL;

	proved_usual(&q);
	proved_many(&p, "web", 2);
	proved_key(&p, "web", 7);
	proved_many(&p, "web", 4);
	(void)proved_add(&p, "web", "user.created", "{\"n\":\"other\"}");
	(void)proved_add(&p, "web", "store.restored",
			 "{\"missing_from\":\"8\",\"missing_to\":\"8\"}");
	proved_drop(&p, 7, 1);
	proved_many(&p, "web", 20);
	v = proved_start(&p);
	anchor(v, &q, 12);
	proved_run(&p, v);
	CHECK(proved_first(v, VERIFY_REMOVED, 8, 8));
	CHECK(proved_has(v, VERIFY_UNANCHORED, 12, 12));
	allow(v, 8, 8);
	proved_run(&p, v);
	CHECK(proved_first(v, VERIFY_REMOVED, 8, 8));
}

/* An anchor of a host whose rows are before all keys. */
static void
anchor_unkeyed(void)
{
	PROVED(p);
	AUTO_VERIFY *v = NULL;

	proved_many(&p, "web", 3);
	v = proved_start(&p);
	anchor(v, &p, 2);
	proved_run(&p, v);
	CHECK(proved_first(v, VERIFY_UNANCHORED, 2, 2));
}

/* --- keys --- */

static void
key_with(struct proved *p, const char *host, uint8_t seed, const char *more)
{
	char meta[1024], id[STORE_CHAIN_KEY_SIZE];
	uint8_t bytes[CHAIN_KEY_SIZE];
	struct store_audit *row = &p->row[p->n];
	int64_t start;

	p->chained = false;
	start = proved_add(p, host, "audit.key_made", "{}");
	memset(bytes, seed, sizeof(bytes));
	CHECK(secret_set(&p->key, bytes, sizeof(bytes), NULL) == STATUS_OK);
	chain_key_id(&p->key, id);
	crypto_audit_text(&p->key, start, &p->text[p->keys++]);
	(void)snprintf(meta, sizeof(meta),
		       "{\"chain\":\"%s\",\"start\":\"%lld\"%s%s}", id,
		       (long long)start, more[0] == '\0' ? "" : ",", more);
	(void)text_copy(row->meta, sizeof(row->meta), meta);
	memset(p->head, 0, sizeof(p->head));
	chain_mac(&p->key, row, row->mac);
	row->mac_len = sizeof(row->mac);
	chain_head_next(p->head, row->mac);
	memcpy(p->heads[p->n - 1], p->head, sizeof(p->head));
	chain_key_next(&p->key);
	p->chained = true;
}

/* The end was cut off before the key was made: the file that knew better told
 * it, or there was none. */
static void
key_cut(void)
{
	char more[256], before[CHAIN_ANCHOR_SIZE];
	PROVED(p);
	PROVED(q);
	AUTO_VERIFY *v = NULL, *blind = NULL;

	proved_usual(&p);
	chain_anchor_format(20, p.head, before);
	(void)snprintf(more, sizeof(more),
		       "\"host_before\":\"web\",\"head_before\":\"%s\","
		       "\"missing_from\":\"18\",\"missing_to\":\"20\"",
		       before);
	key_with(&p, "web", 9, more);
	proved_many(&p, "web", 3);
	proved_drop(&p, 17, 3);
	v = proved_verify(&p);
	CHECK(proved_first(v, VERIFY_LOST, 18, 20));
	CHECK_EQ(v->findings, 1);
	allow(v, 18, 20);
	proved_run(&p, v);
	CHECK(proved_all(v, 19));
	proved_usual(&q);
	key_with(&q, "web", 9, "");
	blind = proved_verify(&q);
	CHECK(proved_first(blind, VERIFY_UNTIED, 20, 20));
	allow(blind, 21, 21);
	proved_run(&q, blind);
	CHECK(proved_all(blind, 19));
}

/* Rows that have no MAC since a chain ended, until there was a key again. */
static void
key_after_end(void)
{
	PROVED(p);
	AUTO_VERIFY *v = NULL, *more = NULL, *none = NULL;

	proved_usual(&p);
	p.chained = false;
	proved_many(&p, "web", 3);
	key_with(&p, "web", 9, "\"bare_from\":\"21\",\"bare_to\":\"23\"");
	proved_many(&p, "web", 3);
	v = proved_verify(&p);
	CHECK(proved_first(v, VERIFY_UNCHAINED, 21, 23));
	CHECK_EQ(v->findings, 1);
	allow(v, 21, 23);
	proved_run(&p, v);
	CHECK(proved_all(v, 22));
	CHECK(proved_has(v, VERIFY_ENDED, 21, 23));
	CHECK_EQ(v->host[0].holes, 3);
	/* None of them counts for more, and no row before them. */
	p.row[19].mac_len = 0;
	more = proved_verify(&p);
	CHECK(proved_first(more, VERIFY_BARE, 20, 20));
	p.row[19].mac_len = STORE_MAC_SIZE;
	proved_drop(&p, 18, 2);
	none = proved_verify(&p);
	CHECK(proved_first(none, VERIFY_REMOVED, 19, 20));
	/* Of a key that is not given it says nothing. */
	p.keys = 1;
	more->keys = 1;
	proved_run(&p, more);
	CHECK(proved_has(more, VERIFY_BARE, 21, 23));
}

/* The machine had another name: the first row of the new one binds where the
 * old one's ended. */
static void
renamed(void)
{
	char more[256], before[CHAIN_ANCHOR_SIZE];
	PROVED(p);
	AUTO_VERIFY *v = NULL, *one = NULL;
	struct store_audit row;

	proved_key(&p, "alpha", 7);
	proved_many(&p, "alpha", 9);
	chain_anchor_format(10, p.head, before);
	(void)snprintf(more, sizeof(more),
		       "\"host_before\":\"alpha\",\"head_before\":\"%s\"",
		       before);
	key_with(&p, "beta", 8, more);
	proved_many(&p, "beta", 4);
	v = proved_verify(&p);
	CHECK(proved_all(v, 15));
	/* Of one of them alone. */
	one = proved_start(&p);
	one->only = "alpha";
	proved_run(&p, one);
	CHECK(proved_all(one, 10));
	row = p.row[9];
	proved_drop(&p, 9, 1);
	proved_run(&p, v);
	CHECK(proved_first(v, VERIFY_CUT, 10, 10));
	CHECK_EQ(v->findings, 1);
	proved_run(&p, one);
	CHECK(proved_first(one, VERIFY_CUT, 10, 10));
	/* Nothing is left of it, and its key is not given. */
	proved_drop(&p, 0, 9);
	secret_copy(&p.text[0], &p.text[1]);
	p.keys = 1;
	verify_wipe(&v);
	v = proved_verify(&p);
	CHECK(proved_first(v, VERIFY_CUT, 1, 10));
	CHECK(row.seq == 10);
}

/* Written anew from yesterday on, as far as the new name says. */
static void
renamed_anew(void)
{
	char more[256], before[CHAIN_ANCHOR_SIZE];
	PROVED(p);
	PROVED(q);
	AUTO_VERIFY *v = NULL;

	proved_key(&q, "alpha", 7);
	proved_many(&q, "alpha", 9);
	chain_anchor_format(10, q.head, before);
	(void)snprintf(more, sizeof(more),
		       "\"host_before\":\"alpha\",\"head_before\":\"%s\"",
		       before);
	proved_key(&p, "alpha", 7);
	proved_many(&p, "alpha", 8);
	(void)proved_add(&p, "alpha", "user.deleted", "{}");
	key_with(&p, "beta", 8, more);
	v = proved_verify(&p);
	CHECK(proved_first(v, VERIFY_BEFORE, 10, 10));
	CHECK_EQ(v->findings, 1);
}

/* And back again: nobody else tells where its rows ended. */
static void
renamed_back(void)
{
	char more[256], before[CHAIN_ANCHOR_SIZE];
	PROVED(p);
	AUTO_VERIFY *v = NULL;

	proved_key(&p, "alpha", 7);
	proved_many(&p, "alpha", 4);
	chain_anchor_format(5, p.head, before);
	key_with(&p, "alpha", 9, "\"host_before\":\"beta\"");
	proved_many(&p, "alpha", 2);
	v = proved_verify(&p);
	CHECK(proved_first(v, VERIFY_UNTIED, 5, 5));
	(void)snprintf(more, sizeof(more),
		       "\"host_before\":\"alpha\",\"head_before\":\"%s\"",
		       before);
	key_with(&p, "beta", 8, more);
	verify_wipe(&v);
	v = proved_verify(&p);
	CHECK(proved_all(v, 9));
}

/* --- rows with numbers that take long --- */

static void
far_away(void)
{
	PROVED(p);
	AUTO_VERIFY *v = NULL;

	for (int i = 0; i < 40; i++) {
		char host[8];

		(void)snprintf(host, sizeof(host), "a%02d", i);
		(void)proved_add(&p, host, "user.created", "{}");
		p.row[i].seq = INT64_C(90000000) - i * 5000;
		p.row[i].mac_len = STORE_MAC_SIZE;
	}
	proved_usual(&p);
	v = proved_verify(&p);
	/* The numbers would be 3,600 million keys. */
	CHECK_EQ(v->host[40].proved, 18);
	CHECK_EQ(v->findings, 40);
	CHECK(proved_first(v, VERIFY_UNKEYED, 90000000, 90000000));
	/* Nor of the host itself, once for each. */
	proved_drop(&p, 0, 40);
	for (p.n = 20; p.n < 60; p.n++) {
		p.row[p.n] = p.row[5];
		p.row[p.n].seq = INT64_C(900000000) + (int64_t)p.n * 5000;
	}
	proved_run(&p, v);
	CHECK_EQ(v->host[0].proved, 18);
	CHECK(proved_first(v, VERIFY_REMOVED, 21, 900099999));
	CHECK(v->steps > VERIFY_REACH / 2);
}

int
main(void)
{
	struct fault f = { .text = "" };

	CHECK_OK(crypto_start(&f), &f);
	restored("15", "20", true);
	restored("15", "19", false);
	restored("16", "20", false);
	restored_falsely();
	pruned();
	pruned_again();
	pruned_elsewhere();
	pruned_wrongly(false, VERIFY_PRUNED_AGE, VERIFY_HEADLESS);
	pruned_wrongly(true, VERIFY_PRUNED_AGE - 1, VERIFY_YOUNG);
	headless_restore();
	anchor_unkeyed();
	key_cut();
	key_after_end();
	renamed();
	renamed_anew();
	renamed_back();
	far_away();
	return test_done();
}
