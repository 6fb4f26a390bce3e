/* SPDX-License-Identifier: MIT */
/* `policy explain`: what comes of a login in the end. */
#ifndef SIGRACTL_EXPLAIN_END_H
#define SIGRACTL_EXPLAIN_END_H

#include "session/session.h"
#include "sigractl/cmd.h"

/* The decision, and the facts behind it, once whatever is asked for, and
 * enrolled, was answered right. */
struct explain_end {
	struct policy_facts facts;
	struct policy_decision d;
};

enum status explain_end_find(const struct cmd *c,
			     const struct session_explanation *e,
			     struct explain_end *out, struct fault *f)
	MUST_USE;

/* The line that says so. */
void explain_end_text(const struct explain_end *end);

#endif
