/* SPDX-License-Identifier: MIT */
#include "sigractl/audit_source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/text.h"
#include "sigractl/progress.h"
#include "store/audit.h"

#define SOURCE_PAGE 256
#define SOURCE_LINE (512 * 1024) /* metadata twice, every byte escaped */
#define SOURCE_BAD 64		 /* rows that cannot be read, a host */
#define SOURCE_TRIES 3

/* One pass: the survey, or the walk. */
struct source {
	struct verify *v;
	bool survey;
	struct store *store;
	char host[STORE_HOST_SIZE]; /* of the last row */
	int64_t seq, until, rows;
	int64_t done, total;
	struct progress progress;
	enum status st;
	struct fault *f;
};

static bool
source_row(struct source *s, const struct store_audit *row)
{
	s->st = STATUS_OK;
	if (s->survey)
		s->st = verify_survey(s->v, row, s->f);
	else
		verify_row(s->v, row);
	return s->st == STATUS_OK;
}

/* --- the store --- */

static bool
source_each(void *ctx, const struct store_audit *row)
{
	struct source *s = ctx;

	if (row->seq > s->until)
		return false;
	s->rows++;
	s->seq = row->seq;
	return source_row(s, row);
}

/* What comes behind the last row cannot be read: the one behind it may. */
static enum status
source_skip(struct source *s, unsigned *bad, const struct fault *why)
{
	if (++*bad > SOURCE_BAD)
		return fault(s->f, STATUS_CORRUPT, "%s", why->text);
	if (!s->survey)
		verify_unreadable(s->v, s->host, s->seq);
	s->seq++;
	return STATUS_OK;
}

static enum status
source_host(struct source *s)
{
	int64_t begun = s->done;
	struct fault why = { .text = "" };
	unsigned bad = 0;
	enum status st;

	s->seq = 0;
	if ((st = store_audit_last(s->store, s->host, &s->until, s->f)) !=
	    STATUS_OK)
		return st;
	do {
		s->rows = 0;
		st = store_audit_walk(s->store, s->host, s->seq + 1,
				      SOURCE_PAGE, source_each, s, &why);
		if (st == STATUS_CORRUPT && s->st == STATUS_OK)
			st = source_skip(s, &bad, &why);
		else if (st != STATUS_OK)
			return fault(s->f, st, "%s", why.text);
		if (st != STATUS_OK || (st = s->st) != STATUS_OK)
			return st;
		s->done = begun + s->seq;
		progress_say(&s->progress, s->done, s->total);
	} while (s->seq < s->until);
	return STATUS_OK;
}

static enum status
source_hosts(struct source *s, enum status (*each)(struct source *))
{
	enum status st;

	s->host[0] = '\0';
	while ((st = store_audit_host(s->store, s->host, s->host, s->f)) ==
	       STATUS_OK)
		if ((st = each(s)) != STATUS_OK)
			return st;
	return st == STATUS_NOT_FOUND ? STATUS_OK : st;
}

static enum status
source_count(struct source *s)
{
	int64_t last = 0;
	enum status st = store_audit_last(s->store, s->host, &last, s->f);

	s->total += 2 * last;
	return st;
}

static bool
source_chain(void *ctx, const struct store_chain *row)
{
	struct source *s = ctx;

	s->st = verify_chain(s->v, row, s->f);
	return s->st == STATUS_OK;
}

/* The file of a new key counts as soon as its first row has committed. */
static bool
source_file(const struct source *s, enum ratchet_which which, bool newest)
{
	struct ratchet_place p = { .dir = -1 };
	AUTO_FD int fd = -1;
	struct fault why;
	bool is = false;
	RATCHET(r);

	store_beside(s->store, &p.dir, &p.name);
	if (ratchet_open(&p, which, &fd, &r, &why) != STATUS_OK ||
	    ratchet_hold(fd, &r, &why) != STATUS_OK ||
	    (newest &&
	     (audit_link_newest(s->store, &r, &is, &why) != STATUS_OK || !is)))
		return false;
	s->v->file = r;
	return true;
}

/* Before any row is read: what it says was written by then.  Who has a key
 * wants it proved whatever the store says, which anybody may have changed who
 * took the file away. */
static void
source_ratchet(struct source *s)
{
	struct verify *v = s->v;
	struct store_chain live;
	struct fault why;

	v->filed = source_file(s, RATCHET_NEW, true) ||
		   source_file(s, RATCHET_FILE, false) ||
		   source_file(s, RATCHET_NEW, false);
	v->unfiled =
		!v->filed &&
		(v->keys > 0 ||
		 (audit_link_live(s->store, NULL, &live, &why) == STATUS_OK &&
		  (v->only == NULL || strcmp(v->only, live.host) == 0)));
}

