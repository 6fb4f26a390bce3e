/* SPDX-License-Identifier: MIT */
#include "session/source.h"

#include "base/text.h"
#include "test.h"

static struct source
of(const char *tty, const char *rhost, const char *ssh, uid_t ruid)
{
	struct request r = { .ruid = ruid };
	struct source s;

	(void)text_copy(r.tty, sizeof(r.tty), tty);
	(void)text_copy(r.rhost, sizeof(r.rhost), rhost);
	(void)text_copy(r.ssh_connection, sizeof(r.ssh_connection), ssh);
	source_of(&r, &s);
	return s;
}

static void
is(const char *tty, const char *rhost, const char *ssh, uid_t ruid,
   const char *key)
{
	struct source s = of(tty, rhost, ssh, ruid);

	CHECK_STR(s.key, key);
}

int
main(void)
{
	is("ssh", "192.0.2.7", "", 0, "ip:192.0.2.7");
	is("ssh", "::ffff:192.0.2.7", "", 0, "ip:192.0.2.7");
	is("ssh", "2001:db8:1:2:3:4:5:6", "", 0, "ip:2001:db8:1:2::/64");
	is("ssh", "fe80::1%eth0", "", 0, "ip:fe80::/64");
	/* SSH_CONNECTION names the address where PAM_RHOST has a name. */
	is("ssh", "evil.example", "192.0.2.9 1 192.0.2.1 22", 0,
	   "ip:192.0.2.9");
	is("ssh", "evil.example", "junk", 0, "name:evil.example");
	/* Only sshd is believed about it. */
	is("pts/3", "192.0.2.7", "192.0.2.9 1 192.0.2.1 22", 0,
	   "ip:192.0.2.7");
	is("", "host\nname", "", 0, "name:host\\x0aname");
	/* A console needs a virtual terminal and nobody behind it. */
	is("/dev/tty1", "", "", 0, "console");
	is("tty63", "", "", 0, "console");
	is("tty1", "", "", 1000, "uid:1000");
	is("/dev/pts/1", "", "", 1000, "uid:1000");
	is("/dev/pts/1", "", "", 0, "uid:0");
	is("ttyS0", "", "", 0, "uid:0");
	is("tty64", "", "", 0, "uid:0");
	is("tty", "", "", 0, "uid:0");
	is("", "", "", 0, "uid:0");
	CHECK(of("tty1", "", "", 0).console);
	CHECK(!of("tty1", "", "", 5).console);
	CHECK(!of("tty1", "192.0.2.7", "", 0).console);
	CHECK(of("x", "192.0.2.7", "", 0).has_address);
	CHECK(!of("x", "name", "", 0).has_address);
	return test_done();
}
