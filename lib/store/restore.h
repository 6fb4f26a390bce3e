/* SPDX-License-Identifier: MIT */
/* Copies of a store, one put in its place, and what is void then.  Statuses as
 * in store/store.h. */
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
 * or damaged; STATUS_BUSY: somebody has the store open, and has not closed it
 * in two seconds.
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

/* What somebody has to be given anew. */
struct store_voided {
	int64_t codes;	     /* unspent, now spent */
	int64_t trust;	     /* trusted devices, gone */
	int64_t invitations; /* pending, now revoked */
	int64_t tokens;	     /* and secrets of service accounts, now revoked;
				those of the time since would live again */
};

/*
 * What was under way when the clock of a store is turned back: logins not
 * handed over are spent and none is good for a step-up, open sessions closed,
 * guesses not settled failures, every unspent code and impersonation spent,
 * pending invitations and all tokens revoked, addresses that wait for a code
 * forgotten, every trusted device gone, no TOTP device accepts a step of NOW,
 * the one after it (which may have been spent, by a device that is ahead) or
 * an earlier one (nor one behind its last), HOTP devices have to be
 * resynchronised, and every account has a later version and epoch.
 */
enum status store_void_running(struct store *s, int64_t now,
			       struct store_voided *out, struct fault *f)
	MUST_USE;
/*
 * What is kept only as a hash under a key, when that changes: the names not
 * in the store become "?" (their guesses still count against the source),
 * every unspent code is spent and every trusted device gone; invitations and
 * tokens are revoked, impersonations spent, addresses that wait for a code
 * forgotten.
 */
enum status store_void_hashed(struct store *s, int64_t now,
			      struct store_voided *out, struct fault *f)
	MUST_USE;

#endif
