/* SPDX-License-Identifier: MIT */
/* Imports of more than a handful: a row of the audit for each that was taken,
 * and after a failure nothing of any. */
#include <stdio.h>
#include <stdlib.h>

#include "admin/account.h"
#include "admin/life.h"
#include "admin/import.h"
#include "fixture.h"
#include "store/otp.h"

#define MANY 25
#define HASH                                                                  \
	"$6$saltsalt$t16P1fZl7IfD3wrtUdKJTTSfINKRbq/eHG35MfEUqXjV0LMt6oMnZgE" \
	"3c69D2USCVRgwLS1sU4.Cx9HTKt8hy1"

/* What is said of the rows, and where something is to break. */
struct said {
	struct fixture *x;
	size_t rows, taken, there;
	size_t break_at; /* 0: nowhere */
	char last[256];
};

static void
said_row(void *ctx, const struct admin_import_row *row)
{
	struct said *s = ctx;

	s->rows++;
	s->taken += row->taken;
	(void)snprintf(s->last, sizeof(s->last), "%s", row->note);
	/* The audit takes no such actor, and calls it INVALID. */
	if (s->rows == s->break_at)
		s->x->admin.actor = "nobody at all";
}

static enum status
import(struct said *s, enum admin_import_kind kind, const char *text,
       struct admin_import_count *n)
{
	struct fixture *x = s->x;
	struct admin_import_text of = { .bytes = text, .len = strlen(text) };
	struct admin_import i = { .kind = kind,
				  .of = &of,
				  .n = 1,
				  .add_accounts = true,
				  .say = said_row,
				  .ctx = s };
	enum status st;

	*s = (struct said){ .x = x, .break_at = s->break_at };
	x->lines[0] = '\0';
	st = admin_import(&x->admin, &i, n, &x->f);
	x->admin.actor = "uid:1000";
	return st;
}

struct counted {
	const char *action;
	long n;
};

static bool
counted_each(void *ctx, const struct store_audit *a)
{
	struct counted *c = ctx;

	c->n += strcmp(a->action, c->action) == 0;
	return true;
}

static long
audited(struct fixture *x, const char *action)
{
	struct store_audit_filter all = { .limit = 1000 };
	struct counted c = { .action = action };

	CHECK_OK(store_audit_list(x->store, &all, counted_each, &c, &x->f),
		 &x->f);
	return c.n;
}

static bool
accounts_each(void *ctx, const struct store_account *a)
{
	(void)a;
	++*(long *)ctx;
	return true;
}

static long
accounts(struct fixture *x)
{
	long n = 0;

	CHECK_OK(store_account_list(x->store, "", accounts_each, &n, &x->f),
		 &x->f);
	return n;
}

static bool
devices_each(void *ctx, const struct store_otp *row)
{
	(void)row;
	++*(long *)ctx;
	return true;
}

struct everybody {
	struct fixture *x;
	long n;
};

static bool
everybody_each(void *ctx, const struct store_account *a)
{
	struct everybody *e = ctx;

	CHECK_OK(store_otp_list(e->x->store, &a->id, devices_each, &e->n,
				&e->x->f),
		 &e->x->f);
	return true;
}

static long
devices(struct fixture *x)
{
	struct everybody e = { .x = x };

	CHECK_OK(store_account_list(x->store, "", everybody_each, &e, &x->f),
		 &x->f);
	return e.n;
}

static void
shadow_text(const char *word, char *out, size_t size)
{
	size_t used = 0;

	for (int i = 0; i < MANY; i++)
		used += (size_t)snprintf(out + used, size - used,
					 "%s%d:" HASH ":19675:0:99999:7:::\n",
					 word, i);
}

/* Of every account u0, u1 ... a device, whose counter is AT. */
static void
oath_text(int at, char *out, size_t size)
{
	size_t used = 0;

	for (int i = 0; i < MANY; i++)
		used += (size_t)snprintf(
			out + used, size - used,
			"HOTP u%d - 41424344454647484900%02x %d 000000\n", i,
			i, at);
}

static void
test_shadow(struct fixture *x, char *text, size_t size)
{
	struct said s = { .x = x, .break_at = 14 };
	struct admin_import_count n = { .taken = 99 };
	long rows = fixture_rows(x);

	shadow_text("u", text, size);
	CHECK_EQ(import(&s, ADMIN_IMPORT_SHADOW, text, &n), STATUS_SYSTEM);
	CHECK_EQ(s.rows, 14);
	CHECK_EQ(n.taken, 99);
	CHECK_EQ(accounts(x), 0);
	CHECK_EQ(fixture_rows(x), rows);
	CHECK_STR(x->lines, "");
	s.break_at = 0;
	CHECK_OK(import(&s, ADMIN_IMPORT_SHADOW, text, &n), &x->f);
	CHECK_EQ(n.taken, MANY);
	CHECK_EQ(s.taken, MANY);
	CHECK_EQ(accounts(x), MANY);
	CHECK_EQ(audited(x, "password.imported"), MANY);
	CHECK_EQ(audited(x, "user.created"), MANY);
	CHECK_EQ(fixture_rows(x) - rows, 2 * MANY);
	CHECK(strstr(x->lines, "action=password.imported") != NULL);
	CHECK_OK(import(&s, ADMIN_IMPORT_SHADOW, text, &n), &x->f);
	CHECK_EQ(n.there, MANY);
}

