/* SPDX-License-Identifier: MIT */
/* What stands in the environment of a session. */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "session/attempt.h"
#include "store/people.h"

/* What does not fit is left out: no attribute keeps anybody from logging in.
 */
static void
exports_put(struct exports *e, const char *name, const char *value)
{
	struct exported *to = &e->one[e->n];

	if (e->n == EXPORTS_MAX || value[0] == '\0' ||
	    !text_printable(value, strlen(value)) ||
	    !text_copy(to->name, sizeof(to->name), name) ||
	    !text_copy(to->value, sizeof(to->value), value))
		return;
	e->n++;
}

/* "shirt_size" is SIGRA_ATTR_SHIRT_SIZE. */
static bool
exports_name(const char *key, char out[EXPORT_NAME_SIZE])
{
	struct buf b;

	buf_start(&b, out, EXPORT_NAME_SIZE);
	buf_printf(&b, "SIGRA_ATTR_%s", key);
	for (char *c = out; *c != '\0'; c++) {
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
		if (!(*c >= 'A' && *c <= 'Z') && !(*c >= '0' && *c <= '9') &&
		    *c != '_')
			return false;
	}
	return !b.full;
}

static bool
exports_each(void *ctx, const struct store_attribute *a)
{
	char name[EXPORT_NAME_SIZE];
	struct exports *e = ctx;

	if (a->exported && exports_name(a->key, name))
		exports_put(e, name, a->value);
	return true;
}

static const char *
exports_role(enum store_role role)
{
	switch (role) {
	case STORE_ROLE_OWNER:
		return "owner";
	case STORE_ROLE_ADMIN:
		return "admin";
	case STORE_ROLE_MEMBER:
		return "member";
	}
	return "";
}

/* An account by its name now; else as it stands: "uid:1000", "system". */
static enum status
exports_impersonator(const struct session_attempt *a, struct exports *e,
		     struct fault *f)
{
	struct store_account who;
	struct id id;
	enum status st;

	if (a->impersonator[0] == '\0')
		return STATUS_OK;
	if (!text_copy(id.s, sizeof(id.s), a->impersonator)) {
		exports_put(e, "SIGRA_IMPERSONATOR", a->impersonator);
		return STATUS_OK;
	}
	st = store_account_by_id(a->env->store, &id, &who, f);
	if (st != STATUS_OK && st != STATUS_NOT_FOUND)
		return st;
	exports_put(e, "SIGRA_IMPERSONATOR",
		    st == STATUS_OK ? who.name : a->impersonator);
	return STATUS_OK;
}

enum status
session_exports(const struct session_attempt *a, struct exports *out,
		struct fault *f)
{
	struct exports e = { .n = 0 };
	enum status st;

	exports_put(&e, "SIGRA_ORG", a->org.slug);
	exports_put(&e, "SIGRA_ROLE", exports_role(a->org.role));
	if ((st = exports_impersonator(a, &e, f)) != STATUS_OK ||
	    (st = store_attribute_list(a->env->store, &a->account.id,
				       exports_each, &e, f)) != STATUS_OK)
		return st;
	*out = e;
	return STATUS_OK;
}
