/* SPDX-License-Identifier: MIT */
#include "sigractl/self_accept.h"

#include "sigractl/out.h"
#include "sigractl/self.h"
#include "sigractl/self_talk.h"
#include "sigractl/tty.h"

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
	return self_talk_verdict(&v, t.told, "accepted",
				 "wrong password or code, or the rules do not "
				 "admit it now",
				 f);
}
