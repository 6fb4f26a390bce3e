/* SPDX-License-Identifier: MIT */
#include "crypto/crypto.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

static char path[512], other[512];
static const uint8_t none[CRYPTO_KEY_SIZE];

static enum status
load(const char *p)
{
	struct fault f = { 0 };
	struct crypto_keys k = { { 0 } };
	enum status st = crypto_keys_load(p, geteuid(), &k, &f);
	bool untouched = memcmp(k.master, none, sizeof(none)) == 0;

	if (st != STATUS_OK && (!untouched || f.text[0] == '\0'))
		test_point(false, __FILE__, __LINE__, "a refusal is whole");
	crypto_keys_wipe(&k);
	return st;
}

static void
put(const char *p, size_t len, mode_t mode)
{
	static const uint8_t bytes[64] = { 7 };
	int fd;

	(void)unlink(p);
	fd = open(p, O_WRONLY | O_CREAT | O_EXCL, 0600);
	CHECK(fd >= 0 && write(fd, bytes, len) == (ssize_t)len &&
	      fchmod(fd, mode) == 0);
	(void)close(fd);
}

static void
made(void)
{
	struct crypto_keys a = { { 0 } }, b = { { 0 } };
	struct fault f = { 0 };
	struct stat sb = { 0 };
	mode_t mask = umask(0777);

	CHECK_OK(crypto_keys_create(path, geteuid(), &a, &f), &f);
	(void)umask(mask);
	CHECK(stat(path, &sb) == 0);
	CHECK_EQ(sb.st_mode, S_IFREG | 0600);
	CHECK_EQ(sb.st_size, CRYPTO_KEY_SIZE);
	CHECK_EQ(sb.st_nlink, 1);
	CHECK(memcmp(a.master, none, sizeof(none)) != 0);
	CHECK_OK(crypto_keys_load(path, geteuid(), &b, &f), &f);
	CHECK(memcmp(a.master, b.master, sizeof(none)) == 0);

	/* Never overwritten, by nothing, through nothing. */
	CHECK_EQ(crypto_keys_create(path, geteuid(), &b, &f), STATUS_CONFLICT);
	CHECK_OK(crypto_keys_load(path, geteuid(), &b, &f), &f);
	CHECK(memcmp(a.master, b.master, sizeof(none)) == 0);
	CHECK(symlink("/nowhere/at/all", other) == 0);
	CHECK_EQ(crypto_keys_create(other, geteuid(), &b, &f),
		 STATUS_CONFLICT);
	CHECK(unlink(other) == 0);

	crypto_keys_wipe(&a);
	CHECK(memcmp(a.master, none, sizeof(none)) == 0);
}

static void
sizes(void)
{
	static const size_t wrong[] = { 0, 1, 31, 33, 64 };

	put(other, 32, 0600);
	CHECK_EQ(load(other), STATUS_OK);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		put(other, wrong[i], 0600);
		CHECK_EQ(load(other), STATUS_UNAVAILABLE);
	}
}

static void
modes_and_links(void)
{
	static const mode_t wrong[] = { 0640, 0620, 0610, 0604, 0602, 0601 };
	char linked[600];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		put(other, 32, wrong[i]);
		CHECK_EQ(load(other), STATUS_UNAVAILABLE);
	}
	put(other, 32, 0400);
	CHECK_EQ(load(other), STATUS_OK);
	(void)snprintf(linked, sizeof(linked), "%s.2", other);
	CHECK(link(other, linked) == 0);
	CHECK_EQ(load(other), STATUS_UNAVAILABLE);
	CHECK(unlink(linked) == 0);
	CHECK_EQ(load(other), STATUS_OK);
	CHECK(symlink(other, linked) == 0);
	CHECK_EQ(load(linked), STATUS_UNAVAILABLE);
	CHECK(unlink(linked) == 0 && mkfifo(linked, 0600) == 0);
	CHECK_EQ(load(linked), STATUS_UNAVAILABLE);
	CHECK(unlink(linked) == 0 && mkdir(linked, 0700) == 0);
	CHECK_EQ(load(linked), STATUS_UNAVAILABLE);
	CHECK_EQ(load("sigra.key"), STATUS_INVALID);
	CHECK(unlink(other) == 0);
	CHECK_EQ(load(other), STATUS_UNAVAILABLE);
	CHECK_EQ(load("/nowhere/sigra.key"), STATUS_UNAVAILABLE);
}

