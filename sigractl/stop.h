/* SPDX-License-Identifier: MIT */
/*
 * The programs of a session, found and ended.  They are the process that
 * opened it, what descends from it, what is in a session (setsid) of one of
 * those, and what is in the same session of the kernel's audit where that
 * began with it: su and sudo are in the one of the login around them.  What is
 * in another one is never followed.
 */
#ifndef SIGRACTL_STOP_H
#define SIGRACTL_STOP_H

#include "base/id.h"
#include "base/request.h"

struct stop_target {
	struct request_process process; /* pid 0: not known */
	char boot[ID_LENGTH + 1];
	char logind[65]; /* its id of the session; or empty */
};

enum stop_end {
	STOP_DONE = 1,	/* nothing of it is left */
	STOP_GONE,	/* its process was not there any more */
	STOP_LEFT,	/* something of it does not end */
	STOP_ELSEWHERE, /* it was opened before this host started */
	STOP_SHARED,	/* its process is that of another account, too */
};
/* "ended", "gone", "left", "elsewhere", "shared". */
const char *stop_end_name(enum stop_end end);

struct stop_result {
	enum stop_end end;
	int64_t ended, left; /* processes */
};

/*
 * Ask logind, if it has the session; then SIGTERM and SIGHUP, and SIGKILL
 * three seconds later.  We and our parent are never meant, nor process 1.
 */
void stop_session(const struct stop_target *t, struct stop_result *out);

/* How a session is. */
struct stop_view {
	bool there;	 /* the process that opened it, as far as is known */
	int64_t used_at; /* a terminal of it was last read from then; 0: it
			    has none */
};
void stop_look(const struct stop_target *t, struct stop_view *out);

#endif
