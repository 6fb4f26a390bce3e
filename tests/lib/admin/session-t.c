/* SPDX-License-Identifier: MIT */
#include "admin/session.h"

#include <string.h>

#include "admin/account.h"
#include "admin/grant.h"
#include "admin/prune.h"
#include "base/text.h"
#include "device.h"
#include "store/org.h"

/* An open session of NAME, with a login behind it; ORG: active, or NULL. */
static struct store_session
session(struct fixture *x, const char *name, const struct id *org)
{
	struct store_session s = { .account = device_account(x, name).id,
				   .pid = 4711,
				   .pid_start = 99,
				   .opened_at = x->admin.now };
	struct store_login l = { .account = s.account,
				 .at = x->admin.now,
				 .consumed_at = x->admin.now,
				 .uptime = 500 };
	STORE_TXN(txn);

	if (org != NULL)
		s.org = *org;
	(void)text_copy(l.user, sizeof(l.user), name);
	(void)text_copy(s.service, sizeof(s.service), "sshd");
	(void)text_copy(s.host, sizeof(s.host), "host");
	(void)text_copy(s.boot, sizeof(s.boot), "boot");
	crypto_id(x->admin.now, &s.id);
	crypto_id(x->admin.now, &l.id);
	s.login = l.id;
	CHECK_OK(store_begin(x->store, &txn, &x->f), &x->f);
	CHECK_OK(store_login_insert(x->store, &l, &x->f), &x->f);
	CHECK_OK(store_session_insert(x->store, &s, &x->f), &x->f);
	CHECK_OK(store_commit(&txn, &x->f), &x->f);
	return s;
}

static struct store_session
now_of(struct fixture *x, const struct store_session *s)
{
	struct store_session now = { .pid = 0 };

	CHECK_OK(store_session_get(x->store, &s->id, &now, &x->f), &x->f);
	return now;
}

/* Does the login behind it still prove anything? */
static bool
proves(struct fixture *x, const struct store_session *s)
{
	struct store_login l = { .uptime = 0 };

	CHECK_OK(store_login_get(x->store, &s->login, &l, &x->f), &x->f);
	return l.uptime >= 0;
}

static bool
last_is(struct fixture *x, const char *action, const char *word)
{
	const char *row = fixture_last(x);

	test_note("%s", row);
	return strncmp(row, action, strlen(action)) == 0 &&
	       strstr(row, word) != NULL;
}

