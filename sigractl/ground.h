/* SPDX-License-Identifier: MIT */
/* The ground a command stands on: config, identity, store, key, audit. */
#ifndef SIGRACTL_GROUND_H
#define SIGRACTL_GROUND_H

#include "sigractl/cmd.h"

#define GROUND_PREFIX "sqlite:"

/* Nothing is opened: is `-c` allowed to this actor? */
enum status ground_config_valid(const struct cmd *c, struct fault *f) MUST_USE;

/* Nothing is opened: is `-s` allowed to this actor, and well formed? */
enum status ground_where_valid(const struct cmd *c, struct fault *f) MUST_USE;

/*
 * Fill in c->config: of the file, still as who we are; with `-s` and no `-c`
 * the defaults, and the key beside the store.  STATUS_UNAVAILABLE when the
 * file is missing or broken.
 */
enum status ground_config(struct cmd *c, struct fault *f) MUST_USE;

/* The defaults of a trial store: `-s` without `-c`. */
enum status ground_trial(struct cmd *c, struct fault *f) MUST_USE;
static inline bool
ground_is_trial(const struct cmd *c)
{
	return c->where != NULL && c->config_path == NULL;
}

/* As the row's access says.  ground_leave() in any case. */
enum status ground_enter(struct cmd *c, struct fault *f) MUST_USE;
void ground_leave(struct cmd *c);

/* The store's owner, and to become him for good. */
enum status ground_owner(const struct cmd *c, uid_t *uid, gid_t *gid,
			 struct fault *f) MUST_USE;
enum status ground_become(const struct cmd *c, struct fault *f) MUST_USE;

/* Open the store and its key; ground_enter() does it for most commands. */
enum status ground_open(struct cmd *c, enum store_mode mode, struct fault *f)
	MUST_USE;
/* The audit and admin contexts, once c->store and c->keys are there. */
void ground_admin(struct cmd *c);

#endif
