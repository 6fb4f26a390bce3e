/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "admin/account.h"
#include "admin/reach.h"
#include "admin/root.h"
#include "base/text.h"
#include "sigractl/date.h"
#include "sigractl/shape.h"
#include "sigractl/user.h"

/* From that moment on the rest of the stack has no say in root's logins. */
void
cmd_warn_root(const char *name, bool has_password)
{
	if (strcmp(name, ADMIN_ROOT) != 0)
		return;
	out_warning(has_password
			    ? "this account decides root's logins from now "
			      "on: try its password on a second terminal "
			      "before you close this one"
			    : "this account decides root's logins from now "
			      "on, and has no password: run sigractl password "
			      "set root now, before any login of root's");
}

enum status
user_root_spare(const struct cmd *c, const char *name, const char *what,
		struct fault *f)
{
	struct store_account acct;
	enum status st;

	if (strcmp(name, ADMIN_ROOT) != 0 || cmd_option(c, "yes") != NULL)
		return STATUS_OK;
	/* There is nothing to refuse when root is not in the store. */
	if ((st = admin_account_find(&c->admin, name, &acct, f)) != STATUS_OK)
		return st;
	return fault(f, STATUS_REFUSED,
		     "this account decides root's logins: once it %s, every "
		     "service that asks Sigra refuses root, the console too; "
		     "nothing was changed (--yes does it all the same)",
		     what);
}

static bool
user_add_slug(void *ctx, const struct store_member *m,
	      const struct store_org *org)
{
	(void)m;
	(void)text_copy(ctx, STORE_SLUG_SIZE, org->slug);
	return false;
}

enum status
cmd_user_add(struct cmd *c, struct fault *f)
{
	const char *expires = cmd_option(c, "expires");
	struct admin_account_new n = {
		.name = c->arg[0],
		.email = cmd_option(c, "email"),
		.personal = cmd_option(c, "personal-org") != NULL
	};
	char done[USER_DONE_SIZE], slug[STORE_SLUG_SIZE] = "";
	struct store_account acct;
	enum status st;

	if (expires != NULL &&
	    (st = date_parse(expires, "--expires", &n.expires_at, f)) !=
		    STATUS_OK)
		return st;
	if ((st = admin_account_add(&c->admin, &n, &acct, f)) != STATUS_OK ||
	    (st = store_member_of(c->store, &acct.id, user_add_slug, slug,
				  f)) != STATUS_OK)
		return st;
	(void)snprintf(done, sizeof(done),
		       "Added user %s%s%s. Next: sigractl password set %s, or "
		       "sigractl enroll ticket %s",
		       acct.name, slug[0] == '\0' ? "" : " and organization ",
		       slug, acct.name, acct.name);
	cmd_warn_root(acct.name, false);
	if (admin_account_expired(&acct, c->now))
		out_warning("that is in the past: the account has expired, "
			    "see sigractl user expire");
	return shape_account_end(c, &acct, done, f);
}

struct user_list {
	const struct cmd *c;
	struct out_table table;
	json_t *users; /* with --json */
};

static bool
user_list_each(void *ctx, const struct store_account *acct)
{
	struct user_list *l = ctx;
	const char *state = admin_account_state(acct, l->c->now);
	char when[TEXT_TIME_SIZE];

	/* A deletion that is due: the next change makes it one. */
	if (strcmp(state, "deleted") == 0)
		return true;
	if (l->c->json) {
		out_push(l->users, shape_account(acct, l->c->now));
		return true;
	}
	if (acct->state == STORE_ACTIVE &&
	    admin_account_expired(acct, l->c->now))
		state = "expired";
	out_table_row(&l->table,
		      (const char *const[]){ acct->name, state,
					     out_when(acct->expires_at, when),
					     acct->email },
		      4);
	return true;
}

