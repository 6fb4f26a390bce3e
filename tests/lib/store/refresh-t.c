/* SPDX-License-Identifier: MIT */
/* Refresh tokens and their families. */
#include "store/refresh.h"

#include "fixture.h"
#include "store/people.h"
#include "store/restore.h"

static struct fault f;

/* The N-th, of the family that begins with FIRST. */
static struct store_refresh
token(unsigned n, unsigned first, unsigned account)
{
	struct store_refresh r = { .id = fixture_id(n),
				   .family = fixture_id(first),
				   .account = fixture_id(account),
				   .service = "dovecot",
				   .epoch = 1,
				   .created_at = NOW,
				   .expires_at = NOW + 1000 };

	memset(r.hash, 0x44, sizeof(r.hash));
	memcpy(r.hash, &n, sizeof(n));
	return r;
}

static enum status
insert(struct store *s, const struct store_refresh *r)
{
	enum status st;

	ALONE(s, st, store_refresh_insert(s, r, &f));
	return st;
}

static enum status
spend(struct store *s, unsigned n, int64_t now)
{
	const struct id id = fixture_id(n);
	enum status st;

	ALONE(s, st, store_refresh_spend(s, &id, now, &f));
	return st;
}

static void
revoke(struct store *s, unsigned family, int64_t now)
{
	const struct id id = fixture_id(family);
	enum status st;

	ALONE(s, st, store_refresh_revoke(s, &id, now, &f));
	CHECK_OK(st, &f);
}

static int64_t
revoke_all(struct store *s, unsigned account, int64_t now)
{
	const struct id id = fixture_id(account);
	int64_t families = -1;
	enum status st;

	ALONE(s, st, store_refresh_revoke_all(s, &id, now, &families, &f));
	CHECK_OK(st, &f);
	return families;
}

static int64_t
families(struct store *s, unsigned account, int64_t now)
{
	const struct id id = fixture_id(account);
	int64_t n = -1;

	CHECK_OK(store_refresh_families(s, &id, now, &n, &f), &f);
	return n;
}

static struct store_refresh
get(struct store *s, unsigned n)
{
	const struct id id = fixture_id(n);
	struct store_refresh r = { .spent_at = -1 };

	CHECK_OK(store_refresh_by_id(s, &id, &r, &f), &f);
	return r;
}

static void
test_round_trip(struct store *s)
{
	const struct id none = fixture_id(99);
	struct store_refresh r = token(10, 10, 1), got = { .spent_at = 77 };

	CHECK_EQ(store_refresh_insert(s, &r, &f), STATUS_CONFLICT);
	CHECK_EQ(insert(s, &r), STATUS_OK);
	got = get(s, 10);
	CHECK(memcmp(&r, &got, sizeof(r)) == 0);
	memset(&got, 0, sizeof(got));
	CHECK_OK(store_refresh_find(s, r.hash, &got, &f), &f);
	CHECK(memcmp(&r, &got, sizeof(r)) == 0);
	CHECK_EQ(store_refresh_by_id(s, &none, &got, &f), STATUS_NOT_FOUND);
	r.hash[31] ^= 1;
	CHECK_EQ(store_refresh_find(s, r.hash, &got, &f), STATUS_NOT_FOUND);
	/* The same id, the same hash, a second of the family that is not
	 * spent, an account that is not there. */
	CHECK_EQ(insert(s, &r), STATUS_CONFLICT);
	r = token(11, 11, 1);
	r.hash[0] = 10;
	CHECK_EQ(insert(s, &r), STATUS_CONFLICT);
	r = token(11, 10, 1);
	CHECK_EQ(insert(s, &r), STATUS_CONFLICT);
	r = token(11, 11, 50);
	CHECK_EQ(insert(s, &r), STATUS_NOT_FOUND);
}

static void
test_spend(struct store *s)
{
	struct store_refresh r = token(11, 10, 1);

	CHECK_EQ(spend(s, 99, NOW), STATUS_LOST);
	CHECK_EQ(spend(s, 10, NOW + 1000), STATUS_LOST);
	CHECK_EQ(spend(s, 10, 0), STATUS_INVALID);
	CHECK_EQ(get(s, 10).spent_at, 0);
	CHECK_EQ(spend(s, 10, NOW + 5), STATUS_OK);
	CHECK_EQ(get(s, 10).spent_at, NOW + 5);
	CHECK_EQ(spend(s, 10, NOW + 6), STATUS_LOST);
	CHECK_EQ(get(s, 10).spent_at, NOW + 5);
	CHECK_EQ(families(s, 1, NOW), 0);
	CHECK_EQ(insert(s, &r), STATUS_OK);
	CHECK_EQ(families(s, 1, NOW), 1);
	CHECK_EQ(families(s, 1, NOW + 1000), 0);
}

