/* SPDX-License-Identifier: MIT */
#include "sigractl/self_accept.h"

#include "sigractl/out.h"
#include "sigractl/self.h"
#include "sigractl/self_talk.h"
#include "sigractl/tty.h"

static enum status
self_accept_verdict(const struct wire_verdict *v, const char *told,
		    struct fault *f)
{
	if (v->step == WIRE_ALLOW)
		return STATUS_OK;
	if (v->step == WIRE_ABSTAIN)
		return fault(f, STATUS_DENIED,
			     "your logins are not sigra's: a rule leaves them "
			     "to others");
	if (v->reason == WIRE_REASON_CANCELLED)
		return fault(f, STATUS_CANCELLED,
			     "cancelled: nothing was accepted");
	if (v->reason == WIRE_REASON_UNAVAILABLE)
		return fault(f, STATUS_UNAVAILABLE,
			     "the verifier cannot do it now: nothing was "
			     "accepted, and its log says why");
	return fault(f, STATUS_DENIED, "nothing was accepted: %s",
		     told[0] != '\0' ? told
				     : "wrong password or code, or the rules "
				       "do not admit it now");
}

enum status
self_accept(const struct cmd *c, struct fault *f)
{
	struct self_talk t = { .io = { .ask = self_talk_person } };
	struct wire_verdict v;
	enum status st;

	/* Or else the verifier would count an attempt that nobody made. */
	if ((st = tty_there(f)) != STATUS_OK ||
	    (st = self_talk_run(c, PHASE_ACCEPT, &t, &v, f)) != STATUS_OK)
		return st;
	return self_accept_verdict(&v, t.told, f);
}
