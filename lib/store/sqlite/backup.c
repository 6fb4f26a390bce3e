/* SPDX-License-Identifier: MIT */
/*
 * A copy of one moment, while others write: a read transaction holds the
 * moment, SQLite's backup copies its pages into a file of ours, and that one,
 * finished and checked, goes out through the caller's descriptor.
 */
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "store/sqlite/sqlite.h"

#define SQLITE_BACKUP_PAGES 256 /* between two looks at the progress */

static enum status
sqlite_backup_steps(struct sqlite *from, struct sqlite *to,
		    const struct store_progress *progress, struct fault *f)
{
	sqlite3_backup *b =
		sqlite3_backup_init(to->db, "main", from->db, "main");
	int rc;

	if (b == NULL)
		return sqlite_fault(to->db, sqlite3_errcode(to->db),
				    "cannot begin the copy", f);
	while ((rc = sqlite3_backup_step(b, SQLITE_BACKUP_PAGES)) == SQLITE_OK)
		if (progress != NULL)
			progress->say(progress->ctx,
				      sqlite3_backup_pagecount(b) -
					      sqlite3_backup_remaining(b),
				      sqlite3_backup_pagecount(b));
	(void)sqlite3_backup_finish(b);
	if (rc != SQLITE_DONE)
		return sqlite_fault(NULL, rc, "cannot copy", f);
	return STATUS_OK;
}

static enum status
sqlite_backup_pages(struct sqlite *from, struct sqlite *to,
		    const struct store_progress *progress, struct fault *f)
{
	enum status st;
	int64_t n;

	/* From its first read on, this is the moment. */
	if ((st = sqlite_exec(from->db, "BEGIN", "cannot begin", f)) !=
	    STATUS_OK)
		return st;
	st = sqlite_integer(from->db, "SELECT count(*) FROM meta", &n, f);
	if (st == STATUS_OK)
		st = sqlite_backup_steps(from, to, progress, f);
	sqlite_rollback(from);
	return st;
}

/* The copy says of when it is. */
static enum status
sqlite_backup_date(struct sqlite *s, int64_t now, struct fault *f)
{
	char text[24];
	struct buf b;
	enum status st;

	buf_start(&b, text, sizeof(text));
	buf_printf(&b, "%lld", (long long)now);

	const struct store_value in[] = { store_text("backup_at"),
					  store_text(text) };

	if ((st = sqlite_begin(s, f)) != STATUS_OK ||
	    (st = sqlite_run(s, STORE_SQL_META_PUT, in, STORE_LEN(in), NULL,
			     NULL, f)) != STATUS_OK)
		return st;
	return sqlite_commit(s, f);
}

static void
sqlite_backup_found(void *ctx, const char *problem)
{
	struct fault *f = ctx;

	if (f->status != STATUS_OK)
		return;
	status_ignore(fault(f, STATUS_CORRUPT,
			    "the store is damaged, and a copy of it would be, "
			    "too (run 'sigractl store check'): %s",
			    problem),
		      "it is told by the caller");
}

static enum status
sqlite_backup_draft(struct sqlite *from, const struct sqlite_place *draft,
		    int64_t now, const struct store_progress *progress,
		    struct fault *f)
{
	AUTO_SQLITE struct sqlite *to = NULL;
	struct fault problem = { .status = STATUS_OK };
	enum status st;

	if ((st = sqlite_connect(draft, STORE_WRITE, &to, f)) != STATUS_OK ||
	    (st = sqlite_backup_pages(from, to, progress, f)) != STATUS_OK ||
	    (st = sqlite_backup_date(to, now, f)) != STATUS_OK ||
	    (st = sqlite_integrity(to, sqlite_backup_found, &problem, f)) !=
		    STATUS_OK)
		return st;
	if (problem.status != STATUS_OK)
		return fault(f, problem.status, "%s", problem.text);
	return STATUS_OK;
}

enum status
sqlite_backup(void *handle, int64_t now, int fd,
	      const struct store_progress *progress, struct fault *f)
{
	struct sqlite *s = handle;
	const char *path = sqlite3_db_filename(s->db, "main");
	struct sqlite_place draft;
	AUTO_FD int lock = -1;
	enum status st;
	SQLITE_PLACE(p);

	if ((st = sqlite_place_enter(path, &p, f)) != STATUS_OK ||
	    (st = sqlite_draft_make(&p, ".backup", &draft, &lock, f)) !=
		    STATUS_OK)
		return st;
	if ((st = sqlite_backup_draft(s, &draft, now, progress, f)) ==
		    STATUS_OK &&
	    (st = sqlite_draft_settle(&draft, f)) == STATUS_OK)
		st = sqlite_draft_copy(lock, fd, NULL, f);
	sqlite_draft_sweep(&draft);
	return st;
}
