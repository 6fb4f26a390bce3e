/* SPDX-License-Identifier: MIT */
#include "factor/password.h"

#include <argon2.h>
#include <stdio.h>

#include "kit.h"
#include "test.h"

#define RIGHT "a right passphrase"
#define WRONG "a wrong passphrase"

static const struct crypto_argon2 present = KIT_COST;

static enum status
check_bytes(const struct id *account, const char *bytes, size_t len,
	    struct factor_outcome *out)
{
	struct fault f = { .status = STATUS_OK };
	enum status st;
	SECRET(s);

	if ((st = secret_set(&s, bytes, len, &f)) != STATUS_OK)
		return st;
	kit_count();
	st = factor_password.check(&kit.env, account, &s, out, &f);
	test_note("%s", f.text);
	return st == f.status ? st : STATUS_SYSTEM;
}

/*
 * RIGHT, WRONG or whatever else of ACCOUNT: the result, and what it cost in
 * runs of Argon2id, in all and at the present cost.
 */
#define CHECK_RUN(account, bytes, len, want, all, at_present)                 \
	do {                                                                  \
		struct factor_outcome run_ = { .result = FACTOR_WRONG };      \
		CHECK_EQ(check_bytes((account), (bytes), (len), &run_),       \
			 STATUS_OK);                                          \
		CHECK_EQ(run_.result, (want));                                \
		CHECK_EQ(kit.runs, (all));                                    \
		CHECK_EQ(kit.present, (at_present));                          \
	} while (0)
#define CHECK_WRONG(account, all, at_present)                                 \
	CHECK_RUN(account, WRONG, strlen(WRONG), FACTOR_WRONG, all, at_present)
#define CHECK_RIGHT(account, all, at_present)                                 \
	CHECK_RUN(account, RIGHT, strlen(RIGHT), FACTOR_RIGHT, all, at_present)

static void
prompt(void)
{
	const struct factor_whom whom = { "ann", "host" };
	struct prompt p;
	struct fault f = { .status = STATUS_OK };
	char bytes[PASSWORD_MAX_BYTES + 1];
	SECRET(s);

	factor_password.offer(&whom, &p);
	CHECK_STR(p.text, "Password: ");
	CHECK_EQ(p.kind, PROMPT_SECRET);
	CHECK_EQ(p.purpose, PURPOSE_PASSWORD);
	memset(bytes, 'x', sizeof(bytes));
	CHECK(!factor_password.shaped(&s));
	CHECK_OK(secret_set(&s, bytes, sizeof(bytes), &f), &f);
	CHECK(!factor_password.shaped(&s));
	CHECK_OK(secret_set(&s, bytes, sizeof(bytes) - 1, &f), &f);
	CHECK(factor_password.shaped(&s));
	CHECK_OK(secret_set(&s, "ab\0cd", 5, &f), &f);
	CHECK(!factor_password.shaped(&s));
	CHECK_OK(secret_set(&s, "x", 1, &f), &f);
	CHECK(factor_password.shaped(&s));
}

/* Nobody to compare with, or nothing to compare: one run all the same. */
static void
nobody(void)
{
	char bytes[600];
	bool has = true;
	struct fault f = { .status = STATUS_OK };

	CHECK_WRONG(NULL, 1, 1);
	CHECK_WRONG(&kit.ann, 1, 1);
	CHECK_OK(factor_password.enrolled(&kit.env, &kit.ann, &has, &f), &f);
	CHECK(!has);
	CHECK_STR(f.text, "");
	kit_set(&kit.ann, RIGHT, present);
	CHECK_OK(factor_password.enrolled(&kit.env, &kit.ann, &has, &f), &f);
	CHECK(has);
	CHECK_RUN(NULL, RIGHT, strlen(RIGHT), FACTOR_WRONG, 1, 1);
	CHECK_RUN(&kit.bob, RIGHT, strlen(RIGHT), FACTOR_WRONG, 1, 1);
	memset(bytes, 'x', sizeof(bytes));
	CHECK_RUN(&kit.ann, bytes, sizeof(bytes), FACTOR_WRONG, 1, 1);
	CHECK_RUN(&kit.ann, "", 0, FACTOR_WRONG, 1, 1);
	CHECK_RUN(&kit.ann, RIGHT "\0", sizeof(RIGHT), FACTOR_WRONG, 1, 1);
	CHECK_RUN(&kit.ann, "\b\n\r\177INC", 7, FACTOR_WRONG, 1, 1);
}

