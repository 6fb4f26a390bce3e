/* SPDX-License-Identifier: MIT */
#include "admin/import.h"

#include <stdio.h>

#include "admin/account.h"
#include "factor/otp.h"
#include "factor/password.h"
#include "fixture.h"
#include "store/otp.h"

/* The fixture's clock is at step 56666666 of 30 seconds. */
#define NOW 1700000000
#define SEED "12345678901234567890"
#define BASE32 "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
#define HEX "3132333435363738393031323334353637383930"
#define GOOGLE BASE32 "\n\" TOTP_AUTH\n\" WINDOW_SIZE 17\n"
#define URI "otpauth://totp/Example:ann@host?secret="
#define HASH                                                                  \
	"$6$saltsalt$t16P1fZl7IfD3wrtUdKJTTSfINKRbq/eHG35MfEUqXjV0LMt6oMnZgE" \
	"3c69D2USCVRgwLS1sU4.Cx9HTKt8hy1"

/* "USER/WHAT/yes/NOTE\n" of every row. */
struct said {
	char text[8192];
};

static void
said_row(void *ctx, const struct admin_import_row *row)
{
	struct said *s = ctx;
	size_t used = strlen(s->text);

	(void)snprintf(s->text + used, sizeof(s->text) - used,
		       "%zu/%s/%s/%s/%s\n", row->line, row->user, row->what,
		       row->taken ? "yes" : "no", row->note);
}

static int64_t
an_hour_east(int64_t local)
{
	return local - 3600;
}

struct import_try {
	enum admin_import_kind kind;
	const char *user, *text;
	bool dry_run, add_accounts;
};

static enum status
import(struct fixture *x, const struct import_try *t, struct said *s,
       struct admin_import_count *n)
{
	struct admin_import_text text = { .user = t->user,
					  .bytes = t->text,
					  .len = strlen(t->text) };
	struct admin_import i = { .kind = t->kind,
				  .of = &text,
				  .n = 1,
				  .add_accounts = t->add_accounts,
				  .dry_run = t->dry_run,
				  .from_local = an_hour_east,
				  .say = said_row,
				  .ctx = s };

	s->text[0] = '\0';
	return admin_import(&x->admin, &i, n, &x->f);
}

static struct store_account
account(struct fixture *x, const char *name)
{
	struct store_account a = { .name = "" };

	CHECK_OK(admin_account_find(&x->admin, name, &a, &x->f), &x->f);
	return a;
}

static void
add(struct fixture *x, const char *name)
{
	struct admin_account_new n = { .name = name };
	struct store_account a;

	CHECK_OK(admin_account_add(&x->admin, &n, &a, &x->f), &x->f);
}

static struct store_otp
device(struct fixture *x, const char *user, const char *label)
{
	struct store_account a = account(x, user);
	struct store_otp d = { .moved = -1 };

	CHECK_OK(store_otp_get(x->store, &a.id, label, &d, &x->f), &x->f);
	return d;
}

static bool
devices_each(void *ctx, const struct store_otp *row)
{
	(void)row;
	++*(int *)ctx;
	return true;
}

static int
devices(struct fixture *x, const char *user)
{
	struct store_account a = account(x, user);
	int n = 0;

	CHECK_OK(store_otp_list(x->store, &a.id, devices_each, &n, &x->f),
		 &x->f);
	return n;
}

/* Twice the same: once dry, which leaves no trace, once in earnest. */
static void
import_both(struct fixture *x, struct import_try t, struct said *s,
	    struct admin_import_count *n)
{
	long rows = fixture_rows(x);
	struct said dry;

	t.dry_run = true;
	CHECK_OK(import(x, &t, &dry, n), &x->f);
	CHECK_EQ(fixture_rows(x), rows);
	t.dry_run = false;
	CHECK_OK(import(x, &t, s, n), &x->f);
	CHECK_STR(dry.text, s->text);
}

