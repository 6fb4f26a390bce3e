/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "fixture.h"
#include "store/org.h"

static struct fault f;

static struct store_invitation
invitation(unsigned n, unsigned org, const char *address, int64_t at)
{
	struct store_invitation i = { .id = fixture_id(n),
				      .org = fixture_id(org),
				      .role = STORE_ROLE_MEMBER,
				      .created_at = at,
				      .expires_at = at + 100,
				      .state = STORE_INVITATION_PENDING };

	(void)strcpy(i.address, address);
	(void)strcpy(i.made_by, "root");
	memset(i.hash, 0x5a, sizeof(i.hash));
	memcpy(i.hash, &n, sizeof(n));
	return i;
}

static enum status
insert(struct store *s, const struct store_invitation *i)
{
	enum status st;

	ALONE(s, st, store_invitation_insert(s, i, &f));
	return st;
}

static enum status
end(struct store *s, unsigned n, enum store_invitation_state state,
    const struct id *account, int64_t now)
{
	const struct id id = fixture_id(n);
	enum status st;

	ALONE(s, st, store_invitation_end(s, &id, state, account, now, &f));
	return st;
}

static bool
pending(struct store *s, const char *address, int64_t now)
{
	bool out = false;

	CHECK_OK(store_invitation_pending(s, address, now, &out, &f), &f);
	return out;
}

