/* SPDX-License-Identifier: MIT */
/* What sigra-post takes for a request, and for an address of everybody's. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/auto.h"
#include "post/address.h"
#include "post/confine.h"
#include "post/request.h"
#include "test.h"

static bool
is_public(const char *text)
{
	struct sockaddr_in four = { .sin_family = AF_INET };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, text, &four.sin_addr) == 1)
		return address_is_public((const struct sockaddr *)&four,
					 sizeof(four));
	CHECK_EQ(inet_pton(AF_INET6, text, &six.sin6_addr), 1);
	return address_is_public((const struct sockaddr *)&six, sizeof(six));
}

static const char *const public[] = {
	"1.1.1.1",	   "9.255.255.255",    "11.0.0.0",
	"100.63.255.255",  "100.128.0.0",      "126.255.255.255",
	"128.0.0.0",	   "169.253.0.1",      "172.15.255.255",
	"172.32.0.0",	   "192.167.255.255",  "192.169.0.0",
	"223.255.255.255", "2606:4700::1",     "2a00::1",
	"::ffff:8.8.8.8",  "64:ff9b::808:808", "2002:808:808::1",
};
static const char *const private[] = {
	"0.0.0.0",
	"0.1.2.3",
	"10.0.0.1",
	"10.255.255.255",
	"100.64.0.1",
	"100.127.255.255",
	"127.0.0.1",
	"127.255.255.255",
	"169.254.169.254",
	"172.16.0.1",
	"172.31.255.255",
	"192.168.0.1",
	"192.0.2.1",
	"198.18.0.1",
	"198.19.255.255",
	"203.0.113.5",
	"224.0.0.1",
	"239.1.1.1",
	"240.0.0.1",
	"255.255.255.255",
	"::",
	"::1",
	"::127.0.0.1",
	"fe80::1",
	"febf::1",
	"fec0::1",
	"fc00::1",
	"fdff::1",
	"ff02::1",
	"2001:db8::1",
	"2001::1",
	"::ffff:127.0.0.1",
	"::ffff:10.0.0.1",
	"64:ff9b::7f00:1",
	"64:ff9b::a00:1",
	"2002:7f00:1::1",
	"2002:a00:1::",
	"100::1",
};

static void
test_addresses(void)
{
	const struct sockaddr local = { .sa_family = AF_UNIX };
	const struct sockaddr cut = { .sa_family = AF_INET6 };

	for (size_t i = 0; i < sizeof(public) / sizeof(public[0]); i++) {
		test_note("%s", public[i]);
		CHECK(is_public(public[i]));
	}
	for (size_t i = 0; i < sizeof(private) / sizeof(private[0]); i++) {
		test_note("%s", private[i]);
		CHECK(!is_public(private[i]));
	}
	CHECK(!address_is_public(&local, sizeof(local)));
	CHECK(!address_is_public(&cut, sizeof(cut)));
}

static enum status
parse(const char *bytes, size_t len, struct request_post *out)
{
	static char text[4096];

	memcpy(text, bytes, len);
	text[len] = '\0';
	return request_parse(text, len, out, NULL);
}

static void
test_requests(void)
{
	static const char *const bad[] = {
		"",
		"url: https://x/\n",
		"\nbody",
		"header: a: b\n\n",
		"url: https://x/\nurl: https://y/\n\n",
		"url:https://x/\n\n",
		"url: \n\n",
		"url: https://x/\nseconds: 0\n\n",
		"url: https://x/\nseconds: 301\n\n",
		"url: https://x/\nprivate: no\n\n",
		"url: https://x/\nproxy: y\n\n",
		"url: https://x/\r\n\r\n",
	};
	static const char nul[] = "url: https://x/\0y\n\n";
	char many[1024] = "url: https://x/\n";
	struct request_post r;

	CHECK_EQ(parse("url: https://x/\nheader: A: b\nheader: C: d\n"
		       "ca: /ca.pem\nprivate: yes\nseconds: 7\n\n{\n\n}",
		       83, &r),
		 STATUS_OK);
	CHECK_STR(r.url, "https://x/");
	CHECK_EQ(r.headers, 2);
	CHECK_STR(r.header[1], "C: d");
	CHECK_STR(r.ca, "/ca.pem");
	CHECK(r.allow_private);
	CHECK_EQ(r.seconds, 7);
	CHECK_EQ(r.body_len, 4);
	CHECK(memcmp(r.body, "{\n\n}", 4) == 0);
	CHECK_EQ(parse("url: https://x/\n\n", 17, &r), STATUS_OK);
	CHECK(!r.allow_private && r.ca == NULL && r.body_len == 0);
	CHECK_EQ(r.seconds, 30);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		test_note("%s", bad[i]);
		CHECK_EQ(parse(bad[i], strlen(bad[i]), &r), STATUS_INVALID);
	}
	CHECK_EQ(parse(nul, sizeof(nul) - 1, &r), STATUS_INVALID);
	for (int i = 0; i <= REQUEST_HEADERS_MAX; i++)
		(void)strcat(many, "header: A: b\n");
	(void)strcat(many, "\n");
	CHECK_EQ(parse(many, strlen(many), &r), STATUS_INVALID);
}

static bool
opens(const char *path, int how)
{
	AUTO_FD int fd = open(path, how | O_CLOEXEC, 0600);

	return fd >= 0;
}

/* In a child: bit by bit, what is as it should not be. */
static int
confined(const char *file, const char *ca)
{
	struct fault f = { .text = "" };

	if (!opens(file, O_RDONLY) || !opens(ca, O_RDONLY))
		return 1;
	if (confine_process(&f) != STATUS_OK ||
	    confine_files(ca, &f) != STATUS_OK)
		return 2;
	return (opens(file, O_RDONLY) ? 4 : 0) |
	       (opens(file, O_WRONLY) ? 8 : 0) |
	       (opens(ca, O_RDONLY) ? 0 : 16) |
	       (opens(ca, O_WRONLY) ? 32 : 0) |
	       (opens("/etc/hosts", O_RDONLY) ? 0 : 64);
}

static void
test_confined(void)
{
	char file[300], ca[300];
	int how = -1;
	pid_t pid;

	if (syscall(SYS_landlock_create_ruleset, NULL, 0,
		    LANDLOCK_CREATE_RULESET_VERSION) < 1) {
		test_skip("no Landlock");
		return;
	}
	(void)snprintf(file, sizeof(file), "%s/sigra.db", test_dir());
	(void)snprintf(ca, sizeof(ca), "%s/ca.pem", test_dir());
	CHECK(opens(file, O_WRONLY | O_CREAT));
	CHECK(opens(ca, O_WRONLY | O_CREAT));
	(void)fflush(stdout);
	if ((pid = fork()) == 0)
		_exit(confined(file, ca));
	CHECK(pid > 0 && waitpid(pid, &how, 0) == pid);
	CHECK(WIFEXITED(how));
	CHECK_EQ(WEXITSTATUS(how), 0);
}

int
main(void)
{
	test_addresses();
	test_requests();
	test_confined();
	return test_done();
}
