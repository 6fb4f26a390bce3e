/* SPDX-License-Identifier: MIT */
#include "admin/member.h"

#include <string.h>

#include "admin/account.h"
#include "admin/apps.h"
#include "admin/invite.h"
#include "admin/root.h"
#include "store/people.h"

const char *
admin_role_name(enum store_role role)
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

enum status
admin_role_parse(const char *s, enum store_role *out, struct fault *f)
{
	for (enum store_role r = STORE_ROLE_OWNER; r <= STORE_ROLE_MEMBER; r++)
		if (strcmp(s, admin_role_name(r)) == 0) {
			*out = r;
			return STATUS_OK;
		}
	return fault(f, STATUS_INVALID,
		     "'%s' is no role: owner, admin or member", s);
}

/* In the open transaction: the highest role that the actor may touch. */
static enum status
member_reach(const struct admin *a, const struct id *org, enum store_role *out,
	     struct fault *f)
{
	enum store_role reach = STORE_ROLE_OWNER;
	struct store_member m;
	bool everything;
	enum status st;

	*out = reach;
	/* Who is not bound to one organization has been let in for all. */
	if (a->org == NULL || a->self == NULL)
		return STATUS_OK;
	st = store_administrator_is(a->store, a->self, &everything, f);
	if (st != STATUS_OK || everything)
		return st;
	st = store_member_get(a->store, org, a->self, &m, f);
	if (st == STATUS_OK)
		*out = m.role;
	return st;
}

enum status
admin_member_ranks(const struct admin *a, const struct id *org,
		   enum store_role role, struct fault *f)
{
	enum store_role reach;
	enum status st = member_reach(a, org, &reach, f);
	bool granted;

	if (st == STATUS_NOT_FOUND) {
		/* Before there are administrators root is whoever is root. */
		st = store_administrator_is(a->store, NULL, &granted, f);
		if (st != STATUS_OK || !granted)
			return st;
		return fault(f, STATUS_DENIED,
			     "you belong to this organization no more");
	}
	if (st != STATUS_OK || role >= reach)
		return st;
	return fault(f, STATUS_DENIED,
		     "you are %s of this organization: its %ss are for %ss "
		     "to make, change or remove",
		     admin_role_name(reach), admin_role_name(role),
		     admin_role_name(role));
}

enum status
admin_member_eligible(const struct store_account *acct, struct fault *f)
{
	if (acct->kind == STORE_SERVICE)
		return fault(f, STATUS_REFUSED,
			     "'%s' is a service account, which belongs to its "
			     "own organization for good",
			     acct->name);
	if (strcmp(acct->name, ADMIN_ROOT) == 0)
		return fault(f, STATUS_REFUSED,
			     "root belongs to no organization: name a person");
	return STATUS_OK;
}

enum status
admin_member_insert(const struct admin *a, const struct store_org *org,
		    const struct store_account *acct, enum store_role role,
		    struct store_member *out, struct fault *f)
{
	struct store_member m = { .org = org->id,
				  .account = acct->id,
				  .role = role,
				  .joined_at = a->now };
	enum status st;

	if ((st = admin_member_eligible(acct, f)) != STATUS_OK)
		return st;
	st = store_member_insert(a->store, &m, f);
	if (st == STATUS_CONFLICT)
		return fault(f, STATUS_CONFLICT,
			     "'%s' belongs to '%s' already: see sigractl "
			     "member role",
			     acct->name, org->slug);
	if (st != STATUS_OK)
		return st;
	st = admin_audit_org(a, "member.added", &acct->id, &org->id,
			     (const struct audit_pair[ADMIN_PAIRS_MAX]){
				     { "role", admin_role_name(role) } },
			     f);
	if (st == STATUS_OK)
		*out = m;
	return st;
}

enum status
admin_member_add(const struct admin *a, const char *slug, const char *user,
		 enum store_role role, struct admin_member *out,
		 struct fault *f)
{
	struct admin_member m = { .sessions = 0 };
	struct admin everybody = *a;
	enum status st;
	STORE_TXN(txn);

	/* Who is to be added is not one of the organization's yet. */
	everybody.org = NULL;
	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_org_find(a, slug, &m.org, f)) != STATUS_OK ||
	    (st = admin_account_find(&everybody, user, &m.account, f)) !=
		    STATUS_OK ||
	    (st = admin_member_ranks(a, &m.org.id, role, f)) != STATUS_OK ||
	    (st = admin_member_insert(a, &m.org, &m.account, role, &m.row,
				      f)) != STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	*out = m;
	return STATUS_OK;
}

