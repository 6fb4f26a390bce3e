/* SPDX-License-Identifier: MIT */
/* Several chains, keys and hosts. */
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "crypto/crypto.h"
#include "proved.h"

/* --- other chains --- */

static void
spliced(void)
{
	PROVED(p);
	PROVED(q);
	AUTO_VERIFY *v = NULL, *middle = NULL, *all = NULL;

	proved_usual(&p);
	proved_many(&q, "web", 2);
	proved_key(&q, "web", 8);
	proved_many(&q, "web", 19);
	memcpy(&p.row[10], &q.row[10], 11 * sizeof(p.row[0]));
	p.n = 21;
	v = proved_verify(&p);
	CHECK(proved_first(v, VERIFY_SPLICED, 11, 21));
	CHECK_EQ(v->findings, 1);
	p.n = 0;
	p.keys = 0;
	p.chained = false;
	proved_usual(&p);
	memcpy(&p.row[10], &q.row[10], 5 * sizeof(p.row[0]));
	middle = proved_verify(&p);
	CHECK(proved_first(middle, VERIFY_ALTERED, 11, 15));
	CHECK_EQ(middle->findings, 1);
	/* Nothing of it is of this key. */
	q.keys = 1;
	secret_copy(&q.text[0], &p.text[0]);
	all = proved_verify(&q);
	CHECK(all->findings > 0);
	CHECK(proved_has(all, VERIFY_NO_ROW, 3, 3));
}

static void
several_keys(void)
{
	PROVED(p);
	AUTO_VERIFY *v = NULL, *old = NULL, *late = NULL;

	proved_usual(&p);
	proved_key(&p, "web", 9);
	proved_many(&p, "web", 9);
	v = proved_verify(&p);
	CHECK(proved_all(v, 28));
	CHECK(memcmp(v->host[0].head, p.head, sizeof(p.head)) == 0);
	p.keys = 1;
	old = proved_verify(&p);
	CHECK(proved_first(old, VERIFY_OTHER_KEY, 21, 30));
	CHECK_EQ(strlen(old->finding[0].key), 16);
	CHECK_EQ(old->findings, 1);
	CHECK_EQ(old->host[0].proved, 18);
	secret_copy(&p.text[0], &p.text[1]);
	late = proved_verify(&p);
	CHECK(proved_all(late, 10));
	CHECK(proved_has(late, VERIFY_EARLIER, 1, 20));
	CHECK_EQ(late->note[0].other, 20);
}

/* The rows before a key are bound by its first row. */
static void
before_key(void)
{
	PROVED(p);
	PROVED(q);
	AUTO_VERIFY *v = NULL;

	proved_usual(&p);
	proved_key(&p, "web", 9);
	proved_many(&p, "web", 3);
	proved_many(&q, "web", 2);
	proved_key(&q, "web", 7);
	proved_many(&q, "web", 10);
	(void)proved_add(&q, "web", "user.deleted", "{}");
	proved_many(&q, "web", 6);
	memcpy(p.row, q.row, 20 * sizeof(p.row[0]));
	v = proved_verify(&p);
	CHECK(proved_first(v, VERIFY_BEFORE, 20, 20));
	CHECK_EQ(v->findings, 1);
}

/* A row that only says that another key begins. */
static void
false_key(void)
{
	PROVED(p);
	AUTO_VERIFY *v = NULL;

	proved_usual(&p);
	(void)text_copy(p.row[9].action, sizeof(p.row[9].action),
			"audit.key_made");
	(void)text_copy(p.row[9].meta, sizeof(p.row[9].meta),
			"{\"chain\":\"0123456789abcdef\",\"start\":\"10\"}");
	v = proved_verify(&p);
	CHECK(proved_first(v, VERIFY_ALTERED, 10, 10));
	CHECK_EQ(v->findings, 1);
}

static void
hosts(void)
{
	PROVED(p);
	AUTO_VERIFY *v = NULL, *one = NULL, *none = NULL;

	(void)proved_add(&p, "lone", "user.created", "{}");
	proved_key(&p, "mail", 3);
	proved_many(&p, "mail", 4);
	p.chained = false;
	proved_many(&p, "web", 1);
	proved_key(&p, "web", 4);
	proved_many(&p, "web", 5);
	v = proved_verify(&p);
	CHECK(proved_all(v, 11));
	CHECK_EQ(v->hosts, 3);
	CHECK(proved_has(v, VERIFY_CHAINLESS, 1, 1));
	/* Of one host alone; whose key is whose is found out. */
	p.keys = 1;
	one = proved_start(&p);
	one->only = "mail";
	proved_run(&p, one);
	CHECK(proved_all(one, 5));
	none = proved_verify(&p);
	CHECK(proved_first(none, VERIFY_UNKEYED, 2, 7));
	CHECK_EQ(none->findings, 1);
}

int
main(void)
{
	struct fault f = { .text = "" };

	CHECK_OK(crypto_start(&f), &f);
	spliced();
	several_keys();
	before_key();
	false_key();
	hosts();
	return test_done();
}