static enum status
source_pass(struct source *s)
{
	enum status st;

	s->survey = true;
	s->st = STATUS_OK;
	source_ratchet(s);
	if ((st = store_chain_list(s->store, source_chain, s, s->f)) !=
		    STATUS_OK ||
	    (st = s->st) != STATUS_OK ||
	    (st = source_hosts(s, source_host)) != STATUS_OK ||
	    (st = verify_surveyed(s->v, s->f)) != STATUS_OK)
		return st;
	s->survey = false;
	if ((st = source_hosts(s, source_host)) != STATUS_OK)
		return st;
	verify_finish(s->v);
	return STATUS_OK;
}

/* Was something pruned since the survey? */
static enum status
source_pruned(struct source *s, bool *out)
{
	*out = false;
	for (size_t i = 0; i < s->v->hosts; i++) {
		struct store_stump stump = { .seq = 0 };
		enum status st = store_stump_get(s->store, s->v->host[i].name,
						 &stump, s->f);

		if (st != STATUS_OK && st != STATUS_NOT_FOUND)
			return st;
		if (s->v->host[i].rows > 0 && stump.seq >= s->v->host[i].first)
			*out = true;
	}
	return STATUS_OK;
}

enum status
audit_source_store(const struct cmd *c, struct verify *v, struct fault *f)
{
	struct source s = { .v = v, .store = c->store, .f = f };
	enum status st;
	bool again;

	progress_begin(&s.progress);
	for (int i = 0; i < SOURCE_TRIES; i++) {
		verify_again(v);
		s.done = s.total = 0;
		if ((st = source_hosts(&s, source_count)) != STATUS_OK ||
		    (st = source_pass(&s)) != STATUS_OK || v->findings == 0 ||
		    (st = source_pruned(&s, &again)) != STATUS_OK || !again)
			break;
	}
	progress_end(&s.progress);
	return st;
}

/* --- a file --- */

/* False at its end.  LEN 0: a line that is too long, or has a NUL. */
static bool
source_line(FILE *in, char *line, size_t *len)
{
	bool whole = true;

	if (fgets(line, SOURCE_LINE, in) == NULL)
		return false;
	*len = strlen(line);
	while (*len > 0 && line[*len - 1] != '\n' && !feof(in)) {
		whole = false;
		if (fgets(line, SOURCE_LINE, in) == NULL)
			break;
		*len = strlen(line);
	}
	if (!whole)
		*len = 0;
	return true;
}

static enum status
source_lines(struct source *s, FILE *in, char *line)
{
	struct store_audit row;
	size_t len;

	rewind(in);
	s->seq = 0;
	s->host[0] = '\0';
	while (source_line(in, line, &len)) {
		s->done += (int64_t)len;
		progress_say(&s->progress, s->done, s->total);
		if (verify_line(line, len, &row, NULL) != STATUS_OK) {
			if (!s->survey)
				verify_unreadable(s->v, s->host, s->seq);
			s->seq++;
			continue;
		}
		memcpy(s->host, row.host, sizeof(s->host));
		s->seq = row.seq;
		s->rows++;
		if (!source_row(s, &row))
			return s->st;
	}
	return ferror(in) != 0 ? fault_errno(s->f, errno, "cannot read it")
			       : STATUS_OK;
}

static void
source_close(FILE **in)
{
	if (*in != NULL)
		(void)fclose(*in);
}

enum status
audit_source_file(int fd, const char *name, struct verify *v, struct fault *f)
{
	struct source s = { .v = v, .survey = true, .f = f };
	AUTO_FREE char *line = malloc(SOURCE_LINE);
	__attribute__((cleanup(source_close))) FILE *in = NULL;
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	enum status st;
	struct stat sb;

	if (own >= 0 && (in = fdopen(own, "r")) == NULL)
		(void)close(own);
	if (line == NULL || in == NULL || fstat(fd, &sb) != 0)
		return fault(f, STATUS_SYSTEM, "cannot read %s", name);
	verify_again(v);
	s.total = 2 * (int64_t)sb.st_size;
	progress_begin(&s.progress);
	st = source_lines(&s, in, line);
	if (st == STATUS_OK && s.rows == 0)
		st = fault(f, STATUS_INVALID,
			   "%s holds no row as 'sigractl audit export "
			   "--format jsonl' writes it",
			   name);
	if (st == STATUS_OK)
		st = verify_surveyed(v, f);
	s.survey = false;
	if (st == STATUS_OK)
		st = source_lines(&s, in, line);
	if (st == STATUS_OK)
		verify_finish(v);
	progress_end(&s.progress);
	return st;
}
