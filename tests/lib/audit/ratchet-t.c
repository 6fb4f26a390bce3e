/* SPDX-License-Identifier: MIT */
/* The file of the next row's key. */
#include "audit/ratchet.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "crypto/crypto.h"
#include "test.h"

#define FILE_SIZE 512
#define ID "0123456789abcdef"

static struct fault f;
static struct ratchet_place place = { .dir = -1, .name = "t.db" };

static void
fill(struct ratchet *r)
{
	*r = (struct ratchet){
		.host = "host", .id = ID, .start = 5, .next = 5
	};
	crypto_secret_random(&r->key, CHAIN_KEY_SIZE);
}

/* The file's bytes, by the way of nobody's library. */
static void
raw(enum ratchet_which which, uint8_t out[FILE_SIZE])
{
	char name[RATCHET_NAME_SIZE];

	ratchet_name(&place, which, name);

	AUTO_FD int fd = openat(place.dir, name, O_RDONLY | O_CLOEXEC);

	memset(out, 0, FILE_SIZE);
	CHECK(fd >= 0 && read(fd, out, FILE_SIZE) == FILE_SIZE);
}

static void
poke(off_t at, const void *bytes, size_t len)
{
	AUTO_FD int fd = openat(place.dir, "t.db-chain", O_RDWR | O_CLOEXEC);

	CHECK(fd >= 0 && pwrite(fd, bytes, len, at) == (ssize_t)len);
}

static bool
holds(const uint8_t *bytes, size_t size, const uint8_t *what, size_t len)
{
	return memmem(bytes, size, what, len) != NULL;
}

static enum status
opens(enum ratchet_which which)
{
	AUTO_FD int fd = -1;
	RATCHET(r);
	enum status st = ratchet_open(&place, which, &fd, &r, &f);

	if (st != STATUS_OK)
		CHECK(fd == -1 && r.next == 0 && f.text[0] != '\0');
	return st;
}

static void
same(const struct ratchet *a, const struct ratchet *b)
{
	CHECK_STR(a->host, b->host);
	CHECK_STR(a->id, b->id);
	CHECK(a->start == b->start && a->next == b->next);
	CHECK(secret_equal(&a->key, &b->key));
	CHECK(memcmp(a->head, b->head, sizeof(a->head)) == 0);
}

static void
test_made(void)
{
	AUTO_FD int fd = -1;
	AUTO_FD int again = -1;
	struct stat sb;
	RATCHET(r);
	RATCHET(back);

	CHECK(opens(RATCHET_FILE) == STATUS_NOT_FOUND);
	CHECK(opens(RATCHET_NEW) == STATUS_NOT_FOUND);
	CHECK_OK(ratchet_take(&place, &f), &f);
	fill(&r);
	CHECK_OK(ratchet_make(&place, &r, &fd, &f), &f);
	CHECK(opens(RATCHET_FILE) == STATUS_NOT_FOUND);
	CHECK(opens(RATCHET_NEW) == STATUS_OK);
	CHECK_OK(ratchet_take(&place, &f), &f);
	CHECK(opens(RATCHET_NEW) == STATUS_NOT_FOUND);
	CHECK_OK(ratchet_open(&place, RATCHET_FILE, &again, &back, &f), &f);
	same(&back, &r);
	CHECK(fstat(again, &sb) == 0 && sb.st_size == FILE_SIZE &&
	      (sb.st_mode & 07777) == 0600);
}

/* Forward only, and the old key is nowhere in the file. */
static void
test_advance(void)
{
	uint8_t bytes[FILE_SIZE], key[CHAIN_KEY_SIZE] = { 0 };
	uint8_t mac[STORE_MAC_SIZE] = { 9 };
	AUTO_FD int fd = -1;
	RATCHET(r);
	RATCHET(old);
	RATCHET(back);

	CHECK_OK(ratchet_open(&place, RATCHET_FILE, &fd, &r, &f), &f);
	old = r;
	CHECK(secret_bytes(&r.key, key, sizeof(key)));
	raw(RATCHET_FILE, bytes);
	CHECK(holds(bytes, sizeof(bytes), key, sizeof(key)));
	ratchet_turn(&r, mac);
	CHECK_EQ(r.next, old.next + 1);
	CHECK(!secret_equal(&r.key, &old.key));
	CHECK_OK(ratchet_advance(fd, &r, &f), &f);
	raw(RATCHET_FILE, bytes);
	CHECK(!holds(bytes, sizeof(bytes), key, sizeof(key)));
	CHECK(!holds(bytes, sizeof(bytes), key, 8));
	CHECK_OK(ratchet_advance(fd, &old, &f), &f);
	CHECK_OK(ratchet_hold(fd, &back, &f), &f);
	same(&back, &r);
	CHECK(secret_bytes(&r.key, key, sizeof(key)));
	raw(RATCHET_FILE, bytes);
	CHECK(holds(bytes, sizeof(bytes), key, sizeof(key)));
}