/* What was used elsewhere since is used here, too; nothing goes back. */
static void
test_follow(struct fixture *x, struct import_try *t)
{
	static const struct {
		const char *text;
		int64_t moved;
	} more[] = {
		{ GOOGLE "\" DISALLOW_REUSE 56666660\n", 56666666 },
		{ GOOGLE "\" DISALLOW_REUSE 56666667 56666664\n", 56666667 },
		{ GOOGLE "\" DISALLOW_REUSE 56666667\n", 56666667 },
		/* Of a later day. */
		{ GOOGLE "\" DISALLOW_REUSE 56669547\n", 56666667 },
		{ GOOGLE "\" STEP_SIZE 15\n\" DISALLOW_REUSE 56666669\n",
		  56666667 },
		{ BASE32 "\n\" HOTP_COUNTER 56666669\n", 56666667 },
	};
	struct admin_import_count n;
	struct said s;

	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		int64_t was = device(x, "ann", "google-authenticator").moved;
		long rows = fixture_rows(x);

		t->text = more[i].text;
		import_both(x, *t, &s, &n);
		test_note("%s", s.text);
		CHECK_EQ(device(x, "ann", "google-authenticator").moved,
			 more[i].moved);
		CHECK_EQ(fixture_rows(x) - rows, more[i].moved > was);
		CHECK_EQ(strstr(s.text, "used here, too") != NULL,
			 more[i].moved > was);
		CHECK_EQ(n.there, 1);
	}
	t->text = "AAAAAAAAAAAAAAAB\n\" HOTP_COUNTER 4\n";
	import_both(x, *t, &s, &n);
	t->text = "AAAAAAAAAAAAAAAB\n\" HOTP_COUNTER 9\n";
	import_both(x, *t, &s, &n);
	CHECK_EQ(device(x, "ann", "google-authenticator-2").moved, 9);
	CHECK_EQ(n.there, 1);
}

static void
test_google(struct fixture *x)
{
	struct import_try t = { .kind = ADMIN_IMPORT_GOOGLE, .user = "ann" };
	struct factor_env env = { .store = x->store, .keys = &x->keys };
	struct admin_import_count n;
	struct store_otp d;
	struct said s;
	SECRET(key);

	add(x, "ann");
	t.text = GOOGLE "\" DISALLOW_REUSE 56666660 56666666\n12345678\n";
	import_both(x, t, &s, &n);
	CHECK_STR(s.text,
		  "0/ann/totp 'google-authenticator'/yes/3 codes are good at "
		  "a time, not 17\n"
		  "0/ann/1 emergency code/yes/they count as backup codes\n");
	CHECK_EQ(n.rows, 2);
	CHECK_EQ(n.taken, 2);
	CHECK(strstr(fixture_last(x), "otp.imported success uid:1000") ==
	      fixture_last(x));
	CHECK(strstr(fixture_last(x),
		     "{\"label\":\"google-authenticator\",\"kind\":\"totp\","
		     "\"from\":\"google-authenticator\"}") != NULL);
	d = device(x, "ann", "google-authenticator");
	CHECK_EQ(d.kind, STORE_TOTP);
	CHECK_EQ(d.moved, 56666666);
	CHECK_EQ(d.period, 30);
	CHECK_EQ(d.state, STORE_OTP_ACTIVE);
	CHECK_OK(otp_row_key(&env, &d, &key, &x->f), &x->f);
	CHECK(secret_is(&key, SEED, strlen(SEED)));

	/* The same key is not there twice, whatever else is said of it. */
	t.text = BASE32 "\n\" HOTP_COUNTER 4\n";
	import_both(x, t, &s, &n);
	CHECK_STR(s.text, "0/ann/totp 'google-authenticator'/no/already "
			  "there: its key is the same\n");
	CHECK_EQ(n.there, 1);
	CHECK_EQ(n.taken, 0);
	CHECK_EQ(devices(x, "ann"), 1);
	CHECK_EQ(device(x, "ann", "google-authenticator").kind, STORE_TOTP);

	test_follow(x, &t);
	t.text = "AAAAAAAAAAAAAAAA\n\" HOTP_COUNTER 4\n";
	import_both(x, t, &s, &n);
	CHECK_STR(s.text, "0/ann/hotp 'google-authenticator-3'/yes/\n");
	CHECK_EQ(device(x, "ann", "google-authenticator-3").moved, 4);
	t.text = "rubbish!";
	import_both(x, t, &s, &n);
	CHECK_STR(s.text,
		  "0/ann/device/no/its first line is no key in base32\n");
	CHECK_EQ(n.taken + n.there, 0);
	t.user = "zoe";
	CHECK_EQ(import(x, &t, &s, &n), STATUS_NOT_FOUND);
}

