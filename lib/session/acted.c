/* SPDX-License-Identifier: MIT */
/*
 * An administrator acts as somebody: by a code that stands for password and
 * second factors, for half an hour, and without touching what that account is
 * proved by.  What the administrator leaves behind says who it was.
 */
#include <string.h>

#include "base/text.h"
#include "session/attempt.h"
#include "store/people.h"

#define ACTED_SECONDS 1800
#define ACTED_IDLE 900

void
session_guest_take(struct session_attempt *a)
{
	const struct factor_outcome *o = &a->outcome[POLICY_FACTOR_PASSWORD];

	a->facts.enrolled |= POLICY_BIT(POLICY_FACTOR_PASSWORD);
	if (o->guest != FACTOR_GUEST_ACTS)
		return;
	(void)text_copy(a->impersonator, sizeof(a->impersonator), o->actor);
	/* The account's own are asked of nobody else; a device was trusted
	 * with its owner. */
	a->facts.waived = (uint32_t)POLICY_SECOND_FACTORS;
	a->trusted = (struct id){ .s = "" };
	a->source_new = false;
	/* And nobody else sets one up. */
	if (a->facts.unenrolled == POLICY_UNENROLLED_ENROLL)
		a->facts.unenrolled = POLICY_UNENROLLED_DENY;
}

/* LIMIT 0: there was none. */
static int64_t
acted_least(int64_t limit, int64_t ours)
{
	return limit > 0 && limit < ours ? limit : ours;
}

void
session_acted_limit(const struct session_attempt *a, struct store_session *row)
{
	if (a->impersonator[0] == '\0')
		return;
	(void)text_copy(row->impersonator, sizeof(row->impersonator),
			a->impersonator);
	row->ends_at =
		acted_least(row->ends_at, row->opened_at + ACTED_SECONDS);
	row->idle = acted_least(row->idle, ACTED_IDLE);
}

static enum status
acted_runs(const struct session_attempt *a, const struct id *account,
	   bool *out, struct fault *f)
{
	int64_t now = session_now(a->env);

	return store_impersonation_runs(a->env->store, account, now,
					now - SESSION_HANDOVER_SECONDS, out,
					f);
}

static enum status
acted_now(const struct session_attempt *a, bool *out, struct fault *f)
{
	*out = a->impersonator[0] != '\0';
	if (*out || !a->known)
		return STATUS_OK;
	return acted_runs(a, &a->account.id, out, f);
}

/* What was right stays no guess. */
static void
acted_deny(struct session_attempt *a, const char *why)
{
	a->refusal[POLICY_FACTOR_PASSWORD] = why;
	a->facts.action = POLICY_ACTION_DENY;
}

enum status
session_acted_refuse(struct session_attempt *a, struct fault *f)
{
	bool acted = false;
	enum status st = acted_now(a, &acted, f);

	if (st != STATUS_OK || !acted)
		return st;
	session_tell(a->env, PROMPT_ERROR,
		     "An administrator acts as this account now: until that "
		     "has ended nothing of it can be changed.");
	acted_deny(a, "acted_as");
	return STATUS_OK;
}

/* In the account's own right, which may be gone. */
static enum status
acted_right(const struct session_attempt *a, const struct id *actor,
	    const char **why, struct fault *f)
{
	bool acted = false, administrator = false;
	enum status st = acted_runs(a, actor, &acted, f);

	if (st == STATUS_OK)
		st = store_administrator_is(a->env->store, actor,
					    &administrator, f);
	if (st != STATUS_OK)
		return st;
	if (acted)
		*why = "nested";
	else if (!administrator)
		*why = "actor_not_administrator";
	return STATUS_OK;
}

/* May the account that acts still?  Who acts by root's rights has none. */
static enum status
acted_actor(const struct session_attempt *a, const char **why, struct fault *f)
{
	int64_t now = session_now(a->env);
	struct store_account actor;
	enum status st;
	struct id id;

	if (!text_copy(id.s, sizeof(id.s), a->impersonator) ||
	    strlen(id.s) != ID_LENGTH)
		return STATUS_OK;
	st = store_account_by_id(a->env->store, &id, &actor, f);
	if (st == STATUS_NOT_FOUND ||
	    (st == STATUS_OK &&
	     (actor.state != STORE_ACTIVE ||
	      (actor.expires_at != 0 && actor.expires_at <= now)))) {
		*why = "actor_not_active";
		return STATUS_OK;
	}
	return st == STATUS_OK ? acted_right(a, &id, why, f) : st;
}

/* Nobody acts as an administrator, not even as one of this minute. */
static enum status
acted_target(const struct session_attempt *a, const char **why,
	     struct fault *f)
{
	bool administrator = false;
	enum status st = store_administrator_is(a->env->store, &a->account.id,
						&administrator, f);

	if (administrator)
		*why = "administrator";
	return st;
}

/* *WHY stays NULL: nothing is against it. */
static enum status
acted_barred(const struct session_attempt *a, const char **why,
	     struct fault *f)
{
	enum status st;

	/* What an ordinary user has started is a process of that user, and
	 * with it dies the limit; who is no root says of others what he
	 * likes. */
	if (a->request->ruid != 0 || a->env->unprivileged) {
		*why = "caller";
		return STATUS_OK;
	}
	st = acted_actor(a, why, f);
	if (st == STATUS_OK && *why == NULL)
		st = acted_target(a, why, f);
	return st;
}

/* Root, who has no password to show, is not bound by it. */
static bool
acted_changes(const struct session_attempt *a)
{
	return a->enrollment.device || a->enrollment.password ||
	       a->invitation.id.s[0] != '\0' ||
	       (a->facts.phase == POLICY_PHASE_PASSWORD &&
		!a->facts.privileged);
}

enum status
session_acted_settle(struct session_attempt *a, struct fault *f)
{
	const char *why = NULL;
	bool acted = false;
	enum status st = STATUS_OK;

	if (acted_changes(a)) {
		st = acted_now(a, &acted, f);
		why = acted ? "acted_as" : NULL;
	} else if (a->impersonator[0] != '\0') {
		st = acted_barred(a, &why, f);
	}
	if (st == STATUS_OK && why != NULL)
		acted_deny(a, why);
	return st;
}
