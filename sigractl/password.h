/* SPDX-License-Identifier: MIT */
/* Between the files of `password`. */
#ifndef SIGRACTL_PASSWORD_H
#define SIGRACTL_PASSWORD_H

#include "base/fault.h"

/* ST, of asking on the terminal; without one F says what a script does. */
enum status password_no_terminal(enum status st, struct fault *f) MUST_USE;

#endif
