/* SPDX-License-Identifier: MIT */
/* One request, watched over until it is answered. */
#ifndef FIDO_WATCH_H
#define FIDO_WATCH_H

#include "fido/fido.h"

/*
 * Answer what the verifier at descriptor VERIFIER asks.  STATUS_LOST: it is
 * gone; STATUS_PROTOCOL: it broke the rules, and was not answered.
 */
enum status watch_run(int verifier, struct fault *f) MUST_USE;

#endif
