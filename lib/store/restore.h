/* SPDX-License-Identifier: MIT */
/* Copies of a store, and one put in its place.  Statuses as in
 * store/store.h. */
#ifndef STORE_RESTORE_H
#define STORE_RESTORE_H

#include "store/store.h"

/* Told now and then how far a long work has come; NULL: nobody asks. */
struct store_progress {
	void (*say)(void *ctx, int64_t done, int64_t total);
	void *ctx;
};

/*
 * Write to FD, an empty file, one file that holds the store as it is at one
 * moment, and whose fact "backup_at" is NOW.  Others read and write
 * meanwhile.  STATUS_CORRUPT when the copy is not sound: then the store is
 * not, either.
 */
enum status store_backup(struct store *s, int64_t now, int fd,
			 const struct store_progress *progress,
			 struct fault *f) MUST_USE;

/*
 * Put the backup behind FD into the place of the store at WHERE, as its
 * owner: begin, then judge and change the draft, opened like any store and
 * closed again, then finish; end in any case.  Until it is finished nothing
 * of the store has changed, and after that all of it has.  The old store
 * (*KEPT: there was one) is kept under its name and SUFFIX; STATUS_CONFLICT
 * when that is taken, and another may be tried.
 *
 * STATUS_SCHEMA: FILE is foreign or newer; STATUS_CORRUPT: it is no database
 * or damaged; STATUS_BUSY: somebody has the store open.
 */
struct store_restore;
enum status store_restore_begin(const char *where, int fd,
				const struct store_progress *progress,
				struct store_restore **out, struct fault *f)
	MUST_USE;
/* Where the draft lies, for store_open(). */
const char *store_restore_where(const struct store_restore *r);
enum status store_restore_finish(struct store_restore *r, const char *suffix,
				 bool *kept, struct fault *f) MUST_USE;
void store_restore_end(struct store_restore *r);

static inline void
store_auto_restore_end(struct store_restore **r)
{
	store_restore_end(*r);
}
#define AUTO_STORE_RESTORE __attribute__((cleanup(store_auto_restore_end)))

#endif
