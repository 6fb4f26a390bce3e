/* SPDX-License-Identifier: MIT */
/* JWTs against what the store knows, and the refresh tokens beside them. */
#include <stdio.h>

#include "base/text.h"
#include "factor/jwt.h"
#include "factor/token.h"
#include "kit.h"
#include "test.h"

#define HOST "host.example"
#define SERVICE "dovecot"

static struct fault f;

static struct id
row_id(unsigned n)
{
	struct id id;

	(void)snprintf(id.s, sizeof(id.s), "00000000-0000-7000-8000-%012u", n);
	return id;
}

static struct jwt_claims
claims(void)
{
	struct jwt_claims c = { .issuer = "sigra:" HOST,
				.account = kit.ann,
				.service = SERVICE,
				.issued_at = KIT_NOW,
				.expires_at = KIT_NOW + JWT_SECONDS,
				.row = row_id(1),
				.epoch = 1 };

	return c;
}

static void
make(const struct jwt_claims *c, struct secret *out)
{
	CHECK_OK(jwt_make(&kit.keys, c, out, &f), &f);
}

static void
put(const struct store_refresh *r)
{
	STORE_TXN(txn);

	kit_need(store_begin(kit.env.store, &txn, &f), &f);
	kit_need(store_refresh_insert(kit.env.store, r, &f), &f);
	kit_need(store_commit(&txn, &f), &f);
}

static struct store_refresh
row(unsigned n)
{
	struct store_refresh r = { .id = row_id(n),
				   .family = row_id(n),
				   .account = kit.ann,
				   .service = SERVICE,
				   .epoch = 1,
				   .created_at = KIT_NOW,
				   .expires_at = KIT_NOW + 86400 };

	memset(r.hash, (int)n, sizeof(r.hash));
	return r;
}

static struct factor_outcome
check_as(const struct id *account, const struct jwt_claims *c)
{
	struct factor_outcome out = { .result = FACTOR_UNTIMELY };
	SECRET(s);

	make(c, &s);
	CHECK_OK(jwt_check(&kit.env, account, &s, &out, &f), &f);
	CHECK_EQ(out.way != NULL, out.result == FACTOR_RIGHT);
	CHECK_EQ(out.refusal == NULL, out.result == FACTOR_RIGHT);
	return out;
}

static struct factor_outcome
check(const struct jwt_claims *c)
{
	return check_as(&kit.ann, c);
}

#define REFUSED(outcome, res, why)                                            \
	do {                                                                  \
		const struct factor_outcome refused_ = (outcome);             \
		CHECK_EQ(refused_.result, res);                               \
		CHECK_STR(refused_.refusal, why);                             \
	} while (0)

static enum status
settle(const struct factor_outcome *out)
{
	enum status st;
	STORE_TXN(txn);

	kit_need(store_begin(kit.env.store, &txn, &f), &f);
	st = jwt_settle(&kit.env, &kit.ann, out, &f);
	kit_need(store_commit(&txn, &f), &f);
	return st;
}

static void
revoke(unsigned family)
{
	const struct id id = row_id(family);
	STORE_TXN(txn);

	kit_need(store_begin(kit.env.store, &txn, &f), &f);
	kit_need(store_refresh_revoke(kit.env.store, &id, KIT_NOW, &f), &f);
	kit_need(store_commit(&txn, &f), &f);
}

static void
raise_epoch(void)
{
	struct store_account acct;
	STORE_TXN(txn);

	kit_need(store_account_by_id(kit.env.store, &kit.ann, &acct, &f), &f);
	acct.epoch++;
	kit_need(store_begin(kit.env.store, &txn, &f), &f);
	kit_need(store_account_update(kit.env.store, &acct, &f), &f);
	kit_need(store_commit(&txn, &f), &f);
}

static void
judged(void)
{
	struct factor_outcome right;
	struct jwt_claims c = claims();
	struct store_refresh r = row(1);

	REFUSED(check(&c), FACTOR_SPENT, "jwt_unknown");
	put(&r);
	right = check(&c);
	CHECK_EQ(right.result, FACTOR_RIGHT);
	CHECK_STR(right.way, "jwt");
	CHECK_STR(right.row.s, c.row.s);
	CHECK_EQ(settle(&right), STATUS_OK);
	/* As often as it is shown: it is good for minutes, not once. */
	CHECK_EQ(check(&c).result, FACTOR_RIGHT);
	REFUSED(check_as(&kit.bob, &c), FACTOR_WRONG, "jwt_account");
	REFUSED(check_as(NULL, &c), FACTOR_WRONG, "jwt_account");
	c.account = kit.bob;
	REFUSED(check(&c), FACTOR_WRONG, "jwt_account");
	REFUSED(check_as(&kit.bob, &c), FACTOR_SPENT, "jwt_unknown");
	c = claims();
	(void)text_copy(c.service, sizeof(c.service), "sshd");
	REFUSED(check(&c), FACTOR_SPENT, "jwt_service");
	c = claims();
	(void)text_copy(c.service, sizeof(c.service), "dovecot2");
	REFUSED(check(&c), FACTOR_SPENT, "jwt_service");
	c = claims();
	(void)text_copy(c.issuer, sizeof(c.issuer), "sigra:other");
	REFUSED(check(&c), FACTOR_SPENT, "jwt_issuer");
	c = claims();
	c.epoch = 2;
	REFUSED(check(&c), FACTOR_SPENT, "jwt_unknown");
}

