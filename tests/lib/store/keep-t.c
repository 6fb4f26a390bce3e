/* SPDX-License-Identifier: MIT */
/* Copies of a store, and what changes with its key. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"

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
	CHECK_EQ(store_void_running(s, NOW, &f), STATUS_CONFLICT);
	ALONE(s, st, store_void_running(s, 0, &f));
	CHECK_EQ(st, STATUS_INVALID);
	store_close(s);
}

int
main(void)
{
	test_backup();
	test_given_up();
	test_sealed();
	return test_done();
}
