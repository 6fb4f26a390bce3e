/* SPDX-License-Identifier: MIT */
/* What a person is told beside being asked.  Never before the commit, and
 * nothing hangs on whether it was read. */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "session/attempt.h"

/* `enroll backup` is for administrators. */
#define NOTICE_ASK ": ask your administrator for new ones."

void
session_tell(const struct session_env *env, enum prompt_kind kind,
	     const char *text)
{
	struct prompt p = { .kind = kind };
	struct fault ignored;

	(void)text_copy(p.text, sizeof(p.text), text);
	status_ignore(env->io->tell(env->io, &p, &ignored),
		      "the verdict does not hang on it");
}

void
session_patience(const struct session_env *env)
{
	if (env->io->patience != NULL)
		env->io->patience(env->io);
}

/* After one of them let somebody in. */
static void
notice_backup(const struct session_attempt *a)
{
	const struct factor_outcome *o = &a->outcome[POLICY_FACTOR_OTP];
	struct store_code_count n;
	struct fault ignored;
	char text[160];
	struct buf b;

	if ((a->facts.passed & POLICY_BIT(POLICY_FACTOR_OTP)) == 0 ||
	    o->result != FACTOR_RIGHT || o->way == NULL ||
	    strcmp(o->way, "backup_code") != 0 ||
	    store_code_counted(a->env->store, &a->account.id,
			       STORE_CODE_BACKUP, session_now(a->env), &n,
			       &ignored) != STATUS_OK)
		return;
	buf_start(&b, text, sizeof(text));
	if (n.left > CODE_BACKUP_FEW)
		buf_printf(&b, "%lld backup codes are left.",
			   (long long)n.left);
	else if (n.left > 0)
		buf_printf(&b, "Only %lld backup code%s left" NOTICE_ASK,
			   (long long)n.left, n.left == 1 ? " is" : "s are");
	else
		buf_text(&b, "No backup code is left" NOTICE_ASK);
	session_tell(a->env, PROMPT_INFO, text);
}

/* The rule gives time to enroll, and this account has not used it yet. */
static void
notice_until(const struct session_attempt *a)
{
	char when[TEXT_TIME_SIZE], text[160];
	struct buf b;

	if (!a->matched || a->rule.unenrolled != RULE_UNENROLLED_UNTIL ||
	    a->rule.unenrolled_until <= session_now(a->env) ||
	    (a->facts.enrolled & POLICY_SECOND_FACTORS) != 0)
		return;
	text_time(a->rule.unenrolled_until, when);
	when[strcspn(when, "T")] = '\0';
	buf_start(&b, text, sizeof(text));
	buf_printf(&b,
		   "Set up one-time codes before %s (UTC): run 'sigractl "
		   "enroll totp'",
		   when);
	session_tell(a->env, PROMPT_INFO, text);
}

void
session_notices(struct session_attempt *a)
{
	/* A service that takes one string has nobody who reads. */
	if (a->single)
		return;
	session_last_tell(a);
	session_source_tell(a);
	session_age_tell(a);
	notice_backup(a);
	notice_until(a);
}
