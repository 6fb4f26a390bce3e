/* SPDX-License-Identifier: MIT */
/* App tokens, and service accounts with their secrets. */
#include "store/token.h"

#include <stdio.h>

#include "fixture.h"
#include "store/people.h"

static struct fault f;

static struct store_token
token(unsigned n, unsigned account)
{
	struct store_token t = { .id = fixture_id(n),
				 .account = fixture_id(account),
				 .kind = STORE_TOKEN_APP,
				 .scopes = "login:dovecot,login:smtp",
				 .sources = "192.0.2.0/24,2001:db8::/32",
				 .created_at = NOW + n,
				 .made_by = "uid:1000" };

	(void)snprintf(t.label, sizeof(t.label), "token%u", n);
	memset(t.hash, 0x33, sizeof(t.hash));
	memcpy(t.hash, &n, sizeof(n));
	return t;
}

static struct store_token
secret(unsigned n, unsigned account)
{
	struct store_token t = token(n, account);

	t.kind = STORE_TOKEN_SERVICE;
	return t;
}

static enum status
insert(struct store *s, const struct store_token *t)
{
	enum status st;

	ALONE(s, st, store_token_insert(s, t, &f));
	return st;
}

static enum status
used(struct store *s, unsigned n, int64_t now, const char *from)
{
	const struct id id = fixture_id(n);
	enum status st;

	ALONE(s, st, store_token_used(s, &id, now, from, &f));
	return st;
}

static enum status
revoke(struct store *s, unsigned n, int64_t now)
{
	const struct id id = fixture_id(n);
	enum status st;

	ALONE(s, st, store_token_revoke(s, &id, now, &f));
	return st;
}

static struct store_token
get(struct store *s, unsigned n)
{
	const struct id id = fixture_id(n);
	struct store_token t = { .used_at = 77 };

	CHECK_OK(store_token_by_id(s, &id, &t, &f), &f);
	return t;
}