/* A byte that is another one anywhere in it. */
static void
test_torn(void)
{
	uint8_t bytes[FILE_SIZE], none[FILE_SIZE] = { 0 };
	AUTO_FD int fd = -1;
	int good = 0;
	RATCHET(r);

	CHECK_OK(ratchet_open(&place, RATCHET_FILE, &fd, &r, &f), &f);
	raw(RATCHET_FILE, bytes);
	for (off_t i = 0; i < FILE_SIZE; i++) {
		uint8_t other = (uint8_t)(bytes[i] ^ 0x10);
		int again = -1;
		RATCHET(back);

		if (pwrite(fd, &other, 1, i) != 1 ||
		    ratchet_open(&place, RATCHET_FILE, &again, &back, NULL) !=
			    STATUS_CORRUPT)
			good++;
		if (pwrite(fd, &bytes[i], 1, i) != 1)
			good++;
	}
	CHECK_EQ(good, 0);
	CHECK(opens(RATCHET_FILE) == STATUS_OK);
	poke(100, none, 300);
	CHECK(opens(RATCHET_FILE) == STATUS_CORRUPT);
	r.next++;
	CHECK(ratchet_advance(fd, &r, &f) == STATUS_CORRUPT);
	/* Wiped: a new key was begun, and nothing is to be written. */
	poke(0, none, sizeof(none));
	CHECK(opens(RATCHET_FILE) == STATUS_CORRUPT);
	CHECK_OK(ratchet_advance(fd, &r, &f), &f);
	CHECK(opens(RATCHET_FILE) == STATUS_CORRUPT);
	poke(0, bytes, sizeof(bytes));
	CHECK(opens(RATCHET_FILE) == STATUS_OK);
	CHECK(ftruncate(fd, 100) == 0);
	CHECK(opens(RATCHET_FILE) == STATUS_CORRUPT);
	poke(0, bytes, sizeof(bytes));
	poke(FILE_SIZE, "x", 1);
	CHECK(opens(RATCHET_FILE) == STATUS_UNAVAILABLE);
	CHECK(ftruncate(fd, FILE_SIZE) == 0);
	CHECK(opens(RATCHET_FILE) == STATUS_OK);
}

static void
test_trust(void)
{
	CHECK(fchmodat(place.dir, "t.db-chain", 0640, 0) == 0);
	CHECK(opens(RATCHET_FILE) == STATUS_UNAVAILABLE);
	CHECK(fchmodat(place.dir, "t.db-chain", 0600, 0) == 0);
	CHECK(linkat(place.dir, "t.db-chain", place.dir, "two", 0) == 0);
	CHECK(opens(RATCHET_FILE) == STATUS_UNAVAILABLE);
	CHECK(unlinkat(place.dir, "two", 0) == 0);
	CHECK(renameat(place.dir, "t.db-chain", place.dir, "far") == 0);
	CHECK(symlinkat("far", place.dir, "t.db-chain") == 0);
	CHECK(opens(RATCHET_FILE) == STATUS_UNAVAILABLE);
	CHECK(unlinkat(place.dir, "t.db-chain", 0) == 0);
	CHECK(mkfifoat(place.dir, "t.db-chain", 0600) == 0);
	CHECK(opens(RATCHET_FILE) == STATUS_UNAVAILABLE);
	CHECK(unlinkat(place.dir, "t.db-chain", 0) == 0);
	CHECK(renameat(place.dir, "far", place.dir, "t.db-chain") == 0);
	CHECK(opens(RATCHET_FILE) == STATUS_OK);
}

/* The next key's file; who still has the old one open sees it wiped. */
static void
test_replaced(void)
{
	uint8_t bytes[FILE_SIZE], left[FILE_SIZE];
	uint8_t none[FILE_SIZE] = { 0 };
	AUTO_FD int was = -1;
	AUTO_FD int fd = -1;
	RATCHET(old);
	RATCHET(r);

	CHECK_OK(ratchet_open(&place, RATCHET_FILE, &was, &old, &f), &f);
	fill(&r);
	memcpy(r.id, "fedcba9876543210", sizeof(r.id));
	CHECK_OK(ratchet_make(&place, &r, &fd, &f), &f);
	raw(RATCHET_NEW, bytes);
	(void)close(fd);
	/* One that broke off is made anew. */
	fill(&r);
	memcpy(r.id, "fedcba9876543210", sizeof(r.id));
	CHECK_OK(ratchet_make(&place, &r, &fd, &f), &f);
	raw(RATCHET_NEW, left);
	CHECK(memcmp(bytes, left, sizeof(bytes)) != 0);
	CHECK_OK(ratchet_take(&place, &f), &f);
	raw(RATCHET_FILE, bytes);
	CHECK(memcmp(bytes, left, sizeof(bytes)) == 0);
	CHECK(pread(was, left, sizeof(left), 0) == FILE_SIZE);
	CHECK(memcmp(left, none, sizeof(none)) == 0);
	old.next += 10;
	CHECK_OK(ratchet_advance(was, &old, &f), &f);
	raw(RATCHET_FILE, left);
	CHECK(memcmp(bytes, left, sizeof(bytes)) == 0);
	ratchet_drop(&place);
	CHECK(opens(RATCHET_FILE) == STATUS_OK);
}

int
main(void)
{
	CHECK_OK(crypto_start(&f), &f);
	place.dir = open(test_dir(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(place.dir >= 0);
	test_made();
	test_advance();
	test_torn();
	test_trust();
	test_replaced();
	(void)close(place.dir);
	return test_done();
}
