/* SPDX-License-Identifier: MIT */
/* One connection: one request, one verdict. */
#ifndef SIGRAD_WORKER_H
#define SIGRAD_WORKER_H

#include "base/fault.h"

/*
 * Serve FD, whose peer must be uid 0, with the config at CONFIG_PATH: becomes
 * the store's owner, opens key and store, answers.  A status other than OK
 * means that no verdict or a denial went out; F says why.
 */
enum status worker_serve(int fd, const char *config_path, struct fault *f)
	MUST_USE;

#endif
