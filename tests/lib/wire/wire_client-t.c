/* SPDX-License-Identifier: MIT */
#include "peer.h"
#include "test.h"

/* A person who answers from a list, and counts what is shown. */
struct person {
	struct io io;
	enum status give;
	unsigned asked, told, groups;
};

static enum status
person_ask(struct io *io, const struct prompt *p, struct secret *answer,
	   struct fault *f)
{
	struct person *me = (struct person *)(void *)io;

	me->asked++;
	if (me->give != STATUS_OK) {
		/* Something typed before the refusal must not go out. */
		status_ignore(secret_set(answer, "half", 4, f), "a test");
		return me->give;
	}
	return secret_set(answer, p->text, strlen(p->text), f);
}

static enum status
person_tell(struct io *io, const struct prompt *p, struct fault *f)
{
	(void)p;
	((struct person *)(void *)io)->told++;
	return fault(f, STATUS_CANCELLED, "shown to nobody");
}

static enum status
person_member(struct io *io, const char *const *names, size_t n,
	      uint32_t *mask, struct fault *f)
{
	(void)f;
	((struct person *)(void *)io)->groups++;
	*mask = n == 2 && strcmp(names[1], "adm") == 0 ? 2 : 0;
	return STATUS_OK;
}

static struct person
person(enum status give)
{
	return (struct person){ .io = { .ask = person_ask,
					.tell = person_tell,
					.member = person_member },
				.give = give };
}

static bool
put(int fd, const char *bytes, size_t len)
{
	return send(fd, bytes, len, MSG_NOSIGNAL) == (ssize_t)len;
}

#define PUT(fd, bytes) put((fd), (bytes), sizeof(bytes) - 1)

/* Take one packet of this type. */
static bool
take(int fd, char type)
{
	char bytes[WIRE_MESSAGE_MAX];

	return recv(fd, bytes, sizeof(bytes), 0) > 0 && bytes[0] == type;
}

static bool
welcomed(int fd)
{
	return take(fd, 1) && PUT(fd, "\2\0\4") && take(fd, 3);
}

static int
peer_allows(int fd)
{
	struct wire_message m;

	if (!welcomed(fd) || !PUT(fd, "\4\3\0\0\2hi") ||
	    !PUT(fd, "\4\1\1\0\4pw: ") ||
	    wire_expect(fd, 5, WIRE_ANSWER, &m, NULL) != STATUS_OK)
		return 1;
	if (m.u.answer.given != WIRE_GIVEN ||
	    !secret_is(&m.u.answer.text, "pw: ", 4))
		return 2;
	if (!PUT(fd, "\6\2\0\5wheel\0\3adm") ||
	    wire_expect(fd, 5, WIRE_MEMBERSHIP, &m, NULL) != STATUS_OK ||
	    m.u.membership.mask != 2)
		return 3;
	return PUT(fd, "\10\xca\0\1\0\0\0\0\0") ? 0 : 4;
}

/* Greeting and request, as the module does them. */
static enum status
whole(int fd, const struct request *r, struct io *io, struct wire_verdict *v,
      struct fault *f)
{
	enum status st;

	*v = (struct wire_verdict){ .step = WIRE_DENY,
				    .reason = WIRE_REASON_UNAVAILABLE };
	st = wire_client_hello(fd, WIRE_REPLY_SECONDS, f);
	return st == STATUS_OK ? wire_client_run(fd, r, io, v, NULL, f) : st;
}

static void
test_allowed(void)
{
	struct person me = person(STATUS_OK);
	struct request r = { .phase = PHASE_AUTH, .user = "ann" };
	struct wire_verdict v = { .step = WIRE_DENY };
	struct fault f = { .text = "" };
	int fd;
	pid_t pid = peer_start(peer_allows, &fd);

	CHECK_OK(whole(fd, &r, &me.io, &v, &f), &f);
	CHECK_EQ(v.step, WIRE_ALLOW);
	CHECK(v.password_proved);
	CHECK_EQ(peer_end(pid, fd), 0);
	CHECK_EQ(me.asked, 1);
	CHECK_EQ(me.told, 1);
	CHECK_EQ(me.groups, 1);
}

/* Returns what the answer was said to be. */
static int
peer_answer(int fd)
{
	struct wire_message m;

	if (!welcomed(fd) || !PUT(fd, "\4\1\1\0\4pw: ") ||
	    wire_expect(fd, 5, WIRE_ANSWER, &m, NULL) != STATUS_OK ||
	    !PUT(fd, "\10\0\4\0\0\0\0\0\0"))
		return 9;
	return m.u.answer.text.len == 0 ? (int)m.u.answer.given : 10;
}

