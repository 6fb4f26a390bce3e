/* SPDX-License-Identifier: MIT */
/* Frames of sigra-fido: what goes in comes out, and nothing else does. */
#include "base/io.h"
#include "fido/fido.h"
#include "test.h"

#include <stdlib.h>

static uint8_t bytes[IO_FRAME_MAX + 1];
static size_t len;
static struct fault f;

static bool
zero(const struct fido_frame *frame)
{
	const uint8_t *p = (const uint8_t *)frame;

	for (size_t i = 0; i < sizeof(*frame); i++)
		if (p[i] != 0)
			return false;
	return true;
}

static enum status
decode(const uint8_t *p, size_t n)
{
	/* Its own piece of heap, so that a byte too far is noticed. */
	uint8_t *exact = malloc(n == 0 ? 1 : n);
	enum status st;
	FIDO_FRAME(frame);

	if (exact == NULL)
		abort();
	if (n > 0)
		memcpy(exact, p, n);
	memset(&frame, 0xa5, sizeof(frame));
	st = fido_decode(exact, n, &frame, &f);
	free(exact);
	if (st != STATUS_OK && !zero(&frame))
		abort();
	return st;
}

/* It and its likeness are the same; no part of it is a frame, nor more. */
static void
round_trip(const struct fido_frame *frame)
{
	uint8_t again[IO_FRAME_MAX];
	size_t n = 0, whole = 0;
	FIDO_FRAME(got);

	CHECK_OK(fido_encode(frame, bytes, &len, &f), &f);
	CHECK_OK(fido_decode(bytes, len, &got, &f), &f);
	CHECK(memcmp(&got, frame, sizeof(got)) == 0);
	CHECK_OK(fido_encode(&got, again, &n, &f), &f);
	CHECK(n == len && memcmp(again, bytes, n) == 0);
	for (size_t i = 0; i < len; i++)
		whole += decode(bytes, i) == STATUS_OK;
	CHECK_EQ(whole, 0);
	bytes[len] = 0;
	CHECK_EQ(decode(bytes, len + 1), STATUS_PROTOCOL);
}

static void
fill(void *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((uint8_t *)p)[i] = (uint8_t)(i * 7 + 3);
}

static void
word(char *out, size_t size)
{
	memset(out, 'w', size - 1);
	out[size - 1] = '\0';
}

static void
request_largest(struct fido_frame *frame, enum fido_verb verb)
{
	struct fido_request *r = &frame->u.request;

	memset(frame, 0, sizeof(*frame));
	frame->kind = FIDO_FRAME_REQUEST;
	r->verb = verb;
	r->insert_seconds = 120;
	r->touch_seconds = 30;
	r->uv = FIDO_UV_REQUIRED;
	r->pin = true;
	fill(r->hash, sizeof(r->hash));
	if (verb != FIDO_PARSE) {
		r->entries = FIDO_KEYS_MAX;
		for (size_t i = 0; i < FIDO_KEYS_MAX; i++) {
			word(r->entry[i].rp, sizeof(r->entry[i].rp));
			fill(r->entry[i].id, sizeof(r->entry[i].id));
			r->entry[i].id_len = sizeof(r->entry[i].id);
		}
	}
	if (verb == FIDO_ASSERT)
		return;
	word(r->rp, sizeof(r->rp));
	r->attestation = true;
	if (verb == FIDO_MAKE) {
		fill(r->user, sizeof(r->user));
		r->user_len = sizeof(r->user);
		word(r->name, sizeof(r->name));
		r->resident = true;
		return;
	}
	word(r->format, sizeof(r->format));
	fill(r->authdata, sizeof(r->authdata));
	r->authdata_len = sizeof(r->authdata);
	fill(r->statement, sizeof(r->statement));
	r->statement_len = sizeof(r->statement);
}

static void
test_requests(void)
{
	FIDO_FRAME(frame);

	for (int verb = FIDO_ASSERT; verb <= FIDO_PARSE; verb++) {
		request_largest(&frame, (enum fido_verb)verb);
		round_trip(&frame);
	}
	request_largest(&frame, FIDO_ASSERT);
	CHECK_OK(fido_encode(&frame, bytes, &len, &f), &f);
	CHECK_EQ(len,
		 2 + 1 + 2 + 2 + 1 + 1 + 32 + 1 + 10 * (2 + 128 + 2 + 512));
	memset(&frame, 0, sizeof(frame));
	frame.kind = FIDO_FRAME_REQUEST;
	frame.u.request.verb = FIDO_MAKE;
	frame.u.request.uv = FIDO_UV_PREFERRED;
	round_trip(&frame);
	frame.u.request.verb = FIDO_PARSE;
	round_trip(&frame);
}