enum status
cmd_user_list(struct cmd *c, struct fault *f)
{
	static const struct out_column columns[] = { { "NAME", OUT_TEXT },
						     { "STATE", OUT_TEXT },
						     { "EXPIRES", OUT_TEXT },
						     { "EMAIL", OUT_FREE } };
	struct user_list l = { .c = c };
	AUTO_JSON *j = NULL;
	enum status st, end;

	if (!c->json) {
		out_table_start(&l.table, columns, 4);
		st = admin_reach_list(&c->admin, user_list_each, &l, f);
		end = out_table_end(&l.table, "There are no users.",
				    st == STATUS_OK ? f : NULL);
		return st == STATUS_OK ? end : st;
	}
	j = json_object();
	l.users = json_array();
	st = admin_reach_list(&c->admin, user_list_each, &l, f);
	out_put(j, "users", l.users);
	return st == STATUS_OK ? out_json(j, f) : st;
}

enum status
cmd_user_rename(struct cmd *c, struct fault *f)
{
	struct store_password password;
	char done[USER_DONE_SIZE];
	struct store_account acct;
	enum status st;

	st = admin_account_rename(&c->admin, c->arg[0], c->arg[1], &acct, f);
	if (st != STATUS_OK)
		return st;
	cmd_warn_root(acct.name,
		      store_password_get(c->store, &acct.id, &password,
					 NULL) == STATUS_OK);
	(void)snprintf(done, sizeof(done), "User %s is now called %s.",
		       c->arg[0], acct.name);
	return shape_account_end(c, &acct, done, f);
}

enum status
cmd_user_disable(struct cmd *c, struct fault *f)
{
	const char *reason = cmd_option(c, "reason");
	char done[USER_DONE_SIZE];
	struct store_account acct;
	enum status st;

	if (reason == NULL)
		return fault(f, STATUS_INVALID, "say why: --reason TEXT");
	if ((st = user_root_spare(c, c->arg[0], "is disabled", f)) !=
	    STATUS_OK)
		return st;
	st = admin_account_disable(&c->admin, c->arg[0], reason, &acct, f);
	if (st != STATUS_OK)
		return st;
	(void)snprintf(done, sizeof(done),
		       "Disabled user %s. Sessions that are open stay so: see "
		       "sigractl session list --user %s",
		       acct.name, acct.name);
	return shape_account_end(c, &acct, done, f);
}

enum status
cmd_user_enable(struct cmd *c, struct fault *f)
{
	char done[USER_DONE_SIZE];
	struct store_account acct;
	enum status st;

	st = admin_account_enable(&c->admin, c->arg[0], &acct, f);
	if (st != STATUS_OK)
		return st;
	(void)snprintf(done, sizeof(done), "Enabled user %s.%s", acct.name,
		       admin_account_expired(&acct, c->now)
			       ? " It has expired, though: see user expire."
			       : "");
	return shape_account_end(c, &acct, done, f);
}

enum status
cmd_user_expire(struct cmd *c, struct fault *f)
{
	char done[USER_DONE_SIZE], when[TEXT_TIME_SIZE];
	struct store_account acct;
	int64_t at = 0;
	enum status st;

	if (strcmp(c->arg[1], "never") != 0 &&
	    (st = date_parse(c->arg[1], "user expire", &at, f)) != STATUS_OK)
		return st;
	if (at != 0 && (st = user_root_spare(c, c->arg[0], "has expired",
					     f)) != STATUS_OK)
		return st;
	st = admin_account_expire(&c->admin, c->arg[0], at, &acct, f);
	if (st != STATUS_OK)
		return st;
	if (at == 0)
		(void)snprintf(done, sizeof(done), "User %s never expires.",
			       acct.name);
	else
		(void)snprintf(done, sizeof(done), "User %s expires %s.",
			       acct.name, out_when(at, when));
	return shape_account_end(c, &acct, done, f);
}

enum status
cmd_user_force_password_change(struct cmd *c, struct fault *f)
{
	char done[USER_DONE_SIZE];
	struct store_account acct;
	enum status st;

	st = admin_account_force_change(&c->admin, c->arg[0], &acct, f);
	if (st != STATUS_OK)
		return st;
	(void)snprintf(done, sizeof(done),
		       "User %s has to change the password at the next login.",
		       acct.name);
	return shape_account_end(c, &acct, done, f);
}
