/* SPDX-License-Identifier: MIT */
/* Copies of a store, and what changes with its key. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"
#include "store/restore.h"
#include "store/trust.h"

static struct fault f;

static int
empty_file(const char *name)
{
	char path[600];

	(void)snprintf(path, sizeof(path), "%s/%s", test_dir(), name);
	(void)unlink(path);
	return open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

static unsigned said;

static void
say(void *ctx, int64_t done, int64_t total)
{
	CHECK(ctx == &said && done >= 0 && total > 0);
	said++;
}

static void
test_backup(void)
{
	const struct store_progress progress = { say, &said };
	struct store *s = fixture_store("backup"), *later;
	struct store_account a;
	struct store_restore *r = NULL;
	char where[600], text[32];
	bool kept = false;
	int fd = empty_file("copy");

	(void)snprintf(where, sizeof(where), "%s", fixture_where("backup"));
	fixture_add_account(s, 1);
	CHECK_OK(store_backup(s, NOW, fd, &progress, &f), &f);
	fixture_add_account(s, 2);
	/* Read-only is enough. */
	CHECK_EQ(store_restore_begin(where, fd, NULL, &r, &f), STATUS_BUSY);
	store_close(s);

	CHECK_OK(store_restore_begin(where, fd, &progress, &r, &f), &f);
	CHECK(said > 0);
	struct store_restore *second = NULL;
	CHECK_EQ(store_restore_begin(where, fd, NULL, &second, &f),
		 STATUS_BUSY);
	CHECK(second == NULL);
	later = fixture_open(store_restore_where(r));
	CHECK_OK(store_meta_get(later, "backup_at", text, sizeof(text), &f),
		 &f);
	CHECK_EQ(atoll(text), NOW);
	store_close(later);
	s = fixture_open(where);
	CHECK_EQ(store_restore_finish(r, ".old", &kept, &f), STATUS_BUSY);
	CHECK_OK(store_account_by_name(s, "user2", &a, &f), &f);
	store_close(s);
	CHECK_OK(store_restore_finish(r, ".old", &kept, &f), &f);
	CHECK(kept);
	store_restore_end(r);
	s = fixture_open(where);
	CHECK_OK(store_account_by_name(s, "user1", &a, &f), &f);
	CHECK_EQ(store_account_by_name(s, "user2", &a, &f), STATUS_NOT_FOUND);
	store_close(s);
	(void)close(fd);
}

/* Ended before it is finished, it leaves nothing. */
static void
test_given_up(void)
{
	struct store *s = fixture_store("given-up");
	struct store_restore *r = NULL;
	char where[600], path[640];
	int fd = empty_file("copy"), bad = empty_file("bad");

	(void)snprintf(where, sizeof(where), "%s", fixture_where("given-up"));
	(void)snprintf(path, sizeof(path), "%s.restore", fixture_path(where));
	CHECK_OK(store_backup(s, NOW, fd, NULL, &f), &f);
	store_close(s);
	CHECK_OK(store_restore_begin(where, fd, NULL, &r, &f), &f);
	CHECK(access(path, F_OK) == 0);
	store_restore_end(r);
	CHECK(access(path, F_OK) != 0);
	CHECK(write(bad, "no database", 11) == 11);
	CHECK(store_restore_begin(where, bad, NULL, &r, &f) != STATUS_OK);
	CHECK(access(path, F_OK) != 0);
	(void)close(fd);
	(void)close(bad);
}

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

static bool
one_more(void *ctx, const struct store_trust *t)
{
	(void)t;
	++*(unsigned *)ctx;
	return true;
}

/* One of everything that a void ends; codes 20 and 21, of which one is spent
 * already; devices 30 (behind), 31 (ahead) and 32 (HOTP). */
static void
lay_out(struct store *s)
{
	struct store_code c = fixture_code(20, STORE_CODE_BACKUP);
	struct store_otp d = fixture_otp(30, STORE_TOTP);
	struct store_trust t = { .id = fixture_id(40),
				 .account = fixture_id(1),
				 .kind = STORE_TRUST_ADDRESS,
				 .epoch = 1 };
	struct store_login l = { .id = fixture_id(50),
				 .account = fixture_id(1),
				 .at = NOW,
				 .uptime = 5 };
	struct store_guess g = { .id = fixture_id(60), .at = NOW };
	STORE_TXN(txn);

	fixture_add_account(s, 1);
	CHECK_OK(store_begin(s, &txn, &f), &f);
	CHECK_OK(store_code_insert(s, &c, &f), &f);
	c = fixture_code(21, STORE_CODE_LOGIN);
	c.spent_at = NOW - 5;
	CHECK_OK(store_code_insert(s, &c, &f), &f);
	CHECK_OK(store_otp_insert(s, &d, &f), &f);
	d = fixture_otp(31, STORE_TOTP);
	d.moved = NOW / 30 + 2;
	CHECK_OK(store_otp_insert(s, &d, &f), &f);
	d = fixture_otp(32, STORE_HOTP);
	CHECK_OK(store_otp_insert(s, &d, &f), &f);
	(void)strcpy(t.shown, "192.0.2.1");
	CHECK_OK(store_trust_put(s, &t, &f), &f);
	(void)strcpy(l.user, "user1");
	CHECK_OK(store_login_insert(s, &l, &f), &f);
	(void)strcpy(g.subject, "?name");
	(void)strcpy(g.source, "x");
	(void)strcpy(g.factor, "otp");
	CHECK_OK(store_guess_insert(s, &g, STORE_GUESS_FAILED, &f), &f);
	CHECK_OK(store_commit(&txn, &f), &f);
}

