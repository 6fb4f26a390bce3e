/* SPDX-License-Identifier: MIT */
/*
 * One opened node under libfido2, as its I/O functions.  Time is kept here,
 * not there: whatever a key says and libfido2 makes of it ends when the time
 * that was given is over, or the program says so.
 */
#ifndef FIDO_HID_H
#define FIDO_HID_H

#include <fido.h>

#include "fido/link.h"

#define HID_REPORT 64

struct hid {
	int fd;	     /* the node */
	int control; /* the program */
	fido_dev_t *dev;
	int64_t until; /* by link_clock() */
	bool cue;      /* tell of a touch when the command that waits for it
			  goes out */
	/* Why libfido2 has got nothing: */
	bool cancelled, late, gone, busy;
};

/* Hand it to libfido2, which calls with no pointer of ours: the one of this
 * process. */
void hid_use(struct hid *h);
extern const fido_dev_io_t hid_io;

/* From now on so much time. */
void hid_for(struct hid *h, int64_t milliseconds);

/* Drop what comes, until nothing has come for a moment. */
void hid_drain(struct hid *h);

/*
 * Until the program says something, and not the key's pulling out, or the
 * time is over: the word, or 0 when h->gone or h->late is set.  A program
 * that is gone, or breaks the rules, says LINK_CANCEL.
 */
enum link_word hid_wait(struct hid *h, struct fido_frame *frame);

/* A program that is gone is noticed when it is listened to. */
void hid_tell(const struct hid *h, enum fido_event_kind kind, unsigned tries);

#endif
