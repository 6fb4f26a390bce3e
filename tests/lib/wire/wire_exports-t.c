/* SPDX-License-Identifier: MIT */
/* What goes into the environment of a session, and what comes from there. */
#include "wire/wire.h"

#include "test.h"

static bool
unsendable(const struct wire_message *m)
{
	uint8_t bytes[WIRE_MESSAGE_MAX];
	size_t len = 77;

	return wire_encode(m, bytes, &len, NULL) == STATUS_INVALID &&
	       len == 77;
}

static void
fill_request(struct wire_message *m)
{
	wire_message_wipe(m);
	m->type = WIRE_REQUEST;
	m->u.request.phase = PHASE_SESSION_OPEN;
	strcpy(m->u.request.user, "ann");
}

static void
fill_verdict(struct wire_message *m)
{
	struct exports *e = &m->u.exports;

	wire_message_wipe(m);
	m->type = WIRE_VERDICT;
	m->u.verdict.step = WIRE_ALLOW;
	e->n = 2;
	strcpy(e->one[0].name, "SIGRA_ORG");
	strcpy(e->one[0].value, "acme");
	strcpy(e->one[1].name, "SIGRA_ATTR_ROOM_2");
	strcpy(e->one[1].value, "K\xc3\xbc"
				"che \\ 1");
}

/* What logind has named, and nothing that only looks like it. */
static void
test_request_logind(void)
{
	WIRE_MESSAGE(m);

	fill_request(&m);
	memset(m.u.request.logind, 'z', sizeof(m.u.request.logind) - 1);
	CHECK(!unsendable(&m));
	m.u.request.logind[sizeof(m.u.request.logind) - 1] = 'z';
	CHECK(unsendable(&m));
	fill_request(&m);
	strcpy(m.u.request.logind, "../c1");
	CHECK(unsendable(&m));
	strcpy(m.u.request.logind, "c1 ");
	CHECK(unsendable(&m));
	strcpy(m.u.request.logind, "c1\n");
	CHECK(unsendable(&m));
	m.u.request.logind[0] = '\0';
	CHECK(!unsendable(&m));
}

/* May this be told, and would it be believed? */
static bool
exportable(const char *name, const char *value)
{
	WIRE_MESSAGE(m);

	fill_verdict(&m);
	strcpy(m.u.exports.one[1].name, name);
	strcpy(m.u.exports.one[1].value, value);
	return !unsendable(&m);
}

static void
test_exports(void)
{
	WIRE_MESSAGE(m);

	CHECK(exportable("SIGRA_ROLE", "owner"));
	CHECK(!exportable("SIGRA_ORG", "twice"));
	CHECK(!exportable("LD_PRELOAD", "/tmp/x.so"));
	CHECK(!exportable("SIGRA", "x"));
	CHECK(!exportable("", "x"));
	CHECK(!exportable("sIGRA_X", "x"));
	CHECK(!exportable("SIGRA_x", "x"));
	CHECK(!exportable("SIGRA_X=Y", "x"));
	CHECK(!exportable("SIGRA_X Y", "x"));
	CHECK(!exportable("SIGRA_ROLE", ""));
	CHECK(!exportable("SIGRA_ROLE", "a\nb"));
	CHECK(!exportable("SIGRA_ROLE", "\x1b[2J"));
	CHECK(!exportable("SIGRA_ROLE", "\xc3"));
	CHECK(!exportable("SIGRA_ROLE", "\xe2\x80\xae"));
	/* Whoever is not let in leaves nothing. */
	fill_verdict(&m);
	m.u.verdict.step = WIRE_ABSTAIN;
	CHECK(unsendable(&m));
	m.u.exports.n = 0;
	CHECK(!unsendable(&m));
	fill_verdict(&m);
	m.u.exports.n = EXPORTS_MAX + 1;
	CHECK(unsendable(&m));
	fill_verdict(&m);
	memset(m.u.exports.one[0].name, 'S', EXPORT_NAME_SIZE);
	CHECK(unsendable(&m));
	fill_verdict(&m);
	memset(m.u.exports.one[0].value, 'S', EXPORT_VALUE_SIZE);
	CHECK(unsendable(&m));
}

/* All of them, as long as they may be, are one message. */
static void
test_largest_exports(void)
{
	uint8_t bytes[WIRE_MESSAGE_MAX];
	size_t len = 0;
	WIRE_MESSAGE(m);
	WIRE_MESSAGE(back);

	fill_verdict(&m);
	m.u.exports.n = EXPORTS_MAX;
	for (int i = 0; i < EXPORTS_MAX; i++) {
		struct exported *e = &m.u.exports.one[i];

		memset(e->name, 'X', EXPORT_NAME_SIZE - 1);
		memcpy(e->name, "SIGRA_", 6);
		e->name[6] = (char)('A' + i);
		memset(e->value, 'v', EXPORT_VALUE_SIZE - 1);
	}
	CHECK_EQ(wire_encode(&m, bytes, &len, NULL), STATUS_OK);
	CHECK_EQ(wire_decode(bytes, len, &back, NULL), STATUS_OK);
	CHECK(memcmp(&m, &back, sizeof(m)) == 0);
}

int
main(void)
{
	test_request_logind();
	test_exports();
	test_largest_exports();
	return test_done();
}
