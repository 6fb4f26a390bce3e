/* SPDX-License-Identifier: MIT */
/*
 * Who is invited by name and has no account yet gives the code where the
 * password is asked for, chooses a password, sets up a device; the account is
 * made by the transaction that lets him in.  Until then he is somebody
 * unknown: his guesses and rows are those of a name that nobody has.
 */
#include <string.h>

#include "base/text.h"
#include "factor/guest.h"
#include "session/attempt.h"

/* The host's word that there is such a person counts from root only. */
static bool
invite_wanted(const struct session_attempt *a)
{
	return a->matched && a->rule.invite &&
	       a->request->phase == PHASE_AUTH && !a->single &&
	       !a->env->unprivileged &&
	       (a->request->flags & REQUEST_PERSON) != 0;
}

/* What its organization wants of members it wants of this one, too. */
static enum status
invite_second(struct session_attempt *a, struct fault *f)
{
	struct store_org org;
	enum status st =
		store_org_by_id(a->env->store, &a->invitation.org, &org, f);

	if (st != STATUS_OK)
		return st;
	a->org_mfa = org.require_mfa;
	return session_second_find(a, f);
}

/* False: no account may have that name. */
static bool
invite_draft(struct session_attempt *a, const struct store_invitation *i)
{
	int64_t now = session_now(a->env);
	struct store_account draft = { .kind = STORE_PERSON,
				       .state = STORE_ACTIVE,
				       .strategy = STORE_SOFT,
				       .created_at = now,
				       .updated_at = now,
				       .epoch = 1,
				       .version = 1 };

	if (!text_copy(draft.name, sizeof(draft.name), a->request->user))
		return false;
	crypto_id(now, &draft.id);
	a->account = draft;
	a->invitation = *i;
	a->draft = true;
	a->facts.account = POLICY_ACCOUNT_ACTIVE;
	/* As after a ticket: a device comes with the account. */
	a->facts.unenrolled = POLICY_UNENROLLED_ENROLL;
	return true;
}

enum status
session_invite_check(struct session_attempt *a, const struct secret *answer,
		     struct fault *f)
{
	struct factor_env fe = session_factor_env(a);
	struct store_invitation row;
	bool found = false;
	enum status st;

	if (!invite_wanted(a))
		return STATUS_OK;
	st = guest_invitation(&fe, a->request->user, answer, &found, &row, f);
	if (st != STATUS_OK || !found || a->known || !invite_draft(a, &row))
		return st;
	a->outcome[POLICY_FACTOR_PASSWORD] = (struct factor_outcome){
		.result = FACTOR_RIGHT,
		.way = "invitation",
		.row = row.id,
		.code = true,
		.guest = FACTOR_GUEST_INVITED,
	};
	return invite_second(a, f);
}

enum status
session_invite_is(const struct session_attempt *a,
		  const struct secret *offered, bool *out, struct fault *f)
{
	struct factor_env fe = session_factor_env(a);
	struct store_invitation row;
	bool found = false;
	enum status st = STATUS_OK;

	if (a->draft)
		st = guest_invitation(&fe, a->request->user, offered, &found,
				      &row, f);
	if (st == STATUS_OK)
		*out = found;
	return st;
}

/* Is it for this account? */
static bool
invite_for(const struct session_attempt *a, const struct store_invitation *i)
{
	return strcmp(i->address, a->account.name) == 0 ||
	       (!a->draft && a->account.email_at > 0 &&
		strcmp(i->address, a->account.email) == 0);
}

static enum status
invite_stands(const struct session_attempt *a, bool *out, struct fault *f)
{
	struct store *s = a->env->store;
	struct store_invitation i;
	struct store_org org;
	enum status st;

	st = store_invitation_get(s, &a->invitation.org, &a->invitation.id, &i,
				  f);
	if (st == STATUS_OK)
		st = store_org_by_id(s, &i.org, &org, f);
	if (st == STATUS_OK)
		*out = i.state == STORE_INVITATION_PENDING &&
		       i.expires_at > session_now(a->env) &&
		       org.deleted_at == 0 && invite_for(a, &i);
	return st == STATUS_NOT_FOUND ? STATUS_OK : st;
}

