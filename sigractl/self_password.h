/* SPDX-License-Identifier: MIT */
/* An ordinary user's change of password, as the verifier conducts it. */
#ifndef SIGRACTL_SELF_PASSWORD_H
#define SIGRACTL_SELF_PASSWORD_H

#include "sigractl/cmd.h"

/*
 * Prove the old password and give a new one, on the terminal or by --stdin.
 * STATUS_REFUSED: the new one is not acceptable; STATUS_DENIED: the old one
 * was not right, or the rules say no.
 */
enum status self_password_set(const struct cmd *c, struct store_account *out,
			      struct fault *f) MUST_USE;

#endif
