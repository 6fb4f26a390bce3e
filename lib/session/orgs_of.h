/* SPDX-License-Identifier: MIT */
/* Where an account belongs, for the rules that ask. */
#ifndef SESSION_ORGS_OF_H
#define SESSION_ORGS_OF_H

#include "session/attempt.h"

/* On the heap: one that is missing could be one that a rule denies. */
struct session_orgs {
	bool read;
	struct id *id;
	size_t n, max;
};
void session_orgs_end(struct session_orgs *o);
#define SESSION_ORGS(name)                                                    \
	__attribute__((                                                       \
		cleanup(session_orgs_end))) struct session_orgs name = {      \
		.read = false                                                 \
	}

/* Of the attempt's account, read once; nobody knows of an unknown one. */
enum status session_orgs_of(const struct session_attempt *a,
			    struct session_orgs *o, struct fault *f) MUST_USE;

#endif
