/* SPDX-License-Identifier: MIT */
/* A session, as commands show it. */
#ifndef SIGRACTL_SHAPE_SESSION_H
#define SIGRACTL_SHAPE_SESSION_H

#include "sigractl/cmd.h"
#include "sigractl/out.h"
#include "sigractl/stopper.h"
#include "store/org.h"

/* The members, as a row's `json` says them. */
#define SHAPE_SESSION                                                         \
	"id,user,account,login,service,tty,rhost,factors,host,boot,pid,"      \
	"opened_at,closed_at,org,impersonator,logind,ends_at,idle,ended"
/* What became of its programs; null where they were not to be ended. */
#define SHAPE_SESSION_KILL "kill{result,ended,left}"

/* What is told of one. */
struct shape_told {
	struct store_session row;
	char user[STORE_NAME_SIZE];
	char org[STORE_SLUG_SIZE]; /* or empty */
};
json_t *shape_session(const struct shape_told *t);

/* Fill in what the row refers to. */
enum status shape_session_of(const struct cmd *c,
			     const struct store_session *row,
			     struct shape_told *out, struct fault *f) MUST_USE;

/* "ann's session (sshd, 192.0.2.1)", of SIZE bytes at most. */
#define SHAPE_TITLE_SIZE 400
void shape_session_title(const struct shape_told *t, char *out, size_t size);

/*
 * End the programs of one that is of this host; of another one's nothing is
 * known, and that is STOP_ELSEWHERE.  When nothing is left, its row says so.
 */
enum status shape_session_stop(const struct cmd *c, const struct stopper *s,
			       const struct store_session *row,
			       struct stop_result *out, struct fault *f)
	MUST_USE;
/* Something of it still runs. */
bool shape_session_stays(const struct stop_result *r);
/* R NULL: null. */
json_t *shape_session_kill(const struct stop_result *r);
/* "; 3 processes ended", and the like. */
#define SHAPE_KILLED_SIZE 160
void shape_session_killed(const struct stop_result *r, char *out, size_t size);

#endif