static void
directories(void)
{
	struct fault f = { 0 };
	struct crypto_keys k;
	char dir[512], in[600];

	(void)snprintf(dir, sizeof(dir), "%s/d", test_dir());
	(void)snprintf(in, sizeof(in), "%s/sigra.key", dir);
	CHECK(mkdir(dir, 0700) == 0);
	put(in, 32, 0600);
	CHECK(chmod(dir, 0755) == 0);
	CHECK_EQ(load(in), STATUS_OK);
	CHECK(chmod(dir, 0775) == 0);
	CHECK_EQ(load(in), STATUS_UNAVAILABLE);
	CHECK(chmod(dir, 0757) == 0);
	CHECK_EQ(load(in), STATUS_UNAVAILABLE);
	CHECK(unlink(in) == 0);
	CHECK_EQ(crypto_keys_create(in, geteuid(), &k, &f),
		 STATUS_UNAVAILABLE);
	CHECK(access(in, F_OK) != 0);
}

static void
owners(void)
{
	struct fault f = { 0 };
	struct crypto_keys k;
	struct stat sb = { 0 };

	if (geteuid() != 0) {
		CHECK_EQ(crypto_keys_create(other, geteuid() + 1, &k, &f),
			 STATUS_DENIED);
		CHECK(access(other, F_OK) != 0);
		return;
	}
	CHECK_OK(crypto_keys_create(other, 65534, &k, &f), &f);
	CHECK(stat(other, &sb) == 0 && sb.st_uid == 65534);
	CHECK_EQ(crypto_keys_load(other, 65533, &k, &f), STATUS_UNAVAILABLE);
	CHECK_OK(crypto_keys_load(other, 65534, &k, &f), &f);
	/* Root's is believed whoever owns the store. */
	CHECK(chown(other, 0, 0) == 0);
	CHECK_OK(crypto_keys_load(other, 65534, &k, &f), &f);
	crypto_keys_wipe(&k);
}

static void
text(void)
{
	struct fault f = { 0 };
	CRYPTO_KEYS(k);
	CRYPTO_KEYS(back);
	SECRET(s);

	crypto_random(k.master, sizeof(k.master));
	crypto_keys_text(&k, &s);
	CHECK_EQ(s.len, CRYPTO_KEY_TEXT_LENGTH);
	CHECK_OK(crypto_keys_parse(&s, &back, &f), &f);
	CHECK(memcmp(&k, &back, sizeof(k)) == 0);
	/* One digit wrong, wherever it is. */
	for (size_t i = 6; i < s.len; i++) {
		uint8_t was = s.b[i];

		if (was == '-')
			continue;
		s.b[i] = was == 'Q' ? 'R' : 'Q';
		CHECK_EQ(crypto_keys_parse(&s, &back, &f), STATUS_INVALID);
		s.b[i] = was;
	}
	s.len--;
	CHECK_EQ(crypto_keys_parse(&s, &back, &f), STATUS_INVALID);
}

static void
put_back(void)
{
	struct fault f = { 0 };
	CRYPTO_KEYS(k);
	CRYPTO_KEYS(back);
	char part[600];

	crypto_random(k.master, sizeof(k.master));
	(void)unlink(other);
	/* Half a key of one that was killed is in nobody's way. */
	(void)snprintf(part, sizeof(part), "%s.part", other);
	CHECK(close(open(part, O_WRONLY | O_CREAT, 0600)) == 0);
	CHECK_OK(crypto_keys_put(other, geteuid(), &k, &f), &f);
	CHECK(access(part, F_OK) != 0);
	CHECK_OK(crypto_keys_load(other, geteuid(), &back, &f), &f);
	CHECK(memcmp(&k, &back, sizeof(k)) == 0);
	CHECK_EQ(crypto_keys_put(other, geteuid(), &k, &f), STATUS_CONFLICT);
	CHECK(access(part, F_OK) != 0);
}

int
main(void)
{
	struct fault f = { 0 };

	(void)snprintf(path, sizeof(path), "%s/sigra.key", test_dir());
	(void)snprintf(other, sizeof(other), "%s/other.key", test_dir());
	CHECK_OK(crypto_start(&f), &f);
	made();
	sizes();
	modes_and_links();
	directories();
	owners();
	text();
	put_back();
	return test_done();
}
