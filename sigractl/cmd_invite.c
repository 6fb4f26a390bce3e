/* SPDX-License-Identifier: MIT */
/* Invitations into an organization. */
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "sigractl/child.h"
#include "sigractl/codes.h"
#include "sigractl/date.h"
#include "sigractl/ground.h"
#include "sigractl/org.h"
#include "sigractl/picture.h"
#include "sigractl/qrfiles.h"
#include "sigractl/self_accept.h"
#include "sigractl/tty.h"

static json_t *
invite_shape(const struct store_invitation *i, int64_t now)
{
	json_t *j = json_object();

	out_put(j, "id", out_string(i->id.s));
	out_put(j, "address", out_string(i->address));
	out_put(j, "role", json_string(admin_role_name(i->role)));
	out_put(j, "state", json_string(admin_invite_state(i, now)));
	out_put(j, "made_by", out_string(i->made_by));
	out_put(j, "created_at", out_time(i->created_at));
	out_put(j, "expires_at", out_time(i->expires_at));
	out_put(j, "ended_at", out_time(i->ended_at));
	out_put(j, "account", out_string(i->account.s));
	return j;
}

static enum status
invite_json(const struct cmd *c, const struct admin_invite *i,
	    const struct secret *code, bool mailed, struct fault *f)
{
	AUTO_JSON *j = invite_shape(&i->row, c->now);
	enum status st;

	out_put(j, "org", out_string(i->org.slug));
	out_put(j, "code", codes_json(code));
	out_put(j, "mailed", json_boolean(mailed));
	if ((st = out_json(j, f)) != STATUS_OK)
		return st;
	return out_finish(f);
}

/* The code for a phone's camera, where somebody can hold one to it. */
static enum status
invite_picture(const char *letters, struct fault *f)
{
	const struct picture_way way = { .below = 1,
					 .instead = "use --png FILE" };
	bool shown;

	if (isatty(STDOUT_FILENO) != 1)
		return STATUS_OK;
	return picture_show(letters, &way, &shown, f);
}

static enum status
invite_print(const struct admin_invite *i, const char *letters, bool mailed,
	     bool picture, struct fault *f)
{
	char when[TEXT_TIME_SIZE], safe[4 * STORE_EMAIL_SIZE];
	struct buf b;
	enum status st;
	CODES_TEXT(lines);

	text_encode(i->row.address, strlen(i->row.address), safe,
		    sizeof(safe));
	out_line("Invited to %s, as %s:", i->org.slug,
		 admin_role_name(i->row.role));
	out_line("    %s", safe);
	if (mailed)
		out_line("The code below is mailed there by the next run of "
			 "sigractl notify.");
	buf_start(&b, lines.s, sizeof(lines.s));
	buf_printf(&b,
		   "The code is good once, until %s,\nand is not shown "
		   "again.\n    %s\n",
		   out_when(i->row.expires_at, when), letters);
	if ((st = codes_print(&lines, f)) != STATUS_OK || !picture)
		return st;
	return invite_picture(letters, f);
}

static enum status
invite_show(const struct cmd *c, const struct admin_invite *i,
	    const struct secret *code, bool mailed, struct qrfiles *files,
	    struct fault *f)
{
	enum status st;
	SECRET_TEXT(letters);

	if (!secret_string(code, letters.s, sizeof(letters.s)))
		return fault(f, STATUS_SYSTEM, "the code has no text");
	st = c->json ? invite_json(c, i, code, mailed, f)
		     : invite_print(i, letters.s, mailed, files->n == 0, f);
	if (st == STATUS_OK &&
	    (st = qrfiles_show(files, letters.s, f)) == STATUS_OK)
		qrfiles_keep(files);
	return st;
}

enum status
cmd_org_invite(struct cmd *c, struct fault *f)
{
	struct admin_invite_new n = { .slug = c->arg[0],
				      .address = c->arg[1],
				      .ttl = ADMIN_INVITE_TTL,
				      .mail = cmd_option(c, "mail") != NULL };
	const char *ttl = cmd_option(c, "ttl");
	struct admin_invite i;
	enum status st;
	QRFILES(files);
	SECRET(code);

	if (ttl != NULL &&
	    (st = date_duration(ttl, "--ttl", 1, ADMIN_INVITE_TTL_MAX, &n.ttl,
				f)) != STATUS_OK)
		return st;
	if ((st = org_role(c, &n.role, f)) != STATUS_OK ||
	    (st = out_once(f, "the code is lost: revoke what sigractl invite "
			      "list shows, and invite again")) != STATUS_OK ||
	    (st = qrfiles_open(c, &files, f)) != STATUS_OK ||
	    (st = ground_become(c, f)) != STATUS_OK ||
	    (st = ground_open(c, STORE_WRITE, f)) != STATUS_OK)
		return st;
	/* A code that is in the store has to be seen. */
	child_signals_hold();
	st = admin_invite_make(&c->admin, &n, &code, &i, f);
	if (st == STATUS_OK)
		st = invite_show(c, &i, &code, n.mail, &files, f);
	child_signals_free();
	return st;
}

