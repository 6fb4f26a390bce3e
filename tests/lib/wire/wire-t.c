/* SPDX-License-Identifier: MIT */
#include "wire/wire.h"

#include "test.h"

static const char an_id[] = "01234567-89ab-7cde-8f01-23456789abcd";

static void
fill_request(struct request *r)
{
	r->phase = PHASE_ACCEPT;
	r->flags = REQUEST_SILENT | REQUEST_CHANGE_EXPIRED | REQUEST_ASCII |
		   REQUEST_AGENT | REQUEST_PERSON;
	strcpy(r->user, "ann");
	strcpy(r->service, "sshd");
	strcpy(r->tty, "ssh");
	strcpy(r->rhost, "2001:db8::1");
	strcpy(r->ruser, "bob");
	strcpy(r->ssh_connection, "192.0.2.1 1 192.0.2.2 22");
	strcpy(r->ssh_auth_info, "publickey ssh-ed25519 AAAA");
	r->ruid = 4294967294U;
	r->pid = 2147483647;
	r->pid_start = UINT64_C(0x0123456789abcdef);
	r->leader.pid = 0x01020304;
	r->leader.start = UINT64_C(0xfedcba9876543210);
	r->ancestors = REQUEST_ANCESTORS_MAX;
	for (unsigned i = 0; i < REQUEST_ANCESTORS_MAX; i++) {
		r->ancestor[i].pid = (pid_t)(2147483647U - i);
		r->ancestor[i].start = UINT64_C(0xffffffffffffffff) - i;
	}
	strcpy(r->logind, "c12");
	strcpy(r->login.s, an_id);
}

static void
fill_exports(struct exports *e)
{
	e->n = 2;
	strcpy(e->one[0].name, "SIGRA_ORG");
	strcpy(e->one[0].value, "acme");
	strcpy(e->one[1].name, "SIGRA_ATTR_ROOM_2");
	strcpy(e->one[1].value, "K\xc3\xbc"
				"che \\ 1");
}

static void
fill_row(struct wire_row *row)
{
	CHECK(wire_row_put(row, "name", "ann"));
	CHECK(wire_row_put(row, "email", ""));
	CHECK(wire_row_put(row, "a-key-of-all-thirty-two-letters.", "x"));
}

static void
fill_device(struct wire_message *m)
{
	if (m->type == WIRE_DEVICE_OPEN)
		m->u.device_open.which = IO_DEVICE_AGENT;
	else if (m->type == WIRE_DEVICE_OPENED)
		m->u.device_opened.opened = true;
	else if (m->type == WIRE_DEVICE_ENDED)
		m->u.device_ended.why = WIRE_ENDED_INTERRUPTED;
	if (m->type != WIRE_DEVICE_FRAME)
		return;
	m->u.frame.len = 5;
	memcpy(m->u.frame.bytes, "\0ab\0\xff", 5);
}

