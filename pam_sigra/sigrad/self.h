/* SPDX-License-Identifier: MIT */
/* What the store keeps about whoever asks. */
#ifndef SIGRAD_SELF_H
#define SIGRAD_SELF_H

#include "sigrad/worker.h"
#include "wire/wire.h"

/*
 * Answer a query of PEER about the account of its own login name; sigrad(8)
 * lists the rows.  Nothing is written.  Root and services are told nothing,
 * and nor is whoever has no account.
 */
enum status self_answer(struct worker *w, struct wire_server *server,
			const struct peer *peer, enum wire_self what,
			struct fault *f) MUST_USE;

#endif
