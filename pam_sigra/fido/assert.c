/* SPDX-License-Identifier: MIT */
/*
 * Assertions.  One credential at a time: keys differ in how long a list they
 * take, and in how U2F ones say which of it they have answered for.
 */
#include <string.h>

#include "fido/device.h"

static int
assert_prepare(const struct device *d, const struct fido_entry *e,
	       fido_assert_t **out)
{
	fido_assert_t *a = fido_assert_new();
	int r = FIDO_ERR_INTERNAL;

	if (a != NULL)
		r = fido_assert_set_rp(a, e->rp);
	if (r == FIDO_OK)
		r = fido_assert_set_clientdata_hash(a, d->request->hash,
						    sizeof(d->request->hash));
	if (r == FIDO_OK)
		r = fido_assert_allow_cred(a, e->id, e->id_len);
	*out = a;
	return r;
}

/* Without a touch. */
static int
assert_try(const struct device *d, const struct fido_entry *e)
{
	fido_assert_t *a = NULL;
	int r = assert_prepare(d, e, &a);

	if (r == FIDO_OK)
		r = fido_assert_set_up(a, FIDO_OPT_FALSE);
	if (r == FIDO_OK)
		r = fido_dev_get_assert(d->dev, a, NULL);
	fido_assert_free(&a);
	return r;
}

enum fido_end
assert_probe(struct device *d)
{
	const struct fido_request *q = d->request;
	enum fido_end end;

	for (d->entry = 0; d->entry < q->entries; d->entry++) {
		int r = assert_try(d, &q->entry[d->entry]);

		/* A U2F key does nothing without a touch, but says so. */
		if (r == FIDO_OK || r == FIDO_ERR_USER_PRESENCE_REQUIRED)
			return FIDO_DONE;
		end = device_end(d, r);
		if (d->hid.gone || end == FIDO_CANCELLED ||
		    end == FIDO_IN_USE || end == FIDO_TIMEOUT)
			return end;
		if (r == FIDO_ERR_TX || r == FIDO_ERR_RX ||
		    r == FIDO_ERR_RX_NOT_CBOR || r == FIDO_ERR_RX_INVALID_CBOR)
			return FIDO_BROKEN;
	}
	return FIDO_NO_KEY;
}

/* libfido2 keeps authenticator data as the CBOR byte string it came in; what
 * is signed, and wanted, is its content. */
static bool
assert_unwrap(const uint8_t *p, size_t len, struct fido_reply *out)
{
	size_t head = 0, n = 0;

	if (p == NULL || len < 1)
		return false;
	if (p[0] >= 0x40 && p[0] <= 0x57) {
		head = 1;
		n = p[0] - 0x40U;
	} else if (p[0] == 0x58 && len >= 2) {
		head = 2;
		n = p[1];
	} else if (p[0] == 0x59 && len >= 3) {
		head = 3;
		n = (size_t)p[1] << 8 | p[2];
	}
	if (head == 0 || n != len - head || n > sizeof(out->authdata))
		return false;
	memcpy(out->authdata, p + head, n);
	out->authdata_len = n;
	return true;
}

static enum fido_end
assert_take(const struct device *d, const fido_assert_t *a)
{
	const struct fido_entry *e = &d->request->entry[d->entry];
	struct fido_reply *out = d->reply;
	size_t n = fido_assert_sig_len(a, 0);

	/* A list of one need not be answered with its id. */
	if (fido_assert_count(a) < 1 ||
	    (fido_assert_id_len(a, 0) > 0 &&
	     (fido_assert_id_len(a, 0) != e->id_len ||
	      memcmp(fido_assert_id_ptr(a, 0), e->id, e->id_len) != 0)))
		return FIDO_BROKEN;
	if (n == 0 || n > sizeof(out->signature) ||
	    !assert_unwrap(fido_assert_authdata_ptr(a, 0),
			   fido_assert_authdata_len(a, 0), out))
		return FIDO_BROKEN;
	memcpy(out->signature, fido_assert_sig_ptr(a, 0), n);
	out->signature_len = n;
	out->entry = d->entry;
	return FIDO_DONE;
}

static int
assert_once(struct device *d, void *state, bool verify, const char *pin)
{
	fido_assert_t **a = state;
	int r;

	fido_assert_free(a);
	r = assert_prepare(d, &d->request->entry[d->entry], a);
	if (r == FIDO_OK)
		r = fido_assert_set_uv(*a,
				       verify ? FIDO_OPT_TRUE : FIDO_OPT_OMIT);
	return r == FIDO_OK ? fido_dev_get_assert(d->dev, *a, pin) : r;
}

enum fido_end
assert_ask(struct device *d)
{
	fido_assert_t *a = NULL;
	const struct device_verb verb = { .ask = assert_once, .state = &a };
	enum fido_end end = device_verify(d, &verb);

	if (end == FIDO_DONE)
		end = assert_take(d, a);
	fido_assert_free(&a);
	return end;
}