/* Steps that were used ahead of the clock. */
static void
test_ahead(struct fixture *x)
{
	struct import_try t = { .kind = ADMIN_IMPORT_GOOGLE, .user = "eve" };
	struct admin_import_count n;
	struct said s;

	add(x, "eve");
	t.text = BASE32 "\n\" TOTP_AUTH\n\" TIME_SKEW 5\n"
			"\" DISALLOW_REUSE 56666671\n";
	import_both(x, t, &s, &n);
	CHECK_STR(s.text,
		  "0/eve/totp 'google-authenticator'/yes/the clock of the "
		  "device is 5 codes off and has to be set; its codes are "
		  "good from 2023-11-14T22:15:30Z on\n");
	CHECK_EQ(device(x, "eve", "google-authenticator").moved, 56666671);
	t.text = "AAAAAAAAAAAAAAAA\n\" TOTP_AUTH\n"
		 "\" DISALLOW_REUSE 56669547\n";
	import_both(x, t, &s, &n);
	CHECK_STR(s.text, "0/eve/totp 'google-authenticator-2'/no/a code of a "
			  "later day was used: is the clock of this host "
			  "right?\n");
	t.text = "AAAAAAAAAAAAAAAA\n\" TOTP_AUTH\n"
		 "\" DISALLOW_REUSE 56669546\n";
	import_both(x, t, &s, &n);
	CHECK_EQ(n.taken, 1);
}

static void
test_oath(struct fixture *x)
{
	struct import_try t = { .kind = ADMIN_IMPORT_OATH };
	struct admin_import_count n;
	struct said s;

	add(x, "bob");
	t.text = "# a comment\n\n"
		 "HOTP bob - " HEX " 2 359152 2023-11-14T23:13:20L\n"
		 "HOTP/T30 bob - 4142434445464748494a 1 000000 "
		 "2023-11-14T23:13:20L\n"
		 "HOTP/T60/8 bob + 4142434445464748494b\n"
		 "HOTP bob 1234 " HEX "\nHOTP zoe - " HEX "\nHOTP\n";
	import_both(x, t, &s, &n);
	CHECK_STR(s.text,
		  "3/bob/hotp 'oath'/yes/\n4/bob/totp 'oath-2'/yes/\n"
		  "5/bob/totp 'oath-3'/yes/\n"
		  "6/bob/device/no/a PIN belongs to it, which would be asked "
		  "no more: make a new device\n"
		  "7/zoe/device/no/there is no user 'zoe': see sigractl user "
		  "list\n"
		  "8//device/no/it is no line of type, user, PIN and key\n");
	CHECK_EQ(n.rows, 6);
	CHECK_EQ(n.taken, 3);
	CHECK_EQ(device(x, "bob", "oath").moved, 3);
	/* The clock on the wall was an hour ahead of UTC. */
	CHECK_EQ(device(x, "bob", "oath-2").moved, NOW / 30);
	CHECK_EQ(device(x, "bob", "oath-3").moved, 0);
	CHECK_EQ(device(x, "bob", "oath-3").digits, 8);
	import_both(x, t, &s, &n);
	CHECK_EQ(n.there, 3);
	CHECK_EQ(n.taken, 0);
	CHECK_EQ(devices(x, "bob"), 3);
}

