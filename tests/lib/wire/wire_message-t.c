/* SPDX-License-Identifier: MIT */
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

/* A row takes what fits a pair, so many pairs, and what fits a message. */
static void
test_row(void)
{
	uint8_t bytes[WIRE_MESSAGE_MAX];
	char key[WIRE_KEY_SIZE + 1], value[WIRE_VALUE_SIZE + 1];
	size_t len = 0;
	WIRE_MESSAGE(m);

	m.type = WIRE_ROW;
	CHECK(unsendable(&m));
	memset(key, 'k', sizeof(key));
	memset(value, 'v', sizeof(value));
	key[WIRE_KEY_SIZE] = value[WIRE_VALUE_SIZE] = '\0';
	CHECK(!wire_row_put(&m.u.row, key, ""));
	CHECK(!wire_row_put(&m.u.row, "k", value));
	CHECK_EQ(m.u.row.n, 0);
	value[WIRE_VALUE_SIZE - 1] = key[WIRE_KEY_SIZE - 1] = '\0';
	for (unsigned i = 0; i < WIRE_PAIRS_MAX; i++) {
		key[0] = (char)('a' + i);
		CHECK(wire_row_put(&m.u.row, key, value));
	}
	CHECK_EQ(wire_encode(&m, bytes, &len, NULL), STATUS_OK);
	CHECK_EQ(wire_decode(bytes, len, &m, NULL), STATUS_OK);
	CHECK_STR(wire_row_get(&m.u.row, key), value);
	for (unsigned i = 0; i < WIRE_PAIRS_MAX; i++) {
		m.u.row.n = (uint8_t)i;
		key[0] = (char)('A' + i);
		CHECK(wire_row_put(&m.u.row, key, ""));
	}
	CHECK(!wire_row_put(&m.u.row, "k", ""));
	CHECK_EQ(wire_encode(&m, bytes, &len, NULL), STATUS_OK);
	/* The same key twice is no row. */
	memcpy(m.u.row.pair[3].key, m.u.row.pair[20].key, WIRE_KEY_SIZE);
	CHECK(unsendable(&m));
}

/* The key of an RSA of 16384 bits goes through a row as it is. */
static void
test_row_long(void)
{
	static char text[3000], got[3000];
	struct wire_row row = { .n = 0 };

	for (size_t len = 0; len < sizeof(text) - 1; len++)
		text[len] = (char)('A' + len % 26);
	CHECK(wire_row_put(&row, "type", "ssh-rsa"));
	CHECK(wire_row_put_long(&row, "key", text));
	CHECK_STR(wire_row_get(&row, "type"), "ssh-rsa");
	CHECK(wire_row_get_long(&row, "key", got, sizeof(got)));
	CHECK_STR(got, text);
	CHECK(!wire_row_get_long(&row, "key", got, sizeof(text) - 1));
	CHECK(wire_row_get_long(&row, "other", got, sizeof(got)));
	CHECK_STR(got, "");
	/* What fits a value exactly needs no second one. */
	row = (struct wire_row){ .n = 0 };
	text[WIRE_VALUE_SIZE - 1] = '\0';
	CHECK(wire_row_put_long(&row, "key", text));
	CHECK_EQ(row.n, 1);
	CHECK(wire_row_get_long(&row, "key", got, sizeof(got)));
	CHECK_STR(got, text);
	/* There is an end to it. */
	row.n = WIRE_PAIRS_MAX - 1;
	text[WIRE_VALUE_SIZE - 1] = 'A';
	CHECK(!wire_row_put_long(&row, "key", text));
}

int
main(void)
{
	test_row();
	test_row_long();
	return test_done();
}
