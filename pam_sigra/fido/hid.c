/* SPDX-License-Identifier: MIT */
#include "fido/hid.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

/* CTAP 2.1, 11.2: a report number stands before each report written. */
#define HID_COMMAND 4 /* in a report: channel, command, length, data */
#define HID_DATA 7
#define HID_MSG 0x83
#define HID_CBOR 0x90
#define HID_ERROR 0xbf
#define HID_CHANNEL_BUSY 0x06
#define CBOR_MAKE 0x01
#define CBOR_ASSERT 0x02
#define U2F_REGISTER 0x01
#define U2F_AUTHENTICATE 0x02
#define U2F_CHECK 0x07
#define HID_QUIET_MS 60
#define HID_DRAIN_MAX 64

static struct hid *hid_current;

void
hid_use(struct hid *h)
{
	hid_current = h;
}

void
hid_for(struct hid *h, int64_t milliseconds)
{
	h->until = link_clock() + milliseconds;
	h->late = false;
	h->busy = false;
}

static int
hid_left(struct hid *h)
{
	int64_t left = h->until - link_clock();

	h->late = h->late || left <= 0;
	return left <= 0 ? 0 : left > INT32_MAX ? INT32_MAX : (int)left;
}

void
hid_tell(const struct hid *h, enum fido_event_kind kind, unsigned tries)
{
	struct fido_frame frame = { .kind = FIDO_FRAME_EVENT };

	frame.u.event.kind = kind;
	frame.u.event.tries = tries;
	status_ignore(link_send(h->control, LINK_FRAME, &frame, NULL),
		      "noticed when listening");
}

/* What the program has to say while a key is at work is to stop; a key that
 * blinks has to be told. */
static void
hid_stop(struct hid *h)
{
	if (!h->cancelled) {
		h->cancelled = true;
		(void)fido_dev_cancel(h->dev);
	}
}

/*
 * Wait for EVENTS of the node: true when they are there.  MS as in poll(2):
 * not the end of our time, but all that is wanted now.
 */
static bool
hid_poll(struct hid *h, short events, int ms)
{
	struct pollfd p[2] = { { .fd = h->control, .events = POLLIN },
			       { .fd = h->fd, .events = events } };
	int left = hid_left(h), n;

	if (h->cancelled || h->gone || h->late)
		return false;
	do
		n = poll(p, 2, ms >= 0 && ms < left ? ms : left);
	while (n < 0 && errno == EINTR);
	if (n > 0 && p[0].revents != 0) {
		hid_stop(h);
		return false;
	}
	if (n > 0 && (p[1].revents & events) != 0)
		return true;
	if (n < 0 || p[1].revents != 0)
		h->gone = true;
	else
		(void)hid_left(h);
	return false;
}

static void *
hid_open(const char *path)
{
	(void)path;
	return hid_current;
}

static void
hid_close(void *handle)
{
	(void)handle;
}

static int
hid_read(void *handle, unsigned char *buf, size_t len, int ms)
{
	struct hid *h = handle;
	ssize_t n;

	if (len != HID_REPORT || !hid_poll(h, POLLIN, ms))
		return -1;
	n = read(h->fd, buf, len);
	/* A node has whole reports, or is none any more. */
	if (n != HID_REPORT) {
		h->gone = true;
		return -1;
	}
	if (buf[HID_COMMAND] == HID_ERROR && buf[HID_DATA] == HID_CHANNEL_BUSY)
		h->busy = true;
	return HID_REPORT;
}

void
hid_drain(struct hid *h)
{
	unsigned char report[HID_REPORT];

	for (int i = 0; i < HID_DRAIN_MAX; i++)
		if (hid_read(h, report, sizeof(report), HID_QUIET_MS) < 0)
			return;
}

/* Is this the beginning of a command that waits for a touch? */
static bool
hid_touches(const unsigned char *report)
{
	const unsigned char *data = report + HID_DATA;

	if (report[HID_COMMAND] == HID_CBOR)
		return data[0] == CBOR_MAKE || data[0] == CBOR_ASSERT;
	return report[HID_COMMAND] == HID_MSG &&
	       (data[1] == U2F_REGISTER ||
		(data[1] == U2F_AUTHENTICATE && data[2] != U2F_CHECK));
}

static int
hid_write(void *handle, const unsigned char *buf, size_t len)
{
	struct hid *h = handle;

	if (len != HID_REPORT + 1)
		return -1;
	if (h->cue && hid_touches(buf + 1)) {
		h->cue = false;
		hid_tell(h, FIDO_EVENT_TOUCH, 0);
	}
	/* When it is over only a cancel goes out, and does not wait. */
	if (!h->cancelled && !h->late && !hid_poll(h, POLLOUT, -1))
		return -1;
	return write(h->fd, buf, len) == (ssize_t)len ? (int)len : -1;
}

const fido_dev_io_t hid_io = { hid_open, hid_close, hid_read, hid_write };

enum link_word
hid_wait(struct hid *h, struct fido_frame *frame)
{
	struct pollfd p[2] = { { .fd = h->control, .events = POLLIN },
			       { .fd = h->fd } };
	enum link_word word = LINK_CANCEL;
	int n;

	do
		n = poll(p, 2, hid_left(h));
	while (n < 0 && errno == EINTR);
	if (n > 0 && p[0].revents != 0)
		return link_receive(h->control, &word, frame, NULL) ==
				       STATUS_OK
			       ? word
			       : LINK_CANCEL;
	if (n != 0)
		h->gone = true;
	else
		h->late = true;
	return (enum link_word)0;
}
