/* SPDX-License-Identifier: MIT */
/* Every way to change rows behind the audit's back has a name and a place. */
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "crypto/crypto.h"
#include "proved.h"

static void
good(void)
{
	PROVED(p);
	AUTO_VERIFY *v = NULL;

	proved_usual(&p);
	v = proved_verify(&p);
	CHECK(proved_all(v, 18));
	CHECK(proved_has(v, VERIFY_EARLIER, 1, 2));
	CHECK_EQ(v->notes, 1);
	CHECK_EQ(v->host[0].from, 3);
	CHECK_EQ(v->host[0].end, 20);
	CHECK(v->host[0].sound);
	CHECK(memcmp(v->host[0].head, p.head, sizeof(p.head)) == 0);
}

static void
without_key(void)
{
	PROVED(p);
	AUTO_VERIFY *v = NULL, *cut = NULL;

	proved_usual(&p);
	p.keys = 0;
	v = proved_verify(&p);
	CHECK(proved_all(v, 0));
	CHECK_EQ(v->host[0].from, 3);
	CHECK(memcmp(v->host[0].head, p.head, sizeof(p.head)) == 0);
	proved_drop(&p, 9, 1);
	cut = proved_verify(&p);
	CHECK(proved_first(cut, VERIFY_REMOVED, 10, 10));
}

/* --- one row --- */

static void
altered_text(struct proved *p, size_t at, char *text, unsigned *wrong,
	     unsigned *n)
{
	for (char *c = text; *c != '\0'; c++) {
		char was = *c;
		AUTO_VERIFY *v = NULL;

		*c = (char)(was ^ 1);
		if (*c == '\0')
			*c = 'x';
		v = proved_verify(p);
		*n += 1;
		if (!proved_first(v, VERIFY_ALTERED, p->row[at].seq,
				  p->row[at].seq) ||
		    v->findings != 1) {
			test_note("row %zu, '%s'", at, text);
			*wrong += 1;
		}
		*c = was;
	}
}

static void
altered_number(struct proved *p, size_t at, int64_t *number, unsigned *wrong)
{
	for (unsigned bit = 0; bit < 64; bit++) {
		AUTO_VERIFY *v = NULL;

		*number ^= (int64_t)(UINT64_C(1) << bit);
		v = proved_verify(p);
		if (!proved_first(v, VERIFY_ALTERED, p->row[at].seq,
				  p->row[at].seq))
			*wrong += 1;
		*number ^= (int64_t)(UINT64_C(1) << bit);
	}
}

static void
altered_mac(struct proved *p, size_t at, unsigned *wrong)
{
	for (size_t i = 0; i < STORE_MAC_SIZE; i++) {
		AUTO_VERIFY *v = NULL;

		p->row[at].mac[i] ^= 1;
		v = proved_verify(p);
		if (!proved_first(v, VERIFY_ALTERED, p->row[at].seq,
				  p->row[at].seq))
			*wrong += 1;
		p->row[at].mac[i] ^= 1;
	}
}

static void
altered(void)
{
	unsigned wrong = 0, n = 0;
	PROVED(p);

	proved_usual(&p);
	for (size_t at = 3; at < 9; at++) {
		struct store_audit *r = &p.row[at];
		char *const texts[] = { r->id.s,  r->action, r->outcome,
					r->actor, r->target, r->service,
					r->rhost, r->meta };

		for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
			altered_text(&p, at, texts[i], &wrong, &n);
		altered_number(&p, at, &r->at, &wrong);
		altered_number(&p, at, &r->pid, &wrong);
		altered_mac(&p, at, &wrong);
	}
	CHECK_EQ(wrong, 0);
	CHECK(n > 6 * 100);
}

/* What was empty is not any more, and the other way round. */
static void
altered_empty(void)
{
	unsigned wrong = 0;
	PROVED(p);

	proved_usual(&p);
	for (size_t i = 0; i < 4; i++) {
		struct store_audit *r = &p.row[9];
		char *const texts[] = { r->effective, r->org, r->tty,
					r->meta };
		char was = texts[i][0];
		AUTO_VERIFY *v = NULL;

		texts[i][0] = was == '\0' ? 'x' : '\0';
		v = proved_verify(&p);
		wrong += !proved_first(v, VERIFY_ALTERED, 10, 10);
		texts[i][0] = was;
	}
	CHECK_EQ(wrong, 0);
}

