/* SPDX-License-Identifier: MIT */
/*
 * Files are read first, as whoever may read them; then we become the store's
 * owner, and what they hold is taken in one transaction.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "admin/root.h"
#include "import/google.h"
#include "sigractl/ground.h"
#include "sigractl/import.h"
#include "sigractl/out.h"

#define IMPORT_SHADOW "/etc/shadow"
#define IMPORT_SCHEME "otpauth"

/* Rows are shown once all of it is done, or none. */
struct import_output {
	bool json;
	json_t *rows;
	struct out_table table;
	bool root;	    /* a password of root's was taken */
	const char *origin; /* of security keys; NULL: these are none */
};

static void
import_output_row(void *ctx, const struct admin_import_row *row)
{
	struct import_output *o = ctx;
	char line[24] = "";
	json_t *j;

	o->root =
		o->root || (row->taken && strcmp(row->what, "password") == 0 &&
			    strcmp(row->user, ADMIN_ROOT) == 0);
	if (!o->json) {
		if (row->line > 0)
			(void)snprintf(line, sizeof(line), "%zu", row->line);
		out_table_row(&o->table,
			      (const char *[]){ line, row->user, row->what,
						row->taken ? "yes" : "no",
						row->note },
			      5);
		return;
	}
	j = json_object();
	out_put(j, "line",
		row->line > 0 ? json_integer((json_int_t)row->line)
			      : json_null());
	out_put(j, "user", out_string(row->user));
	out_put(j, "what", out_string(row->what));
	out_put(j, "taken", json_boolean(row->taken));
	out_put(j, "note", out_string(row->note));
	out_push(o->rows, j);
}

static void
import_output_start(struct import_output *o)
{
	static const struct out_column columns[] = {
		{ "LINE", OUT_COUNT }, { "USER", OUT_TEXT },
		{ "WHAT", OUT_TEXT },  { "TAKEN", OUT_TEXT },
		{ "NOTE", OUT_SAFE },
	};

	if (o->json)
		o->rows = json_array();
	else
		out_table_start(&o->table, columns,
				sizeof(columns) / sizeof(columns[0]));
}

static enum status
import_output_end(struct import_output *o, const struct admin_import_count *n,
		  bool dry_run, struct fault *f)
{
	AUTO_JSON *j = NULL;
	enum status st;

	if (o->json) {
		j = json_object();
		out_put(j, "dry_run", json_boolean(dry_run));
		if (o->origin != NULL)
			out_put(j, "origin", out_string(o->origin));
		out_put(j, "rows", o->rows);
		o->rows = NULL;
		return out_json(j, f);
	}
	st = out_table_end(&o->table, "There is nothing to import.", f);
	if (st == STATUS_OK && n->rows > 0)
		out_line("%s %zu of %zu%s.", dry_run ? "Would take" : "Took",
			 n->taken, n->rows,
			 dry_run ? "; nothing was changed" : "");
	return st;
}

/* Nothing is shown of what came to nothing. */
static void
import_output_drop(struct import_output *o)
{
	struct fault ignored;

	if (o->json)
		json_decref(o->rows);
	else
		status_ignore(out_table_end(&o->table, NULL, &ignored),
			      "it is only freed");
}

/* A wall clock goes through an hour twice a year twice: the later one, so
 * that no code is good once more. */
static int64_t
import_from_local(int64_t local)
{
	time_t as_utc = (time_t)local, found = 0;
	struct tm parts;

	for (int dst = 0; dst <= 1; dst++) {
		time_t at;

		if (gmtime_r(&as_utc, &parts) == NULL)
			return local;
		parts.tm_isdst = dst;
		at = mktime(&parts);
		if (at > found && parts.tm_isdst == dst)
			found = at;
	}
	return found > 0 ? (int64_t)found : local;
}

enum status
import_run(struct cmd *c, struct import_files *files,
	   enum admin_import_kind kind, const char *origin, size_t *taken,
	   struct fault *f)
{
	struct import_output o = { .json = c->json, .origin = origin };
	struct admin_import i = {
		.kind = kind,
		.of = files->of,
		.n = files->n,
		.add_accounts = cmd_option(c, "add-accounts") != NULL,
		.dry_run = cmd_option(c, "dry-run") != NULL,
		.go_on = cmd_option(c, "all-homes") != NULL,
		.from_local = import_from_local,
		.origin = origin,
		.say = import_output_row,
		.ctx = &o,
	};
	struct admin_import_count count = { .rows = 0 };
	enum status st;

