/* SPDX-License-Identifier: MIT */
#ifndef BASE_BOOT_H
#define BASE_BOOT_H

#include "base/fault.h"
#include "base/id.h"

/* Which boot of this host it is, as the kernel names it (random(4)). */
enum status boot_id(char out[ID_LENGTH + 1], struct fault *f) MUST_USE;

#endif
