/* SPDX-License-Identifier: MIT */
/*
 * The audit as a file.  It goes through the rows in order of host and number,
 * a page at a time, so that neither memory nor a lock of the store grows with
 * it; what is written while it runs is not in it.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/text.h"
#include "sigractl/audit_filter.h"
#include "sigractl/audit_line.h"
#include "sigractl/errand.h"
#include "sigractl/ground.h"
#include "sigractl/progress.h"
#include "store/audit.h"
#include "store/chain.h"

#define EXPORT_PAGE 256
#define EXPORT_NAMES 512

/* Names that were asked for lately, by a digest of the id. */
struct export_name {
	struct id id;
	char name[STORE_NAME_SIZE];
};

struct export
{
	const struct cmd *c;
	bool csv;
	int fd;
	const char *what;
	struct store_audit_filter filter;
	struct export_name *names;
	struct audit_page *page;
	int64_t rows, pages; /* written, and looked at in this page */
	int64_t seq, until;  /* the last one looked at, and that there is */
	int64_t done, total;
	struct progress progress;
	enum status st;
	struct fault *f;
};

static enum status
export_name(struct export *x, const char *who, char out[STORE_NAME_SIZE])
{
	struct export_name *at = x->names;
	uint32_t digest = 2166136261U;
	enum status st = STATUS_OK;
	struct id id;

	out[0] = '\0';
	if (strlen(who) != ID_LENGTH)
		return STATUS_OK;
	memcpy(id.s, who, sizeof(id.s));
	for (const char *p = who; *p != '\0'; p++)
		digest = (digest ^ (uint8_t)*p) * 16777619U;
	at += digest % EXPORT_NAMES;
	if (strcmp(at->id.s, who) != 0) {
		st = shape_name_of(x->c, &id, at->name, x->f);
		at->id = st == STATUS_OK ? id : (struct id){ .s = "" };
	}
	(void)text_copy(out, STORE_NAME_SIZE, at->name);
	return st;
}

static bool
export_csv(struct export *x, const struct store_audit *a)
{
	struct shape_people people;

	if ((x->st = export_name(x, a->actor, people.actor)) != STATUS_OK ||
	    (x->st = export_name(x, a->effective, people.effective)) !=
		    STATUS_OK ||
	    (x->st = export_name(x, a->target, people.target)) != STATUS_OK)
		return false;
	audit_line_csv(x->page, a, &people);
	return true;
}

static bool
export_each(void *ctx, const struct store_audit *a)
{
	struct export *x = ctx;

	x->pages++;
	x->seq = a->seq;
	if (a->seq > x->until)
		return false;
	if (!store_audit_matches(&x->filter, a))
		return true;
	x->rows++;
	if (x->csv)
		return export_csv(x, a);
	audit_line_jsonl(x->page, a);
	return true;
}

static enum status
export_page(struct export *x, const char *host)
{
	enum status st;
	AUDIT_PAGE_OF(page);

	x->pages = 0;
	x->page = &page;
	if ((st = audit_page_begin(&page, x->f)) != STATUS_OK ||
	    (st = store_audit_walk(x->c->store, host, x->seq + 1, EXPORT_PAGE,
				   export_each, x, x->f)) != STATUS_OK ||
	    (st = x->st) != STATUS_OK ||
	    (st = audit_page_write(&page, x->fd, x->what, x->f)) != STATUS_OK)
		return st;
	progress_say(&x->progress, x->done + x->seq, x->total);
	return STATUS_OK;
}

static enum status
export_host(struct export *x, const char *host)
{
	enum status st;

	x->seq = 0;
	if ((st = store_audit_last(x->c->store, host, &x->until, x->f)) !=
	    STATUS_OK)
		return st;
	do {
		if ((st = export_page(x, host)) != STATUS_OK)
			return st;
	} while (x->pages == EXPORT_PAGE && x->seq < x->until);
	x->done += x->until;
	return STATUS_OK;
}

