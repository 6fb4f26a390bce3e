/* SPDX-License-Identifier: MIT */
#include "admin/jwt.h"

#include <stdio.h>

#include "admin/account.h"
#include "admin/code.h"
#include "admin/life.h"
#include "admin/member.h"
#include "admin/org.h"
#include "admin/token.h"
#include "admin/trust.h"
#include "base/text.h"
#include "fixture.h"

/* What was made. */
struct pair {
	struct secret jwt, refresh;
	struct admin_jwt t;
};

static enum status
issue(struct fixture *x, const char *user, struct pair *p)
{
	return admin_jwt_issue(&x->admin, user, "dovecot", 30, &p->jwt,
			       &p->refresh, &p->t, &x->f);
}

static enum status
refresh(struct fixture *x, const struct secret *token, struct pair *p)
{
	return admin_jwt_refresh(&x->admin, token, &p->jwt, &p->refresh, &p->t,
				 &x->f);
}

/* What a JWT is at a login. */
static enum factor_result
shown(struct fixture *x, const struct pair *p)
{
	struct factor_env env = admin_factor_env(&x->admin);
	struct factor_outcome out = { .result = FACTOR_WRONG };

	env.service = "dovecot";
	env.issuer = x->config.jwt_issuer;
	env.host = x->audit.host;
	CHECK_OK(factor_token.check(&env, &p->t.account.id, &p->jwt, &out,
				    &x->f),
		 &x->f);
	return out.result;
}

static void
check_off(struct fixture *x)
{
	static struct pair p;

	CHECK_EQ(issue(x, "ann", &p), STATUS_REFUSED);
	CHECK_EQ(refresh(x, &p.refresh, &p), STATUS_REFUSED);
	CHECK(strstr(x->f.text, "accept = yes") != NULL);
	x->config.jwt_accept = true;
}

static void
check_issue(struct fixture *x)
{
	static const char *const bad[] = { "", "a b", "a/b", "\xc3\xa4",
					   "a\nb" };
	static struct pair p;
	char service[STORE_REFRESH_SERVICE_SIZE + 1];
	long rows = fixture_rows(x);
	struct admin_jwt *t = &p.t;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_EQ(admin_jwt_issue(&x->admin, "ann", bad[i], 30, &p.jwt,
					 &p.refresh, t, &x->f),
			 STATUS_INVALID);
	memset(service, 's', sizeof(service));
	service[sizeof(service) - 1] = '\0';
	CHECK_EQ(admin_jwt_issue(&x->admin, "ann", service, 30, &p.jwt,
				 &p.refresh, t, &x->f),
		 STATUS_INVALID);
	CHECK_EQ(admin_jwt_issue(&x->admin, "ann", "a", 0, &p.jwt, &p.refresh,
				 t, &x->f),
		 STATUS_INVALID);
	CHECK_EQ(admin_jwt_issue(&x->admin, "ann", "a", 91, &p.jwt, &p.refresh,
				 t, &x->f),
		 STATUS_INVALID);
	CHECK_EQ(issue(x, "nobody", &p), STATUS_NOT_FOUND);
	CHECK_EQ(fixture_rows(x), rows);
	CHECK_EQ(p.jwt.len, 0);
	CHECK_OK(issue(x, "ann", &p), &x->f);
	CHECK_EQ(t->expires_at, x->admin.now + JWT_SECONDS);
	CHECK_EQ(t->row.expires_at, x->admin.now + 30 * 86400);
	CHECK_STR(t->row.family.s, t->row.id.s);
	CHECK_EQ(shown(x, &p), FACTOR_RIGHT);
	CHECK(strncmp(fixture_last(x), "token.jwt_issued success uid:1000 ",
		      34) == 0);
	/* Neither of the two is in the audit. */
	CHECK(strstr(fixture_last(x), "eyJ") == NULL &&
	      strstr(fixture_last(x), "sigra_rt_") == NULL);
	CHECK(strstr(x->lines, "sigra_rt_") == NULL);
	x->admin.now += JWT_SECONDS;
	CHECK(shown(x, &p) != FACTOR_RIGHT);
}