/* One message of each type, with every field filled. */
static void
fill(enum wire_type type, struct wire_message *m)
{
	memset(m, 0, sizeof(*m));
	m->type = type;
	switch (type) {
	case WIRE_HELLO:
		m->u.hello.low = 1;
		m->u.hello.high = 0x1234;
		break;
	case WIRE_WELCOME:
		m->u.welcome.version = 0xfedc;
		break;
	case WIRE_REQUEST:
		fill_request(&m->u.request);
		break;
	case WIRE_PROMPT:
		m->u.prompt.kind = PROMPT_SECRET;
		m->u.prompt.purpose = PURPOSE_INVITATION;
		strcpy(m->u.prompt.text, "Password: ");
		break;
	case WIRE_ANSWER:
		m->u.answer.given = WIRE_GIVEN;
		CHECK_EQ(secret_set(&m->u.answer.text, "tr0ub4dor", 9, NULL),
			 STATUS_OK);
		break;
	case WIRE_MEMBER:
		m->u.member.n = 2;
		strcpy(m->u.member.name[0], "wheel");
		strcpy(m->u.member.name[1],
		       "a-group-of-thirty-two-characters");
		break;
	case WIRE_MEMBERSHIP:
		m->u.membership.mask = 0xffff;
		break;
	case WIRE_VERDICT:
		m->u.verdict.step = WIRE_ALLOW;
		m->u.verdict.password_proved = true;
		strcpy(m->u.verdict.login.s, an_id);
		strcpy(m->u.verdict.session.s, an_id);
		fill_exports(&m->u.exports);
		break;
	case WIRE_QUERY:
		m->u.query.what = WIRE_AUTHORIZED;
		strcpy(m->u.query.user, "ann");
		break;
	case WIRE_ROW:
		fill_row(&m->u.row);
		break;
	case WIRE_END:
	case WIRE_DEVICE_CLOSE:
		break;
	case WIRE_DEVICE_OPEN:
	case WIRE_DEVICE_OPENED:
	case WIRE_DEVICE_FRAME:
	case WIRE_DEVICE_ENDED:
		fill_device(m);
		break;
	}
}

static bool
all_zero(const struct wire_message *m)
{
	static const struct wire_message zero;

	return memcmp(m, &zero, sizeof(zero)) == 0;
}

static bool
refused(const uint8_t *bytes, size_t len)
{
	struct fault f = { .text = "" };
	WIRE_MESSAGE(m);

	m.type = WIRE_HELLO;
	m.u.hello.low = 0xbeef;
	if (wire_decode(bytes, len, &m, &f) != STATUS_PROTOCOL)
		return false;
	/* Nothing of it is left, and the fault says something. */
	return all_zero(&m) && f.text[0] != '\0';
}

static bool
unsendable(const struct wire_message *m)
{
	uint8_t bytes[WIRE_MESSAGE_MAX];
	size_t len = 77;

	return wire_encode(m, bytes, &len, NULL) == STATUS_INVALID &&
	       len == 77;
}

static void
test_there_and_back(enum wire_type type)
{
	uint8_t bytes[WIRE_MESSAGE_MAX], again[WIRE_MESSAGE_MAX];
	size_t len = 0, len_again = 0, passed = 0;
	struct fault f = { .text = "" };
	WIRE_MESSAGE(m);
	WIRE_MESSAGE(back);

	fill(type, &m);
	CHECK_OK(wire_encode(&m, bytes, &len, &f), &f);
	CHECK_OK(wire_decode(bytes, len, &back, &f), &f);
	CHECK(memcmp(&m, &back, sizeof(m)) == 0);
	CHECK_OK(wire_encode(&back, again, &len_again, &f), &f);
	CHECK(len == len_again && memcmp(bytes, again, len) == 0);
	/* No message is the beginning of another, or has room behind it. */
	for (size_t short_of = 0; short_of < len; short_of++)
		passed += refused(bytes, short_of) ? 0 : 1;
	CHECK_EQ(passed, 0);
	bytes[len] = 0;
	CHECK(refused(bytes, len + 1));
}