static void
check_revoke(struct fixture *x)
{
	struct store_session s = session(x, "ann", NULL), out;
	long rows = fixture_rows(x);

	CHECK_EQ(admin_session_revoke(&x->admin, "", false, &out, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(admin_session_revoke(&x->admin, s.account.s, false, &out,
				      &x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(fixture_rows(x), rows);
	CHECK(proves(x, &s));
	x->admin.now += 60;
	CHECK_OK(admin_session_revoke(&x->admin, s.id.s, false, &out, &x->f),
		 &x->f);
	CHECK_EQ(out.closed_at, x->admin.now);
	CHECK_STR(out.ended, "revoked");
	CHECK_EQ(now_of(x, &s).closed_at, x->admin.now);
	CHECK_STR(now_of(x, &s).ended, "revoked");
	CHECK(!proves(x, &s));
	CHECK(last_is(x, "session.revoked success ", s.id.s));
	CHECK(last_is(x, "session.revoked success ", s.account.s));
	rows = fixture_rows(x);
	CHECK_EQ(admin_session_revoke(&x->admin, s.id.s, false, &out, &x->f),
		 STATUS_CONFLICT);
	CHECK_EQ(fixture_rows(x), rows);
	/* What was closed before keeps its time and its reason. */
	x->admin.now += 60;
	CHECK_OK(admin_session_revoke(&x->admin, s.id.s, true, &out, &x->f),
		 &x->f);
	CHECK_EQ(now_of(x, &s).closed_at, x->admin.now - 60);
	CHECK(last_is(x, "session.revoked success ", "\"killed\":\"yes\""));
}

struct sweep {
	const char *spared;
	int n;
};

static bool
spare(void *ctx, const struct store_session *s)
{
	const struct sweep *w = ctx;

	return strcmp(s->id.s, w->spared) == 0;
}

static void
each(void *ctx, const struct store_session *s)
{
	struct sweep *w = ctx;

	w->n += s->closed_at != 0 && strcmp(s->ended, "revoked") == 0;
}

static void
check_all(struct fixture *x)
{
	struct store_session one = session(x, "ann", NULL);
	struct store_session two = session(x, "ann", NULL);
	struct store_session stays = session(x, "ann", NULL);
	struct store_session other = session(x, "bob", NULL);
	struct sweep w = { .spared = stays.id.s };
	struct admin_session_sweep sweep = {
		.name = "ann", .spare = spare, .each = each, .ctx = &w
	};
	struct store_account acct;
	long rows = fixture_rows(x);
	int64_t n = -1;

	sweep.name = "zoe";
	CHECK_EQ(admin_session_revoke_all(&x->admin, &sweep, &acct, &n, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(n, -1);
	sweep.name = "ann";
	CHECK_OK(admin_session_revoke_all(&x->admin, &sweep, &acct, &n, &x->f),
		 &x->f);
	CHECK_EQ(n, 2);
	CHECK_EQ(w.n, 2);
	CHECK_STR(acct.name, "ann");
	CHECK_EQ(fixture_rows(x), rows + 2);
	CHECK(now_of(x, &one).closed_at != 0);
	CHECK(now_of(x, &two).closed_at != 0);
	CHECK_EQ(now_of(x, &stays).closed_at, 0);
	CHECK(!proves(x, &one));
	/* It is the account that has to prove itself again. */
	CHECK(!proves(x, &stays));
	CHECK(proves(x, &other));
	CHECK_EQ(now_of(x, &other).closed_at, 0);
	sweep.spare = NULL;
	CHECK_OK(admin_session_revoke_all(&x->admin, &sweep, &acct, &n, &x->f),
		 &x->f);
	CHECK_EQ(n, 1);
	CHECK_OK(admin_session_revoke_all(&x->admin, &sweep, &acct, &n, &x->f),
		 &x->f);
	CHECK_EQ(n, 0);
}

static bool
count(void *ctx, const struct store_session *s)
{
	*(int *)ctx += s->closed_at == 0;
	return true;
}

static int
listed(const struct admin *a, struct fixture *x)
{
	int n = 0;

	CHECK_OK(admin_session_list(a, NULL, true, count, &n, &x->f), &x->f);
	return n;
}

static struct id
team(struct fixture *x, const char *slug, const char *member)
{
	struct store_org o = { .created_at = x->admin.now, .version = 1 };
	struct store_member m = { .role = STORE_ROLE_MEMBER,
				  .joined_at = x->admin.now };
	STORE_TXN(txn);

	crypto_id(x->admin.now, &o.id);
	(void)text_copy(o.slug, sizeof(o.slug), slug);
	(void)text_copy(o.name, sizeof(o.name), slug);
	m.org = o.id;
	m.account = device_account(x, member).id;
	CHECK_OK(store_begin(x->store, &txn, &x->f), &x->f);
	CHECK_OK(store_org_insert(x->store, &o, x->admin.now, &x->f), &x->f);
	CHECK_OK(store_member_insert(x->store, &m, &x->f), &x->f);
	CHECK_OK(store_commit(&txn, &x->f), &x->f);
	return o.id;
}

/* An administrator of one organization sees no other one's. */
static void
check_org(struct fixture *x)
{
	struct id ours = team(x, "ours", "ann"),
		  theirs = team(x, "theirs", "ann");
	struct store_session in = session(x, "ann", &ours);
	struct store_session out = session(x, "ann", &theirs);
	struct store_session none = session(x, "ann", NULL), row;
	struct admin_session_sweep sweep = { .name = "ann" };
	struct fault absent = { .text = "" };
	struct admin a = x->admin;
	struct store_account acct;
	int64_t n = 0;

	CHECK_EQ(listed(&a, x), 4); /* and one of bob's */
	a.org = &ours;
	CHECK_EQ(listed(&a, x), 1);
	CHECK_OK(admin_session_find(&a, in.id.s, &row, &x->f), &x->f);
	CHECK_EQ(admin_session_find(&a, ours.s, &row, &absent),
		 STATUS_NOT_FOUND);
	CHECK_EQ(admin_session_find(&a, out.id.s, &row, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(strcspn(absent.text, "'"), strcspn(x->f.text, "'"));
	CHECK_EQ(admin_session_revoke(&a, out.id.s, true, &row, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(admin_session_revoke(&a, none.id.s, true, &row, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_OK(admin_session_revoke_all(&a, &sweep, &acct, &n, &x->f),
		 &x->f);
	CHECK_EQ(n, 1);
	CHECK(now_of(x, &in).closed_at != 0);
	CHECK_EQ(now_of(x, &out).closed_at, 0);
	CHECK_EQ(now_of(x, &none).closed_at, 0);
}

/* Would a session be opened by it still? */
static bool
login_good(struct fixture *x, const struct id *id)
{
	struct store_login l = { .uptime = 0 };

	CHECK_OK(store_login_get(x->store, id, &l, &x->f), &x->f);
	return l.consumed_at == 0 && l.uptime >= 0;
}

static struct id
login_under_way(struct fixture *x, const struct id *account,
		const struct id *org)
{
	struct store_login l = { .account = *account,
				 .at = x->admin.now,
				 .uptime = 500,
				 .org = *org };
	STORE_TXN(txn);

	(void)text_copy(l.user, sizeof(l.user), "leo");
	crypto_id(x->admin.now, &l.id);
	CHECK_OK(store_begin(x->store, &txn, &x->f), &x->f);
	CHECK_OK(store_login_insert(x->store, &l, &x->f), &x->f);
	CHECK_OK(store_commit(&txn, &x->f), &x->f);
	return l.id;
}

static void
belong(struct fixture *x, const struct id *org, const char *name,
       enum store_role role)
{
	struct store_member m = { .org = *org,
				  .account = device_account(x, name).id,
				  .role = role,
				  .joined_at = x->admin.now };
	STORE_TXN(txn);

	CHECK_OK(store_begin(x->store, &txn, &x->f), &x->f);
	CHECK_OK(store_member_insert(x->store, &m, &x->f), &x->f);
	CHECK_OK(store_commit(&txn, &x->f), &x->f);
}

static void
add(struct fixture *x, const char *name)
{
	const struct admin_account_new n = { .name = name };
	struct store_account out;

	CHECK_OK(admin_account_add(&x->admin, &n, &out, &x->f), &x->f);
}

/* An admin ends the sessions of those below and beside, an owner everybody's,
 * and nobody an administrator's; nothing of another organization ends. */
static void
check_ranks(struct fixture *x)
{
	static const char *const names[] = { "leo", "ada", "mia", "top" };
	const struct admin_session_sweep all = { .name = "leo" },
					 top = { .name = "top" };
	struct store_session s, out;
	struct id rank, away, ada, in, elsewhere, first;
	struct admin a = x->admin;
	struct store_account acct;
	bool granted;
	int64_t n;

	for (size_t i = 0; i < 4; i++)
		add(x, names[i]);
	rank = team(x, "rank", "top");
	belong(x, &rank, "leo", STORE_ROLE_OWNER);
	away = team(x, "away", "leo");
	belong(x, &rank, "ada", STORE_ROLE_ADMIN);
	belong(x, &rank, "mia", STORE_ROLE_MEMBER);
	CHECK_OK(admin_grant(&x->admin, "top", &granted, &n, &acct, &x->f),
		 &x->f);
	first = acct.id;
	ada = device_account(x, "ada").id;
	a.org = &rank;
	a.self = &ada;
	for (size_t i = 0; i < 4; i++) {
		s = session(x, names[i], &rank);
		CHECK_EQ(admin_session_revoke(&a, s.id.s, true, &out, &x->f),
			 i == 0 || i == 3 ? STATUS_REFUSED : STATUS_OK);
		CHECK_EQ(now_of(x, &s).closed_at != 0, i == 1 || i == 2);
	}
	CHECK_EQ(admin_session_revoke_all(&a, &all, &acct, &n, &x->f),
		 STATUS_REFUSED);
	CHECK_EQ(admin_session_revoke_all(&a, &top, &acct, &n, &x->f),
		 STATUS_REFUSED);
	acct = device_account(x, "leo");
	in = login_under_way(x, &acct.id, &rank);
	elsewhere = login_under_way(x, &acct.id, &away);
	a.self = &first;
	CHECK_OK(admin_session_revoke_all(&a, &all, &acct, &n, &x->f), &x->f);
	CHECK_EQ(n, 1);
	CHECK(!login_good(x, &in));
	CHECK(login_good(x, &elsewhere));
	a.org = NULL;
	CHECK_OK(admin_session_revoke_all(&a, &all, &acct, &n, &x->f), &x->f);
	CHECK(!login_good(x, &elsewhere));
}

static void
check_end(struct fixture *x)
{
	static const struct {
		enum admin_session_end end;
		const char *word, *action;
	} ends[] = {
		{ ADMIN_SESSION_GONE, "gone",
		  "session.reaped success system" },
		{ ADMIN_SESSION_EXPIRED, "expired",
		  "session.expired success system" },
		{ ADMIN_SESSION_IDLE, "idle",
		  "session.expired success system" },
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct store_session s = session(x, "ann", NULL);
		long rows;

		CHECK_OK(admin_session_end(&x->admin, &s.id, ends[i].end,
					   &x->f),
			 &x->f);
		CHECK_STR(now_of(x, &s).ended, ends[i].word);
		CHECK(!proves(x, &s));
		CHECK(last_is(x, ends[i].action, ends[i].word));
		rows = fixture_rows(x);
		CHECK_EQ(admin_session_end(&x->admin, &s.id, ends[i].end,
					   &x->f),
			 STATUS_LOST);
		CHECK_EQ(fixture_rows(x), rows);
	}
}

static void
check_leap(struct fixture *x, int64_t ahead, int64_t up, const char *boot,
	   bool expected)
{
	struct admin_uptime now = { .seconds = up };
	bool leap = !expected;

	(void)strcpy(now.boot, boot);
	x->admin.now += ahead;
	CHECK_OK(admin_prune_leap(&x->admin, &now, &leap, &x->f), &x->f);
	CHECK_EQ(leap, expected);
	x->admin.now -= ahead;
}

static void
check_leaps(struct fixture *x)
{
	const struct admin_uptime up = { .boot = "boot", .seconds = 100 };

	check_leap(x, 1000000000, 100, "boot", false);
	CHECK_OK(admin_prune_note(&x->admin, &up, &x->f), &x->f);
	check_leap(x, 3700, 200, "boot", false);
	check_leap(x, 3701, 200, "boot", true);
	check_leap(x, 3701, 201, "boot", false);
	check_leap(x, -1000000, 200, "boot", false);
	check_leap(x, (int64_t)90 * 86400, 1, "other", false);
	check_leap(x, (int64_t)90 * 86400 + 1, 1, "other", true);
}

static void
check_prune(struct fixture *x)
{
	struct store_session s = session(x, "bob", NULL), row;
	struct admin_uptime up = { .boot = "boot", .seconds = 100 };
	int64_t at = -1, n = -1;

	CHECK_OK(admin_prune_last(&x->admin, &at, &x->f), &x->f);
	CHECK_EQ(at, 0);
	check_leaps(x);
	CHECK_OK(admin_prune_note(&x->admin, &up, &x->f), &x->f);
	CHECK_OK(admin_prune_last(&x->admin, &at, &x->f), &x->f);
	CHECK_EQ(at, x->admin.now);
	CHECK_OK(
		admin_session_end(&x->admin, &s.id, ADMIN_SESSION_GONE, &x->f),
		&x->f);
	CHECK_OK(admin_prune(&x->admin, false, &n, &x->f), &x->f);
	CHECK_EQ(n, 0);
	x->admin.now += (int64_t)401 * 86400;
	CHECK_OK(admin_prune(&x->admin, true, &n, &x->f), &x->f);
	CHECK(n > 0);
	CHECK_OK(store_session_get(x->store, &s.id, &row, &x->f), &x->f);
	CHECK_OK(admin_prune(&x->admin, false, &at, &x->f), &x->f);
	CHECK_EQ(at, n);
	CHECK_EQ(store_session_get(x->store, &s.id, &row, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_OK(admin_prune(&x->admin, false, &n, &x->f), &x->f);
	CHECK_EQ(n, 0);
}

int
main(void)
{
	static struct fixture x;

	fixture_start(&x, "session");
	for (int i = 0; i < 2; i++) {
		struct admin_account_new n = { .name = i == 0 ? "ann"
							      : "bob" };
		struct store_account out;

		CHECK_OK(admin_account_add(&x.admin, &n, &out, &x.f), &x.f);
	}
	check_revoke(&x);
	check_all(&x);
	check_org(&x);
	check_ranks(&x);
	check_end(&x);
	check_prune(&x);
	fixture_stop(&x);
	return test_done();
}
