/* SPDX-License-Identifier: MIT */
#include <time.h>

#include "peer.h"
#include "test.h"

static enum status
say_password(struct io *io, const struct prompt *p, struct secret *answer,
	     struct fault *f)
{
	(void)io;
	if (p->purpose == PURPOSE_OLD_PASSWORD)
		return fault(f, STATUS_CANCELLED, "Ctrl-C");
	if (p->purpose == PURPOSE_NEW_PASSWORD)
		return fault(f, STATUS_INVALID, "too long");
	return secret_set(answer, "open sesame", 11, f);
}

static enum status
say_nothing(struct io *io, const struct prompt *p, struct fault *f)
{
	(void)io;
	(void)f;
	return strcmp(p->text, "notice") == 0 ? STATUS_OK : STATUS_CORRUPT;
}

static enum status
say_member(struct io *io, const char *const *names, size_t n, uint32_t *mask,
	   struct fault *f)
{
	(void)io;
	(void)f;
	*mask = n == 1 && strcmp(names[0], "adm") == 0 ? 1 : 0;
	return STATUS_OK;
}

/* The real client: both sides as they are installed. */
static int
peer_client(int fd)
{
	struct io io = { .ask = say_password,
			 .tell = say_nothing,
			 .member = say_member };
	struct request r = { .phase = PHASE_ACCOUNT,
			     .user = "ann",
			     .service = "login",
			     .ruid = 1000,
			     .pid = 42 };
	struct wire_verdict v;

	if (wire_client_hello(fd, WIRE_REPLY_SECONDS, NULL) != STATUS_OK ||
	    wire_client_run(fd, &r, &io, &v, NULL, NULL) != STATUS_OK)
		return 1;
	return v.step == WIRE_RENEW ? 0 : 2;
}

/* Of this boot, and no clock that anybody sets. */
static void
check_uptime(struct io *io)
{
	struct timespec before = { 0 }, after = { 0 };
	int64_t up;

	CHECK(clock_gettime(CLOCK_BOOTTIME, &before) == 0);
	up = io->uptime(io);
	CHECK(clock_gettime(CLOCK_BOOTTIME, &after) == 0);
	CHECK(up >= before.tv_sec && up <= after.tv_sec);
}

static void
test_conversation(void)
{
	struct wire_verdict v = { .step = WIRE_RENEW };
	struct prompt p = { .kind = PROMPT_SECRET,
			    .purpose = PURPOSE_PASSWORD,
			    .text = "Password: " };
	const char *names[] = { "adm" };
	struct fault f = { .text = "" };
	struct wire_server server;
	WIRE_MESSAGE(r);
	SECRET(answer);
	uint32_t mask = 0;
	int fd;
	pid_t pid = peer_start(peer_client, &fd);
	struct io *io = &server.io;

	CHECK_OK(wire_server_start(&server, fd, &r, &f), &f);
	CHECK_EQ(r.type, WIRE_REQUEST);
	CHECK_STR(r.u.request.user, "ann");
	CHECK_EQ(r.u.request.ruid, 1000);
	CHECK_OK(io->ask(io, &p, &answer, &f), &f);
	CHECK(secret_is(&answer, "open sesame", 11));
	p.purpose = PURPOSE_OLD_PASSWORD;
	CHECK_EQ(io->ask(io, &p, &answer, &f), STATUS_CANCELLED);
	p.purpose = PURPOSE_NEW_PASSWORD;
	CHECK_EQ(io->ask(io, &p, &answer, &f), STATUS_INVALID);
	p = (struct prompt){ .kind = PROMPT_INFO, .text = "notice" };
	CHECK_OK(io->tell(io, &p, &f), &f);
	CHECK_OK(io->member(io, names, 1, &mask, &f), &f);
	CHECK_EQ(mask, 1);
	CHECK(io->now(io) > 1700000000);
	check_uptime(io);
	io->pause(io, 1);
	CHECK_OK(wire_server_finish(&server, &v, NULL, &f), &f);
	CHECK_EQ(peer_end(pid, fd), 0);
}

/* A verdict that contradicts itself never goes out. */
static int
peer_sees_no_verdict(int fd)
{
	return peer_client(fd) == 1 ? 0 : 1;
}