static void
test_bytes(void)
{
	static const uint8_t hello[] = { 1, 0, 1, 0, 2 };
	static const uint8_t verdict[] = { 8, 0xca, 0, 1, 0, 0, 0, 0, 0 };
	static const uint8_t export[] = { 8,   0xca, 0,	  0,   0,   0,	 0,
					  0,   1,    0,	  7,   'S', 'I', 'G',
					  'R', 'A',  '_', 'X', 0,   1,	 'v' };
	static const uint8_t answer[] = { 5, 1, 0, 2, 'h', 'i' };
	static const uint8_t query[] = { 9, 1, 0, 0 };
	static const uint8_t keys[] = { 9, 7, 0, 2, 'b', 'o' };
	static const uint8_t frame[] = { 14, 0, 2, 0, 7 };
	static const uint8_t ended[] = { 15, 2 };
	static const uint8_t row[] = { 10, 1, 0, 1, 'k', 0, 2, 'v', 'w' };
	static const uint8_t end[] = { 11 };
	uint8_t bytes[WIRE_MESSAGE_MAX];
	size_t len = 0;
	WIRE_MESSAGE(m);

	/* The layout that sigrad(8) documents. */
	m.type = WIRE_HELLO;
	m.u.hello.low = 1;
	m.u.hello.high = 2;
	CHECK_EQ(wire_encode(&m, bytes, &len, NULL), STATUS_OK);
	CHECK(len == sizeof(hello) && memcmp(bytes, hello, len) == 0);
	CHECK_EQ(wire_decode(verdict, sizeof(verdict), &m, NULL), STATUS_OK);
	CHECK_EQ(m.u.verdict.step, WIRE_ALLOW);
	CHECK(m.u.verdict.password_proved);
	CHECK_EQ(m.u.exports.n, 0);
	CHECK_EQ(wire_decode(export, sizeof(export), &m, NULL), STATUS_OK);
	CHECK_EQ(m.u.exports.n, 1);
	CHECK_STR(m.u.exports.one[0].name, "SIGRA_X");
	CHECK_STR(m.u.exports.one[0].value, "v");
	CHECK_EQ(wire_decode(answer, sizeof(answer), &m, NULL), STATUS_OK);
	CHECK(secret_is(&m.u.answer.text, "hi", 2));
	CHECK_EQ(wire_decode(query, sizeof(query), &m, NULL), STATUS_OK);
	CHECK_EQ(m.u.query.what, WIRE_SELF_ACCOUNT);
	CHECK_EQ(wire_decode(keys, sizeof(keys), &m, NULL), STATUS_OK);
	CHECK_EQ(m.u.query.what, WIRE_AUTHORIZED);
	CHECK_STR(m.u.query.user, "bo");
	CHECK_EQ(wire_decode(frame, sizeof(frame), &m, NULL), STATUS_OK);
	CHECK_EQ(m.u.frame.len, 2);
	CHECK(memcmp(m.u.frame.bytes, "\0\7", 2) == 0);
	CHECK_EQ(wire_decode(ended, sizeof(ended), &m, NULL), STATUS_OK);
	CHECK_EQ(m.u.device_ended.why, WIRE_ENDED_INTERRUPTED);
	CHECK_EQ(wire_decode(row, sizeof(row), &m, NULL), STATUS_OK);
	CHECK_STR(wire_row_get(&m.u.row, "k"), "vw");
	CHECK_STR(wire_row_get(&m.u.row, "v"), "");
	CHECK_EQ(wire_decode(end, sizeof(end), &m, NULL), STATUS_OK);
	CHECK_EQ(m.type, WIRE_END);
}

