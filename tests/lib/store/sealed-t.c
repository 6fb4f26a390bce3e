/* SPDX-License-Identifier: MIT */
/* What is sealed, all of it, one row after the other. */
#include <stdio.h>

#include "fixture.h"
#include "store/outbox.h"
#include "store/sealed.h"

static struct fault f;

static void
test_sealed(void)
{
	struct store *s = fixture_store("sealed");
	struct store_password p = { .kind = STORE_CRYPT, .sealed_len = 3 };
	struct id after = { .s = "" }, row, one = fixture_id(1);
	uint8_t sealed[STORE_SEALED_SIZE];
	enum status st;
	size_t len = 0;

	CHECK_STR(store_sealed_name(STORE_SEALED_HISTORY),
		  "password_history.sealed");
	fixture_add_account(s, 1);
	fixture_add_account(s, 2);
	memcpy(p.sealed, "abc", 3);
	ALONE(s, st, store_password_put(s, &one, &p, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_OK(store_sealed_next(s, STORE_SEALED_PASSWORD, &after, &row,
				   sealed, sizeof(sealed), &len, &f),
		 &f);
	CHECK_STR(row.s, one.s);
	CHECK(len == 3 && memcmp(sealed, "abc", 3) == 0);
	CHECK_EQ(store_sealed_next(s, STORE_SEALED_PASSWORD, &row, &after,
				   sealed, sizeof(sealed), &len, &f),
		 STATUS_NOT_FOUND);
	ALONE(s, st,
	      store_sealed_put(s, STORE_SEALED_PASSWORD, &one,
			       (const uint8_t *)"later", 5, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_OK(store_password_get(s, &one, &p, &f), &f);
	CHECK(p.sealed_len == 5 && memcmp(p.sealed, "later", 5) == 0);
	after = fixture_id(2);
	ALONE(s, st,
	      store_sealed_put(s, STORE_SEALED_PASSWORD, &after,
			       (const uint8_t *)"x", 1, &f));
	CHECK_EQ(st, STATUS_NOT_FOUND);
	store_close(s);
}

static void
test_sealed_otp(void)
{
	struct store *s = fixture_store("sealed-otp");
	struct store_otp d = fixture_otp(10, STORE_TOTP);
	struct id after = { .s = "" }, row;
	uint8_t sealed[STORE_SEALED_SIZE];
	enum status st;
	size_t len = 0;

	CHECK_STR(store_sealed_name(STORE_SEALED_OTP), "otp.sealed");
	fixture_add_account(s, 1);
	ALONE(s, st, store_otp_insert(s, &d, &f));
	CHECK_EQ(st, STATUS_OK);
	/* The row is the device, not its account. */
	CHECK_OK(store_sealed_next(s, STORE_SEALED_OTP, &after, &row, sealed,
				   sizeof(sealed), &len, &f),
		 &f);
	CHECK_STR(row.s, d.id.s);
	CHECK(len == d.sealed_len && memcmp(sealed, d.sealed, len) == 0);
	CHECK_EQ(store_sealed_next(s, STORE_SEALED_OTP, &row, &after, sealed,
				   sizeof(sealed), &len, &f),
		 STATUS_NOT_FOUND);
	ALONE(s, st,
	      store_sealed_put(s, STORE_SEALED_OTP, &d.id,
			       (const uint8_t *)"later", 5, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_OK(store_otp_get(s, &d.account, d.label, &d, &f), &f);
	CHECK(d.sealed_len == 5 && memcmp(d.sealed, "later", 5) == 0);
	store_close(s);
}

/* Both kinds of keys, and what is under the seal may not move. */
static void
test_sealed_keys(void)
{
	struct store *s = fixture_store("sealed-keys");
	struct store_key k = fixture_key(10);
	struct store_ssh_key h = fixture_ssh_key(11);
	struct id after = { .s = "" }, row;
	uint8_t sealed[STORE_SEALED_SIZE];
	enum status st;
	size_t len = 0;

	CHECK_STR(store_sealed_name(STORE_SEALED_KEY), "key.sealed");
	CHECK_STR(store_sealed_name(STORE_SEALED_SSH_KEY), "ssh_key.sealed");
	fixture_add_account(s, 1);
	ALONE(s, st, store_key_insert(s, &k, &f));
	CHECK_EQ(st, STATUS_OK);
	ALONE(s, st, store_ssh_key_insert(s, &h, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_OK(store_sealed_next(s, STORE_SEALED_KEY, &after, &row, sealed,
				   sizeof(sealed), &len, &f),
		 &f);
	CHECK_STR(row.s, k.id.s);
	CHECK(len == k.sealed_len && memcmp(sealed, k.sealed, len) == 0);
	CHECK_EQ(store_sealed_next(s, STORE_SEALED_KEY, &row, &after, sealed,
				   sizeof(sealed), &len, &f),
		 STATUS_NOT_FOUND);
	CHECK_OK(store_sealed_next(s, STORE_SEALED_SSH_KEY, &after, &row,
				   sealed, sizeof(sealed), &len, &f),
		 &f);
	CHECK_STR(row.s, h.id.s);
	ALONE(s, st,
	      store_sealed_put(s, STORE_SEALED_KEY, &k.id,
			       (const uint8_t *)"later", 5, &f));
	CHECK_EQ(st, STATUS_OK);
	ALONE(s, st,
	      store_sealed_put(s, STORE_SEALED_SSH_KEY, &h.id,
			       (const uint8_t *)"late", 4, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_OK(store_key_get(s, &k.account, k.label, &k, &f), &f);
	CHECK(k.sealed_len == 5 && memcmp(k.sealed, "later", 5) == 0);
	CHECK_OK(store_ssh_key_get(s, &h.account, h.label, &h, &f), &f);
	CHECK(h.sealed_len == 4 && memcmp(h.sealed, "late", 4) == 0);
	store_close(s);
}

/* Of messages, those that have something sealed. */
static void
test_sealed_outbox(void)
{
	struct store *s = fixture_store("sealed-outbox");
	struct store_message m = { .at = NOW, .event = "a.b" };
	struct store_webhook w = { .id = fixture_id(14),
				   .url = "https://example.org/",
				   .sealed = "hook",
				   .sealed_len = 4 };
	struct id after = { .s = "" }, row;
	uint8_t sealed[STORE_SEALED_SIZE];
	enum status st;
	size_t len = 0;

	CHECK_STR(store_sealed_name(STORE_SEALED_OUTBOX), "outbox.sealed");
	CHECK_STR(store_sealed_name(STORE_SEALED_WEBHOOK), "webhook.sealed");
	for (unsigned i = 10; i < 14; i++) {
		m.id = fixture_id(i);
		m.sealed_len = i % 2 == 0 ? 0 : 3;
		memcpy(m.sealed, "abc", 3);
		ALONE(s, st, store_message_insert(s, &m, &f));
		CHECK_EQ(st, STATUS_OK);
	}
	ALONE(s, st, store_webhook_insert(s, &w, &f));
	CHECK_EQ(st, STATUS_OK);
	for (unsigned i = 11; i < 14; i += 2) {
		CHECK_OK(store_sealed_next(s, STORE_SEALED_OUTBOX, &after,
					   &row, sealed, sizeof(sealed), &len,
					   &f),
			 &f);
		CHECK_STR(row.s, fixture_id(i).s);
		CHECK(len == 3 && memcmp(sealed, "abc", 3) == 0);
		after = row;
	}
	CHECK_EQ(store_sealed_next(s, STORE_SEALED_OUTBOX, &after, &row,
				   sealed, sizeof(sealed), &len, &f),
		 STATUS_NOT_FOUND);
	ALONE(s, st,
	      store_sealed_put(s, STORE_SEALED_OUTBOX, &row,
			       (const uint8_t *)"later", 5, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_OK(store_message_get(s, &row, &m, &f), &f);
	CHECK(m.sealed_len == 5 && memcmp(m.sealed, "later", 5) == 0);
	after = (struct id){ .s = "" };
	CHECK_OK(store_sealed_next(s, STORE_SEALED_WEBHOOK, &after, &row,
				   sealed, sizeof(sealed), &len, &f),
		 &f);
	CHECK(len == 4 && memcmp(sealed, "hook", 4) == 0);
	ALONE(s, st,
	      store_sealed_put(s, STORE_SEALED_WEBHOOK, &row,
			       (const uint8_t *)"later", 5, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_OK(store_webhook_get(s, &row, &w, &f), &f);
	CHECK(w.sealed_len == 5 && memcmp(w.sealed, "later", 5) == 0);
	store_close(s);
}

int
main(void)
{
	test_sealed();
	test_sealed_otp();
	test_sealed_keys();
	test_sealed_outbox();
	return test_done();
}
