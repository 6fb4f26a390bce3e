/* SPDX-License-Identifier: MIT */
/* The only place where what was decided becomes a PAM code. */
#ifndef PAM_SIGRA_MODULE_VERDICT_H
#define PAM_SIGRA_MODULE_VERDICT_H

#include "base/request.h"
#include "wire/wire.h"

/* PAM_SUCCESS for an ALLOW, and for nothing else. */
int verdict_code(enum request_phase phase, const struct wire_verdict *v);

/* A stack that calls us in a way that cannot be meant: never lets in. */
int verdict_misconfigured(void);

#endif