static void
test_no_answer(enum status give, enum wire_given expected)
{
	struct person me = person(give);
	struct request r = { .phase = PHASE_AUTH, .user = "ann" };
	struct wire_verdict v = { .step = WIRE_ALLOW };
	struct fault f = { .text = "" };
	int fd;
	pid_t pid = peer_start(peer_answer, &fd);

	CHECK_OK(whole(fd, &r, &me.io, &v, &f), &f);
	CHECK_EQ(v.step, WIRE_DENY);
	CHECK_EQ(v.reason, WIRE_REASON_CANCELLED);
	CHECK_EQ(peer_end(pid, fd), expected);
}

static int
peer_allows_at_once(int fd)
{
	return take(fd, 1) && PUT(fd, "\10\xca\0\0\0\0\0\0\0") ? 0 : 1;
}

static int
peer_allows_before_request(int fd)
{
	/* A correct welcome, then an impatient verdict of the wrong form. */
	return take(fd, 1) && PUT(fd, "\2\0\4") &&
			       PUT(fd, "\10\xca\1\0\0\0\0\0\0") && take(fd, 3)
		       ? 0
		       : 1;
}

static int
peer_of_no_version(int fd)
{
	if (!take(fd, 1) || !PUT(fd, "\2\0\0"))
		return 1;
	/* The client may have gone before this arrives. */
	(void)PUT(fd, "\10\xca\0\0\0\0\0\0\0");
	return 0;
}

static int
peer_of_next_version(int fd)
{
	return take(fd, 1) && PUT(fd, "\2\0\5") ? 0 : 1;
}

static int
peer_trailing(int fd)
{
	return welcomed(fd) && PUT(fd, "\10\xca\0\0\0\0\0\0\0\0") ? 0 : 1;
}

static int
peer_short(int fd)
{
	return welcomed(fd) && PUT(fd, "\10\xca\0\0\0\0\0\0") ? 0 : 1;
}

static int
peer_leaves(int fd)
{
	return welcomed(fd) ? 0 : 1;
}

static int
peer_leaves_at_once(int fd)
{
	(void)fd;
	return 0;
}

static int
peer_swaps_roles(int fd)
{
	return welcomed(fd) && PUT(fd, "\5\1\0\2hi") ? 0 : 1;
}

static int
peer_asks_for_ever(int fd)
{
	if (!welcomed(fd))
		return 1;
	for (int i = 0; i < WIRE_PROMPTS_MAX; i++) {
		if (!PUT(fd, "\4\1\1\0\4pw: ") || !take(fd, 5))
			return 2;
	}
	if (!PUT(fd, "\4\3\0\0\2hi"))
		return 3;
	(void)PUT(fd, "\10\xca\0\0\0\0\0\0\0");
	return 0;
}

static int
peer_asks_groups_for_ever(int fd)
{
	if (!welcomed(fd))
		return 1;
	for (int i = 0; i < WIRE_MEMBERS_MAX; i++) {
		if (!PUT(fd, "\6\1\0\3adm") || !take(fd, 7))
			return 2;
	}
	if (!PUT(fd, "\6\1\0\3adm"))
		return 3;
	(void)PUT(fd, "\10\xca\0\0\0\0\0\0\0");
	return 0;
}

static void
test_hostile(int (*peer)(int), enum status expected)
{
	struct person me = person(STATUS_OK);
	struct request r = { .phase = PHASE_AUTH, .user = "ann" };
	struct wire_verdict v = { .step = WIRE_ALLOW };
	struct fault f = { .text = "" };
	int fd;
	pid_t pid = peer_start(peer, &fd);

	CHECK_EQ(whole(fd, &r, &me.io, &v, &f), expected);
	CHECK_EQ(v.step, WIRE_DENY);
	CHECK_EQ(v.reason, WIRE_REASON_UNAVAILABLE);
	CHECK(f.text[0] != '\0');
	CHECK_EQ(peer_end(pid, fd), 0);
}

/* A terminal that breaks down does not go on as if somebody had answered. */
static void
test_broken_terminal(void)
{
	struct person me = person(STATUS_SYSTEM);
	struct request r = { .phase = PHASE_AUTH, .user = "ann" };
	struct wire_verdict v = { .step = WIRE_ALLOW };
	int fd;
	pid_t pid = peer_start(peer_answer, &fd);

	CHECK_EQ(whole(fd, &r, &me.io, &v, NULL), STATUS_SYSTEM);
	CHECK_EQ(v.step, WIRE_DENY);
	CHECK_EQ(peer_end(pid, fd), 9);
}

