/* SPDX-License-Identifier: MIT */
/* The schema's version, its migrations, and a store made from nothing. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "store/sqlite/sqlite.h"
#include "sqlite_sql.h"

static const unsigned sqlite_schema_latest =
	(unsigned)STORE_LEN(sqlite_migrations);

const char *
sqlite_schema_name(enum store_statement statement)
{
	return sqlite_names[statement];
}

enum status
sqlite_schema_version(sqlite3 *db, unsigned *version, struct fault *f)
{
	int64_t application = 0, user = 0;
	enum status st;

	if ((st = sqlite_integer(db, "PRAGMA application_id", &application,
				 f)) != STATUS_OK ||
	    (st = sqlite_integer(db, "PRAGMA user_version", &user, f)) !=
		    STATUS_OK)
		return st;
	if (application != SQLITE_APPLICATION || user < 0)
		return fault(f, STATUS_SCHEMA,
			     "the file is a database, but not a sigra store");
	*version = (unsigned)user;
	return STATUS_OK;
}

static enum status
sqlite_schema_newer(unsigned version, struct fault *f)
{
	return fault(f, STATUS_SCHEMA,
		     "the store has schema %u, newer than "
		     "this program's %u: install the newer sigra",
		     version, sqlite_schema_latest);
}

enum status
sqlite_schema_judge(sqlite3 *db, struct fault *f)
{
	unsigned version = 0;
	enum status st;

	if ((st = sqlite_schema_version(db, &version, f)) != STATUS_OK)
		return st;
	if (version > sqlite_schema_latest)
		return sqlite_schema_newer(version, f);
	if (version < sqlite_schema_latest)
		return fault(f, STATUS_SCHEMA,
			     "the store has schema %u, "
			     "older than this program's %u: run 'sigractl "
			     "store migrate'",
			     version, sqlite_schema_latest);
	return STATUS_OK;
}

enum status
sqlite_schema_raise(sqlite3 *db, unsigned from, struct fault *f)
{
	for (unsigned i = from; i < sqlite_schema_latest; i++) {
		enum status st = sqlite_exec(db, sqlite_migrations[i],
					     "cannot migrate", f);

		if (st != STATUS_OK)
			return st;
	}
	return STATUS_OK;
}

enum status
sqlite_schema_statement(struct sqlite *s, enum store_statement statement,
			sqlite3_stmt **out, struct fault *f)
{
	sqlite3_stmt **kept = &s->statement[statement];
	int rc = SQLITE_OK;

	if (*kept == NULL)
		rc = sqlite3_prepare_v3(s->db, sqlite_statements[statement],
					-1, SQLITE_PREPARE_PERSISTENT, kept,
					NULL);
	if (rc == SQLITE_ERROR)
		return fault(f, STATUS_SCHEMA,
			     "the store's tables are "
			     "not those of schema %u: %s: %s",
			     sqlite_schema_latest, sqlite_names[statement],
			     sqlite3_errmsg(s->db));
	if (rc != SQLITE_OK)
		return sqlite_fault(s->db, rc, "cannot prepare", f);
	*out = *kept;
	return STATUS_OK;
}

enum status
sqlite_schema_statements(struct sqlite *s, struct fault *f)
{
	for (size_t i = 0; i < STORE_SQL_COUNT; i++) {
		sqlite3_stmt *unused;
		enum status st = sqlite_schema_statement(
			s, (enum store_statement)i, &unused, f);

		if (st != STATUS_OK)
			return st;
	}
	return STATUS_OK;
}

/* All of a new store, in a file that does not bear its name yet. */
static enum status
sqlite_create_content(const struct sqlite_place *p, int64_t now,
		      struct fault *f)
{
	AUTO_SQLITE struct sqlite *s = NULL;
	char text[24];
	struct buf b;
	enum status st;

	buf_start(&b, text, sizeof(text));
	buf_printf(&b, "%lld", (long long)now);

