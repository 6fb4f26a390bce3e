/* SPDX-License-Identifier: MIT */
/*
 * Sessions, as an administrator sees and ends them.  Where a->org is set, only
 * those in which that organization is active.  What ends here is a row, and
 * with it the step-up by the login that opened it; programs end elsewhere.
 */
#ifndef ADMIN_SESSION_H
#define ADMIN_SESSION_H

#include "admin/admin.h"

/* STATUS_NOT_FOUND with a sentence. */
enum status admin_session_find(const struct admin *a, const char *id,
			       struct store_session *out, struct fault *f)
	MUST_USE;

/* Newest first; ACCOUNT NULL: everybody's. */
enum status admin_session_list(const struct admin *a, const struct id *account,
			       bool open_only,
			       bool (*each)(void *ctx,
					    const struct store_session *),
			       void *ctx, struct fault *f) MUST_USE;

/* Those of which something may run still, open or not. */
enum status admin_session_left(const struct admin *a, const struct id *account,
			       bool (*each)(void *ctx,
					    const struct store_session *),
			       void *ctx, struct fault *f) MUST_USE;

/*
 * KILL: its programs will be ended, too, which the audit says; then one that
 * is closed already may be meant.  *OUT is the row afterwards.
 * STATUS_CONFLICT when it is closed and KILL is not set.
 */
enum status admin_session_revoke(const struct admin *a, const char *id,
				 bool kill, struct store_session *out,
				 struct fault *f) MUST_USE;

/* What admin_session_revoke_all() is to do, and with which. */
struct admin_session_sweep {
	const char *name; /* whose */
	bool kill;
	/* True: this one stays; NULL: none does. */
	bool (*spare)(void *ctx, const struct store_session *);
	/* For each one that is revoked, before the commit: good only once
	 * admin_session_revoke_all() was. */
	void (*each)(void *ctx, const struct store_session *);
	void *ctx;
};

/*
 * Every open one of the account, which may be a deleted one, named by its id;
 * with `kill` also those that are closed, but of which something may run
 * still.  Logins of it that are not handed over yet
 * are void, and none is good for a step-up any more, in those that stay,
 * either.  *N: how many were revoked.
 */
enum status admin_session_revoke_all(const struct admin *a,
				     const struct admin_session_sweep *sweep,
				     struct store_account *account, int64_t *n,
				     struct fault *f) MUST_USE;

/* Why a session is over though nobody has closed it. */
enum admin_session_end {
	ADMIN_SESSION_GONE,    /* its process is not there any more */
	ADMIN_SESSION_EXPIRED, /* it came to its end */
	ADMIN_SESSION_IDLE,
	ADMIN_SESSION_REVOKED, /* with its programs, of which some are left */
};
/* "gone", "expired", "idle", "revoked": what its row says afterwards. */
const char *admin_session_end_name(enum admin_session_end end);

/* By nobody but the system.  One that is closed already is left as it is, but
 * for its programs, which are to end.  STATUS_LOST: its end came meanwhile. */
enum status admin_session_end(const struct admin *a, const struct id *id,
			      enum admin_session_end end, struct fault *f)
	MUST_USE;
/* Nothing of it runs any more, as was just seen: nothing that the audit has to
 * say.  By nobody but the system. */
enum status admin_session_gone(const struct admin *a, const struct id *id,
			       struct fault *f) MUST_USE;

#endif
