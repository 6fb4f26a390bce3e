/* SPDX-License-Identifier: MIT */
#include "audit/audit.h"

#include <stdlib.h>
#include <string.h>

#include "audit/event.h"
#include "audit/line.h"
#include "audit/meta.h"
#include "base/buf.h"
#include "base/text.h"
#include "store/outbox.h"

void
audit_start(struct audit *a, struct store *s, const char *host,
	    void (*sink)(void *ctx, const char *line), void *sink_ctx)
{
	memset(a, 0, sizeof(*a));
	a->store = s;
	a->sink = sink;
	a->sink_ctx = sink_ctx;
	a->link.fd = -1;
	text_encode(host, strlen(host), a->host, sizeof(a->host));
}

const char *
audit_outcome_name(enum audit_outcome o)
{
	switch (o) {
	case AUDIT_SUCCESS:
		return "success";
	case AUDIT_FAILURE:
		return "failure";
	case AUDIT_ERROR:
		return "error";
	}
	return "";
}

/* ^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$ */
static bool
audit_action_valid(const char *s)
{
	bool begins = true;
	size_t dots = 0;

	for (; *s != '\0'; s++) {
		bool letter = *s >= 'a' && *s <= 'z';

		if (begins && !letter)
			return false;
		begins = *s == '.';
		dots += begins;
		if (!letter && !begins && *s != '_' && (*s < '0' || *s > '9'))
			return false;
	}
	return dots > 0 && !begins;
}

/* An id or another word that the program chose. */
static enum status
audit_word_put(char *out, size_t size, const char *what, const char *word,
	       struct fault *f)
{
	if (text_empty(word))
		return STATUS_OK;
	if (!audit_plain(word) || !text_copy(out, size, word))
		return fault(f, STATUS_INVALID,
			     "the audit takes an id as %s, not '%s'", what,
			     word);
	return STATUS_OK;
}

static void
audit_text_put(char *out, size_t size, const char *text)
{
	if (!text_empty(text))
		text_encode(text, strlen(text), out, size);
}

static enum status
audit_row_words(const struct audit_entry *e, struct store_audit *row,
		struct fault *f)
{
	enum status st;

	if (text_empty(e->action) || !audit_action_valid(e->action) ||
	    !text_copy(row->action, sizeof(row->action), e->action))
		return fault(f, STATUS_INVALID,
			     "'%s' is not an audit action of the form a.b_c",
			     e->action == NULL ? "" : e->action);
	if (!text_copy(row->outcome, sizeof(row->outcome),
		       audit_outcome_name(e->outcome)) ||
	    row->outcome[0] == '\0')
		return fault(f, STATUS_INVALID, "%s has no audit outcome",
			     e->action);
	if ((st = audit_word_put(row->actor, sizeof(row->actor), "actor",
				 e->actor, f)) != STATUS_OK ||
	    (st = audit_word_put(row->effective, sizeof(row->effective),
				 "effective user", e->effective, f)) !=
		    STATUS_OK ||
	    (st = audit_word_put(row->target, sizeof(row->target), "target",
				 e->target, f)) != STATUS_OK)
		return st;
	return audit_word_put(row->org, sizeof(row->org), "org", e->org, f);
}

static enum status
audit_row(const struct audit *a, int64_t now, const struct audit_entry *e,
	  struct store_audit *row, struct fault *f)
{
	json_auto_t *meta = NULL;
	enum status st;

	memset(row, 0, sizeof(*row));
	if ((st = audit_row_words(e, row, f)) != STATUS_OK ||
	    (st = audit_meta_object(e->meta, AUDIT_PAIRS_MAX, &meta, f)) !=
		    STATUS_OK ||
	    (st = audit_meta_text(meta, row->meta, f)) != STATUS_OK)
		return st;
	memcpy(row->host, a->host, sizeof(row->host));
	row->at = now;
	row->pid = e->pid;
	crypto_id(now, &row->id);
	audit_text_put(row->service, sizeof(row->service), e->service);
	audit_text_put(row->tty, sizeof(row->tty), e->tty);
	audit_text_put(row->rhost, sizeof(row->rhost), e->rhost);
	return STATUS_OK;
}

static char *
audit_lines(struct audit *a)
{
	return a->more != NULL ? a->more : a->first;
}

/* Room for one more line.  Not realloc(3), which leaves old ones behind. */
static enum status
audit_room(struct audit *a, struct fault *f)
{
	size_t size = a->more != NULL ? a->more_size : sizeof(a->first);
	char *more;

	if (a->pending >= AUDIT_PENDING_MAX)
		return fault(f, STATUS_SYSTEM,
			     "more than %d audit rows in one transaction",
			     AUDIT_PENDING_MAX);
	if (a->used + AUDIT_LINE_SIZE <= size)
		return STATUS_OK;
	if ((more = malloc(2 * size)) == NULL)
		return fault(f, STATUS_SYSTEM,
			     "out of memory for the lines of the audit");
	memcpy(more, audit_lines(a), a->used);
	explicit_bzero(audit_lines(a), a->used);
	free(a->more);
	a->more = more;
	a->more_size = 2 * size;
	return STATUS_OK;
}

