/* SPDX-License-Identifier: MIT */
#include "sigractl/audit_filter.h"

#include <string.h>

#include "admin/account.h"
#include "base/text.h"
#include "sigractl/date.h"

#define FILTER_AGE_MAX (INT64_C(100) * 366 * 86400)

static enum status
filter_words(const struct cmd *c, struct store_audit_filter *filter,
	     struct fault *f)
{
	const struct {
		const char *option;
		char *to;
		size_t size;
	} all[] = {
		{ "action", filter->action, sizeof(filter->action) },
		{ "outcome", filter->outcome, sizeof(filter->outcome) },
		{ "service", filter->service, sizeof(filter->service) },
		{ "rhost", filter->rhost, sizeof(filter->rhost) },
		{ "host", filter->host, sizeof(filter->host) },
	};
	const char *outcome = cmd_option(c, "outcome");

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (!text_copy(all[i].to, all[i].size,
			       cmd_option(c, all[i].option)))
			return fault(f, STATUS_INVALID, "--%s is too long",
				     all[i].option);
	for (enum audit_outcome o = AUDIT_SUCCESS;
	     outcome != NULL && o <= AUDIT_ERROR; o++)
		if (strcmp(outcome, audit_outcome_name(o)) == 0)
			outcome = NULL;
	if (outcome != NULL)
		return fault(f, STATUS_INVALID,
			     "--outcome: '%s' is not success, failure or "
			     "error",
			     outcome);
	return STATUS_OK;
}

/* "2026-01-31", or "24h" ago. */
static enum status
filter_time(const struct cmd *c, const char *option, int64_t *out,
	    struct fault *f)
{
	const char *s = cmd_option(c, option);
	char what[16] = "--";
	int64_t age;

	if (s == NULL)
		return STATUS_OK;
	(void)text_copy(what + 2, sizeof(what) - 2, option);
	if (date_duration(s, what, 1, FILTER_AGE_MAX, &age, f) != STATUS_OK)
		return date_parse(s, what, out, f);
	*out = c->now - age > 0 ? c->now - age : 1;
	return STATUS_OK;
}

static enum status
filter_person(const struct cmd *c, const char *name, char out[64],
	      struct fault *f)
{
	struct store_account acct;
	enum status st;

	st = admin_account_find_any(&c->admin, name, &acct, f);
	if (st == STATUS_OK)
		(void)text_copy(out, 64, acct.id.s);
	return st;
}

static enum status
filter_people(const struct cmd *c, struct store_audit_filter *filter,
	      struct fault *f)
{
	const char *user = cmd_option(c, "user");
	const char *actor = cmd_option(c, "actor");
	enum status st;
	int64_t uid;

	if (user != NULL &&
	    (st = filter_person(c, user, filter->target, f)) != STATUS_OK)
		return st;
	if (actor == NULL)
		return STATUS_OK;
	/* An account may be called system, and be named by its id. */
	if (strcmp(actor, "system") != 0 && strncmp(actor, "uid:", 4) != 0)
		return filter_person(c, actor, filter->actor, f);
	if (strcmp(actor, "system") != 0 &&
	    !text_number(actor + strlen("uid:"), 0, UINT32_MAX, &uid))
		return fault(f, STATUS_INVALID,
			     "--actor: '%s' is not uid: and a number", actor);
	if (!text_copy(filter->actor, sizeof(filter->actor), actor))
		return fault(f, STATUS_INVALID, "--actor is too long");
	return STATUS_OK;
}

enum status
audit_filter(const struct cmd *c, struct store_audit_filter *out,
	     struct fault *f)
{
	struct store_audit_filter filter = { .limit = 0 };
	enum status st;

	if ((st = filter_words(c, &filter, f)) != STATUS_OK ||
	    (st = filter_time(c, "since", &filter.since, f)) != STATUS_OK ||
	    (st = filter_time(c, "until", &filter.until, f)) != STATUS_OK ||
	    (st = filter_people(c, &filter, f)) != STATUS_OK)
		return st;
	if (c->admin.org != NULL)
		(void)text_copy(filter.org, sizeof(filter.org),
				c->admin.org->s);
	*out = filter;
	return STATUS_OK;
}
