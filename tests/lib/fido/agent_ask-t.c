/* SPDX-License-Identifier: MIT */
/* A conversation with sigra-agent, which may say anything. */
#include "script.h"
#include "test.h"

static const struct agent_request request = {
	.seconds = 30,
	.keys = 2,
	.key = { { .blob = { 1 }, .len = 60 }, { .blob = { 2 }, .len = 60 } },
	.data = { 3 },
	.data_len = 100,
};
static const struct agent_frame found = { .kind = AGENT_FRAME_FOUND };
static struct agent_reply out;
static struct script s;

static void
start(void)
{
	script_start(&s);
	memset(&out, 0, sizeof(out));
}

static void
replies(enum agent_end end, size_t key)
{
	const struct agent_frame frame = {
		.kind = AGENT_FRAME_REPLY,
		.u.reply = { .end = end,
			     .key = key,
			     .signature = { 9 },
			     .signature_len = 80 },
	};

	script_agent(&s, &frame);
}

static enum status
run(void)
{
	enum status st = agent_ask(&s.io, &s.cue, &request, &out, &s.f);

	CHECK_EQ(s.touch_depth, 0);
	CHECK_EQ(script_count(&s, "close"), s.opens == STATUS_OK ? 1 : 0);
	return st;
}

static void
breaks(const char *why)
{
	CHECK_EQ(run(), STATUS_PROTOCOL);
	CHECK_STR(s.f.text, why);
	CHECK_EQ(out.end, 0);
}

static void
test_signed(void)
{
	start();
	script_agent(&s, &found);
	replies(AGENT_DONE, 1);
	CHECK_OK(run(), &s.f);
	CHECK_EQ(out.end, AGENT_DONE);
	CHECK_EQ(out.key, 1);
	CHECK_EQ(out.signature_len, 80);
	CHECK_EQ(s.agent.keys, 2);
	CHECK_EQ(s.agent.data[0], 3);
	CHECK_EQ(s.device, IO_DEVICE_AGENT);
	CHECK_STR(s.log, "open\nsend:agent\ntouch\n"
			 "info:Touch your security key: sudo for ann on web1\n"
			 "close\nover\n");
}

static void
test_ends(void)
{
	for (int end = AGENT_NONE; end <= AGENT_BROKEN; end++) {
		start();
		replies((enum agent_end)end, 0);
		CHECK_OK(run(), &s.f);
		CHECK_EQ(out.end, end);
		CHECK_EQ(out.signature_len, 0);
	}
}

static void
test_breaks(void)
{
	const struct agent_frame mirror = { .kind = AGENT_FRAME_REQUEST,
					    .u.request = request };

	start();
	replies(AGENT_DONE, 0);
	breaks("sigra-agent: a reply to something else");
	start();
	script_agent(&s, &found);
	replies(AGENT_DONE, 2);
	breaks("sigra-agent: a reply to something else");
	start();
	script_agent(&s, &found);
	script_agent(&s, &found);
	breaks("sigra-agent: a key is found twice");
	start();
	script_agent(&s, &mirror);
	breaks("sigra-agent: a frame that only we send");
	start();
	script_bytes(&s, "\x01\x03\x01", 3);
	breaks("not a frame of an SSH agent");
}

static void
test_fails(void)
{
	start();
	CHECK_OK(run(), &s.f);
	CHECK_EQ(out.end, AGENT_REFUSED);
	CHECK_EQ(s.longest, 35);
	start();
	script_agent(&s, &found);
	s.step[0].seconds = 40;
	CHECK_OK(run(), &s.f);
	CHECK_EQ(out.end, AGENT_REFUSED);
	start();
	script_agent(&s, &found);
	script_status(&s, STATUS_CANCELLED);
	CHECK_OK(run(), &s.f);
	CHECK_EQ(out.end, AGENT_REFUSED);
	start();
	script_status(&s, STATUS_LOST);
	CHECK_EQ(run(), STATUS_UNAVAILABLE);
	start();
	s.send_fails_at = 1;
	s.sends = STATUS_LOST;
	CHECK_EQ(run(), STATUS_UNAVAILABLE);
	start();
	s.opens = STATUS_UNAVAILABLE;
	CHECK_EQ(run(), STATUS_UNAVAILABLE);
	start();
	s.io.device_open = NULL;
	CHECK_EQ(agent_ask(&s.io, &s.cue, &request, &out, &s.f),
		 STATUS_UNAVAILABLE);
	start();
	s.touches = STATUS_BUSY;
	script_agent(&s, &found);
	CHECK_EQ(run(), STATUS_BUSY);
}

int
main(void)
{
	test_signed();
	test_ends();
	test_breaks();
	test_fails();
	return test_done();
}
