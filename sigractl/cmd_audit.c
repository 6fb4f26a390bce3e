/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "sigractl/audit_filter.h"
#include "sigractl/shape.h"
#include "store/outbox.h"

#define AUDIT_PAGE 50
#define AUDIT_PAGE_MAX 1000
#define AUDIT_END 12 /* the last part of an id, which is random */
#define AUDIT_WHO (AUDIT_END + 3)

struct audit_view {
	const struct cmd *c;
	struct out_table table;
	json_t *entries; /* with --json */
	int64_t limit, n;
	struct id last; /* that was shown */
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
	v->last = a->id;
	return audit_show(v, a);
}

/* The id of the row that the page before ended with. */
static enum status
audit_cursor(const struct cmd *c, const char *s,
	     struct store_audit_filter *filter, struct fault *f)
{
	struct store_audit a;
	enum status st = STATUS_NOT_FOUND;
	struct id id;

	if (strlen(s) != ID_LENGTH)
		return fault(f, STATUS_INVALID,
			     "--before: '%s' is not what audit list printed",
			     s);
	memcpy(id.s, s, sizeof(id.s));
	st = store_audit_by_id(c->store, &id, &a, f);
	if (st == STATUS_NOT_FOUND ||
	    (st == STATUS_OK && filter->org[0] != '\0' &&
	     strcmp(a.org, filter->org) != 0))
		return fault(f, STATUS_NOT_FOUND,
			     "--before: the audit has no row %s (any more)",
			     s);
	if (st != STATUS_OK)
		return st;
	filter->before = a.at;
	filter->before_seq = a.seq;
	(void)text_copy(filter->before_host, sizeof(filter->before_host),
			a.host);
	return STATUS_OK;
}

static enum status
audit_page(const struct cmd *c, struct store_audit_filter *filter,
	   struct fault *f)
{
	const char *s;
	enum status st;

	if ((st = audit_filter(c, filter, f)) != STATUS_OK)
		return st;
	filter->limit = AUDIT_PAGE;
	if ((s = cmd_option(c, "limit")) != NULL &&
	    !text_number(s, 1, AUDIT_PAGE_MAX, &filter->limit))
		return fault(f, STATUS_INVALID,
			     "--limit: '%s' is no number, 1 to %d", s,
			     AUDIT_PAGE_MAX);
	if ((s = cmd_option(c, "before")) == NULL)
		return STATUS_OK;
	return audit_cursor(c, s, filter, f);
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

	v->entries = json_array();
	st = audit_rows(v, filter);
	out_put(j, "entries", v->entries);
	out_put(j, "next", v->more ? out_string(v->last.s) : json_null());
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
		out_line("More: --before %s", v->last.s);
	return st == STATUS_OK ? end : st;
}

enum status
cmd_audit_list(struct cmd *c, struct fault *f)
{
	struct store_audit_filter filter = { .limit = 0 };
	struct audit_view v = { .c = c, .st = STATUS_OK, .f = f };
	enum status st;

	if ((st = audit_page(c, &filter, f)) != STATUS_OK)
		return st;
	return c->json ? audit_list_json(&v, &filter)
		       : audit_list_text(&v, &filter);
}
