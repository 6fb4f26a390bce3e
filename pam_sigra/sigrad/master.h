/* SPDX-License-Identifier: MIT */
/*
 * The verifier as a service: accepts, decides who may wait, and hands each
 * connection to a spare worker.  It reads no byte of a peer, opens no store
 * and runs no hash.
 */
#ifndef SIGRAD_MASTER_H
#define SIGRAD_MASTER_H

#include "config/config.h"

/*
 * Serve LISTEN_FD until SIGTERM or SIGINT; logins that are under way are let
 * finish (a second signal ends at once).
 */
enum status master_run(int listen_fd, const struct config *config,
		       struct fault *f) MUST_USE;

#endif