static void
hashed(void)
{
	const struct crypto_argon2 weaker = { 8192, 1, 1 };
	const struct crypto_argon2 wider = { 16384, 1, 1 };
	const struct crypto_argon2 stronger = { 16384, 2, 1 };
	const struct crypto_argon2 lanes = { 8192, 2, 2 };
	struct factor_outcome out = { .result = FACTOR_WRONG };

	kit_set(&kit.ann, RIGHT, present);
	CHECK_WRONG(&kit.ann, 1, 1);
	CHECK_RIGHT(&kit.ann, 1, 1);
	CHECK_EQ(check_bytes(&kit.ann, RIGHT, strlen(RIGHT), &out), STATUS_OK);
	CHECK(out.result == FACTOR_RIGHT && !out.renew && !out.code);
	CHECK_STR(out.way, "password");
	CHECK_RUN(&kit.ann, RIGHT " ", sizeof(RIGHT), FACTOR_WRONG, 1, 1);
	CHECK_RUN(&kit.ann, RIGHT, strlen(RIGHT) - 1, FACTOR_WRONG, 1, 1);

	kit_set(&kit.ann, RIGHT, weaker);
	CHECK_WRONG(&kit.ann, 2, 1);
	CHECK_RIGHT(&kit.ann, 2, 1);
	/* What is kept otherwise is renewed by a right answer: a wrong one
	 * has to take as long. */
	kit_set(&kit.ann, RIGHT, wider);
	CHECK_WRONG(&kit.ann, 2, 1);
	CHECK_RIGHT(&kit.ann, 2, 1);
	kit_set(&kit.ann, RIGHT, stronger);
	CHECK_WRONG(&kit.ann, 2, 1);
	CHECK_RIGHT(&kit.ann, 2, 1);
	kit_set(&kit.ann, RIGHT, lanes);
	CHECK_WRONG(&kit.ann, 2, 1);
	CHECK_RIGHT(&kit.ann, 2, 1);
}

/* The right password at costs that we do not run: wrong, for one decoy. */
static void
below_the_floor(void)
{
	static const int64_t costs[][3] = {
		{ 4096, 1, 1 },		{ 8191, 2, 1 },
		{ 8192, 65, 1 },	{ 8192, 1, 17 },
		{ INT64_MAX, 1, 1 },	{ (INT64_C(1) << 32) + 8192, 2, 1 },
		{ 8192, INT64_MAX, 1 }, { 8192, 1, INT64_MAX },
	};
	struct store_password p = { .kind = STORE_ARGON2ID };
	uint8_t tag[CRYPTO_TAG_SIZE], digest[CRYPTO_HASH_SIZE];
	struct fault f = { .status = STATUS_OK };
	char ad[80];

	(void)snprintf(ad, sizeof(ad), "password.sealed:%s", kit.ann.s);
	CHECK_EQ(argon2id_hash_raw(1, 4096, 1, RIGHT, strlen(RIGHT), p.salt,
				   sizeof(p.salt), tag, sizeof(tag)),
		 ARGON2_OK);
	crypto_digest(tag, sizeof(tag), digest);
	CHECK_OK(crypto_seal(&kit.keys, ad, digest, sizeof(digest), p.sealed,
			     sizeof(p.sealed), &p.sealed_len, &f),
		 &f);
	for (size_t i = 0; i < sizeof(costs) / sizeof(costs[0]); i++) {
		p.memory_kib = costs[i][0];
		p.passes = costs[i][1];
		p.lanes = costs[i][2];
		kit_put(&kit.ann, &p);
		CHECK_RUN(&kit.ann, RIGHT, strlen(RIGHT), FACTOR_WRONG, 1, 1);
	}
}