static void
test_otpauth(struct fixture *x)
{
	/* 62 bytes: the suffix has to take some of a letter of two. */
	static const char letters[] = "%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4"
				      "%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4"
				      "%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4"
				      "%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4"
				      "%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4"
				      "%C3%A4xx";
	struct import_try t = { .kind = ADMIN_IMPORT_OTPAUTH, .user = "cat" };
	struct admin_import_count n;
	struct said s;
	char text[2048];

	add(x, "cat");
	t.text = URI BASE32 "\n\n# mine\n" URI "AAAAAAAAAAAAAAAA\n" URI
			    "AAAAAAAAAAAAAAAA\notpauth://hotp/x?secret="
			    "BBBBBBBBBBBBBBBB&counter=9\nhttps://example\n";
	import_both(x, t, &s, &n);
	CHECK(strstr(s.text,
		     "1/cat/totp 'ann@host'/yes/\n"
		     "4/cat/totp 'ann@host-2'/yes/\n"
		     "5/cat/totp 'ann@host-2'/no/already there: its "
		     "key is the same\n"
		     "6/cat/hotp 'x'/yes/\n7/cat/device/no/") == s.text);
	CHECK_EQ(device(x, "cat", "x").moved, 9);
	CHECK(strstr(fixture_last(x), "\"from\":\"otpauth\"") != NULL);
	for (int i = 0; i < 2; i++) {
		(void)snprintf(text, sizeof(text),
			       "otpauth://totp/%s?secret=%cCCCCCCCCCCCCCCC\n",
			       letters, 'C' + i);
		t.text = text;
		import_both(x, t, &s, &n);
		CHECK_EQ(n.taken, 1);
	}
	CHECK(strstr(s.text, "\xc3\xa4-2'/yes") != NULL);
	/* No account has more than ten. */
	for (int i = 0; i < 6; i++) {
		(void)snprintf(text, sizeof(text), URI "%cDDDDDDDDDDDDDDD\n",
			       'A' + i);
		t.text = text;
		CHECK_OK(import(x, &t, &s, &n), &x->f);
		CHECK_EQ(n.taken, i < 5);
	}
	CHECK_EQ(devices(x, "cat"), OTP_DEVICES_MAX);
	CHECK(strstr(s.text, "1/cat/totp 'ann@host-8'/no/") == s.text);
}

/* One of two files is for nobody: the other is not taken, either. */
static void
test_whole(struct fixture *x)
{
	struct admin_import_text texts[] = {
		{ .user = "dan", .bytes = GOOGLE, .len = strlen(GOOGLE) },
		{ .user = "dan", .why = "it is a directory" },
		{ .user = "zoe", .bytes = GOOGLE, .len = strlen(GOOGLE) },
	};
	struct said s = { .text = "" };
	struct admin_import i = { .kind = ADMIN_IMPORT_GOOGLE,
				  .of = texts,
				  .n = 3,
				  .say = said_row,
				  .ctx = &s };
	struct admin_import_count n;

	add(x, "dan");
	CHECK_EQ(admin_import(&x->admin, &i, &n, &x->f), STATUS_NOT_FOUND);
	CHECK_EQ(devices(x, "dan"), 0);
	i.n = 2;
	s.text[0] = '\0';
	CHECK_OK(admin_import(&x->admin, &i, &n, &x->f), &x->f);
	CHECK_EQ(devices(x, "dan"), 1);
	CHECK(strstr(s.text, "0/dan/file/no/it is a directory\n") != NULL);
}

static bool
opens(struct fixture *x, const struct store_account *a)
{
	struct factor_env env = { .store = x->store,
				  .keys = &x->keys,
				  .cost = { CRYPTO_ARGON2_MEMORY_MIN, 1, 1 },
				  .now = x->admin.now };
	struct factor_outcome outcome = { .result = FACTOR_WRONG };
	SECRET(word);

	CHECK_OK(secret_set(&word, "import me 1", 11, &x->f), &x->f);
	CHECK_OK(factor_password.check(&env, &a->id, &word, &outcome, &x->f),
		 &x->f);
	return outcome.result == FACTOR_RIGHT;
}

