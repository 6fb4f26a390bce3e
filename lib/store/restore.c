/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <stdlib.h>

#include "base/auto.h"
#include "base/buf.h"
#include "store/engine.h"

struct store_restore {
	const struct engine *engine;
	void *handle;
	char where[PATH_MAX + 32];
};

enum status
store_restore_begin(const char *where, int fd,
		    const struct store_progress *progress,
		    struct store_restore **out, struct fault *f)
{
	AUTO_FREE struct store_restore *r = calloc(1, sizeof(*r));
	const char *place = NULL, *draft = NULL;
	enum status st;
	struct buf b;

	if (r == NULL)
		return fault(f, STATUS_UNAVAILABLE, "out of memory");
	if ((st = store_find_engine(where, &r->engine, &place, f)) !=
		    STATUS_OK ||
	    (st = r->engine->restore_begin(place, fd, progress, &r->handle,
					   &draft, f)) != STATUS_OK)
		return st;
	buf_start(&b, r->where, sizeof(r->where));
	buf_printf(&b, "%s%s", r->engine->prefix, draft);
	if (b.full) {
		r->engine->restore_end(r->handle);
		return fault(f, STATUS_INVALID, "path is too long");
	}
	*out = steal(&r);
	return STATUS_OK;
}

const char *
store_restore_where(const struct store_restore *r)
{
	return r->where;
}

enum status
store_restore_finish(struct store_restore *r, const char *suffix, bool *kept,
		     struct fault *f)
{
	return r->engine->restore_finish(r->handle, suffix, kept, f);
}

void
store_restore_end(struct store_restore *r)
{
	if (r == NULL)
		return;
	r->engine->restore_end(r->handle);
	free(r);
}