/* Has nobody come by that name meanwhile, nor gone? */
static enum status
invite_name_free(const struct session_attempt *a, bool *out, struct fault *f)
{
	struct store_account other;
	enum status st = store_account_by_name(a->env->store, a->account.name,
					       &other, f);

	if (st == STATUS_NOT_FOUND)
		st = store_account_gone(a->env->store, a->account.name, &other,
					f);
	if (st == STATUS_OK)
		*out = false;
	return st == STATUS_NOT_FOUND ? STATUS_OK : st;
}

enum status
session_invite_refresh(struct session_attempt *a, struct fault *f)
{
	bool stands = false, is_free = true;
	enum status st;

	if (a->invitation.id.s[0] == '\0')
		return STATUS_OK;
	st = invite_stands(a, &stands, f);
	if (st == STATUS_OK && a->draft) {
		/* What an earlier try has made is not there. */
		a->known = false;
		st = invite_name_free(a, &is_free, f);
	}
	if (st != STATUS_OK || (stands && is_free))
		return st;
	if (a->draft)
		a->facts.account = POLICY_ACCOUNT_UNKNOWN;
	else
		a->facts.action = POLICY_ACTION_DENY;
	a->refusal[POLICY_FACTOR_PASSWORD] = "invitation_ended";
	return STATUS_OK;
}

static enum status
invite_audit(const struct session_attempt *a, const char *action,
	     const struct audit_pair *meta, struct fault *f)
{
	struct audit_entry e = { .action = action,
				 .outcome = AUDIT_SUCCESS,
				 .actor = a->account.id.s,
				 .target = a->account.id.s,
				 .org = a->invitation.org.s,
				 .service = a->request->service,
				 .tty = a->request->tty,
				 .rhost = a->request->rhost,
				 .pid = a->request->pid };

	for (size_t i = 0; meta[i].key != NULL; i++)
		e.meta[i] = meta[i];
	return audit_write(a->env->audit, session_now(a->env), &e, f);
}

/* STATUS_CONFLICT cannot be: the name was free in this transaction. */
static enum status
invite_create(struct session_attempt *a, struct fault *f)
{
	struct audit_person person = { .email = "" };
	enum status st;

	(void)text_copy(person.name, sizeof(person.name), a->account.name);
	if ((st = store_account_insert(a->env->store, &a->account, f)) !=
		    STATUS_OK ||
	    (st = audit_person_put(a->env->store, a->env->keys, &a->account.id,
				   &person, f)) != STATUS_OK)
		return st;
	a->known = true;
	return invite_audit(a, "user.created",
			    (const struct audit_pair[]){
				    { "by", "invitation" },
				    { "invitation", a->invitation.id.s },
				    { NULL, NULL },
			    },
			    f);
}

static const char *
invite_role(enum store_role role)
{
	switch (role) {
	case STORE_ROLE_OWNER:
		return "owner";
	case STORE_ROLE_ADMIN:
		return "admin";
	case STORE_ROLE_MEMBER:
		break;
	}
	return "member";
}

/* That of a draft is ended as the factor that it is. */
static enum status
invite_end(struct session_attempt *a, bool *lost, struct fault *f)
{
	enum status st;

	if (a->draft)
		return STATUS_OK;
	st = store_invitation_end(a->env->store, &a->invitation.id,
				  STORE_INVITATION_ACCEPTED, &a->account.id,
				  session_now(a->env), f);
	if (st != STATUS_LOST)
		return st;
	a->facts.action = POLICY_ACTION_DENY;
	*lost = true;
	return STATUS_OK;
}

enum status
session_invite_settle(struct session_attempt *a, bool *lost, struct fault *f)
{
	struct store_member member = { .org = a->invitation.org,
				       .account = a->account.id,
				       .role = a->invitation.role,
				       .joined_at = session_now(a->env) };
	enum status st;

	if (a->invitation.id.s[0] == '\0')
		return STATUS_OK;
	if (a->draft && (st = invite_create(a, f)) != STATUS_OK)
		return st;
	if ((st = invite_end(a, lost, f)) != STATUS_OK || *lost)
		return st;
	if ((st = store_member_insert(a->env->store, &member, f)) != STATUS_OK)
		return st;
	/* Somebody new is in no other. */
	if (a->draft)
		a->org = (struct session_org){ .id = member.org,
					       .role = member.role };
	return invite_audit(a, "invitation.accepted",
			    (const struct audit_pair[]){
				    { "invitation", a->invitation.id.s },
				    { "role", invite_role(member.role) },
				    { NULL, NULL },
			    },
			    f);
}
