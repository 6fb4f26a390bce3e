/* SPDX-License-Identifier: MIT */
/* Devices: whose they are, and steps and counters that only go up. */
#include "fixture.h"

#include <stdio.h>

static struct fault f;

static enum status
insert(struct store *s, const struct store_otp *d)
{
	enum status st;

	ALONE(s, st, store_otp_insert(s, d, &f));
	return st;
}

static enum status
spend(struct store *s, unsigned n, int64_t at)
{
	const struct id id = fixture_id(n);
	enum status st;

	ALONE(s, st, store_otp_spend(s, &id, at, NOW + 1, &f));
	return st;
}

static enum status
resync(struct store *s, unsigned n, int64_t counter)
{
	const struct id id = fixture_id(n);
	enum status st;

	ALONE(s, st, store_otp_resync(s, &id, counter, NOW + 2, &f));
	return st;
}

/* Account 1's device "labelN". */
static struct store_otp
get(struct store *s, unsigned n)
{
	const struct id account = fixture_id(1);
	struct store_otp d = { .moved = -1 };
	char label[STORE_LABEL_SIZE];

	(void)snprintf(label, sizeof(label), "label%u", n);
	CHECK_OK(store_otp_get(s, &account, label, &d, &f), &f);
	return d;
}

static bool
collect(void *ctx, const struct store_otp *d)
{
	(void)strcat(ctx, d->label);
	(void)strcat(ctx, " ");
	return strcmp(d->label, "stop") != 0;
}

static void
lists(struct store *s, unsigned account, const char *expected)
{
	const struct id id = fixture_id(account);
	char text[512] = "";

	CHECK_OK(store_otp_list(s, &id, collect, text, &f), &f);
	CHECK_STR(text, expected);
}

