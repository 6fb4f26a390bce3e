/* SPDX-License-Identifier: MIT */
/*
 * Which organization is active.  A login says it, for those that the account
 * belongs to and its rule names; the session takes it over.  Both read it
 * again in the transaction that lets in: who has left it meanwhile is denied,
 * since it was the organization that counted.
 */
#include "store/org.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "session/attempt.h"

#define ORG_TRIES 3

static void
org_add(struct session_attempt *a, const struct store_org *o,
	enum store_role role)
{
	struct session_org *to = &a->org_choice[a->orgs];

	if (a->orgs == SESSION_ORGS_MAX || !rule_names_org(&a->rule, &o->id))
		return;
	*to = (struct session_org){ .id = o->id, .role = role };
	(void)text_copy(to->slug, sizeof(to->slug), o->slug);
	a->orgs++;
}

static bool
org_each(void *ctx, const struct store_member *m, const struct store_org *o)
{
	struct session_attempt *a = ctx;

	a->org_mfa = a->org_mfa || o->require_mfa;
	org_add(a, o, m->role);
	return true;
}

/* A service account is no member; it is the organization's own. */
static enum status
org_of_service(struct session_attempt *a, struct fault *f)
{
	struct store_org o;
	enum status st;

	st = store_org_by_id(a->env->store, &a->account.org, &o, f);
	if (st == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (st == STATUS_OK && o.deleted_at == 0)
		org_add(a, &o, 0);
	return st;
}

/* Does the rule let anybody in, so that it matters? */
static bool
org_matters(const struct session_attempt *a)
{
	if (!a->known || a->facts.phase == POLICY_PHASE_ACCOUNT)
		return false;
	return a->facts.action == POLICY_ACTION_REQUIRE ||
	       a->facts.action == POLICY_ACTION_ADMIT;
}

enum status
session_org_find(struct session_attempt *a, struct fault *f)
{
	enum status st = STATUS_OK;

	if (!org_matters(a))
		return STATUS_OK;
	if (a->account.kind == STORE_SERVICE)
		st = org_of_service(a, f);
	else
		st = store_member_of(a->env->store, &a->account.id, org_each,
				     a, f);
	if (st == STATUS_OK && a->orgs > 0)
		a->org = a->org_choice[0];
	return st;
}

static bool
org_wants_answer(const struct session_attempt *a)
{
	return a->rule.org_choice == RULE_ORG_ASK && a->orgs > 1 &&
	       !a->single && !a->env->unprivileged && !session_stepped(a) &&
	       !session_by_token(a) &&
	       (a->request->flags & REQUEST_SILENT) == 0;
}

static void
org_prompt(const struct session_attempt *a, struct prompt *p)
{
	struct buf b;

	*p = (struct prompt){ .kind = PROMPT_VISIBLE, .purpose = PURPOSE_ORG };
	buf_start(&b, p->text, sizeof(p->text));
	buf_text(&b, "Organization (");
	for (size_t i = 0; i < a->orgs; i++)
		buf_printf(&b, "%s%s", i > 0 ? ", " : "",
			   a->org_choice[i].slug);
	buf_printf(&b, ") [%s]: ", a->org_choice[0].slug);
}

/* Nothing typed means the last used one. */
static bool
org_take(struct session_attempt *a, const struct secret *answer)
{
	char typed[STORE_SLUG_SIZE];

	if (answer->len == 0)
		return true;
	if (!secret_string(answer, typed, sizeof(typed)))
		return false;
	for (size_t i = 0; i < a->orgs; i++)
		if (strcmp(a->org_choice[i].slug, typed) == 0) {
			a->org = a->org_choice[i];
			return true;
		}
	return false;
}

/* STATUS_NOT_FOUND: it was none of hers; STATUS_CANCELLED: nobody is there. */
static enum status
org_ask(struct session_attempt *a, struct fault *f)
{
	struct io *io = a->env->io;
	struct prompt p;
	SECRET(answer);
	enum status st;

	org_prompt(a, &p);
	st = io->ask(io, &p, &answer, f);
	if (st == STATUS_UNAVAILABLE || st == STATUS_PROTOCOL)
		return STATUS_CANCELLED;
	if (st == STATUS_INVALID || (st == STATUS_OK && !org_take(a, &answer)))
		return STATUS_NOT_FOUND;
	return st;
}

enum status
session_org_choose(struct session_attempt *a, struct policy_decision *d,
		   struct fault *f)
{
	if (d->step != POLICY_ALLOW || !org_wants_answer(a))
		return STATUS_OK;
	for (unsigned i = 0; i < ORG_TRIES; i++) {
		enum status st = org_ask(a, f);

		if (st == STATUS_OK)
			return STATUS_OK;
		if (st == STATUS_CANCELLED)
			break;
		if (st != STATUS_NOT_FOUND)
			return st;
		session_tell(a->env, PROMPT_ERROR,
			     "You do not belong to an organization of that "
			     "name.");
	}
	a->facts.cancelled = true;
	*d = policy_next(&a->facts);
	return STATUS_OK;
}

/* *GONE: it is deleted, or the account does not belong to it any more. */
static enum status
org_read(struct session_attempt *a, bool *gone, struct fault *f)
{
	struct store *s = a->env->store;
	struct store_member m = { .role = 0 };
	struct store_org o;
	enum status st = STATUS_OK;

	if (a->account.kind != STORE_SERVICE)
		st = store_member_get(s, &a->org.id, &a->account.id, &m, f);
	else if (strcmp(a->account.org.s, a->org.id.s) != 0)
		st = STATUS_NOT_FOUND;
	if (st == STATUS_OK)
		st = store_org_by_id(s, &a->org.id, &o, f);
	*gone = st == STATUS_NOT_FOUND ||
		(st == STATUS_OK && o.deleted_at != 0);
	if (*gone)
		return STATUS_OK;
	if (st != STATUS_OK)
		return st;
	a->org.role = m.role;
	(void)text_copy(a->org.slug, sizeof(a->org.slug), o.slug);
	return STATUS_OK;
}

enum status
session_org_again(struct session_attempt *a, struct policy_decision *d,
		  struct fault *f)
{
	bool gone;
	enum status st = STATUS_OK;

	if (d->step != POLICY_ALLOW || !org_matters(a))
		return STATUS_OK;
	/* It was for the members of some that the rule is: which one? */
	gone = a->rule.org[0] != '\0';
	if (a->org.id.s[0] != '\0')
		st = org_read(a, &gone, f);
	if (st == STATUS_OK && gone)
		*d = (struct policy_decision){ .step = POLICY_DENY,
					       .reason = POLICY_NOT_MEMBER };
	return st;
}

enum status
session_org_used(const struct session_attempt *a, struct fault *f)
{
	if (a->org.id.s[0] == '\0' || a->request->phase != PHASE_AUTH ||
	    a->account.kind == STORE_SERVICE || a->impersonator[0] != '\0')
		return STATUS_OK;
	return store_member_used(a->env->store, &a->org.id, &a->account.id,
				 session_now(a->env), f);
}
