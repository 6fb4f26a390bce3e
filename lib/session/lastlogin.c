/* SPDX-License-Identifier: MIT */
/*
 * What the audit remembers of an account's last login, to be told at the next
 * one: whoever reads of a login that was not his own knows before anybody
 * else.
 */
#include <string.h>

#include "audit/burst.h"
#include "base/buf.h"
#include "base/text.h"
#include "session/attempt.h"
#include "store/burst.h"

/* Rows about the account that are looked at, whatever they are. */
#define LASTLOGIN_ROWS 500
#define LASTLOGIN_SHOWN 128

static bool
lastlogin_each(void *ctx, const struct store_audit *row)
{
	struct session_last *last = ctx;

	last->failed += audit_burst_failed(row);
	if (strcmp(row->action, "login.denied") == 0)
		last->failed++;
	if (strcmp(row->action, "login.granted") != 0)
		return true;
	last->at = row->at;
	(void)text_copy(last->service, sizeof(last->service), row->service);
	(void)text_copy(last->from, sizeof(last->from),
			row->rhost[0] != '\0' ? row->rhost : row->tty);
	return false;
}

static bool
lastlogin_wanted(const struct session_attempt *a)
{
	return a->rule.notice && !a->single && !session_stepped(a) &&
	       (a->request->flags & REQUEST_SILENT) == 0;
}

enum status
session_last_find(struct session_attempt *a, struct fault *f)
{
	struct session_last last = { .at = 0 };
	enum status st;

	if (!lastlogin_wanted(a))
		return STATUS_OK;
	/* Those that nothing but a number tells of yet. */
	st = store_burst_sum(a->env->store, a->account.id.s, "login.denied",
			     &last.failed, f);
	if (st == STATUS_OK)
		st = store_audit_recent(a->env->store, &a->account.id,
					LASTLOGIN_ROWS, lastlogin_each, &last,
					f);
	if (st == STATUS_OK)
		a->last = last;
	return st;
}

/* "2026-01-31 23:59:59 UTC" */
static void
lastlogin_when(int64_t at, char out[TEXT_TIME_SIZE + 4])
{
	struct buf b;
	char when[TEXT_TIME_SIZE];

	text_time(at, when);
	when[strcspn(when, "Z")] = '\0';
	if (when[strcspn(when, "T")] != '\0')
		when[strcspn(when, "T")] = ' ';
	buf_start(&b, out, TEXT_TIME_SIZE + 4);
	buf_printf(&b, "%s UTC", when);
}

/* Where from is what a peer said of itself: nothing of it acts on a terminal.
 * The audit has escaped it once, which is enough. */
static void
lastlogin_shown(const char *said, char out[LASTLOGIN_SHOWN])
{
	if (!text_printable(said, strlen(said)) ||
	    !text_copy(out, LASTLOGIN_SHOWN, said))
		text_encode(said, strlen(said), out, LASTLOGIN_SHOWN);
}

static void
lastlogin_tell_login(const struct session_attempt *a)
{
	char when[TEXT_TIME_SIZE + 4], from[LASTLOGIN_SHOWN];
	char service[LASTLOGIN_SHOWN], text[512];
	struct buf b;

	lastlogin_when(a->last.at, when);
	lastlogin_shown(a->last.from, from);
	lastlogin_shown(a->last.service, service);
	buf_start(&b, text, sizeof(text));
	buf_printf(&b, "Last login: %s", when);
	if (from[0] != '\0')
		buf_printf(&b, " from %s", from);
	buf_printf(&b, " by %s.", service);
	session_tell(a->env, PROMPT_INFO, text);
}

void
session_last_tell(const struct session_attempt *a)
{
	char text[128];
	struct buf b;

	if (a->last.at != 0)
		lastlogin_tell_login(a);
	if (a->last.failed == 0)
		return;
	buf_start(&b, text, sizeof(text));
	buf_printf(&b, "%lld failed login%s since%s.",
		   (long long)a->last.failed, a->last.failed == 1 ? "" : "s",
		   a->last.at != 0 ? "" : " the account was made");
	session_tell(a->env, PROMPT_INFO, text);
}

void
session_source_tell(const struct session_attempt *a)
{
	char from[LASTLOGIN_SHOWN], text[256];
	const char *said = a->request->rhost[0] != '\0' ? a->request->rhost
							: a->request->tty;
	struct buf b;

	if (!a->source_new || a->rule.new_source == RULE_NEW_SOURCE_AUDIT)
		return;
	lastlogin_shown(said, from);
	buf_start(&b, text, sizeof(text));
	buf_printf(&b, "This is the first login from %s.",
		   from[0] != '\0' ? from : "here");
	session_tell(a->env, PROMPT_INFO, text);
}
