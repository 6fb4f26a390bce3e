/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "fido/bytes.h"
#include "fido/fido.h"

/* COSE (RFC 9053 2): two's complement in one frame, so listed, not ranged. */
static const int64_t codec_algorithms[] = { -7, -8, -257 };

static bool
codec_algorithm(int64_t cose)
{
	for (size_t i = 0;
	     i < sizeof(codec_algorithms) / sizeof(codec_algorithms[0]); i++)
		if (codec_algorithms[i] == cose)
			return true;
	return false;
}

void
fido_frame_wipe(struct fido_frame *frame)
{
	explicit_bzero(frame, sizeof(*frame));
}

static void
codec_put_entries(struct bytes_out *o, const struct fido_request *r)
{
	bytes_put_number(o, r->entries, 1, r->verb == FIDO_ASSERT ? 1 : 0,
			 FIDO_KEYS_MAX);
	for (size_t i = 0; !o->bad && i < r->entries; i++) {
		const struct fido_entry *e = &r->entry[i];

		bytes_put_word(o, e->rp, sizeof(e->rp));
		bytes_put_string(o, e->id, e->id_len, 1, sizeof(e->id));
	}
}

static void
codec_get_entries(struct bytes_in *in, struct fido_request *r)
{
	r->entries = (size_t)bytes_get_number(
		in, 1, r->verb == FIDO_ASSERT ? 1 : 0, FIDO_KEYS_MAX);
	for (size_t i = 0; i < r->entries; i++) {
		struct fido_entry *e = &r->entry[i];

		bytes_get_word(in, e->rp, sizeof(e->rp));
		bytes_get_string(in, e->id, 1, sizeof(e->id), &e->id_len);
	}
}

/* Only what the verb is about: nothing else can be said. */
static void
codec_put_request(struct bytes_out *o, const struct fido_request *r)
{
	bytes_put_number(o, r->verb, 1, FIDO_ASSERT, FIDO_PARSE);
	bytes_put_number(o, r->insert_seconds, 2, 0, UINT16_MAX);
	bytes_put_number(o, r->touch_seconds, 2, 0, UINT16_MAX);
	bytes_put_number(o, r->uv, 1, FIDO_UV_PREFERRED, FIDO_UV_DISCOURAGED);
	bytes_put_bool(o, r->pin);
	bytes_put(o, r->hash, sizeof(r->hash));
	if (r->verb != FIDO_PARSE)
		codec_put_entries(o, r);
	if (r->verb == FIDO_ASSERT)
		return;
	bytes_put_word(o, r->rp, sizeof(r->rp));
	bytes_put_bool(o, r->attestation);
	if (r->verb == FIDO_MAKE) {
		bytes_put_string(o, r->user, r->user_len, 0, sizeof(r->user));
		bytes_put_text(o, r->name, sizeof(r->name));
		bytes_put_bool(o, r->resident);
		return;
	}
	bytes_put_word(o, r->format, sizeof(r->format));
	bytes_put_string(o, r->authdata, r->authdata_len, 0,
			 sizeof(r->authdata));
	bytes_put_string(o, r->statement, r->statement_len, 0,
			 sizeof(r->statement));
}

static void
codec_get_request(struct bytes_in *in, struct fido_request *r)
{
	r->verb = (enum fido_verb)bytes_get_number(in, 1, FIDO_ASSERT,
						   FIDO_PARSE);
	r->insert_seconds = (unsigned)bytes_get_number(in, 2, 0, UINT16_MAX);
	r->touch_seconds = (unsigned)bytes_get_number(in, 2, 0, UINT16_MAX);
	r->uv = (enum fido_uv)bytes_get_number(in, 1, FIDO_UV_PREFERRED,
					       FIDO_UV_DISCOURAGED);
	r->pin = bytes_get_bool(in);
	bytes_get_copy(in, r->hash, sizeof(r->hash));
	if (r->verb != FIDO_PARSE)
		codec_get_entries(in, r);
	if (r->verb == FIDO_ASSERT)
		return;
	bytes_get_word(in, r->rp, sizeof(r->rp));
	r->attestation = bytes_get_bool(in);
	if (r->verb == FIDO_MAKE) {
		bytes_get_string(in, r->user, 0, sizeof(r->user),
				 &r->user_len);
		bytes_get_text(in, r->name, sizeof(r->name));
		r->resident = bytes_get_bool(in);
		return;
	}
	bytes_get_word(in, r->format, sizeof(r->format));
	bytes_get_string(in, r->authdata, 0, sizeof(r->authdata),
			 &r->authdata_len);
	bytes_get_string(in, r->statement, 0, sizeof(r->statement),
			 &r->statement_len);
}

