/* SPDX-License-Identifier: MIT */
/*
 * Copies of the store.  Files are opened as the actor, by an errand, before we
 * become the store's owner; what happens with them happens after.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "admin/keep.h"
#include "base/text.h"
#include "session/keycheck.h"
#include "sigractl/child.h"
#include "sigractl/codes.h"
#include "sigractl/errand.h"
#include "sigractl/ground.h"
#include "sigractl/keyfile.h"
#include "sigractl/out.h"
#include "sigractl/progress.h"
#include "sigractl/tty.h"
#include "store/restore.h"

#define RESTORE_KEPT_MAX 100

static void
backup_say(void *ctx, int64_t done, int64_t total)
{
	progress_say(ctx, done, total);
}

static struct store_progress
backup_progress(struct progress *p)
{
	progress_begin(p);
	return (struct store_progress){ .say = backup_say, .ctx = p };
}

/* The errand's file, by our descriptor. */
static enum status
backup_write(struct cmd *c, const struct errand *e, struct fault *f)
{
	struct progress w;
	struct store_progress progress = backup_progress(&w);
	enum status st;

	st = store_backup(c->store, c->now, e->fd, &progress, f);
	progress_end(&w);
	if (st != STATUS_OK)
		return st;
	return admin_keep_taken(&c->admin, "store.backed_up", c->arg[0], f);
}

static bool
backup_same(const char *a, const char *b)
{
	struct stat one, two;

	return stat(a, &one) == 0 && stat(b, &two) == 0 &&
	       one.st_dev == two.st_dev && one.st_ino == two.st_ino;
}

/* --force replaces a file, but never the store or the key themselves. */
static enum status
backup_elsewhere(const struct cmd *c, struct fault *f)
{
	const char *store = strchr(c->config.store_where, ':') + 1;

	if (backup_same(c->arg[0], store) ||
	    backup_same(c->arg[0], c->config.store_key))
		return fault(f, STATUS_REFUSED,
			     "%s is in use: name another file", c->arg[0]);
	return STATUS_OK;
}

/* Of another schema nothing is known, not even where its date stands. */
static enum status
backup_open(struct cmd *c, struct fault *f)
{
	struct fault why = { .text = "" };
	enum status st = ground_open(c, STORE_WRITE, &why);

	if (st == STATUS_SCHEMA)
		return fault(f, st,
			     "%s; to keep it as it is, stop sigrad and copy "
			     "the store's directory",
			     why.text);
	if (st != STATUS_OK)
		*f = why;
	return st;
}

enum status
cmd_store_backup(struct cmd *c, struct fault *f)
{
	bool force = cmd_option(c, "force") != NULL;
	char when[TEXT_TIME_SIZE];
	AUTO_JSON *j = NULL;
	struct stat sb;
	enum status st;
	ERRAND(e);

	if ((st = backup_elsewhere(c, f)) != STATUS_OK ||
	    (st = errand_write(&c->actor, c->arg[0], force, &e, f)) !=
		    STATUS_OK ||
	    (st = ground_become(c, f)) != STATUS_OK ||
	    (st = backup_open(c, f)) != STATUS_OK ||
	    (st = backup_write(c, &e, f)) != STATUS_OK ||
	    (st = errand_keep(&e, f)) != STATUS_OK)
		return st;
	if (fstat(e.fd, &sb) != 0)
		sb.st_size = 0;
	if (!c->json) {
		out_line("Wrote the store as it was at %s to %s.",
			 out_when(c->now, when), c->arg[0]);
		return STATUS_OK;
	}
	j = json_object();
	out_put(j, "file", out_string(c->arg[0]));
	out_put(j, "backup_at", out_time(c->now));
	out_put(j, "bytes", json_integer(sb.st_size));
	return out_json(j, f);
}

/* A restore under way. */
struct restore {
	struct cmd *c;
	struct store_restore *draft;
	struct crypto_keys old; /* the backup's, with --key */
	bool rekey;
	int64_t backup_at;
	struct admin_kept done;
	bool kept;
	char suffix[64];
};

