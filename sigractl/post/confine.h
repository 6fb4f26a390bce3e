/* SPDX-License-Identifier: MIT */
/* What is parsed comes from far away: little is to be found around it. */
#ifndef POST_CONFINE_H
#define POST_CONFINE_H

#include "base/fault.h"

/* No environment, no privileges, small limits.  First thing in main(). */
enum status confine_process(struct fault *f) MUST_USE;

/* From here on only what a look-up of names and certificates reads, and CA
 * (NULL: none), can be opened.  Good where the kernel has no Landlock. */
enum status confine_files(const char *ca, struct fault *f) MUST_USE;

#endif