/* As a string, since libfido2 takes one: a NUL inside cannot be meant. */
static void
codec_put_pin(struct bytes_out *o, const struct secret *pin)
{
	SECRET_TEXT(text);

	if (pin->len < FIDO_PIN_MIN || pin->len > FIDO_PIN_MAX ||
	    !secret_string(pin, text.s, sizeof(text.s))) {
		o->bad = true;
		return;
	}
	bytes_put_string(o, text.s, pin->len, FIDO_PIN_MIN, FIDO_PIN_MAX);
}

static void
codec_get_pin(struct bytes_in *in, struct secret *pin)
{
	size_t len =
		(size_t)bytes_get_number(in, 2, FIDO_PIN_MIN, FIDO_PIN_MAX);
	const uint8_t *p = bytes_get(in, len);

	if (p == NULL || memchr(p, 0, len) != NULL ||
	    secret_set(pin, p, len, NULL) != STATUS_OK)
		in->bad = true;
}

static bool
codec_counts(enum fido_event_kind kind)
{
	return kind == FIDO_EVENT_PIN || kind == FIDO_EVENT_PIN_WRONG;
}

static void
codec_put_event(struct bytes_out *o, const struct fido_event *e)
{
	bytes_put_number(o, e->kind, 1, FIDO_EVENT_INSERT, FIDO_EVENT_BUSY);
	if (codec_counts(e->kind))
		bytes_put_number(o, e->tries, 1, 0, UINT8_MAX);
}

static void
codec_get_event(struct bytes_in *in, struct fido_event *e)
{
	e->kind = (enum fido_event_kind)bytes_get_number(
		in, 1, FIDO_EVENT_INSERT, FIDO_EVENT_BUSY);
	if (codec_counts(e->kind))
		e->tries = (unsigned)bytes_get_number(in, 1, 0, UINT8_MAX);
}

/* A failure says how it ended, and nothing more. */
static void
codec_put_reply(struct bytes_out *o, const struct fido_reply *r)
{
	bytes_put_number(o, r->end, 1, FIDO_DONE, FIDO_BROKEN);
	if (r->end != FIDO_DONE)
		return;
	bytes_put_number(o, r->entry, 1, 0, FIDO_KEYS_MAX - 1);
	bytes_put_string(o, r->authdata, r->authdata_len, 0,
			 sizeof(r->authdata));
	bytes_put_string(o, r->signature, r->signature_len, 0,
			 sizeof(r->signature));
	bytes_put_word(o, r->format, sizeof(r->format));
	bytes_put_string(o, r->statement, r->statement_len, 0,
			 sizeof(r->statement));
	bytes_put_word(o, r->transports, sizeof(r->transports));
	bytes_put_string(o, r->id, r->id_len, 0, sizeof(r->id));
	if (r->id_len == 0)
		return;
	o->bad = o->bad || !codec_algorithm(r->algorithm);
	bytes_put_number(o, (uint64_t)r->algorithm, 8, 0, UINT64_MAX);
	bytes_put_string(o, r->public, r->public_len, 1, sizeof(r->public));
	bytes_put(o, r->aaguid, sizeof(r->aaguid));
	bytes_put_bool(o, r->uv);
	bytes_put_bool(o, r->attested);
	bytes_put_number(o, (uint64_t)r->sign_count, 4, 0, UINT32_MAX);
}