static void
restore_wipe(struct restore *r)
{
	/* Closed before its file goes. */
	if (r->c->store != NULL)
		store_close(r->c->store);
	r->c->store = NULL;
	store_restore_end(r->draft);
	crypto_keys_wipe(&r->old);
}

/* The key in the file of --key, read as the actor. */
static enum status
restore_key(struct restore *r, struct fault *f)
{
	const char *path = cmd_option(r->c, "key");

	if (path == NULL)
		return STATUS_OK;
	r->rekey = true;
	return keyfile_read(&r->c->actor, path, &r->old, f);
}

static enum status
restore_begin(struct restore *r, const struct errand *e, struct fault *f)
{
	struct cmd *c = r->c;
	struct fault why = { .text = "" };
	struct progress w;
	struct store_progress progress = backup_progress(&w);
	enum status st;

	st = store_restore_begin(c->config.store_where, e->fd, &progress,
				 &r->draft, &why);
	progress_end(&w);
	if (st == STATUS_SCHEMA || st == STATUS_CORRUPT)
		return fault(f, st, "%s cannot be restored: %s", c->arg[0],
			     why.text);
	return st == STATUS_OK ? st : fault(f, st, "%s", why.text);
}

static void
restore_found(void *ctx, const char *problem)
{
	struct fault *f = ctx;

	if (f->status == STATUS_OK)
		status_ignore(fault(f, STATUS_CORRUPT, "%s", problem),
			      "restore_judge() looks at it");
}

/* The draft, before anything in it is believed. */
static enum status
restore_judge(struct restore *r, struct fault *f)
{
	struct fault problem = { .status = STATUS_OK };
	struct cmd *c = r->c;
	enum status st;

	if ((st = store_integrity(c->store, restore_found, &problem, f)) !=
	    STATUS_OK)
		return st;
	if (problem.status != STATUS_OK)
		return fault(f, STATUS_CORRUPT,
			     "%s is damaged, and nothing was restored: %s",
			     c->arg[0], problem.text);
	st = session_key_check(c->store, r->rekey ? &r->old : &c->keys,
			       &problem);
	if (st == STATUS_UNAVAILABLE)
		return fault(f, st,
			     r->rekey ? "%s is not of the key that --key "
					"names"
				      : "%s is of another key than the store: "
					"name the file that holds it by --key",
			     c->arg[0]);
	if (st != STATUS_OK)
		return fault(f, st, "%s", problem.text);
	return admin_keep_backup_at(&c->admin, &r->backup_at, f);
}

static enum status
restore_confirm(const struct restore *r, struct fault *f)
{
	char prompt[256], answer[16], when[TEXT_TIME_SIZE];
	enum status st;

	if (cmd_option(r->c, "yes") != NULL)
		return STATUS_OK;
	(void)snprintf(prompt, sizeof(prompt),
		       "All that changed since %s will be gone. Type yes to "
		       "restore: ",
		       r->backup_at == 0 ? "the backup"
					 : out_when(r->backup_at, when));
	st = tty_ask_visible(prompt, answer, sizeof(answer), f);
	if (st == STATUS_INVALID)
		return fault(f, st,
			     "nobody is there to confirm it: give --yes");
	if (st != STATUS_OK)
		return st;
	if (strcmp(answer, "yes") != 0)
		return fault(f, STATUS_CANCELLED, "nothing was restored");
	cmd_clock(r->c);
	return STATUS_OK;
}

static enum status
restore_draft(struct restore *r, struct fault *f)
{
	struct cmd *c = r->c;
	enum status st;

	if ((st = store_open(store_restore_where(r->draft), STORE_WRITE,
			     &c->store, f)) != STATUS_OK)
		return st;
	ground_admin(c);
	if ((st = restore_judge(r, f)) != STATUS_OK ||
	    (st = restore_confirm(r, f)) != STATUS_OK ||
	    (st = admin_keep_restored(&c->admin, r->rekey ? &r->old : NULL,
				      r->backup_at, &r->done, f)) != STATUS_OK)
		return st;
	store_close(c->store);
	c->store = NULL;
	return STATUS_OK;
}

