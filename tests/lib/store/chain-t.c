/* SPDX-License-Identifier: MIT */
#include "store/chain.h"

#include <stdio.h>

#include "fixture.h"
#include "store/engine.h"

static struct fault f;

static enum status
begin(struct store *s, const char *host, int64_t start, const char *key)
{
	struct store_chain row = { .start = start, .made_at = NOW };
	enum status st;

	(void)snprintf(row.host, sizeof(row.host), "%s", host);
	(void)snprintf(row.key, sizeof(row.key), "%s", key);
	ALONE(s, st, store_chain_insert(s, &row, &f));
	return st;
}

static bool
count(void *ctx, const struct store_chain *row)
{
	static const int64_t expected[] = { 3, 9, 1 };
	int *n = ctx;

	CHECK_EQ(row->start, expected[*n]);
	return ++*n < 3;
}

static void
test_chain(struct store *s)
{
	static const char key[] = "0123456789abcdef";
	static const char other[] = "fedcba9876543210";
	struct store_chain got = { .start = 7 };
	int n = 0;

	CHECK_EQ(store_chain_newest(s, "one", &got, &f), STATUS_NOT_FOUND);
	CHECK_EQ(got.start, 7);
	CHECK_EQ(begin(s, "one", 0, key), STATUS_INVALID);
	CHECK_EQ(begin(s, "one", 1, "0123"), STATUS_INVALID);
	CHECK_EQ(begin(s, "", 1, key), STATUS_INVALID);
	CHECK_EQ(begin(s, "one", 3, key), STATUS_OK);
	CHECK_EQ(begin(s, "two", 1, key), STATUS_OK);
	/* Only ever later ones. */
	CHECK_EQ(begin(s, "one", 3, ""), STATUS_CONFLICT);
	CHECK_EQ(begin(s, "one", 2, ""), STATUS_CONFLICT);
	CHECK_OK(store_chain_newest(s, "one", &got, &f), &f);
	CHECK_EQ(got.start, 3);
	CHECK_EQ(got.made_at, NOW);
	CHECK_STR(got.host, "one");
	CHECK_STR(got.key, key);
	CHECK_EQ(begin(s, "one", 9, ""), STATUS_OK);
	CHECK_OK(store_chain_newest(s, "one", &got, &f), &f);
	CHECK(got.start == 9 && got.key[0] == '\0');
	/* Where one ended another may begin, once. */
	CHECK_EQ(begin(s, "one", 9, ""), STATUS_CONFLICT);
	CHECK_EQ(begin(s, "one", 9, other), STATUS_OK);
	CHECK_EQ(begin(s, "one", 9, key), STATUS_CONFLICT);
	CHECK_OK(store_chain_newest(s, "one", &got, &f), &f);
	CHECK_STR(got.key, other);
	CHECK_OK(store_chain_list(s, count, &n, &f), &f);
	CHECK_EQ(n, 3);
}

static enum status
write_row(struct store *s, unsigned n, int64_t seq, size_t mac)
{
	struct store_audit a = {
		.id = fixture_id(n), .at = NOW, .seq = seq, .mac_len = mac
	};
	enum status st;

	(void)strcpy(a.host, "one");
	(void)strcpy(a.action, "a.b");
	(void)strcpy(a.outcome, "success");
	(void)strcpy(a.meta, "{}");
	memset(a.mac, (int)n, sizeof(a.mac));
	ALONE(s, st, store_audit_insert(s, &a, &f));
	if (st == STATUS_OK && seq != 0)
		CHECK_EQ(a.seq, seq);
	return st;
}

struct walked {
	int64_t n, stop;
	struct store_audit last;
};

static bool
walk(void *ctx, const struct store_audit *row)
{
	struct walked *w = ctx;

	CHECK(w->n == 0 || row->seq > w->last.seq);
	w->last = *row;
	return ++w->n != w->stop;
}

static int64_t
walked(struct store *s, const char *host, int64_t from, int64_t limit,
       int64_t *last)
{
	struct walked w = { .n = 0 };

	CHECK_OK(store_audit_walk(s, host, from, limit, walk, &w, &f), &f);
	*last = w.last.seq;
	return w.n;
}

