/* SPDX-License-Identifier: MIT */
/* Hostile numbers, keys and lines; and many rows. */
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "crypto/crypto.h"
#include "proved.h"

/* --- hostile numbers, and lines --- */

static void
far(void)
{
	PROVED(p);
	AUTO_VERIFY *v = NULL;

	proved_usual(&p);
	p.row[19].seq = INT64_MAX;
	v = proved_verify(&p);
	CHECK(proved_first(v, VERIFY_REMOVED, 20, INT64_MAX - 1));
	CHECK(proved_has(v, VERIFY_MOVED, INT64_MAX, INT64_MAX));
	p.row[19].seq = 20;
	(void)text_copy(p.row[0].action, sizeof(p.row[0].action),
			"audit.pruned");
	(void)text_copy(p.row[0].meta, sizeof(p.row[0].meta),
			"{\"host\":\"web\",\"to\":\"9223372036854775807\"}");
	proved_run(&p, v);
	CHECK(v->findings > 0);
}

static void
keys(void)
{
	struct fault f = { .text = "" };
	AUTO_VERIFY *v = NULL;
	PROVED(p);
	SECRET(text);

	proved_usual(&p);
	v = proved_start(&p);
	CHECK(verify_key_add(v, &p.text[0], &f) == STATUS_INVALID);
	CHECK(secret_set(&text, "SIGRA-AUDIT1-3-AAAA", 19, NULL) == STATUS_OK);
	CHECK(verify_key_add(v, &text, &f) == STATUS_INVALID);
	CHECK_EQ(v->keys, 1);
}

#define LINE_REST                                                             \
	"\"id\":\"a\",\"at\":5,\"action\":\"a.b\",\"outcome\":\"success\","   \
	"\"actor\":\"\",\"effective\":\"\",\"target\":\"\",\"org\":\"\","     \
	"\"service\":\"\",\"tty\":\"\",\"rhost\":\"\",\"pid\":1,"

static void
lines(void)
{
	static const char *const bad[] = {
		"",
		"x",
		"[]",
		"{}",
		"{\"host\":\"h\",\"seq\":0," LINE_REST
		"\"meta\":{},\"meta_text\":\"{}\",\"mac\":\"\"}",
		"{\"host\":\"h\",\"seq\":1," LINE_REST
		"\"meta\":{},\"meta_text\":\"{}\",\"mac\":\"00\"}",
		"{\"host\":\"h\",\"host\":\"h\",\"seq\":1," LINE_REST
		"\"meta\":{},\"meta_text\":\"{}\",\"mac\":\"\"}",
		"{\"host\":\"h\",\"seq\":1.5," LINE_REST
		"\"meta\":{},\"meta_text\":\"{}\",\"mac\":\"\"}",
		"{\"host\":\"h\",\"seq\":1," LINE_REST
		"\"meta\":{},\"meta_text\":\"{}\"}",
	};
	static const char good_one[] =
		"{\"host\":\"h\",\"seq\":7," LINE_REST
		"\"meta\":{\"n\":\"1\"},\"meta_text\":\"{\\\"n\\\":\\\"1\\\"}"
		"\",\"mac\":\"\"}\n";
	static const char shown[] =
		"{\"host\":\"h\",\"seq\":7," LINE_REST
		"\"meta\":{\"n\":\"2\"},\"meta_text\":\"{\\\"n\\\":\\\"1\\\"}"
		"\",\"mac\":\"\"}\n";
	struct store_audit row = { .seq = 0 };
	struct fault f = { .text = "" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		test_note("%s", bad[i]);
		CHECK(verify_line(bad[i], strlen(bad[i]), &row, &f) ==
		      STATUS_INVALID);
	}
	CHECK_EQ(row.seq, 0);
	CHECK_OK(verify_line(good_one, strlen(good_one), &row, &f), &f);
	CHECK_EQ(row.seq, 7);
	CHECK_STR(row.meta, "{\"n\":\"1\"}");
	CHECK_EQ(row.mac_len, 0);
	/* What people are shown is not what was proved. */
	CHECK_OK(verify_line(shown, strlen(shown), &row, &f), &f);
	CHECK_STR(row.meta, "");
}

/* At random places of a chain that is longer than what is looked at near. */
static void
large(void)
{
	enum { ROWS = 10000, TIMES = 16 };
	struct store_audit *all = calloc(ROWS, sizeof(*all));
	unsigned wrong = 0;
	PROVED(p);

	proved_key(&p, "web", 1);
	all[0] = p.row[0];
	for (size_t i = 1; i < ROWS; i++) {
		p.n = 1;
		p.row[0].seq = (int64_t)i;
		(void)proved_add(&p, "web", "login.granted", "{}");
		all[i] = p.row[1];
	}
	for (int t = 0; t < TIMES; t++) {
		AUTO_VERIFY *v = proved_start(&p);
		uint32_t at, byte;
		struct fault f = { .text = "" };

		p.n = 0;
		crypto_random(&at, sizeof(at));
		crypto_random(&byte, sizeof(byte));
		at %= ROWS;
		byte %= STORE_MAC_SIZE;
		all[at].mac[byte] ^= 4;
		for (size_t i = 0; i < ROWS; i++)
			wrong += verify_survey(v, &all[i], &f) != STATUS_OK;
		wrong += verify_surveyed(v, &f) != STATUS_OK;
		for (size_t i = 0; i < ROWS; i++)
			verify_row(v, &all[i]);
		verify_finish(v);
		wrong += !proved_first(v, VERIFY_ALTERED, (int64_t)at + 1,
				       (int64_t)at + 1) ||
			 v->findings != 1;
		all[at].mac[byte] ^= 4;
	}
	CHECK_EQ(wrong, 0);
	free(all);
}

int
main(void)
{
	struct fault f = { .text = "" };

	CHECK_OK(crypto_start(&f), &f);
	far();
	keys();
	lines();
	large();
	return test_done();
}
