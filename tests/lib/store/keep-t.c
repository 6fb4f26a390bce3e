/* SPDX-License-Identifier: MIT */
/* Copies of a store, and what changes with its key. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "store/people.h"
#include "store/restore.h"
#include "store/token.h"
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

/* A login that is just ending is waited for. */
static void
test_lingering(void)
{
	struct store *s = fixture_store("lingering");
	struct store_restore *r = NULL;
	int fd = empty_file("lingering.copy"), gone[2];
	char where[600], byte;
	pid_t child;

	(void)snprintf(where, sizeof(where), "%s", fixture_where("lingering"));
	CHECK_OK(store_backup(s, NOW, fd, NULL, &f), &f);
	store_close(s);
	CHECK(pipe(gone) == 0);
	if ((child = fork()) == 0) {
		s = fixture_open(where);
		if (write(gone[1], "", 1) != 1)
			_exit(1);
		(void)usleep(300000);
		store_close(s);
		_exit(0);
	}
	CHECK(read(gone[0], &byte, 1) == 1);
	CHECK_OK(store_restore_begin(where, fd, NULL, &r, &f), &f);
	store_restore_end(r);
	CHECK(waitpid(child, NULL, 0) == child);
	(void)close(gone[0]);
	(void)close(gone[1]);
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

/* What waits for somebody, of account 1: invitation, impersonation, address
 * and token 70. */
static void
lay_out_people(struct store *s)
{
	const struct id id = fixture_id(70), one = fixture_id(1);
	const struct store_invitation i = { .id = id,
					    .org = fixture_id(51),
					    .address = "ann",
					    .role = STORE_ROLE_MEMBER,
					    .made_by = "root",
					    .created_at = NOW,
					    .expires_at = NOW + 9,
					    .state =
						    STORE_INVITATION_PENDING };
	const struct store_impersonation as = { .id = id,
						.account = one,
						.actor = "root",
						.reason = "why",
						.expires_at = NOW + 9 };
	const struct store_email_change c = { .account = one, .email = "a@b" };
	const struct store_token x = { .id = id,
				       .account = one,
				       .kind = STORE_TOKEN_APP,
				       .label = "x",
				       .scopes = "login:*" };
	const struct store_session open = { .id = id,
					    .account = one,
					    .opened_at = NOW };

	fixture_add_org(s, 51);
	STORE_TXN(t);

	CHECK_OK(store_begin(s, &t, &f), &f);
	CHECK_OK(store_invitation_insert(s, &i, &f), &f);
	CHECK_OK(store_impersonation_insert(s, &as, &f), &f);
	CHECK_OK(store_email_change_put(s, &c, &f), &f);
	CHECK_OK(store_token_insert(s, &x, &f), &f);
	CHECK_OK(store_session_insert(s, &open, &f), &f);
	CHECK_OK(store_commit(&t, &f), &f);
}

static void
people_are(struct store *s, int64_t closed_at)
{
	static const uint8_t hash[STORE_HASH_SIZE];
	const struct id id = fixture_id(70), one = fixture_id(1);
	struct store_impersonation as;
	struct store_email_change c;
	struct store_invitation i;
	struct store_session open;
	struct store_token x;

	CHECK_OK(store_invitation_find(s, hash, &i, &f), &f);
	CHECK(i.state == STORE_INVITATION_REVOKED && i.ended_at == NOW);
	CHECK_OK(store_impersonation_find(s, &one, hash, &as, &f), &f);
	CHECK_EQ(as.spent_at, NOW);
	CHECK_EQ(store_email_change_get(s, &one, &c, &f), STATUS_NOT_FOUND);
	CHECK_OK(store_token_find(s, &one, hash, &x, &f), &f);
	CHECK_EQ(x.revoked_at, NOW);
	CHECK_OK(store_session_get(s, &id, &open, &f), &f);
	CHECK_EQ(open.closed_at, closed_at);
	CHECK_STR(open.ended, closed_at == 0 ? "" : "restored");
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
	lay_out_people(s);
	CHECK_EQ(store_void_running(s, NOW, &v, &f), STATUS_CONFLICT);
	ALONE(s, st, store_void_running(s, 0, &v, &f));
	CHECK_EQ(st, STATUS_INVALID);
	CHECK_EQ(v.codes, 77);
	ALONE(s, st, store_void_running(s, NOW, &v, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_EQ(v.codes, 1);
	CHECK_EQ(v.trust, 1);
	CHECK(v.invitations == 1 && v.tokens == 1);
	people_are(s, NOW);
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
	lay_out_people(s);
	CHECK_EQ(store_void_hashed(s, NOW, &v, &f), STATUS_CONFLICT);
	ALONE(s, st, store_void_hashed(s, 0, &v, &f));
	CHECK_EQ(st, STATUS_INVALID);
	CHECK_EQ(v.codes, 77);
	ALONE(s, st, store_void_hashed(s, NOW, &v, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_EQ(v.codes, 1);
	CHECK_EQ(v.trust, 1);
	CHECK(v.invitations == 1 && v.tokens == 1);
	people_are(s, 0);
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
	CHECK_EQ(v.codes + v.trust + v.invitations + v.tokens, 0);
	store_close(s);
}

int
main(void)
{
	test_backup();
	test_lingering();
	test_given_up();
	test_void_running();
	test_void_hashed();
	return test_done();
}
