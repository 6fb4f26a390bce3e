/* SPDX-License-Identifier: MIT */
/* Asked for in place of an unknown account, so that its look-up costs too. */
#ifndef FACTOR_NOBODY_H
#define FACTOR_NOBODY_H

#include "base/id.h"

static const struct id factor_nobody = {
	.s = "00000000-0000-0000-0000-000000000000"
};

#endif