/* Bytes that nobody may send: each differs in one place from a good one. */
static const struct {
	const char *what;
	size_t len;
	uint8_t bytes[16];
} cases[] = {
	{ "nothing", 0, { 0 } },
	{ "type 0", 1, { 0 } },
	{ "type 17", 3, { 17, 0, 1 } },
	{ "hello from 0", 5, { 1, 0, 0, 0, 1 } },
	{ "hello downwards", 5, { 1, 0, 2, 0, 1 } },
	{ "prompt kind 0", 5, { 4, 0, 0, 0, 0 } },
	{ "prompt kind 5", 5, { 4, 5, 0, 0, 0 } },
	{ "prompt purpose 15", 5, { 4, 1, 15, 0, 0 } },
	{ "NUL in a prompt", 6, { 4, 1, 0, 0, 1, 0 } },
	{ "prompt over its end", 6, { 4, 1, 0, 0, 2, 'x' } },
	{ "answer given 0", 4, { 5, 0, 0, 0 } },
	{ "answer given 4", 4, { 5, 4, 0, 0 } },
	{ "cancelled, with text", 5, { 5, 2, 0, 1, 'x' } },
	{ "too long, with text", 5, { 5, 3, 0, 1, 'x' } },
	{ "NUL in an answer", 5, { 5, 1, 0, 1, 0 } },
	{ "no group", 2, { 6, 0 } },
	{ "17 groups", 2, { 6, 17 } },
	{ "empty group name", 4, { 6, 1, 0, 0 } },
	{ "17th bit", 5, { 7, 0, 1, 0, 0 } },
	{ "unknown step", 9, { 8, 1, 0, 0, 0, 0, 0, 0, 0 } },
	{ "step all ones", 9, { 8, 0xff, 0, 0, 0, 0, 0, 0, 0 } },
	{ "unknown reason", 9, { 8, 0, 7, 0, 0, 0, 0, 0, 0 } },
	{ "allow, with a reason", 9, { 8, 0xca, 1, 0, 0, 0, 0, 0, 0 } },
	{ "proved 2", 9, { 8, 0xca, 0, 2, 0, 0, 0, 0, 0 } },
	{ "query 0", 4, { 9, 0, 0, 0 } },
	{ "query 8 of somebody", 5, { 9, 8, 0, 1, 'a' } },
	{ "query 9", 4, { 9, 9, 0, 0 } },
	{ "query without its user", 2, { 9, 1 } },
	{ "query about somebody", 5, { 9, 1, 0, 1, 'a' } },
	{ "keys of nobody", 4, { 9, 7, 0, 0 } },
	{ "NUL in a query's user", 5, { 9, 7, 0, 1, 0 } },
	{ "device 0", 2, { 12, 0 } },
	{ "device 3", 2, { 12, 3 } },
	{ "device, and more", 3, { 12, 1, 0 } },
	{ "opened 2", 2, { 13, 2 } },
	{ "empty frame", 3, { 14, 0, 0 } },
	{ "frame over its end", 5, { 14, 0, 3, 1, 2 } },
	{ "frame within its message", 5, { 14, 0, 1, 1, 2 } },
	{ "ended 0", 2, { 15, 0 } },
	{ "ended 3", 2, { 15, 3 } },
	{ "close of something", 2, { 16, 1 } },
	{ "row of nothing", 2, { 10, 0 } },
	{ "row of 25 pairs", 2, { 10, 25 } },
	{ "empty key", 7, { 10, 1, 0, 0, 0, 1, 'v' } },
	{ "NUL in a key", 7, { 10, 1, 0, 1, 0, 0, 0 } },
	{ "NUL in a value", 8, { 10, 1, 0, 1, 'k', 0, 1, 0 } },
	{ "key over its end", 6, { 10, 1, 0, 4, 'k', 0 } },
	{ "key twice", 12, { 10, 2, 0, 1, 'k', 0, 0, 0, 1, 'k', 0, 0 } },
	{ "end with something", 2, { 11, 0 } },
	{ "short id", 10, { 8, 0xca, 0, 1, 0, 1, 'a', 0, 0, 0 } },
	{ "21 exports", 9, { 8, 0xca, 0, 0, 0, 0, 0, 0, 21 } },
	{ "export that is not there", 9, { 8, 0xca, 0, 0, 0, 0, 0, 0, 1 } },
};

static void
test_refused(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		test_note("%s", cases[i].what);
		CHECK(refused(cases[i].bytes, cases[i].len));
	}
}