	if ((st = ground_become(c, f)) != STATUS_OK ||
	    (st = ground_open(c, STORE_WRITE, f)) != STATUS_OK)
		return st;
	cmd_clock(c);
	import_output_start(&o);
	if ((st = admin_import(&c->admin, &i, &count, f)) != STATUS_OK) {
		import_output_drop(&o);
		return st;
	}
	if (taken != NULL)
		*taken = count.taken;
	if (count.taken + count.there == 0)
		c->exit = CMD_REFUSED;
	if (o.root && !i.dry_run)
		cmd_warn_root(ADMIN_ROOT, true);
	return import_output_end(&o, &count, i.dry_run, f);
}

/* USER and either FILE or --stdin. */
static enum status
import_source(const struct cmd *c, struct fault *f)
{
	bool from_stdin = cmd_option(c, "stdin") != NULL;

	if (c->arg[1] != NULL &&
	    strncasecmp(c->arg[1], IMPORT_SCHEME, sizeof(IMPORT_SCHEME) - 1) ==
		    0 &&
	    strchr(c->arg[1], ':') != NULL)
		return fault(f, STATUS_INVALID,
			     "a URI holds the secret, and every user of this "
			     "host can read the arguments of a command: give "
			     "it by --stdin, and make a new one if others "
			     "were here");
	if (from_stdin == (c->arg[1] != NULL))
		return fault(f, STATUS_INVALID,
			     "give either a FILE or --stdin");
	return STATUS_OK;
}

enum status
cmd_import_otpauth(struct cmd *c, struct fault *f)
{
	enum status st;
	IMPORT_FILES(files);

	if ((st = import_source(c, f)) != STATUS_OK ||
	    (st = import_read_file(&c->actor, c->arg[1], c->arg[0],
				   IMPORT_LIST_MAX, &files, f)) != STATUS_OK)
		return st;
	return import_run(c, &files, ADMIN_IMPORT_OTPAUTH, NULL, NULL, f);
}

enum status
cmd_import_google(struct cmd *c, struct fault *f)
{
	static const struct import_homes homes = {
		.file = ".google_authenticator",
		.command = "import google-authenticator",
		.max = IMPORT_GOOGLE_MAX,
		.secret = true,
	};
	bool all = cmd_option(c, "all-homes") != NULL;
	enum status st;
	IMPORT_FILES(files);

	if (c->args != (all ? 0 : 2))
		return fault(f, STATUS_INVALID,
			     "give either USER and FILE, or --all-homes");
	st = all ? import_read_homes(c, &homes, &files, f)
		 : import_read_file(&c->actor, c->arg[1], c->arg[0],
				    IMPORT_GOOGLE_MAX, &files, f);
	if (st != STATUS_OK)
		return st;
	return import_run(c, &files, ADMIN_IMPORT_GOOGLE, NULL, NULL, f);
}

enum status
cmd_import_oath(struct cmd *c, struct fault *f)
{
	enum status st;
	IMPORT_FILES(files);

	if ((st = import_read_file(&c->actor, c->arg[0], NULL, IMPORT_LIST_MAX,
				   &files, f)) != STATUS_OK)
		return st;
	return import_run(c, &files, ADMIN_IMPORT_OATH, NULL, NULL, f);
}

/* The file that nobody named is opened as who we are. */
enum status
cmd_import_shadow(struct cmd *c, struct fault *f)
{
	struct actor who = c->actor;
	enum status st;
	IMPORT_FILES(files);

	if (c->arg[0] == NULL)
		who.files = geteuid();
	st = import_read_file(&who,
			      c->arg[0] == NULL ? IMPORT_SHADOW : c->arg[0],
			      NULL, IMPORT_LIST_MAX, &files, f);
	if (st != STATUS_OK)
		return st;
	return import_run(c, &files, ADMIN_IMPORT_SHADOW, NULL, NULL, f);
}