static void
imported(void)
{
	static const struct {
		const char *prefix;
		unsigned long cost;
	} kinds[] = {
		{ "$2b$", 4 }, { "$5$", 1000 }, { "$6$", 1000 }, { "$y$", 1 }
	};
	struct factor_outcome out = { .result = FACTOR_WRONG };
	struct fault f = { .status = STATUS_OK };
	struct store_password p;
	char setting[400];

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		STORE_TXN(txn);

		kit_crypt(kinds[i].prefix, kinds[i].cost, RIGHT, setting,
			  sizeof(setting));
		CHECK_OK(password_import(&kit.env, &kit.ann, setting, &p, &f),
			 &f);
		CHECK_EQ(p.kind, STORE_CRYPT);
		CHECK_EQ(p.set_at, KIT_NOW);
		CHECK(memmem(p.sealed, p.sealed_len, setting + 3, 8) == NULL);
		kit_put(&kit.ann, &p);
		CHECK_WRONG(&kit.ann, 1, 1);
		CHECK_RIGHT(&kit.ann, 1, 1);
		CHECK_EQ(check_bytes(&kit.ann, RIGHT, strlen(RIGHT), &out),
			 STATUS_OK);
		CHECK(out.renew);
		/* Once; from then on it is Argon2id. */
		CHECK_OK(store_begin(kit.env.store, &txn, &f), &f);
		CHECK_OK(factor_password.settle(&kit.env, &kit.ann, &out, &f),
			 &f);
		CHECK_OK(store_commit(&txn, &f), &f);
		CHECK_EQ(kit_get(&kit.ann).kind, STORE_ARGON2ID);
		CHECK_RIGHT(&kit.ann, 1, 1);
		CHECK_WRONG(&kit.ann, 1, 1);
	}
	CHECK_EQ(password_import(&kit.env, &kit.ann, "!", &p, &f),
		 STATUS_REFUSED);
	CHECK_EQ(password_import(&kit.env, &kit.ann, "abJnggxhB/yWI", &p, &f),
		 STATUS_REFUSED);
	CHECK_EQ(password_import(&kit.env, &kit.ann, "", &p, &f),
		 STATUS_REFUSED);
}

/* Neither right nor wrong: an error, and the outcome is left alone. */
static void
corrupt_row(const struct id *account, const struct store_password *p,
	    unsigned *passed)
{
	struct factor_outcome out = { .result = FACTOR_WRONG, .renew = true };

	kit_put(account, p);
	*passed += check_bytes(account, RIGHT, strlen(RIGHT), &out) !=
			   STATUS_CORRUPT ||
		   out.result != FACTOR_WRONG || !out.renew;
}

static void
corrupt(void)
{
	struct store_password good, p;
	struct fault f = { .status = STATUS_OK };
	unsigned passed = 0;
	char setting[400];

	kit_set(&kit.ann, RIGHT, present);
	p = good = kit_get(&kit.ann);
	for (size_t i = 0; i < good.sealed_len; i++) {
		p.sealed[i] ^= 0x40;
		corrupt_row(&kit.ann, &p, &passed);
		p.sealed[i] ^= 0x40;
	}
	CHECK_EQ(passed, 0);
	for (p.sealed_len = 1; p.sealed_len < good.sealed_len; p.sealed_len++)
		corrupt_row(&kit.ann, &p, &passed);
	CHECK_EQ(passed, 0);
	p.sealed_len = STORE_SEALED_SIZE;
	corrupt_row(&kit.ann, &p, &passed);
	/* Ann's row for bob, and a hash that calls itself a crypt string. */
	corrupt_row(&kit.bob, &good, &passed);
	CHECK_EQ(passed, 0);
	CHECK_OK(password_import(&kit.env, &kit.ann,
				 "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/"
				 "GNooZaBBGWEc5",
				 &p, &f),
		 &f);
	p.kind = STORE_ARGON2ID;
	p.memory_kib = 8192;
	p.passes = p.lanes = 1;
	corrupt_row(&kit.ann, &p, &passed);
	CHECK_EQ(passed, 0);
	/* Another salt or other costs are just wrong. */
	p = good;
	p.salt[3] ^= 1;
	kit_put(&kit.ann, &p);
	CHECK_RUN(&kit.ann, RIGHT, strlen(RIGHT), FACTOR_WRONG, 1, 1);
	p = good;
	p.passes = 3;
	kit_put(&kit.ann, &p);
	CHECK_RUN(&kit.ann, RIGHT, strlen(RIGHT), FACTOR_WRONG, 2, 1);

	kit_crypt("$5$", 1000, RIGHT, setting, sizeof(setting));
	CHECK_OK(password_import(&kit.env, &kit.ann, setting, &p, &f), &f);
	for (size_t i = 0; i < p.sealed_len; i++) {
		p.sealed[i] ^= 1;
		corrupt_row(&kit.ann, &p, &passed);
		p.sealed[i] ^= 1;
	}
	CHECK_EQ(passed, 0);
	/* And another key. */
	kit.keys.master[0] ^= 1;
	corrupt_row(&kit.ann, &good, &passed);
	kit.keys.master[0] ^= 1;
	CHECK_EQ(passed, 0);
	kit_put(&kit.ann, &good);
	CHECK_RIGHT(&kit.ann, 1, 1);
	kit_drop(&kit.bob);
}

