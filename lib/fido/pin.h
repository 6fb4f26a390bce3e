/* SPDX-License-Identifier: MIT */
/* The PIN of a key, asked of the person; what it cannot be stays here. */
#ifndef FIDO_PIN_H
#define FIDO_PIN_H

#include "fido/cue.h"

/* "That was not the PIN: 2 tries are left." */
void pin_wrong(const struct cue *c, unsigned tries);

/*
 * A PIN of a shape that a key may be asked about, with TRIES left.
 * STATUS_CANCELLED: none was given, or the last try was not risked.
 */
enum status pin_ask(const struct cue *c, unsigned tries, struct secret *pin,
		    struct fault *f) MUST_USE;

#endif