struct member_others {
	const struct admin *admin;
	const struct id *but;
	bool owner;
	enum status st;
	struct fault *f;
};

/* One who cannot log in, now or soon, is none to rely on. */
static bool
member_others_each(void *ctx, const struct store_member *m, const char *name)
{
	struct member_others *o = ctx;
	struct store_account acct;

	(void)name;
	if (m->role != STORE_ROLE_OWNER ||
	    strcmp(m->account.s, o->but->s) == 0)
		return true;
	o->st = store_account_by_id(o->admin->store, &m->account, &acct, o->f);
	o->owner = o->st == STATUS_OK && acct.state == STORE_ACTIVE &&
		   !admin_account_expired(&acct, o->admin->now);
	return o->st == STATUS_OK && !o->owner;
}

/* In the open transaction: STATUS_REFUSED when ORG has no owner but this
 * one. */
static enum status
member_others(const struct admin *a, const struct store_org *org,
	      const struct store_account *acct, struct fault *f)
{
	struct member_others o = {
		.admin = a, .but = &acct->id, .st = STATUS_OK, .f = f
	};
	enum status st;

	st = store_member_list(a->store, &org->id, "", member_others_each, &o,
			       f);
	if (st == STATUS_OK)
		st = o.st;
	if (st != STATUS_OK || o.owner)
		return st;
	return fault(f, STATUS_REFUSED,
		     "'%s' is the sole owner of '%s' who is active: name "
		     "another owner "
		     "first (sigractl member role), or delete the "
		     "organization",
		     acct->name, org->slug);
}

/* In the open transaction. */
static enum status
member_find(const struct admin *a, const char *slug, const char *user,
	    struct admin_member *out, struct fault *f)
{
	enum status st;

	if ((st = admin_org_find(a, slug, &out->org, f)) != STATUS_OK ||
	    (st = admin_account_find(a, user, &out->account, f)) != STATUS_OK)
		return st;
	st = store_member_get(a->store, &out->org.id, &out->account.id,
			      &out->row, f);
	if (st == STATUS_NOT_FOUND)
		return fault(f, STATUS_NOT_FOUND,
			     "'%s' does not belong to '%s': see sigractl "
			     "member list %s",
			     out->account.name, out->org.slug, out->org.slug);
	if (st != STATUS_OK)
		return st;
	return admin_member_ranks(a, &out->org.id, out->row.role, f);
}

static bool
member_any(void *ctx, const struct store_member *m,
	   const struct store_org *org)
{
	(void)m;
	*(bool *)ctx = !org->personal;
	return org->personal;
}

enum status
admin_member_end_apps(const struct admin *a, const struct id *account,
		      char apps[ADMIN_APPS_SIZE], struct fault *f)
{
	bool any = false;
	enum status st =
		store_member_of(a->store, account, member_any, &any, f);

	if (st != STATUS_OK || any)
		return st;
	return admin_apps_end(a, account, apps, f);
}

/* In the open transaction: out, with what is open in its name. */
static enum status
member_drop(const struct admin *a, const struct id *org,
	    const struct store_account *acct, int64_t *sessions,
	    char apps[ADMIN_APPS_SIZE], struct fault *f)
{
	enum status st = store_member_delete(a->store, org, &acct->id, f);

	if (st != STATUS_OK ||
	    (st = admin_invite_recall(a, org, acct, f)) != STATUS_OK ||
	    (st = admin_member_end_apps(a, &acct->id, apps, f)) != STATUS_OK)
		return st;
	return store_session_close_org(a->store, org, &acct->id, a->now,
				       sessions, f);
}

