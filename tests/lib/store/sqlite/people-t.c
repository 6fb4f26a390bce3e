/* SPDX-License-Identifier: MIT */
/* What somebody did to people's rows without us: stopped, or found out. */
#include <sqlite3.h>
#include <stdio.h>

#include "../fixture.h"
#include "raw.h"
#include "store/people.h"
#include "store/token.h"

#define ONE "'0188b733-f800-7000-8000-000000000001'"
#define TWO "'0188b733-f800-7000-8000-000000000002'"
#define ORG "'0188b733-f800-7000-8000-000000000050'"
#define NONE "'0188b733-f800-7000-8000-000000000999'"

static struct fault f;
static char where[512], problems[2048];
static const char *path;

static void
fill(void)
{
	struct store *s = fixture_store("people");
	struct store_invitation i = { .id = fixture_id(1),
				      .org = fixture_id(50),
				      .address = "ann",
				      .role = STORE_ROLE_MEMBER,
				      .made_by = "root",
				      .created_at = NOW,
				      .expires_at = NOW + 9,
				      .state = STORE_INVITATION_PENDING };
	struct store_impersonation as = { .id = fixture_id(1),
					  .account = fixture_id(1),
					  .actor = "root",
					  .reason = "why",
					  .created_at = NOW,
					  .expires_at = NOW + 9 };
	struct store_token x = { .id = fixture_id(1),
				 .account = fixture_id(1),
				 .kind = STORE_TOKEN_APP,
				 .label = "one",
				 .scopes = "login:dovecot" };

	fixture_add_account(s, 1);
	fixture_add_account(s, 2);
	fixture_add_org(s, 50);
	STORE_TXN(t);

	CHECK_OK(store_begin(s, &t, &f), &f);
	CHECK_OK(store_invitation_insert(s, &i, &f), &f);
	CHECK_OK(store_impersonation_insert(s, &as, &f), &f);
	CHECK_OK(store_token_insert(s, &x, &f), &f);
	i.id = as.id = x.id = fixture_id(2);
	i.hash[0] = as.hash[0] = x.hash[0] = 1;
	(void)strcpy(i.address, "bob");
	(void)strcpy(x.label, "two");
	x.revoked_at = as.spent_at = NOW;
	CHECK_OK(store_invitation_insert(s, &i, &f), &f);
	CHECK_OK(store_invitation_end(s, &i.id, STORE_INVITATION_REVOKED, NULL,
				      NOW, &f),
		 &f);
	CHECK_OK(store_impersonation_insert(s, &as, &f), &f);
	CHECK_OK(store_token_insert(s, &x, &f), &f);
	CHECK_OK(store_commit(&t, &f), &f);
	store_close(s);
	(void)strcpy(where, fixture_where("people"));
	path = fixture_path(where);
}

/* What has ended stays so, and nothing becomes another. */
static const char *const unchanging[] = {
	"UPDATE invitation SET state = 1, ended_at = 0 WHERE id = " TWO,
	"UPDATE invitation SET expires_at = expires_at + 1",
	"UPDATE invitation SET role = 1 WHERE id = " ONE,
	"UPDATE invitation SET address = 'eve' WHERE id = " ONE,
	"UPDATE invitation SET hash = zeroblob(32) || '' WHERE id = " TWO,
	"UPDATE impersonation SET spent_at = 0 WHERE id = " TWO,
	"UPDATE impersonation SET account = " TWO " WHERE id = " ONE,
	"UPDATE impersonation SET actor = 'eve' WHERE id = " ONE,
	"UPDATE impersonation SET expires_at = 9 WHERE id = " ONE,
	"UPDATE token SET revoked_at = 0 WHERE id = " TWO,
	"UPDATE token SET account = " TWO " WHERE id = " ONE,
	"UPDATE token SET scopes = 'login:*' WHERE id = " ONE,
	"UPDATE token SET sources = '::/0' WHERE id = " ONE,
	"UPDATE token SET kind = 2 WHERE id = " ONE,
	"UPDATE token SET expires_at = 9 WHERE id = " ONE,
	"UPDATE token SET created_at = 9 WHERE id = " ONE,
	"INSERT OR REPLACE INTO invitation SELECT id, org, 'eve', role, hash, "
	"made_by, created_at, expires_at, 1, 0, '' FROM invitation",
	"INSERT OR REPLACE INTO impersonation SELECT id, account, actor, "
	"reason, hash, created_at, expires_at, 0 FROM impersonation",
	"INSERT OR REPLACE INTO token SELECT id, account, kind, label, hash, "
	"'login:*', sources, created_at, made_by, expires_at, used_at, "
	"used_from, 0 FROM token",
	"DELETE FROM password_policy",
	"INSERT INTO password_policy VALUES (2, 8, 0, 0, 0, 0, 0)",
};

static void
test_unchanging(void)
{
	for (size_t i = 0; i < sizeof(unchanging) / sizeof(unchanging[0]);
	     i++) {
		int rc = raw_exec(path, unchanging[i]);

		if (rc != SQLITE_CONSTRAINT)
			test_note("%s", unchanging[i]);
		CHECK_EQ(rc, SQLITE_CONSTRAINT);
	}
}

static void
finds(const char *sql, const char *word)
{
	unsigned n;

	CHECK_EQ(raw_exec(path, sql), SQLITE_OK);
	n = raw_problems(where, problems, sizeof(problems));
	if (n == 0 || strstr(problems, word) == NULL)
		test_note("%s: %u %s", sql, n, problems);
	CHECK(n > 0 && strstr(problems, word) != NULL);
}

static void
test_found(void)
{
	struct store_password_policy p = { .history = 77 };
	struct store *s;
	enum status st;

	CHECK_EQ(raw_problems(where, problems, sizeof(problems)), 0);
	finds("UPDATE account SET kind = 2, org = " NONE " WHERE id = " ONE,
	      "belongs to an organization that is not there");
	CHECK_EQ(raw_exec(path,
			  "UPDATE account SET org = " ORG " WHERE id = " ONE),
		 SQLITE_OK);
	CHECK_EQ(raw_problems(where, problems, sizeof(problems)), 0);
	finds("DROP TRIGGER password_policy_keep", "password_policy_keep");
	finds("DELETE FROM password_policy", "has lost its row");
	s = fixture_open(where);
	CHECK_EQ(store_password_policy_get(s, &p, &f), STATUS_CORRUPT);
	CHECK_EQ(p.history, 77);
	p = (struct store_password_policy){ .min_length = 8 };
	ALONE(s, st, store_password_policy_put(s, &p, &f));
	CHECK_EQ(st, STATUS_CORRUPT);
	store_close(s);
}

int
main(void)
{
	fill();
	test_unchanging();
	test_found();
	return test_done();
}