static void
test_rows(struct store *s)
{
	struct walked w = { .stop = 1 };
	int64_t last = 7;

	CHECK_OK(store_audit_last(s, "one", &last, &f), &f);
	CHECK_EQ(last, 0);
	CHECK_EQ(write_row(s, 1, 0, 0), STATUS_OK);
	CHECK_EQ(write_row(s, 2, 2, 32), STATUS_OK);
	CHECK_EQ(write_row(s, 3, 2, 32), STATUS_CONFLICT);
	CHECK_EQ(write_row(s, 3, 3, 31), STATUS_INVALID);
	CHECK_EQ(write_row(s, 3, 7, 32), STATUS_OK);
	CHECK_EQ(write_row(s, 4, 0, 0), STATUS_OK);
	CHECK_OK(store_audit_last(s, "one", &last, &f), &f);
	CHECK_EQ(last, 8);
	CHECK_EQ(walked(s, "one", 1, 0, &last), 4);
	CHECK_EQ(last, 8);
	CHECK_EQ(walked(s, "one", 1, 2, &last), 2);
	CHECK_EQ(last, 2);
	CHECK_EQ(walked(s, "one", 3, 0, &last), 2);
	CHECK_EQ(walked(s, "one", 9, 0, &last), 0);
	CHECK_EQ(walked(s, "two", 1, 0, &last), 0);
	CHECK_OK(store_audit_walk(s, "one", 2, 0, walk, &w, &f), &f);
	CHECK(w.n == 1 && w.last.seq == 2 && w.last.mac_len == 32);
	CHECK(w.last.mac[0] == 2 && w.last.mac[31] == 2);
}

static void
test_prune(struct store *s)
{
	int64_t gone = 7, last = 0;
	enum status st;

	CHECK_EQ(store_audit_prune(s, "one", 3, &gone, &f), STATUS_CONFLICT);
	CHECK_EQ(gone, 7);
	ALONE(s, st, store_audit_prune(s, "one", 3, &gone, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_EQ(gone, 2);
	CHECK_EQ(walked(s, "one", 1, 0, &last), 2);
	ALONE(s, st, store_audit_prune(s, "two", 100, &gone, &f));
	CHECK_EQ(gone, 0);
	/* The guard is gone with it. */
	ALONE(s, st, store_audit_prune(s, "one", 1, &gone, &f));
	CHECK_EQ(gone, 0);
	CHECK_EQ(walked(s, "one", 1, 0, &last), 2);
}

/* Rows that were written since have no MAC: the end stays. */
static void
test_followed(struct store *s)
{
	static const char key[] = "0123456789abcdef";

	CHECK_EQ(begin(s, "one", 10, ""), STATUS_OK);
	CHECK_EQ(write_row(s, 10, 10, 0), STATUS_OK);
	CHECK_EQ(begin(s, "one", 10, key), STATUS_CONFLICT);
	CHECK_EQ(begin(s, "one", 11, key), STATUS_OK);
}

/* What somebody left there is in nobody's way, and goes. */
static void
test_guard(struct store *s)
{
	const struct store_value in[] = { store_text("one"),
					  store_integer(1) };
	int64_t n = 7, gone;
	enum status st;

	CHECK_OK(store_audit_guards(s, &n, &f), &f);
	CHECK_EQ(n, 0);
	ALONE(s, st,
	      store_change(s, STORE_SQL_AUDIT_GUARD_PUT, in, STORE_LEN(in),
			   NULL, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_OK(store_audit_guards(s, &n, &f), &f);
	CHECK_EQ(n, 1);
	ALONE(s, st, store_audit_prune(s, "one", 1, &gone, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_OK(store_audit_guards(s, &n, &f), &f);
	CHECK_EQ(n, 0);
}

int
main(void)
{
	struct store *s = fixture_store("chain");

	test_chain(s);
	test_rows(s);
	test_prune(s);
	test_followed(s);
	test_guard(s);
	store_close(s);
	return test_done();
}
