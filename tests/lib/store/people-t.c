/* SPDX-License-Identifier: MIT */
/* Attributes, an address to come, administrators, and who acts as whom. */
#include <stdio.h>

#include "base/text.h"
#include "fixture.h"
#include "store/people.h"

static struct fault f;

static enum status
put(struct store *s, unsigned account, const char *key, const char *value,
    bool exported)
{
	const struct id id = fixture_id(account);
	struct store_attribute a = { .exported = exported };
	enum status st;

	(void)strcpy(a.key, key);
	(void)strcpy(a.value, value);
	ALONE(s, st, store_attribute_put(s, &id, &a, &f));
	return st;
}

static bool
collect_attribute(void *ctx, const struct store_attribute *a)
{
	char *text = ctx;
	size_t used = strlen(text);

	(void)snprintf(text + used, 128 - used, "%s=%s%s ", a->key, a->value,
		       a->exported ? "!" : "");
	return used < 60;
}

static void
attributes(struct store *s, unsigned account, const char *expected)
{
	const struct id id = fixture_id(account);
	char text[128] = "";

	CHECK_OK(store_attribute_list(s, &id, collect_attribute, text, &f),
		 &f);
	CHECK_STR(text, expected);
}

static void
test_attribute(struct store *s)
{
	const struct id one = fixture_id(1);
	enum status st;
	char key[8];

	CHECK_EQ(put(s, 1, "team", "blue", false), STATUS_OK);
	CHECK_EQ(put(s, 1, "desk", "", true), STATUS_OK);
	CHECK_EQ(put(s, 1, "team", "red", true), STATUS_OK);
	CHECK_EQ(put(s, 2, "team", "green", false), STATUS_OK);
	CHECK_EQ(put(s, 999, "team", "green", false), STATUS_NOT_FOUND);
	CHECK_EQ(put(s, 1, "", "green", false), STATUS_INVALID);
	attributes(s, 1, "desk=! team=red! ");
	for (unsigned i = 2; i < STORE_ATTRIBUTES_MAX; i++) {
		(void)snprintf(key, sizeof(key), "z%u", i);
		CHECK_EQ(put(s, 1, key, "x", false), STATUS_OK);
	}
	CHECK_EQ(put(s, 1, "one.more", "x", false), STATUS_REFUSED);
	CHECK_EQ(put(s, 1, "desk", "7", true), STATUS_OK);
	ALONE(s, st, store_attribute_delete(s, &one, "team", &f));
	CHECK_EQ(st, STATUS_OK);
	ALONE(s, st, store_attribute_delete(s, &one, "team", &f));
	CHECK_EQ(st, STATUS_NOT_FOUND);
	CHECK_EQ(put(s, 1, "one.more", "x", false), STATUS_OK);
	ALONE(s, st, store_attribute_delete_all(s, &one, &f));
	CHECK_EQ(st, STATUS_OK);
	attributes(s, 1, "");
	attributes(s, 2, "team=green ");
}

