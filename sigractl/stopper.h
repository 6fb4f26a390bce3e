/* SPDX-License-Identifier: MIT */
/*
 * Whoever works on the store has given root up, and cannot end the programs of
 * others: a child that is begun before does it, and nothing else.
 */
#ifndef SIGRACTL_STOPPER_H
#define SIGRACTL_STOPPER_H

#include "base/fault.h"
#include "sigractl/child.h"
#include "sigractl/stop.h"
#include "store/store.h"

struct stopper {
	struct child child;
};

void stopper_end(struct stopper *s);
#define STOPPER(name)                                                         \
	__attribute__((cleanup(stopper_end))) struct stopper name = {         \
		.child = { .talk = -1 }                                       \
	}

/* Before ground_become(). */
enum status stopper_begin(struct stopper *out, struct fault *f) MUST_USE;

/* Of a session's row, of this host. */
enum status stopper_stop(const struct stopper *s,
			 const struct store_session *row,
			 struct stop_result *out, struct fault *f) MUST_USE;
enum status stopper_look(const struct stopper *s,
			 const struct store_session *row,
			 struct stop_view *out, struct fault *f) MUST_USE;

#endif
