/* SPDX-License-Identifier: MIT */
#include "admin/member.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "admin/account.h"
#include "admin/life.h"
#include "admin/service.h"
#include "base/text.h"
#include "device.h"

static void
person(struct fixture *x, const char *name, bool personal)
{
	const struct admin_account_new n = { .name = name,
					     .personal = personal };
	struct store_account a;

	CHECK_OK(admin_account_add(&x->admin, &n, &a, &x->f), &x->f);
}

static void
org(struct fixture *x, const char *slug, const char *owner)
{
	const struct admin_org_new n = { .slug = slug, .owner = owner };
	struct store_org out;

	CHECK_OK(admin_org_add(&x->admin, &n, &out, &x->f), &x->f);
}

static void
member(struct fixture *x, const char *slug, const char *user,
       enum store_role role)
{
	struct admin_member m;

	CHECK_OK(admin_member_add(&x->admin, slug, user, role, &m, &x->f),
		 &x->f);
}

/* 0: none. */
static int
role_of(struct fixture *x, const char *slug, const char *user)
{
	struct store_member m;
	struct store_org o;
	struct id account = device_account(x, user).id;

	if (admin_org_find(&x->admin, slug, &o, &x->f) != STATUS_OK ||
	    store_member_get(x->store, &o.id, &account, &m, &x->f) !=
		    STATUS_OK)
		return 0;
	return (int)m.role;
}

static void
session(struct fixture *x, const char *user, const struct id *active)
{
	struct store_session s = { .account = device_account(x, user).id,
				   .opened_at = x->admin.now };
	STORE_TXN(txn);

	if (active != NULL)
		s.org = *active;
	crypto_id(x->admin.now, &s.id);
	(void)text_copy(s.boot, sizeof(s.boot), "boot");
	CHECK_OK(store_begin(x->store, &txn, &x->f), &x->f);
	CHECK_OK(store_session_insert(x->store, &s, &x->f), &x->f);
	CHECK_OK(store_commit(&txn, &x->f), &x->f);
}

static bool
open_each(void *ctx, const struct store_session *s)
{
	(void)s;
	++*(int *)ctx;
	return true;
}

static int
open_sessions(struct fixture *x, const char *user)
{
	struct id account = device_account(x, user).id;
	int n = 0;

	CHECK_OK(store_session_list(x->store, &account, true, open_each, &n,
				    &x->f),
		 &x->f);
	return n;
}

