/* SPDX-License-Identifier: MIT */
/*
 * Guess limits around one answer.  The guess is charged, and that is
 * committed, before the answer is looked at: whoever is killed in between has
 * guessed.
 */
#include "base/text.h"
#include "policy/lockout.h"
#include "session/attempt.h"
#include "store/people.h"
#include "store/room.h"

#define GUESS_DEADLINE 60 /* seconds a reservation stands */
#define GUESS_PAUSE 100	  /* milliseconds between looks at others' guesses */
#define GUESS_NOISE_MOST 100 /* rows of what was no guess, a source */
#define GUESS_PAUSES_MAX 700 /* 70 s: longer than any reservation stands */

static struct lockout_limits
guess_limits(const struct config *c)
{
	return (struct lockout_limits){
		.pair_tries = c->guess_pair_tries,
		.pair_wait = c->guess_pair_wait,
		.user_tries = c->guess_user_tries,
		.user_window = c->guess_user_window,
		.source_tries = c->guess_source_tries,
		.source_window = c->guess_source_window,
		.second_tries = c->guess_second_tries,
		.second_wait = c->guess_second_wait,
	};
}

static struct lockout_counts
guess_counts(const struct session_attempt *a,
	     const struct store_guess_counts *n)
{
	return (struct lockout_counts){
		.pair_failed = n->pair_failed,
		.pair_last = n->pair_last,
		.pair_pending = n->pair_pending,
		.user_failed = n->user_failed,
		.user_pending = n->user_pending,
		.user_oldest = n->user_oldest,
		.source_failed = n->source_failed,
		.source_pending = n->source_pending,
		.source_oldest = n->source_oldest,
		.pending_deadline = n->pending_deadline,
		.run_failed = n->run_failed,
		.run_last = n->run_last,
		.source_known = n->source_known,
		.console = a->source.console,
	};
}

static struct lockout_decision
guess_decide(const struct session_attempt *a, enum policy_factor factor,
	     const struct store_guess_counts *n, int64_t now)
{
	struct lockout_limits limits = guess_limits(a->env->config);
	struct lockout_counts counts = guess_counts(a, n);

	if ((POLICY_BIT(factor) & (uint32_t)POLICY_SECOND_FACTORS) != 0)
		return lockout_judge_second(&counts, &limits, now);
	return lockout_judge(&counts, &limits, now);
}

static enum status
guess_count(const struct session_attempt *a, enum policy_factor factor,
	    int64_t now, struct store_guess_counts *out, struct fault *f)
{
	struct lockout_limits limits = guess_limits(a->env->config);

	return store_guess_count(a->env->store, a->subject, a->source.key,
				 factor_get(factor)->name, now,
				 SESSION_PAIR_WINDOW, limits.user_window,
				 limits.source_window, SESSION_SEEN_WINDOW,
				 out, f);
}

static enum status
guess_judge(const struct session_attempt *a, enum policy_factor factor,
	    int64_t now, struct lockout_decision *out, struct fault *f)
{
	struct store_guess_counts n;
	enum status st = guess_count(a, factor, now, &n, f);

	if (st == STATUS_OK)
		*out = guess_decide(a, factor, &n, now);
	return st;
}

/* Until when the account has locked itself at this factor by what failed so
 * far, here or over all sources; 0: it has not.  What others failed at from
 * the same source is no matter of the account's. */
static enum status
guess_locked(const struct session_attempt *a, enum policy_factor factor,
	     int64_t now, int64_t *until, struct fault *f)
{
	struct lockout_decision d;
	struct store_guess_counts n;
	enum status st = guess_count(a, factor, now, &n, f);

	if (st != STATUS_OK)
		return st;
	n.source_failed = n.source_pending = 0;
	d = guess_decide(a, factor, &n, now);
	*until = d.verdict == LOCKOUT_LOCKED ? d.until : 0;
	return STATUS_OK;
}

