/* SPDX-License-Identifier: MIT */
/* The rule that the options of `policy add` describe. */
#ifndef SIGRACTL_RULE_TAKE_H
#define SIGRACTL_RULE_TAKE_H

#include "rule/rule.h"
#include "sigractl/cmd.h"

/* All but its place and id; STATUS_NOT_FOUND for an organization that is not
 * there. */
enum status rule_take(const struct cmd *c, struct rule *out, struct fault *f)
	MUST_USE;

#endif
