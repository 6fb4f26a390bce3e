/* SPDX-License-Identifier: MIT */
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "store/engine.h"

struct store {
	const struct engine *engine;
	void *handle;
	enum store_mode mode;
	bool writing; /* a transaction is open */
	bool doomed;  /* ... and must not commit */
};

static const struct engine *const store_engines[] = {
	&engine_sqlite,
};

enum status
store_find_engine(const char *where, const struct engine **out,
		  const char **place, struct fault *f)
{
	for (size_t i = 0; i < STORE_LEN(store_engines); i++) {
		const char *prefix = store_engines[i]->prefix;
		size_t len = strlen(prefix);

		if (strncmp(where, prefix, len) != 0)
			continue;
		*out = store_engines[i];
		*place = where + len;
		return STATUS_OK;
	}
	return fault(f, STATUS_INVALID,
		     "'%s' names no store: say sqlite:/absolute/path", where);
}

enum status
store_open(const char *where, enum store_mode mode, struct store **out,
	   struct fault *f)
{
	AUTO_FREE struct store *s = calloc(1, sizeof(*s));
	const char *place = NULL;
	enum status st;

	if (s == NULL)
		return fault(f, STATUS_UNAVAILABLE, "out of memory");
	s->mode = mode;
	if ((st = store_find_engine(where, &s->engine, &place, f)) !=
	    STATUS_OK)
		return st;
	if ((st = s->engine->open(place, mode, &s->handle, f)) != STATUS_OK)
		return st;
	*out = steal(&s);
	return STATUS_OK;
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	if (s->writing)
		s->engine->rollback(s->handle);
	s->engine->close(s->handle);
	free(s);
}

enum status
store_owner(const char *where, uid_t *uid, gid_t *gid, struct fault *f)
{
	const struct engine *engine = store_engines[0];
	const char *place = NULL;
	enum status st;

	if ((st = store_find_engine(where, &engine, &place, f)) != STATUS_OK)
		return st;
	return engine->owner(place, uid, gid, f);
}

enum status
store_prepare(const char *where, uid_t owner, gid_t group, struct fault *f)
{
	const struct engine *engine = store_engines[0];
	const char *place = NULL;
	enum status st;

	if ((st = store_find_engine(where, &engine, &place, f)) != STATUS_OK)
		return st;
	return engine->prepare(place, owner, group, f);
}

enum status
store_create(const char *where, int64_t now, struct fault *f)
{
	const struct engine *engine = store_engines[0];
	const char *place = NULL;
	enum status st;

	if ((st = store_find_engine(where, &engine, &place, f)) != STATUS_OK)
		return st;
	return engine->create(place, now, f);
}

enum status
store_migrate(const char *where, unsigned *from, unsigned *to, struct fault *f)
{
	const struct engine *engine = store_engines[0];
	const char *place = NULL;
	enum status st;

	if ((st = store_find_engine(where, &engine, &place, f)) != STATUS_OK)
		return st;
	return engine->migrate(place, from, to, f);
}

enum status
store_integrity(struct store *s, void (*found)(void *ctx, const char *problem),
		void *ctx, struct fault *f)
{
	return s->engine->integrity(s->handle, found, ctx, f);
}

void
store_beside(const struct store *s, int *dir, const char **name)
{
	s->engine->beside(s->handle, dir, name);
}

enum status
store_room(struct store *s, struct store_room *out, struct fault *f)
{
	return s->engine->room(s->handle, out, f);
}

enum status
store_reserve_make(struct store *s, bool *whole, struct fault *f)
{
	return s->engine->reserve_make(s->handle, whole, f);
}

int64_t
store_reserve_given(struct store *s)
{
	return s->engine->given(s->handle);
}

bool
store_again(struct store *s)
{
	return s->engine->again(s->handle);
}

void
store_tidy(struct store *s)
{
	s->engine->tidy(s->handle);
}

enum status
store_backup(struct store *s, int64_t now, int fd,
	     const struct store_progress *progress, struct fault *f)
{
	return s->engine->backup(s->handle, now, fd, progress, f);
}

