/* SPDX-License-Identifier: MIT */
#include "sigractl/audit_line.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/file.h"
#include "base/text.h"
#include "sigractl/out.h"

#define LINE_ENCODED                                                          \
	(4 * STORE_META_SIZE) /* of which every byte is escaped               \
			       */
#define LINE_MAC (2 * STORE_MAC_SIZE + 1)

void
audit_page_drop(struct audit_page *p)
{
	if (p->to != NULL)
		(void)fclose(p->to);
	free(p->text);
	*p = (struct audit_page){ .to = NULL };
}

enum status
audit_page_begin(struct audit_page *p, struct fault *f)
{
	p->to = open_memstream(&p->text, &p->len);
	if (p->to == NULL)
		return fault(f, STATUS_SYSTEM, "out of memory");
	return STATUS_OK;
}

enum status
audit_page_write(struct audit_page *p, int fd, const char *what,
		 struct fault *f)
{
	struct fault why = { .text = "" };
	bool broken = p->broken || fclose(p->to) != 0;
	enum status st = STATUS_OK;

	p->to = NULL;
	if (broken)
		return fault(f, STATUS_SYSTEM, "out of memory");
	st = file_write(fd, p->text, p->len, &why);
	audit_page_drop(p);
	if (st != STATUS_OK)
		return fault(f, st, "%s: %s, and so it ends early", what,
			     why.text);
	return STATUS_OK;
}

/* Apart, since its array costs more than all else of a line. */
static __attribute__((noinline)) json_t *
line_escaped(const char *s)
{
	char safe[LINE_ENCODED];

	text_encode(s, strlen(s), safe, sizeof(safe));
	return json_string(safe);
}

/* As it is stored, but for bytes that are no text, which no writer of ours
 * made. */
static json_t *
line_string(const char *s)
{
	return text_code_points(s, strlen(s)) >= 0 ? json_string(s)
						   : line_escaped(s);
}

static void
line_json(struct audit_page *p, const json_t *j)
{
	AUTO_FREE char *text = out_json_text(j, JSON_COMPACT);

	if (text == NULL || fprintf(p->to, "%s\n", text) < 0)
		p->broken = true;
}

static const char *
line_mac(const struct store_audit *a, char out[LINE_MAC])
{
	text_hex(a->mac, a->mac_len, out);
	return out;
}

static json_t *
line_meta(const char *text)
{
	json_t *meta = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

	if (json_is_object(meta))
		return meta;
	json_decref(meta);
	return json_null();
}

void
audit_line_jsonl(struct audit_page *p, const struct store_audit *a)
{
	AUTO_JSON *j = json_object();
	char mac[LINE_MAC];

	out_put(j, "host", line_string(a->host));
	out_put(j, "seq", json_integer(a->seq));
	out_put(j, "id", line_string(a->id.s));
	out_put(j, "at", json_integer(a->at));
	out_put(j, "action", line_string(a->action));
	out_put(j, "outcome", line_string(a->outcome));
	out_put(j, "actor", line_string(a->actor));
	out_put(j, "effective", line_string(a->effective));
	out_put(j, "target", line_string(a->target));
	out_put(j, "org", line_string(a->org));
	out_put(j, "service", line_string(a->service));
	out_put(j, "tty", line_string(a->tty));
	out_put(j, "rhost", line_string(a->rhost));
	out_put(j, "pid", json_integer(a->pid));
	out_put(j, "meta", line_meta(a->meta));
	out_put(j, "meta_text", line_string(a->meta));
	out_put(j, "mac", json_string(line_mac(a, mac)));
	/* A member that found no memory would be missing. */
	if (json_object_size(j) != 17)
		p->broken = true;
	else
		line_json(p, j);
}

/*
 * What a spreadsheet takes for the beginning of a formula, behind blanks and
 * quotes, too: OWASP's list, with the letters of full width.
 */
