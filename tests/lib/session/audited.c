/* SPDX-License-Identifier: MIT */
/* What the audit of the fixture knows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/burst.h"
#include "base/text.h"
#include "fixture.h"
#include "store/burst.h"

static bool
count_row(void *ctx, const struct store_audit *row)
{
	(void)row;
	++*(long *)ctx;
	return true;
}

long
fixture_audited(struct fixture *x, const char *action)
{
	struct store_audit_filter filter = { .limit = 100000 };
	struct fault f;
	long n = 0;

	(void)text_copy(filter.action, sizeof(filter.action), action);
	CHECK_OK(store_audit_list(x->store, &filter, count_row, &n, &f), &f);
	return n;
}

static bool
failed_row(void *ctx, const struct store_audit *row)
{
	*(int64_t *)ctx += strcmp(row->action, "login.denied") == 0;
	*(int64_t *)ctx += audit_burst_failed(row);
	return true;
}

int64_t
fixture_failed(struct fixture *x)
{
	struct store_audit_filter all = { .limit = 0 };
	struct store_burst open[STORE_BURST_MOST];
	int64_t n = 0;
	size_t bursts = 0;
	struct fault f;

	CHECK_OK(store_audit_list(x->store, &all, failed_row, &n, &f), &f);
	CHECK_OK(store_burst_old(x->store, INT64_MAX, open, &bursts, &f), &f);
	for (size_t i = 0; i < bursts; i++)
		n += open[i].count;
	return n;
}

/* The value of KEY in flat JSON of our own making. */
static void
last_value(const char *meta, const char *key, char *out, size_t size)
{
	char name[32];
	const char *at;

	(void)snprintf(name, sizeof(name), "\"%s\":", key);
	at = strstr(meta, name);
	if (at == NULL || (at = strchr(at + strlen(name), '"')) == NULL)
		return;
	(void)snprintf(out, size, "%.*s", (int)strcspn(at + 1, "\""), at + 1);
}

struct last {
	int64_t seq; /* 0: the newest */
	struct fixture_row row;
};

/* That of the row that the last line about a login names: it has its own, or
 * one like it stands for it. */
static int64_t
last_seq(const struct fixture *x)
{
	const char *line = NULL;

	for (const char *at = x->lines;
	     (at = strstr(at, "sigra audit seq=")) != NULL; at++)
		if (strstr(at, " action=login.") == strstr(at, " action="))
			line = at;
	return line == NULL ? 0 : atoll(line + strlen("sigra audit seq="));
}

static bool
last_row(void *ctx, const struct store_audit *row)
{
	struct last *last = ctx;
	struct fixture_row *r = &last->row;

	if (last->seq != 0 && row->seq != last->seq)
		return true;
	(void)text_copy(r->action, sizeof(r->action), row->action);
	last_value(row->meta, "reason", r->reason, sizeof(r->reason));
	last_value(row->meta, "factors", r->factors, sizeof(r->factors));
	last_value(row->meta, "stepped", r->stepped, sizeof(r->stepped));
	last_value(row->meta, "trusted", r->trusted, sizeof(r->trusted));
	last_value(row->meta, "style", r->style, sizeof(r->style));
	last_value(row->meta, "refusal", r->refusal, sizeof(r->refusal));
	last_value(row->meta, "device", r->device, sizeof(r->device));
	return false;
}

struct fixture_row
fixture_last(struct fixture *x)
{
	struct store_audit_filter filter = { .action = "login." };
	struct last last = { .seq = last_seq(x) };
	struct fault f;

	CHECK_OK(store_audit_list(x->store, &filter, last_row, &last, &f), &f);
	return last.row;
}
