/* SPDX-License-Identifier: MIT */
#include "session/session.h"

#include "session/attempt.h"

static enum status
session_phase(const struct session_env *env, const struct request *request,
	      struct session_verdict *out, struct fault *f)
{
	switch (request->phase) {
	case PHASE_AUTH:
		return session_auth(env, request, out, f);
	case PHASE_ACCOUNT:
		return session_account(env, request, out, f);
	case PHASE_PASSWORD_PRELIM:
		return session_password_prelim(env, request, out, f);
	case PHASE_PASSWORD_UPDATE:
		return session_password_update(env, request, out, f);
	case PHASE_SESSION_OPEN:
		return session_open(env, request, out, f);
	case PHASE_SESSION_CLOSE:
		return session_close(env, request, out, f);
	case PHASE_ENROLL:
		return session_enroll(env, request, out, f);
	case PHASE_ACCEPT:
		return session_accept(env, request, out, f);
	}
	return fault(f, STATUS_PROTOCOL, "unknown phase");
}

/* The one place where a failure of the machine becomes a denial. */
enum status
session_run(const struct session_env *env, const struct request *request,
	    struct session_verdict *out, struct fault *f)
{
	struct session_verdict v = { .step = POLICY_DENY };
	enum status st = session_phase(env, request, &v, f);

	if (st != STATUS_OK) {
		audit_discard(env->audit);
		v = (struct session_verdict){ .step = POLICY_DENY,
					      .reason = POLICY_UNAVAILABLE };
	}
	*out = v;
	return st;
}

static enum policy_phase
session_policy_phase(enum request_phase phase)
{
	switch (phase) {
	case PHASE_AUTH:
	case PHASE_ENROLL:
	case PHASE_ACCEPT:
		return POLICY_PHASE_AUTH;
	case PHASE_ACCOUNT:
		return POLICY_PHASE_ACCOUNT;
	case PHASE_PASSWORD_PRELIM:
	case PHASE_PASSWORD_UPDATE:
		return POLICY_PHASE_PASSWORD;
	case PHASE_SESSION_OPEN:
	case PHASE_SESSION_CLOSE:
		break;
	}
	return POLICY_PHASE_SESSION;
}

enum status
session_explain(const struct session_env *env, const struct request *request,
		struct session_explanation *out, struct fault *f)
{
	SESSION_ATTEMPT(a);
	enum status st;

	st = session_gather(env, request, session_policy_phase(request->phase),
			    &a, f);
	if (st != STATUS_OK)
		return st;
	*out = (struct session_explanation){ .facts = a.facts,
					     .single = a.single,
					     .second = a.second,
					     .place = a.place,
					     .clock_behind = a.clock_behind };
	if (a.matched)
		out->rule = a.rule;
	out->decision = policy_next(&a.facts);
	out->subject = (struct rule_subject){
		.phase = a.facts.phase,
		.service = request->service,
		.host = env->host,
		.user = request->user,
		.known = a.known,
		.has_address = a.source.has_address,
		.address = a.source.address,
	};
	_Static_assert(sizeof(out->org) == sizeof(a.org.slug),
		       "both are STORE_SLUG_SIZE");
	__builtin_memcpy(out->org, a.org.slug, sizeof(out->org));
	_Static_assert(sizeof(out->source) == sizeof(a.source.key),
		       "both are STORE_SOURCE_SIZE");
	__builtin_memcpy(out->source, a.source.key, sizeof(out->source));
	return STATUS_OK;
}