static bool
line_formula(const char *s)
{
	static const char *const begins[] = {
		"=",
		"+",
		"-",
		"@",
		"\t",
		"\r",
		"\n",
		"\xef\xbc\x9d",
		"\xef\xbc\x8b",
		"\xef\xbc\x8d",
		"\xef\xbc\xa0",
	};

	s += strspn(s, " \"'");
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (strncmp(s, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

/* Of one cell, what stands behind a semicolon is looked at, too: some
 * spreadsheets begin a cell there. */
static void
line_quoted(FILE *to, const char *s)
{
	while (*s != '\0') {
		size_t plain = strcspn(s, "\";");

		(void)fwrite(s, 1, plain, to);
		s += plain;
		if (*s == '\0')
			return;
		(void)fputc(*s, to);
		if (*s == '"')
			(void)fputc('"', to);
		else if (line_formula(s + 1))
			(void)fputc('\'', to);
		s++;
	}
}

static __attribute__((noinline)) void
line_quoted_escaped(FILE *to, const char *s)
{
	char safe[LINE_ENCODED];

	text_encode(s, strlen(s), safe, sizeof(safe));
	line_quoted(to, safe);
}

/* What could be taken for a formula gets a "'" in front. */
static void
line_cell(FILE *to, char before, const char *s)
{
	if (before != '\0')
		(void)fputc(before, to);
	(void)fputs(line_formula(s) ? "\"'" : "\"", to);
	if (text_printable(s, strlen(s)))
		line_quoted(to, s);
	else
		line_quoted_escaped(to, s);
	(void)fputc('"', to);
}

static void
line_cells(struct audit_page *p, const char *const *cells, size_t n)
{
	for (size_t i = 0; i < n; i++)
		line_cell(p->to, i == 0 ? '\0' : ',', cells[i]);
	if (fputs("\r\n", p->to) < 0)
		p->broken = true;
}

#define LINE_CELLS 19

void
audit_line_csv_head(struct audit_page *p)
{
	static const char *const names[LINE_CELLS] = {
		"host",	     "seq",
		"id",	     "time",
		"action",    "outcome",
		"actor",     "actor_name",
		"effective", "effective_name",
		"target",    "target_name",
		"org",	     "service",
		"tty",	     "rhost",
		"pid",	     "meta",
		"mac",
	};

	line_cells(p, names, LINE_CELLS);
}

void
audit_line_csv(struct audit_page *p, const struct store_audit *a,
	       const struct shape_people *people)
{
	char seq[24], pid[24], when[TEXT_TIME_SIZE], mac[LINE_MAC];

	(void)snprintf(seq, sizeof(seq), "%lld", (long long)a->seq);
	(void)snprintf(pid, sizeof(pid), "%lld", (long long)a->pid);
	text_time(a->at, when);
	line_cells(p,
		   (const char *const[LINE_CELLS]){
			   a->host, seq, a->id.s, when, a->action, a->outcome,
			   a->actor, people->actor, a->effective,
			   people->effective, a->target, people->target,
			   a->org, a->service, a->tty, a->rhost, pid, a->meta,
			   line_mac(a, mac) },
		   LINE_CELLS);
}

void
audit_line_json(struct audit_page *p, const struct store_audit *a,
		const struct shape_people *people)
{
	AUTO_JSON *j = shape_audit(a, people);

	line_json(p, j);
}

/* A word of a line: what could be taken for two, or for none, is quoted. */
static void
line_word(FILE *to, const char *s)
{
	char safe[LINE_ENCODED];

	out_safe(s, safe, sizeof(safe));
	if (safe[0] == '\0') {
		(void)fputs(" -", to);
		return;
	}
	if (strpbrk(safe, " \"") == NULL && strcmp(safe, "-") != 0) {
		(void)fprintf(to, " %s", safe);
		return;
	}
	(void)fputs(" \"", to);
	for (const char *p = safe; *p != '\0'; p++)
		if (*p == '"')
			(void)fputs("\\x22", to);
		else
			(void)fputc(*p, to);
	(void)fputc('"', to);
}

void
audit_line_text(struct audit_page *p, const struct store_audit *a,
		const struct shape_people *people)
{
	char when[TEXT_TIME_SIZE];

	text_time(a->at, when);
	(void)fputs(when, p->to);
	line_word(p->to, a->action);
	line_word(p->to, a->outcome);
	line_word(p->to, people->actor[0] == '\0' ? a->actor : people->actor);
	line_word(p->to,
		  people->target[0] == '\0' ? a->target : people->target);
	line_word(p->to, a->service);
	line_word(p->to, a->rhost);
	if (fputc('\n', p->to) < 0)
		p->broken = true;
}