static enum status
settle(const struct id *account, const struct factor_outcome *out)
{
	struct fault f = { .status = STATUS_OK };
	enum status st;
	STORE_TXN(txn);

	CHECK_OK(store_begin(kit.env.store, &txn, &f), &f);
	st = factor_password.settle(&kit.env, account, out, &f);
	if (st == STATUS_OK)
		CHECK_OK(store_commit(&txn, &f), &f);
	return st;
}

static void
renewal(void)
{
	const struct crypto_argon2 weaker = { 8192, 1, 1 };
	struct factor_outcome a = { .result = FACTOR_WRONG }, b = a;
	struct store_password before, after;
	struct fault f = { .status = STATUS_OK };

	kit_set(&kit.ann, RIGHT, weaker);
	before = kit_get(&kit.ann);
	kit.env.now = KIT_NOW + 1000;
	CHECK_EQ(settle(&kit.ann, &a), STATUS_DENIED);
	CHECK_EQ(check_bytes(&kit.ann, RIGHT, strlen(RIGHT), &a), STATUS_OK);
	CHECK_EQ(check_bytes(&kit.ann, RIGHT, strlen(RIGHT), &b), STATUS_OK);
	CHECK(a.renew && b.renew);
	/* The check wrote nothing, and settle writes in a transaction only. */
	after = kit_get(&kit.ann);
	CHECK_EQ(after.passes, 1);
	CHECK_EQ(factor_password.settle(&kit.env, &kit.ann, &a, &f),
		 STATUS_CONFLICT);
	/* Two logins at once: both get in. */
	CHECK_EQ(settle(&kit.ann, &a), STATUS_OK);
	CHECK_EQ(settle(&kit.ann, &b), STATUS_OK);
	after = kit_get(&kit.ann);
	CHECK_EQ(after.memory_kib, present.memory_kib);
	CHECK_EQ(after.passes, present.passes);
	CHECK_EQ(after.lanes, present.lanes);
	CHECK_EQ(after.set_at, before.set_at);
	CHECK(memcmp(after.salt, before.salt, sizeof(after.salt)) != 0);
	CHECK_RIGHT(&kit.ann, 1, 1);
	CHECK_WRONG(&kit.ann, 1, 1);

	/* Changed between check and settle, within the second: an old hash
	 * does not come back, and the old password is no proof any more. */
	kit_set(&kit.ann, RIGHT, weaker);
	kit.env.now = kit_get(&kit.ann).set_at;
	CHECK_EQ(check_bytes(&kit.ann, RIGHT, strlen(RIGHT), &a), STATUS_OK);
	CHECK(a.result == FACTOR_RIGHT && a.renew);
	kit_replace(&kit.ann, "quite another one");
	CHECK_EQ(settle(&kit.ann, &a), STATUS_LOST);
	a.renew = false;
	CHECK_EQ(settle(&kit.ann, &a), STATUS_LOST);
	CHECK_RUN(&kit.ann, RIGHT, strlen(RIGHT), FACTOR_WRONG, 1, 1);
	CHECK_RUN(&kit.ann, "quite another one", 17, FACTOR_RIGHT, 1, 1);
	CHECK_EQ(check_bytes(&kit.ann, "quite another one", 17, &a),
		 STATUS_OK);
	CHECK_EQ(settle(&kit.ann, &a), STATUS_OK);
	kit_drop(&kit.ann);
	CHECK_EQ(settle(&kit.ann, &a), STATUS_LOST);
	kit.env.now = KIT_NOW;
}

