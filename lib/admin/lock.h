/* SPDX-License-Identifier: MIT */
/* Guess limits, as an administrator sees them: who, from where, until when. */
#ifndef ADMIN_LOCK_H
#define ADMIN_LOCK_H

#include "admin/admin.h"

enum admin_lock_subject {
	ADMIN_LOCK_ACCOUNT = 1,
	ADMIN_LOCK_UNKNOWN, /* a name that no account has */
	ADMIN_LOCK_SOURCE,  /* answers that were no guess at anybody's */
};

struct admin_lock {
	enum admin_lock_subject subject;
	struct id account;	    /* ADMIN_LOCK_ACCOUNT */
	char name[STORE_NAME_SIZE]; /* ADMIN_LOCK_ACCOUNT */
	char mark[9]; /* ADMIN_LOCK_UNKNOWN: tells one from another */
	char source[STORE_SOURCE_SIZE];
	char factor[32];
	int64_t failed, last_at;
	bool locked;   /* an answer from there would not be checked now */
	int64_t until; /* if so */
};

/* Every row of failures of the last day; ACCOUNT NULL: everybody's. */
enum status admin_lock_list(const struct admin *a, const struct id *account,
			    bool (*each)(void *ctx, const struct admin_lock *),
			    void *ctx, struct fault *f) MUST_USE;

/*
 * Forget the failures of an account, SOURCE NULL: from everywhere.
 * STATUS_NOT_FOUND when there are none.
 */
enum status admin_lock_clear(const struct admin *a, const char *name,
			     const char *source, int64_t *dropped,
			     struct store_account *out, struct fault *f)
	MUST_USE;

#endif
