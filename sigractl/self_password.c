/* SPDX-License-Identifier: MIT */
#include "sigractl/self_password.h"

#include "sigractl/self.h"
#include "sigractl/self_talk.h"
#include "sigractl/tty.h"

static enum status
self_ask_pipe(struct io *io, const struct prompt *p, struct secret *answer,
	      struct fault *f)
{
	const struct self_talk *t = (const struct self_talk *)(void *)io;

	switch (p->purpose) {
	case PURPOSE_PASSWORD:
	case PURPOSE_OLD_PASSWORD:
		secret_copy(answer, t->current);
		return STATUS_OK;
	case PURPOSE_NEW_PASSWORD:
	case PURPOSE_NEW_PASSWORD_AGAIN:
		secret_copy(answer, t->chosen);
		return STATUS_OK;
	case PURPOSE_NONE:
	case PURPOSE_CODE:
	case PURPOSE_COMBINED:
	case PURPOSE_CONFIRM:
	case PURPOSE_TYPE_BACK:
	case PURPOSE_CHOICE:
	case PURPOSE_PIN:
	case PURPOSE_PASTE:
	case PURPOSE_CUE:
	case PURPOSE_INVITATION:
	case PURPOSE_ORG:
		break;
	}
	return fault(f, STATUS_CANCELLED, "no such answer is given");
}

static enum status
self_change(const struct cmd *c, struct self_talk *t, struct fault *f)
{
	struct wire_verdict v;
	enum status st = self_talk_run(c, PHASE_PASSWORD_UPDATE, t, &v, f);

	if (st != STATUS_OK)
		return st;
	if (v.step == WIRE_ABSTAIN)
		return fault(f, STATUS_DENIED,
			     "your password is not kept by sigra: a rule "
			     "leaves it to others");
	return self_talk_verdict(&v, t->told, "changed",
				 v.reason == WIRE_REASON_BAD_PASSWORD
					 ? "the new password is refused"
					 : "the current password is not that, "
					   "or no change is admitted now",
				 f);
}

static enum status
self_change_piped(const struct cmd *c, struct fault *f)
{
	enum status st;
	SECRET(current);
	SECRET(chosen);
	struct self_talk t = { .io = { .ask = self_ask_pipe },
			       .current = &current,
			       .chosen = &chosen };

	if ((st = tty_stdin_secrets(&current, &chosen, f)) != STATUS_OK)
		return st;
	return self_change(c, &t, f);
}

static enum status
self_change_asked(const struct cmd *c, struct fault *f)
{
	struct self_talk t = { .io = { .ask = self_talk_person } };
	struct fault why = { .text = "" };

	/* Or else the verifier would count an attempt that nobody made. */
	if (tty_there(&why) != STATUS_OK)
		return fault(f, STATUS_INVALID,
			     "%s; a script gives both by --stdin", why.text);
	return self_change(c, &t, f);
}

static enum status
self_no_row(void *ctx, const struct wire_row *row, struct fault *f)
{
	(void)ctx;
	(void)row;
	(void)f;
	return STATUS_OK;
}

enum status
self_password_set(const struct cmd *c, struct store_account *out,
		  struct fault *f)
{
	struct self_account a;
	enum status st;

	if (cmd_option(c, "must-change") != NULL)
		return fault(f, STATUS_DENIED,
			     "--must-change is for root: try sudo sigractl "
			     "password set ...");
	st = self_query(c, WIRE_SELF_ACCOUNT, &a, self_no_row, NULL, f);
	if (st == STATUS_OK)
		st = cmd_option(c, "stdin") != NULL ? self_change_piped(c, f)
						    : self_change_asked(c, f);
	if (st != STATUS_OK)
		return st;
	a.account.must_change = false;
	*out = a.account;
	return STATUS_OK;
}