static void
codes_are(struct store *s, int64_t first, int64_t second)
{
	struct store_code c = fixture_code(20, STORE_CODE_BACKUP);

	CHECK_OK(store_code_find(s, &c.account, c.kind, c.hash, &c, &f), &f);
	CHECK_EQ(c.spent_at, first);
	c = fixture_code(21, STORE_CODE_LOGIN);
	CHECK_OK(store_code_find(s, &c.account, c.kind, c.hash, &c, &f), &f);
	CHECK_EQ(c.spent_at, second);
}

static void
device_is(struct store *s, unsigned n, int64_t moved,
	  enum store_otp_state state)
{
	struct store_otp d = fixture_otp(n, STORE_TOTP);

	CHECK_OK(store_otp_get(s, &d.account, d.label, &d, &f), &f);
	CHECK_EQ(d.moved, moved);
	CHECK_EQ(d.state, state);
}

static unsigned
trusted(struct store *s)
{
	unsigned n = 0;

	CHECK_OK(store_trust_list(s, NULL, one_more, &n, &f), &f);
	return n;
}

static int64_t
failed(struct store *s, const char *subject)
{
	struct store_guess_counts c = { .pair_failed = -1 };

	CHECK_OK(store_guess_count(s, subject, "x", "otp", NOW, 60, 60, 60, 60,
				   &c, &f),
		 &f);
	return c.pair_failed;
}

static void
test_void_running(void)
{
	struct store *s = fixture_store("void");
	struct store_voided v = { .codes = 77 };
	const struct id login = fixture_id(50);
	struct store_account a;
	struct store_login l;
	enum status st;

	lay_out(s);
	CHECK_EQ(store_void_running(s, NOW, &v, &f), STATUS_CONFLICT);
	ALONE(s, st, store_void_running(s, 0, &v, &f));
	CHECK_EQ(st, STATUS_INVALID);
	CHECK_EQ(v.codes, 77);
	ALONE(s, st, store_void_running(s, NOW, &v, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_EQ(v.codes, 1);
	CHECK_EQ(v.trust, 1);
	codes_are(s, NOW, NOW - 5);
	CHECK_EQ(trusted(s), 0);
	device_is(s, 30, NOW / 30 + 1, STORE_OTP_ACTIVE);
	device_is(s, 31, NOW / 30 + 2, STORE_OTP_ACTIVE);
	device_is(s, 32, 100, STORE_OTP_RESYNC);
	CHECK_OK(store_account_by_name(s, "user1", &a, &f), &f);
	CHECK_EQ(a.version, 2);
	CHECK_EQ(a.epoch, 2);
	CHECK_OK(store_login_get(s, &login, &l, &f), &f);
	CHECK_EQ(l.consumed_at, NOW);
	CHECK_EQ(l.uptime, -1);
	CHECK_EQ(failed(s, "?name"), 1);
	store_close(s);
}

static void
test_void_hashed(void)
{
	struct store *s = fixture_store("hashed");
	struct store_voided v = { .codes = 77 };
	const struct id login = fixture_id(50);
	struct store_account a;
	struct store_login l;
	enum status st;

	lay_out(s);
	CHECK_EQ(store_void_hashed(s, NOW, &v, &f), STATUS_CONFLICT);
	ALONE(s, st, store_void_hashed(s, 0, &v, &f));
	CHECK_EQ(st, STATUS_INVALID);
	CHECK_EQ(v.codes, 77);
	ALONE(s, st, store_void_hashed(s, NOW, &v, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_EQ(v.codes, 1);
	CHECK_EQ(v.trust, 1);
	codes_are(s, NOW, NOW - 5);
	CHECK_EQ(trusted(s), 0);
	CHECK_EQ(failed(s, "?name"), 0);
	CHECK_EQ(failed(s, "?"), 1);
	/* The rest goes on. */
	device_is(s, 30, 100, STORE_OTP_ACTIVE);
	device_is(s, 32, 100, STORE_OTP_ACTIVE);
	CHECK_OK(store_account_by_name(s, "user1", &a, &f), &f);
	CHECK_EQ(a.version, 1);
	CHECK_OK(store_login_get(s, &login, &l, &f), &f);
	CHECK_EQ(l.consumed_at, 0);
	ALONE(s, st, store_void_hashed(s, NOW + 1, &v, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_EQ(v.codes + v.trust, 0);
	store_close(s);
}

int
main(void)
{
	test_backup();
	test_given_up();
	test_sealed();
	test_sealed_otp();
	test_sealed_keys();
	test_void_running();
	test_void_hashed();
	return test_done();
}
