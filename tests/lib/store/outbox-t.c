/* SPDX-License-Identifier: MIT */
/* Messages, their deliveries, and where to. */
#include <stdio.h>

#include "fixture.h"
#include "store/outbox.h"

static struct fault f;

#define FAR (NOW + 100000)

static struct store_message
message(unsigned n, int64_t at)
{
	struct store_message m = { .id = fixture_id(n),
				   .at = at,
				   .event = "password.changed",
				   .account = fixture_id(1),
				   .org = fixture_id(50),
				   .audit = fixture_id(70),
				   .sealed_len = 5 };

	memcpy(m.sealed, "s\0ea\377", 5);
	return m;
}

static enum status
insert(struct store *s, const struct store_message *m)
{
	enum status st;

	ALONE(s, st, store_message_insert(s, m, &f));
	return st;
}

static bool
collect(void *ctx, const struct store_message *m)
{
	(void)strcat(ctx, m->id.s + ID_LENGTH - 2);
	(void)strcat(ctx, " ");
	return true;
}

static void
fresh(struct store *s, const char *expected)
{
	char text[64] = "";

	CHECK_OK(store_message_new(s, collect, text, &f), &f);
	CHECK_STR(text, expected);
}

static void
test_message(struct store *s)
{
	struct store_message m = message(12, NOW), got = { .at = 77 };
	const struct id none = fixture_id(999);
	enum status st;

	CHECK_EQ(store_message_insert(s, &m, &f), STATUS_CONFLICT);
	CHECK_EQ(insert(s, &m), STATUS_OK);
	CHECK_EQ(insert(s, &m), STATUS_CONFLICT);
	CHECK_OK(store_message_get(s, &m.id, &got, &f), &f);
	CHECK(memcmp(&m, &got, sizeof(m)) == 0);
	CHECK_EQ(store_message_get(s, &none, &got, &f), STATUS_NOT_FOUND);
	CHECK(memcmp(&m, &got, sizeof(m)) == 0);
	m = message(10, NOW);
	m.account = m.org = m.audit = (struct id){ .s = "" };
	m.sealed_len = 0;
	CHECK_EQ(insert(s, &m), STATUS_OK);
	m = message(11, NOW - 1);
	CHECK_EQ(insert(s, &m), STATUS_OK);
	m = message(13, NOW);
	m.event[0] = '\0';
	CHECK_EQ(insert(s, &m), STATUS_INVALID);
	fresh(s, "11 10 12 ");
	m.id = fixture_id(10);
	ALONE(s, st, store_message_spread(s, &m.id, &f));
	CHECK_EQ(st, STATUS_OK);
	ALONE(s, st, store_message_spread(s, &m.id, &f));
	CHECK_EQ(st, STATUS_LOST);
	ALONE(s, st, store_message_spread(s, &none, &f));
	CHECK_EQ(st, STATUS_LOST);
	fresh(s, "11 12 ");
}

static struct store_delivery
delivery(unsigned n, unsigned of, int64_t next_at)
{
	return (struct store_delivery){ .id = fixture_id(n),
					.message = fixture_id(of),
					.channel = STORE_MAIL,
					.state = STORE_DELIVERY_WAITING,
					.next_at = next_at };
}

static enum status
send_one(struct store *s, const struct store_delivery *d)
{
	enum status st;

	ALONE(s, st, store_delivery_insert(s, d, &f));
	return st;
}

static bool
collect_delivery(void *ctx, const struct store_delivery *d)
{
	(void)strcat(ctx, d->id.s + ID_LENGTH - 2);
	(void)strcat(ctx, " ");
	return true;
}

static void
due(struct store *s, int64_t now, const char *expected)
{
	char text[64] = "";

	CHECK_OK(store_delivery_due(s, now, FAR, collect_delivery, text, &f),
		 &f);
	CHECK_STR(text, expected);
}

static void
state(struct store *s, enum store_delivery_state of, const char *expected)
{
	char text[64] = "";

	CHECK_OK(store_delivery_list(s, of, collect_delivery, text, &f), &f);
	CHECK_STR(text, expected);
}