static void
test_revoke(struct store *s)
{
	struct store_refresh r = token(20, 20, 1);

	CHECK_EQ(insert(s, &r), STATUS_OK);
	revoke(s, 10, NOW + 7);
	CHECK_EQ(get(s, 10).revoked_at, NOW + 7);
	CHECK_EQ(get(s, 11).revoked_at, NOW + 7);
	CHECK_EQ(get(s, 20).revoked_at, 0);
	CHECK_EQ(spend(s, 11, NOW + 8), STATUS_LOST);
	revoke(s, 10, NOW + 9);
	CHECK_EQ(get(s, 11).revoked_at, NOW + 7);
	CHECK_EQ(families(s, 1, NOW), 1);
	r = token(21, 21, 2);
	CHECK_EQ(insert(s, &r), STATUS_OK);
	CHECK_EQ(revoke_all(s, 1, NOW + 10), 1);
	CHECK_EQ(revoke_all(s, 1, NOW + 11), 0);
	CHECK_EQ(get(s, 20).revoked_at, NOW + 10);
	CHECK_EQ(get(s, 21).revoked_at, 0);
}

/* As many families as may be; their further tokens are no further ones. */
static void
test_limit(struct store *s)
{
	struct store_refresh r;

	for (unsigned i = 0; i < STORE_FAMILIES_MAX - 1; i++) {
		r = token(30 + i, 30 + i, 2);
		CHECK_EQ(insert(s, &r), STATUS_OK);
	}
	CHECK_EQ(families(s, 2, NOW), STORE_FAMILIES_MAX);
	r = token(60, 60, 2);
	CHECK_EQ(insert(s, &r), STATUS_REFUSED);
	CHECK(strstr(f.text, "token revoke-jwt") != NULL);
	CHECK_EQ(spend(s, 30, NOW + 1), STATUS_OK);
	r = token(61, 30, 2);
	CHECK_EQ(insert(s, &r), STATUS_OK);
	/* Those that are over count no more. */
	r = token(60, 60, 2);
	r.created_at = NOW + 1000;
	r.expires_at = NOW + 2000;
	CHECK_EQ(insert(s, &r), STATUS_OK);
}

/* What is of a past epoch is void: it is counted no more, and takes no room.
 */
static void
test_epoch(struct store *s)
{
	const struct id one = fixture_id(1);
	struct store_refresh r = token(70, 70, 1);
	struct store_account a;
	enum status st;

	CHECK_EQ(insert(s, &r), STATUS_OK);
	CHECK_EQ(families(s, 1, NOW), 1);
	CHECK_OK(store_account_by_id(s, &one, &a, &f), &f);
	a.epoch++;
	ALONE(s, st, store_account_update(s, &a, &f));
	CHECK_OK(st, &f);
	CHECK_EQ(families(s, 1, NOW), 0);
	r = token(71, 71, 1);
	r.epoch = a.epoch;
	CHECK_EQ(insert(s, &r), STATUS_OK);
	CHECK_EQ(families(s, 1, NOW), 1);
	CHECK_EQ(revoke_all(s, 1, NOW), 1);
	CHECK(get(s, 70).revoked_at != 0);
}

static int64_t
prune(struct store *s, int64_t now)
{
	const struct store_prune p = { .now = now };
	int64_t dropped = -1;
	enum status st;

	ALONE(s, st, store_prune(s, &p, &dropped, &f));
	CHECK_OK(st, &f);
	return dropped;
}

static void
test_end(struct store *s)
{
	const struct id two = fixture_id(2), id = fixture_id(60);
	struct store_voided voided;
	struct store_refresh r;
	enum status st;

	CHECK_EQ(prune(s, NOW + 1000), 0);
	CHECK_EQ(prune(s, NOW + 1001), 3 + 1 + STORE_FAMILIES_MAX + 2);
	CHECK_EQ(get(s, 60).revoked_at, 0);
	ALONE(s, st, store_void_hashed(s, NOW + 1100, &voided, &f));
	CHECK_OK(st, &f);
	CHECK_EQ(get(s, 60).revoked_at, NOW + 1100);
	ALONE(s, st, store_account_forget(s, &two, &f));
	CHECK_OK(st, &f);
	CHECK_EQ(store_refresh_by_id(s, &id, &r, &f), STATUS_NOT_FOUND);
}

int
main(void)
{
	struct store *s = fixture_store("refresh");

	fixture_add_account(s, 1);
	fixture_add_account(s, 2);
	test_round_trip(s);
	test_spend(s);
	test_revoke(s);
	test_limit(s);
	test_epoch(s);
	test_end(s);
	store_close(s);
	return test_done();
}
