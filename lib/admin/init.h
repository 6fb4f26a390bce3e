/* SPDX-License-Identifier: MIT */
/*
 * A new store, in the steps that `sigractl init` takes: the first ones as
 * root, admin_init_store() as the store's owner.
 */
#ifndef ADMIN_INIT_H
#define ADMIN_INIT_H

#include "admin/admin.h"

/*
 * Make the system user NAME with a group of its own, no home and no shell, by
 * useradd(8) with a fixed environment; remove it again.
 */
enum status admin_init_user_add(const char *name, struct fault *f) MUST_USE;
enum status admin_init_user_remove(const char *name, struct fault *f) MUST_USE;

/*
 * Write a sigra.conf in which every option stands with its default, commented
 * out; WHERE (NULL: the default) stands uncommented.  Mode 0644, synced.
 * STATUS_CONFLICT when PATH exists: it is never overwritten.
 */
enum status admin_init_config(const char *path, const char *where,
			      struct fault *f) MUST_USE;

/*
 * The first rows of a store that store_create() has just made: what its key
 * is, rule_defaults(), the RP id of security keys (NULL: none yet), and the
 * audit row.
 */
enum status admin_init_store(const struct admin *a, const char *rp,
			     struct fault *f) MUST_USE;

#endif