enum status
admin_member_remove(const struct admin *a, const char *slug, const char *user,
		    struct admin_member *out, struct fault *f)
{
	struct admin_member m = { .sessions = 0 };
	char apps[ADMIN_APPS_SIZE] = "";
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = member_find(a, slug, user, &m, f)) != STATUS_OK)
		return st;
	if (m.row.role == STORE_ROLE_OWNER &&
	    (st = member_others(a, &m.org, &m.account, f)) != STATUS_OK)
		return st;
	st = member_drop(a, &m.org.id, &m.account, &m.sessions, apps, f);
	if (st == STATUS_OK)
		st = admin_audit_org(
			a, "member.removed", &m.account.id, &m.org.id,
			(const struct audit_pair[ADMIN_PAIRS_MAX]){
				{ "role", admin_role_name(m.row.role) },
				{ "sessions", m.sessions > 0 ? "ended" : "" },
				{ "apps_revoked", apps } },
			f);
	if (st == STATUS_OK)
		st = admin_commit(a, &txn, f);
	if (st == STATUS_OK)
		*out = m;
	return st;
}

enum status
admin_member_role(const struct admin *a, const char *slug, const char *user,
		  enum store_role role, struct admin_member *out,
		  struct fault *f)
{
	struct admin_member m = { .sessions = 0 };
	enum store_role was;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = member_find(a, slug, user, &m, f)) != STATUS_OK ||
	    (st = admin_member_ranks(a, &m.org.id, role, f)) != STATUS_OK)
		return st;
	was = m.row.role;
	if (was == role)
		return fault(f, STATUS_CONFLICT, "'%s' is %s of '%s' already",
			     m.account.name, admin_role_name(role),
			     m.org.slug);
	if (was == STORE_ROLE_OWNER &&
	    (st = member_others(a, &m.org, &m.account, f)) != STATUS_OK)
		return st;
	m.row.role = role;
	st = store_member_role(a->store, &m.org.id, &m.account.id, role, f);
	/* What was made with the higher one would be given by it still. */
	if (st == STATUS_OK && role > was)
		st = admin_invite_recall(a, &m.org.id, &m.account, f);
	if (st == STATUS_OK)
		st = admin_audit_org(
			a, "member.role_changed", &m.account.id, &m.org.id,
			(const struct audit_pair[ADMIN_PAIRS_MAX]){
				{ "from", admin_role_name(was) },
				{ "to", admin_role_name(role) } },
			f);
	if (st == STATUS_OK)
		st = admin_commit(a, &txn, f);
	if (st == STATUS_OK)
		*out = m;
	return st;
}

struct member_stay {
	const struct admin *admin;
	struct store_account account;
	enum status st;
	struct fault *f;
};

static bool
member_stay_each(void *ctx, const struct store_member *m,
		 const struct store_org *org)
{
	struct member_stay *s = ctx;

	if (m->role == STORE_ROLE_OWNER && !org->personal)
		s->st = member_others(s->admin, org, &s->account, s->f);
	return s->st == STATUS_OK;
}

enum status
admin_member_may_leave(const struct admin *a, const struct id *account,
		       struct fault *f)
{
	struct member_stay s = { .admin = a, .st = STATUS_OK, .f = f };
	enum status st;

	if ((st = store_account_by_id(a->store, account, &s.account, f)) !=
		    STATUS_OK ||
	    (st = store_member_of(a->store, account, member_stay_each, &s,
				  f)) != STATUS_OK)
		return st;
	return s.st;
}

struct member_first {
	bool found;
	struct store_member row;
	struct store_org org;
};

static bool
member_first_each(void *ctx, const struct store_member *m,
		  const struct store_org *org)
{
	*(struct member_first *)ctx =
		(struct member_first){ .found = true, .row = *m, .org = *org };
	return false;
}

enum status
admin_member_leave_all(const struct admin *a, const struct id *account,
		       struct fault *f)
{
	struct store_account acct;
	enum status st = store_account_by_id(a->store, account, &acct, f);

	while (st == STATUS_OK) {
		struct member_first m = { .found = false };
		struct admin_org_count was;
		char apps[ADMIN_APPS_SIZE] = "";
		int64_t ended;

		st = store_member_of(a->store, account, member_first_each, &m,
				     f);
		if (st != STATUS_OK || !m.found)
			return st;
		if (m.org.personal && m.row.role == STORE_ROLE_OWNER)
			st = admin_org_end(a, &m.org, &was, f);
		else if ((st = member_drop(a, &m.org.id, &acct, &ended, apps,
					   f)) == STATUS_OK)
			st = admin_audit_org(
				a, "member.removed", account, &m.org.id,
				(const struct audit_pair[ADMIN_PAIRS_MAX]){
					{ "reason",
					  "the account was deleted" } },
				f);
	}
	return st;
}
