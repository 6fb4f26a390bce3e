/* SPDX-License-Identifier: MIT */
/* How old a password may become, and has to be before it is changed again. */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "session/age.h"
#include "session/attempt.h"

#define AGE_DAY 86400

/* The end of all time is as good as never. */
static int64_t
age_after(int64_t set_at, int64_t days)
{
	if (days == 0 || set_at > INT64_MAX - days * AGE_DAY)
		return 0;
	return set_at + days * AGE_DAY;
}

int64_t
session_age_due(const struct store_password_policy *policy, int64_t set_at)
{
	return age_after(set_at, policy->max_days);
}

enum status
session_age_find(struct session_attempt *a, struct fault *f)
{
	struct store_password_policy policy;
	struct store_password p;
	enum status st;

	a->password_due = a->password_early = a->password_warn = 0;
	if (!a->known)
		return STATUS_OK;
	st = store_password_policy_get(a->env->store, &policy, f);
	if (st == STATUS_OK)
		st = store_password_get(a->env->store, &a->account.id, &p, f);
	if (st == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (st != STATUS_OK)
		return st;
	a->password_due = session_age_due(&policy, p.set_at);
	a->password_early = age_after(p.set_at, policy.min_days);
	a->password_warn = a->password_due - policy.warn_days * AGE_DAY;
	return STATUS_OK;
}

bool
session_age_over(const struct session_attempt *a)
{
	return a->password_due != 0 && session_now(a->env) >= a->password_due;
}

/* "2026-01-31" */
static void
age_date(int64_t at, char out[TEXT_TIME_SIZE])
{
	text_time(at, out);
	out[strcspn(out, "T")] = '\0';
}

/* By the later of both clocks: putting one back makes nobody wait. */
bool
session_age_young(const struct session_attempt *a)
{
	int64_t now = session_now(a->env);
	char when[TEXT_TIME_SIZE], text[160];
	struct buf b;

	if (now < a->clock_seen)
		now = a->clock_seen;
	if (a->facts.must_change || now >= a->password_early)
		return false;
	text_time(a->password_early, when);
	buf_start(&b, text, sizeof(text));
	buf_printf(&b,
		   "The password was changed not long ago: it can be changed "
		   "again from %s on.",
		   when);
	session_tell(a->env, PROMPT_ERROR, text);
	return true;
}

/* Who has just chosen one, or acts for its owner, has nothing to do. */
void
session_age_tell(const struct session_attempt *a)
{
	int64_t now = session_now(a->env);
	char when[TEXT_TIME_SIZE], text[96];
	struct buf b;

	if (a->password_due == 0 || now < a->password_warn ||
	    now >= a->password_due || a->enrollment.password ||
	    session_stepped(a) || a->impersonator[0] != '\0')
		return;
	age_date(a->password_due, when);
	buf_start(&b, text, sizeof(text));
	buf_printf(&b, "Your password expires on %s (UTC).", when);
	session_tell(a->env, PROMPT_INFO, text);
}
