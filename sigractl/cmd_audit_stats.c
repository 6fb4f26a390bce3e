/* SPDX-License-Identifier: MIT */
/* Who fails, from where, and when. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/burst.h"
#include "base/text.h"
#include "sigractl/audit_filter.h"
#include "sigractl/audit_line.h"
#include "sigractl/chart.h"
#include "sigractl/errand.h"
#include "sigractl/ground.h"
#include "sigractl/tally.h"

#define STATS_DAYS 30
#define STATS_FILES 2

_Static_assert(TALLY_TEXT == CHART_TEXT, "what is counted can be drawn");

struct stats_file {
	const char *path; /* NULL: none is wanted; "-": standard output */
	void (*draw)(FILE *, const struct chart *);
	struct errand errand;
};

struct stats {
	struct cmd *c;
	struct stats_file file[STATS_FILES];
	struct chart chart;
	struct tally sources, users;
	enum status st;
	struct fault *f;
};

static void
stats_svg(FILE *to, const struct chart *c)
{
	chart_svg(to, c, true);
}

/* The latest first, as qrfiles_end() has it. */
static void
stats_end(struct stats *s)
{
	for (size_t i = STATS_FILES; i > 0; i--)
		errand_end(&s->file[i - 1].errand);
	tally_end(&s->sources);
	tally_end(&s->users);
}
#define STATS __attribute__((cleanup(stats_end))) struct stats

/* A row that stands for others of its kind says for how many. */
static int64_t
stats_count(const struct store_audit *a)
{
	json_auto_t *meta = NULL;
	const char *count;
	int64_t n = 1;

	if (strcmp(a->action, audit_burst_action) != 0)
		return 1;
	meta = json_loads(a->meta, JSON_REJECT_DUPLICATES, NULL);
	count = json_string_value(json_object_get(meta, "count"));
	if (count == NULL || !text_number(count, 1, INT64_C(1) << 40, &n))
		return 1;
	return n;
}

static bool
stats_each(void *ctx, const struct store_audit *a)
{
	struct stats *s = ctx;
	int64_t n = stats_count(a), second = a->at % 86400;

	s->chart.failures += n;
	s->chart.hours[(second < 0 ? second + 86400 : second) / 3600] += n;
	s->st = tally_add(&s->sources, a->rhost, n, s->f);
	if (s->st == STATUS_OK)
		s->st = tally_add(&s->users, a->target, n, s->f);
	return s->st == STATUS_OK;
}

static void
stats_part(struct tally *t, struct chart_part *out)
{
	tally_sort(t, CHART_TOP);
	for (size_t i = 0; i < t->used; i++) {
		out->of[i].n = t->of[i].n;
		memcpy(out->of[i].text, t->of[i].text, CHART_TEXT);
	}
	out->used = t->used;
	out->others = t->others;
}

/* What was counted are ids. */
static enum status
stats_names(struct stats *s, struct fault *f)
{
	enum status st = STATUS_OK;

	for (size_t i = 0; i < s->chart.users.used && st == STATUS_OK; i++) {
		struct chart_bar *bar = &s->chart.users.of[i];
		struct id id;

		if (strlen(bar->text) != ID_LENGTH)
			continue;
		memcpy(id.s, bar->text, sizeof(id.s));
		memcpy(bar->id, bar->text, sizeof(id.s));
		st = shape_name_of(s->c, &id, bar->text, f);
	}
	return st;
}

static enum status
stats_collect(struct stats *s, struct fault *f)
{
	struct store_audit_filter filter;
	enum status st;

	if ((st = tally_begin(&s->sources, f)) != STATUS_OK ||
	    (st = tally_begin(&s->users, f)) != STATUS_OK ||
	    (st = audit_filter(s->c, &filter, f)) != STATUS_OK)
		return st;
	(void)text_copy(filter.outcome, sizeof(filter.outcome),
			audit_outcome_name(AUDIT_FAILURE));
	if (filter.until == 0)
		filter.until = s->c->now;
	if (filter.since == 0)
		filter.since = filter.until - STATS_DAYS * 86400;
	if (filter.since > filter.until)
		return fault(f, STATUS_INVALID,
			     "--since is later than --until");
	s->chart.since = filter.since;
	s->chart.until = filter.until;
	st = store_audit_list(s->c->store, &filter, stats_each, s, f);
	if (st != STATUS_OK || (st = s->st) != STATUS_OK)
		return st;
	stats_part(&s->sources, &s->chart.sources);
	stats_part(&s->users, &s->chart.users);
	return stats_names(s, f);
}

