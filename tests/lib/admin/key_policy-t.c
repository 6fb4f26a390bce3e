/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "admin/init.h"
#include "admin/key.h"
#include "fixture.h"

static enum status
change(struct fixture *x, const struct admin_key_change *what,
       struct store_key_policy *out)
{
	return admin_key_policy_change(&x->admin, what, out, &x->f);
}

static void
check_change(struct fixture *x)
{
	struct admin_key_change rp = { .rp = "example.org" };
	struct admin_key_change count = { .sign_count =
						  STORE_SIGN_COUNT_REVOKE };
	const bool yes = true;
	struct admin_key_change more = { .attestation = &yes,
					 .models = true,
					 .aaguids = 1 };
	struct store_key_policy p = { .attestation = true };
	long rows;

	CHECK_OK(store_key_policy_get(x->store, &p, &x->f), &x->f);
	CHECK_STR(p.rp, "");
	CHECK_OK(change(x, &rp, &p), &x->f);
	CHECK_STR(p.rp, "example.org");
	CHECK(!p.attestation);
	CHECK_EQ(p.sign_count, STORE_SIGN_COUNT_WARN);
	CHECK(strncmp(fixture_last(x), "key_policy.changed success ", 27) ==
	      0);
	CHECK(strstr(fixture_last(x), "\"models\":\"any\"") != NULL);
	memset(more.aaguid[0], 0xcd, sizeof(more.aaguid[0]));
	CHECK_OK(change(x, &more, &p), &x->f);
	CHECK_OK(change(x, &count, &p), &x->f);
	/* Each left the others alone. */
	CHECK_OK(store_key_policy_get(x->store, &p, &x->f), &x->f);
	CHECK_STR(p.rp, "example.org");
	CHECK(p.attestation);
	CHECK_EQ(p.aaguids, 1);
	CHECK_EQ(p.sign_count, STORE_SIGN_COUNT_REVOKE);
	CHECK(strstr(fixture_last(x), "cdcdcdcd-cdcd-cdcd") != NULL);
	CHECK(strstr(fixture_last(x), "\"sign_count\":\"revoke\"") != NULL);
	rows = fixture_rows(x);
	for (size_t i = 0; i < 4; i++) {
		static const char *const bad[] = { "", "Example.org",
						   "https://example.org",
						   "a b" };

		rp.rp = bad[i];
		CHECK_EQ(change(x, &rp, &p), STATUS_INVALID);
	}
	CHECK_EQ(fixture_rows(x), rows);
}

static void
check_many(struct fixture *x)
{
	struct admin_key_change all = { .models = true,
					.aaguids = STORE_AAGUIDS_MAX };
	struct store_key_policy p;

	for (size_t i = 0; i < STORE_AAGUIDS_MAX; i++)
		memset(all.aaguid[i], (int)i, sizeof(all.aaguid[i]));
	CHECK_OK(change(x, &all, &p), &x->f);
	CHECK_OK(store_key_policy_get(x->store, &p, &x->f), &x->f);
	CHECK_EQ(p.aaguids, STORE_AAGUIDS_MAX);
	CHECK(strstr(fixture_last(x), "1f1f1f1f-1f1f") != NULL);
}

static void
check_words(void)
{
	enum store_sign_count how;

	for (int i = STORE_SIGN_COUNT_WARN; i <= STORE_SIGN_COUNT_REVOKE;
	     i++) {
		CHECK(admin_sign_count_parse(
			admin_sign_count_name((enum store_sign_count)i),
			&how));
		CHECK_EQ(how, i);
	}
	CHECK(!admin_sign_count_parse("", &how));
	CHECK(!admin_sign_count_parse("Warn", &how));
	CHECK(admin_rp_is_host("host", "other.example.org"));
	CHECK(admin_rp_is_host("a.example.org", "a.example.org"));
	CHECK(!admin_rp_is_host("example.org", "a.example.org"));
	CHECK(!admin_rp_is_host("example.org", "example.organic"));
}

int
main(void)
{
	struct fixture x;

	fixture_start(&x, "key_policy");
	check_change(&x);
	check_many(&x);
	check_words();
	fixture_stop(&x);
	return test_done();
}
