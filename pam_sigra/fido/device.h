/* SPDX-License-Identifier: MIT */
/*
 * One key, from its first byte to its answer: what runs in the child, after
 * its sandbox has closed.  Everything that libfido2 parses of a key is parsed
 * here.
 */
#ifndef FIDO_DEVICE_H
#define FIDO_DEVICE_H

#include "fido/hid.h"

struct device {
	const struct fido_request *request;
	struct fido_reply *reply;
	struct hid hid;
	fido_dev_t *dev;
	size_t entry; /* ASSERT: what this key can answer for */
};

/* Talk to the node NODE until the program at CONTROL has its answer, or wants
 * none any more. */
void device_run(const struct fido_request *request, int node, int control);

/* What a result of libfido2's says, seen together with what we know. */
enum fido_end device_end(const struct device *d, int result);

/* One of each verb: what to do once, and what to make of it.  `verify` asks
 * libfido2; PIN may be NULL. */
struct device_verb {
	int (*ask)(struct device *, void *state, bool verify, const char *pin);
	void *state;
};
/* Do it with as much of user verification as is wanted and can be had. */
enum fido_end device_verify(struct device *d, const struct device_verb *verb);

/* FIDO_DONE: `entry` can be answered; FIDO_NO_KEY: none can. */
enum fido_end assert_probe(struct device *d);
enum fido_end assert_ask(struct device *d);
enum fido_end make_ask(struct device *d);

#endif
