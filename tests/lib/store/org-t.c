/* SPDX-License-Identifier: MIT */
/* Organizations, their slugs, and who belongs to them. */
#include <stdio.h>

#include "fixture.h"
#include "store/org.h"

static struct fault f;

static struct store_org
org(unsigned n, const char *slug)
{
	struct store_org o = { .id = fixture_id(n),
			       .created_at = NOW,
			       .version = 1 };

	(void)strcpy(o.slug, slug);
	(void)snprintf(o.name, sizeof(o.name), "Org %u", n);
	return o;
}

static enum status
insert(struct store *s, const struct store_org *o)
{
	enum status st;

	ALONE(s, st, store_org_insert(s, o, NOW, &f));
	return st;
}

static enum status
update(struct store *s, const struct store_org *o)
{
	enum status st;

	ALONE(s, st, store_org_update(s, o, &f));
	return st;
}

static enum status
past(struct store *s, const char *slug, unsigned n, int64_t until)
{
	const struct id id = fixture_id(n);
	enum status st;

	ALONE(s, st, store_org_past(s, slug, &id, until, &f));
	return st;
}

static void
slug_is(struct store *s, const char *slug, int64_t now, unsigned n)
{
	struct store_org o = { .version = 77 };

	CHECK_OK(store_org_by_slug(s, slug, now, &o, &f), &f);
	CHECK_STR(o.id.s, fixture_id(n).s);
}

static void
test_round_trip(struct store *s)
{
	struct store_org o = org(10, "acme"), got = { .version = 77 };
	const struct id none = fixture_id(999);

	(void)strcpy(o.words, "anvil roadrunner");
	o.personal = true;
	o.require_mfa = true;
	o.token_expiry = true;
	o.token_max = STORE_ORG_TOKEN_MAX;
	CHECK_EQ(store_org_insert(s, &o, NOW, &f), STATUS_CONFLICT);
	CHECK_EQ(insert(s, &o), STATUS_OK);
	CHECK_OK(store_org_by_id(s, &o.id, &got, &f), &f);
	CHECK(memcmp(&o, &got, sizeof(o)) == 0);
	CHECK_EQ(store_org_by_id(s, &none, &got, &f), STATUS_NOT_FOUND);
	CHECK_EQ(store_org_by_slug(s, "ACME", NOW, &got, &f),
		 STATUS_NOT_FOUND);
	CHECK(memcmp(&o, &got, sizeof(o)) == 0);
	slug_is(s, "acme", NOW, 10);
	o = org(11, "acme");
	CHECK_EQ(insert(s, &o), STATUS_CONFLICT);
	o = org(11, "ab");
	CHECK_EQ(insert(s, &o), STATUS_INVALID);
	o = org(11, "abc");
	o.name[0] = '\0';
	CHECK_EQ(insert(s, &o), STATUS_INVALID);
	o = org(11, "abc");
	o.token_max = STORE_ORG_TOKEN_MAX + 1;
	CHECK_EQ(insert(s, &o), STATUS_INVALID);
	o.token_max = -1;
	CHECK_EQ(insert(s, &o), STATUS_INVALID);
}

static void
test_update(struct store *s)
{
	struct store_org o = org(10, "acme"), got, stranger = org(998, "none");

	o.created_at = 5; /* is not written */
	o.token_max = 86400;
	(void)strcpy(o.name, "Acme, Inc.");
	CHECK_EQ(update(s, &o), STATUS_OK);
	(void)strcpy(o.name, "second");
	CHECK_EQ(update(s, &o), STATUS_LOST);
	CHECK_EQ(update(s, &stranger), STATUS_NOT_FOUND);
	CHECK_OK(store_org_by_id(s, &o.id, &got, &f), &f);
	CHECK_STR(got.name, "Acme, Inc.");
	CHECK_EQ(got.version, 2);
	CHECK_EQ(got.created_at, NOW);
	CHECK(!got.personal && !got.require_mfa && !got.token_expiry);
	CHECK_EQ(got.token_max, 86400);
}

