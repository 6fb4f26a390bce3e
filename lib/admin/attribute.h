/* SPDX-License-Identifier: MIT */
/* What else is known of an account, as keys and values. */
#ifndef ADMIN_ATTRIBUTE_H
#define ADMIN_ATTRIBUTE_H

#include "admin/admin.h"
#include "base/export.h"
#include "store/people.h"

/* More cannot be in the PAM environment of one login. */
#define ADMIN_EXPORTED_MAX (EXPORTS_MAX - 4)

/*
 * Set KEY, of the form ^[a-z][a-z0-9_]*$ and at most 32 bytes, to VALUE: UTF-8
 * of at most 255 bytes without control characters.  EXPORTED: a session finds
 * it in its environment as SIGRA_ATTR_KEY, and then it may not be empty.
 */
enum status admin_attribute_set(const struct admin *a, const char *name,
				const struct store_attribute *attribute,
				struct store_account *out, struct fault *f)
	MUST_USE;
/* STATUS_NOT_FOUND when it has none. */
enum status admin_attribute_unset(const struct admin *a, const char *name,
				  const char *key, struct store_account *out,
				  struct fault *f) MUST_USE;

#endif
