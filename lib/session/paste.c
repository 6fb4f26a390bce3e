/* SPDX-License-Identifier: MIT */
/*
 * A key at the person's own machine answers by a line that is copied there and
 * one that is pasted back.  Who sits far away has no other way to use it; who
 * sits here is never asked like this.  The answer is bound to the challenge,
 * which names service, user and host, and is good once and for a minute; it is
 * no secret, but what is typed at the wrong prompt may be one, so it is not
 * echoed.  The challenge names the person's keys, and so it is shown only
 * after everything else that is asked beside them was right (place.c).
 */
#include "fido/paste.h"

#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"
#include "session/key.h"

static enum status
paste_challenge(const struct key_offer *o, struct prompt *p, struct fault *f)
{
	AUTO_FREE struct paste_challenge *c = calloc(1, sizeof(*c));
	AUTO_FREE char *line = calloc(1, PASTE_CHALLENGE_SIZE);
	enum status st = STATUS_INVALID;
	struct buf b;

	if (c == NULL || line == NULL)
		return fault(f, STATUS_UNAVAILABLE, "out of memory");
	memcpy(c->random, o->challenge.random, sizeof(c->random));
	(void)text_copy(c->user, sizeof(c->user), o->challenge.user);
	(void)text_copy(c->service, sizeof(c->service), o->challenge.service);
	(void)text_copy(c->host, sizeof(c->host), o->challenge.host);
	(void)text_copy(c->attempt, sizeof(c->attempt),
			o->challenge.attempt.s);
	c->uv = o->uv;
	memcpy(c->entry, o->entry, sizeof(c->entry));
	/* Of too many keys as many as there is room for. */
	for (c->entries = o->entries; c->entries > 0 && st == STATUS_INVALID;
	     c->entries--)
		st = paste_challenge_format(c, line, PASTE_CHALLENGE_SIZE, f);
	if (st != STATUS_OK)
		return st;
	buf_start(&b, p->text, sizeof(p->text));
	buf_printf(&b,
		   "\n%s\nRun 'sigractl answer' where your security key is, "
		   "give it this line,\nand paste what it says.\nAnswer: ",
		   line);
	return b.full ? fault(f, STATUS_INVALID, "the challenge is too long")
		      : STATUS_OK;
}

static enum status
paste_judge(struct session_attempt *a, const struct key_offer *o,
	    const struct secret *answer, struct fault *f)
{
	struct paste_answer pasted;
	struct fido2_assertion assertion;
	struct fault ignored;

	if (paste_answer_parse(answer, &pasted, &ignored) != STATUS_OK) {
		session_key_refuse(a, POLICY_FACTOR_FIDO2, "malformed");
		return STATUS_OK;
	}
	assertion = (struct fido2_assertion){
		.authdata = pasted.authdata,
		.authdata_len = sizeof(pasted.authdata),
		.signature = pasted.signature,
		.signature_len = pasted.signature_len,
	};
	return session_key_judge(a, o, pasted.entry, &assertion,
				 o->challenge.made_at, f);
}

static enum status
paste_heard(struct session_attempt *a, const struct policy_decision *d,
	    const struct key_offer *o, const struct prompt *p, struct fault *f)
{
	struct io *io = a->env->io;
	enum status st;
	SECRET(answer);

	st = io->ask(io, p, &answer, f);
	if (st == STATUS_CANCELLED || st == STATUS_UNAVAILABLE) {
		session_key_refuse(a, POLICY_FACTOR_FIDO2, "cancelled");
		a->facts.cancelled = true;
		return STATUS_OK;
	}
	if (st == STATUS_INVALID) {
		session_key_refuse(a, POLICY_FACTOR_FIDO2, "malformed");
		return STATUS_OK;
	}
	if (st != STATUS_OK)
		return st;
	if (answer.len > 0)
		return paste_judge(a, o, &answer, f);
	session_key_decline(a, d, "no_answer",
			    "The security key was not asked.", true);
	return STATUS_OK;
}

enum status
session_paste_ask(struct session_attempt *a, const struct policy_decision *d,
		  struct fault *f)
{
	struct prompt p = { .kind = PROMPT_SECRET, .purpose = PURPOSE_PASTE };
	AUTO_FREE struct key_offer *o = NULL;
	enum status st;

	if ((st = session_key_offer(a, d, &o, f)) != STATUS_OK)
		return st;
	st = paste_challenge(o, &p, f);
	if (st == STATUS_OK)
		return paste_heard(a, d, o, &p, f);
	if (st != STATUS_INVALID)
		return st;
	session_key_decline(a, d, "too_long",
			    "There are too many security keys for a challenge "
			    "to be pasted.",
			    true);
	return STATUS_OK;
}
