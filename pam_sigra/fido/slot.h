/* SPDX-License-Identifier: MIT */
/* The keys that are plugged in, and how far each has come. */
#ifndef FIDO_SLOT_H
#define FIDO_SLOT_H

#include "fido/child.h"
#include "fido/list.h"

enum slot_state {
	SLOT_EMPTY = 0,
	SLOT_DENIED,	/* may not be opened */
	SLOT_PROBING,	/* its child finds out what it can do */
	SLOT_READY,	/* it can answer, and waits for us */
	SLOT_SELECTING, /* it waits for a touch that says it is the one */
	SLOT_CHOSEN,	/* it is asked */
	SLOT_OVER,	/* looked at; it cannot, or did not do */
};

struct slot {
	enum slot_state state;
	char path[LIST_PATH_SIZE];
	uint64_t device, inode; /* plugged in anew it is another */
	struct child child;
	int64_t until;	   /* by link_clock(): it has come on by then */
	int64_t since;	   /* SLOT_DENIED: udev may be at it still */
	bool busy;	   /* PROBING: somebody else uses it */
	bool listed;	   /* it still is */
	enum fido_end end; /* OVER */
};

struct slots {
	struct slot slot[LIST_MAX];
	unsigned life; /* seconds that a child may live */
};

void slots_begin(struct slots *s, unsigned life);
/* Look which are there; start a child for each that is new. */
void slots_scan(struct slots *s, const struct fido_request *request);

/* How many are in this state? */
size_t slots_count(const struct slots *s, enum slot_state state);
/* The first in this state, or NULL. */
struct slot *slots_first(struct slots *s, enum slot_state state);

/* It is over for this one; its child is cancelled and gone soon. */
void slot_over(struct slot *slot, enum fido_end end);
/* All of them: keys hear that they are not wanted any more, within a moment.
 */
void slots_end(struct slots *s);
/* Forget children that have gone. */
void slots_reap(struct slots *s);

#endif
