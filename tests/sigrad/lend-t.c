/* SPDX-License-Identifier: MIT */
/* When a key's program is lent, and to whom never. */
#include "sigrad/lend.h"

#include <sys/socket.h>
#include <unistd.h>

#include "fido/fido.h"
#include "sigrad/pool.h"
#include "test.h"

/* The terminal's side, as the case has it. */
static struct {
	enum status open, receive;
	uint8_t frame[IO_FRAME_MAX];
	size_t len;
	unsigned opened, sent, closed, asked;
	enum io_where where;
	int unit; /* the other end of what is lent; -1: nothing is */
} side;
static struct terminal t;

/* The master's part. */
int
pool_borrow(int control, int seconds)
{
	int pair[2];

	(void)seconds;
	side.asked++;
	if (control != 77 || side.unit == -2 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return -1;
	if (side.unit >= 0)
		close(side.unit);
	side.unit = pair[1];
	return pair[0];
}

static enum status
side_open(struct io *io, enum io_device which, struct fault *f)
{
	(void)io;
	(void)which;
	(void)f;
	side.opened++;
	return side.open;
}

static enum status
side_send(struct io *io, const uint8_t *bytes, size_t len, struct fault *f)
{
	(void)io;
	(void)bytes;
	(void)len;
	(void)f;
	side.sent++;
	return STATUS_OK;
}

static enum status
side_receive(struct io *io, int seconds, uint8_t *bytes, size_t *len,
	     struct fault *f)
{
	(void)io;
	(void)seconds;
	(void)f;
	if (side.receive != STATUS_OK)
		return side.receive;
	memcpy(bytes, side.frame, side.len);
	*len = side.len;
	return STATUS_OK;
}

static void
side_close(struct io *io)
{
	(void)io;
	side.closed++;
}

static enum status
side_place(struct io *io, struct io_place *out, struct fault *f)
{
	(void)io;
	(void)f;
	*out = (struct io_place){ .where = side.where, .why = "test" };
	return STATUS_OK;
}

static void
side_reply(enum fido_end end)
{
	static struct fido_frame frame;

	frame = (struct fido_frame){ .kind = FIDO_FRAME_REPLY };
	frame.u.reply.end = end;
	CHECK_EQ(fido_encode(&frame, side.frame, &side.len, NULL), STATUS_OK);
}

static int terminal_fd; /* the other end of the terminal's socket */

static struct io *
begin(void)
{
	struct io *io = &t.server.io;
	int pair[2];

	lend_close(&t);
	memset(&t, 0, sizeof(t));
	memset(&side, 0, sizeof(side));
	side.where = IO_LOCAL;
	side.unit = -1;
	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) ==
	      0);
	t.server.fd = pair[0];
	terminal_fd = pair[1];
	t.control = 77;
	t.lent.fd = -1;
	t.wire = (struct io){ .device_open = side_open,
			      .device_send = side_send,
			      .device_receive = side_receive,
			      .device_close = side_close };
	io->place = side_place;
	lend_ops(io);
	return io;
}

static enum status
hear(struct io *io, const char *expected)
{
	static uint8_t bytes[IO_FRAME_MAX];
	size_t len = 0;
	enum status st = io->device_receive(io, 0, bytes, &len, NULL);

	if (st == STATUS_OK &&
	    (len != strlen(expected) || memcmp(bytes, expected, len) != 0))
		return STATUS_CORRUPT;
	return st;
}

static bool
unit_heard(const char *expected)
{
	char bytes[100];
	ssize_t n = recv(side.unit, bytes, sizeof(bytes), MSG_DONTWAIT);

	return n == (ssize_t)strlen(expected) &&
	       memcmp(bytes, expected, (size_t)n) == 0;
}

#define SAY(io, text)                                                         \
	((io)->device_send((io), (const uint8_t *)(text), strlen(text), NULL))

static void
test_cannot_start(void)
{
	struct io *io = begin();

	side.open = STATUS_UNAVAILABLE;
	CHECK_EQ(io->device_open(io, IO_DEVICE_KEY, NULL), STATUS_OK);
	CHECK_EQ(SAY(io, "question"), STATUS_OK);
	CHECK(unit_heard("question"));
	CHECK_EQ(side.sent, 0);
	CHECK_EQ(hear(io, ""), STATUS_BUSY);
	CHECK(send(side.unit, "answer", 6, 0) == 6);
	CHECK_EQ(hear(io, "answer"), STATUS_OK);
	CHECK(send(side.unit, t.lent.first, IO_FRAME_MAX, 0) == IO_FRAME_MAX);
	CHECK_EQ(hear(io, ""), STATUS_CORRUPT);
	/* The person behind it goes away. */
	(void)close(terminal_fd);
	CHECK_EQ(hear(io, ""), STATUS_CANCELLED);
	io->device_close(io);
	CHECK(recv(side.unit, side.frame, 1, MSG_DONTWAIT) == 0);
	CHECK_EQ(t.lent.fd, -1);
}

