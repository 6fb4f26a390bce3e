/* SPDX-License-Identifier: MIT */
#include "sigractl/self_talk.h"

#include <langinfo.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"
#include "sigractl/out.h"
#include "sigractl/self.h"
#include "sigractl/tty.h"

/* A prompt may show a key or codes. */
struct self_prompt {
	char s[PROMPT_TEXT_SIZE];
};

static void
self_prompt_wipe(struct self_prompt *p)
{
	explicit_bzero(p, sizeof(*p));
}

void
self_talk_lines(const char *text, char *out, size_t size)
{
	struct buf b;

	buf_start(&b, out, size);
	for (;;) {
		size_t len = strcspn(text, "\n");
		char *at = b.at + b.len;

		text_encode(text, len, at, b.size - b.len);
		b.len += strlen(at);
		if (text[len] == '\0')
			return;
		buf_text(&b, "\n");
		text += len + 1;
	}
}

enum status
self_talk_person(struct io *io, const struct prompt *p, struct secret *answer,
		 struct fault *f)
{
	__attribute__((cleanup(
		self_prompt_wipe))) struct self_prompt prompt = { .s = "" };
	char line[ANSWER_MAX + 1];
	enum status st;

	(void)io;
	self_talk_lines(p->text, prompt.s, sizeof(prompt.s));
	if (p->kind == PROMPT_SECRET) {
		st = tty_ask_secret(prompt.s, answer, f);
		/* Too long is for the verifier to judge. */
		return st == STATUS_REFUSED ? STATUS_INVALID : st;
	}
	if (p->kind != PROMPT_VISIBLE)
		return fault(f, STATUS_CANCELLED, "no such answer is given");
	st = tty_ask_visible(prompt.s, line, sizeof(line), f);
	if (st == STATUS_OK)
		st = secret_set(answer, line, strlen(line), f);
	explicit_bzero(line, sizeof(line));
	return st;
}

static enum status
self_tell(struct io *io, const struct prompt *p, struct fault *f)
{
	struct self_talk *t = (struct self_talk *)(void *)io;

	(void)f;
	self_talk_lines(p->text, t->told, sizeof(t->told));
	if (t->current == NULL)
		out_error(t->told);
	return STATUS_OK;
}

static enum status
self_member(struct io *io, const char *const *names, size_t n, uint32_t *mask,
	    struct fault *f)
{
	(void)io;
	(void)names;
	(void)n;
	(void)mask;
	return fault(f, STATUS_PROTOCOL,
		     "the verifier asks us for our own groups");
}

enum status
self_talk_run(const struct cmd *c, enum request_phase phase,
	      struct self_talk *t, struct wire_verdict *out, struct fault *f)
{
	struct request r = { .phase = phase,
			     .service = "self",
			     .ruid = geteuid(),
			     .pid = getpid() };
	AUTO_FD int fd = -1;
	enum status st;

	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		r.flags |= REQUEST_ASCII;
	t->io.tell = self_tell;
	t->io.member = self_member;
	(void)text_copy(r.user, sizeof(r.user), c->self);
	if ((st = self_connect(c, &fd, f)) != STATUS_OK)
		return st;
	return wire_client_run(fd, &r, &t->io, out, NULL, f);
}

enum status
self_talk_verdict(const struct wire_verdict *v, const char *told,
		  const char *what, const char *otherwise, struct fault *f)
{
	if (v->step == WIRE_ALLOW)
		return STATUS_OK;
	if (v->step == WIRE_ABSTAIN)
		return fault(f, STATUS_DENIED,
			     "your logins are not sigra's: a rule leaves them "
			     "to others");
	if (v->reason == WIRE_REASON_CANCELLED)
		return fault(f, STATUS_CANCELLED, "cancelled: nothing was %s",
			     what);
	if (v->reason == WIRE_REASON_UNAVAILABLE)
		return fault(f, STATUS_UNAVAILABLE,
			     "the verifier cannot do it now: nothing was %s, "
			     "and its log says why",
			     what);
	return fault(f,
		     v->reason == WIRE_REASON_BAD_PASSWORD ? STATUS_REFUSED
							   : STATUS_DENIED,
		     "nothing was %s: %s", what,
		     told[0] != '\0' ? told : otherwise);
}