struct rows {
	struct id id[8];
	struct store_password p[8];
	size_t n;
};

static bool
rows_each(void *ctx, const struct id *row, const struct store_password *p)
{
	struct rows *rows = ctx;

	if (rows->n == 8)
		return false;
	rows->id[rows->n] = *row;
	rows->p[rows->n++] = *p;
	return true;
}

/* Old rows are sealed for their new place, and for no other. */
static void
replaced(void)
{
	uint8_t plain[CRYPTO_HASH_SIZE];
	struct fault f = { .status = STATUS_OK };
	struct rows rows = { .n = 0 };
	struct store_password p;
	char ad[80];
	size_t len;

	CHECK_OK(store_history_list(kit.env.store, &kit.bob, rows_each, &rows,
				    &f),
		 &f);
	CHECK_EQ(rows.n, 0);
	kit_replace(&kit.bob, "the first of them");
	CHECK_OK(store_history_list(kit.env.store, &kit.bob, rows_each, &rows,
				    &f),
		 &f);
	CHECK_EQ(rows.n, 0);
	for (int i = 0; i < 5 + 2; i++)
		kit_replace(&kit.bob, RIGHT);
	p = kit_get(&kit.bob);
	CHECK_EQ(p.set_at, KIT_NOW + 5 + 2);
	CHECK_OK(store_history_list(kit.env.store, &kit.bob, rows_each, &rows,
				    &f),
		 &f);
	CHECK_EQ(rows.n, 5);
	for (size_t i = 0; i < rows.n; i++) {
		(void)snprintf(ad, sizeof(ad), "password_history.sealed:%s",
			       rows.id[i].s);
		CHECK_OK(crypto_unseal(&kit.keys, ad, rows.p[i].sealed,
				       rows.p[i].sealed_len, plain,
				       sizeof(plain), &len, &f),
			 &f);
		CHECK_EQ(len, sizeof(plain));
		(void)snprintf(ad, sizeof(ad), "password.sealed:%s",
			       kit.bob.s);
		CHECK_EQ(crypto_unseal(&kit.keys, ad, rows.p[i].sealed,
				       rows.p[i].sealed_len, plain,
				       sizeof(plain), &len, &f),
			 STATUS_CORRUPT);
	}
	CHECK_RIGHT(&kit.bob, 1, 1);
	CHECK_EQ(password_replace(&kit.env, &kit.bob, &p, &f),
		 STATUS_CONFLICT);
}

/* A row that nobody of ours has written. */
static void
end_of_time(void)
{
	struct fault f = { .status = STATUS_OK };
	struct store_password p, next;
	STORE_TXN(txn);

	kit_set(&kit.ann, RIGHT, present);
	next = p = kit_get(&kit.ann);
	p.set_at = INT64_MAX;
	kit_put(&kit.ann, &p);
	CHECK_OK(store_begin(kit.env.store, &txn, &f), &f);
	CHECK_EQ(password_replace(&kit.env, &kit.ann, &next, &f),
		 STATUS_CORRUPT);
	p.set_at = INT64_MAX - 1;
	CHECK_OK(store_password_put(kit.env.store, &kit.ann, &p, &f), &f);
	CHECK_OK(password_replace(&kit.env, &kit.ann, &next, &f), &f);
	CHECK_OK(store_commit(&txn, &f), &f);
	CHECK_EQ(kit_get(&kit.ann).set_at, INT64_MAX);
}

int
main(void)
{
	kit_start();
	prompt();
	nobody();
	hashed();
	below_the_floor();
	imported();
	corrupt();
	renewal();
	replaced();
	end_of_time();
	kit_end();
	return test_done();
}