/* One after the other; what came before goes on until it is over. */
static void
check_chain(struct fixture *x)
{
	static struct pair p[3];

	CHECK_OK(issue(x, "ann", &p[0]), &x->f);
	for (int i = 1; i < 3; i++) {
		x->admin.now += 10;
		CHECK_OK(refresh(x, &p[i - 1].refresh, &p[i]), &x->f);
		CHECK(strstr(fixture_last(x), "token.refreshed success") !=
		      NULL);
		CHECK_STR(p[i].t.row.family.s, p[0].t.row.id.s);
		CHECK_EQ(p[i].t.row.expires_at, p[0].t.row.expires_at);
		CHECK_STR(p[i].t.account.name, "ann");
	}
	for (int i = 0; i < 3; i++)
		CHECK_EQ(shown(x, &p[i]), FACTOR_RIGHT);
	/* The second is in two hands. */
	CHECK_EQ(refresh(x, &p[1].refresh, &p[0]), STATUS_REFUSED);
	CHECK(strstr(x->f.text, "used before") != NULL);
	CHECK(strstr(fixture_last(x), "token.refresh_reused failure") != NULL);
	CHECK(shown(x, &p[1]) != FACTOR_RIGHT);
	CHECK(shown(x, &p[2]) != FACTOR_RIGHT);
	CHECK_EQ(refresh(x, &p[2].refresh, &p[0]), STATUS_REFUSED);
	CHECK(strstr(x->f.text, "not good") != NULL);
}

static void
check_refused(struct fixture *x)
{
	static struct pair p, next;
	struct store_account acct;
	long rows;
	SECRET(other);

	CHECK_EQ(refresh(x, &other, &p), STATUS_INVALID);
	CHECK_OK(token_make(STORE_TOKEN_APP, &other, &x->f), &x->f);
	CHECK_EQ(refresh(x, &other, &p), STATUS_INVALID);
	CHECK_OK(token_text_make(JWT_REFRESH_PREFIX, &other, &x->f), &x->f);
	CHECK_EQ(refresh(x, &other, &p), STATUS_REFUSED);
	CHECK_OK(issue(x, "ann", &p), &x->f);
	CHECK_OK(admin_account_disable(&x->admin, "ann", "away", &acct, &x->f),
		 &x->f);
	rows = fixture_rows(x);
	CHECK_EQ(issue(x, "ann", &next), STATUS_CONFLICT);
	CHECK_EQ(refresh(x, &p.refresh, &next), STATUS_REFUSED);
	CHECK_EQ(fixture_rows(x), rows);
	/* What was ended by that stays ended. */
	CHECK_OK(admin_account_enable(&x->admin, "ann", &acct, &x->f), &x->f);
	CHECK_EQ(refresh(x, &p.refresh, &next), STATUS_REFUSED);
	CHECK_OK(issue(x, "ann", &p), &x->f);
	x->admin.now = p.t.row.expires_at;
	CHECK_EQ(refresh(x, &p.refresh, &next), STATUS_REFUSED);
	/* At the very end a JWT is no longer good than its family. */
	x->admin.now -= 60;
	CHECK_OK(refresh(x, &p.refresh, &next), &x->f);
	CHECK_EQ(next.t.expires_at, p.t.row.expires_at);
}

/* Each of them ends all families. */
static void
check_ends(struct fixture *x)
{
	static struct pair p, next;
	struct store_account acct;
	int64_t n = -1;

	CHECK_OK(issue(x, "ann", &p), &x->f);
	CHECK_OK(issue(x, "ann", &next), &x->f);
	CHECK_OK(admin_jwt_revoke(&x->admin, "ann", &n, &acct, &x->f), &x->f);
	CHECK(n >= 2);
	CHECK(strstr(fixture_last(x), "token.jwt_revoked success") != NULL);
	CHECK(shown(x, &p) != FACTOR_RIGHT);
	CHECK_EQ(refresh(x, &p.refresh, &next), STATUS_REFUSED);
	CHECK_OK(admin_jwt_revoke(&x->admin, "ann", &n, &acct, &x->f), &x->f);
	CHECK_EQ(n, 0);
	CHECK_EQ(admin_jwt_revoke(&x->admin, "nobody", &n, &acct, &x->f),
		 STATUS_NOT_FOUND);

	CHECK_OK(issue(x, "ann", &p), &x->f);
	CHECK_OK(admin_token_revoke_all(&x->admin, "ann", &n, &acct, &x->f),
		 &x->f);
	CHECK_EQ(n, 1);
	CHECK(shown(x, &p) != FACTOR_RIGHT);

	CHECK_OK(issue(x, "ann", &p), &x->f);
	CHECK_OK(admin_trust_revoke_all(&x->admin, "ann", &n, &acct, &x->f),
		 &x->f);
	CHECK(shown(x, &p) != FACTOR_RIGHT);
	CHECK_EQ(refresh(x, &p.refresh, &next), STATUS_REFUSED);
}

