/* SPDX-License-Identifier: MIT */
#include "admin/lock.h"

#include <string.h>

#include "admin/account.h"
#include "admin/reach.h"
#include "base/auto.h"
#include "base/text.h"
#include "policy/lockout.h"
#include "policy/policy.h"
#include "session/session.h"

/* Gathered first: asking the store more while it lists is not promised. */
struct admin_lock_sums {
	const char *subject; /* NULL: all */
	struct store_guess_sum *of;
	size_t n, size;
	bool full;
};

static void
admin_lock_sums_end(struct admin_lock_sums *s)
{
	free(s->of);
}

static bool
admin_lock_sums_add(void *ctx, const struct store_guess_sum *sum)
{
	struct admin_lock_sums *s = ctx;

	if (s->subject != NULL && strcmp(s->subject, sum->subject) != 0)
		return true;
	if (s->n == s->size) {
		size_t size = s->size == 0 ? 16 : s->size * 2;
		struct store_guess_sum *more;

		more = reallocarray(s->of, size, sizeof(*more));
		s->full = more == NULL;
		if (s->full)
			return false;
		s->of = more;
		s->size = size;
	}
	s->of[s->n++] = *sum;
	return true;
}

/* Is the factor of that name one that is asked for beside another? */
static bool
admin_lock_second(const char *name)
{
	for (int i = 0; i < POLICY_FACTOR_COUNT; i++)
		if (strcmp(policy_factor_name((enum policy_factor)i), name) ==
		    0)
			return (POLICY_SECOND_FACTORS & POLICY_BIT(i)) != 0;
	return false;
}

static enum status
admin_lock_judge(const struct admin *a, const struct store_guess_sum *sum,
		 struct admin_lock *out, struct fault *f)
{
	const struct config *c = a->config;
	struct lockout_limits limits = {
		.pair_tries = c->guess_pair_tries,
		.pair_wait = c->guess_pair_wait,
		.user_tries = c->guess_user_tries,
		.user_window = c->guess_user_window,
		.source_tries = c->guess_source_tries,
		.source_window = c->guess_source_window,
		.second_tries = c->guess_second_tries,
		.second_wait = c->guess_second_wait,
	};
	struct lockout_counts counts = {
		.console = strcmp(sum->source, "console") == 0,
	};
	struct store_guess_counts n;
	struct lockout_decision d;
	enum status st;

	st = store_guess_count(a->store, sum->subject, sum->source,
			       sum->factor, a->now, SESSION_PAIR_WINDOW,
			       limits.user_window, limits.source_window,
			       SESSION_SEEN_WINDOW, &n, f);
	if (st != STATUS_OK)
		return st;
	counts.pair_failed = n.pair_failed;
	counts.pair_last = n.pair_last;
	counts.user_failed = n.user_failed;
	counts.user_oldest = n.user_oldest;
	counts.source_failed = n.source_failed;
	counts.source_oldest = n.source_oldest;
	counts.run_failed = n.run_failed;
	counts.run_last = n.run_last;
	counts.source_known = n.source_known;
	/* Pending ones only make others wait, which is no lock: left out. */
	d = admin_lock_second(sum->factor)
		    ? lockout_judge_second(&counts, &limits, a->now)
		    : lockout_judge(&counts, &limits, a->now);
	out->locked = d.verdict == LOCKOUT_LOCKED;
	out->until = out->locked ? d.until : 0;
	return STATUS_OK;
}

static enum status
admin_lock_subject(const struct admin *a, const char *subject,
		   struct admin_lock *out, struct fault *f)
{
	struct store_account acct;
	enum status st;

	if (subject[0] == '?') {
		out->subject = ADMIN_LOCK_UNKNOWN;
		memcpy(out->mark, subject + 1,
		       strnlen(subject + 1, sizeof(out->mark) - 1));
		return STATUS_OK;
	}
	if (strlen(subject) != ID_LENGTH) {
		out->subject = ADMIN_LOCK_SOURCE;
		return STATUS_OK;
	}
	out->subject = ADMIN_LOCK_ACCOUNT;
	(void)text_copy(out->account.s, sizeof(out->account.s), subject);
	st = store_account_by_id(a->store, &out->account, &acct, f);
	if (st == STATUS_OK)
		(void)text_copy(out->name, sizeof(out->name), acct.name);
	return st == STATUS_NOT_FOUND ? STATUS_OK : st;
}

/* Nobody knows whose the unknown ones are. */
static enum status
admin_lock_seen(const struct admin *a, const struct admin_lock *lock,
		bool *out, struct fault *f)
{
	if (lock->subject == ADMIN_LOCK_ACCOUNT)
		return admin_reach_sees_id(a, &lock->account, out, f);
	*out = a->org == NULL;
	return STATUS_OK;
}

enum status
admin_lock_list(const struct admin *a, const struct id *account,
		bool (*each)(void *ctx, const struct admin_lock *), void *ctx,
		struct fault *f)
{
	__attribute__((
		cleanup(admin_lock_sums_end))) struct admin_lock_sums sums = {
		.subject = account == NULL ? NULL : account->s,
	};
	enum status st;
	bool seen;

	st = store_guess_list(a->store, a->now, a->now - SESSION_PAIR_WINDOW,
			      admin_lock_sums_add, &sums, f);
	if (st != STATUS_OK)
		return st;
	if (sums.full)
		return fault(f, STATUS_SYSTEM, "out of memory");
	for (size_t i = 0; i < sums.n; i++) {
		const struct store_guess_sum *sum = &sums.of[i];
		struct admin_lock lock = { .failed = sum->failed,
					   .last_at = sum->last_at };

		(void)text_copy(lock.source, sizeof(lock.source), sum->source);
		(void)text_copy(lock.factor, sizeof(lock.factor), sum->factor);
		if ((st = admin_lock_subject(a, sum->subject, &lock, f)) !=
			    STATUS_OK ||
		    (st = admin_lock_seen(a, &lock, &seen, f)) != STATUS_OK)
			return st;
		if (!seen)
			continue;
		if ((st = admin_lock_judge(a, sum, &lock, f)) != STATUS_OK)
			return st;
		if (!each(ctx, &lock))
			return STATUS_OK;
	}
	return STATUS_OK;
}

enum status
admin_lock_clear(const struct admin *a, const char *name, const char *source,
		 int64_t *dropped, struct store_account *out, struct fault *f)
{
	struct store_account acct;
	int64_t n = 0;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_account_find(a, name, &acct, f)) != STATUS_OK ||
	    (st = admin_reach(a, &acct, f)) != STATUS_OK ||
	    (st = store_guess_clear(a->store, acct.id.s, source, &n, f)) !=
		    STATUS_OK)
		return st;
	if (n == 0)
		return fault(f, STATUS_NOT_FOUND,
			     "there are no failures of '%s'%s%s to clear",
			     name, source == NULL ? "" : " from ",
			     source == NULL ? "" : source);
	st = admin_audit(a, "lock.cleared", &acct.id,
			 (const struct audit_pair[ADMIN_PAIRS_MAX]){
				 { "source", source } },
			 f);
	if (st == STATUS_OK)
		st = admin_commit(a, &txn, f);
	if (st != STATUS_OK)
		return st;
	*dropped = n;
	*out = acct;
	return STATUS_OK;
}
