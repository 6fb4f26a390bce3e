/* SPDX-License-Identifier: MIT */
#include "admin/init.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/auto.h"
#include "base/file.h"
#include "fixture.h"
#include "session/keycheck.h"

static void
check_config(const char *where)
{
	struct config defaults, c;
	char path[512], name[600];
	struct stat sb;
	struct fault f;

	(void)snprintf(path, sizeof(path), "%s/%s.conf", test_dir(),
		       where == NULL ? "plain" : "where");
	CHECK_OK(admin_init_config(path, where, &f), &f);
	CHECK(stat(path, &sb) == 0 && (sb.st_mode & 07777) == 0644);
	CHECK_EQ(admin_init_config(path, where, &f), STATUS_CONFLICT);
	/* What was written is what is in force without a file. */
	CHECK_OK(config_load(path, geteuid(), &c, &f), &f);
	config_defaults(&defaults);
	CHECK_STR(c.store_where, where == NULL ? defaults.store_where : where);
	(void)snprintf(name, sizeof(name), "%s/sigra.key", test_dir());
	CHECK_STR(c.store_key, name);
	CHECK_STR(c.account_name_regex, defaults.account_name_regex);
	CHECK_EQ(c.argon2_memory_kib, defaults.argon2_memory_kib);
	CHECK_EQ(c.guess_pair_tries, defaults.guess_pair_tries);
}

/* Taking the comment signs away gives a file that says the same. */
static void
check_comments(void)
{
	char path[512], text[8192] = "", bare[8192];
	AUTO_FD int in = -1, out = -1;
	struct config c;
	struct fault f;
	size_t len = 0, n = 0;

	(void)snprintf(path, sizeof(path), "%s/plain.conf", test_dir());
	in = open(path, O_RDONLY | O_CLOEXEC);
	CHECK_OK(file_read(in, text, sizeof(text) - 1, &len, &f), &f);
	for (size_t i = 0; i < len; i++)
		if (text[i] != '#' || text[i + 1] == ' ')
			bare[n++] = text[i];
	CHECK(n < len);
	(void)snprintf(path, sizeof(path), "%s/bare.conf", test_dir());
	out = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	CHECK_OK(file_write(out, bare, n, &f), &f);
	CHECK_OK(config_load(path, geteuid(), &c, &f), &f);
}

int
main(void)
{
	struct fixture x;

	check_config(NULL);
	check_config("sqlite:/srv/sigra/s.db");
	check_comments();
	fixture_start(&x, "init");
	CHECK_OK(session_key_check(x.store, &x.keys, &x.f), &x.f);
	x.keys.master[0] ^= 1;
	CHECK_EQ(session_key_check(x.store, &x.keys, &x.f),
		 STATUS_UNAVAILABLE);
	CHECK_EQ(fixture_rows(&x), 1);
	CHECK_STR(fixture_last(&x), "store.created success uid:1000 - {}");
	CHECK(strstr(x.lines, "store.created") != NULL);
	fixture_stop(&x);
	return test_done();
}
