/* SPDX-License-Identifier: MIT */
/* Lists of breached passwords: right ones of every size, and what somebody
 * else may have made of one. */
#include "factor/breach.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "crypto/crypto.h"
#include "kit.h"
#include "test.h"

#define MOST 300
#define HEX (2 * CRYPTO_SHA1_SIZE)

static char path[512];
static char hash[MOST][HEX + 1];
static struct fault said;

static void
write_bytes(const void *bytes, size_t len)
{
	int fd;

	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);

	if (fd < 0 || write(fd, bytes, len) != (ssize_t)len || close(fd) != 0)
		CHECK(false);
}

static enum status
look(const char *password, bool *found)
{
	enum status st;
	SECRET(s);
	BREACH(b);

	memset(&said, 0, sizeof(said));
	kit_answer(&s, password);
	breach_open(&b, path, geteuid());
	st = breach_find(&b, &s, found, &said);
	if (st == STATUS_OK)
		CHECK_EQ(breach_refuse(&b, &s, &said),
			 *found ? STATUS_REFUSED : STATUS_OK);
	return st;
}

static void
number(int n, char out[32])
{
	(void)snprintf(out, 32, "password %d", n);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Hashes of the first N passwords, in order. */
static void
hashes(int n)
{
	for (int i = 0; i < n; i++) {
		uint8_t sha1[CRYPTO_SHA1_SIZE];
		char text[32];
		SECRET(s);

		number(i, text);
		kit_answer(&s, text);
		crypto_secret_sha1(&s, sha1);
		text_hex(sha1, sizeof(sha1), hash[i]);
		for (int c = 0; c < HEX; c++)
			if (hash[i][c] >= 'a')
				hash[i][c] = (char)(hash[i][c] - 'a' + 'A');
	}
	qsort(hash, (size_t)n, sizeof(hash[0]), by_text);
}

/* A list of them; counts of every length, so that the lines have, too. */
static size_t
list(int n, const char *end, bool last_end, char *out, size_t size)
{
	size_t len = 0;

	for (int i = 0; i < n; i++) {
		long long count = 1;

		for (int digit = 0; digit < i % 19; digit++)
			count *= 10;
		len += (size_t)snprintf(out + len, size - len, "%s:%lld%s",
					hash[i], count,
					i + 1 < n || last_end ? end : "");
	}
	return len;
}

static void
sizes(void)
{
	static const char *const ends[] = { "\r\n", "\n" };
	static char text[MOST * 80];
	int wrong = 0;

	for (int n = 1; n <= MOST; n += n < 40 ? 1 : 37) {
		hashes(n);
		for (int form = 0; form < 4; form++) {
			size_t len = list(n, ends[form & 1], form < 2, text,
					  sizeof(text));

			write_bytes(text, len);
			for (int i = 0; i < n + 10; i++) {
				bool found = i >= n;
				char one[32];

				number(i, one);
				if (look(one, &found) != STATUS_OK ||
				    found != (i < n))
					wrong++;
			}
		}
	}
	CHECK_EQ(wrong, 0);
}

static void
absent(void)
{
	bool found = true;
	BREACH(none);
	SECRET(s);

	kit_answer(&s, "password 1");
	breach_open(&none, BREACH_NONE, geteuid());
	CHECK_OK(breach_find(&none, &s, &found, &said), &said);
	CHECK(!found);
	found = true;
	CHECK_OK(breach_find(NULL, &s, &found, &said), &said);
	CHECK(!found);
}

static void
hostile(void)
{
	static const char *const tails[] = { "\n",
					     ":\n",
					     ";1\n",
					     ":1x\n",
					     ":-1\n",
					     ": 1\n",
					     ":12345678901234567890\n",
					     "" };
	static char text[MOST * 80];
	char one[128];
	bool found = true;
	size_t len;

	(void)unlink(path);
	CHECK_EQ(look("password 1", &found), STATUS_UNAVAILABLE);
	CHECK(strstr(said.text, "does not exist") != NULL);
	write_bytes("", 0);
	CHECK_EQ(look("password 1", &found), STATUS_UNAVAILABLE);
	write_bytes("\n", 1);
	CHECK_EQ(look("password 1", &found), STATUS_UNAVAILABLE);
	hashes(MOST);
	/* The line that all searches begin at, in forms that it has not. */
	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		len = (size_t)snprintf(one, sizeof(one), "%s%s", hash[1],
				       tails[i]);
		write_bytes(one, len);
		CHECK_EQ(look("password 1", &found), STATUS_UNAVAILABLE);
	}
	len = (size_t)snprintf(one, sizeof(one), "%s:1\n", hash[1] + 1);
	write_bytes(one, len);
	CHECK_EQ(look("password 1", &found), STATUS_UNAVAILABLE);
	/* Lower case is in another order. */
	len = (size_t)snprintf(one, sizeof(one),
			       "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8:1\n");
	write_bytes(one, len);
	CHECK_EQ(look("password", &found), STATUS_UNAVAILABLE);
	memset(text, 0, sizeof(text));
	write_bytes(text, sizeof(text));
	CHECK_EQ(look("password 1", &found), STATUS_UNAVAILABLE);
	memset(text, 'A', sizeof(text));
	write_bytes(text, sizeof(text));
	CHECK_EQ(look("password 1", &found), STATUS_UNAVAILABLE);
	CHECK(strstr(said.text, "fetch it again") != NULL);
	CHECK(found);
}

