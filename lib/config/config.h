/* SPDX-License-Identifier: MIT */
/*
 * sigra.conf(5): where the store and key are, and this host's limits.  Who may
 * log in is not configuration; it is policy, and lives in the store.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/fault.h"

struct config {
#define TEXT(section, name, size, value) char section##_##name[size];
#define NUMBER(section, name, low, high, value) int64_t section##_##name;
#define FLAG(section, name, value) bool section##_##name;
#include "config/options.def"
#undef TEXT
#undef NUMBER
#undef FLAG
};

/* All defaults; no file is read. */
void config_defaults(struct config *c);

/*
 * Read the file at PATH (absolute; INI syntax).  It must belong to root or
 * OWNER and be writable by nobody else, and its directory likewise.  An
 * unknown section or option, a repeated one, a value out of range: refused
 * with the line's number.  A relative store.key is beside the file.
 * STATUS_NOT_FOUND when there is no file: the caller decides what that means.
 */
enum status config_load(const char *path, uid_t owner, struct config *c,
			struct fault *f) MUST_USE;

/* "section.name = value" for each option, in order. */
void config_each(const struct config *c,
		 void (*each)(void *ctx, const char *name, const char *value),
		 void *ctx);

#endif
