/* SPDX-License-Identifier: MIT */
/* What an SSH agent may say: a key that is found was asked for, and stands in
 * what was said. */
#include <stdlib.h>
#include <string.h>

#include "agent/message.h"

static void
fuzz_list(const uint8_t *data, size_t size)
{
	static const struct agent_request request = {
		.keys = 2,
		.key = { { .blob = "key", .len = 3 },
			 { .blob = "other", .len = 5 } },
	};
	size_t key = AGENT_KEYS_MAX;

	if (message_list_find(data, size, &request, &key) != AGENT_DONE)
		return;
	if (key >= request.keys || memmem(data, size, request.key[key].blob,
					  request.key[key].len) == NULL)
		abort();
}

static void
fuzz_sign(const uint8_t *data, size_t size)
{
	struct agent_reply reply = { .signature_len = 0 };
	enum agent_end end = message_sign_read(data, size, &reply);

	if ((end == AGENT_DONE) != (reply.signature_len > 0) ||
	    (end == AGENT_DONE && reply.signature_len + 5 != size))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_list(data, size);
	fuzz_sign(data, size);
	return 0;
}
