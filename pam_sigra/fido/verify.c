/* SPDX-License-Identifier: MIT */
/* User verification: by the key's own sensor first, else by its PIN. */
#include <string.h>

#include "fido/device.h"

#define VERIFY_ROUNDS 12 /* a key has eight tries; none needs more */
#define VERIFY_COUNT_MS 3000

enum verify_way { VERIFY_TOUCH = 1, VERIFY_FINGER, VERIFY_PIN, VERIFY_CANNOT };

struct verify {
	struct device *d;
	const struct device_verb *verb;
	bool pin;    /* it has one */
	bool sensor; /* it has one that reads */
	unsigned tries;
};

/* What does when the sensor does not. */
static enum verify_way
verify_instead(const struct verify *v)
{
	if (v->pin)
		return VERIFY_PIN;
	return v->d->request->uv == FIDO_UV_REQUIRED ? VERIFY_CANNOT
						     : VERIFY_TOUCH;
}

static enum verify_way
verify_first(const struct verify *v)
{
	const struct fido_request *r = v->d->request;

	if (r->uv == FIDO_UV_DISCOURAGED && !r->pin)
		return VERIFY_TOUCH;
	if (v->sensor && !(r->pin && v->pin))
		return VERIFY_FINGER;
	return verify_instead(v);
}

static void
verify_begin(struct verify *v)
{
	int tries = 0;

	v->pin = fido_dev_has_pin(v->d->dev);
	v->sensor = fido_dev_has_uv(v->d->dev);
	hid_for(&v->d->hid, VERIFY_COUNT_MS);
	/* Older keys do not know the question. */
	if (v->sensor &&
	    fido_dev_get_uv_retry_count(v->d->dev, &tries) == FIDO_OK &&
	    tries <= 0)
		v->sensor = false;
}

static enum fido_end
verify_tries(struct verify *v)
{
	int tries = 0, r;

	hid_for(&v->d->hid, VERIFY_COUNT_MS);
	r = fido_dev_get_retry_count(v->d->dev, &tries);
	if (r != FIDO_OK)
		return device_end(v->d, r);
	v->tries = tries < 0	       ? 0
		   : tries > UINT8_MAX ? UINT8_MAX
				       : (unsigned)tries;
	return v->tries == 0 ? FIDO_PIN_BLOCKED : FIDO_DONE;
}

static int64_t
verify_patience(const struct verify *v)
{
	return (int64_t)v->d->request->touch_seconds * 1000;
}

/* A touch that did not come is waited for by the key no longer, either. */
static int
verify_once(struct verify *v, bool verify, const char *pin)
{
	struct hid *h = &v->d->hid;
	int r;

	hid_for(h, verify_patience(v));
	r = v->verb->ask(v->d, v->verb->state, verify, pin);
	h->cue = false;
	if (h->late)
		(void)fido_dev_cancel(v->d->dev);
	return r;
}

/* The next PIN. */
static enum fido_end
verify_pin_wait(struct verify *v, struct secret_text *pin)
{
	struct fido_frame frame = { .kind = FIDO_FRAME_PIN };
	struct hid *h = &v->d->hid;
	enum link_word word;
	bool fits = false;

	hid_tell(h, FIDO_EVENT_PIN, v->tries);
	hid_for(h, verify_patience(v));
	word = hid_wait(h, &frame);
	if (word == LINK_PIN)
		fits = secret_string(&frame.u.pin, pin->s, sizeof(pin->s));
	fido_frame_wipe(&frame);
	if (word == LINK_PIN)
		return fits ? FIDO_DONE : FIDO_PIN_INVALID;
	if (word != 0)
		return FIDO_CANCELLED;
	return device_end(v->d, FIDO_ERR_TIMEOUT);
}

/* One PIN; FIDO_PIN_INVALID when it was wrong and may be tried again. */
static enum fido_end
verify_pin(struct verify *v)
{
	enum fido_end end;
	SECRET_TEXT(pin);
	int r;

	if ((end = verify_pin_wait(v, &pin)) != FIDO_DONE)
		return end;
	v->d->hid.cue = true;
	r = verify_once(v, false, pin.s);
	end = device_end(v->d, r);
	if (r != FIDO_ERR_PIN_INVALID || end != FIDO_PIN_INVALID)
		return end;
	if ((end = verify_tries(v)) != FIDO_DONE)
		return end;
	hid_tell(&v->d->hid, FIDO_EVENT_PIN_WRONG, v->tries);
	return FIDO_PIN_INVALID;
}

static enum fido_end
verify_by_pin(struct verify *v)
{
	enum fido_end end = verify_tries(v);

	if (end != FIDO_DONE)
		return end;
	end = FIDO_PIN_INVALID;
	for (int i = 0; end == FIDO_PIN_INVALID && i < VERIFY_ROUNDS; i++)
		end = verify_pin(v);
	return end;
}

/* Where to go on after the sensor, or a touch alone, did not do: 0 when it
 * ends as it has. */
static enum verify_way
verify_next(const struct verify *v, enum verify_way way, int r)
{
	if (way == VERIFY_TOUCH && r == FIDO_ERR_PIN_REQUIRED)
		return v->sensor ? VERIFY_FINGER
		       : v->pin	 ? VERIFY_PIN
				 : VERIFY_CANNOT;
	if (way != VERIFY_FINGER)
		return (enum verify_way)0;
	if (r == FIDO_ERR_UV_INVALID)
		return VERIFY_FINGER;
	if (r == FIDO_ERR_UV_BLOCKED || r == FIDO_ERR_PIN_REQUIRED ||
	    r == FIDO_ERR_PIN_BLOCKED ||
	    (r == FIDO_ERR_OPERATION_DENIED && v->pin))
		return verify_instead(v);
	return (enum verify_way)0;
}

enum fido_end
device_verify(struct device *d, const struct device_verb *verb)
{
	struct verify v = { .d = d, .verb = verb };
	enum verify_way way;
	int r;

	verify_begin(&v);
	way = verify_first(&v);
	for (int i = 0; i < VERIFY_ROUNDS; i++) {
		if (way == VERIFY_PIN)
			return verify_by_pin(&v);
		if (way == VERIFY_CANNOT)
			return FIDO_NO_PIN;
		d->hid.cue = way == VERIFY_TOUCH;
		if (way == VERIFY_FINGER)
			hid_tell(&d->hid, FIDO_EVENT_FINGER, 0);
		r = verify_once(&v, way == VERIFY_FINGER, NULL);
		if (device_end(d, FIDO_OK) != FIDO_DONE)
			return device_end(d, r);
		if ((way = verify_next(&v, way, r)) == 0)
			return device_end(d, r);
	}
	return FIDO_NO_PIN;
}