static void
bare(void)
{
	PROVED(p);
	AUTO_VERIFY *v = NULL;

	proved_usual(&p);
	p.row[9].mac_len = p.row[10].mac_len = 0;
	v = proved_verify(&p);
	CHECK(proved_first(v, VERIFY_BARE, 10, 11));
	CHECK_EQ(v->findings, 1);
}

/* --- rows among each other --- */

static void
renumber(struct proved *p, size_t from)
{
	for (size_t i = from; i < p->n; i++)
		p->row[i].seq = p->row[i - 1].seq + 1;
}

static void
removed(void)
{
	PROVED(p);
	AUTO_VERIFY *v = NULL, *closed = NULL;

	proved_usual(&p);
	proved_drop(&p, 9, 3);
	v = proved_verify(&p);
	CHECK(proved_first(v, VERIFY_REMOVED, 10, 12));
	CHECK_EQ(v->findings, 1);
	CHECK_EQ(v->finding[0].at, p.row[9].at);
	/* So that the numbers tell nothing. */
	renumber(&p, 9);
	closed = proved_verify(&p);
	CHECK(proved_first(closed, VERIFY_REMOVED, 10, 12));
	CHECK_EQ(closed->findings, 1);
}

static void
inserted(size_t rows)
{
	PROVED(p);
	AUTO_VERIFY *v = NULL;

	proved_usual(&p);
	memmove(&p.row[9 + rows], &p.row[9], (p.n - 9) * sizeof(p.row[0]));
	p.n += rows;
	for (size_t i = 9; i < 9 + rows; i++) {
		p.row[i] = p.row[8];
		(void)text_copy(p.row[i].action, sizeof(p.row[i].action),
				"forged.row");
	}
	renumber(&p, 9);
	v = proved_verify(&p);
	CHECK(proved_first(v, VERIFY_INSERTED, 10, 9 + (int64_t)rows));
	CHECK_EQ(v->findings, 1);
}

static void
swapped(size_t a, size_t b)
{
	PROVED(p);
	AUTO_VERIFY *v = NULL;
	struct store_audit row;

	proved_usual(&p);
	row = p.row[a];
	p.row[a] = p.row[b];
	p.row[b] = row;
	p.row[a].seq = (int64_t)a + 1;
	p.row[b].seq = (int64_t)b + 1;
	v = proved_verify(&p);
	CHECK(proved_first(v, VERIFY_SWAPPED, (int64_t)a + 1, (int64_t)a + 1));
	CHECK_EQ(v->finding[0].other, (int64_t)b + 1);
	CHECK_EQ(v->findings, 1);
}

static void
moved(void)
{
	PROVED(p);
	AUTO_VERIFY *v = NULL;

	proved_usual(&p);
	/* One row takes the place of another. */
	p.row[12] = p.row[7];
	p.row[12].seq = 13;
	v = proved_verify(&p);
	CHECK(proved_first(v, VERIFY_MOVED, 13, 13));
	CHECK_EQ(v->finding[0].other, 8);
	CHECK_EQ(v->findings, 1);
}

static void
order(void)
{
	PROVED(p);
	AUTO_VERIFY *v = NULL;
	struct store_audit row;

	proved_usual(&p);
	row = p.row[9];
	p.row[9] = p.row[10];
	p.row[10] = row;
	v = proved_verify(&p);
	CHECK(proved_first(v, VERIFY_REMOVED, 10, 10));
	CHECK(proved_has(v, VERIFY_TWICE, 10, 10));
}

/* --- the ends --- */

static void
beginning(void)
{
	PROVED(p);
	AUTO_VERIFY *v = NULL;

	proved_usual(&p);
	proved_drop(&p, 0, 7);
	v = proved_verify(&p);
	CHECK(proved_first(v, VERIFY_BEGINNING, 3, 7));
}