static void
test_request_refused(void)
{
	uint8_t bytes[WIRE_MESSAGE_MAX];
	size_t len = 0;
	WIRE_MESSAGE(m);

	fill(WIRE_REQUEST, &m);
	CHECK_EQ(wire_encode(&m, bytes, &len, NULL), STATUS_OK);
	bytes[1] = 0;
	CHECK(refused(bytes, len));
	bytes[1] = 9;
	CHECK(refused(bytes, len));
	bytes[1] = 1;
	bytes[5] |= 0x40;
	CHECK(refused(bytes, len));
	bytes[5] &= 0x3f;
	bytes[9] = 0; /* within the user's name */
	CHECK(refused(bytes, len));
	bytes[9] = 'n';
	CHECK(!refused(bytes, len));

	fill(WIRE_REQUEST, &m);
	m.u.request.pid = -1;
	CHECK(unsendable(&m));
	fill(WIRE_REQUEST, &m);
	memset(m.u.request.user, 'u', sizeof(m.u.request.user));
	CHECK(unsendable(&m));
	fill(WIRE_REQUEST, &m);
	m.u.request.login.s[8] = 'a';
	CHECK(unsendable(&m));
	fill(WIRE_REQUEST, &m);
	m.u.request.login.s[0] = 'A';
	CHECK(unsendable(&m));
	fill(WIRE_REQUEST, &m);
	m.u.request.login.s[35] = '\0';
	CHECK(unsendable(&m));
}

/* A process has a number, and there are no more of them than said. */
static void
test_request_processes(void)
{
	WIRE_MESSAGE(m);
	WIRE_MESSAGE(back);
	uint8_t bytes[WIRE_MESSAGE_MAX];
	size_t len = 0, all = 0;

	fill(WIRE_REQUEST, &m);
	CHECK_EQ(wire_encode(&m, bytes, &all, NULL), STATUS_OK);
	m.u.request.ancestors = 2;
	CHECK_EQ(wire_encode(&m, bytes, &len, NULL), STATUS_OK);
	CHECK_EQ(all - len, 14 * 12);
	CHECK_EQ(wire_decode(bytes, len, &back, NULL), STATUS_OK);
	CHECK_EQ(back.u.request.ancestors, 2);
	CHECK_EQ(back.u.request.ancestor[1].pid, 2147483646);
	/* Not what lay behind those that count. */
	CHECK_EQ(back.u.request.ancestor[2].pid, 0);
	CHECK_EQ(back.u.request.ancestor[2].start, 0);
	m.u.request.ancestor[1].pid = 0;
	CHECK(unsendable(&m));
	m.u.request.ancestor[1].pid = -7;
	CHECK(unsendable(&m));
	m.u.request.ancestors = 1;
	CHECK(!unsendable(&m));
	m.u.request.ancestors = REQUEST_ANCESTORS_MAX + 1;
	CHECK(unsendable(&m));
	m.u.request.ancestors = 0;
	m.u.request.leader.pid = -1;
	CHECK(unsendable(&m));
	m.u.request.leader.pid = 0;
	CHECK(unsendable(&m));
	m.u.request.leader.start = 0;
	CHECK(!unsendable(&m));
}

/* The bytes of those, as sigrad(8) has them. */
static void
test_request_bytes(void)
{
	static const uint8_t tail[] = {
		0, 0, 0, 42, 0, 0, 0, 0, 0, 0, 0, 7,	/* the process */
		0, 0, 0, 9,  0, 0, 0, 0, 0, 0, 1, 0,	/* its leader */
		1, 0, 0, 1,  0, 0, 0, 0, 0, 0, 0, 0, 5, /* an ancestor */
		0, 0,					/* no name */
		0, 0, 0, 0,				/* no ids */
	};
	uint8_t bytes[WIRE_MESSAGE_MAX];
	size_t len = 0, at;
	WIRE_MESSAGE(m);

	m.type = WIRE_REQUEST;
	m.u.request.phase = PHASE_AUTH;
	m.u.request.pid = 42;
	m.u.request.pid_start = 7;
	m.u.request.leader.pid = 9;
	m.u.request.leader.start = 256;
	m.u.request.ancestors = 1;
	m.u.request.ancestor[0].pid = 256;
	m.u.request.ancestor[0].start = 5;
	CHECK_EQ(wire_encode(&m, bytes, &len, NULL), STATUS_OK);
	at = 1 + 1 + 4 + 7 * 2 + 4;
	CHECK_EQ(len, at + sizeof(tail));
	CHECK(memcmp(bytes + at, tail, sizeof(tail)) == 0);
	CHECK(!refused(bytes, len));
	bytes[at + 24] = REQUEST_ANCESTORS_MAX + 1;
	CHECK(refused(bytes, len));
	bytes[at + 24] = 2;
	CHECK(refused(bytes, len));
	bytes[at + 24] = 1;
	bytes[at + 27] = 0; /* process 0 */
	CHECK(refused(bytes, len));
	bytes[at + 25] = 0x80; /* a negative one */
	CHECK(refused(bytes, len));
	bytes[at + 25] = 0;
	bytes[at + 27] = 1;
	CHECK(!refused(bytes, len));
	bytes[at + 15] = 0; /* nobody, begun at some time */
	CHECK(refused(bytes, len));
}

