/* SPDX-License-Identifier: MIT */
#include "audit/line.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"

#define AUDIT_CUT " cut=yes"

bool
audit_plain(const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789.:_/?+-";
	size_t len = strlen(s);

	return len > 0 && len < 64 && strspn(s, plain) == len;
}

/* Append " key=value" whole, or remember that it did not fit. */
static void
audit_field(struct buf *line, const char *key, const char *value, bool quoted)
{
	char text[AUDIT_LINE_SIZE];
	struct buf field;

	if (text_empty(value))
		return;
	buf_start(&field, text, sizeof(text));
	buf_printf(&field, " %s=", key);
	if (quoted)
		buf_quoted(&field, value);
	else
		buf_text(&field, value);
	if (field.full)
		line->full = true;
	else
		buf_text(line, text);
}

static void
audit_number(struct buf *line, const char *key, int64_t n)
{
	char text[24];
	struct buf b;

	buf_start(&b, text, sizeof(text));
	buf_printf(&b, "%lld", (long long)n);
	audit_field(line, key, text, false);
}

static void
audit_pairs(struct buf *line, const struct audit_entry *e, bool quoted)
{
	for (size_t i = 0; i < AUDIT_PAIRS_MAX; i++) {
		const struct audit_pair *p = &e->meta[i];

		if (p->key == NULL || text_empty(p->value) ||
		    audit_plain(p->value) == quoted)
			continue;
		audit_field(line, p->key, p->value, quoted);
	}
}

void
audit_line(const struct audit_entry *e, int64_t seq, char out[AUDIT_LINE_SIZE])
{
	struct buf line;

	buf_start(&line, out, AUDIT_LINE_SIZE - (sizeof(AUDIT_CUT) - 1));
	buf_text(&line, "sigra audit");
	audit_number(&line, "seq", seq);
	audit_field(&line, "action", e->action, false);
	audit_field(&line, "outcome", audit_outcome_name(e->outcome), false);
	audit_field(&line, "actor", e->actor, false);
	audit_field(&line, "effective", e->effective, false);
	audit_field(&line, "target", e->target, false);
	audit_field(&line, "org", e->org, false);
	if (e->pid != 0)
		audit_number(&line, "pid", e->pid);
	audit_pairs(&line, e, false);
	audit_field(&line, "service", e->service, true);
	audit_field(&line, "tty", e->tty, true);
	audit_field(&line, "rhost", e->rhost, true);
	audit_pairs(&line, e, true);
	if (line.full)
		memcpy(out + line.len, AUDIT_CUT, sizeof(AUDIT_CUT));
}
