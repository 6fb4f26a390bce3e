/* SPDX-License-Identifier: MIT */
#include "terminal.h"

static uint8_t room[IO_FRAME_MAX];

/* By itself, as a command has it: no verifier between. */
static void
test_alone(void)
{
	struct wire_device d = { .open = false };
	struct fault f = { .text = "" };
	unsigned before = open_fds();
	size_t len = 0;

	CHECK_EQ(start(&d, "/nonexistent/program", &f), STATUS_UNAVAILABLE);
	CHECK(strstr(f.text, "/nonexistent/program") != NULL);
	CHECK(!d.open);
	CHECK_EQ(start(&d, "/", &f), STATUS_OK);
	CHECK_EQ(wire_device_receive(&d, 30, room, &len, &f), STATUS_LOST);
	wire_device_close(&d);
	CHECK_OK(start(&d, "/proc/self/exe", &f), &f);
	CHECK_EQ(wire_device_receive(&d, 0, room, &len, &f), STATUS_BUSY);
	CHECK_OK(wire_device_send(&d, (const uint8_t *)"hello", 5, &f), &f);
	CHECK_OK(wire_device_receive(&d, 30, room, &len, &f), &f);
	CHECK_EQ(len, 5);
	CHECK_OK(wire_device_pause(&d, &f), &f);
	wire_device_resume(&d);
	wire_device_close(&d);
	wire_device_close(&d);
	CHECK_OK(wire_device_pause(&d, &f), &f);
	CHECK_EQ(open_fds(), before);
}

/* As long as a frame may be, and no longer. */
static void
test_largest_frame(void)
{
	uint8_t bytes[WIRE_MESSAGE_MAX];
	size_t len = 0;
	WIRE_MESSAGE(m);

	m.type = WIRE_DEVICE_FRAME;
	m.u.frame.len = IO_FRAME_MAX;
	memset(m.u.frame.bytes, 0xa5, IO_FRAME_MAX);
	CHECK_EQ(wire_encode(&m, bytes, &len, NULL), STATUS_OK);
	CHECK_EQ(len, 3 + IO_FRAME_MAX);
	CHECK_EQ(wire_decode(bytes, len, &m, NULL), STATUS_OK);
	CHECK_EQ(m.u.frame.len, IO_FRAME_MAX);
	m.u.frame.len++;
	CHECK_EQ(wire_encode(&m, bytes, &len, NULL), STATUS_INVALID);
	bytes[2]++;
	bytes[len] = 1;
	CHECK_EQ(wire_decode(bytes, len + 1, &m, NULL), STATUS_PROTOCOL);
}

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "program") == 0)
		return program();
	test_alone();
	test_largest_frame();
	return test_done();
}
