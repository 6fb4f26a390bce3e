/* SPDX-License-Identifier: MIT */
#include "admin/reach.h"

#include <string.h>

#include "admin/root.h"
#include "store/people.h"

enum status
admin_reach_sees(const struct admin *a, const struct store_account *acct,
		 bool *out, struct fault *f)
{
	struct store_member m;
	enum status st = STATUS_OK;

	*out = a->org == NULL;
	if (*out)
		return STATUS_OK;
	if (acct->kind == STORE_SERVICE) {
		*out = strcmp(acct->org.s, a->org->s) == 0;
		return STATUS_OK;
	}
	st = store_member_get(a->store, a->org, &acct->id, &m, f);
	*out = st == STATUS_OK;
	return st == STATUS_NOT_FOUND ? STATUS_OK : st;
}

enum status
admin_reach_sees_id(const struct admin *a, const struct id *acct, bool *out,
		    struct fault *f)
{
	struct store_account row;
	enum status st;

	*out = a->org == NULL;
	if (*out)
		return STATUS_OK;
	st = store_account_by_id(a->store, acct, &row, f);
	if (st == STATUS_NOT_FOUND)
		return STATUS_OK;
	return st == STATUS_OK ? admin_reach_sees(a, &row, out, f) : st;
}

struct reach_view {
	const struct admin *admin;
	bool (*each)(void *ctx, const struct store_account *);
	void *ctx;
	bool stop;
	enum status st;
	struct fault *f;
};

static bool
reach_each(void *ctx, const struct store_account *acct)
{
	struct reach_view *v = ctx;

	v->stop = !v->each(v->ctx, acct);
	return !v->stop;
}

static bool
reach_member(void *ctx, const struct store_member *m, const char *name)
{
	struct reach_view *v = ctx;
	struct store_account acct;

	(void)name;
	v->st = store_account_by_id(v->admin->store, &m->account, &acct, v->f);
	return v->st == STATUS_OK && reach_each(v, &acct);
}

enum status
admin_reach_list(const struct admin *a,
		 bool (*each)(void *ctx, const struct store_account *),
		 void *ctx, struct fault *f)
{
	struct reach_view v = {
		.admin = a, .each = each, .ctx = ctx, .st = STATUS_OK, .f = f
	};
	enum status st;

	if (a->org == NULL)
		return store_account_list(a->store, "", each, ctx, f);
	st = store_member_list(a->store, a->org, "", reach_member, &v, f);
	if (st == STATUS_OK)
		st = v.st;
	if (st != STATUS_OK || v.stop)
		return st;
	return store_service_list(a->store, a->org, reach_each, &v, f);
}

static enum status
reach_refused(const struct store_account *acct, const char *why,
	      struct fault *f)
{
	return fault(f, STATUS_REFUSED,
		     "user '%s' %s: ask an administrator of everything",
		     acct->name, why);
}

/* Another one than a->org that is not its own. */
struct reach_other {
	const struct id *org;
	bool found;
};

static bool
reach_other_each(void *ctx, const struct store_member *m,
		 const struct store_org *o)
{
	struct reach_other *other = ctx;

	other->found = !o->personal && strcmp(m->org.s, other->org->s) != 0;
	return !other->found;
}

/* Has the account more to say in the organization than the actor? */
static enum status
reach_rank(const struct admin *a, const struct store_account *acct,
	   struct fault *f)
{
	struct store_member mine, theirs;
	bool everything = a->self == NULL;
	enum status st = STATUS_OK;

	if (!everything)
		st = store_administrator_is(a->store, a->self, &everything, f);
	if (st != STATUS_OK || everything)
		return st;
	if ((st = store_member_get(a->store, a->org, a->self, &mine, f)) !=
		    STATUS_OK ||
	    (st = store_member_get(a->store, a->org, &acct->id, &theirs, f)) !=
		    STATUS_OK)
		return st == STATUS_NOT_FOUND
			       ? fault(f, STATUS_REFUSED,
				       "you, or user '%s', belong to the "
				       "organization no more",
				       acct->name)
			       : st;
	if (theirs.role < mine.role)
		return fault(f, STATUS_REFUSED,
			     "user '%s' is an owner of the organization: "
			     "another owner has to do that",
			     acct->name);
	return STATUS_OK;
}

/* Is it one that no organization decides about? */
static enum status
reach_high(const struct admin *a, const struct store_account *acct,
	   struct fault *f)
{
	bool administrator;
	enum status st;

	if (strcmp(acct->name, ADMIN_ROOT) == 0)
		return reach_refused(acct, "decides root's logins", f);
	if ((st = store_administrator_is(a->store, &acct->id, &administrator,
					 f)) != STATUS_OK ||
	    !administrator)
		return st;
	return reach_refused(acct, "is an administrator of everything", f);
}

static bool
reach_is_self(const struct admin *a, const struct store_account *acct)
{
	return a->self != NULL && strcmp(a->self->s, acct->id.s) == 0;
}

enum status
admin_reach_sessions(const struct admin *a, const struct id *id,
		     struct fault *f)
{
	struct store_account acct;
	struct store_member m;
	enum status st;

	if (a->org == NULL)
		return STATUS_OK;
	if ((st = store_account_by_id(a->store, id, &acct, f)) != STATUS_OK ||
	    acct.kind == STORE_SERVICE || reach_is_self(a, &acct) ||
	    (st = reach_high(a, &acct, f)) != STATUS_OK)
		return st;
	/* Who has left has nothing to say there, but may run something. */
	st = store_member_get(a->store, a->org, id, &m, f);
	if (st == STATUS_NOT_FOUND)
		return STATUS_OK;
	return st == STATUS_OK ? reach_rank(a, &acct, f) : st;
}

enum status
admin_reach(const struct admin *a, const struct store_account *acct,
	    struct fault *f)
{
	struct reach_other other = { .org = a->org };
	enum status st;

	if (a->org == NULL || acct->kind == STORE_SERVICE)
		return STATUS_OK;
	if (reach_is_self(a, acct))
		return reach_refused(acct, "is you yourself", f);
	if ((st = reach_high(a, acct, f)) != STATUS_OK ||
	    (st = store_member_of(a->store, &acct->id, reach_other_each,
				  &other, f)) != STATUS_OK)
		return st;
	if (other.found)
		return reach_refused(
			acct, "belongs to another organization, too", f);
	return reach_rank(a, acct, f);
}

enum status
admin_reach_service(const struct admin *a, const char *name, const char *slug,
		    struct fault *f)
{
	size_t len = strlen(slug);

	if (strcmp(name, ADMIN_ROOT) == 0)
		return fault(f, STATUS_REFUSED,
			     "root is no service account's name");
	if (a->org == NULL || (strncmp(name, slug, len) == 0 &&
			       name[len] == '-' && name[len + 1] != '\0'))
		return STATUS_OK;
	return fault(f, STATUS_REFUSED,
		     "'%s' might be the name of a user of the host: with "
		     "--org, call it '%s-...'",
		     name, slug);
}
