/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin/account.h"
#include "base/auto.h"
#include "base/text.h"
#include "sigractl/date.h"
#include "sigractl/shape.h"

#define AUDIT_PAGE 50
#define AUDIT_PAGE_MAX 1000
#define AUDIT_END 12 /* the last part of an id, which is random */
#define AUDIT_WHO (AUDIT_END + 3)

struct audit_view {
	const struct cmd *c;
	struct out_table table;
	json_t *entries; /* with --json */
	int64_t limit, n;
	int64_t at, seq; /* of the last one shown */
	bool more;
	enum status st;
	struct fault *f;
};

/* What has no name is called by what it is, an account that is gone by the
 * end of its id where a terminal has no room for all of it. */
static const char *
audit_who(const struct store_audit *a, const char *who, const char *name,
	  char out[AUDIT_WHO])
{
	static const struct {
		const char *class, *what;
	} all[] = {
		{ "invitation.", "invitation" },
		{ "policy.", "rule" },
		{ "webhook.", "webhook" },
		{ "notify.", "message" },
	};

	if (name[0] != '\0' || strlen(who) != ID_LENGTH)
		return name[0] != '\0' ? name : who;
	for (size_t i = 0;
	     who == a->target && i < sizeof(all) / sizeof(all[0]); i++)
		if (strncmp(a->action, all[i].class, strlen(all[i].class)) ==
		    0)
			return all[i].what;
	if (!isatty(STDOUT_FILENO))
		return who;
	(void)snprintf(out, AUDIT_WHO, "..%s", who + ID_LENGTH - AUDIT_END);
	return out;
}

static bool
audit_show(struct audit_view *v, const struct store_audit *a)
{
	struct shape_people p;
	char when[TEXT_TIME_SIZE], actor[AUDIT_WHO], target[AUDIT_WHO];

	if ((v->st = shape_people_of(v->c, a, &p, v->f)) != STATUS_OK)
		return false;
	if (v->c->json) {
		out_push(v->entries, shape_audit(a, &p));
		return true;
	}
	out_table_row(&v->table,
		      (const char *const[]){
			      out_when(a->at, when), a->action, a->outcome,
			      audit_who(a, a->actor, p.actor, actor),
			      audit_who(a, a->target, p.target, target),
			      a->service, a->rhost },
		      7);
	return true;
}

/* One more than a page is asked for, to know whether there is a next. */
static bool
audit_each(void *ctx, const struct store_audit *a)
{
	struct audit_view *v = ctx;

	v->more = v->n == v->limit;
	if (v->more)
		return false;
	v->n++;
	v->at = a->at;
	v->seq = a->seq;
	return audit_show(v, a);
}

/* "AT.SEQ" */
static enum status
audit_cursor_parse(const char *s, struct store_audit_filter *filter,
		   struct fault *f)
{
	const char *dot = strchr(s, '.');
	char at[24];

	if (dot != NULL && (size_t)(dot - s) < sizeof(at)) {
		memcpy(at, s, (size_t)(dot - s));
		at[dot - s] = '\0';
		if (text_number(at, 1, INT64_MAX, &filter->before) &&
		    text_number(dot + 1, 1, INT64_MAX, &filter->before_seq))
			return STATUS_OK;
	}
	return fault(f, STATUS_INVALID,
		     "--before: '%s' is not what audit list printed", s);
}

static enum status
audit_words(const struct cmd *c, struct store_audit_filter *filter,
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
	};
	const char *outcome = cmd_option(c, "outcome");

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (!text_copy(all[i].to, all[i].size,
			       cmd_option(c, all[i].option)))
			return fault(f, STATUS_INVALID, "--%s is too long",
				     all[i].option);
	if (c->admin.org != NULL)
		(void)text_copy(filter->org, sizeof(filter->org),
				c->admin.org->s);
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

static enum status
audit_filter(const struct cmd *c, struct store_audit_filter *filter,
	     struct fault *f)
{
	const char *since = cmd_option(c, "since"), *s;
	const char *until = cmd_option(c, "until");
	struct store_account acct;
	enum status st;

	filter->limit = AUDIT_PAGE;
	if ((st = audit_words(c, filter, f)) != STATUS_OK)
		return st;
	if (since != NULL && (st = date_parse(since, "--since", &filter->since,
					      f)) != STATUS_OK)
		return st;
	if (until != NULL && (st = date_parse(until, "--until", &filter->until,
					      f)) != STATUS_OK)
		return st;
	if ((s = cmd_option(c, "limit")) != NULL &&
	    !text_number(s, 1, AUDIT_PAGE_MAX, &filter->limit))
		return fault(f, STATUS_INVALID,
			     "--limit: '%s' is no number, 1 to %d", s,
			     AUDIT_PAGE_MAX);
	if ((s = cmd_option(c, "before")) != NULL &&
	    (st = audit_cursor_parse(s, filter, f)) != STATUS_OK)
		return st;
	if ((s = cmd_option(c, "user")) == NULL)
		return STATUS_OK;
	st = admin_account_find_any(&c->admin, s, &acct, f);
	if (st == STATUS_OK)
		(void)text_copy(filter->target, sizeof(filter->target),
				acct.id.s);
	return st;
}

static enum status
audit_rows(struct audit_view *v, struct store_audit_filter *filter)
{
	enum status st;

	v->limit = filter->limit;
	filter->limit++;
	st = store_audit_list(v->c->store, filter, audit_each, v, v->f);
	return st == STATUS_OK ? v->st : st;
}

static enum status
audit_list_json(struct audit_view *v, struct store_audit_filter *filter)
{
	AUTO_JSON *j = json_object();
	enum status st;
	char next[64];

	v->entries = json_array();
	st = audit_rows(v, filter);
	out_put(j, "entries", v->entries);
	(void)snprintf(next, sizeof(next), "%lld.%lld", (long long)v->at,
		       (long long)v->seq);
	out_put(j, "next", v->more ? json_string(next) : json_null());
	return st == STATUS_OK ? out_json(j, v->f) : st;
}

static enum status
audit_list_text(struct audit_view *v, struct store_audit_filter *filter)
{
	static const struct out_column columns[] = {
		{ "TIME", OUT_TEXT },	 { "ACTION", OUT_FOLD },
		{ "OUTCOME", OUT_TEXT }, { "ACTOR", OUT_FOLD },
		{ "TARGET", OUT_FOLD },	 { "SERVICE", OUT_FOLD },
		{ "RHOST", OUT_FOLD },
	};
	enum status st, end;

	out_table_start(&v->table, columns, 7);
	st = audit_rows(v, filter);
	end = out_table_end(&v->table,
			    filter->action[0] == '\0'
				    ? "Nothing of the kind happened."
				    : "Nothing of the kind happened. Which "
				      "actions there are is in sigractl(8), "
				      "under 'Who did it'.",
			    st == STATUS_OK ? v->f : NULL);
	if (st == STATUS_OK && end == STATUS_OK && v->more)
		out_line("More: --before %lld.%lld", (long long)v->at,
			 (long long)v->seq);
	return st == STATUS_OK ? end : st;
}

enum status
cmd_audit_list(struct cmd *c, struct fault *f)
{
	struct store_audit_filter filter = { .limit = 0 };
	struct audit_view v = { .c = c, .st = STATUS_OK, .f = f };
	enum status st;

	if ((st = audit_filter(c, &filter, f)) != STATUS_OK)
		return st;
	return c->json ? audit_list_json(&v, &filter)
		       : audit_list_text(&v, &filter);
}