static void
test_delivery(struct store *s)
{
	struct store_delivery d = delivery(22, 10, NOW), got;
	const struct id none = fixture_id(999);
	enum status st;

	d.channel = STORE_WEBHOOK;
	d.webhook = fixture_id(30);
	(void)strcpy(d.last, "connection refused");
	CHECK_EQ(send_one(s, &d), STATUS_OK);
	CHECK_OK(store_delivery_get(s, &d.id, &got, &f), &f);
	CHECK(memcmp(&d, &got, sizeof(d)) == 0);
	CHECK_EQ(store_delivery_get(s, &none, &got, &f), STATUS_NOT_FOUND);
	d = delivery(20, 10, NOW + 1);
	CHECK_EQ(send_one(s, &d), STATUS_OK);
	d = delivery(21, 11, NOW - 1);
	CHECK_EQ(send_one(s, &d), STATUS_OK);
	d = delivery(23, 999, NOW);
	CHECK_EQ(send_one(s, &d), STATUS_NOT_FOUND);
	d = delivery(23, 10, NOW);
	d.channel = (enum store_channel)4;
	CHECK_EQ(send_one(s, &d), STATUS_INVALID);
	due(s, NOW - 2, "");
	due(s, NOW, "21 22 ");
	due(s, NOW + 1, "21 22 20 ");
	d = delivery(21, 11, NOW + 60);
	d.attempts = 1;
	(void)strcpy(d.last, "no route");
	ALONE(s, st, store_delivery_update(s, &d, 0, &f));
	CHECK_EQ(st, STATUS_OK);
	ALONE(s, st, store_delivery_update(s, &d, 0, &f));
	CHECK_EQ(st, STATUS_LOST);
	CHECK_OK(store_delivery_get(s, &d.id, &got, &f), &f);
	CHECK(memcmp(&d, &got, sizeof(d)) == 0);
	due(s, NOW + 1, "22 20 ");
	d.state = STORE_DELIVERY_DEAD;
	d.attempts = 2;
	ALONE(s, st, store_delivery_update(s, &d, 1, &f));
	CHECK_EQ(st, STATUS_OK);
	due(s, INT64_MAX, "22 20 ");
	state(s, STORE_DELIVERY_DEAD, "21 ");
	state(s, STORE_DELIVERY_WAITING, "20 22 ");
	state(s, STORE_DELIVERY_DONE, "");
	/* It can be tried again, from the beginning. */
	d = delivery(21, 11, NOW);
	ALONE(s, st, store_delivery_update(s, &d, 2, &f));
	CHECK_EQ(st, STATUS_OK);
	due(s, NOW, "21 22 ");
}

static bool
collect_webhook(void *ctx, const struct store_webhook *w)
{
	(void)strcat(ctx, w->url);
	(void)strcat(ctx, " ");
	return true;
}

static void
test_webhook(struct store *s)
{
	struct store_webhook w = { .id = fixture_id(30),
				   .url = "https://example.org/",
				   .events = "password.changed,login.denied",
				   .allow_private = true,
				   .sealed = "s",
				   .sealed_len = 1,
				   .created_at = NOW + 1 },
			     got;
	struct store_delivery d;
	char text[128] = "";
	enum status st;

	ALONE(s, st, store_webhook_insert(s, &w, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_OK(store_webhook_get(s, &w.id, &got, &f), &f);
	CHECK(memcmp(&w, &got, sizeof(w)) == 0);
	w.id = fixture_id(31);
	w.sealed_len = 0;
	ALONE(s, st, store_webhook_insert(s, &w, &f));
	CHECK_EQ(st, STATUS_INVALID);
	w.sealed_len = 1;
	w.created_at = NOW;
	(void)strcpy(w.url, "https://a/");
	w.events[0] = '\0';
	ALONE(s, st, store_webhook_insert(s, &w, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_OK(store_webhook_list(s, collect_webhook, text, &f), &f);
	CHECK_STR(text, "https://a/ https://example.org/ ");
	w.id = fixture_id(30);
	ALONE(s, st, store_webhook_delete(s, &w.id, &f));
	CHECK_EQ(st, STATUS_OK);
	ALONE(s, st, store_webhook_delete(s, &w.id, &f));
	CHECK_EQ(st, STATUS_NOT_FOUND);
	CHECK_EQ(store_webhook_get(s, &w.id, &got, &f), STATUS_NOT_FOUND);
	/* What waited for it waits no more; the rest does. */
	state(s, STORE_DELIVERY_DEAD, "22 ");
	state(s, STORE_DELIVERY_WAITING, "20 21 ");
	d.id = fixture_id(22);
	CHECK_OK(store_delivery_get(s, &d.id, &d, &f), &f);
	CHECK_STR(d.last, "the webhook was removed");
}

int
main(void)
{
	struct store *s = fixture_store("outbox");

	test_message(s);
	test_delivery(s);
	test_webhook(s);
	store_close(s);
	return test_done();
}