enum status
store_begin(struct store *s, struct store_txn *t, struct fault *f)
{
	enum status st;

	if (s->mode == STORE_READ)
		return fault(f, STATUS_CONFLICT,
			     "the store is open for reading only");
	if (s->writing)
		return fault(f, STATUS_CONFLICT,
			     "a transaction is open already");
	if ((st = s->engine->begin(s->handle, f)) != STATUS_OK)
		return st;
	s->writing = true;
	s->doomed = false;
	t->store = s;
	return STATUS_OK;
}

void
store_txn_end(struct store_txn *t)
{
	struct store *s = t->store;

	if (s == NULL)
		return;
	s->engine->rollback(s->handle);
	s->writing = false;
	t->store = NULL;
}

enum status
store_commit(struct store_txn *t, struct fault *f)
{
	struct store *s = t->store;
	enum status st;

	if (s == NULL)
		return fault(f, STATUS_CONFLICT, "no transaction is open");
	if (s->doomed) {
		store_txn_end(t);
		return fault(f, STATUS_UNAVAILABLE,
			     "the change broke off "
			     "halfway and was undone");
	}
	if ((st = s->engine->commit(s->handle, f)) != STATUS_OK) {
		store_txn_end(t);
		return st;
	}
	s->writing = false;
	t->store = NULL;
	return STATUS_OK;
}

void
store_doom(struct store *s)
{
	s->doomed = true;
}

enum status
store_query(struct store *s, enum store_statement statement,
	    const struct store_value *values, size_t n,
	    const struct store_sink *sink, struct fault *f)
{
	return s->engine->run(s->handle, statement, values, n, sink, NULL, f);
}

enum status
store_query_one(struct store *s, enum store_statement statement,
		const struct store_value *values, size_t n,
		const struct store_sink *sink, const char *what,
		struct fault *f)
{
	size_t rows = 0;
	enum status st;

	if ((st = s->engine->run(s->handle, statement, values, n, sink, &rows,
				 f)) != STATUS_OK)
		return st;
	if (rows == 0)
		return fault(f, STATUS_NOT_FOUND, "there is no such %s", what);
	return STATUS_OK;
}

static enum store_next
store_take_count(void *ctx, struct store_row *row)
{
	store_row_integer(row, 0, INT64_MAX, ctx);
	return store_row_done(row) ? STORE_NEXT_MORE : STORE_NEXT_BAD;
}

enum status
store_query_count(struct store *s, enum store_statement statement,
		  const struct store_value *values, size_t n, int64_t *out,
		  struct fault *f)
{
	const struct store_sink sink = { store_take_count, out };

	return store_query_one(s, statement, values, n, &sink, "count", f);
}

static enum status
store_change_run(struct store *s, enum store_statement statement,
		 const struct store_value *values, size_t n,
		 const struct store_sink *sink, size_t *rows, struct fault *f)
{
	if (!s->writing)
		return fault(f, STATUS_CONFLICT,
			     "a change needs an open transaction");
	return s->engine->run(s->handle, statement, values, n, sink, rows, f);
}

enum status
store_change(struct store *s, enum store_statement statement,
	     const struct store_value *values, size_t n, size_t *rows,
	     struct fault *f)
{
	return store_change_run(s, statement, values, n, NULL, rows, f);
}

enum status
store_change_one(struct store *s, enum store_statement statement,
		 const struct store_value *values, size_t n, enum status none,
		 const char *why, struct fault *f)
{
	size_t rows = 0;
	enum status st;

	if ((st = store_change(s, statement, values, n, &rows, f)) !=
	    STATUS_OK)
		return st;
	return rows == 1 ? STATUS_OK : fault(f, none, "%s", why);
}

enum status
store_change_row(struct store *s, enum store_statement statement,
		 const struct store_value *values, size_t n,
		 const struct store_sink *sink, struct fault *f)
{
	return store_change_run(s, statement, values, n, sink, NULL, f);
}