	const struct store_value in[] = { store_text("created_at"),
					  store_text(text) };

	if ((st = sqlite_connect(p, STORE_WRITE, &s, f)) != STATUS_OK ||
	    (st = sqlite_begin(s, f)) != STATUS_OK ||
	    (st = sqlite_schema_raise(s->db, 0, f)) != STATUS_OK ||
	    (st = sqlite_schema_statements(s, f)) != STATUS_OK ||
	    (st = sqlite_run(s, STORE_SQL_META_PUT, in, STORE_LEN(in), NULL,
			     NULL, f)) != STATUS_OK)
		return st;
	return sqlite_commit(s, f);
}

static enum status
sqlite_create_file(const struct sqlite_place *p, const char *name,
		   struct fault *f)
{
	AUTO_FD int fd = openat(
		p->dir, name,
		O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0 || fchmod(fd, 0600) != 0)
		return fault(f, STATUS_UNAVAILABLE, "cannot make %s: %s",
			     p->path, strerrordesc_np(errno));
	return STATUS_OK;
}

enum status
sqlite_create(const char *path, int64_t now, struct fault *f)
{
	SQLITE_PLACE(p);
	struct sqlite_place draft;
	struct stat sb;
	enum status st;

	if ((st = sqlite_place_enter(path, &p, f)) != STATUS_OK ||
	    (st = sqlite_draft_name(&p, ".new", &draft, f)) != STATUS_OK)
		return st;
	/* Held until the directory is closed; creators wait for each other. */
	if (flock(p.dir, LOCK_EX) != 0)
		return fault(f, STATUS_UNAVAILABLE,
			     "cannot lock the directory "
			     "of %s",
			     p.path);
	if (fstatat(p.dir, p.name, &sb, AT_SYMLINK_NOFOLLOW) == 0)
		return fault(f, STATUS_CONFLICT,
			     "there is something at %s "
			     "already",
			     p.path);
	sqlite_draft_sweep(&draft);
	if ((st = sqlite_create_file(&p, draft.name, f)) == STATUS_OK)
		st = sqlite_create_content(&draft, now, f);
	if (st == STATUS_OK &&
	    (!sqlite_draft_rename(p.dir, draft.name, p.name, 0) ||
	     fsync(p.dir) != 0))
		st = fault(f, STATUS_UNAVAILABLE, "cannot name %s: %s", p.path,
			   strerrordesc_np(errno));
	sqlite_draft_sweep(&draft);
	return st;
}

static enum status
sqlite_migrate_locked(struct sqlite *s, unsigned *from, unsigned *to,
		      struct fault *f)
{
	unsigned version = 0;
	enum status st;

	/* Asked inside the transaction: two may be migrating at once. */
	if ((st = sqlite_schema_version(s->db, &version, f)) != STATUS_OK)
		return st;
	if (version > sqlite_schema_latest)
		return sqlite_schema_newer(version, f);
	if ((st = sqlite_schema_raise(s->db, version, f)) != STATUS_OK ||
	    (st = sqlite_schema_statements(s, f)) != STATUS_OK ||
	    (st = sqlite_commit(s, f)) != STATUS_OK)
		return st;
	*from = version;
	*to = sqlite_schema_latest;
	return STATUS_OK;
}

enum status
sqlite_migrate(const char *path, unsigned *from, unsigned *to, struct fault *f)
{
	AUTO_SQLITE struct sqlite *s = NULL;
	SQLITE_PLACE(p);
	unsigned version = 0;
	enum status st;

	if ((st = sqlite_place_enter(path, &p, f)) != STATUS_OK ||
	    (st = sqlite_connect(&p, STORE_WRITE, &s, f)) != STATUS_OK ||
	    (st = sqlite_schema_version(s->db, &version, f)) != STATUS_OK ||
	    (st = sqlite_begin(s, f)) != STATUS_OK)
		return st;
	st = sqlite_migrate_locked(s, from, to, f);
	sqlite_rollback(s);
	return st;
}