/* Two within a second are kept apart by a number. */
static enum status
restore_swap(struct restore *r, const char *when, struct fault *f)
{
	enum status st = STATUS_CONFLICT;

	for (int i = 1; i <= RESTORE_KEPT_MAX && st == STATUS_CONFLICT; i++) {
		char number[16] = "";

		if (i > 1)
			(void)snprintf(number, sizeof(number), "-%d", i);
		(void)snprintf(r->suffix, sizeof(r->suffix),
			       ".before-restore-%s%s", when, number);
		st = store_restore_finish(r->draft, r->suffix, &r->kept, f);
	}
	return st;
}

static enum status
restore_finish(struct restore *r, struct fault *f)
{
	char when[32];
	enum status st;
	struct tm tm;

	if (gmtime_r(&r->c->now, &tm) == NULL ||
	    strftime(when, sizeof(when), "%Y%m%dT%H%M%SZ", &tm) == 0)
		return fault(f, STATUS_SYSTEM, "the clock is wrong");
	child_signals_hold();
	st = restore_swap(r, when, f);
	if (st == STATUS_OK)
		audit_publish(&r->c->audit);
	child_signals_free();
	return st;
}

static void
restore_say_gap(const struct audit_gap *gap)
{
	if (gap->to != 0)
		out_line("The audit lacks rows %lld to %lld; row %lld says "
			 "so, and its chain goes on.",
			 (long long)gap->from, (long long)gap->to,
			 (long long)gap->to + 1);
	if (gap->ended)
		out_line("The file of the audit's chain is not on this "
			 "machine: the chain ends. Begin another by "
			 "'sigractl audit init-key'.");
}

static enum status
restore_report(const struct restore *r, struct fault *f)
{
	const struct cmd *c = r->c;
	char kept[PATH_MAX] = "", when[TEXT_TIME_SIZE];
	AUTO_JSON *j = NULL;

	if (r->kept)
		(void)snprintf(kept, sizeof(kept), "%s%s",
			       c->config.store_where + sizeof(GROUND_PREFIX) -
				       1,
			       r->suffix);
	if (!c->json) {
		out_line("Restored the store%s%s.",
			 r->backup_at == 0 ? "" : " as it was at ",
			 r->backup_at == 0 ? ""
					   : out_when(r->backup_at, when));
		if (r->kept)
			out_line("The one before is kept as %s.", kept);
		codes_say_voided(&r->done.voided);
		restore_say_gap(&r->done.gap);
		return STATUS_OK;
	}
	j = json_object();
	out_put(j, "backup_at", out_time(r->backup_at));
	out_put(j, "kept", out_string(kept));
	out_put(j, "rekeyed", json_boolean(r->rekey));
	codes_put_voided(&r->done.voided, j);
	out_put(j, "missing_from", json_integer(r->done.gap.from));
	out_put(j, "missing_to", json_integer(r->done.gap.to));
	out_put(j, "chain_ended", json_boolean(r->done.gap.ended));
	return out_json(j, f);
}

enum status
cmd_store_restore(struct cmd *c, struct fault *f)
{
	__attribute__((cleanup(restore_wipe))) struct restore r = { .c = c };
	enum status st;
	ERRAND(e);

	if ((st = errand_read(&c->actor, c->arg[0], &e, f)) != STATUS_OK ||
	    (st = restore_key(&r, f)) != STATUS_OK ||
	    (st = ground_become(c, f)) != STATUS_OK ||
	    (st = crypto_keys_load(c->config.store_key, geteuid(), &c->keys,
				   f)) != STATUS_OK ||
	    (st = restore_begin(&r, &e, f)) != STATUS_OK ||
	    (st = restore_draft(&r, f)) != STATUS_OK ||
	    (st = restore_finish(&r, f)) != STATUS_OK)
		return st;
	return restore_report(&r, f);
}