/* A slug that was given up answers for a while, and for nobody else. */
static void
test_slug(struct store *s)
{
	struct store_org o = org(20, "first"), other = org(21, "first"), got;

	CHECK_EQ(insert(s, &o), STATUS_OK);
	(void)strcpy(o.slug, "acme");
	CHECK_EQ(update(s, &o), STATUS_CONFLICT);
	(void)strcpy(o.slug, "second");
	CHECK_EQ(update(s, &o), STATUS_OK);
	CHECK_EQ(past(s, "first", 20, NOW + 7), STATUS_OK);
	CHECK_EQ(past(s, "first", 999, NOW + 7), STATUS_NOT_FOUND);
	slug_is(s, "first", NOW + 6, 20);
	slug_is(s, "second", NOW + 6, 20);
	CHECK_EQ(store_org_by_slug(s, "first", NOW + 7, &got, &f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(insert(s, &other), STATUS_CONFLICT);
	CHECK(strstr(f.text, "first") != NULL);
	CHECK_EQ(past(s, "first", 20, NOW), STATUS_OK); /* no more */
	CHECK_EQ(insert(s, &other), STATUS_OK);
	CHECK_EQ(past(s, "first", 20, NOW + 7), STATUS_OK);
	/* Whose it is comes before whose it was. */
	slug_is(s, "first", NOW, 21);
	/* Deleted, it answers to nothing, and its slugs are free. */
	CHECK_OK(store_org_by_id(s, &o.id, &o, &f), &f);
	o.deleted_at = NOW + 1;
	CHECK_EQ(update(s, &o), STATUS_OK);
	CHECK_EQ(store_org_by_slug(s, "second", NOW, &got, &f),
		 STATUS_NOT_FOUND);
	CHECK_OK(store_org_by_id(s, &other.id, &other, &f), &f);
	other.deleted_at = NOW + 1;
	CHECK_EQ(update(s, &other), STATUS_OK);
	CHECK_EQ(store_org_by_slug(s, "first", NOW, &got, &f),
		 STATUS_NOT_FOUND);
	o = org(22, "first");
	CHECK_EQ(insert(s, &o), STATUS_OK);
	o = org(23, "second");
	CHECK_EQ(insert(s, &o), STATUS_OK);
}

struct names {
	char text[128];
	unsigned most;
};

static bool
collect(void *ctx, const struct store_org *o)
{
	struct names *n = ctx;

	(void)strcat(n->text, o->slug);
	(void)strcat(n->text, " ");
	return --n->most > 0;
}

static void
test_list(struct store *s)
{
	struct names n = { .most = 9 };

	CHECK_OK(store_org_list(s, "", collect, &n, &f), &f);
	CHECK_STR(n.text, "acme first second ");
	n = (struct names){ .most = 1 };
	CHECK_OK(store_org_list(s, "acme", collect, &n, &f), &f);
	CHECK_STR(n.text, "first ");
}

static enum status
join(struct store *s, unsigned o, unsigned a, enum store_role role, int64_t at)
{
	const struct store_member m = { .org = fixture_id(o),
					.account = fixture_id(a),
					.role = role,
					.joined_at = at };
	enum status st;

	ALONE(s, st, store_member_insert(s, &m, &f));
	return st;
}

static void
counts(struct store *s, unsigned o, int64_t owners, int64_t members)
{
	const struct id id = fixture_id(o);
	int64_t n = -1;

	CHECK_OK(store_member_owners(s, &id, &n, &f), &f);
	CHECK_EQ(n, owners);
	CHECK_OK(store_member_count(s, &id, &n, &f), &f);
	CHECK_EQ(n, members);
}

static void
test_member(struct store *s)
{
	const struct id acme = fixture_id(10), one = fixture_id(1),
			two = fixture_id(2), none = fixture_id(999);
	struct store_member m = { .used_at = 77 };
	enum status st;

	CHECK_EQ(join(s, 10, 1, STORE_ROLE_OWNER, NOW), STATUS_OK);
	CHECK_EQ(join(s, 10, 1, STORE_ROLE_MEMBER, NOW), STATUS_CONFLICT);
	CHECK_EQ(join(s, 10, 2, (enum store_role)4, NOW), STATUS_INVALID);
	CHECK_EQ(join(s, 999, 2, STORE_ROLE_MEMBER, NOW), STATUS_NOT_FOUND);
	CHECK_EQ(join(s, 10, 999, STORE_ROLE_MEMBER, NOW), STATUS_NOT_FOUND);
	CHECK_EQ(join(s, 10, 2, STORE_ROLE_MEMBER, NOW + 1), STATUS_OK);
	CHECK_OK(store_member_get(s, &acme, &two, &m, &f), &f);
	CHECK_STR(m.org.s, acme.s);
	CHECK_STR(m.account.s, two.s);
	CHECK(m.role == STORE_ROLE_MEMBER && m.joined_at == NOW + 1 &&
	      m.used_at == 0);
	counts(s, 10, 1, 2);
	ALONE(s, st, store_member_role(s, &acme, &two, STORE_ROLE_OWNER, &f));
	CHECK_EQ(st, STATUS_OK);
	ALONE(s, st, store_member_role(s, &acme, &none, STORE_ROLE_OWNER, &f));
	CHECK_EQ(st, STATUS_NOT_FOUND);
	counts(s, 10, 2, 2);
	ALONE(s, st, store_member_used(s, &acme, &two, NOW + 5, &f));
	CHECK_EQ(st, STATUS_OK);
	ALONE(s, st, store_member_used(s, &none, &two, NOW + 5, &f));
	CHECK_EQ(st, STATUS_NOT_FOUND);
	CHECK_OK(store_member_get(s, &acme, &two, &m, &f), &f);
	CHECK(m.role == STORE_ROLE_OWNER && m.used_at == NOW + 5);
	ALONE(s, st, store_member_delete(s, &acme, &one, &f));
	CHECK_EQ(st, STATUS_OK);
	ALONE(s, st, store_member_delete(s, &acme, &one, &f));
	CHECK_EQ(st, STATUS_NOT_FOUND);
	CHECK_EQ(store_member_get(s, &acme, &one, &m, &f), STATUS_NOT_FOUND);
	CHECK_STR(m.account.s, two.s);
	CHECK_EQ(join(s, 10, 1, STORE_ROLE_ADMIN, NOW + 2), STATUS_OK);
}

static bool
collect_name(void *ctx, const struct store_member *m, const char *name)
{
	struct names *n = ctx;
	size_t used = strlen(n->text);

	(void)snprintf(n->text + used, sizeof(n->text) - used, "%s:%d ", name,
		       (int)m->role);
	return --n->most > 0;
}

static bool
collect_org(void *ctx, const struct store_member *m, const struct store_org *o)
{
	CHECK_STR(m->org.s, o->id.s);
	return collect(ctx, o);
}

static void
members(struct store *s, unsigned o, const char *after, unsigned most,
	const char *expected)
{
	const struct id id = fixture_id(o);
	struct names n = { .most = most };

	CHECK_OK(store_member_list(s, &id, after, collect_name, &n, &f), &f);
	CHECK_STR(n.text, expected);
}

static void
belongs(struct store *s, unsigned account, unsigned most, const char *expected)
{
	const struct id id = fixture_id(account);
	struct names n = { .most = most };

	CHECK_OK(store_member_of(s, &id, collect_org, &n, &f), &f);
	CHECK_STR(n.text, expected);
}

/* The deleted, be it an account or an organization, are nowhere. */
static void
test_members(struct store *s)
{
	const struct id three = fixture_id(3), first = fixture_id(22);
	struct store_account a;
	struct store_member m;
	struct store_org o;
	enum status st;

	CHECK_EQ(join(s, 10, 3, STORE_ROLE_OWNER, NOW), STATUS_OK);
	CHECK_EQ(join(s, 22, 3, STORE_ROLE_OWNER, NOW + 1), STATUS_OK);
	CHECK_EQ(join(s, 23, 3, STORE_ROLE_MEMBER, NOW + 2), STATUS_OK);
	members(s, 10, "", 9, "user1:2 user2:1 user3:1 ");
	members(s, 10, "user1", 1, "user2:1 ");
	belongs(s, 3, 9, "acme first second ");
	ALONE(s, st, store_member_used(s, &first, &three, NOW + 9, &f));
	CHECK_EQ(st, STATUS_OK);
	belongs(s, 3, 9, "first acme second ");
	belongs(s, 3, 1, "first ");
	belongs(s, 4, 9, "");
	CHECK_OK(store_org_by_id(s, &first, &o, &f), &f);
	o.deleted_at = NOW + 9;
	CHECK_EQ(update(s, &o), STATUS_OK);
	belongs(s, 3, 9, "acme second ");
	CHECK_EQ(store_member_get(s, &first, &three, &m, &f),
		 STATUS_NOT_FOUND);
	CHECK_OK(store_account_by_id(s, &three, &a, &f), &f);
	a.state = STORE_DELETED;
	ALONE(s, st, store_account_update(s, &a, &f));
	CHECK_EQ(st, STATUS_OK);
	members(s, 10, "", 9, "user1:2 user2:1 ");
	counts(s, 10, 1, 2);
}

static bool
any(struct store *s)
{
	bool out = false;

	CHECK_OK(store_org_any(s, &out, &f), &f);
	return out;
}

int
main(void)
{
	struct store *s = fixture_store("org");

	for (unsigned i = 1; i <= 3; i++)
		fixture_add_account(s, i);
	CHECK(!any(s));
	test_round_trip(s);
	CHECK(!any(s)); /* but a personal one */
	test_update(s);
	CHECK(any(s));
	test_slug(s);
	test_list(s);
	test_member(s);
	test_members(s);
	store_close(s);
	return test_done();
}