static enum status
export_count(struct export *x, const char *host)
{
	int64_t seq = 0;
	enum status st;

	st = store_audit_last(x->c->store, host, &seq, x->f);
	x->total += seq;
	return st;
}

static enum status
export_each_host(struct export *x,
		 enum status (*each)(struct export *, const char *))
{
	char host[STORE_HOST_SIZE] = "";
	enum status st;

	while ((st = store_audit_host(x->c->store, host, host, x->f)) ==
	       STATUS_OK) {
		if (x->filter.host[0] != '\0' &&
		    strcmp(x->filter.host, host) != 0)
			continue;
		if ((st = each(x, host)) != STATUS_OK)
			return st;
	}
	return st == STATUS_NOT_FOUND ? STATUS_OK : st;
}

static enum status
export_head(struct export *x)
{
	enum status st;
	AUDIT_PAGE_OF(page);

	if (!x->csv)
		return STATUS_OK;
	if ((st = audit_page_begin(&page, x->f)) != STATUS_OK)
		return st;
	audit_line_csv_head(&page);
	return audit_page_write(&page, x->fd, x->what, x->f);
}

static enum status
export_all(struct export *x)
{
	AUTO_FREE struct export_name *names =
		calloc(EXPORT_NAMES, sizeof(*names));
	enum status st;

	if (names == NULL)
		return fault(x->f, STATUS_SYSTEM, "out of memory");
	x->names = names;
	progress_begin(&x->progress);
	if ((st = export_each_host(x, export_count)) == STATUS_OK &&
	    (st = export_head(x)) == STATUS_OK)
		st = export_each_host(x, export_host);
	progress_end(&x->progress);
	return st;
}

/* The file; NULL: standard output. */
static const char *
export_output(const struct cmd *c)
{
	const char *output = cmd_option(c, "output");

	return output == NULL || strcmp(output, "-") == 0 ? NULL : output;
}

static enum status
export_options(struct export *x, struct fault *f)
{
	const char *format = cmd_option(x->c, "format");

	if (format == NULL)
		return fault(f, STATUS_INVALID,
			     "say which --format: csv, for a spreadsheet, or "
			     "jsonl, which audit verify reads");
	x->csv = strcmp(format, "csv") == 0;
	if (!x->csv && strcmp(format, "jsonl") != 0)
		return fault(f, STATUS_INVALID,
			     "--format: '%s' is not csv or jsonl", format);
	if (x->c->json && export_output(x->c) == NULL)
		return fault(f, STATUS_INVALID,
			     "--json tells of a file, with --output; the "
			     "rows themselves are --format jsonl");
	return STATUS_OK;
}

static enum status
export_end(const struct export *x, struct fault *f)
{
	AUTO_JSON *j = NULL;

	if (!x->c->json) {
		out_line("Written: %s, %lld rows.", x->what,
			 (long long)x->rows);
		return STATUS_OK;
	}
	j = json_object();
	out_put(j, "file", out_string(x->what));
	out_put(j, "format", json_string(x->csv ? "csv" : "jsonl"));
	out_put(j, "rows", json_integer(x->rows));
	return out_json(j, f);
}

enum status
cmd_audit_export(struct cmd *c, struct fault *f)
{
	struct export x = { .c = c, .st = STATUS_OK, .f = f };
	const char *output = export_output(c);
	enum status st;
	ERRAND(file);

	x.fd = STDOUT_FILENO;
	x.what = "standard output";
	if ((st = export_options(&x, f)) != STATUS_OK)
		return st;
	if (output != NULL) {
		if ((st = errand_new(&c->actor, output, &file, f)) !=
		    STATUS_OK)
			return st;
		x.fd = file.fd;
		x.what = output;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	if ((st = ground_become(c, f)) != STATUS_OK ||
	    (st = ground_open(c, STORE_READ, f)) != STATUS_OK ||
	    (st = audit_filter(c, &x.filter, f)) != STATUS_OK ||
	    (st = export_all(&x)) != STATUS_OK || output == NULL)
		return st;
	if ((st = errand_keep(&file, f)) != STATUS_OK)
		return st;
	return export_end(&x, f);
}