static void
test_shadow(struct fixture *x)
{
	struct import_try t = { .kind = ADMIN_IMPORT_SHADOW };
	struct admin_import_count n;
	struct store_account a;
	struct said s;

	add(x, "fay");
	t.text = "root:*:19000:0:99999:7:::\n"
		 "fay:" HASH ":0:0:99999:7::19800:\n"
		 "new:" HASH ":19675:0:99999:7:::\n"
		 "fay:" HASH ":19675:0:99999:7:::\n";
	import_both(x, t, &s, &n);
	CHECK_STR(s.text,
		  "1/root/password/no/it is locked (*)\n"
		  "2/fay/password/yes/to be changed at the next login; "
		  "expires 2024-03-18T00:00:00Z\n"
		  "3/new/password/no/there is no account of that name: see "
		  "--add-accounts\n"
		  "4/fay/password/no/it has one already, which may be newer: "
		  "password import replaces it\n");
	CHECK_EQ(n.taken, 1);
	CHECK_EQ(n.there, 1);
	a = account(x, "fay");
	CHECK(a.must_change);
	CHECK_EQ(a.expires_at, INT64_C(19800) * 86400);
	CHECK(a.epoch > 1);
	CHECK(opens(x, &a));
	CHECK(strstr(fixture_last(x), "password.imported") == fixture_last(x));
	CHECK(strstr(fixture_last(x),
		     "{\"must_change\":\"yes\",\"from\":\"shadow\"}") != NULL);

	t.add_accounts = true;
	t.text = "new:" HASH ":19675:0:99999:7:::\n"
		 "Bad Name:" HASH ":19675:0:99999:7:::\n"
		 "lock:!" HASH ":19675:0:99999:7:::\n"
		 "old:" HASH ":19000:0:90:7:14::\n"
		 "aged:" HASH ":19600:0:70:7:14::\n"
		 "gone:" HASH ":19675:0:99999:7::0:\n";
	import_both(x, t, &s, &n);
	CHECK(strstr(s.text, "1/new/password/yes/account added\n2/Bad Name/"
			     "password/no/") == s.text);
	CHECK(strstr(s.text,
		     "3/lock/password/no/it is locked (!)\n"
		     "4/old/password/no/it was not changed in time and no "
		     "longer good for a login\n"
		     "5/aged/password/yes/account added; to be changed at "
		     "the next login\n"
		     "6/gone/password/yes/account added; expires "
		     "1970-01-01T00:00:01Z\n") != NULL);
	a = account(x, "new");
	CHECK(!a.must_change && a.expires_at == 0);
	CHECK(opens(x, &a));
	a = account(x, "gone");
	CHECK(admin_account_expired(&a, x->admin.now));
	CHECK_EQ(admin_account_find(&x->admin, "lock", &a, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(admin_account_find(&x->admin, "old", &a, &x->f),
		 STATUS_NOT_FOUND);
}

/* An end that an administrator has set stays, unless the other is earlier. */
static void
test_expiry(struct fixture *x)
{
	struct import_try t = { .kind = ADMIN_IMPORT_SHADOW };
	struct admin_import_count n;
	struct store_account a;
	struct said s;

	add(x, "gus");
	add(x, "hal");
	CHECK_OK(admin_account_expire(&x->admin, "gus", INT64_C(19700) * 86400,
				      &a, &x->f),
		 &x->f);
	CHECK_OK(admin_account_expire(&x->admin, "hal", INT64_C(19900) * 86400,
				      &a, &x->f),
		 &x->f);
	t.text = "gus:" HASH ":19675:0:99999:7::19800:\n"
		 "hal:" HASH ":19675:0:99999:7::19800:\n";
	import_both(x, t, &s, &n);
	CHECK_EQ(n.taken, 2);
	CHECK_EQ(account(x, "gus").expires_at, INT64_C(19700) * 86400);
	CHECK_EQ(account(x, "hal").expires_at, INT64_C(19800) * 86400);
}

int
main(void)
{
	struct fixture x;

	fixture_start(&x, "import");
	CHECK_EQ(x.admin.now, NOW);
	test_google(&x);
	test_ahead(&x);
	test_oath(&x);
	test_otpauth(&x);
	test_whole(&x);
	test_shadow(&x);
	test_expiry(&x);
	fixture_stop(&x);
	return test_done();
}
