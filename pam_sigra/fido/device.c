/* SPDX-License-Identifier: MIT */
#include "fido/device.h"

#include <string.h>

#define DEVICE_OPEN_MS 3000
#define DEVICE_PROBE_MS 5000
#define DEVICE_RETRY_MS 250
#define DEVICE_SELECT_MS 200
#define DEVICE_TRIES 4

enum fido_end
device_end(const struct device *d, int result)
{
	if (d->hid.cancelled)
		return FIDO_CANCELLED;
	if (d->hid.gone)
		return FIDO_NO_KEY;
	if (d->hid.busy)
		return FIDO_IN_USE;
	if (d->hid.late)
		return FIDO_TIMEOUT;
	switch (result) {
	case FIDO_OK:
		return FIDO_DONE;
	case FIDO_ERR_CHANNEL_BUSY:
		return FIDO_IN_USE;
	case FIDO_ERR_NO_CREDENTIALS:
		return FIDO_NO_KEY;
	case FIDO_ERR_ACTION_TIMEOUT:
	case FIDO_ERR_USER_ACTION_TIMEOUT:
	case FIDO_ERR_TIMEOUT:
		return FIDO_TIMEOUT;
	case FIDO_ERR_OPERATION_DENIED:
	case FIDO_ERR_KEEPALIVE_CANCEL:
		return FIDO_CANCELLED;
	case FIDO_ERR_PIN_INVALID:
	case FIDO_ERR_PIN_POLICY_VIOLATION:
		return FIDO_PIN_INVALID;
	case FIDO_ERR_PIN_BLOCKED:
		return FIDO_PIN_BLOCKED;
	case FIDO_ERR_PIN_AUTH_BLOCKED:
		return FIDO_PIN_PAUSED;
	case FIDO_ERR_PIN_NOT_SET:
	case FIDO_ERR_PIN_REQUIRED:
	case FIDO_ERR_UV_BLOCKED:
	case FIDO_ERR_UV_INVALID:
		return FIDO_NO_PIN;
	case FIDO_ERR_CREDENTIAL_EXCLUDED:
		return FIDO_EXCLUDED;
	case FIDO_ERR_KEY_STORE_FULL:
		return FIDO_FULL;
	case FIDO_ERR_UNSUPPORTED_OPTION:
	case FIDO_ERR_UNSUPPORTED_ALGORITHM:
	case FIDO_ERR_UNSUPPORTED_EXTENSION:
	case FIDO_ERR_INVALID_OPTION:
	case FIDO_ERR_NOT_ALLOWED:
		return FIDO_UNSUPPORTED;
	default:
		return FIDO_BROKEN;
	}
}

static void
device_say(const struct device *d, enum link_word word)
{
	status_ignore(link_send(d->hid.control, word, NULL, NULL),
		      "noticed when listening");
}

/* One try at making it ours. */
static enum fido_end
device_open_once(struct device *d)
{
	int r;

	fido_dev_free(&d->dev);
	hid_for(&d->hid, DEVICE_OPEN_MS);
	if ((d->dev = fido_dev_new()) == NULL)
		return FIDO_BROKEN;
	d->hid.dev = d->dev;
	r = fido_dev_set_io_functions(d->dev, &hid_io);
	if (r == FIDO_OK)
		r = fido_dev_open(d->dev, "");
	return device_end(d, r);
}

/* Open it, and learn whether it can answer. */
static enum fido_end
device_try(struct device *d)
{
	enum fido_end end = device_open_once(d);

	/* The answer to another program's opening is no answer to ours, though
	 * libfido2 takes it for one. */
	for (int i = 1; end == FIDO_BROKEN && i < DEVICE_TRIES; i++) {
		hid_drain(&d->hid);
		end = device_open_once(d);
	}
	if (end != FIDO_DONE || d->request->verb != FIDO_ASSERT)
		return end;
	hid_for(&d->hid, DEVICE_PROBE_MS);
	return assert_probe(d);
}

/* The program says when a key that is busy has been waited for enough. */
static enum fido_end
device_begin(struct device *d)
{
	enum fido_end end;
	bool told = false;

	while ((end = device_try(d)) == FIDO_IN_USE) {
		if (!told)
			device_say(d, LINK_BUSY);
		told = true;
		hid_for(&d->hid, DEVICE_RETRY_MS);
		if (hid_wait(&d->hid, NULL) == LINK_CANCEL)
			return FIDO_CANCELLED;
		if (d->hid.gone)
			return FIDO_NO_KEY;
	}
	return end;
}

static int64_t
device_patience(const struct device *d)
{
	return (int64_t)d->request->touch_seconds * 1000;
}

/* One of several: is it the one that is touched? */
static enum fido_end
device_select(struct device *d)
{
	int touched = 0, r;

	hid_for(&d->hid, device_patience(d));
	r = fido_dev_get_touch_begin(d->dev);
	while (r == FIDO_OK && touched == 0) {
		r = fido_dev_get_touch_status(d->dev, &touched,
					      DEVICE_SELECT_MS);
		if (d->hid.cancelled || d->hid.late || d->hid.gone)
			break;
	}
	if (d->hid.late)
		(void)fido_dev_cancel(d->dev);
	return device_end(d, r);
}

/* The program chooses among those that are ready; it may take its time. */
static enum fido_end
device_answer(struct device *d)
{
	enum link_word word;
	enum fido_end end;

	device_say(d, LINK_READY);
	for (;;) {
		hid_for(&d->hid, INT32_MAX);
		word = hid_wait(&d->hid, NULL);
		if (word == LINK_GO)
			return d->request->verb == FIDO_ASSERT ? assert_ask(d)
							       : make_ask(d);
		if (word != LINK_SELECT)
			return d->hid.gone ? FIDO_NO_KEY : FIDO_CANCELLED;
		if ((end = device_select(d)) != FIDO_DONE)
			return end;
		device_say(d, LINK_TOUCHED);
	}
}

void
device_run(const struct fido_request *request, int node, int control)
{
	struct fido_frame frame = { .kind = FIDO_FRAME_REPLY };
	struct device d = { .request = request,
			    .reply = &frame.u.reply,
			    .hid = { .fd = node, .control = control } };
	enum fido_end end;
	bool ready;

	hid_use(&d.hid);
	end = device_begin(&d);
	ready = end == FIDO_DONE;
	if (ready)
		end = device_answer(&d);
	else if (end == FIDO_TIMEOUT)
		end = FIDO_BROKEN; /* it was not to be touched yet */
	if (end != FIDO_DONE)
		memset(d.reply, 0, sizeof(*d.reply));
	d.reply->end = end;
	if (!ready && end == FIDO_NO_KEY && !d.hid.gone)
		device_say(&d, LINK_NOT);
	else if (link_send(control, LINK_FRAME, &frame, NULL) != STATUS_OK &&
		 end == FIDO_DONE) {
		/* More than a frame may hold: no key makes that. */
		frame.u.reply = (struct fido_reply){ .end = FIDO_BROKEN };
		status_ignore(link_send(control, LINK_FRAME, &frame, NULL),
			      "the program will see us end");
	}
	(void)fido_dev_close(d.dev);
	fido_dev_free(&d.dev);
}