static void
test_round_trip(struct store *s)
{
	struct store_otp d = fixture_otp(10, STORE_TOTP), got;
	const struct id two = fixture_id(2);

	d.algorithm = 3;
	d.digits = 8;
	d.period = 60;
	d.used_at = NOW + 3;
	d.sealed_len = sizeof(d.sealed);
	memset(d.label, 'x', sizeof(d.label) - 1);
	CHECK_EQ(insert(s, &d), STATUS_OK);
	CHECK_OK(store_otp_get(s, &d.account, d.label, &got, &f), &f);
	CHECK(memcmp(&d, &got, sizeof(d)) == 0);
	/* Somebody else's is not there, under any name. */
	got.moved = 77;
	CHECK_EQ(store_otp_get(s, &two, d.label, &got, &f), STATUS_NOT_FOUND);
	CHECK_EQ(store_otp_get(s, &d.account, "x", &got, &f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(got.moved, 77);
	lists(s, 2, "");
}

static void
test_labels(struct store *s)
{
	struct store_otp d = fixture_otp(20, STORE_TOTP);
	const struct id none = fixture_id(999);
	enum status st;

	CHECK_EQ(insert(s, &d), STATUS_OK);
	CHECK_EQ(insert(s, &d), STATUS_CONFLICT);
	d.id = fixture_id(21);
	CHECK_EQ(insert(s, &d), STATUS_CONFLICT);
	d.account = fixture_id(2); /* has a "label20", too */
	CHECK_EQ(insert(s, &d), STATUS_OK);
	d = fixture_otp(22, STORE_HOTP);
	d.account = fixture_id(2);
	CHECK_EQ(insert(s, &d), STATUS_OK);
	lists(s, 2, "label20 label22 ");
	ALONE(s, st, store_otp_rename(s, &d.id, "label20", &f));
	CHECK_EQ(st, STATUS_CONFLICT);
	ALONE(s, st, store_otp_rename(s, &d.id, "label22", &f));
	CHECK_EQ(st, STATUS_OK);
	ALONE(s, st, store_otp_rename(s, &d.id, "", &f));
	CHECK_EQ(st, STATUS_INVALID);
	ALONE(s, st, store_otp_rename(s, &d.id, "a", &f));
	CHECK_EQ(st, STATUS_OK);
	lists(s, 2, "a label20 ");
	ALONE(s, st, store_otp_rename(s, &none, "b", &f));
	CHECK_EQ(st, STATUS_NOT_FOUND);
	ALONE(s, st, store_otp_delete(s, &none, &f));
	CHECK_EQ(st, STATUS_NOT_FOUND);
	ALONE(s, st, store_otp_delete(s, &d.id, &f));
	CHECK_EQ(st, STATUS_OK);
	lists(s, 2, "label20 ");
	ALONE(s, st, store_otp_delete_all(s, &d.account, &f));
	CHECK_EQ(st, STATUS_OK);
	lists(s, 2, "");
	CHECK_EQ(get(s, 20).moved, 100);
}

static void
test_form(struct store *s)
{
	struct store_otp wrong[12];
	size_t n = sizeof(wrong) / sizeof(wrong[0]);

	for (size_t i = 0; i < n; i++)
		wrong[i] = fixture_otp(30, STORE_TOTP);
	wrong[0].algorithm = 0;
	wrong[1].algorithm = 4;
	wrong[2].digits = 5;
	wrong[3].digits = 9;
	wrong[4].period = 14;
	wrong[5].period = 121;
	wrong[6].period = 0;
	wrong[7].kind = STORE_HOTP; /* with a period */
	wrong[8].state = STORE_OTP_RESYNC;
	wrong[9].moved = -1;
	wrong[10].sealed_len = 0;
	wrong[11].label[0] = '\0';
	for (size_t i = 0; i < n; i++)
		CHECK_EQ(insert(s, &wrong[i]), STATUS_INVALID);
	wrong[0] = fixture_otp(30, STORE_TOTP);
	wrong[0].account = fixture_id(999);
	CHECK_EQ(insert(s, &wrong[0]), STATUS_NOT_FOUND);
}

static void
test_totp(struct store *s)
{
	struct store_otp d = fixture_otp(40, STORE_TOTP);

	CHECK_EQ(store_otp_spend(s, &d.id, 101, NOW, &f), STATUS_CONFLICT);
	CHECK_EQ(spend(s, 40, 101), STATUS_LOST); /* there is none */
	CHECK_EQ(insert(s, &d), STATUS_OK);
	CHECK_EQ(spend(s, 40, 99), STATUS_LOST);
	CHECK_EQ(spend(s, 40, 100), STATUS_LOST);
	CHECK_EQ(spend(s, 40, -1), STATUS_LOST);
	CHECK_EQ(get(s, 40).used_at, 0);
	CHECK_EQ(spend(s, 40, 101), STATUS_OK);
	CHECK_EQ(get(s, 40).moved, 101);
	CHECK_EQ(get(s, 40).used_at, NOW + 1);
	CHECK_EQ(spend(s, 40, 101), STATUS_LOST);
	CHECK_EQ(spend(s, 40, 103), STATUS_OK);
	/* The window is open to both sides; what is behind is gone. */
	CHECK_EQ(spend(s, 40, 102), STATUS_LOST);
	CHECK_EQ(resync(s, 40, 200), STATUS_LOST);
	CHECK_EQ(get(s, 40).moved, 103);
}

static void
test_hotp(struct store *s)
{
	struct store_otp d = fixture_otp(50, STORE_HOTP);

	CHECK_EQ(insert(s, &d), STATUS_OK);
	CHECK_EQ(spend(s, 50, 99), STATUS_LOST);
	CHECK_EQ(spend(s, 50, 100), STATUS_OK);
	CHECK_EQ(get(s, 50).moved, 101);
	CHECK_EQ(spend(s, 50, 100), STATUS_LOST);
	CHECK_EQ(spend(s, 50, 105), STATUS_OK);
	CHECK_EQ(get(s, 50).moved, 106);
	CHECK(spend(s, 50, INT64_MAX) != STATUS_OK);
	CHECK_EQ(get(s, 50).moved, 106);
	CHECK_EQ(resync(s, 50, 105), STATUS_LOST);
	CHECK_EQ(resync(s, 50, 106), STATUS_OK);
	CHECK_EQ(get(s, 50).moved, 107);
	CHECK_EQ(get(s, 50).used_at, NOW + 2);

	d = fixture_otp(51, STORE_HOTP);
	d.state = STORE_OTP_RESYNC;
	CHECK_EQ(insert(s, &d), STATUS_OK);
	CHECK_EQ(spend(s, 51, 200), STATUS_LOST);
	CHECK_EQ(resync(s, 51, 99), STATUS_LOST);
	CHECK_EQ(get(s, 51).state, STORE_OTP_RESYNC);
	CHECK_EQ(resync(s, 51, 200), STATUS_OK);
	CHECK_EQ(get(s, 51).state, STORE_OTP_ACTIVE);
	CHECK_EQ(spend(s, 51, 200), STATUS_LOST);
	CHECK_EQ(spend(s, 51, 201), STATUS_OK);
}

/* Undone with its transaction: a login that is not granted spends nothing. */
static void
test_rollback(struct store *s)
{
	const struct id id = fixture_id(60);
	struct store_otp d = fixture_otp(60, STORE_TOTP);

	CHECK_EQ(insert(s, &d), STATUS_OK);
	{
		STORE_TXN(t);

		CHECK_OK(store_begin(s, &t, &f), &f);
		CHECK_OK(store_otp_spend(s, &id, 101, NOW, &f), &f);
	}
	CHECK_EQ(get(s, 60).moved, 100);
	CHECK_EQ(spend(s, 60, 101), STATUS_OK);
}

int
main(void)
{
	struct store *s = fixture_store("otp");

	fixture_add_account(s, 1);
	fixture_add_account(s, 2);
	test_round_trip(s);
	test_labels(s);
	test_form(s);
	test_totp(s);
	test_hotp(s);
	test_rollback(s);
	store_close(s);
	return test_done();
}