static bool
same(const struct store_token *a, const struct store_token *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static void
test_round_trip(struct store *s)
{
	struct store_token t = token(10, 1), got = { .used_at = 77 };
	const struct id one = fixture_id(1), two = fixture_id(2);
	const struct store_token was = got;

	t.expires_at = NOW + 100;
	CHECK_EQ(insert(s, &t), STATUS_OK);
	/* Another's is none. */
	CHECK_EQ(store_token_find(s, &two, t.hash, &got, &f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(store_token_by_label(s, &two, t.label, &got, &f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(store_token_by_id(s, &two, &got, &f), STATUS_NOT_FOUND);
	CHECK(same(&was, &got));
	CHECK_OK(store_token_find(s, &one, t.hash, &got, &f), &f);
	CHECK(same(&t, &got));
	got = was;
	CHECK_OK(store_token_by_label(s, &one, t.label, &got, &f), &f);
	CHECK(same(&t, &got));
	got = get(s, 10);
	CHECK(same(&t, &got));
}

static void
test_refused(struct store *s)
{
	struct store_token t = token(11, 1);

	(void)strcpy(t.label, "token10");
	CHECK_EQ(insert(s, &t), STATUS_CONFLICT);
	t = token(11, 2);
	memcpy(t.hash, token(10, 1).hash, sizeof(t.hash));
	CHECK_EQ(insert(s, &t), STATUS_CONFLICT);
	t = token(11, 999);
	CHECK_EQ(insert(s, &t), STATUS_NOT_FOUND);
	t = token(11, 1);
	t.label[0] = '\0';
	CHECK_EQ(insert(s, &t), STATUS_INVALID);
	t = token(11, 1);
	t.scopes[0] = '\0';
	CHECK_EQ(insert(s, &t), STATUS_INVALID);
	t = token(11, 1);
	t.kind = (enum store_token_kind)3;
	CHECK_EQ(insert(s, &t), STATUS_INVALID);
}

/* Of a few minutes the first use is told, and where it came from. */
static void
test_used(struct store *s)
{
	CHECK_EQ(used(s, 10, NOW - 700, "ip:192.0.2.1"), STATUS_OK);
	CHECK_EQ(get(s, 10).used_at, NOW - 700);
	CHECK_STR(get(s, 10).used_from, "ip:192.0.2.1");
	CHECK_EQ(used(s, 10, NOW - 401, "ip:192.0.2.2"), STATUS_OK);
	CHECK_EQ(get(s, 10).used_at, NOW - 700);
	CHECK_STR(get(s, 10).used_from, "ip:192.0.2.1");
	CHECK_EQ(used(s, 10, NOW - 400, "ip:192.0.2.2"), STATUS_OK);
	CHECK_EQ(get(s, 10).used_at, NOW - 400);
	CHECK_STR(get(s, 10).used_from, "ip:192.0.2.2");
	/* A clock that was put back takes nothing back. */
	CHECK_EQ(used(s, 10, NOW - 9000, "ip:192.0.2.3"), STATUS_OK);
	CHECK_EQ(get(s, 10).used_at, NOW - 400);
	CHECK_STR(get(s, 10).used_from, "ip:192.0.2.2");
	CHECK_EQ(used(s, 10, NOW + 99, ""), STATUS_OK);
	CHECK_EQ(used(s, 10, NOW + 100, ""), STATUS_LOST); /* expired */
	CHECK_EQ(used(s, 999, NOW, ""), STATUS_LOST);
	CHECK_EQ(get(s, 10).used_at, NOW + 99);
}

static void
counts(struct store *s, enum store_token_kind kind, int64_t now,
       int64_t expected)
{
	const struct id one = fixture_id(1);
	int64_t n = -1;

	CHECK_OK(store_token_count(s, &one, kind, now, &n, &f), &f);
	CHECK_EQ(n, expected);
}

static void
test_revoke(struct store *s)
{
	struct store_token t = token(12, 1), got;
	const struct id one = fixture_id(1);

	counts(s, STORE_TOKEN_APP, NOW + 99, 1);
	counts(s, STORE_TOKEN_APP, NOW + 100, 0);
	counts(s, STORE_TOKEN_SERVICE, NOW, 0);
	CHECK_EQ(revoke(s, 999, NOW), STATUS_NOT_FOUND);
	CHECK_EQ(revoke(s, 10, 0), STATUS_INVALID);
	CHECK_EQ(revoke(s, 10, NOW + 50), STATUS_OK);
	CHECK_EQ(revoke(s, 10, NOW + 51), STATUS_NOT_FOUND);
	CHECK_EQ(used(s, 10, NOW + 52, ""), STATUS_LOST);
	CHECK_EQ(get(s, 10).revoked_at, NOW + 50);
	counts(s, STORE_TOKEN_APP, NOW, 0);
	CHECK_EQ(store_token_by_label(s, &one, "token10", &got, &f),
		 STATUS_NOT_FOUND);
	/* The label is free, the token is not. */
	(void)strcpy(t.label, "token10");
	CHECK_EQ(insert(s, &t), STATUS_OK);
	CHECK_EQ(used(s, 12, INT64_MAX, ""), STATUS_OK);
	counts(s, STORE_TOKEN_APP, INT64_MAX, 1);
}

static bool
collect(void *ctx, const struct store_token *t)
{
	(void)strcat(ctx, t->id.s + ID_LENGTH - 2);
	(void)strcat(ctx, t->revoked_at == 0 ? " " : "- ");
	return true;
}

static void
lists(struct store *s, unsigned account, const char *expected)
{
	const struct id id = fixture_id(account);
	char text[256] = "";

	CHECK_OK(store_token_list(s, &id, collect, text, &f), &f);
	CHECK_STR(text, expected);
}

static void
lists_all(struct store *s, unsigned after, const char *expected)
{
	const struct id id = fixture_id(after);
	char text[256] = "";

	CHECK_OK(store_token_list_all(s, after == 0 ? NULL : &id, collect,
				      text, &f),
		 &f);
	CHECK_STR(text, expected);
}

/* The revoked do not count. */
static void
test_limit(struct store *s)
{
	const struct id one = fixture_id(1);
	struct store_token t;
	int64_t revoked = 77;
	enum status st;

	for (unsigned i = 0; i < STORE_SECRETS_MAX; i++) {
		t = secret(20 + i, 1);
		CHECK_EQ(insert(s, &t), STATUS_OK);
	}
	t = secret(40, 1);
	CHECK_EQ(insert(s, &t), STATUS_REFUSED);
	t = secret(40, 2);
	CHECK_EQ(insert(s, &t), STATUS_OK);
	CHECK_EQ(revoke(s, 28, NOW), STATUS_OK);
	t = secret(41, 1);
	CHECK_EQ(insert(s, &t), STATUS_OK);
	lists(s, 1, "41 29 28- 27 26 25 24 23 22 21 20 12 10- ");
	lists_all(s, 0, "10- 12 20 21 22 23 24 25 26 27 28- 29 40 41 ");
	lists_all(s, 27, "28- 29 40 41 ");
	ALONE(s, st, store_token_revoke_all(s, &one, 0, &revoked, &f));
	CHECK_EQ(st, STATUS_INVALID);
	CHECK_EQ(revoked, 77);
	ALONE(s, st, store_token_revoke_all(s, &one, NOW, &revoked, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_EQ(revoked, STORE_SECRETS_MAX + 1);
	lists(s, 2, "40 ");
	lists(s, 3, "");
	for (unsigned i = 0; i < STORE_TOKENS_MAX; i++) {
		t = token(50 + i, 2);
		CHECK_EQ(insert(s, &t), STATUS_OK);
	}
	t = token(90, 2);
	CHECK_EQ(insert(s, &t), STATUS_REFUSED);
}

/* Ninety days later, whether it was revoked or has expired. */
static void
test_prune(struct store *s)
{
	struct store_prune p = { .ended = NOW + 100 };
	struct store_token t = token(91, 3);
	int64_t dropped = 0;
	enum status st;

	t.expires_at = NOW + 99;
	CHECK_EQ(insert(s, &t), STATUS_OK);
	t = token(92, 3);
	t.expires_at = NOW + 100;
	CHECK_EQ(insert(s, &t), STATUS_OK);
	t = token(93, 3);
	t.expires_at = NOW + 99;
	CHECK_EQ(insert(s, &t), STATUS_OK);
	CHECK_EQ(revoke(s, 93, NOW + 100), STATUS_OK);
	t = token(94, 3);
	CHECK_EQ(insert(s, &t), STATUS_OK);
	CHECK_EQ(revoke(s, 94, NOW + 99), STATUS_OK);
	lists(s, 3, "94- 93- 92 91 ");
	ALONE(s, st, store_prune(s, &p, &dropped, &f));
	CHECK_EQ(st, STATUS_OK);
	lists(s, 3, "93- 92 ");
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
	struct store *s = fixture_store("token");

	fixture_add_account(s, 1);
	fixture_add_account(s, 2);
	fixture_add_org(s, 50);
	fixture_add_org(s, 51);
	fixture_add_account(s, 3);
	test_round_trip(s);
	test_refused(s);
	test_used(s);
	test_revoke(s);
	test_limit(s);
	test_prune(s);
	test_services(s);
	store_close(s);
	return test_done();
}
