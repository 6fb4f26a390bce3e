/* SPDX-License-Identifier: MIT */
#include "sigractl/slugs.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "sigractl/out.h"

/* Take the next item off *LIST; false: the list is done. */
static bool
slugs_next(const char **list, struct buf *item)
{
	const char *s = *list;
	size_t len;

	if (s == NULL)
		return false;
	len = strcspn(s, ",");
	buf_printf(item, "%.*s", (int)len, s);
	*list = s[len] == '\0' ? NULL : s + len + 1;
	return true;
}

static enum status
slugs_find(struct store *s, const char *slug, const char *what, int64_t now,
	   struct store_org *out, struct fault *f)
{
	enum status st = STATUS_NOT_FOUND;

	if (slug[0] != '\0')
		st = store_org_by_slug(s, slug, now, out, f);
	if (st != STATUS_NOT_FOUND)
		return st;
	return fault(f, STATUS_NOT_FOUND,
		     "%s: there is no organization '%s': see sigractl org "
		     "list",
		     what, slug);
}

enum status
slugs_take(struct store *s, const char *slugs, const char *what, int64_t now,
	   char out[RULE_TEXT_SIZE], struct fault *f)
{
	char slug[STORE_SLUG_SIZE], ids[RULE_TEXT_SIZE];
	struct buf item, b;
	unsigned n = 0;

	buf_start(&b, ids, sizeof(ids));
	buf_start(&item, slug, sizeof(slug));
	while (slugs_next(&slugs, &item)) {
		struct store_org org;
		enum status st;

		if (item.full)
			return fault(f, STATUS_NOT_FOUND,
				     "%s: no organization has so long a name: "
				     "see sigractl org list",
				     what);
		if (n++ == RULE_ORGS_ONE)
			return fault(f, STATUS_INVALID,
				     "%s: one rule names %d organizations at "
				     "most; write two rules",
				     what, RULE_ORGS_ONE);
		if ((st = slugs_find(s, slug, what, now, &org, f)) !=
		    STATUS_OK)
			return st;
		buf_printf(&b, "%s%s", n == 1 ? "" : ",", org.id.s);
		buf_start(&item, slug, sizeof(slug));
	}
	(void)text_copy(out, RULE_TEXT_SIZE, ids);
	return STATUS_OK;
}

enum status
slugs_text(struct store *s, const char *ids, char out[SLUGS_SIZE],
	   struct fault *f)
{
	char slugs[SLUGS_SIZE];
	const char *comma = "";
	struct id id = { .s = "" };
	struct buf item, b;

	if (ids[0] == '\0')
		ids = NULL;
	buf_start(&b, slugs, sizeof(slugs));
	buf_start(&item, id.s, sizeof(id.s));
	while (slugs_next(&ids, &item)) {
		struct store_org org;
		enum status st = store_org_by_id(s, &id, &org, f);

		if (st != STATUS_OK && st != STATUS_NOT_FOUND)
			return st;
		buf_printf(&b, "%s%s", comma,
			   st == STATUS_OK && org.deleted_at == 0 ? org.slug
								  : id.s);
		comma = ",";
		buf_start(&item, id.s, sizeof(id.s));
	}
	(void)text_copy(out, SLUGS_SIZE, slugs);
	return STATUS_OK;
}

static bool
slugs_each(void *ctx, const struct store_member *m,
	   const struct store_org *org)
{
	json_t *list = ctx;

	(void)m;
	out_push(list, out_string(org->slug));
	return true;
}

static enum status
slugs_add(struct store *s, const struct store_account *acct, json_t *list,
	  struct fault *f)
{
	struct store_org org;
	enum status st = STATUS_OK;

	/* A service account is no member of the one it belongs to. */
	if (acct->kind == STORE_SERVICE)
		st = store_org_by_id(s, &acct->org, &org, f);
	if (st == STATUS_OK && acct->kind == STORE_SERVICE)
		out_push(list, out_string(org.slug));
	if (st != STATUS_OK && st != STATUS_NOT_FOUND)
		return st;
	return store_member_of(s, &acct->id, slugs_each, list, f);
}

enum status
slugs_of(struct store *s, const char *name, json_t **out, struct fault *f)
{
	AUTO_JSON *list = json_array();
	struct store_account acct;
	enum status st = store_account_by_name(s, name, &acct, f);

	if (st == STATUS_OK)
		st = slugs_add(s, &acct, list, f);
	if (st != STATUS_OK && st != STATUS_NOT_FOUND)
		return st;
	*out = json_incref(list);
	return STATUS_OK;
}
