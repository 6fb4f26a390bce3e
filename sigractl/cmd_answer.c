/* SPDX-License-Identifier: MIT */
/*
 * A challenge that a login far away has shown, answered by the key at this
 * machine.  What the key signs is computed here, of what is shown here: a
 * challenge that says one thing and stands for another is good for nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "factor/fido2.h"
#include "fido/paste.h"
#include "sigractl/cmd.h"
#include "sigractl/key_talk.h"
#include "sigractl/out.h"
#include "sigractl/tty.h"

#define ANSWER_INSERT_SECONDS 20 /* of the minute that a challenge is good */
#define ANSWER_TOUCH_SECONDS 30
#define ANSWER_SHOWN_SIZE 320

/* Of a request 12 KiB: on the heap. */
struct answer {
	struct paste_challenge challenge;
	struct key_talk talk;
	struct fido_request request;
	struct fido_reply reply;
	char text[2 * PASTE_CHALLENGE_SIZE]; /* with what a terminal put in */
};

static bool
answer_whole(const char *text, size_t len)
{
	AUTO_FREE struct paste_challenge *c = calloc(1, sizeof(*c));
	struct fault ignored;

	return c != NULL &&
	       paste_challenge_parse(text, len, c, &ignored) == STATUS_OK;
}

static enum status
answer_read(struct answer *a, struct fault *f)
{
	static const struct tty_paste paste = {
		.end = answer_whole,
		.more = "That is not all of it: paste the rest, or press "
			"Enter alone to end.\n",
	};
	struct fault why = { .text = "" };
	enum status st;
	size_t len = 0;

	if (isatty(STDIN_FILENO)) {
		st = tty_ask_paste("Paste the line that begins with "
				   "sigra-challenge:\n",
				   &paste, a->text, sizeof(a->text), f);
		if (st != STATUS_OK)
			return st;
		len = strlen(a->text);
	} else {
		st = file_read(STDIN_FILENO, a->text, sizeof(a->text), &len,
			       &why);
		if (st != STATUS_OK && st != STATUS_INVALID)
			return fault(f, st, "%s", why.text);
	}
	if (st == STATUS_OK)
		st = paste_challenge_parse(a->text, len, &a->challenge, &why);
	if (st == STATUS_OK)
		return st;
	return fault(f, st,
		     "this is no challenge (%s), or something in it has "
		     "changed: copy the whole line that begins with "
		     "sigra-challenge: again",
		     why.text);
}

/* Names are from outside. */
static void
answer_name(struct buf *b, const char *before, const char *name)
{
	char shown[ANSWER_SHOWN_SIZE];

	text_encode(name, strlen(name), shown, sizeof(shown));
	buf_printf(b, "%s%s", before, shown[0] == '\0' ? "(nobody)" : shown);
}

static enum status
answer_confirm(const struct answer *a, struct fault *f)
{
	char prompt[4 * ANSWER_SHOWN_SIZE], reply[8];
	enum status st;
	struct buf b;

	buf_start(&b, prompt, sizeof(prompt));
	answer_name(&b, "\nSomebody wants to log in\n  as user  ",
		    a->challenge.user);
	answer_name(&b, "\n  on host  ", a->challenge.host);
	answer_name(&b, "\n  by       ", a->challenge.service);
	buf_text(&b, "\nIs it you, and is that what you are doing just now? "
		     "[y/N] ");
	st = tty_ask_visible(prompt, reply, sizeof(reply), f);
	if (st == STATUS_INVALID && tty_there(f) != STATUS_OK)
		return fault(f, st,
			     "there is no terminal to ask on who wants to log "
			     "in, and nothing is signed unasked");
	if (st != STATUS_OK && st != STATUS_INVALID)
		return st;
	if (st == STATUS_OK &&
	    (strcmp(reply, "y") == 0 || strcmp(reply, "yes") == 0))
		return STATUS_OK;
	return fault(f, STATUS_CANCELLED, "nothing was signed");
}