struct invite_list {
	const struct cmd *c;
	struct out_table table;
	json_t *invitations; /* NULL: the table */
};

static bool
invite_list_each(void *ctx, const struct store_invitation *i)
{
	struct invite_list *l = ctx;
	char expires[TEXT_TIME_SIZE];

	if (l->invitations != NULL) {
		out_push(l->invitations, invite_shape(i, l->c->now));
		return true;
	}
	(void)out_when(i->expires_at, expires);
	expires[strcspn(expires, "T")] = '\0';
	/* The id is long, and has to be whole to be revoked. */
	out_table_row(&l->table,
		      (const char *const[]){ i->id.s, admin_role_name(i->role),
					     admin_invite_state(i, l->c->now),
					     expires, i->address },
		      5);
	return true;
}

enum status
cmd_invite_list(struct cmd *c, struct fault *f)
{
	static const struct out_column columns[] = { { "ID", OUT_TEXT },
						     { "ROLE", OUT_TEXT },
						     { "STATE", OUT_TEXT },
						     { "UNTIL", OUT_TEXT },
						     { "FOR", OUT_CUT } };
	bool pending = cmd_option(c, "all") == NULL;
	struct invite_list l = { .c = c };
	struct store_org org;
	AUTO_JSON *j = NULL;
	enum status st, end;

	if ((st = admin_org_find(&c->admin, c->arg[0], &org, f)) != STATUS_OK)
		return st;
	if (!c->json) {
		out_table_start(&l.table, columns, 5);
		st = store_invitation_list(c->store, &org.id, pending,
					   invite_list_each, &l, f);
		end = out_table_end(&l.table,
				    st == STATUS_OK ? "Nobody is invited."
						    : NULL,
				    st == STATUS_OK ? f : NULL);
		return st == STATUS_OK ? end : st;
	}
	j = json_object();
	out_put(j, "org", out_string(org.slug));
	l.invitations = json_array();
	st = store_invitation_list(c->store, &org.id, pending,
				   invite_list_each, &l, f);
	out_put(j, "invitations", l.invitations);
	return st == STATUS_OK ? out_json(j, f) : st;
}

enum status
cmd_invite_revoke(struct cmd *c, struct fault *f)
{
	struct admin_invite i;
	AUTO_JSON *j = NULL;
	enum status st;

	if ((st = admin_invite_revoke(&c->admin, c->arg[0], c->arg[1], &i,
				      f)) != STATUS_OK)
		return st;
	if (!c->json) {
		out_line("The invitation of %s to %s is void.", i.row.address,
			 i.org.slug);
		return STATUS_OK;
	}
	j = invite_shape(&i.row, c->now);
	out_put(j, "org", out_string(i.org.slug));
	return out_json(j, f);
}

/* For USER, by whoever may speak for everybody. */
static enum status
invite_accept(struct cmd *c, struct fault *f)
{
	struct admin_member m;
	AUTO_JSON *j = NULL;
	enum status st;
	SECRET(code);

	if ((st = ground_become(c, f)) != STATUS_OK ||
	    (st = ground_open(c, STORE_WRITE, f)) != STATUS_OK)
		return st;
	st = cmd_option(c, "stdin") != NULL
		     ? tty_stdin_secret(&code, f)
		     : tty_ask_secret("Invitation code: ", &code, f);
	if (st != STATUS_OK)
		return st;
	cmd_clock(c);
	if ((st = admin_invite_accept(&c->admin, c->arg[0], &code, &m, f)) !=
	    STATUS_OK)
		return st;
	if (c->json) {
		j = shape_member_of(&m);
		return out_json(j, f);
	}
	out_line("%s is %s of %s.", m.account.name,
		 admin_role_name(m.row.role), m.org.slug);
	return STATUS_OK;
}

enum status
cmd_invite_accept(struct cmd *c, struct fault *f)
{
	enum status st;

	if (c->self[0] == '\0')
		return invite_accept(c, f);
	if (cmd_option(c, "stdin") != NULL || c->json)
		return fault(f, STATUS_DENIED,
			     "%s is for root: who you are has to be proved on "
			     "the terminal",
			     c->json ? "--json" : "--stdin");
	if ((st = self_accept(c, f)) == STATUS_OK)
		out_line("Accepted. From the next login on it counts.");
	return st;
}