static enum status
stats_json(const struct stats *s, struct fault *f)
{
	AUTO_JSON *j = json_object();
	json_t *sources = json_array(), *users = json_array();
	json_t *hours = json_array(), *one;
	const struct chart *c = &s->chart;

	out_put(j, "since", out_time(c->since));
	out_put(j, "until", out_time(c->until));
	out_put(j, "failures", json_integer(c->failures));
	out_put(j, "sources", sources);
	out_put(j, "other_sources", json_integer(c->sources.others));
	out_put(j, "users", users);
	out_put(j, "other_users", json_integer(c->users.others));
	out_put(j, "hours", hours);
	for (size_t i = 0; i < c->sources.used; i++) {
		out_push(sources, one = json_object());
		out_put(one, "source", out_string(c->sources.of[i].text));
		out_put(one, "failures", json_integer(c->sources.of[i].n));
	}
	for (size_t i = 0; i < c->users.used; i++) {
		out_push(users, one = json_object());
		out_put(one, "user", out_string(c->users.of[i].text));
		out_put(one, "account", out_string(c->users.of[i].id));
		out_put(one, "failures", json_integer(c->users.of[i].n));
	}
	for (size_t i = 0; i < CHART_HOURS; i++) {
		out_push(hours, one = json_object());
		out_put(one, "hour", json_integer((json_int_t)i));
		out_put(one, "failures", json_integer(c->hours[i]));
	}
	return out_json(j, f);
}

/* Before we become the store's owner. */
static enum status
stats_open(struct stats *s, struct fault *f)
{
	unsigned out = s->c->json ? 1 : 0;
	enum status st = STATUS_OK;

	for (size_t i = 0; i < STATS_FILES && st == STATUS_OK; i++) {
		struct stats_file *file = &s->file[i];

		if (file->path == NULL)
			continue;
		if (strcmp(file->path, "-") == 0)
			out++;
		else
			st = errand_new(&s->c->actor, file->path,
					&file->errand, f);
	}
	if (st == STATUS_OK && out > 1)
		return fault(f, STATUS_INVALID,
			     "only one of --json, --svg and --html can go to "
			     "standard output");
	return st;
}

static enum status
stats_write(struct stats *s, struct stats_file *file, struct fault *f)
{
	bool out = strcmp(file->path, "-") == 0;
	enum status st;
	AUDIT_PAGE_OF(page);

	if ((st = audit_page_begin(&page, f)) != STATUS_OK)
		return st;
	file->draw(page.to, &s->chart);
	st = audit_page_write(&page, out ? STDOUT_FILENO : file->errand.fd,
			      out ? "standard output" : file->path, f);
	if (st != STATUS_OK || out)
		return st;
	if ((st = errand_keep(&file->errand, f)) == STATUS_OK && !s->c->json)
		out_line("Written: %s", file->path);
	return st;
}

enum status
cmd_audit_stats(struct cmd *c, struct fault *f)
{
	STATS s = {
		.c = c,
		.st = STATUS_OK,
		.f = f,
		.file = { { cmd_option(c, "svg"), stats_svg, { -1, -1, -1 } },
			  { cmd_option(c, "html"),
			    chart_html,
			    { -1, -1, -1 } } },
	};
	bool drawn = false;
	enum status st;

	if ((st = stats_open(&s, f)) != STATUS_OK ||
	    (st = ground_become(c, f)) != STATUS_OK ||
	    (st = ground_open(c, STORE_READ, f)) != STATUS_OK ||
	    (st = stats_collect(&s, f)) != STATUS_OK)
		return st;
	for (size_t i = 0; i < STATS_FILES; i++) {
		if (s.file[i].path == NULL)
			continue;
		drawn = true;
		if ((st = stats_write(&s, &s.file[i], f)) != STATUS_OK)
			return st;
	}
	if (c->json)
		return stats_json(&s, f);
	if (!drawn)
		chart_text(stdout, &s.chart);
	return STATUS_OK;
}
