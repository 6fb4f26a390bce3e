/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "fido/agent.h"
#include "fido/bytes.h"

static void
agent_put_request(struct bytes_out *o, const struct agent_request *r)
{
	bytes_put_number(o, r->seconds, 2, 1, UINT16_MAX);
	bytes_put_number(o, r->keys, 1, 1, AGENT_KEYS_MAX);
	for (size_t i = 0; !o->bad && i < r->keys; i++)
		bytes_put_string(o, r->key[i].blob, r->key[i].len, 1,
				 sizeof(r->key[i].blob));
	bytes_put_string(o, r->data, r->data_len, 1, sizeof(r->data));
}

static void
agent_get_request(struct bytes_in *in, struct agent_request *r)
{
	r->seconds = (unsigned)bytes_get_number(in, 2, 1, UINT16_MAX);
	r->keys = (size_t)bytes_get_number(in, 1, 1, AGENT_KEYS_MAX);
	for (size_t i = 0; i < r->keys; i++)
		bytes_get_string(in, r->key[i].blob, 1, sizeof(r->key[i].blob),
				 &r->key[i].len);
	bytes_get_string(in, r->data, 1, sizeof(r->data), &r->data_len);
}

static void
agent_put_reply(struct bytes_out *o, const struct agent_reply *r)
{
	bytes_put_number(o, r->end, 1, AGENT_DONE, AGENT_BROKEN);
	if (r->end != AGENT_DONE)
		return;
	bytes_put_number(o, r->key, 1, 0, AGENT_KEYS_MAX - 1);
	bytes_put_string(o, r->signature, r->signature_len, 1,
			 sizeof(r->signature));
}

static void
agent_get_reply(struct bytes_in *in, struct agent_reply *r)
{
	r->end = (enum agent_end)bytes_get_number(in, 1, AGENT_DONE,
						  AGENT_BROKEN);
	if (r->end != AGENT_DONE)
		return;
	r->key = (size_t)bytes_get_number(in, 1, 0, AGENT_KEYS_MAX - 1);
	bytes_get_string(in, r->signature, 1, sizeof(r->signature),
			 &r->signature_len);
}

enum status
agent_encode(const struct agent_frame *frame, uint8_t *bytes, size_t *len,
	     struct fault *f)
{
	struct bytes_out o = { .at = bytes, .size = IO_FRAME_MAX };

	bytes_put_number(&o, FIDO_VERSION, 1, 0, UINT8_MAX);
	bytes_put_number(&o, frame->kind, 1, AGENT_FRAME_REQUEST,
			 AGENT_FRAME_REPLY);
	if (frame->kind == AGENT_FRAME_REQUEST)
		agent_put_request(&o, &frame->u.request);
	else if (frame->kind == AGENT_FRAME_REPLY)
		agent_put_reply(&o, &frame->u.reply);
	if (o.bad)
		return fault(f, STATUS_INVALID,
			     "no frame that an SSH agent could be sent");
	if (o.full)
		return fault(f, STATUS_INVALID, "too many keys for one frame");
	*len = o.len;
	return STATUS_OK;
}

enum status
agent_decode(const uint8_t *bytes, size_t len, struct agent_frame *frame,
	     struct fault *f)
{
	struct bytes_in in = { .at = bytes, .left = len };

	memset(frame, 0, sizeof(*frame));
	(void)bytes_get_number(&in, 1, FIDO_VERSION, FIDO_VERSION);
	frame->kind = (enum agent_frame_kind)bytes_get_number(
		&in, 1, AGENT_FRAME_REQUEST, AGENT_FRAME_REPLY);
	if (frame->kind == AGENT_FRAME_REQUEST)
		agent_get_request(&in, &frame->u.request);
	else if (frame->kind == AGENT_FRAME_REPLY)
		agent_get_reply(&in, &frame->u.reply);
	if (!in.bad && in.left == 0 && len <= IO_FRAME_MAX)
		return STATUS_OK;
	memset(frame, 0, sizeof(*frame));
	return fault(f, STATUS_PROTOCOL, "not a frame of an SSH agent");
}
