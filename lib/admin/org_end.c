/* SPDX-License-Identifier: MIT */
/* How much an organization is, and its end. */
#include <string.h>

#include "admin/member.h"
#include "admin/org.h"
#include "admin/rules.h"
#include "admin/service.h"
#include "base/buf.h"
#include "store/people.h"

static bool
org_end_service(void *ctx, const struct store_account *acct)
{
	(void)acct;
	(*(int64_t *)ctx)++;
	return true;
}

struct org_end_pending {
	int64_t now, n;
};

static bool
org_end_invitation(void *ctx, const struct store_invitation *i)
{
	struct org_end_pending *p = ctx;

	p->n += i->expires_at > p->now;
	return true;
}

enum status
admin_org_count(const struct admin *a, const struct id *org,
		struct admin_org_count *out, struct fault *f)
{
	struct org_end_pending pending = { .now = a->now };
	struct admin_org_count count = { .members = 0 };
	enum status st;

	if ((st = store_member_count(a->store, org, &count.members, f)) !=
		    STATUS_OK ||
	    (st = store_member_owners(a->store, org, &count.owners, f)) !=
		    STATUS_OK ||
	    (st = store_invitation_list(a->store, org, true,
					org_end_invitation, &pending, f)) !=
		    STATUS_OK ||
	    (st = store_service_list(a->store, org, org_end_service,
				     &count.services, f)) != STATUS_OK)
		return st;
	count.invitations = pending.n;
	*out = count;
	return STATUS_OK;
}

struct org_end_member {
	bool found;
	struct id account;
};

static bool
org_end_first(void *ctx, const struct store_member *m, const char *name)
{
	struct org_end_member *first = ctx;

	(void)name;
	first->found = true;
	first->account = m->account;
	return false;
}

/* In the open transaction: each is told apart in the audit, where somebody
 * may ask for one of them. */
static enum status
org_end_members(const struct admin *a, const struct id *org, struct fault *f)
{
	for (;;) {
		struct org_end_member first = { .found = false };
		char apps[ADMIN_APPS_SIZE] = "";
		enum status st;

		st = store_member_list(a->store, org, "", org_end_first,
				       &first, f);
		if (st != STATUS_OK || !first.found)
			return st;
		st = store_member_delete(a->store, org, &first.account, f);
		if (st == STATUS_OK)
			st = admin_member_end_apps(a, &first.account, apps, f);
		if (st == STATUS_OK)
			st = admin_audit_org(
				a, "member.removed", &first.account, org,
				(const struct audit_pair[ADMIN_PAIRS_MAX]){
					{ "reason",
					  "the organization was deleted" },
					{ "apps_revoked", apps } },
				f);
		if (st != STATUS_OK)
			return st;
	}
}

static bool
org_end_account(void *ctx, const struct store_account *acct)
{
	*(struct store_account *)ctx = *acct;
	return false;
}

/* In the open transaction. */
static enum status
org_end_services(const struct admin *a, const struct id *org, struct fault *f)
{
	for (;;) {
		struct store_account acct = { .name = "" };
		enum status st;

		st = store_service_list(a->store, org, org_end_account, &acct,
					f);
		if (st != STATUS_OK || acct.name[0] == '\0')
			return st;
		st = admin_service_end(a, &acct, f);
		if (st != STATUS_OK)
			return st;
	}
}

static enum status
org_end_audit(const struct admin *a, const struct store_org *org,
	      const struct admin_org_count *was, struct fault *f)
{
	char members[24], sessions[24];
	struct buf b;

	buf_start(&b, members, sizeof(members));
	buf_printf(&b, "%lld", (long long)was->members);
	buf_start(&b, sessions, sizeof(sessions));
	buf_printf(&b, "%lld", (long long)was->sessions);
	return admin_audit_org(
		a, "org.deleted", NULL, &org->id,
		(const struct audit_pair[ADMIN_PAIRS_MAX]){
			{ "slug", org->personal ? "" : org->slug },
			{ "members", members },
			{ "sessions", sessions } },
		f);
}

enum status
admin_org_end(const struct admin *a, struct store_org *org,
	      struct admin_org_count *was, struct fault *f)
{
	struct admin_org_count count;
	int64_t ended;
	enum status st;

	/* Invitations that have run out are ended, too, but do not count. */
	if ((st = admin_org_count(a, &org->id, &count, f)) != STATUS_OK ||
	    (st = org_end_members(a, &org->id, f)) != STATUS_OK ||
	    (st = org_end_services(a, &org->id, f)) != STATUS_OK ||
	    (st = store_invitation_end_all(a->store, &org->id, a->now, &ended,
					   f)) != STATUS_OK ||
	    (st = store_session_close_org(a->store, &org->id, NULL, a->now,
					  &count.sessions, f)) != STATUS_OK)
		return st;
	org->deleted_at = a->now;
	if ((st = store_org_update(a->store, org, f)) != STATUS_OK)
		return st;
	org->version++;
	st = org_end_audit(a, org, &count, f);
	if (st == STATUS_OK)
		*was = count;
	return st;
}

enum status
admin_org_delete(const struct admin *a, const char *slug,
		 struct store_org *out, struct admin_org_count *was,
		 struct fault *f)
{
	struct admin_org_count count;
	struct store_org org;
	int64_t position;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_org_find(a, slug, &org, f)) != STATUS_OK ||
	    (st = admin_rules_name_org(a, &org.id, &position, f)) != STATUS_OK)
		return st;
	if (position != 0)
		return fault(f, STATUS_REFUSED,
			     "rule %lld is about '%s': change or remove it "
			     "first (sigractl policy list)",
			     (long long)position, org.slug);
	if ((st = admin_org_end(a, &org, &count, f)) != STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	*out = org;
	*was = count;
	return STATUS_OK;
}