static void
answer_request(struct answer *a)
{
	const struct paste_challenge *c = &a->challenge;
	struct fido2_challenge bound = { .made_at = 0 };
	struct fido_request *r = &a->request;

	memcpy(bound.random, c->random, sizeof(bound.random));
	(void)text_copy(bound.user, sizeof(bound.user), c->user);
	(void)text_copy(bound.service, sizeof(bound.service), c->service);
	(void)text_copy(bound.host, sizeof(bound.host), c->host);
	(void)text_copy(bound.attempt.s, sizeof(bound.attempt.s), c->attempt);
	fido2_challenge_hash(&bound, r->hash);
	r->verb = FIDO_ASSERT;
	r->insert_seconds = ANSWER_INSERT_SECONDS;
	r->touch_seconds = ANSWER_TOUCH_SECONDS;
	r->uv = c->uv;
	r->entries = c->entries;
	memcpy(r->entry, c->entry, sizeof(r->entry));
}

static enum status
answer_ended(const struct answer *a, struct fault *f)
{
	enum fido_end end = a->reply.end;
	enum status st = STATUS_REFUSED;

	if (a->talk.escaped)
		return fault(f, STATUS_CANCELLED,
			     "Given up by Esc. Nothing was signed.");
	if (end == FIDO_NO_KEY || end == FIDO_TIMEOUT ||
	    end == FIDO_CANCELLED || end == FIDO_IN_USE)
		st = STATUS_CANCELLED;
	else if (end == FIDO_DENIED)
		st = STATUS_DENIED;
	else if (end == FIDO_BROKEN)
		st = STATUS_PROTOCOL;
	return fault(f, st, "%s", fido_end_sentence(end));
}

static enum status
answer_sign(struct answer *a, const char *host, struct paste_answer *out,
	    struct fault *f)
{
	const struct fido_cue cue = { .service = "",
				      .user = a->challenge.user,
				      .host = host,
				      .hint = KEY_TALK_HINT(
					      ANSWER_INSERT_SECONDS) };
	const struct fido_reply *r = &a->reply;
	enum status st;

	answer_request(a);
	st = fido_ask(&a->talk.io, &cue, &a->request, &a->reply, f);
	if (st != STATUS_OK)
		return st;
	if (r->end != FIDO_DONE)
		return answer_ended(a, f);
	if (r->authdata_len != sizeof(out->authdata) ||
	    r->signature_len > sizeof(out->signature))
		return fault(f, STATUS_PROTOCOL,
			     "the key's answer has another length than ours "
			     "have");
	*out = (struct paste_answer){ .entry = r->entry,
				      .signature_len = r->signature_len };
	memcpy(out->authdata, r->authdata, r->authdata_len);
	memcpy(out->signature, r->signature, r->signature_len);
	return STATUS_OK;
}

static enum status
answer_print(const struct cmd *c, const struct answer *a, const char *line,
	     struct fault *f)
{
	AUTO_JSON *j = NULL;

	if (!c->json) {
		out_line("%s", line);
		return STATUS_OK;
	}
	j = json_object();
	out_put(j, "user", out_string(a->challenge.user));
	out_put(j, "host", out_string(a->challenge.host));
	out_put(j, "service", out_string(a->challenge.service));
	out_put(j, "answer", out_string(line));
	return out_json(j, f);
}

static enum status
answer_run(const struct cmd *c, struct answer *a, struct fault *f)
{
	char line[PASTE_ANSWER_SIZE];
	struct paste_answer answer;
	enum status st;

	if ((st = answer_read(a, f)) != STATUS_OK ||
	    (st = answer_confirm(a, f)) != STATUS_OK ||
	    (st = answer_sign(a, a->challenge.host, &answer, f)) !=
		    STATUS_OK ||
	    (st = paste_answer_format(&answer, line, sizeof(line), f)) !=
		    STATUS_OK)
		return st;
	return answer_print(c, a, line, f);
}

enum status
cmd_answer(struct cmd *c, struct fault *f)
{
	AUTO_FREE struct answer *a = calloc(1, sizeof(*a));
	const char *libexec = cmd_option(c, "libexec");
	enum status st;
	SECRET(pin);
	STARTER(starter);

	if (a == NULL)
		return fault(f, STATUS_SYSTEM, "out of memory");
	if (c->actor.delegated && libexec != NULL)
		return fault(f, STATUS_DENIED,
			     "--libexec is not for sudo: root would run your "
			     "program; leave it out");
	if ((st = crypto_start(f)) != STATUS_OK ||
	    (st = starter_begin(libexec == NULL ? SIGRA_LIBEXEC : libexec,
				KEY_TALK_PROGRAM, &starter, f)) != STATUS_OK)
		return st;
	a->talk.starter = &starter;
	a->talk.pin = &pin;
	key_talk_start(&a->talk);
	return answer_run(c, a, f);
}