static void
check_roles(struct fixture *x)
{
	struct admin_member m;
	enum store_role role;
	long rows;

	for (int r = STORE_ROLE_OWNER; r <= STORE_ROLE_MEMBER; r++) {
		CHECK_OK(admin_role_parse(admin_role_name((enum store_role)r),
					  &role, &x->f),
			 &x->f);
		CHECK_EQ(role, r);
	}
	CHECK_EQ(admin_role_parse("boss", &role, &x->f), STATUS_INVALID);
	CHECK_OK(admin_member_add(&x->admin, "acme", "bob", STORE_ROLE_MEMBER,
				  &m, &x->f),
		 &x->f);
	CHECK_STR(m.account.name, "bob");
	CHECK_STR(m.org.slug, "acme");
	CHECK(strncmp(fixture_last(x), "member.added success uid:1000 ", 30) ==
	      0);
	CHECK(strstr(fixture_last(x), "\"role\":\"member\"") != NULL);
	rows = fixture_rows(x);
	CHECK_EQ(admin_member_add(&x->admin, "acme", "bob", STORE_ROLE_ADMIN,
				  &m, &x->f),
		 STATUS_CONFLICT);
	CHECK_EQ(admin_member_add(&x->admin, "nixx", "bob", STORE_ROLE_ADMIN,
				  &m, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(admin_member_add(&x->admin, "acme", "zoe", STORE_ROLE_ADMIN,
				  &m, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(admin_member_add(&x->admin, "acme", "root", STORE_ROLE_ADMIN,
				  &m, &x->f),
		 STATUS_REFUSED);
	CHECK_EQ(admin_member_add(&x->admin, "acme", "bot", STORE_ROLE_ADMIN,
				  &m, &x->f),
		 STATUS_REFUSED);
	CHECK_EQ(admin_member_role(&x->admin, "acme", "bob", STORE_ROLE_MEMBER,
				   &m, &x->f),
		 STATUS_CONFLICT);
	CHECK_EQ(admin_member_role(&x->admin, "acme", "cat", STORE_ROLE_MEMBER,
				   &m, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(fixture_rows(x), rows);
	CHECK_OK(admin_member_role(&x->admin, "acme", "bob", STORE_ROLE_ADMIN,
				   &m, &x->f),
		 &x->f);
	CHECK_EQ(role_of(x, "acme", "bob"), STORE_ROLE_ADMIN);
	CHECK(strstr(fixture_last(x),
		     "\"from\":\"member\",\"to\":\"admin\"") != NULL);
}

/* Sessions in which the organization is active are over, and no others. */
static void
check_remove(struct fixture *x)
{
	struct admin_member m;
	struct store_org acme, mill;

	CHECK_OK(admin_org_find(&x->admin, "acme", &acme, &x->f), &x->f);
	CHECK_OK(admin_org_find(&x->admin, "mill", &mill, &x->f), &x->f);
	session(x, "bob", &acme.id);
	session(x, "bob", &acme.id);
	session(x, "bob", &mill.id);
	session(x, "bob", NULL);
	session(x, "ann", &acme.id);
	CHECK_OK(admin_member_remove(&x->admin, "acme", "bob", &m, &x->f),
		 &x->f);
	CHECK_EQ(m.sessions, 2);
	CHECK_EQ(open_sessions(x, "bob"), 2);
	CHECK_EQ(open_sessions(x, "ann"), 1);
	CHECK_EQ(role_of(x, "acme", "bob"), 0);
	CHECK(strstr(fixture_last(x), "member.removed success") != NULL);
	CHECK_EQ(admin_member_remove(&x->admin, "acme", "bob", &m, &x->f),
		 STATUS_NOT_FOUND);
}

/* One owner has to be left, and one about to be deleted is none. */
static void
check_last(struct fixture *x)
{
	const struct admin_deletion soon = { .days = 7,
					     .strategy = STORE_SOFT };
	const struct admin_deletion now = { .strategy = STORE_SOFT };
	struct store_account out;
	struct admin_member m;
	long rows = fixture_rows(x);

	CHECK_EQ(admin_member_remove(&x->admin, "acme", "ann", &m, &x->f),
		 STATUS_REFUSED);
	CHECK(strstr(x->f.text, "sole owner of 'acme'") != NULL);
	CHECK_EQ(admin_member_role(&x->admin, "acme", "ann", STORE_ROLE_ADMIN,
				   &m, &x->f),
		 STATUS_REFUSED);
	CHECK_EQ(admin_account_delete(&x->admin, "ann", &soon, &out, &x->f),
		 STATUS_REFUSED);
	CHECK_EQ(admin_account_delete(&x->admin, "ann", &now, &out, &x->f),
		 STATUS_REFUSED);
	CHECK_EQ(fixture_rows(x), rows);
	member(x, "acme", "cat", STORE_ROLE_OWNER);
	CHECK_OK(admin_account_delete(&x->admin, "cat", &soon, &out, &x->f),
		 &x->f);
	CHECK_EQ(admin_member_remove(&x->admin, "acme", "ann", &m, &x->f),
		 STATUS_REFUSED);
	CHECK_OK(admin_account_undelete(&x->admin, "cat", &out, &x->f), &x->f);
	/* One who cannot log in could not carry on, either. */
	CHECK_OK(admin_account_disable(&x->admin, "cat", "off", &out, &x->f),
		 &x->f);
	CHECK_EQ(admin_member_remove(&x->admin, "acme", "ann", &m, &x->f),
		 STATUS_REFUSED);
	CHECK_OK(admin_account_enable(&x->admin, "cat", &out, &x->f), &x->f);
	CHECK_OK(admin_account_expire(&x->admin, "cat", x->admin.now, &out,
				      &x->f),
		 &x->f);
	CHECK_EQ(admin_member_remove(&x->admin, "acme", "ann", &m, &x->f),
		 STATUS_REFUSED);
	CHECK_OK(admin_account_expire(&x->admin, "cat", 0, &out, &x->f),
		 &x->f);
	CHECK_OK(admin_member_role(&x->admin, "acme", "ann", STORE_ROLE_MEMBER,
				   &m, &x->f),
		 &x->f);
	CHECK_EQ(admin_member_role(&x->admin, "acme", "cat", STORE_ROLE_ADMIN,
				   &m, &x->f),
		 STATUS_REFUSED);
	CHECK_OK(admin_member_role(&x->admin, "acme", "ann", STORE_ROLE_OWNER,
				   &m, &x->f),
		 &x->f);
}

/* Whoever goes leaves every organization, and takes the personal one along. */
static void
check_leave(struct fixture *x)
{
	const struct admin_deletion now = { .strategy = STORE_SOFT };
	struct store_account out;
	struct store_org o;
	int64_t members;

	person(x, "dora", true);
	member(x, "acme", "dora", STORE_ROLE_MEMBER);
	CHECK_OK(admin_org_find(&x->admin, "dora", &o, &x->f), &x->f);
	CHECK_OK(admin_account_delete(&x->admin, "dora", &now, &out, &x->f),
		 &x->f);
	CHECK_EQ(admin_org_find(&x->admin, "dora", &o, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_OK(admin_org_find(&x->admin, "acme", &o, &x->f), &x->f);
	CHECK_OK(store_member_count(x->store, &o.id, &members, &x->f), &x->f);
	CHECK_EQ(members, 2);
}

/* Nobody reaches above the own role, and nobody else's account counts. */
static void
check_ranks(struct fixture *x)
{
	struct store_administrator all = { .granted_at = x->admin.now };
	struct admin confined = x->admin;
	struct admin_member m;
	struct store_org acme;
	struct id bob;
	STORE_TXN(txn);

	CHECK_OK(admin_org_find(&x->admin, "acme", &acme, &x->f), &x->f);
	member(x, "acme", "bob", STORE_ROLE_ADMIN);
	member(x, "acme", "eve", STORE_ROLE_MEMBER);
	bob = device_account(x, "bob").id;
	confined.org = &acme.id;
	confined.self = &bob;
	CHECK_EQ(admin_member_role(&confined, "acme", "ann", STORE_ROLE_MEMBER,
				   &m, &x->f),
		 STATUS_DENIED);
	CHECK_EQ(admin_member_role(&confined, "acme", "eve", STORE_ROLE_OWNER,
				   &m, &x->f),
		 STATUS_DENIED);
	CHECK_EQ(admin_member_remove(&confined, "acme", "ann", &m, &x->f),
		 STATUS_DENIED);
	CHECK_OK(admin_member_role(&confined, "acme", "eve", STORE_ROLE_ADMIN,
				   &m, &x->f),
		 &x->f);
	CHECK_EQ(admin_member_remove(&confined, "mill", "eve", &m, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_OK(admin_member_remove(&confined, "acme", "eve", &m, &x->f),
		 &x->f);
	/* Out of it, and as long as nobody was granted more, root. */
	CHECK_OK(admin_member_remove(&confined, "acme", "bob", &m, &x->f),
		 &x->f);
	CHECK_OK(admin_member_ranks(&confined, &acme.id, STORE_ROLE_OWNER,
				    &x->f),
		 &x->f);
	all.account = device_account(x, "ann").id;
	(void)text_copy(all.granted_by, sizeof(all.granted_by), "system");
	CHECK_OK(store_begin(x->store, &txn, &x->f), &x->f);
	CHECK_OK(store_administrator_insert(x->store, &all, &x->f), &x->f);
	CHECK_OK(store_commit(&txn, &x->f), &x->f);
	CHECK_EQ(admin_member_ranks(&confined, &acme.id, STORE_ROLE_MEMBER,
				    &x->f),
		 STATUS_DENIED);
	confined.self = &all.account;
	CHECK_OK(admin_member_ranks(&confined, &acme.id, STORE_ROLE_OWNER,
				    &x->f),
		 &x->f);
}

/* In a process of its own: demote USER, exit with the status. */
static pid_t
demote(struct fixture *x, const char *user, int go)
{
	struct admin_member m;
	enum status st;
	pid_t pid = fork();
	char c;

	if (pid != 0)
		return pid;
	st = store_open(x->where, STORE_WRITE, &x->store, &x->f);
	if (st == STATUS_OK && read(go, &c, 1) == 1) {
		x->admin.store = x->store;
		audit_start(&x->audit, x->store, "host", NULL, NULL);
		do
			st = admin_member_role(&x->admin, "race", user,
					       STORE_ROLE_MEMBER, &m, &x->f);
		while (st == STATUS_BUSY);
	}
	_exit((int)st);
}

/* Two demote the last two owners at once: exactly one of them fails. */
static void
check_race(struct fixture *x)
{
	member(x, "race", "bob", STORE_ROLE_OWNER);
	for (int round = 0; round < 10; round++) {
		int go[2], how[2], ok = 0, refused = 0;
		struct admin_member m;
		pid_t pid[2];

		store_close(x->store);
		CHECK_EQ(pipe(go), 0);
		pid[0] = demote(x, "ann", go[0]);
		pid[1] = -1;
		if (pid[0] > 0)
			pid[1] = demote(x, "bob", go[0]);
		(void)close(go[0]);
		CHECK_EQ(write(go[1], "xx", 2), 2);
		(void)close(go[1]);
		for (int i = 0; i < 2; i++) {
			CHECK_EQ(waitpid(pid[i], &how[i], 0), pid[i]);
			ok += WIFEXITED(how[i]) &&
			      WEXITSTATUS(how[i]) == STATUS_OK;
			refused += WIFEXITED(how[i]) &&
				   WEXITSTATUS(how[i]) == STATUS_REFUSED;
		}
		CHECK_EQ(ok, 1);
		CHECK_EQ(refused, 1);
		CHECK_OK(store_open(x->where, STORE_WRITE, &x->store, &x->f),
			 &x->f);
		x->admin.store = x->store;
		audit_start(&x->audit, x->store, "host", NULL, NULL);
		CHECK_OK(admin_member_role(&x->admin, "race",
					   role_of(x, "race", "ann") ==
							   STORE_ROLE_OWNER
						   ? "bob"
						   : "ann",
					   STORE_ROLE_OWNER, &m, &x->f),
			 &x->f);
	}
}

int
main(void)
{
	struct admin_service bot;
	struct fixture x;

	fixture_start(&x, "member");
	person(&x, "ann", false);
	person(&x, "bob", false);
	person(&x, "cat", false);
	person(&x, "eve", false);
	person(&x, "root", false);
	org(&x, "acme", "ann");
	org(&x, "mill", NULL);
	org(&x, "race", "ann");
	CHECK_OK(admin_service_add(&x.admin, "bot", "mill", false, &bot, &x.f),
		 &x.f);
	check_roles(&x);
	check_remove(&x);
	check_last(&x);
	check_leave(&x);
	check_ranks(&x);
	check_race(&x);
	fixture_stop(&x);
	return test_done();
}
