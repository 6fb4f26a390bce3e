/* SPDX-License-Identifier: MIT */
#include "fido/cue.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"

#define CUE_VALUE_SIZE 128 /* of a name, as it is shown */

static const char *const cue_words[] = {
	[FIDO_EVENT_INSERT] = "Plug in your security key",
	[FIDO_EVENT_TOUCH] = "Touch your security key",
	[FIDO_EVENT_FINGER] = "Put your finger on your security key's reader",
	[FIDO_EVENT_BUSY] = "Another program uses your security key",
};

int64_t
cue_clock(struct io *io)
{
	int64_t t = io->uptime == NULL ? -1 : io->uptime(io);

	return t < 0 ? io->now(io) : t;
}

void
cue_tell(const struct cue *c, enum prompt_kind kind, const char *text)
{
	struct prompt p = { .kind = kind, .purpose = PURPOSE_CUE };
	struct fault ignored;

	(void)text_copy(p.text, sizeof(p.text), text);
	status_ignore(c->io->tell(c->io, &p, &ignored),
		      "a key that waits blinks, too");
}

static void
cue_value(struct buf *b, const char *before, const char *value)
{
	char shown[CUE_VALUE_SIZE];

	if (text_empty(value))
		return;
	text_encode(value, strlen(value), shown, sizeof(shown));
	buf_printf(b, "%s%s", before, shown);
}

static void
cue_show(const struct cue *c, enum fido_event_kind kind)
{
	char text[512];
	struct buf b;

	buf_start(&b, text, sizeof(text));
	buf_text(&b, cue_words[kind]);
	if (!text_empty(c->whom->service)) {
		cue_value(&b, ": ", c->whom->service);
		cue_value(&b, " for ", c->whom->user);
		cue_value(&b, " on ", c->whom->host);
	}
	if (kind == FIDO_EVENT_INSERT && c->whom->hint != NULL)
		buf_text(&b, c->whom->hint);
	cue_tell(c, PROMPT_INFO, text);
}

static enum status
cue_touch(struct cue *c, bool wanted, struct fault *f)
{
	enum status st = STATUS_OK;

	if (c->wanted == wanted)
		return STATUS_OK;
	if (c->whom->touch != NULL)
		st = c->whom->touch(c->whom->ctx, wanted, f);
	if (st == STATUS_OK)
		c->wanted = wanted;
	return st;
}

void
cue_over(struct cue *c)
{
	struct fault ignored;

	status_ignore(cue_touch(c, false, &ignored), "it is over anyway");
	c->wanted = false;
}

enum status
cue_event(struct cue *c, enum fido_event_kind kind, struct fault *f)
{
	bool wanted = kind == FIDO_EVENT_TOUCH || kind == FIDO_EVENT_FINGER;
	enum status st = STATUS_OK;

	if (wanted)
		st = cue_touch(c, true, f);
	else
		cue_over(c);
	if (st != STATUS_OK || kind == c->told)
		return st;
	c->told = kind;
	if (kind != FIDO_EVENT_PIN && kind != FIDO_EVENT_PIN_WRONG)
		cue_show(c, kind);
	return STATUS_OK;
}