/* Every string at its limit still makes one message. */
static void
test_largest(void)
{
	uint8_t bytes[WIRE_MESSAGE_MAX];
	char long_text[ANSWER_MAX + 1];
	size_t len = 0;
	WIRE_MESSAGE(m);

	fill(WIRE_REQUEST, &m);
	memset(m.u.request.user, 'u', sizeof(m.u.request.user) - 1);
	memset(m.u.request.service, 's', sizeof(m.u.request.service) - 1);
	memset(m.u.request.tty, 't', sizeof(m.u.request.tty) - 1);
	memset(m.u.request.rhost, 'r', sizeof(m.u.request.rhost) - 1);
	memset(m.u.request.ruser, 'r', sizeof(m.u.request.ruser) - 1);
	memset(m.u.request.ssh_connection, 'c',
	       sizeof(m.u.request.ssh_connection) - 1);
	memset(m.u.request.ssh_auth_info, 'i',
	       sizeof(m.u.request.ssh_auth_info) - 1);
	CHECK_EQ(wire_encode(&m, bytes, &len, NULL), STATUS_OK);
	CHECK_EQ(wire_decode(bytes, len, &m, NULL), STATUS_OK);

	fill(WIRE_PROMPT, &m);
	memset(m.u.prompt.text, 'q', sizeof(m.u.prompt.text) - 1);
	CHECK_EQ(wire_encode(&m, bytes, &len, NULL), STATUS_OK);
	CHECK_EQ(len, 5 + 8191);
	CHECK_EQ(wire_decode(bytes, len, &m, NULL), STATUS_OK);
	CHECK_EQ(strlen(m.u.prompt.text), 8191);
	m.u.prompt.text[8191] = 'q';
	CHECK(unsendable(&m));
	bytes[len] = 'q';
	bytes[4]++;
	bytes[3] = (uint8_t)(bytes[3] + (bytes[4] == 0));
	CHECK(refused(bytes, len + 1));

	memset(long_text, 'x', sizeof(long_text));
	fill(WIRE_ANSWER, &m);
	CHECK_EQ(secret_set(&m.u.answer.text, long_text, ANSWER_MAX, NULL),
		 STATUS_OK);
	CHECK_EQ(wire_encode(&m, bytes, &len, NULL), STATUS_OK);
	CHECK_EQ(wire_decode(bytes, len, &m, NULL), STATUS_OK);
	CHECK_EQ(m.u.answer.text.len, ANSWER_MAX);
	CHECK_EQ(secret_set(&m.u.answer.text, long_text, ANSWER_MAX + 1, NULL),
		 STATUS_OK);
	CHECK(unsendable(&m));
	/* The same one byte too much, by hand. */
	bytes[2] = 2;
	bytes[3] = 0;
	bytes[len] = 'x';
	CHECK(refused(bytes, len + 1));
	CHECK(refused(bytes, WIRE_MESSAGE_MAX + 1));
}

int
main(void)
{
	for (enum wire_type type = WIRE_HELLO; type <= WIRE_DEVICE_CLOSE;
	     type++)
		test_there_and_back(type);
	test_bytes();
	test_refused();
	test_request_refused();
	test_request_processes();
	test_request_bytes();
	test_largest();
	return test_done();
}