static void
guess_row(const struct session_attempt *a, const char *subject,
	  const char *factor, int64_t now, struct store_guess *out)
{
	*out = (struct store_guess){ .at = now,
				     .deadline = now + GUESS_DEADLINE };
	crypto_id(now, &out->id);
	(void)text_copy(out->subject, sizeof(out->subject), subject);
	(void)text_copy(out->source, sizeof(out->source), a->source.key);
	(void)text_copy(out->factor, sizeof(out->factor), factor);
}

/* Until when it locks now, if that is news: one lock tells of all sources. */
static enum status
guess_locked_anew(const struct session_attempt *a, enum policy_factor factor,
		  int64_t now, int64_t *until, struct fault *f)
{
	bool told = false;
	enum status st =
		store_guess_locked(a->env->store, a->subject,
				   factor_get(factor)->name, now, &told, f);

	if (st != STATUS_OK || told)
		return st;
	return guess_locked(a, factor, now, until, f);
}

/* A failure that was let through: what locks now has done so by it. */
static enum status
guess_audit_lock(const struct session_attempt *a, enum policy_factor factor,
		 int64_t now, struct fault *f)
{
	char when[TEXT_TIME_SIZE];
	struct store_guess row;
	int64_t until = 0;
	enum status st;

	if (!a->known)
		return STATUS_OK;
	st = guess_locked_anew(a, factor, now, &until, f);
	if (st != STATUS_OK || until == 0)
		return st;
	guess_row(a, a->subject, factor_get(factor)->name, now, &row);
	row.deadline = until;
	if ((st = store_guess_lock(a->env->store, &row, f)) != STATUS_OK)
		return st;
	text_time(until, when);
	return session_audit_event(
		a, "account.locked", false,
		(struct audit_pair[SESSION_EVENT_PAIRS]){
			{ "factor", factor_get(factor)->name },
			{ "source", a->source.key },
			{ "until", when },
		},
		f);
}

/* Judge again where nobody can come between, and reserve. */
static enum status
guess_reserve(struct session_attempt *a, enum policy_factor factor,
	      struct lockout_decision *d, struct fault *f)
{
	const char *name = factor_get(factor)->name;
	int64_t now = session_now(a->env);
	struct store_guess row;
	enum status st;
	STORE_TXN(txn);

	if ((st = store_begin(a->env->store, &txn, f)) != STATUS_OK)
		return st;
	if ((st = guess_judge(a, factor, now, d, f)) != STATUS_OK)
		return st;
	if (d->verdict != LOCKOUT_ADMIT)
		return STATUS_OK;
	guess_row(a, a->subject, name, now, &row);
	st = store_guess_insert(a->env->store, &row, STORE_GUESS_PENDING, f);
	if (st == STATUS_OK)
		st = store_commit(&txn, f);
	if (st != STATUS_OK)
		return st;
	a->guess[factor] = row.id;
	a->charged |= POLICY_BIT(factor);
	return STATUS_OK;
}

enum status
session_charge(struct session_attempt *a, enum policy_factor factor,
	       bool *admitted, struct fault *f)
{
	struct io *io = a->env->io;

	/* Nobody comes by a token through guessing: a limit would only let
	 * strangers, or one badly set program, shut out everybody's. */
	if (factor == POLICY_FACTOR_TOKEN) {
		a->charged |= POLICY_BIT(factor);
		*admitted = true;
		return STATUS_OK;
	}
	for (int i = 0; i < GUESS_PAUSES_MAX; i++) {
		struct lockout_decision d = { .verdict = LOCKOUT_LOCKED };
		enum status st;

		/* First without a lock: who has to wait disturbs nobody. */
		st = guess_judge(a, factor, session_now(a->env), &d, f);
		if (st == STATUS_OK && d.verdict == LOCKOUT_ADMIT)
			st = guess_reserve(a, factor, &d, f);
		/* The disk was full, and a little room was made. */
		if (st != STATUS_OK && store_again(a->env->store))
			continue;
		if (st != STATUS_OK)
			return st;
		if (d.verdict != LOCKOUT_WAIT) {
			*admitted = d.verdict == LOCKOUT_ADMIT;
			return STATUS_OK;
		}
		io->pause(io, GUESS_PAUSE);
	}
	return fault(f, STATUS_UNAVAILABLE,
		     "gave up waiting for other logins of the same source");
}

