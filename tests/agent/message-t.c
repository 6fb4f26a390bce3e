/* SPDX-License-Identifier: MIT */
/* What an SSH agent may answer, and what is made of it. */
#include "agent/message.h"
#include "test.h"

#include <stdlib.h>

static struct agent_request request;
static uint8_t bytes[4096];
static size_t len;

static void
put_byte(uint8_t b)
{
	bytes[len++] = b;
}

static void
put_number(uint32_t n)
{
	for (int i = 3; i >= 0; i--)
		put_byte((uint8_t)(n >> (8 * i)));
}

static void
put_string(const char *s, size_t n)
{
	put_number((uint32_t)n);
	memcpy(bytes + len, s, n);
	len += n;
}

static void
list(uint32_t n)
{
	len = 0;
	put_byte(12);
	put_number(n);
}

static void
identity(const char *blob)
{
	put_string(blob, strlen(blob));
	put_string("a comment", 9);
}

static void
start(void)
{
	memset(&request, 0, sizeof(request));
	request.seconds = 30;
	request.keys = 2;
	memcpy(request.key[0].blob, "first", request.key[0].len = 5);
	memcpy(request.key[1].blob, "second", request.key[1].len = 6);
	memcpy(request.data, "data", request.data_len = 4);
}

static size_t found;

static enum agent_end
find(size_t n)
{
	uint8_t *exact = malloc(n == 0 ? 1 : n);
	enum agent_end end;

	if (exact == NULL)
		abort();
	memcpy(exact, bytes, n);
	found = 99;
	end = message_list_find(exact, n, &request, &found);
	free(exact);
	return end;
}

static void
test_find(void)
{
	list(0);
	CHECK_EQ(find(len), AGENT_NONE);
	list(3);
	identity("other");
	identity("second");
	identity("first");
	CHECK_EQ(find(len), AGENT_DONE);
	CHECK_EQ(found, 1); /* the agent's order */
	for (size_t i = 0; i < len; i++) {
		CHECK_EQ(find(i), AGENT_BROKEN);
		CHECK_EQ(found, 99);
	}
	put_byte(0);
	CHECK_EQ(find(len), AGENT_BROKEN);
	/* What begins or ends like one is none. */
	list(4);
	identity("firs");
	identity("first!");
	identity("");
	identity("FIRST");
	CHECK_EQ(find(len), AGENT_NONE);
	len = 0;
	put_byte(5);
	CHECK_EQ(find(len), AGENT_REFUSED);
	bytes[0] = 14;
	CHECK_EQ(find(len), AGENT_BROKEN);
	CHECK_EQ(find(0), AGENT_BROKEN);
}

static void
test_find_lengths(void)
{
	static const uint32_t wrong[] = { 6,	      0x7fffffff, 0x80000000,
					  0xffffffff, 0xfffffffb, 262145 };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		list(wrong[i]);
		identity("first");
		CHECK_EQ(find(len), AGENT_BROKEN);
		list(1);
		put_number(wrong[i]);
		len += 5;
		CHECK_EQ(find(len), AGENT_BROKEN);
		list(1);
		put_string("first", 5);
		put_number(wrong[i]);
		CHECK_EQ(find(len), AGENT_BROKEN);
	}
	/* More than it says. */
	list(1);
	identity("first");
	identity("second");
	CHECK_EQ(find(len), AGENT_BROKEN);
}

static void
test_sign_make(void)
{
	static const char want[] = "\15\0\0\0\6second\0\0\0\4data\0\0\0";
	uint8_t ask[MESSAGE_ASK_MAX];

	CHECK_EQ(message_list_make(ask), 1);
	CHECK_EQ(ask[0], 11);
	CHECK_EQ(message_sign_make(&request, 1, ask), sizeof(want));
	CHECK(memcmp(ask, want, sizeof(want)) == 0);
	request.key[1].len = AGENT_BLOB_MAX;
	request.data_len = AGENT_DATA_MAX;
	CHECK_EQ(message_sign_make(&request, 1, ask), MESSAGE_ASK_MAX);
}

static enum agent_end
sign(size_t n, struct agent_reply *out)
{
	uint8_t *exact = malloc(n == 0 ? 1 : n);
	enum agent_end end;

	if (exact == NULL)
		abort();
	memcpy(exact, bytes, n);
	memset(out, 0, sizeof(*out));
	end = message_sign_read(exact, n, out);
	free(exact);
	return end;
}

static void
test_sign_read(void)
{
	static const char long_one[AGENT_SIGNATURE_MAX + 1];
	struct agent_reply out;

	len = 0;
	put_byte(14);
	put_string("signature", 9);
	CHECK_EQ(sign(len, &out), AGENT_DONE);
	CHECK_EQ(out.signature_len, 9);
	CHECK(memcmp(out.signature, "signature", 9) == 0);
	for (size_t i = 0; i < len; i++) {
		CHECK_EQ(sign(i, &out), AGENT_BROKEN);
		CHECK_EQ(out.signature_len, 0);
	}
	put_byte(0);
	CHECK_EQ(sign(len, &out), AGENT_BROKEN);
	for (size_t n = AGENT_SIGNATURE_MAX; n < sizeof(long_one) + 1; n++) {
		len = 0;
		put_byte(14);
		put_string(long_one, n);
		CHECK_EQ(sign(len, &out),
			 n == AGENT_SIGNATURE_MAX ? AGENT_DONE : AGENT_BROKEN);
	}
	len = 0;
	put_byte(14);
	put_string("", 0);
	CHECK_EQ(sign(len, &out), AGENT_BROKEN);
	bytes[0] = 5;
	CHECK_EQ(sign(1, &out), AGENT_REFUSED);
	bytes[0] = 12;
	CHECK_EQ(sign(len, &out), AGENT_BROKEN);
	CHECK_EQ(sign(0, &out), AGENT_BROKEN);
}

int
main(void)
{
	start();
	test_find();
	test_find_lengths();
	test_sign_make();
	test_sign_read();
	return test_done();
}