/* Each is there, or followed, or refused: in no case more than its row. */
static void
test_oath(struct fixture *x, char *text, size_t size)
{
	struct said s = { .x = x, .break_at = 10 };
	struct admin_import_count n;
	long rows = fixture_rows(x);

	oath_text(2, text, size);
	CHECK_EQ(import(&s, ADMIN_IMPORT_OATH, text, &n), STATUS_SYSTEM);
	CHECK_EQ(devices(x), 0);
	CHECK_EQ(fixture_rows(x), rows);
	s.break_at = 0;
	CHECK_OK(import(&s, ADMIN_IMPORT_OATH, text, &n), &x->f);
	CHECK_EQ(n.taken, MANY);
	CHECK_EQ(devices(x), MANY);
	CHECK_EQ(audited(x, "otp.imported"), MANY);
	oath_text(7, text, size);
	s.break_at = 20;
	CHECK_EQ(import(&s, ADMIN_IMPORT_OATH, text, &n), STATUS_SYSTEM);
	CHECK_EQ(audited(x, "otp.followed"), 0);
	s.break_at = 0;
	CHECK_OK(import(&s, ADMIN_IMPORT_OATH, text, &n), &x->f);
	CHECK_EQ(n.there, MANY);
	CHECK_EQ(audited(x, "otp.followed"), MANY);
	CHECK_EQ(fixture_rows(x) - rows, 2 * MANY);
}

/* Empty lines count, too: they are to be looked at. */
static void
test_too_many(struct fixture *x)
{
	const size_t size = ADMIN_IMPORT_MAX + 1;
	struct said s = { .x = x };
	struct admin_import_count n;
	char *text = malloc(size + 1);
	long rows = fixture_rows(x);

	memset(text, '\n', size);
	text[size] = '\0';
	CHECK_EQ(import(&s, ADMIN_IMPORT_OATH, text, &n), STATUS_REFUSED);
	text[size - 1] = '\0';
	CHECK_OK(import(&s, ADMIN_IMPORT_OATH, text, &n), &x->f);
	CHECK_EQ(n.rows, 0);
	CHECK_EQ(fixture_rows(x), rows);
	free(text);
}

/* Homes of which one is nobody's any more: that is a row, where it is asked
 * for. */
static void
test_go_on(struct fixture *x)
{
	static const char device[] = "MFRGGZDFMZTWQ2LK\n\" TOTP_AUTH\n";
	struct admin_import_text of[] = {
		{ .user = "u0", .bytes = device, .len = sizeof(device) - 1 },
		{ .user = "due", .bytes = device, .len = sizeof(device) - 1 },
		{ .user = "none", .why = "it is a directory" },
		{ .user = "u1", .bytes = device, .len = sizeof(device) - 1 },
	};
	struct said s = { .x = x };
	struct admin_import i = { .kind = ADMIN_IMPORT_GOOGLE,
				  .of = of,
				  .n = 4,
				  .go_on = true,
				  .say = said_row,
				  .ctx = &s };
	struct admin_account_new due = { .name = "due" };
	struct admin_import_count n;
	struct store_account a;
	long was = devices(x);

	CHECK_OK(admin_account_add(&x->admin, &due, &a, &x->f), &x->f);
	CHECK_OK(admin_account_delete(
			 &x->admin, "due",
			 &(struct admin_deletion){ .days = 1,
						   .strategy = STORE_SOFT },
			 &a, &x->f),
		 &x->f);
	x->admin.now += 2 * 86400;
	CHECK_OK(admin_import(&x->admin, &i, &n, &x->f), &x->f);
	CHECK_EQ(n.rows, 4);
	CHECK_EQ(n.taken, 2);
	CHECK_EQ(devices(x) - was, 2);
	i.go_on = false;
	CHECK_EQ(admin_import(&x->admin, &i, &n, &x->f), STATUS_NOT_FOUND);
}

/* What is too long is said, and nothing is escaped twice. */
static void
test_words(struct fixture *x)
{
	char text[1200] = "otpauth://totp/";
	struct admin_import_text of = { .user = "u2", .bytes = text };
	struct said s = { .x = x };
	struct admin_import i = { .kind = ADMIN_IMPORT_OTPAUTH,
				  .of = &of,
				  .n = 1,
				  .say = said_row,
				  .ctx = &s };
	struct admin_import_count n;

	memset(text + strlen(text), 'x', 1100 - strlen(text));
	of.len = strlen(text);
	CHECK_OK(admin_import(&x->admin, &i, &n, &x->f), &x->f);
	CHECK_STR(s.last, "the URI is longer than 1024 bytes");
	CHECK_OK(import(&s, ADMIN_IMPORT_SHADOW,
			"a\\ b:" HASH ":19675:0:99999:7:::\n", &n),
		 &x->f);
	CHECK(strstr(s.last, "'a\\\\ b'") != NULL);
	CHECK(strstr(s.last, "\\\\\\") == NULL);
}

int
main(void)
{
	static char text[16384];
	struct fixture x;

	fixture_start(&x, "import_many");
	test_shadow(&x, text, sizeof(text));
	test_oath(&x, text, sizeof(text));
	test_too_many(&x);
	test_go_on(&x);
	test_words(&x);
	fixture_stop(&x);
	return test_done();
}
