/* SPDX-License-Identifier: MIT */
/*
 * Programs that root has put around commands that change something.  They
 * are run for root alone: whoever a person stands behind has none run, and
 * may not do what one would have to look at before.
 */
#ifndef SIGRACTL_HOOKS_H
#define SIGRACTL_HOOKS_H

#include "sigractl/child.h"
#include "sigractl/hookrun.h"
#include "store/org.h"

/* What they are told it is about; empty: nothing of that kind, or it is not
 * known. */
struct hooks_about {
	struct id account, org, object;
	char name[STORE_NAME_SIZE]; /* of the account */
	char slug[STORE_SLUG_SIZE]; /* of the organization */
	char title[STORE_ORG_NAME_SIZE];
};

struct hooks {
	bool before, after; /* there are some */
	struct hookrun_of of;
	struct hooks_about about;
	struct child child;
};

struct cmd;

/* Still as who we are, with config and actor known. */
enum status hooks_begin(struct cmd *c, struct fault *f) MUST_USE;

/* Once the command may go on.  STATUS_REFUSED: one of them forbids it;
 * STATUS_DENIED: there are some, and they are not for this actor. */
enum status hooks_before(struct cmd *c, struct fault *f) MUST_USE;

/* Once it is done: whatever fails is a warning. */
void hooks_after(struct cmd *c);

/* In any case. */
void hooks_end(struct cmd *c);

#endif
