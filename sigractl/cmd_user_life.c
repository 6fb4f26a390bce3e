/* SPDX-License-Identifier: MIT */
/* Deleting an account, and bringing it back. */
#include <stdio.h>
#include <string.h>

#include "admin/account.h"
#include "admin/life.h"
#include "base/buf.h"
#include "base/text.h"
#include "sigractl/confirm.h"
#include "sigractl/shape.h"
#include "sigractl/user.h"

#define USER_GRACE_DAYS 14
#define USER_ABOUT_SIZE 768

static enum status
user_delete_wanted(const struct cmd *c, struct admin_deletion *out,
		   struct fault *f)
{
	const char *grace = cmd_option(c, "grace");
	const char *strategy = cmd_option(c, "strategy");

	*out = (struct admin_deletion){ .days = USER_GRACE_DAYS,
					.strategy = STORE_SOFT };
	if (grace != NULL && cmd_option(c, "now") != NULL)
		return fault(f, STATUS_INVALID,
			     "--grace and --now: give one of them");
	if (grace != NULL &&
	    !text_number(grace, 0, ADMIN_GRACE_DAYS_MAX, &out->days))
		return fault(f, STATUS_INVALID,
			     "--grace: '%s' is no number of days, 0 to %d",
			     grace, ADMIN_GRACE_DAYS_MAX);
	if (cmd_option(c, "now") != NULL)
		out->days = 0;
	if (strategy != NULL &&
	    !admin_strategy_parse(strategy, &out->strategy))
		return fault(f, STATUS_INVALID,
			     "--strategy: '%s' is not soft, hard or anonymize",
			     strategy);
	return STATUS_OK;
}

static enum status
user_delete_end(const struct cmd *c, const struct store_account *acct,
		struct fault *f)
{
	char done[USER_DONE_SIZE], when[TEXT_TIME_SIZE];

	if (acct->state == STORE_DELETED)
		(void)snprintf(done, sizeof(done), "Deleted user %s.",
			       c->arg[0]);
	else
		(void)snprintf(done, sizeof(done),
			       "User %s may not log in, and is deleted on %s. "
			       "Until then sigractl user undelete %s brings "
			       "it back. What runs goes on: see sigractl "
			       "session revoke-all",
			       acct->name, out_when(acct->delete_at, when),
			       acct->name);
	return shape_account_end(c, acct, done, f);
}

static bool
user_delete_org(void *ctx, const struct store_member *m,
		const struct store_org *org)
{
	struct buf *b = ctx;

	(void)m;
	buf_printf(b, "%s%s", b->len == 0 ? "" : ", ", org->slug);
	return true;
}

/* Before anybody types the name: what that will do. */
static enum status
user_delete_about(const struct cmd *c, const struct store_account *acct,
		  const struct admin_deletion *wanted,
		  char out[USER_ABOUT_SIZE], struct fault *f)
{
	const char *strategy = admin_strategy_name(wanted->strategy);
	char orgs[512], when[TEXT_TIME_SIZE];
	struct buf b, about;
	enum status st;

	buf_start(&b, orgs, sizeof(orgs));
	st = store_member_of(c->store, &acct->id, user_delete_org, &b, f);
	if (st != STATUS_OK)
		return st;
	buf_start(&about, out, USER_ABOUT_SIZE);
	if (wanted->days == 0)
		buf_printf(&about,
			   "Deleted now, which cannot be taken back. "
			   "Strategy: %s.\n",
			   strategy);
	else
		buf_printf(&about,
			   "No login from now on; deleted on %s. Strategy: "
			   "%s.\n",
			   out_when(c->now + wanted->days * 86400, when),
			   strategy);
	buf_printf(&about, "Organizations of the user: %s%s.\n",
		   orgs[0] == '\0' ? "none" : orgs,
		   b.full ? " and others" : "");
	return STATUS_OK;
}

enum status
cmd_user_delete(struct cmd *c, struct fault *f)
{
	struct admin_deletion wanted;
	char about[USER_ABOUT_SIZE];
	struct store_account acct;
	enum status st;

	if ((st = user_delete_wanted(c, &wanted, f)) != STATUS_OK)
		return st;
	/* Nobody is asked about who is not there. */
	st = admin_account_find(&c->admin, c->arg[0], &acct, f);
	if (st == STATUS_OK)
		st = user_root_spare(c, c->arg[0], "is deleted", f);
	if (st == STATUS_OK && cmd_option(c, "yes") == NULL &&
	    (st = user_delete_about(c, &acct, &wanted, about, f)) == STATUS_OK)
		st = confirm_delete("name", c->arg[0], about, f);
	if (st != STATUS_OK)
		return st;
	cmd_clock(c);
	st = admin_account_delete(&c->admin, c->arg[0], &wanted, &acct, f);
	return st == STATUS_OK ? user_delete_end(c, &acct, f) : st;
}

enum status
cmd_user_undelete(struct cmd *c, struct fault *f)
{
	char done[USER_DONE_SIZE];
	struct store_account acct;
	enum status st;

	st = admin_account_undelete(&c->admin, c->arg[0], &acct, f);
	if (st != STATUS_OK)
		return st;
	(void)snprintf(done, sizeof(done), "User %s is %s again.", acct.name,
		       admin_account_state(&acct, c->now));
	return shape_account_end(c, &acct, done, f);
}
