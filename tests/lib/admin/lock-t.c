/* SPDX-License-Identifier: MIT */
#include "admin/lock.h"

#include "admin/account.h"
#include "base/text.h"
#include "fixture.h"

static void
fail_at(struct fixture *x, const char *subject, const char *source,
	const char *factor, enum store_guess_state state)
{
	struct store_guess g = { .at = x->admin.now,
				 .deadline = x->admin.now + 60 };
	STORE_TXN(txn);

	crypto_id(x->admin.now, &g.id);
	(void)text_copy(g.subject, sizeof(g.subject), subject);
	(void)text_copy(g.source, sizeof(g.source), source);
	(void)text_copy(g.factor, sizeof(g.factor), factor);
	CHECK_OK(store_begin(x->store, &txn, &x->f), &x->f);
	CHECK_OK(store_guess_insert(x->store, &g, state, &x->f), &x->f);
	CHECK_OK(store_commit(&txn, &x->f), &x->f);
}

static void
fail(struct fixture *x, const char *subject, const char *source,
     enum store_guess_state state)
{
	fail_at(x, subject, source, "password", state);
}

struct seen {
	size_t n;
	struct admin_lock lock[8];
};

static bool
each(void *ctx, const struct admin_lock *lock)
{
	struct seen *s = ctx;

	if (s->n < 8)
		s->lock[s->n++] = *lock;
	return s->n < 8;
}

static struct seen
look(struct fixture *x, const struct id *account)
{
	struct seen s = { .n = 0 };

	CHECK_OK(admin_lock_list(&x->admin, account, each, &s, &x->f), &x->f);
	return s;
}

static void
check_list(struct fixture *x, const struct store_account *a)
{
	int64_t tries = x->config.guess_pair_tries;
	struct seen s;

	CHECK_EQ(look(x, NULL).n, 0);
	for (int64_t i = 1; i < tries; i++)
		fail(x, a->id.s, "ip:192.0.2.1", STORE_GUESS_FAILED);
	s = look(x, NULL);
	CHECK_EQ(s.n, 1);
	CHECK_EQ(s.lock[0].subject, ADMIN_LOCK_ACCOUNT);
	CHECK_STR(s.lock[0].name, "ann");
	CHECK_EQ(s.lock[0].failed, tries - 1);
	CHECK(!s.lock[0].locked);
	CHECK_EQ(s.lock[0].until, 0);
	/* A guess still being checked is no failure, and locks nobody. */
	fail(x, a->id.s, "ip:192.0.2.1", STORE_GUESS_PENDING);
	CHECK(!look(x, NULL).lock[0].locked);
	fail(x, a->id.s, "ip:192.0.2.1", STORE_GUESS_FAILED);
	s = look(x, NULL);
	CHECK(s.lock[0].locked);
	CHECK_EQ(s.lock[0].until, x->admin.now + x->config.guess_pair_wait);
	x->admin.now += x->config.guess_pair_wait;
	CHECK(!look(x, NULL).lock[0].locked);
	fail(x, "?abcdef0123456789", "ip:192.0.2.2", STORE_GUESS_FAILED);
	s = look(x, NULL);
	CHECK_EQ(s.n, 2);
	CHECK_EQ(s.lock[0].subject, ADMIN_LOCK_UNKNOWN);
	CHECK_STR(s.lock[0].mark, "abcdef01");
	CHECK_STR(s.lock[0].name, "");
	CHECK_EQ(look(x, &a->id).n, 1);
}

static void
check_clear(struct fixture *x, const struct store_account *a)
{
	struct store_account out;
	int64_t dropped = 0;
	long rows = fixture_rows(x);

	CHECK_EQ(admin_lock_clear(&x->admin, "zoe", NULL, &dropped, &out,
				  &x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(admin_lock_clear(&x->admin, "ann", "ip:192.0.2.9", &dropped,
				  &out, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(fixture_rows(x), rows);
	CHECK_OK(admin_lock_clear(&x->admin, "ann", NULL, &dropped, &out,
				  &x->f),
		 &x->f);
	CHECK(dropped >= x->config.guess_pair_tries);
	CHECK_STR(out.id.s, a->id.s);
	CHECK_EQ(look(x, &a->id).n, 0);
	CHECK_EQ(fixture_rows(x), rows + 1);
	CHECK(strncmp(fixture_last(x), "lock.cleared ", 13) == 0);
	CHECK_EQ(look(x, NULL).n, 1);
}

/* Codes are guessed from everywhere together, but for known sources. */
static void
check_second(struct fixture *x, const struct store_account *a)
{
	static const char *const source[] = { "ip:192.0.2.1", "ip:192.0.2.2" };
	int64_t tries = x->config.guess_second_tries;
	struct seen s;

	for (int64_t i = 1; i < tries; i++)
		fail_at(x, a->id.s, source[i % 2], "otp", STORE_GUESS_FAILED);
	CHECK(!look(x, &a->id).lock[0].locked);
	fail_at(x, a->id.s, source[0], "otp", STORE_GUESS_FAILED);
	s = look(x, &a->id);
	CHECK_EQ(s.n, 2);
	for (size_t i = 0; i < s.n; i++) {
		CHECK_STR(s.lock[i].factor, "otp");
		CHECK(s.lock[i].locked);
		CHECK_EQ(s.lock[i].until,
			 x->admin.now + x->config.guess_second_wait);
	}
	/* The console is judged by its own failures. */
	fail_at(x, a->id.s, "console", "otp", STORE_GUESS_FAILED);
	s = look(x, &a->id);
	CHECK_EQ(s.n, 3);
	for (size_t i = 0; i < s.n; i++)
		CHECK_EQ(s.lock[i].locked,
			 strcmp(s.lock[i].source, "console") != 0);
}

int
main(void)
{
	struct admin_account_new ann = { .name = "ann" };
	struct store_account a;
	struct fixture x;

	fixture_start(&x, "lock");
	CHECK_OK(admin_account_add(&x.admin, &ann, &a, &x.f), &x.f);
	check_list(&x, &a);
	check_clear(&x, &a);
	check_second(&x, &a);
	fixture_stop(&x);
	return test_done();
}