/* What was no guess is counted against the source alone.  Nothing else limits
 * how often that happens: what does not count any more must not pile up. */
static enum status
guess_source_failure(const struct session_attempt *a, const char *factor,
		     int64_t now, struct fault *f)
{
	struct store *s = a->env->store;
	struct store_guess row;
	enum status st;

	guess_row(a, "-", factor, now, &row);
	st = store_guess_insert(s, &row, STORE_GUESS_FAILED, f);
	if (st != STATUS_OK)
		return st;
	return store_guess_fade(s, &row,
				now - a->env->config->guess_source_window,
				GUESS_NOISE_MOST, f);
}

static enum store_guess_state
guess_end(const struct session_attempt *a, unsigned factor, bool granted)
{
	const struct policy_facts *facts = &a->facts;
	uint32_t bit = POLICY_BIT(factor);

	if (granted && (facts->passed & bit) != 0)
		return STORE_GUESS_PASSED;
	/* Whoever was told which passwords were in use before, and did not
	 * choose one, has guessed, even if by a code that is right. */
	if (factor == POLICY_FACTOR_PASSWORD && a->tested_past)
		return STORE_GUESS_FAILED;
	/* Whoever has the code that was used, or one that cannot be judged or
	 * counted here, has not guessed. */
	if (((facts->passed | facts->spent | facts->untimely |
	      facts->malformed) &
	     bit) == 0)
		return STORE_GUESS_FAILED;
	/* A right answer that got nobody in must not show in the counters, or
	 * they would tell that it was right. */
	return a->facts.account == POLICY_ACCOUNT_ACTIVE ? STORE_GUESS_REFUNDED
							 : STORE_GUESS_FAILED;
}

static enum status
guess_settle_one(struct session_attempt *a, unsigned factor, bool granted,
		 struct fault *f)
{
	enum store_guess_state end = guess_end(a, factor, granted);
	int64_t now = session_now(a->env);
	enum status st;

	if (factor == POLICY_FACTOR_TOKEN && end == STORE_GUESS_FAILED)
		return guess_source_failure(a, "token", now, f);
	if (factor == POLICY_FACTOR_TOKEN)
		return STATUS_OK;
	st = store_guess_settle(a->env->store, &a->guess[factor], end, f);
	if (st != STATUS_OK || end != STORE_GUESS_FAILED)
		return st;
	return guess_audit_lock(a, (enum policy_factor)factor, now, f);
}

enum status
session_guesses_settle(struct session_attempt *a, bool granted,
		       struct fault *f)
{
	struct store *s = a->env->store;
	int64_t now = session_now(a->env);
	enum status st = STATUS_OK;

	for (unsigned i = 0; i < POLICY_FACTOR_COUNT; i++) {
		if ((a->charged & POLICY_BIT(i)) != 0)
			st = guess_settle_one(a, i, granted, f);
		else if ((a->facts.malformed & POLICY_BIT(i)) != 0)
			st = guess_source_failure(a, factor_get(i)->name, now,
						  f);
		if (st == STATUS_LOST)
			return fault(f, STATUS_UNAVAILABLE,
				     "the guess was ended by somebody else");
		if (st != STATUS_OK)
			return st;
	}
	if (a->facts.cancelled &&
	    (st = guess_source_failure(a, "cancel", now, f)) != STATUS_OK)
		return st;
	return store_guess_prune(s, now - SESSION_PAIR_WINDOW, f);
}
