/* SPDX-License-Identifier: MIT */
/*
 * Frames of sigra-fido and of sigra-agent: what decodes encodes to the same
 * bytes, and what does not leaves nothing behind.  A difference aborts.
 */
#include <stdlib.h>
#include <string.h>

#include "fido/agent.h"
#include "fido/fido.h"

static void
fuzz_fido(const uint8_t *data, size_t size)
{
	uint8_t bytes[IO_FRAME_MAX];
	struct fault f = { .text = "" };
	size_t len = 0;
	FIDO_FRAME(frame);
	FIDO_FRAME(again);

	if (fido_decode(data, size, &frame, &f) != STATUS_OK) {
		if (f.status != STATUS_PROTOCOL ||
		    memcmp(&frame, &again, sizeof(frame)) != 0)
			abort();
		return;
	}
	if (fido_encode(&frame, bytes, &len, &f) != STATUS_OK || len != size ||
	    memcmp(bytes, data, size) != 0)
		abort();
	if (fido_decode(bytes, len, &again, &f) != STATUS_OK ||
	    memcmp(&frame, &again, sizeof(frame)) != 0)
		abort();
}

static void
fuzz_agent(const uint8_t *data, size_t size)
{
	static const struct agent_frame none;
	uint8_t bytes[IO_FRAME_MAX];
	struct fault f = { .text = "" };
	struct agent_frame frame;
	size_t len = 0;

	if (agent_decode(data, size, &frame, &f) != STATUS_OK) {
		if (f.status != STATUS_PROTOCOL ||
		    memcmp(&frame, &none, sizeof(frame)) != 0)
			abort();
		return;
	}
	if (agent_encode(&frame, bytes, &len, &f) != STATUS_OK ||
	    len != size || memcmp(bytes, data, size) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_fido(data, size);
	fuzz_agent(data, size);
	return 0;
}
