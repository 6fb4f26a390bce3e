/* SPDX-License-Identifier: MIT */
#include "agent/message.h"

#include <string.h>

#include "fido/bytes.h"

enum message_type {
	MESSAGE_FAILURE = 5,
	MESSAGE_LIST = 11,
	MESSAGE_LIST_ANSWER = 12,
	MESSAGE_SIGN = 13,
	MESSAGE_SIGN_ANSWER = 14,
};

/* A string of the protocol, where it lies. */
static const uint8_t *
message_get(struct bytes_in *in, size_t *len)
{
	*len = (size_t)bytes_get_number(in, 4, 0, MESSAGE_MAX);
	return bytes_get(in, *len);
}

static void
message_put(struct bytes_out *o, const uint8_t *p, size_t len)
{
	bytes_put_number(o, len, 4, 0, UINT32_MAX);
	bytes_put(o, p, len);
}

/* Is it the answer that was asked for? */
static enum agent_end
message_begin(struct bytes_in *in, enum message_type type)
{
	uint64_t got = bytes_get_number(in, 1, 0, UINT8_MAX);

	if (got == MESSAGE_FAILURE && !in->bad)
		return AGENT_REFUSED;
	return got == type ? AGENT_DONE : AGENT_BROKEN;
}

size_t
message_list_make(uint8_t *out)
{
	out[0] = MESSAGE_LIST;
	return 1;
}

static bool
message_wanted(const struct agent_request *r, const uint8_t *blob, size_t len,
	       size_t *key)
{
	for (size_t i = 0; i < r->keys; i++)
		if (r->key[i].len == len &&
		    memcmp(r->key[i].blob, blob, len) == 0) {
			*key = i;
			return true;
		}
	return false;
}

enum agent_end
message_list_find(const uint8_t *bytes, size_t len,
		  const struct agent_request *request, size_t *key)
{
	struct bytes_in in = { .at = bytes, .left = len };
	enum agent_end end = message_begin(&in, MESSAGE_LIST_ANSWER);
	bool found = false;
	size_t first = 0;
	uint64_t n;

	if (end != AGENT_DONE)
		return end;
	n = bytes_get_number(&in, 4, 0, MESSAGE_MAX);
	for (uint64_t i = 0; i < n && !in.bad; i++) {
		size_t blob_len = 0, comment_len = 0;
		const uint8_t *blob = message_get(&in, &blob_len);

		(void)message_get(&in, &comment_len);
		if (!found && !in.bad)
			found = message_wanted(request, blob, blob_len,
					       &first);
	}
	if (in.bad || in.left > 0)
		return AGENT_BROKEN;
	if (!found)
		return AGENT_NONE;
	*key = first;
	return AGENT_DONE;
}

size_t
message_sign_make(const struct agent_request *request, size_t key,
		  uint8_t *out)
{
	struct bytes_out o = { .at = out, .size = MESSAGE_ASK_MAX };

	bytes_put_number(&o, MESSAGE_SIGN, 1, 0, UINT8_MAX);
	message_put(&o, request->key[key].blob, request->key[key].len);
	message_put(&o, request->data, request->data_len);
	bytes_put_number(&o, 0, 4, 0, 0);
	return o.len;
}

enum agent_end
message_sign_read(const uint8_t *bytes, size_t len, struct agent_reply *out)
{
	struct bytes_in in = { .at = bytes, .left = len };
	enum agent_end end = message_begin(&in, MESSAGE_SIGN_ANSWER);
	const uint8_t *signature;
	size_t n = 0;

	if (end != AGENT_DONE)
		return end;
	signature = message_get(&in, &n);
	if (signature == NULL || in.left > 0 || n == 0 ||
	    n > sizeof(out->signature))
		return AGENT_BROKEN;
	memcpy(out->signature, signature, n);
	out->signature_len = n;
	return AGENT_DONE;
}