static void
test_contradiction(void)
{
	struct wire_verdict v = { .step = WIRE_ALLOW,
				  .reason = WIRE_REASON_WRONG };
	struct wire_server server;
	WIRE_MESSAGE(r);
	int fd;
	pid_t pid = peer_start(peer_sees_no_verdict, &fd);

	CHECK_EQ(wire_server_start(&server, fd, &r, NULL), STATUS_OK);
	CHECK_EQ(wire_server_finish(&server, &v, NULL, NULL), STATUS_INVALID);
	CHECK_EQ(peer_end(pid, fd), 0);
}

static int
peer_of_the_future(int fd)
{
	WIRE_MESSAGE(m);

	m.type = WIRE_HELLO;
	m.u.hello.low = WIRE_VERSION_HIGH + 1;
	m.u.hello.high = WIRE_VERSION_HIGH + 9;
	if (wire_send(fd, &m, NULL) != STATUS_OK ||
	    wire_expect(fd, 5, WIRE_WELCOME, &m, NULL) != STATUS_OK)
		return 1;
	return m.u.welcome.version == 0 ? 0 : 2;
}

static int
peer_of_many_versions(int fd)
{
	WIRE_MESSAGE(m);

	m.type = WIRE_HELLO;
	m.u.hello.low = 1;
	m.u.hello.high = 999;
	if (wire_send(fd, &m, NULL) != STATUS_OK ||
	    wire_expect(fd, 5, WIRE_WELCOME, &m, NULL) != STATUS_OK)
		return 1;
	return m.u.welcome.version == WIRE_VERSION_HIGH ? 0 : 2;
}

/* Of the release before: told so, and not half understood. */
static int
peer_of_the_past(int fd)
{
	WIRE_MESSAGE(m);

	m.type = WIRE_HELLO;
	m.u.hello.low = 1;
	m.u.hello.high = 1;
	if (wire_send(fd, &m, NULL) != STATUS_OK ||
	    wire_expect(fd, 5, WIRE_WELCOME, &m, NULL) != STATUS_OK)
		return 1;
	return m.u.welcome.version == 0 ? 0 : 2;
}

static int
peer_impatient(int fd)
{
	WIRE_MESSAGE(m);

	m.type = WIRE_REQUEST;
	m.u.request.phase = PHASE_AUTH;
	return wire_send(fd, &m, NULL) == STATUS_OK ? 0 : 1;
}

static void
test_refused(int (*peer)(int), enum status expected)
{
	struct wire_message r = { .type = WIRE_MEMBERSHIP };
	struct fault f = { .text = "" };
	struct wire_server server;
	int fd;
	pid_t pid = peer_start(peer, &fd);

	CHECK_EQ(wire_server_start(&server, fd, &r, &f), expected);
	CHECK(f.text[0] != '\0');
	CHECK_EQ(r.type, 0);
	CHECK_EQ(peer_end(pid, fd), 0);
}

/* Membership of groups that were not asked for. */
static int
peer_boasts(int fd)
{
	WIRE_MESSAGE(m);

	m.type = WIRE_HELLO;
	m.u.hello.low = WIRE_VERSION_LOW;
	m.u.hello.high = WIRE_VERSION_HIGH;
	if (wire_send(fd, &m, NULL) != STATUS_OK ||
	    wire_expect(fd, 5, WIRE_WELCOME, &m, NULL) != STATUS_OK)
		return 1;
	m = (struct wire_message){ .type = WIRE_REQUEST };
	m.u.request.phase = PHASE_AUTH;
	if (wire_send(fd, &m, NULL) != STATUS_OK ||
	    wire_expect(fd, 5, WIRE_MEMBER, &m, NULL) != STATUS_OK)
		return 2;
	m = (struct wire_message){ .type = WIRE_MEMBERSHIP };
	m.u.membership.mask = 3;
	return wire_send(fd, &m, NULL) == STATUS_OK ? 0 : 3;
}

