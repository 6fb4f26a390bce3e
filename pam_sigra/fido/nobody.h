/* SPDX-License-Identifier: MIT */
/* The parts of the sandbox that every build has. */
#ifndef FIDO_NOBODY_H
#define FIDO_NOBODY_H

#include "base/fault.h"

/* Another identity when root, none that others may trace, no way up, and an
 * alarm. */
enum status nobody_become(unsigned seconds, struct fault *f) MUST_USE;

#endif