static void
times(void)
{
	struct jwt_claims c = claims();
	struct factor_outcome right = check(&c);

	kit.env.now = c.expires_at - 1;
	CHECK_EQ(check(&c).result, FACTOR_RIGHT);
	CHECK_EQ(settle(&right), STATUS_OK);
	kit.env.now = c.expires_at;
	REFUSED(check(&c), FACTOR_SPENT, "jwt_expired");
	CHECK_EQ(settle(&right), STATUS_LOST);
	kit.env.now = c.issued_at;
	CHECK_EQ(check(&c).result, FACTOR_RIGHT);
	kit.env.now = c.issued_at - 1;
	REFUSED(check(&c), FACTOR_UNTIMELY, "clock");
	kit.env.now = KIT_NOW;
	kit.env.clock_behind = true;
	REFUSED(check(&c), FACTOR_UNTIMELY, "clock");
	kit.env.clock_behind = false;
	CHECK_EQ(check(&c).result, FACTOR_RIGHT);
}

/* Forged ones cost nobody a look into the store, whoever it is for. */
static void
forged(void)
{
	struct jwt_claims c = claims();
	struct factor_outcome out;
	SECRET(s);

	kit.keys.master[0] ^= 1;
	make(&c, &s);
	kit.keys.master[0] ^= 1;
	CHECK_OK(jwt_check(&kit.env, &kit.ann, &s, &out, &f), &f);
	REFUSED(out, FACTOR_WRONG, "jwt_forged");
	CHECK_OK(jwt_check(&kit.env, NULL, &s, &out, &f), &f);
	REFUSED(out, FACTOR_WRONG, "jwt_forged");
}

static void
ended(void)
{
	struct jwt_claims c = claims();
	struct factor_outcome right = check(&c);
	struct store_refresh r = row(2);

	CHECK_EQ(right.result, FACTOR_RIGHT);
	revoke(1);
	REFUSED(check(&c), FACTOR_SPENT, "jwt_revoked");
	CHECK_EQ(settle(&right), STATUS_LOST);
	put(&r);
	c.row = row_id(2);
	right = check(&c);
	CHECK_EQ(right.result, FACTOR_RIGHT);
	raise_epoch();
	REFUSED(check(&c), FACTOR_SPENT, "jwt_epoch");
	CHECK_EQ(settle(&right), STATUS_LOST);
	right.row = row_id(9);
	CHECK_EQ(settle(&right), STATUS_LOST);
}

static void
refresh_texts(void)
{
	uint8_t a[STORE_HASH_SIZE], b[STORE_HASH_SIZE];
	SECRET(s);

	CHECK_OK(token_text_make(JWT_REFRESH_PREFIX, &s, &f), &f);
	CHECK_OK(jwt_refresh_hash(&kit.keys, &s, a, &f), &f);
	CHECK_OK(token_text_make(JWT_REFRESH_PREFIX, &s, &f), &f);
	CHECK_OK(jwt_refresh_hash(&kit.keys, &s, b, &f), &f);
	CHECK(!crypto_equal(a, b));
	/* It is no app token, and an app token none of it. */
	CHECK(!token_shaped(&s));
	CHECK_OK(token_make(STORE_TOKEN_APP, &s, &f), &f);
	CHECK_EQ(jwt_refresh_hash(&kit.keys, &s, b, &f), STATUS_INVALID);
	kit_answer(&s, "sigra_rt_");
	CHECK_EQ(jwt_refresh_hash(&kit.keys, &s, b, &f), STATUS_INVALID);
}

int
main(void)
{
	kit_start();
	kit.env.issuer = "-";
	kit.env.host = HOST;
	kit.env.service = SERVICE;
	judged();
	times();
	forged();
	ended();
	refresh_texts();
	kit_end();
	return test_done();
}