static void
test_replies(void)
{
	FIDO_FRAME(frame);
	struct fido_reply *r = &frame.u.reply;

	for (int end = FIDO_NO_KEY; end <= FIDO_BROKEN; end++) {
		memset(&frame, 0, sizeof(frame));
		frame.kind = FIDO_FRAME_REPLY;
		r->end = (enum fido_end)end;
		round_trip(&frame);
		CHECK_EQ(len, 3);
		/* A failure brings nothing along. */
		r->entry = 1;
		r->signature_len = 9;
		CHECK_OK(fido_encode(&frame, bytes, &len, &f), &f);
		CHECK_EQ(len, 3);
	}
	memset(&frame, 0, sizeof(frame));
	frame.kind = FIDO_FRAME_REPLY;
	r->end = FIDO_DONE;
	round_trip(&frame);
	r->entry = FIDO_KEYS_MAX - 1;
	fill(r->authdata, r->authdata_len = sizeof(r->authdata));
	fill(r->signature, r->signature_len = sizeof(r->signature));
	word(r->format, sizeof(r->format));
	fill(r->statement, r->statement_len = sizeof(r->statement));
	word(r->transports, sizeof(r->transports));
	round_trip(&frame);
	fill(r->id, r->id_len = sizeof(r->id));
	fill(r->public, r->public_len = sizeof(r->public));
	fill(r->aaguid, sizeof(r->aaguid));
	r->algorithm = -257;
	r->uv = true;
	r->attested = true;
	r->sign_count = UINT32_MAX;
	round_trip(&frame);
	CHECK(len <= IO_FRAME_MAX);
	r->uv = r->attested = false;
	r->algorithm = -8;
	r->sign_count = 0;
	round_trip(&frame);
}

static void
test_small(void)
{
	FIDO_FRAME(frame);

	for (int kind = FIDO_EVENT_INSERT; kind <= FIDO_EVENT_BUSY; kind++) {
		bool counts =
			kind == FIDO_EVENT_PIN || kind == FIDO_EVENT_PIN_WRONG;

		memset(&frame, 0, sizeof(frame));
		frame.kind = FIDO_FRAME_EVENT;
		frame.u.event.kind = (enum fido_event_kind)kind;
		frame.u.event.tries = counts ? 8 : 0;
		round_trip(&frame);
		CHECK_EQ(len, counts ? 4 : 3);
	}
	memset(&frame, 0, sizeof(frame));
	frame.kind = FIDO_FRAME_CANCEL;
	round_trip(&frame);
	CHECK_EQ(len, 2);
	frame.kind = FIDO_FRAME_PIN;
	CHECK_OK(secret_set(&frame.u.pin, "1234", 4, &f), &f);
	round_trip(&frame);
	CHECK(memcmp(bytes, "\1\2\0\0041234", 8) == 0);
	fido_frame_wipe(&frame);
	CHECK(zero(&frame));
}

/* A PIN that no key may be asked about does not leave, nor arrive. */
static void
test_pin_bounds(void)
{
	static const char many[FIDO_PIN_MAX + 2] =
		"11111111111111111111111111111111"
		"11111111111111111111111111111111";
	FIDO_FRAME(frame);

	CHECK_EQ(strlen(many), FIDO_PIN_MAX + 1);
	frame.kind = FIDO_FRAME_PIN;
	for (size_t n = 0; n <= FIDO_PIN_MAX + 1; n++) {
		bool good = n >= FIDO_PIN_MIN && n <= FIDO_PIN_MAX;
		uint8_t hand[80] = { 1, 2, 0, (uint8_t)n };

		CHECK_OK(secret_set(&frame.u.pin, many, n, &f), &f);
		CHECK_EQ(fido_encode(&frame, bytes, &len, &f),
			 good ? STATUS_OK : STATUS_INVALID);
		memset(hand + 4, '1', n);
		CHECK_EQ(decode(hand, 4 + n),
			 good ? STATUS_OK : STATUS_PROTOCOL);
	}
	CHECK_OK(secret_set(&frame.u.pin,
			    "12\0"
			    "34",
			    5, &f),
		 &f);
	CHECK_EQ(fido_encode(&frame, bytes, &len, &f), STATUS_INVALID);
	CHECK_EQ(decode((const uint8_t *)"\1\2\0\5"
					 "12\0"
					 "34",
			9),
		 STATUS_PROTOCOL);
}

