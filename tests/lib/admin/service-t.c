/* SPDX-License-Identifier: MIT */
#include "admin/service.h"

#include <stdio.h>

#include "admin/account.h"
#include "base/text.h"
#include "device.h"
#include "factor/token.h"

/* What the secret is at a login. */
static enum factor_result
shown(struct fixture *x, const struct id *account, const struct secret *text)
{
	struct factor_env env = admin_factor_env(&x->admin);
	struct factor_outcome out = { .result = FACTOR_WRONG };

	env.service = "dovecot";
	CHECK_OK(factor_token.check(&env, account, text, &out, &x->f), &x->f);
	return out.result;
}

static void
check_account(struct fixture *x)
{
	const struct admin_account_new ann = { .name = "ann" },
				       taken = { .name = "acme-y" };
	struct admin_service s, found;
	struct store_account a;
	long rows;

	CHECK_OK(admin_account_add(&x->admin, &ann, &a, &x->f), &x->f);
	CHECK_OK(admin_service_add(&x->admin, "bot", "acme", false, &s, &x->f),
		 &x->f);
	CHECK_EQ(s.account.kind, STORE_SERVICE);
	CHECK_STR(s.account.org.s, s.org.id.s);
	CHECK(strncmp(fixture_last(x), "service.created success uid:1000 ",
		      33) == 0);
	CHECK_OK(admin_service_find(&x->admin, "acme", "bot", &found, &x->f),
		 &x->f);
	CHECK_STR(found.account.id.s, s.account.id.s);
	rows = fixture_rows(x);
	CHECK_EQ(admin_service_add(&x->admin, "bot", "mill", false, &s, &x->f),
		 STATUS_CONFLICT);
	CHECK_EQ(admin_service_add(&x->admin, "ann", "acme", false, &s, &x->f),
		 STATUS_CONFLICT);
	CHECK_EQ(admin_service_add(&x->admin, "b t", "acme", false, &s, &x->f),
		 STATUS_INVALID);
	CHECK_EQ(admin_service_add(&x->admin, "bat", "nixx", false, &s, &x->f),
		 STATUS_NOT_FOUND);
	/* Of one organization: whose name it is, or was, is not told. */
	x->admin.org = &found.org.id;
	CHECK_EQ(admin_service_add(&x->admin, "acme-x", "acme", true, &s,
				   &x->f),
		 STATUS_CONFLICT);
	CHECK_STR(x->f.text, "the name 'acme-x' is not free: choose another");
	x->admin.org = NULL;
	CHECK_OK(admin_account_add(&x->admin, &taken, &a, &x->f), &x->f);
	rows = fixture_rows(x);
	x->admin.org = &found.org.id;
	CHECK_EQ(admin_service_add(&x->admin, "acme-y", "acme", false, &s,
				   &x->f),
		 STATUS_CONFLICT);
	CHECK_STR(x->f.text, "the name 'acme-y' is not free: choose another");
	x->admin.org = NULL;
	/* Not another organization's, and no person. */
	CHECK_EQ(admin_service_find(&x->admin, "mill", "bot", &s, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(admin_service_find(&x->admin, "acme", "ann", &s, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(admin_service_find(&x->admin, "acme", "zoe", &s, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(fixture_rows(x), rows);
}

/* One after the other, without a moment in which none is good. */
static void
check_rotation(struct fixture *x)
{
	struct admin_service s;
	struct store_token one;
	int64_t revoked = -1;
	SECRET(old);
	SECRET(new_one);

	CHECK_OK(admin_secret_add(&x->admin, "acme", "bot", "2025", 0, &old,
				  &s, &one, &x->f),
		 &x->f);
	CHECK(token_shaped(&old));
	CHECK(strstr(fixture_last(x), "service.credential_added success") !=
	      NULL);
	CHECK_EQ(shown(x, &s.account.id, &old), FACTOR_RIGHT);
	CHECK_EQ(admin_secret_add(&x->admin, "acme", "bot", "2025", 0,
				  &new_one, &s, &one, &x->f),
		 STATUS_CONFLICT);
	CHECK_OK(admin_secret_add(&x->admin, "acme", "bot", "2026",
				  x->admin.now + 100, &new_one, &s, &one,
				  &x->f),
		 &x->f);
	CHECK(!secret_equal(&old, &new_one));
	CHECK_EQ(shown(x, &s.account.id, &old), FACTOR_RIGHT);
	CHECK_EQ(shown(x, &s.account.id, &new_one), FACTOR_RIGHT);
	CHECK_OK(admin_secret_revoke(&x->admin, "acme", "bot", "2025", &s,
				     &revoked, &x->f),
		 &x->f);
	CHECK_EQ(revoked, 1);
	CHECK(strstr(fixture_last(x), "service.credential_revoked success") !=
	      NULL);
	CHECK(shown(x, &s.account.id, &old) != FACTOR_RIGHT);
	CHECK_EQ(shown(x, &s.account.id, &new_one), FACTOR_RIGHT);
	CHECK_EQ(admin_secret_revoke(&x->admin, "acme", "bot", "2025", &s,
				     &revoked, &x->f),
		 STATUS_NOT_FOUND);
	x->admin.now += 100;
	CHECK(shown(x, &s.account.id, &new_one) != FACTOR_RIGHT);
	/* The label is free again. */
	CHECK_OK(admin_secret_add(&x->admin, "acme", "bot", "2025", 0, &old,
				  &s, &one, &x->f),
		 &x->f);
}

static void
check_bounds(struct fixture *x)
{
	struct admin_service s;
	struct store_token one;
	char label[STORE_LABEL_SIZE + 1];
	int64_t revoked = -1;
	long rows = fixture_rows(x);
	SECRET(text);

	memset(label, 'x', sizeof(label));
	label[sizeof(label) - 1] = '\0';
	for (int i = 0; i < 3; i++)
		CHECK_EQ(admin_secret_add(
				 &x->admin, "acme", "bot",
				 (const char *const[]){ "", "a\nb", label }[i],
				 0, &text, &s, &one, &x->f),
			 STATUS_INVALID);
	CHECK_EQ(admin_secret_add(&x->admin, "acme", "bot", "late",
				  x->admin.now, &text, &s, &one, &x->f),
		 STATUS_INVALID);
	CHECK_EQ(fixture_rows(x), rows);
	CHECK_OK(admin_secret_revoke(&x->admin, "acme", "bot", NULL, &s,
				     &revoked, &x->f),
		 &x->f);
	for (int i = 0; i < STORE_SECRETS_MAX; i++) {
		(void)snprintf(label, sizeof(label), "%d", i);
		CHECK_OK(admin_secret_add(&x->admin, "acme", "bot", label, 0,
					  &text, &s, &one, &x->f),
			 &x->f);
	}
	CHECK_EQ(admin_secret_add(&x->admin, "acme", "bot", "more", 0, &text,
				  &s, &one, &x->f),
		 STATUS_REFUSED);
	CHECK_EQ(shown(x, &s.account.id, &text), FACTOR_RIGHT);
	CHECK_OK(admin_secret_revoke(&x->admin, "acme", "bot", NULL, &s,
				     &revoked, &x->f),
		 &x->f);
	CHECK_EQ(revoked, STORE_SECRETS_MAX);
	CHECK(shown(x, &s.account.id, &text) != FACTOR_RIGHT);
}

static void
check_remove(struct fixture *x)
{
	struct admin_service s;
	struct store_account a;
	struct store_token one;
	SECRET(text);

	CHECK_OK(admin_secret_add(&x->admin, "acme", "bot", "last", 0, &text,
				  &s, &one, &x->f),
		 &x->f);
	CHECK_EQ(admin_service_remove(&x->admin, "mill", "bot", &s, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_OK(admin_service_remove(&x->admin, "acme", "bot", &s, &x->f),
		 &x->f);
	CHECK_EQ(s.account.state, STORE_DELETED);
	CHECK(strstr(fixture_last(x), "service.removed success") != NULL);
	CHECK(shown(x, &s.account.id, &text) != FACTOR_RIGHT);
	CHECK_EQ(store_account_by_name(x->store, "bot", &a, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(admin_service_remove(&x->admin, "acme", "bot", &s, &x->f),
		 STATUS_NOT_FOUND);
}

int
main(void)
{
	const struct admin_org_new acme = { .slug = "acme" };
	const struct admin_org_new mill = { .slug = "mill" };
	struct store_org org;
	struct fixture x;

	fixture_start(&x, "service");
	CHECK_OK(admin_org_add(&x.admin, &acme, &org, &x.f), &x.f);
	CHECK_OK(admin_org_add(&x.admin, &mill, &org, &x.f), &x.f);
	check_account(&x);
	check_rotation(&x);
	check_bounds(&x);
	check_remove(&x);
	fixture_stop(&x);
	return test_done();
}