static void
ends(void)
{
	PROVED(p);
	AUTO_VERIFY *v = NULL, *old = NULL;

	proved_usual(&p);
	v = proved_start(&p);
	v->filed = true;
	proved_file(&p, "web", &v->file);
	memcpy(v->file.id, v->key[0].id, sizeof(v->file.id));
	proved_run(&p, v);
	CHECK(proved_all(v, 18));
	/* The end is cut off. */
	p.n -= 4;
	proved_run(&p, v);
	CHECK(proved_first(v, VERIFY_CUT, 17, 20));
	CHECK_EQ(v->findings, 1);
	/* All of it. */
	p.n = 0;
	proved_run(&p, v);
	CHECK(proved_first(v, VERIFY_CUT, 3, 20));
	p.n = 16;
	/* The file was put back to that, too: only an anchor tells. */
	memcpy(v->file.head, p.heads[15], sizeof(p.head));
	v->file.next = 17;
	old = proved_start(&p);
	old->anchored = true;
	old->anchor = 20;
	memcpy(old->anchor_head, p.heads[19], sizeof(p.head));
	proved_run(&p, old);
	CHECK(proved_first(old, VERIFY_ANCHOR, 20, 20));
	CHECK_EQ(old->findings, 1);
}

static void
files(void)
{
	PROVED(p);
	AUTO_VERIFY *v = NULL;

	proved_usual(&p);
	v = proved_start(&p);
	v->filed = true;
	proved_file(&p, "web", &v->file);
	memcpy(v->file.id, v->key[0].id, sizeof(v->file.id));
	v->file.head[3] ^= 1;
	proved_run(&p, v);
	CHECK(proved_first(v, VERIFY_FILE, 20, 20));
	v->file.head[3] ^= 1;
	chain_key_next(&v->file.key);
	proved_run(&p, v);
	CHECK(proved_first(v, VERIFY_FILE, 20, 20));
	/* The file is of the key before the last, which is well. */
	proved_file(&p, "web", &v->file);
	proved_key(&p, "web", 8);
	CHECK(verify_key_add(v, &p.text[1], NULL) == STATUS_OK);
	proved_run(&p, v);
	CHECK(proved_all(v, 19));
	/* Of another key, or of another host. */
	v->file.id[0] ^= 1;
	proved_run(&p, v);
	CHECK(proved_first(v, VERIFY_FILE, 20, 20));
	(void)text_copy(v->file.host, sizeof(v->file.host), "mail");
	proved_run(&p, v);
	CHECK_EQ(v->hosts, 2);
	/* Where there should be one. */
	v->filed = false;
	v->unfiled = true;
	proved_run(&p, v);
	CHECK(proved_first(v, VERIFY_NO_FILE, 0, 0));
}

static void
anchors(void)
{
	unsigned wrong = 0;
	PROVED(p);

	proved_usual(&p);
	for (size_t at = 2; at < p.n; at++)
		for (int good_one = 0; good_one < 2; good_one++) {
			AUTO_VERIFY *v = proved_start(&p);
			bool found;

			v->anchored = true;
			v->anchor = (int64_t)at + 1;
			memcpy(v->anchor_head, p.heads[at], sizeof(p.head));
			v->anchor_head[31] ^= good_one ? 0 : 1;
			proved_run(&p, v);
			found = good_one ? v->findings == 0
					 : proved_first(v, VERIFY_ANCHOR,
							(int64_t)at + 1,
							(int64_t)at + 1);
			wrong += !found;
		}
	CHECK_EQ(wrong, 0);
}

/* Back to yesterday, and gone on from there with yesterday's key: every MAC
 * is right. */
static void
rolled_back(void)
{
	PROVED(p);
	PROVED(q);
	AUTO_VERIFY *v = NULL;

	proved_usual(&p);
	proved_many(&q, "web", 2);
	proved_key(&q, "web", 7);
	proved_many(&q, "web", 10);
	(void)proved_add(&q, "web", "user.deleted", "{}");
	proved_many(&q, "web", 10);
	v = proved_verify(&q);
	CHECK(proved_all(v, 22));
	v->anchored = true;
	v->anchor = 20;
	memcpy(v->anchor_head, p.heads[19], sizeof(p.head));
	proved_run(&q, v);
	CHECK(proved_first(v, VERIFY_ANCHOR, 20, 20));
}

int
main(void)
{
	struct fault f = { .text = "" };

	CHECK_OK(crypto_start(&f), &f);
	good();
	without_key();
	altered();
	altered_empty();
	bare();
	removed();
	inserted(1);
	inserted(3);
	swapped(9, 10);
	swapped(5, 15);
	swapped(3, 19);
	moved();
	order();
	beginning();
	ends();
	files();
	anchors();
	rolled_back();
	return test_done();
}