static struct fido_frame *
asserts(void)
{
	static struct fido_frame frame;
	struct fido_request *r = &frame.u.request;

	memset(&frame, 0, sizeof(frame));
	frame.kind = FIDO_FRAME_REQUEST;
	r->verb = FIDO_ASSERT;
	r->uv = FIDO_UV_PREFERRED;
	r->entries = 1;
	strcpy(r->entry[0].rp, "example.org");
	r->entry[0].id_len = 1;
	return &frame;
}

static void
refused(const struct fido_frame *frame)
{
	size_t before = len = 77;

	CHECK_EQ(fido_encode(frame, bytes, &len, &f), STATUS_INVALID);
	CHECK_EQ(len, before);
}

static void
test_encode_request(void)
{
	struct fido_frame *q = asserts();

	CHECK_OK(fido_encode(q, bytes, &len, &f), &f);
	q->kind = (enum fido_frame_kind)0;
	refused(q);
	q->kind = (enum fido_frame_kind)6;
	refused(q);
	(q = asserts())->u.request.verb = (enum fido_verb)4;
	refused(q);
	(q = asserts())->u.request.uv = (enum fido_uv)0;
	refused(q);
	(q = asserts())->u.request.entries = 0;
	refused(q);
	(q = asserts())->u.request.entries = FIDO_KEYS_MAX + 1;
	refused(q);
	(q = asserts())->u.request.entry[0].id_len = 0;
	refused(q);
	(q = asserts())->u.request.entry[0].id_len = FIDO_CREDENTIAL_MAX + 1;
	refused(q);
	(q = asserts())->u.request.insert_seconds = 65536;
	refused(q);
	memset((q = asserts())->u.request.entry[0].rp, 'x', FIDO_RP_SIZE);
	refused(q);
	(q = asserts())->u.request.entry[0].rp[3] = '\n';
	refused(q);
}

static void
test_encode_reply(void)
{
	const struct fido_reply parsed = {
		.end = FIDO_DONE, .id_len = 1, .algorithm = -7, .public_len = 1
	};
	FIDO_FRAME(r);

	r.kind = FIDO_FRAME_REPLY;
	r.u.reply = parsed;
	CHECK_OK(fido_encode(&r, bytes, &len, &f), &f);
	r.u.reply.algorithm = 7;
	refused(&r);
	r.u.reply = parsed;
	r.u.reply.sign_count = -1;
	refused(&r);
	r.u.reply.sign_count = (int64_t)UINT32_MAX + 1;
	refused(&r);
	r.u.reply = parsed;
	r.u.reply.public_len = 0;
	refused(&r);
	r.u.reply = parsed;
	r.u.reply.end = (enum fido_end)(FIDO_BROKEN + 1);
	refused(&r);
	r.u.reply = parsed;
	r.u.reply.entry = FIDO_KEYS_MAX;
	refused(&r);
	memset(&r, 0, sizeof(r));
	r.kind = FIDO_FRAME_EVENT;
	refused(&r);
	r.u.event = (struct fido_event){ FIDO_EVENT_PIN, 256 };
	refused(&r);
}

