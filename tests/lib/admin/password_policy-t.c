/* SPDX-License-Identifier: MIT */
#include "admin/account.h"
#include "admin/password.h"
#include "fixture.h"

static enum status
change(struct fixture *x, const struct admin_password_change *what)
{
	struct store_password_policy p = { .min_length = 1 };
	enum status st =
		admin_password_policy_change(&x->admin, what, &p, &x->f);

	CHECK_EQ(p.min_length == 1, st != STATUS_OK);
	return st;
}

static struct store_password_policy
policy(struct fixture *x)
{
	struct store_password_policy p = { .min_length = 1 };

	CHECK_OK(store_password_policy_get(x->store, &p, &x->f), &x->f);
	return p;
}

static void
check_change(struct fixture *x)
{
	const int64_t twelve = 12, none = 0, two = 2, ninety = 90;
	const bool no = false;
	struct store_password_policy p = policy(x);

	CHECK_EQ(p.min_length, 8);
	CHECK_EQ(p.history, 5);
	CHECK_EQ(p.max_days + p.min_days, 0);
	CHECK_EQ(p.warn_days, 14);
	CHECK(p.breached);
	CHECK_OK(change(x,
			&(struct admin_password_change){ .min_length = &twelve,
							 .breached = &no }),
		 &x->f);
	CHECK_STR(strstr(fixture_last(x), "{"),
		  "{\"min_length\":\"12\",\"history\":\"5\","
		  "\"max_days\":\"0\",\"warn_days\":\"14\","
		  "\"min_days\":\"0\",\"breached\":\"no\"}");
	CHECK(strncmp(fixture_last(x), "policy.passwords_changed success ",
		      33) == 0);
	CHECK_OK(
		change(x, &(struct admin_password_change){ .max_days = &ninety,
							   .min_days = &two,
							   .warn_days = &two,
							   .history = &none }),
		&x->f);
	p = policy(x);
	CHECK_EQ(p.min_length, 12);
	CHECK_EQ(p.history, 0);
	CHECK_EQ(p.max_days, 90);
	CHECK_EQ(p.warn_days, 2);
	CHECK_EQ(p.min_days, 2);
	CHECK(!p.breached);
}

static void
check_bounds(struct fixture *x)
{
	static const int64_t bad[][2] = {
		{ 7, 129 }, { -1, 25 }, { -1, 3651 }, { -1, 366 }, { -1, 366 }
	};
	long rows = fixture_rows(x);
	struct store_password_policy before = policy(x), after;
	const int64_t ninety = 90;

	for (int which = 0; which < 5; which++)
		for (int side = 0; side < 2; side++) {
			const int64_t *n = &bad[which][side];
			struct admin_password_change c = {
				.min_length = which == 0 ? n : NULL,
				.history = which == 1 ? n : NULL,
				.max_days = which == 2 ? n : NULL,
				.warn_days = which == 3 ? n : NULL,
				.min_days = which == 4 ? n : NULL,
			};

			CHECK_EQ(change(x, &c), STATUS_INVALID);
		}
	/* It would have to be changed before it may be. */
	CHECK_EQ(change(x, &(struct admin_password_change){ .min_days =
								    &ninety }),
		 STATUS_INVALID);
	after = policy(x);
	CHECK_EQ(memcmp(&before, &after, sizeof(before)), 0);
	CHECK_EQ(fixture_rows(x), rows);
}

/* What the policy says counts for administrators, too. */
static void
check_counts(struct fixture *x)
{
	struct admin_account_new ann = { .name = "ann",
					 .email = "ann@roadrunner.example" };
	struct store_account a;
	struct words words;
	SECRET(word);

	CHECK_OK(admin_account_add(&x->admin, &ann, &a, &x->f), &x->f);
	CHECK_OK(secret_set(&word, "a7%kZ_pQabc", 11, &x->f), &x->f);
	CHECK_EQ(admin_password_set(&x->admin, "ann", &word, false, &a, &x->f),
		 STATUS_REFUSED);
	CHECK_OK(secret_set(&word, "RoadRunner123456789", 19, &x->f), &x->f);
	CHECK_EQ(admin_password_check(&x->admin, "ann", &word, &x->f),
		 STATUS_REFUSED);
	CHECK_OK(admin_password_check(&x->admin, NULL, &word, &x->f), &x->f);
	CHECK_OK(admin_password_words(&x->admin, "ann", &words, &x->f), &x->f);
	CHECK_EQ(words.n, 2);
	CHECK_OK(admin_password_words(&x->admin, NULL, &words, &x->f), &x->f);
	CHECK_EQ(words.n, 0);
	CHECK_EQ(admin_password_words(&x->admin, "zoe", &words, &x->f),
		 STATUS_NOT_FOUND);
}

int
main(void)
{
	struct fixture x;

	fixture_start(&x, "password_policy");
	check_change(&x);
	check_bounds(&x);
	check_counts(&x);
	fixture_stop(&x);
	return test_done();
}
