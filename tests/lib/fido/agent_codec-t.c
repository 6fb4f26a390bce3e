/* SPDX-License-Identifier: MIT */
/* Frames of sigra-agent: what goes in comes out, and nothing else does. */
#include "fido/agent.h"
#include "test.h"

#include <stdlib.h>

static uint8_t bytes[IO_FRAME_MAX + 1];
static size_t len;
static struct fault f;

static enum status
decode(const uint8_t *p, size_t n)
{
	static const struct agent_frame none;
	struct agent_frame frame;
	uint8_t *exact = malloc(n == 0 ? 1 : n);
	enum status st;

	if (exact == NULL)
		abort();
	if (n > 0)
		memcpy(exact, p, n);
	memset(&frame, 0xa5, sizeof(frame));
	st = agent_decode(exact, n, &frame, &f);
	free(exact);
	if (st != STATUS_OK && memcmp(&frame, &none, sizeof(none)) != 0)
		abort();
	return st;
}

static void
round_trip(const struct agent_frame *frame)
{
	struct agent_frame got;
	size_t whole = 0;

	CHECK_OK(agent_encode(frame, bytes, &len, &f), &f);
	CHECK(len <= IO_FRAME_MAX);
	CHECK_OK(agent_decode(bytes, len, &got, &f), &f);
	CHECK(memcmp(&got, frame, sizeof(got)) == 0);
	for (size_t i = 0; i < len; i++)
		whole += decode(bytes, i) == STATUS_OK;
	CHECK_EQ(whole, 0);
	bytes[len] = 0;
	CHECK_EQ(decode(bytes, len + 1), STATUS_PROTOCOL);
}

static void
refused(const struct agent_frame *frame)
{
	CHECK_EQ(agent_encode(frame, bytes, &len, &f), STATUS_INVALID);
}

static void
request(struct agent_frame *frame, size_t keys, size_t blob)
{
	struct agent_request *r = &frame->u.request;

	memset(frame, 0, sizeof(*frame));
	frame->kind = AGENT_FRAME_REQUEST;
	r->seconds = 30;
	r->keys = keys;
	for (size_t i = 0; i < keys; i++) {
		memset(r->key[i].blob, (int)i + 1, blob);
		r->key[i].len = blob;
	}
	memset(r->data, 0x5a, sizeof(r->data));
	r->data_len = sizeof(r->data);
}

static void
test_round_trips(void)
{
	struct agent_frame frame;

	request(&frame, AGENT_KEYS_MAX, AGENT_BLOB_MAX);
	round_trip(&frame);
	request(&frame, 1, 1);
	round_trip(&frame);
	memset(&frame, 0, sizeof(frame));
	frame.kind = AGENT_FRAME_FOUND;
	round_trip(&frame);
	CHECK_EQ(len, 2);
	frame.kind = AGENT_FRAME_REPLY;
	for (int end = AGENT_NONE; end <= AGENT_BROKEN; end++) {
		frame.u.reply.end = (enum agent_end)end;
		round_trip(&frame);
		CHECK_EQ(len, 3);
	}
	frame.u.reply.end = AGENT_DONE;
	frame.u.reply.key = AGENT_KEYS_MAX - 1;
	memset(frame.u.reply.signature, 9, AGENT_SIGNATURE_MAX);
	frame.u.reply.signature_len = AGENT_SIGNATURE_MAX;
	round_trip(&frame);
}

static void
test_refusals(void)
{
	struct agent_frame frame;

	request(&frame, 0, 1);
	refused(&frame);
	request(&frame, 1, 0);
	refused(&frame);
	request(&frame, 1, 1);
	frame.u.request.keys = AGENT_KEYS_MAX + 1;
	refused(&frame);
	request(&frame, 1, 1);
	frame.u.request.key[0].len = AGENT_BLOB_MAX + 1;
	refused(&frame);
	request(&frame, 1, 1);
	frame.u.request.data_len = 0;
	refused(&frame);
	frame.u.request.data_len = AGENT_DATA_MAX + 1;
	refused(&frame);
	request(&frame, 1, 1);
	frame.u.request.seconds = 0;
	refused(&frame);
	frame.kind = (enum agent_frame_kind)4;
	refused(&frame);
	memset(&frame, 0, sizeof(frame));
	frame.kind = AGENT_FRAME_REPLY;
	refused(&frame);
	frame.u.reply.end = AGENT_DONE;
	refused(&frame);
	frame.u.reply.signature_len = AGENT_SIGNATURE_MAX + 1;
	refused(&frame);
	frame.u.reply.signature_len = 1;
	frame.u.reply.key = AGENT_KEYS_MAX;
	refused(&frame);
}

static void
test_hostile(void)
{
	static const struct {
		size_t at;
		uint8_t value;
	} wrong[] = { { 0, 2 },	 { 1, 0 }, { 1, 4 }, { 4, 0 }, { 4, 2 },
		      { 4, 11 }, { 5, 9 }, { 6, 0 }, { 6, 2 } };
	struct agent_frame frame;

	request(&frame, 1, 1);
	frame.u.request.data_len = 1;
	CHECK_OK(agent_encode(&frame, bytes, &len, &f), &f);
	CHECK_EQ(len, 11);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		uint8_t kept = bytes[wrong[i].at];

		bytes[wrong[i].at] = wrong[i].value;
		test_note("byte %zu is %u", wrong[i].at, wrong[i].value);
		CHECK_EQ(decode(bytes, len), STATUS_PROTOCOL);
		bytes[wrong[i].at] = kept;
	}
	CHECK_EQ(decode((const uint8_t *)"\1\3\2\0", 4), STATUS_PROTOCOL);
	CHECK_EQ(decode((const uint8_t *)"\1\3\6", 3), STATUS_PROTOCOL);
	CHECK_EQ(decode((const uint8_t *)"\1\3\1\0\0\0", 6), STATUS_PROTOCOL);
	CHECK_EQ(decode((const uint8_t *)"\1\3\1\12\0\1s", 7),
		 STATUS_PROTOCOL);
}

int
main(void)
{
	test_round_trips();
	test_refusals();
	test_hostile();
	CHECK_STR(agent_end_name(AGENT_GONE), "gone");
	CHECK_STR(agent_end_name(AGENT_DONE), "done");
	CHECK_STR(agent_end_name((enum agent_end)0), "unknown");
	CHECK_STR(agent_end_name((enum agent_end)6), "unknown");
	return test_done();
}