/* Backwards: whoever meets two lines sees it. */
static void
unsorted(void)
{
	static char text[MOST * 80];
	int refused = 0;
	size_t len = 0;

	hashes(MOST);
	for (int i = MOST; i-- > 0;)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"%s:1\n", hash[i]);
	write_bytes(text, len);
	for (int i = 0; i < MOST; i++) {
		bool found = false;
		char one[32];
		enum status st;

		number(i, one);
		st = look(one, &found);
		CHECK(st == STATUS_OK || st == STATUS_UNAVAILABLE);
		refused += st == STATUS_UNAVAILABLE;
	}
	CHECK(refused > MOST / 2);
}

/* Whatever the bytes are, it ends, and says one thing or the other. */
static void
garbage(void)
{
	static char text[MOST * 80];
	uint32_t seed = 1;
	size_t len;
	int odd = 0;

	hashes(MOST);
	for (int round = 0; round < 3000; round++) {
		bool found = false;
		enum status st;

		len = list(MOST / 10, "\r\n", true, text, sizeof(text));
		for (int spots = 0; spots <= round % 40; spots++) {
			seed = seed * 1664525 + 1013904223;
			text[(seed >> 8) % len] = "\n:\0"
						  "F0\r\xff "[seed >> 29];
		}
		len -= (size_t)round % len;
		write_bytes(text, len);
		st = look("password 1", &found);
		odd += st != STATUS_OK && st != STATUS_UNAVAILABLE;
	}
	CHECK_EQ(odd, 0);
}

static void
trust(void)
{
	static char text[MOST * 80];
	bool found = false;
	size_t len;

	hashes(20);
	len = list(20, "\n", true, text, sizeof(text));
	write_bytes(text, len);
	CHECK(look("password 1", &found) == STATUS_OK && found);
	CHECK_EQ(chmod(path, 0644), 0);
	CHECK_EQ(look("password 1", &found), STATUS_OK);
	CHECK_EQ(chmod(path, 0664), 0);
	CHECK_EQ(look("password 1", &found), STATUS_UNAVAILABLE);
	CHECK(strstr(said.text, "chmod") != NULL);
	CHECK_EQ(chmod(path, 0600), 0);
	{
		char was[sizeof(path)];

		(void)snprintf(was, sizeof(was), "%s", path);
		(void)snprintf(path, sizeof(path), "%.400s.link", was);
		CHECK_EQ(symlink(was, path), 0);
		CHECK_EQ(look("password 1", &found), STATUS_UNAVAILABLE);
		(void)unlink(path);
		(void)snprintf(path, sizeof(path), "%s", was);
	}
}

int
main(void)
{
	kit_start();
	(void)snprintf(path, sizeof(path), "%s/breached", test_dir());
	absent();
	sizes();
	hostile();
	unsorted();
	garbage();
	trust();
	(void)unlink(path);
	kit_end();
	return test_done();
}