static void
test_boaster(void)
{
	const char *names[] = { "adm" };
	const char *long_name[] = {
		"a-group-of-more-than-thirty-two-characters"
	};
	struct wire_server server;
	WIRE_MESSAGE(r);
	uint32_t mask = 77;
	int fd;
	pid_t pid = peer_start(peer_boasts, &fd);

	CHECK_EQ(wire_server_start(&server, fd, &r, NULL), STATUS_OK);
	CHECK_EQ(server.io.member(&server.io, long_name, 1, &mask, NULL),
		 STATUS_INVALID);
	CHECK_EQ(server.io.member(&server.io, names, 1, &mask, NULL),
		 STATUS_PROTOCOL);
	CHECK_EQ(mask, 77);
	CHECK_EQ(peer_end(pid, fd), 0);
}

static enum status
row_count(void *ctx, const struct wire_row *row, struct fault *f)
{
	(void)f;
	if (strcmp(wire_row_get(row, "k"), "v") == 0)
		++*(int *)ctx;
	return STATUS_OK;
}

/* The real client again, which must see exactly these rows. */
static int
peer_asks(int fd)
{
	int rows = 0;

	if (wire_client_hello(fd, 5, NULL) != STATUS_OK ||
	    wire_client_query(fd, WIRE_SELF_SESSIONS, row_count, &rows,
			      NULL) != STATUS_OK)
		return 100;
	return rows;
}

static int
peer_asks_in_vain(int fd)
{
	int rows = 0;
	enum status st = wire_client_hello(fd, 5, NULL);

	if (st == STATUS_OK)
		st = wire_client_query(fd, WIRE_SELF_SESSIONS, row_count,
				       &rows, NULL);
	return st == STATUS_UNAVAILABLE ? rows : 100;
}

static void
test_query(int (*peer)(int), bool whole)
{
	struct wire_row row = { .n = 0 };
	struct fault f = { .text = "" };
	struct wire_server server;
	WIRE_MESSAGE(q);
	int fd;
	pid_t pid = peer_start(peer, &fd);

	CHECK(wire_row_put(&row, "k", "v"));
	CHECK_OK(wire_server_start(&server, fd, &q, &f), &f);
	CHECK_EQ(q.type, WIRE_QUERY);
	CHECK_EQ(q.u.query.what, WIRE_SELF_SESSIONS);
	for (int i = 0; i < 3; i++)
		CHECK_OK(wire_server_row(&server, &row, &f), &f);
	if (whole)
		CHECK_OK(wire_server_end(&server, &f), &f);
	CHECK_EQ(peer_end(pid, fd), 3);
}

/* Takes all that comes, and says nothing more. */
static int
peer_reads(int fd)
{
	WIRE_MESSAGE(m);

	m.type = WIRE_QUERY;
	m.u.query.what = WIRE_SELF_ACCOUNT;
	if (wire_client_hello(fd, 5, NULL) != STATUS_OK ||
	    wire_send(fd, &m, NULL) != STATUS_OK)
		return 1;
	while (wire_receive(fd, 60, &m, NULL) == STATUS_OK)
		continue;
	return 0;
}

static void
test_rows_max(void)
{
	struct wire_row row = { .n = 0 };
	struct wire_server server;
	unsigned sent = 0;
	WIRE_MESSAGE(q);
	int fd;
	pid_t pid = peer_start(peer_reads, &fd);

	CHECK(wire_row_put(&row, "k", "v"));
	CHECK_EQ(wire_server_start(&server, fd, &q, NULL), STATUS_OK);
	while (sent < WIRE_ROWS_MAX &&
	       wire_server_row(&server, &row, NULL) == STATUS_OK)
		sent++;
	CHECK_EQ(sent, WIRE_ROWS_MAX);
	CHECK_EQ(wire_server_row(&server, &row, NULL), STATUS_PROTOCOL);
	CHECK_EQ(peer_end(pid, fd), 0);
}

static int
peer_goes(int fd)
{
	(void)fd;
	return 0;
}

int
main(void)
{
	test_conversation();
	test_contradiction();
	test_refused(peer_of_the_future, STATUS_PROTOCOL);
	test_refused(peer_of_the_past, STATUS_PROTOCOL);
	test_refused(peer_of_many_versions, STATUS_UNAVAILABLE);
	test_refused(peer_impatient, STATUS_PROTOCOL);
	test_refused(peer_goes, STATUS_UNAVAILABLE);
	test_boaster();
	test_query(peer_asks, true);
	test_query(peer_asks_in_vain, false);
	test_rows_max();
	return test_done();
}
