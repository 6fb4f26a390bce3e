/* SPDX-License-Identifier: MIT */
/* What the audit is told about an attempt. */
#include <string.h>

#include "audit/burst.h"
#include "base/buf.h"
#include "base/text.h"
#include "session/attempt.h"

/* The person at the keyboard, as far as the kernel knows it. */
static void
record_actor(const struct session_attempt *a, bool granted, struct buf *b)
{
	if (a->impersonator[0] != '\0')
		buf_text(b, a->impersonator);
	else if (a->request->ruid != 0)
		buf_printf(b, "uid:%u", a->request->ruid);
	else if (granted)
		buf_text(b, a->account.id.s);
	else
		buf_text(b, "anonymous");
}

static const char *
record_phase(const struct session_attempt *a)
{
	switch (a->facts.phase) {
	case POLICY_PHASE_AUTH:
		return "auth";
	case POLICY_PHASE_ACCOUNT:
		return "account";
	case POLICY_PHASE_PASSWORD:
		return "password";
	case POLICY_PHASE_SESSION:
		return "session";
	}
	return "none";
}

static void
record_factors(const struct session_attempt *a,
	       const struct policy_decision *d, char *out, size_t size)
{
	if (d->step == POLICY_ALLOW && session_stepped(a))
		(void)text_copy(out, size, a->stepped_factors);
	else
		session_factors_format(a, d->granted, out, size);
}

/* The one that was active, or that was not hers any more. */
static const char *
record_org(const struct session_attempt *a, const struct policy_decision *d)
{
	return d->step == POLICY_ALLOW || d->reason == POLICY_NOT_MEMBER
		       ? a->org.id.s
		       : NULL;
}

#define RECORD_WORDS_SIZE 256

/* "fido2:no_key+ssh-key:not_enrolled": why what was asked did not count. */
static void
record_refusals(const struct session_attempt *a, char out[RECORD_WORDS_SIZE])
{
	struct buf b;

	buf_start(&b, out, RECORD_WORDS_SIZE);
	for (unsigned i = 0; i < POLICY_FACTOR_COUNT; i++)
		if (a->refusal[i] != NULL)
			buf_printf(&b, "%s%s:%s", b.len > 0 ? "+" : "",
				   factor_get(i)->name, a->refusal[i]);
}

/* Labels of the keys that were right, and of the token that was given, each
 * once. */
static void
record_devices(const struct session_attempt *a, char out[RECORD_WORDS_SIZE])
{
	struct buf b;

	buf_start(&b, out, RECORD_WORDS_SIZE);
	for (unsigned i = 0; i < POLICY_FACTOR_COUNT; i++) {
		bool again = a->device[i][0] == '\0';

		for (unsigned k = 0; k < i; k++)
			again = again ||
				strcmp(a->device[k], a->device[i]) == 0;
		if (!again)
			buf_printf(&b, "%s%s", b.len > 0 ? "," : "",
				   a->device[i]);
	}
}

/* A failure may be one of very many.  What was told of so far belongs before a
 * success of the same source or account. */
static enum status
record_write(const struct session_attempt *a, const struct audit_entry *e,
	     struct fault *f)
{
	struct audit *audit = a->env->audit;
	int64_t now = session_now(a->env);
	enum status st;

	if (e->outcome != AUDIT_SUCCESS)
		return audit_burst_write(audit, now, a->source.key, e, f);
	st = audit_burst_end(audit, now, a->source.key,
			     e->target == NULL ? "" : e->target, f);
	return st == STATUS_OK ? audit_write(audit, now, e, f) : st;
}

enum status
session_audit(const struct session_attempt *a, const char *action,
	      const struct policy_decision *d, const struct id *login,
	      struct fault *f)
{
	bool granted = d->step == POLICY_ALLOW;
	char refusals[RECORD_WORDS_SIZE], devices[RECORD_WORDS_SIZE];
	char actor[64], factors[STORE_RULE_TEXT_SIZE], name_hash[17] = "";
	struct buf b;

	buf_start(&b, actor, sizeof(actor));
	record_actor(a, granted, &b);
	record_factors(a, d, factors, sizeof(factors));
	record_refusals(a, refusals);
	record_devices(a, devices);
	if (!a->known)
		memcpy(name_hash, a->subject + 1, sizeof(name_hash) - 1);
	return record_write(
		a,
		&(struct audit_entry){
			.action = action,
			.outcome = granted ? AUDIT_SUCCESS : AUDIT_FAILURE,
			.actor = actor,
			.effective = a->impersonator[0] != '\0'
					     ? a->account.id.s
					     : NULL,
			.target = a->known ? a->account.id.s : NULL,
			.org = record_org(a, d),
			.service = a->request->service,
			.tty = a->request->tty,
			.rhost = a->request->rhost,
			.pid = a->request->pid,
			.meta = {
				{ "reason", policy_reason_name(d->reason) },
				{ "phase", record_phase(a) },
				{ "source", a->source.key },
				{ "factors", factors },
				{ "rule", a->matched ? a->rule.id.s : "" },
				{ "login", login != NULL ? login->s : "" },
				{ "unknown", name_hash },
				{ "stepped", granted && session_stepped(a)
						     ? a->stepped_login.s
						     : "" },
				{ "trusted", granted ? a->trusted.s : "" },
				{ "style", a->single ? "single" : "" },
				{ "refusal", refusals },
				{ "device", devices },
				{ "place", a->place.why },
			},
		},
		f);
}

enum status
session_audit_event(const struct session_attempt *a, const char *action,
		    bool granted,
		    const struct audit_pair pairs[SESSION_EVENT_PAIRS],
		    struct fault *f)
{
	struct audit_entry e = { .action = action,
				 .outcome = AUDIT_SUCCESS,
				 .target = a->account.id.s,
				 .service = a->request->service,
				 .tty = a->request->tty,
				 .rhost = a->request->rhost,
				 .pid = a->request->pid };
	char actor[64];
	struct buf b;

	buf_start(&b, actor, sizeof(actor));
	record_actor(a, granted, &b);
	e.actor = actor;
	memcpy(e.meta, pairs, SESSION_EVENT_PAIRS * sizeof(e.meta[0]));
	return audit_write(a->env->audit, session_now(a->env), &e, f);
}

enum status
session_commit(const struct session_env *env, struct store_txn *t,
	       struct fault *f)
{
	return audit_commit(env->audit, t, f);
}

void
session_verdict_set(struct session_verdict *v, const struct policy_decision *d)
{
	v->step = d->step;
	v->reason = d->reason;
}
