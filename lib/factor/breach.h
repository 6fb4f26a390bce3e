/* SPDX-License-Identifier: MIT */
/*
 * The passwords that others have lost: a list on this host, as Have I Been
 * Pwned publishes it.  Each line is the SHA-1 of one in upper-case hex, a
 * colon and how often it was seen; they are in order, and never read whole.
 */
#ifndef FACTOR_BREACH_H
#define FACTOR_BREACH_H

#include <sys/types.h>

#include "base/fault.h"
#include "base/secret.h"

#define BREACH_NONE "-" /* as a path: this host has no list */

/* Zeroed: there is none, and nothing is in it. */
struct breach {
	enum breach_state {
		BREACH_ABSENT = 0,
		BREACH_BROKEN, /* it should be there; WHY says what is wrong */
		BREACH_OPEN,
	} state;
	int fd;
	struct fault why;
};
void breach_close(struct breach *b);
#define BREACH(name)                                                          \
	__attribute__((cleanup(breach_close))) struct breach name = {         \
		.state = BREACH_ABSENT                                        \
	}

/*
 * Open the list at PATH (absolute), for as long as the process lives: it and
 * its directory belong to root or OWNER and nobody else may write there.  One
 * that cannot be used is no failure here but of whoever looks into it.
 */
void breach_open(struct breach *b, const char *path, uid_t owner);

/* Take over FD, which somebody else has opened and answers for. */
void breach_take(struct breach *b, int fd);

/*
 * Is PASSWORD in it?  Reads some forty places, however long the list is.  B
 * may be NULL: there is none.  STATUS_UNAVAILABLE when it cannot be used, or
 * is no such list, as far as that was seen.
 */
enum status breach_find(const struct breach *b, const struct secret *password,
			bool *found, struct fault *f) MUST_USE;

/* The same; STATUS_REFUSED, and a sentence for the person, when it is. */
enum status breach_refuse(const struct breach *b,
			  const struct secret *password, struct fault *f)
	MUST_USE;

#endif
