/* SPDX-License-Identifier: MIT */
/* The file cut at, and overwritten in, each of its pages. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../fixture.h"
#include "store/rule.h"

#define PAGE 4096

static struct fault f;
static char where[512];
static char *good;
static size_t size;

static void
fill(struct store *s)
{
	struct store_audit a = { .at = NOW };
	STORE_TXN(t);

	CHECK_OK(store_begin(s, &t, &f), &f);
	(void)strcpy(a.host, "host");
	(void)strcpy(a.action, "user.created");
	(void)strcpy(a.outcome, "success");
	memset(a.meta, 'm', 6000); /* spills into pages of its own */
	for (unsigned i = 1; i <= 60; i++) {
		const struct store_account one = fixture_account(i);

		a.id = fixture_id(i);
		a.seq = 0;
		if (store_account_insert(s, &one, &f) != STATUS_OK ||
		    store_audit_insert(s, &a, &f) != STATUS_OK)
			CHECK(false);
	}
	CHECK_OK(store_commit(&t, &f), &f);
}

static bool
see_account(void *ctx, const struct store_account *a)
{
	*(unsigned *)ctx += a->name[0] == 'u';
	return true;
}

static bool
see_audit(void *ctx, const struct store_audit *a)
{
	*(unsigned *)ctx += a->meta[5999] == 'm';
	return true;
}

static bool
see_rule(void *ctx, const struct store_rule *r)
{
	*(unsigned *)ctx += r->position > 0;
	return true;
}

static void
see_problem(void *ctx, const char *problem)
{
	*(unsigned *)ctx += problem[0] != '\0';
}

/* Does anything complain, from opening to writing? */
static bool
noticed(void)
{
	const struct store_audit_filter all = { .limit = 0 };
	const struct store_account a = fixture_account(1000);
	struct store_guess_counts c;
	unsigned problems = 0, seen = 0;
	struct store *s = NULL;
	bool bad = false;

	if (store_open(where, STORE_WRITE, &s, &f) != STATUS_OK)
		return true;
	bad |= store_integrity(s, see_problem, &problems, &f) != STATUS_OK;
	bad |= store_account_list(s, "", see_account, &seen, &f) != STATUS_OK;
	bad |= store_audit_list(s, &all, see_audit, &seen, &f) != STATUS_OK;
	bad |= store_rule_list(s, see_rule, &seen, &f) != STATUS_OK;
	bad |= store_guess_count(s, "a", "x", "password", NOW, 1, 1, 1, 1, &c,
				 &f) != STATUS_OK;
	{
		STORE_TXN(t);

		bad |= store_begin(s, &t, &f) != STATUS_OK ||
		       store_account_insert(s, &a, &f) != STATUS_OK ||
		       store_commit(&t, &f) != STATUS_OK;
	}
	store_close(s);
	return bad || problems > 0 || seen != 120;
}

static void
put(const char *bytes, size_t len)
{
	const char *path = fixture_path(where);
	char side[600];
	int fd;

	(void)snprintf(side, sizeof(side), "%s-wal", path);
	(void)unlink(side);
	(void)snprintf(side, sizeof(side), "%s-shm", path);
	(void)unlink(side);
	fd = open(path, O_WRONLY | O_TRUNC);
	if (fd < 0 || write(fd, bytes, len) != (ssize_t)len || close(fd) != 0)
		CHECK(false);
}

static void
test_cut(void)
{
	for (size_t at = 0; at < size; at += PAGE) {
		put(good, at);
		if (!noticed())
			test_note("cut at %zu of %zu", at, size);
		CHECK(noticed());
		put(good, at + 100);
		CHECK(noticed());
	}
}

static void
test_overwritten(uint8_t with)
{
	char *bad = malloc(size);

	CHECK(bad != NULL);
	for (size_t at = 0; at < size && bad != NULL; at += PAGE) {
		bool told;

		memcpy(bad, good, size);
		memset(bad + at, with, 64);
		put(bad, size);
		told = noticed();
		if (!told)
			test_note("page %zu of %zu", at / PAGE + 1,
				  size / PAGE);
		CHECK(told);
	}
	free(bad);
}

/* Bytes changed anywhere: no crash; that a value changed, nobody can know. */
static void
test_scattered(void)
{
	char *bad = malloc(size);
	unsigned seed = 99, told = 0;

	CHECK(bad != NULL);
	for (int round = 0; round < 60 && bad != NULL; round++) {
		memcpy(bad, good, size);
		for (int i = 0; i < 200; i++)
			bad[(size_t)rand_r(&seed) % size] =
				(char)rand_r(&seed);
		put(bad, size);
		told += noticed();
	}
	CHECK(told > 0);
	free(bad);
}

static void
test_log(void)
{
	char side[600], junk[3 * PAGE];
	unsigned seed = 7;
	int fd;

	put(good, size);
	(void)snprintf(side, sizeof(side), "%s-wal", fixture_path(where));
	for (size_t i = 0; i < sizeof(junk); i++)
		junk[i] = (char)rand_r(&seed);
	fd = open(side, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	CHECK_EQ(write(fd, junk, sizeof(junk)), (ssize_t)sizeof(junk));
	CHECK(close(fd) == 0);
	/* A log that is none is ignored: all that was committed is there. */
	CHECK(!noticed());
}

int
main(void)
{
	struct store *s = fixture_store("damage");
	struct stat sb;
	int fd;

	(void)strcpy(where, fixture_where("damage"));
	fill(s);
	store_close(s);
	CHECK(stat(fixture_path(where), &sb) == 0);
	size = (size_t)sb.st_size;
	good = malloc(size);
	fd = open(fixture_path(where), O_RDONLY);
	CHECK(good != NULL && read(fd, good, size) == (ssize_t)size);
	CHECK(close(fd) == 0);
	CHECK(!noticed());
	test_cut();
	test_overwritten(0);
	test_overwritten(0xff);
	test_scattered();
	test_log();
	free(good);
	return test_done();
}