/* Each byte of a good frame that says something, changed. */
static void
test_decode_numbers(void)
{
	/* version, kind, verb, insert, touch, uv, pin */
	static const struct {
		size_t at;
		uint8_t value;
	} wrong[] = { { 0, 0 },	    { 0, 2 },	  { 1, 0 },   { 1, 6 },
		      { 2, 0 },	    { 2, 4 },	  { 7, 0 },   { 7, 4 },
		      { 8, 2 },	    { 41, 0 },	  { 41, 11 }, { 41, 2 },
		      { 42, 1 },    { 43, 129 },  { 43, 12 }, { 44, 0 },
		      { 44, 0x1f }, { 44, 0x7f }, { 55, 2 },  { 56, 0 },
		      { 56, 2 } };
	const struct fido_frame *q = asserts();

	CHECK_OK(fido_encode(q, bytes, &len, &f), &f);
	CHECK_EQ(len, 58);
	CHECK_OK(decode(bytes, len), &f);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		uint8_t kept = bytes[wrong[i].at];

		bytes[wrong[i].at] = wrong[i].value;
		test_note("byte %zu is %u", wrong[i].at, wrong[i].value);
		CHECK_EQ(decode(bytes, len), STATUS_PROTOCOL);
		bytes[wrong[i].at] = kept;
	}
	CHECK_EQ(decode((const uint8_t *)"", 0), STATUS_PROTOCOL);
	CHECK_EQ(decode(bytes, IO_FRAME_MAX + 1), STATUS_PROTOCOL);
}

static void
test_decode_reply(void)
{
	static const uint8_t done[] = { 1, 5, 1, 0, 0, 0, 0, 0,
					0, 0, 0, 0, 0, 0, 0, 0 };
	uint8_t changed[sizeof(done) + 8];
	FIDO_FRAME(frame);

	CHECK_OK(decode(done, sizeof(done)), &f);
	/* A failure with something behind it. */
	memcpy(changed, done, sizeof(done));
	changed[2] = FIDO_TIMEOUT;
	CHECK_EQ(decode(changed, sizeof(done)), STATUS_PROTOCOL);
	CHECK_OK(decode(changed, 3), &f);
	changed[2] = FIDO_BROKEN + 1;
	CHECK_EQ(decode(changed, 3), STATUS_PROTOCOL);
	changed[2] = 0;
	CHECK_EQ(decode(changed, 3), STATUS_PROTOCOL);
	/* An entry that no list can have. */
	changed[2] = FIDO_DONE;
	changed[3] = FIDO_KEYS_MAX;
	CHECK_EQ(decode(changed, sizeof(done)), STATUS_PROTOCOL);
	/* An algorithm that is none of ours, and a bool of 2. */
	frame.kind = FIDO_FRAME_REPLY;
	frame.u.reply = (struct fido_reply){
		.end = FIDO_DONE, .id_len = 1, .algorithm = -7, .public_len = 1
	};
	CHECK_OK(fido_encode(&frame, bytes, &len, &f), &f);
	CHECK_OK(decode(bytes, len), &f);
	bytes[len - 5] = 2;
	CHECK_EQ(decode(bytes, len), STATUS_PROTOCOL);
	bytes[len - 5] = 1;
	bytes[24] = 0xfa;
	CHECK_EQ(decode(bytes, len), STATUS_PROTOCOL);
}

/* A text with a NUL inside would read shorter than it is. */
static void
test_decode_text(void)
{
	FIDO_FRAME(frame);

	request_largest(&frame, FIDO_MAKE);
	memset(frame.u.request.name, 0, sizeof(frame.u.request.name));
	strcpy(frame.u.request.name, "abc");
	CHECK_OK(fido_encode(&frame, bytes, &len, &f), &f);
	CHECK(memcmp(bytes + len - 4, "abc", 3) == 0);
	bytes[len - 3] = 0;
	CHECK_EQ(decode(bytes, len), STATUS_PROTOCOL);
}

static void
test_names(void)
{
	for (int end = FIDO_DONE; end <= FIDO_BROKEN; end++) {
		const char *s = fido_end_sentence((enum fido_end)end);

		CHECK(strcmp(fido_end_name((enum fido_end)end), "unknown") !=
		      0);
		CHECK(s[0] >= 'A' && s[0] <= 'Z' && s[strlen(s) - 1] == '.');
	}
	CHECK_STR(fido_end_name(FIDO_PIN_BLOCKED), "pin_blocked");
	CHECK_STR(fido_end_name(FIDO_BROKEN), "broken");
	CHECK_STR(fido_end_name((enum fido_end)0), "unknown");
	CHECK_STR(fido_end_name((enum fido_end)99), "unknown");
	CHECK_STR(fido_end_sentence((enum fido_end)99),
		  "The security key could not be used.");
}

int
main(void)
{
	test_requests();
	test_replies();
	test_small();
	test_pin_bounds();
	test_encode_request();
	test_encode_reply();
	test_decode_numbers();
	test_decode_reply();
	test_decode_text();
	test_names();
	return test_done();
}