static void
test_email(struct store *s)
{
	struct store_email_change c = { .account = fixture_id(1),
					.created_at = NOW,
					.expires_at = NOW + 9 },
				  got = { .expires_at = 77 };
	enum status st;

	(void)strcpy(c.email, "ann@example.org");
	memset(c.hash, 0x11, sizeof(c.hash));
	ALONE(s, st, store_email_change_put(s, &c, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_OK(store_email_change_get(s, &c.account, &got, &f), &f);
	CHECK(memcmp(&c, &got, sizeof(c)) == 0);
	(void)strcpy(c.email, "ann@example.com");
	memset(c.hash, 0x22, sizeof(c.hash));
	c.created_at = NOW + 1;
	c.expires_at = NOW + 10;
	ALONE(s, st, store_email_change_put(s, &c, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_OK(store_email_change_get(s, &c.account, &got, &f), &f);
	CHECK(memcmp(&c, &got, sizeof(c)) == 0);
	for (int i = 0; i < 2; i++) {
		ALONE(s, st, store_email_change_delete(s, &c.account, &f));
		CHECK_EQ(st, STATUS_OK);
	}
	CHECK_EQ(store_email_change_get(s, &c.account, &got, &f),
		 STATUS_NOT_FOUND);
	c.email[0] = '\0';
	ALONE(s, st, store_email_change_put(s, &c, &f));
	CHECK_EQ(st, STATUS_INVALID);
	(void)strcpy(c.email, "ann@example.com");
	c.account = fixture_id(999);
	ALONE(s, st, store_email_change_put(s, &c, &f));
	CHECK_EQ(st, STATUS_NOT_FOUND);
}

static void
test_password_policy(struct store *s)
{
	struct store_password_policy p = { .min_length = 77 }, got;
	static const struct store_password_policy wrong[] = {
		{ .min_length = 7 },
		{ .min_length = 129 },
		{ .min_length = 8, .history = 25 },
		{ .min_length = 8, .max_days = 3651 },
		{ .min_length = 8, .warn_days = -1 },
		{ .min_length = 8, .min_days = 366 },
		{ .min_length = 8, .max_days = 7, .min_days = 7 },
	};
	enum status st;

	CHECK_OK(store_password_policy_get(s, &p, &f), &f);
	CHECK(p.min_length == 8 && p.history == 5 && p.max_days == 0 &&
	      p.warn_days == 14 && p.min_days == 0 && p.breached);
	p = (struct store_password_policy){ 12, 24, 90, 7, 2, false };
	ALONE(s, st, store_password_policy_put(s, &p, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_OK(store_password_policy_get(s, &got, &f), &f);
	CHECK(got.min_length == 12 && got.history == 24 &&
	      got.max_days == 90 && got.warn_days == 7 && got.min_days == 2);
	CHECK(!got.breached);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		ALONE(s, st, store_password_policy_put(s, &wrong[i], &f));
		CHECK_EQ(st, STATUS_INVALID);
	}
}

static bool
collect_administrator(void *ctx, const struct store_administrator *a)
{
	(void)strcat(ctx, a->account.s + ID_LENGTH - 1);
	(void)strcat(ctx, a->granted_by);
	(void)strcat(ctx, " ");
	return true;
}

static bool
administrator(struct store *s, unsigned n)
{
	const struct id id = fixture_id(n);
	bool is = false;

	CHECK_OK(store_administrator_is(s, n == 0 ? NULL : &id, &is, &f), &f);
	return is;
}

static void
test_administrator(struct store *s)
{
	struct store_administrator a = { .account = fixture_id(2),
					 .granted_by = "root",
					 .granted_at = NOW };
	struct store_account gone;
	char text[64] = "";
	enum status st;

	CHECK(!administrator(s, 0) && !administrator(s, 2));
	ALONE(s, st, store_administrator_insert(s, &a, &f));
	CHECK_EQ(st, STATUS_OK);
	ALONE(s, st, store_administrator_insert(s, &a, &f));
	CHECK_EQ(st, STATUS_CONFLICT);
	a.account = fixture_id(999);
	ALONE(s, st, store_administrator_insert(s, &a, &f));
	CHECK_EQ(st, STATUS_NOT_FOUND);
	a = (struct store_administrator){ fixture_id(1), "two", NOW + 1 };
	ALONE(s, st, store_administrator_insert(s, &a, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK(administrator(s, 0) && administrator(s, 1) &&
	      administrator(s, 2) && !administrator(s, 3));
	CHECK_OK(store_administrator_list(s, collect_administrator, text, &f),
		 &f);
	CHECK_STR(text, "2root 1two ");
	ALONE(s, st, store_administrator_delete(s, &a.account, &f));
	CHECK_EQ(st, STATUS_OK);
	ALONE(s, st, store_administrator_delete(s, &a.account, &f));
	CHECK_EQ(st, STATUS_NOT_FOUND);
	CHECK(administrator(s, 0) && !administrator(s, 1));
	a.account = fixture_id(2);
	CHECK_OK(store_account_by_id(s, &a.account, &gone, &f), &f);
	gone.state = STORE_DELETED;
	ALONE(s, st, store_account_update(s, &gone, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK(!administrator(s, 0));
}

static struct store_impersonation
impersonation(unsigned n)
{
	struct store_impersonation i = { .id = fixture_id(n),
					 .account = fixture_id(1),
					 .actor = "root",
					 .reason = "a ticket",
					 .created_at = NOW,
					 .expires_at = NOW + 100 };

	memset(i.hash, 0x44, sizeof(i.hash));
	memcpy(i.hash, &n, sizeof(n));
	return i;
}

static enum status
insert(struct store *s, const struct store_impersonation *i)
{
	enum status st;

	ALONE(s, st, store_impersonation_insert(s, i, &f));
	return st;
}

static enum status
spend(struct store *s, unsigned n, int64_t now)
{
	const struct id id = fixture_id(n);
	enum status st;

	ALONE(s, st, store_impersonation_spend(s, &id, now, &f));
	return st;
}

static void
test_impersonation(struct store *s)
{
	struct store_impersonation i = impersonation(10), got;
	const struct id one = fixture_id(1), three = fixture_id(3);
	enum status st;

	CHECK_EQ(insert(s, &i), STATUS_OK);
	CHECK_EQ(insert(s, &i), STATUS_CONFLICT);
	CHECK_OK(store_impersonation_find(s, &one, i.hash, &got, &f), &f);
	CHECK(memcmp(&i, &got, sizeof(i)) == 0);
	CHECK_EQ(store_impersonation_find(s, &three, i.hash, &got, &f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(spend(s, 10, 0), STATUS_INVALID);
	CHECK_EQ(spend(s, 10, NOW + 100), STATUS_LOST);
	CHECK_EQ(spend(s, 10, NOW + 99), STATUS_OK);
	CHECK_EQ(spend(s, 10, NOW + 99), STATUS_LOST);
	CHECK_OK(store_impersonation_find(s, &one, i.hash, &got, &f), &f);
	CHECK_EQ(got.spent_at, NOW + 99);
	i = impersonation(11);
	CHECK_EQ(insert(s, &i), STATUS_OK);
	ALONE(s, st, store_impersonation_void(s, &one, 0, &f));
	CHECK_EQ(st, STATUS_INVALID);
	ALONE(s, st, store_impersonation_void(s, &three, NOW, &f));
	CHECK_EQ(st, STATUS_OK);
	ALONE(s, st, store_impersonation_void(s, &one, NOW, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_EQ(spend(s, 11, NOW + 1), STATUS_LOST);
	CHECK_OK(store_impersonation_find(s, &one, i.hash, &got, &f), &f);
	CHECK_EQ(got.spent_at, NOW);
	i = impersonation(13);
	(void)text_copy(i.actor, sizeof(i.actor), three.s);
	CHECK_EQ(insert(s, &i), STATUS_OK);
	ALONE(s, st, store_impersonation_void_by(s, &three, 0, &f));
	CHECK_EQ(st, STATUS_INVALID);
	ALONE(s, st, store_impersonation_void_by(s, &one, NOW, &f));
	CHECK_OK(store_impersonation_find(s, &one, i.hash, &got, &f), &f);
	CHECK_EQ(got.spent_at, 0);
	ALONE(s, st, store_impersonation_void_by(s, &three, NOW, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_EQ(spend(s, 13, NOW + 1), STATUS_LOST);
	i = impersonation(12);
	i.reason[0] = '\0';
	CHECK_EQ(insert(s, &i), STATUS_INVALID);
	i = impersonation(12);
	i.account = fixture_id(999);
	CHECK_EQ(insert(s, &i), STATUS_NOT_FOUND);
}

static bool
runs(struct store *s, unsigned account, int64_t now, int64_t since)
{
	const struct id id = fixture_id(account);
	bool out = false;

	CHECK_OK(store_impersonation_runs(s, &id, now, since, &out, &f), &f);
	return out;
}

static void
test_runs_login(struct store *s)
{
	struct store_login l = { .id = fixture_id(20),
				 .account = fixture_id(1),
				 .user = "user1",
				 .at = NOW,
				 .uptime = -1,
				 .ruid = -1 };
	enum status st;

	ALONE(s, st, store_login_insert(s, &l, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK(!runs(s, 1, NOW, NOW)); /* as oneself */
	l.id = fixture_id(21);
	(void)strcpy(l.impersonator, "root");
	ALONE(s, st, store_login_insert(s, &l, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK(runs(s, 1, NOW, NOW));
	CHECK(!runs(s, 1, NOW, NOW + 1));
	CHECK(!runs(s, 3, NOW, NOW));
	ALONE(s, st, store_login_consume(s, &l.id, NOW + 1, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK(!runs(s, 1, NOW, NOW));
}

static void
test_runs_session(struct store *s)
{
	struct store_session row = { .id = fixture_id(30),
				     .account = fixture_id(1),
				     .opened_at = NOW };
	enum status st;

	ALONE(s, st, store_session_insert(s, &row, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK(!runs(s, 1, NOW, NOW)); /* as oneself */
	row.id = fixture_id(31);
	(void)strcpy(row.impersonator, "root");
	row.ends_at = NOW + 5;
	ALONE(s, st, store_session_insert(s, &row, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK(runs(s, 1, NOW + 4, NOW));
	CHECK(!runs(s, 1, NOW + 5, NOW));
	CHECK(!runs(s, 3, NOW, NOW));
	row.id = fixture_id(32);
	row.ends_at = 0;
	ALONE(s, st, store_session_insert(s, &row, &f));
	CHECK(runs(s, 1, NOW + 5, NOW));
	ALONE(s, st, store_session_close(s, &row.id, "closed", NOW + 6, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK(!runs(s, 1, NOW + 5, NOW));
}

int
main(void)
{
	struct store *s = fixture_store("people");

	for (unsigned i = 1; i <= 3; i++)
		fixture_add_account(s, i);
	test_attribute(s);
	test_email(s);
	test_password_policy(s);
	test_administrator(s);
	test_impersonation(s);
	test_runs_login(s);
	test_runs_session(s);
	store_close(s);
	return test_done();
}