static void
test_ends(void)
{
	struct io *io = begin();

	side.open = STATUS_UNAVAILABLE;
	CHECK_EQ(io->device_open(io, IO_DEVICE_KEY, NULL), STATUS_OK);
	(void)close(side.unit);
	side.unit = -1;
	CHECK_EQ(hear(io, ""), STATUS_LOST);
	CHECK_EQ(SAY(io, "x"), STATUS_LOST);
	/* A few times, and no more. */
	for (unsigned i = 1; i < WIRE_DEVICES_MAX; i++)
		CHECK_EQ(io->device_open(io, IO_DEVICE_KEY, NULL), STATUS_OK);
	CHECK_EQ(io->device_open(io, IO_DEVICE_KEY, NULL), STATUS_UNAVAILABLE);
	CHECK_EQ(side.asked, WIRE_DEVICES_MAX);
}

/* It says at once that it may not, or does not even say that. */
static void
test_denied(enum status receive)
{
	struct io *io = begin();

	side_reply(FIDO_DENIED);
	side.receive = receive;
	CHECK_EQ(io->device_open(io, IO_DEVICE_KEY, NULL), STATUS_OK);
	CHECK_EQ(SAY(io, "question"), STATUS_OK);
	CHECK_EQ(side.asked, 0);
	CHECK_EQ(hear(io, ""), STATUS_BUSY);
	CHECK_EQ(side.asked, 1);
	CHECK_EQ(side.closed, 1);
	CHECK(unit_heard("question"));
	CHECK(send(side.unit, "answer", 6, 0) == 6);
	CHECK_EQ(hear(io, "answer"), STATUS_OK);
}

static void
test_not_lent(enum io_where where, enum io_device which, int control,
	      enum status open)
{
	struct io *io = begin();

	side.where = where;
	side.open = open;
	t.control = control;
	side_reply(FIDO_DENIED);
	CHECK_EQ(io->device_open(io, which, NULL), open);
	if (open == STATUS_OK) {
		CHECK_EQ(SAY(io, "question"), STATUS_OK);
		CHECK_EQ(hear(io, ""), STATUS_CORRUPT);
	}
	CHECK_EQ(side.asked, 0);
	CHECK_EQ(t.lent.fd, -1);
}

/* Other ends are its own, and so is a denial that comes late. */
static void
test_its_own(void)
{
	static const enum fido_end ends[] = { FIDO_NO_KEY, FIDO_TIMEOUT,
					      FIDO_CANCELLED, FIDO_BROKEN };
	struct io *io;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		io = begin();
		side_reply(ends[i]);
		CHECK_EQ(io->device_open(io, IO_DEVICE_KEY, NULL), STATUS_OK);
		CHECK_EQ(SAY(io, "question"), STATUS_OK);
		CHECK_EQ(hear(io, ""), STATUS_CORRUPT);
		side_reply(FIDO_DENIED);
		CHECK_EQ(hear(io, ""), STATUS_CORRUPT);
		side.receive = STATUS_LOST;
		CHECK_EQ(hear(io, ""), STATUS_LOST);
		CHECK_EQ(side.asked, 0);
	}
	io = begin();
	memcpy(side.frame, "nonsense", 8);
	side.len = 8;
	CHECK_EQ(io->device_open(io, IO_DEVICE_KEY, NULL), STATUS_OK);
	CHECK_EQ(SAY(io, "question"), STATUS_OK);
	CHECK_EQ(hear(io, "nonsense"), STATUS_OK);
	CHECK_EQ(side.asked, 0);
	/* Nobody waits for nothing. */
	io = begin();
	side.receive = STATUS_CANCELLED;
	CHECK_EQ(io->device_open(io, IO_DEVICE_KEY, NULL), STATUS_OK);
	CHECK_EQ(SAY(io, "question"), STATUS_OK);
	CHECK_EQ(hear(io, ""), STATUS_CANCELLED);
	CHECK_EQ(side.asked, 0);
}

static void
test_refused(void)
{
	struct io *io = begin();

	side.unit = -2;
	side.open = STATUS_UNAVAILABLE;
	CHECK_EQ(io->device_open(io, IO_DEVICE_KEY, NULL), STATUS_UNAVAILABLE);
	CHECK_EQ(side.asked, 1);
	CHECK_EQ(t.lent.fd, -1);
}

int
main(void)
{
	t.lent.fd = -1;
	test_cannot_start();
	test_ends();
	test_denied(STATUS_OK);
	test_denied(STATUS_LOST);
	for (int i = 0; i < 2; i++) {
		enum status open = i == 0 ? STATUS_OK : STATUS_UNAVAILABLE;

		test_not_lent(IO_REMOTE, IO_DEVICE_KEY, 77, open);
		test_not_lent(IO_UNKNOWN, IO_DEVICE_KEY, 77, open);
		test_not_lent(IO_LOCAL, IO_DEVICE_AGENT, 77, open);
		test_not_lent(IO_LOCAL, IO_DEVICE_KEY, -1, open);
	}
	test_its_own();
	test_refused();
	return test_done();
}