/* What goes away unread would take what was sent with it. */
static bool
take_query(int fd)
{
	uint8_t bytes[WIRE_MESSAGE_MAX];

	return recv(fd, bytes, sizeof(bytes), 0) == 4 && bytes[0] == 9;
}

static int
peer_rows_for_ever(int fd)
{
	if (!take_query(fd))
		return 1;
	while (PUT(fd, "\x0a\1\0\1k\0\1v"))
		continue;
	return 0;
}

static int
peer_rows_and_verdict(int fd)
{
	return take_query(fd) && PUT(fd, "\x0a\1\0\1k\0\1v") &&
			       PUT(fd, "\x08\xca\0\1\0\0\0\0")
		       ? 0
		       : 1;
}

static int
peer_row_twice_the_key(int fd)
{
	return take_query(fd) && PUT(fd, "\x0a\2\0\1k\0\0\0\1k\0\0") ? 0 : 1;
}

static int
peer_row_and_leaves(int fd)
{
	return take_query(fd) && PUT(fd, "\x0a\1\0\1k\0\1v") ? 0 : 1;
}

static enum status
row_take(void *ctx, const struct wire_row *row, struct fault *f)
{
	unsigned *rows = ctx;

	if (strcmp(wire_row_get(row, "k"), "v") != 0)
		return fault(f, STATUS_CORRUPT, "another row");
	++*rows;
	return STATUS_OK;
}

static enum status
row_refuse(void *ctx, const struct wire_row *row, struct fault *f)
{
	(void)ctx;
	(void)row;
	return fault(f, STATUS_LOST, "enough");
}

/* An answer is whole, or it is none. */
static void
test_query(int (*peer)(int), enum status expected, unsigned most)
{
	struct fault f = { .text = "" };
	unsigned rows = 0;
	int fd;
	pid_t pid = peer_start(peer, &fd);

	CHECK_EQ(wire_client_query(fd, WIRE_SELF_ACCOUNT, row_take, &rows, &f),
		 expected);
	CHECK(f.text[0] != '\0');
	CHECK_EQ(rows, most);
	CHECK_EQ(peer_end(pid, fd), 0);
}

static void
test_query_refused(void)
{
	struct fault f = { .text = "" };
	int fd;
	pid_t pid = peer_start(peer_row_and_leaves, &fd);

	CHECK_EQ(
		wire_client_query(fd, WIRE_SELF_ACCOUNT, row_refuse, NULL, &f),
		STATUS_LOST);
	CHECK_EQ(
		wire_client_query(fd, (enum wire_self)0, row_refuse, NULL, &f),
		STATUS_INVALID);
	CHECK_EQ(peer_end(pid, fd), 0);
}

int
main(void)
{
	test_allowed();
	test_no_answer(STATUS_CANCELLED, WIRE_CANCELLED);
	test_no_answer(STATUS_INVALID, WIRE_TOO_LONG);
	test_hostile(peer_allows_at_once, STATUS_PROTOCOL);
	test_hostile(peer_allows_before_request, STATUS_PROTOCOL);
	test_hostile(peer_of_no_version, STATUS_PROTOCOL);
	test_hostile(peer_of_next_version, STATUS_PROTOCOL);
	test_hostile(peer_trailing, STATUS_PROTOCOL);
	test_hostile(peer_short, STATUS_PROTOCOL);
	test_hostile(peer_leaves, STATUS_UNAVAILABLE);
	test_hostile(peer_leaves_at_once, STATUS_UNAVAILABLE);
	test_hostile(peer_swaps_roles, STATUS_PROTOCOL);
	test_hostile(peer_asks_for_ever, STATUS_PROTOCOL);
	test_hostile(peer_asks_groups_for_ever, STATUS_PROTOCOL);
	test_broken_terminal();
	test_query(peer_rows_for_ever, STATUS_PROTOCOL, WIRE_ROWS_MAX);
	test_query(peer_rows_and_verdict, STATUS_PROTOCOL, 1);
	test_query(peer_row_twice_the_key, STATUS_PROTOCOL, 0);
	test_query(peer_row_and_leaves, STATUS_UNAVAILABLE, 1);
	test_query_refused();
	return test_done();
}
