/* SPDX-License-Identifier: MIT */
/*
 * A login from where the account has not been seen, and it was seen elsewhere:
 * a stolen password looks like that.  Who is on this machine already, and acts
 * as himself (sudo), comes from nowhere.
 */
#include <string.h>

#include "session/attempt.h"

static bool
newsource_counts(const struct session_attempt *a)
{
	const struct request *r = a->request;

	if (!a->known || a->env->unprivileged ||
	    a->account.kind == STORE_SERVICE || a->impersonator[0] != '\0')
		return false;
	return r->rhost[0] != '\0' || strcmp(r->ruser, a->account.name) != 0;
}

enum status
session_source_find(struct session_attempt *a, struct fault *f)
{
	bool here = false, anywhere = false;
	enum status st;

	a->source_new = false;
	if (a->request->phase != PHASE_AUTH || !newsource_counts(a))
		return STATUS_OK;
	st = store_seen_get(a->env->store, &a->account.id, a->source.key,
			    &here, &anywhere, f);
	if (st == STATUS_OK)
		a->source_new = anywhere && !here;
	return st;
}

bool
session_source_strict(const struct session_attempt *a)
{
	return a->source_new && a->rule.new_source == RULE_NEW_SOURCE_SECOND;
}

static enum status
newsource_put(struct session_attempt *a, struct fault *f)
{
	enum status st = STATUS_OK;

	if (a->source_new)
		st = session_audit_event(
			a, "login.new_source", true,
			(struct audit_pair[SESSION_EVENT_PAIRS]){
				{ "source", a->source.key },
				{ "service", a->request->service },
			},
			f);
	return st == STATUS_OK
		       ? store_seen_put(a->env->store, &a->account.id,
					a->source.key, session_now(a->env), f)
		       : st;
}

enum status
session_source_settle(struct session_attempt *a, struct fault *f)
{
	enum status st;

	/* It is another's, who comes from there; or says so himself; or
	 * nobody has logged in; or a program has, of whose place nothing
	 * follows for the password. */
	if (a->impersonator[0] != '\0' || a->env->unprivileged ||
	    a->request->phase != PHASE_AUTH || session_by_token(a))
		return STATUS_OK;
	if ((st = session_source_find(a, f)) != STATUS_OK)
		return st;
	return newsource_put(a, f);
}

/* Is it sshd that says so, of somebody who came by a public key alone? */
static bool
newsource_by_key(const struct session_attempt *a)
{
	return a->source.has_address && strcmp(a->request->tty, "ssh") == 0 &&
	       a->request->ssh_auth_info[0] != '\0';
}

enum status
session_source_opened(struct session_attempt *a, struct fault *f)
{
	bool here = false, anywhere = false;
	enum status st;

	if (!newsource_counts(a) || !newsource_by_key(a))
		return STATUS_OK;
	st = store_seen_get(a->env->store, &a->account.id, a->source.key,
			    &here, &anywhere, f);
	if (st != STATUS_OK)
		return st;
	a->source_new = anywhere && !here;
	return newsource_put(a, f);
}
