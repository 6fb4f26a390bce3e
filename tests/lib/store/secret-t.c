/* SPDX-License-Identifier: MIT */
/* Service accounts and their secrets. */
#include <stdio.h>

#include "fixture.h"
#include "store/people.h"

static struct fault f;

static struct store_secret
secret(unsigned n, unsigned account)
{
	struct store_secret x = { .id = fixture_id(n),
				  .account = fixture_id(account),
				  .created_at = NOW + n };

	(void)snprintf(x.label, sizeof(x.label), "secret%u", n);
	memset(x.hash, 0x33, sizeof(x.hash));
	memcpy(x.hash, &n, sizeof(n));
	return x;
}

static enum status
insert(struct store *s, const struct store_secret *x)
{
	enum status st;

	ALONE(s, st, store_secret_insert(s, x, &f));
	return st;
}

static enum status
used(struct store *s, unsigned n, int64_t now)
{
	const struct id id = fixture_id(n);
	enum status st;

	ALONE(s, st, store_secret_used(s, &id, now, &f));
	return st;
}

static enum status
revoke(struct store *s, unsigned account, const char *label, int64_t now)
{
	const struct id id = fixture_id(account);
	enum status st;

	ALONE(s, st, store_secret_revoke(s, &id, label, now, &f));
	return st;
}

static void
test_round_trip(struct store *s)
{
	struct store_secret x = secret(10, 1), got = { .used_at = 77 };
	const struct id one = fixture_id(1), two = fixture_id(2);

	x.expires_at = NOW + 100;
	CHECK_EQ(insert(s, &x), STATUS_OK);
	CHECK_OK(store_secret_find(s, &one, x.hash, &got, &f), &f);
	CHECK(memcmp(&x, &got, sizeof(x)) == 0);
	/* Another's is none. */
	CHECK_EQ(store_secret_find(s, &two, x.hash, &got, &f),
		 STATUS_NOT_FOUND);
	CHECK(memcmp(&x, &got, sizeof(x)) == 0);
	x = secret(11, 1);
	(void)strcpy(x.label, "secret10");
	CHECK_EQ(insert(s, &x), STATUS_CONFLICT);
	x = secret(11, 2);
	memcpy(x.hash, got.hash, sizeof(x.hash));
	CHECK_EQ(insert(s, &x), STATUS_CONFLICT);
	x = secret(11, 999);
	CHECK_EQ(insert(s, &x), STATUS_NOT_FOUND);
	x = secret(11, 1);
	x.label[0] = '\0';
	CHECK_EQ(insert(s, &x), STATUS_INVALID);
}

static void
test_revoke(struct store *s)
{
	struct store_secret x = secret(12, 1), got;
	const struct id one = fixture_id(1);

	CHECK_EQ(used(s, 10, NOW + 99), STATUS_OK);
	CHECK_EQ(used(s, 10, NOW + 100), STATUS_LOST); /* expired */
	CHECK_EQ(used(s, 999, NOW), STATUS_LOST);
	CHECK_EQ(revoke(s, 2, "secret10", NOW), STATUS_NOT_FOUND);
	CHECK_EQ(revoke(s, 1, "secret10", 0), STATUS_INVALID);
	CHECK_EQ(revoke(s, 1, "secret10", NOW + 50), STATUS_OK);
	CHECK_EQ(revoke(s, 1, "secret10", NOW + 51), STATUS_NOT_FOUND);
	CHECK_EQ(used(s, 10, NOW + 52), STATUS_LOST);
	CHECK_OK(store_secret_find(s, &one, secret(10, 1).hash, &got, &f), &f);
	CHECK_EQ(got.used_at, NOW + 99);
	CHECK_EQ(got.revoked_at, NOW + 50);
	/* The label is free, the secret is not. */
	(void)strcpy(x.label, "secret10");
	CHECK_EQ(insert(s, &x), STATUS_OK);
	CHECK_EQ(used(s, 12, INT64_MAX), STATUS_OK);
}

static bool
collect(void *ctx, const struct store_secret *x)
{
	(void)strcat(ctx, x->id.s + ID_LENGTH - 2);
	(void)strcat(ctx, x->revoked_at == 0 ? " " : "- ");
	return true;
}

static void
lists(struct store *s, unsigned account, const char *expected)
{
	const struct id id = fixture_id(account);
	char text[128] = "";

	CHECK_OK(store_secret_list(s, &id, collect, text, &f), &f);
	CHECK_STR(text, expected);
}

/* The revoked do not count. */
static void
test_limit(struct store *s)
{
	const struct id one = fixture_id(1);
	struct store_secret x;
	int64_t revoked = 77;
	enum status st;

	for (unsigned i = 0; i < STORE_SECRETS_MAX - 1; i++) {
		x = secret(20 + i, 1);
		CHECK_EQ(insert(s, &x), STATUS_OK);
	}
	x = secret(40, 1);
	CHECK_EQ(insert(s, &x), STATUS_REFUSED);
	x = secret(40, 2);
	CHECK_EQ(insert(s, &x), STATUS_OK);
	CHECK_EQ(revoke(s, 1, "secret28", NOW), STATUS_OK);
	x = secret(41, 1);
	CHECK_EQ(insert(s, &x), STATUS_OK);
	lists(s, 1, "41 28- 27 26 25 24 23 22 21 20 12 10- ");
	ALONE(s, st, store_secret_revoke_all(s, &one, 0, &revoked, &f));
	CHECK_EQ(st, STATUS_INVALID);
	CHECK_EQ(revoked, 77);
	ALONE(s, st, store_secret_revoke_all(s, &one, NOW, &revoked, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_EQ(revoked, STORE_SECRETS_MAX);
	lists(s, 2, "40 ");
	lists(s, 3, "");
}

static bool
collect_name(void *ctx, const struct store_account *a)
{
	CHECK_EQ(a->kind, STORE_SERVICE);
	(void)strcat(ctx, a->name);
	(void)strcat(ctx, " ");
	return true;
}

static void
services(struct store *s, unsigned org, const char *expected)
{
	const struct id id = fixture_id(org);
	char text[128] = "";

	CHECK_OK(store_service_list(s, &id, collect_name, text, &f), &f);
	CHECK_STR(text, expected);
}

static void
test_services(struct store *s)
{
	struct store_account a;
	enum status st;

	for (unsigned i = 3; i > 0; i--) {
		a = fixture_account(60 + i);
		a.kind = STORE_SERVICE;
		a.org = fixture_id(50 + i / 3);
		ALONE(s, st, store_account_insert(s, &a, &f));
		CHECK_EQ(st, STATUS_OK);
	}
	services(s, 50, "user61 user62 ");
	services(s, 51, "user63 ");
	services(s, 52, "");
	CHECK_OK(store_account_by_name(s, "user61", &a, &f), &f);
	CHECK_STR(a.org.s, fixture_id(50).s);
	a.state = STORE_DELETED;
	ALONE(s, st, store_account_update(s, &a, &f));
	services(s, 50, "user62 ");
}

int
main(void)
{
	struct store *s = fixture_store("secret");

	fixture_add_account(s, 1);
	fixture_add_account(s, 2);
	fixture_add_org(s, 50);
	fixture_add_org(s, 51);
	test_round_trip(s);
	test_revoke(s);
	test_limit(s);
	test_services(s);
	store_close(s);
	return test_done();
}
