/* SPDX-License-Identifier: MIT */
/* Who belongs to an organization. */
#include "base/text.h"
#include "sigractl/org.h"

enum status
org_role(const struct cmd *c, enum store_role *out, struct fault *f)
{
	const char *role = cmd_option(c, "role");

	if (role != NULL)
		return admin_role_parse(role, out, f);
	*out = STORE_ROLE_MEMBER;
	return STATUS_OK;
}

static json_t *
member_shape(const struct store_member *m, const char *name)
{
	json_t *j = json_object();

	out_put(j, "user", out_string(name));
	out_put(j, "account", out_string(m->account.s));
	out_put(j, "role", json_string(admin_role_name(m->role)));
	out_put(j, "joined_at", out_time(m->joined_at));
	out_put(j, "used_at", out_time(m->used_at));
	return j;
}

json_t *
shape_member_of(const struct admin_member *m)
{
	json_t *j = member_shape(&m->row, m->account.name);

	out_put(j, "org", out_string(m->org.slug));
	return j;
}

struct member_list {
	struct out_table table;
	json_t *members; /* NULL: the table */
};

static bool
member_list_each(void *ctx, const struct store_member *m, const char *name)
{
	char joined[TEXT_TIME_SIZE], used[TEXT_TIME_SIZE];
	struct member_list *l = ctx;

	if (l->members != NULL) {
		out_push(l->members, member_shape(m, name));
		return true;
	}
	out_table_row(&l->table,
		      (const char *const[]){ name, admin_role_name(m->role),
					     out_when(m->joined_at, joined),
					     out_when(m->used_at, used) },
		      4);
	return true;
}

enum status
cmd_member_list(struct cmd *c, struct fault *f)
{
	static const struct out_column columns[] = { { "USER", OUT_FOLD },
						     { "ROLE", OUT_TEXT },
						     { "JOINED", OUT_TEXT },
						     { "USED", OUT_TEXT } };
	struct member_list l = { .members = NULL };
	struct store_org org;
	AUTO_JSON *j = NULL;
	enum status st, end;

	if ((st = admin_org_find(&c->admin, c->arg[0], &org, f)) != STATUS_OK)
		return st;
	if (!c->json) {
		out_table_start(&l.table, columns, 4);
		st = store_member_list(c->store, &org.id, "", member_list_each,
				       &l, f);
		end = out_table_end(&l.table,
				    st == STATUS_OK ? "There are no members."
						    : NULL,
				    st == STATUS_OK ? f : NULL);
		return st == STATUS_OK ? end : st;
	}
	j = json_object();
	out_put(j, "org", out_string(org.slug));
	l.members = json_array();
	st = store_member_list(c->store, &org.id, "", member_list_each, &l, f);
	out_put(j, "members", l.members);
	return st == STATUS_OK ? out_json(j, f) : st;
}

static enum status
member_json(const struct admin_member *m, struct fault *f)
{
	AUTO_JSON *j = shape_member_of(m);

	return out_json(j, f);
}

enum status
cmd_member_add(struct cmd *c, struct fault *f)
{
	struct admin_member m;
	enum store_role role;
	enum status st;

	if ((st = org_role(c, &role, f)) != STATUS_OK ||
	    (st = admin_member_add(&c->admin, c->arg[0], c->arg[1], role, &m,
				   f)) != STATUS_OK)
		return st;
	if (c->json)
		return member_json(&m, f);
	out_line("%s is %s of %s.", m.account.name,
		 admin_role_name(m.row.role), m.org.slug);
	return STATUS_OK;
}

enum status
cmd_member_role(struct cmd *c, struct fault *f)
{
	struct admin_member m;
	enum store_role role;
	enum status st;

	if ((st = admin_role_parse(c->arg[2], &role, f)) != STATUS_OK ||
	    (st = admin_member_role(&c->admin, c->arg[0], c->arg[1], role, &m,
				    f)) != STATUS_OK)
		return st;
	if (c->json)
		return member_json(&m, f);
	out_line("%s is %s of %s now.", m.account.name,
		 admin_role_name(m.row.role), m.org.slug);
	return STATUS_OK;
}

enum status
cmd_member_remove(struct cmd *c, struct fault *f)
{
	struct admin_member m;
	AUTO_JSON *j = NULL;
	enum status st;

	if ((st = admin_member_remove(&c->admin, c->arg[0], c->arg[1], &m,
				      f)) != STATUS_OK)
		return st;
	if (c->json) {
		j = shape_member_of(&m);
		out_put(j, "sessions", json_integer(m.sessions));
		return out_json(j, f);
	}
	out_line("%s no longer belongs to %s.", m.account.name, m.org.slug);
	if (m.sessions > 0)
		out_line("Sessions that are over: %lld. What runs in them is "
			 "not stopped by this.",
			 (long long)m.sessions);
	return STATUS_OK;
}