static void
codec_get_reply(struct bytes_in *in, struct fido_reply *r)
{
	r->end =
		(enum fido_end)bytes_get_number(in, 1, FIDO_DONE, FIDO_BROKEN);
	if (r->end != FIDO_DONE)
		return;
	r->entry = (size_t)bytes_get_number(in, 1, 0, FIDO_KEYS_MAX - 1);
	bytes_get_string(in, r->authdata, 0, sizeof(r->authdata),
			 &r->authdata_len);
	bytes_get_string(in, r->signature, 0, sizeof(r->signature),
			 &r->signature_len);
	bytes_get_word(in, r->format, sizeof(r->format));
	bytes_get_string(in, r->statement, 0, sizeof(r->statement),
			 &r->statement_len);
	bytes_get_word(in, r->transports, sizeof(r->transports));
	bytes_get_string(in, r->id, 0, sizeof(r->id), &r->id_len);
	if (r->id_len == 0)
		return;
	r->algorithm = (int64_t)bytes_get_number(in, 8, 0, UINT64_MAX);
	in->bad = in->bad || !codec_algorithm(r->algorithm);
	bytes_get_string(in, r->public, 1, sizeof(r->public), &r->public_len);
	bytes_get_copy(in, r->aaguid, sizeof(r->aaguid));
	r->uv = bytes_get_bool(in);
	r->attested = bytes_get_bool(in);
	r->sign_count = (int64_t)bytes_get_number(in, 4, 0, UINT32_MAX);
}

enum status
fido_encode(const struct fido_frame *frame, uint8_t *bytes, size_t *len,
	    struct fault *f)
{
	struct bytes_out o = { .at = bytes, .size = IO_FRAME_MAX };

	bytes_put_number(&o, FIDO_VERSION, 1, 0, UINT8_MAX);
	bytes_put_number(&o, frame->kind, 1, FIDO_FRAME_REQUEST,
			 FIDO_FRAME_REPLY);
	switch (frame->kind) {
	case FIDO_FRAME_REQUEST:
		codec_put_request(&o, &frame->u.request);
		break;
	case FIDO_FRAME_PIN:
		codec_put_pin(&o, &frame->u.pin);
		break;
	case FIDO_FRAME_CANCEL:
		break;
	case FIDO_FRAME_EVENT:
		codec_put_event(&o, &frame->u.event);
		break;
	case FIDO_FRAME_REPLY:
		codec_put_reply(&o, &frame->u.reply);
		break;
	}
	if (o.bad)
		return fault(f, STATUS_INVALID,
			     "no frame that a security key could be sent");
	if (o.full)
		return fault(f, STATUS_INVALID, "too many keys for one frame");
	*len = o.len;
	return STATUS_OK;
}

enum status
fido_decode(const uint8_t *bytes, size_t len, struct fido_frame *frame,
	    struct fault *f)
{
	struct bytes_in in = { .at = bytes, .left = len };

	fido_frame_wipe(frame);
	(void)bytes_get_number(&in, 1, FIDO_VERSION, FIDO_VERSION);
	frame->kind = (enum fido_frame_kind)bytes_get_number(
		&in, 1, FIDO_FRAME_REQUEST, FIDO_FRAME_REPLY);
	switch (frame->kind) {
	case FIDO_FRAME_REQUEST:
		codec_get_request(&in, &frame->u.request);
		break;
	case FIDO_FRAME_PIN:
		codec_get_pin(&in, &frame->u.pin);
		break;
	case FIDO_FRAME_CANCEL:
		break;
	case FIDO_FRAME_EVENT:
		codec_get_event(&in, &frame->u.event);
		break;
	case FIDO_FRAME_REPLY:
		codec_get_reply(&in, &frame->u.reply);
		break;
	}
	if (!in.bad && in.left == 0 && len <= IO_FRAME_MAX)
		return STATUS_OK;
	fido_frame_wipe(frame);
	return fault(f, STATUS_PROTOCOL, "not a frame of a security key");
}