static void
test_round_trip(struct store *s)
{
	struct store_invitation i = invitation(10, 50, "ann@example.org", NOW),
				got = { .ended_at = 77 };
	const struct id org = fixture_id(50), other = fixture_id(51);

	CHECK_EQ(insert(s, &i), STATUS_OK);
	CHECK_OK(store_invitation_find(s, i.hash, &got, &f), &f);
	CHECK(memcmp(&i, &got, sizeof(i)) == 0);
	CHECK_OK(store_invitation_get(s, &org, &i.id, &got, &f), &f);
	CHECK(memcmp(&i, &got, sizeof(i)) == 0);
	/* Another's and none are the same. */
	CHECK_EQ(store_invitation_get(s, &other, &i.id, &got, &f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(store_invitation_get(s, &org, &other, &got, &f),
		 STATUS_NOT_FOUND);
	memset(i.hash, 0, sizeof(i.hash));
	CHECK_EQ(store_invitation_find(s, i.hash, &got, &f), STATUS_NOT_FOUND);
	i = invitation(11, 999, "ann@example.org", NOW);
	CHECK_EQ(insert(s, &i), STATUS_NOT_FOUND);
	i = invitation(11, 50, "", NOW);
	CHECK_EQ(insert(s, &i), STATUS_INVALID);
	i = invitation(11, 50, "bob", 0);
	CHECK_EQ(insert(s, &i), STATUS_INVALID);
	i = invitation(11, 50, "bob", NOW);
	i.role = (enum store_role)0;
	CHECK_EQ(insert(s, &i), STATUS_INVALID);
}

/* One an organization and address, as long as it is good. */
static void
test_one(struct store *s)
{
	struct store_invitation i =
		invitation(12, 50, "ann@example.org", NOW + 99);
	struct store_invitation got;
	const struct id org = fixture_id(50), old = fixture_id(10);

	CHECK_EQ(insert(s, &i), STATUS_CONFLICT);
	i.org = fixture_id(51);
	CHECK_EQ(insert(s, &i), STATUS_OK);
	i = invitation(13, 50, "ann@example.org", NOW + 100);
	memcpy(i.hash, &(unsigned){ 10 }, sizeof(unsigned)); /* its hash */
	CHECK_EQ(insert(s, &i), STATUS_CONFLICT);
	i = invitation(13, 50, "ann@example.org", NOW + 100);
	CHECK_EQ(insert(s, &i), STATUS_OK);
	CHECK_OK(store_invitation_get(s, &org, &old, &got, &f), &f);
	CHECK_EQ(got.state, STORE_INVITATION_REVOKED);
	CHECK_EQ(got.ended_at, NOW + 100);
}

static void
test_end(struct store *s)
{
	const struct id ann = fixture_id(1), org = fixture_id(50),
			id = fixture_id(20);
	struct store_invitation i = invitation(20, 50, "cat", NOW), got;

	CHECK_EQ(insert(s, &i), STATUS_OK);
	CHECK(pending(s, "cat", NOW + 99));
	CHECK(!pending(s, "cat", NOW + 100));
	CHECK(!pending(s, "Cat", NOW));
	CHECK_EQ(end(s, 20, STORE_INVITATION_ACCEPTED, &ann, 0),
		 STATUS_INVALID);
	CHECK_EQ(end(s, 20, STORE_INVITATION_ACCEPTED, &ann, NOW + 100),
		 STATUS_LOST);
	CHECK_EQ(end(s, 999, STORE_INVITATION_ACCEPTED, &ann, NOW),
		 STATUS_LOST);
	CHECK_EQ(end(s, 20, STORE_INVITATION_ACCEPTED, &ann, NOW + 99),
		 STATUS_OK);
	CHECK_EQ(end(s, 20, STORE_INVITATION_ACCEPTED, &ann, NOW + 99),
		 STATUS_LOST);
	CHECK_EQ(end(s, 20, STORE_INVITATION_REVOKED, NULL, NOW + 99),
		 STATUS_LOST);
	CHECK_OK(store_invitation_get(s, &org, &id, &got, &f), &f);
	CHECK_EQ(got.state, STORE_INVITATION_ACCEPTED);
	CHECK_EQ(got.ended_at, NOW + 99);
	CHECK_STR(got.account.s, ann.s);
	CHECK(!pending(s, "cat", NOW));
	/* One that expired can still be revoked. */
	i = invitation(21, 50, "cat", NOW);
	CHECK_EQ(insert(s, &i), STATUS_OK);
	CHECK_EQ(end(s, 21, STORE_INVITATION_REVOKED, NULL, NOW + 500),
		 STATUS_OK);
}

static bool
collect(void *ctx, const struct store_invitation *i)
{
	(void)strcat(ctx, i->id.s + ID_LENGTH - 2);
	(void)strcat(ctx, " ");
	return true;
}

static void
lists(struct store *s, unsigned org, bool only, const char *expected)
{
	const struct id id = fixture_id(org);
	char text[64] = "";

	CHECK_OK(store_invitation_list(s, &id, only, collect, text, &f), &f);
	CHECK_STR(text, expected);
}

static void
made(struct store *s, const char *by, unsigned org, int64_t since,
     int64_t by_maker, int64_t by_org)
{
	const struct id id = fixture_id(org);
	int64_t maker = -1, all = -1;

	CHECK_OK(store_invitation_counts(s, by, &id, since, &maker, &all, &f),
		 &f);
	CHECK_EQ(maker, by_maker);
	CHECK_EQ(all, by_org);
}

static void
test_list(struct store *s)
{
	struct store_invitation i = invitation(30, 50, "dan", NOW + 200);
	const struct id org = fixture_id(50);
	struct store_org o;
	int64_t ended = 77;
	enum status st;

	(void)strcpy(i.made_by, "ann");
	CHECK_EQ(insert(s, &i), STATUS_OK);
	lists(s, 50, false, "30 13 21 20 10 ");
	lists(s, 50, true, "30 13 ");
	lists(s, 51, false, "12 ");
	lists(s, 999, false, "");
	made(s, "root", 50, NOW, 5, 5);
	made(s, "root", 51, NOW + 1, 2, 1);
	made(s, "ann", 50, NOW + 200, 1, 1);
	made(s, "ann", 50, NOW + 201, 0, 0);
	ALONE(s, st, store_invitation_end_all(s, &org, 0, &ended, &f));
	CHECK_EQ(st, STATUS_INVALID);
	CHECK_EQ(ended, 77);
	ALONE(s, st, store_invitation_end_all(s, &org, NOW + 9, &ended, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_EQ(ended, 2);
	lists(s, 50, true, "");
	lists(s, 51, true, "12 ");
	/* That of a deleted organization invites nobody. */
	CHECK(pending(s, "ann@example.org", NOW));
	o.id = fixture_id(51);
	CHECK_OK(store_org_by_id(s, &o.id, &o, &f), &f);
	o.deleted_at = NOW;
	ALONE(s, st, store_org_update(s, &o, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK(!pending(s, "ann@example.org", NOW));
}

int
main(void)
{
	struct store *s = fixture_store("invitation");

	fixture_add_org(s, 50);
	fixture_add_org(s, 51);
	test_round_trip(s);
	test_one(s);
	test_end(s);
	test_list(s);
	store_close(s);
	return test_done();
}
