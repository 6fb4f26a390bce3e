/* SPDX-License-Identifier: MIT */
/* Which messages there are, however they were come by. */
#ifndef WIRE_WIRE_VALID_H
#define WIRE_WIRE_VALID_H

#include "wire/wire.h"

/* May it be sent?  What is not valid never encodes, and never decodes. */
bool wire_valid(const struct wire_message *m);

#endif