/* Whoever it is about is to be told. */
static enum status
audit_tell(const struct audit *a, const struct audit_entry *e,
	   const struct store_audit *row, struct fault *f)
{
	const struct audit_event *event = audit_event_of(e);
	struct store_message m = { .at = row->at, .audit = row->id };

	if (event == NULL)
		return STATUS_OK;
	crypto_id(row->at, &m.id);
	(void)text_copy(m.event, sizeof(m.event), event->name);
	/* A target that is no id is nobody who could be told. */
	if (strlen(row->target) == ID_LENGTH)
		(void)text_copy(m.account.s, sizeof(m.account.s), row->target);
	if (strlen(row->org) == ID_LENGTH)
		(void)text_copy(m.org.s, sizeof(m.org.s), row->org);
	return store_message_insert(a->store, &m, f);
}

/* Its number and MAC, where rows are chained; the key is gone then. */
static enum status
audit_insert(struct audit *a, struct store_audit *row, struct fault *f)
{
	struct audit_link *l = &a->link;
	enum status st;

	if (!l->known && (st = audit_link_find(a->store, l, f)) != STATUS_OK)
		return st;
	if (!l->chained)
		return store_audit_insert(a->store, row, f);
	memcpy(row->host, l->at.host, sizeof(row->host));
	row->seq = l->at.next;
	row->mac_len = sizeof(row->mac);
	chain_mac(&l->at.key, row, row->mac);
	st = store_audit_insert(a->store, row, f);
	if (st == STATUS_OK)
		ratchet_turn(&l->at, row->mac);
	return st;
}

static void
audit_line_put(struct audit *a, const struct audit_entry *e, int64_t seq)
{
	char *line = audit_lines(a) + a->used;

	audit_line(e, seq, line);
	a->used += strlen(line) + 1;
	a->pending++;
}

enum status
audit_append(struct audit *a, int64_t now, const struct audit_entry *e,
	     struct store_audit *out, struct fault *f)
{
	struct store_audit row;
	enum status st;

	/* A row whose line would have to be dropped is not written either. */
	if ((st = audit_room(a, f)) != STATUS_OK ||
	    (st = audit_row(a, now, e, &row, f)) != STATUS_OK ||
	    (st = audit_insert(a, &row, f)) != STATUS_OK ||
	    (st = audit_tell(a, e, &row, f)) != STATUS_OK)
		return st;
	audit_line_put(a, e, row.seq);
	*out = row;
	return STATUS_OK;
}

enum status
audit_write(struct audit *a, int64_t now, const struct audit_entry *e,
	    struct fault *f)
{
	struct store_audit unused;

	return audit_append(a, now, e, &unused, f);
}

enum status
audit_say(struct audit *a, const struct audit_entry *e, int64_t seq,
	  struct fault *f)
{
	enum status st = audit_room(a, f);

	if (st == STATUS_OK)
		audit_line_put(a, e, seq);
	return st;
}

enum status
audit_commit(struct audit *a, struct store_txn *t, struct fault *f)
{
	enum status st = store_commit(t, f);

	if (st == STATUS_OK)
		audit_publish(a);
	else
		audit_discard(a);
	return st;
}

/* The rows stand.  That the key of the last one could not be erased undoes
 * nothing, and the next one tries again; but somebody has to know. */
static void
audit_advance(const struct audit *a)
{
	const struct audit_link *l = &a->link;
	char line[AUDIT_LINE_SIZE];
	struct fault why = { .text = "" };
	struct buf b;

	if (!l->chained || ratchet_advance(l->fd, &l->at, &why) == STATUS_OK ||
	    a->sink == NULL)
		return;
	buf_start(&b, line, sizeof(line));
	buf_printf(&b, "sigra audit chain stuck=%lld why=",
		   (long long)l->at.next - 1);
	buf_quoted(&b, why.text);
	a->sink(a->sink_ctx, line);
}

void
audit_publish(struct audit *a)
{
	const char *line = audit_lines(a), *end = line + a->used;

	audit_advance(a);
	for (; a->sink != NULL && line < end; line += strlen(line) + 1)
		a->sink(a->sink_ctx, line);
	audit_discard(a);
}

void
audit_discard(struct audit *a)
{
	explicit_bzero(audit_lines(a), a->used);
	free(a->more);
	a->more = NULL;
	a->more_size = a->used = a->pending = 0;
	audit_link_drop(&a->link);
}