static void
check_many(struct fixture *x)
{
	static struct pair p, next;

	for (int i = 0; i < STORE_FAMILIES_MAX; i++)
		CHECK_OK(issue(x, "bob", &p), &x->f);
	CHECK_EQ(issue(x, "bob", &next), STATUS_REFUSED);
	CHECK_OK(refresh(x, &p.refresh, &next), &x->f);
}

/* As an organization limits what its members' programs show. */
static void
check_org(struct fixture *x)
{
	const struct admin_org_new acme = { .slug = "acme" };
	const struct admin_org_new mill = { .slug = "mill" };
	struct admin_member m;
	struct store_org org, other;
	static struct pair p, next;
	STORE_TXN(txn);

	CHECK_OK(admin_org_add(&x->admin, &acme, &org, &x->f), &x->f);
	CHECK_OK(admin_org_add(&x->admin, &mill, &other, &x->f), &x->f);
	CHECK_OK(admin_member_add(&x->admin, "acme", "zoe", STORE_ROLE_MEMBER,
				  &m, &x->f),
		 &x->f);
	CHECK_OK(issue(x, "zoe", &p), &x->f);
	/* Another organization's administrator has never heard of her. */
	x->admin.org = &other.id;
	CHECK_EQ(issue(x, "zoe", &next), STATUS_NOT_FOUND);
	CHECK_EQ(refresh(x, &p.refresh, &next), STATUS_REFUSED);
	x->admin.org = NULL;
	org.token_max = 86400;
	CHECK_OK(store_begin(x->store, &txn, &x->f), &x->f);
	CHECK_OK(store_org_update(x->store, &org, &x->f), &x->f);
	CHECK_OK(store_commit(&txn, &x->f), &x->f);
	CHECK_EQ(issue(x, "zoe", &next), STATUS_REFUSED);
	CHECK(strstr(x->f.text, "--refresh-days 1,") != NULL);
	CHECK_OK(admin_jwt_issue(&x->admin, "zoe", "dovecot", 1, &next.jwt,
				 &next.refresh, &next.t, &x->f),
		 &x->f);
	x->admin.now += 86399;
	CHECK_OK(refresh(x, &p.refresh, &p), &x->f);
	x->admin.now++;
	CHECK_EQ(refresh(x, &p.refresh, &next), STATUS_REFUSED);
}

static void
check_deleted(struct fixture *x)
{
	const struct admin_deletion d = { .days = 0, .strategy = STORE_SOFT };
	static struct pair p, next;
	struct store_account acct;

	CHECK_OK(issue(x, "ann", &p), &x->f);
	CHECK_OK(admin_account_delete(&x->admin, "ann", &d, &acct, &x->f),
		 &x->f);
	CHECK(shown(x, &p) != FACTOR_RIGHT);
	CHECK_EQ(refresh(x, &p.refresh, &next), STATUS_REFUSED);
}

int
main(void)
{
	static const char *const users[] = { "ann", "bob", "zoe" };
	struct store_account acct;
	struct fixture x;

	fixture_start(&x, "jwt");
	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
		const struct admin_account_new n = { .name = users[i] };

		CHECK_OK(admin_account_add(&x.admin, &n, &acct, &x.f), &x.f);
	}
	check_off(&x);
	check_issue(&x);
	check_chain(&x);
	check_refused(&x);
	check_ends(&x);
	check_many(&x);
	check_org(&x);
	check_deleted(&x);
	fixture_stop(&x);
	return test_done();
}
