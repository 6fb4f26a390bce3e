/* SPDX-License-Identifier: MIT */
/* What a command is about, as hooks are told it. */
#ifndef SIGRACTL_HOOKS_ABOUT_H
#define SIGRACTL_HOOKS_ABOUT_H

#include "sigractl/cmd.h"

/* Fill in, or bring up to date, c->hooks.about. */
void hooks_about_learn(struct cmd *c);

/* *OUT: free() it. */
enum status hooks_about_json(const struct cmd *c, bool before, char **out,
			     struct fault *f) MUST_USE;

#endif
