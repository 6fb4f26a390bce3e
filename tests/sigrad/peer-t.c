/* SPDX-License-Identifier: MIT */
/* Who a peer is, and what it is believed in. */
#include "sigrad/peer.h"

#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "test.h"

/* A request in which everything is claimed. */
static struct request
peer_claim(void)
{
	return (struct request){
		.phase = PHASE_ACCOUNT,
		.flags = REQUEST_SILENT | REQUEST_PERSON,
		.user = "ann",
		.service = "sshd",
		.tty = "tty1",
		.rhost = "192.0.2.1",
		.ruser = "root",
		.ssh_connection = "192.0.2.1 1 192.0.2.2 22",
		.ssh_auth_info = "publickey",
		.ruid = 0,
		.pid = 1,
		.pid_start = 7,
		.leader = { .pid = 8, .start = 9 },
		.ancestors = 2,
		.ancestor = { { .pid = 10, .start = 11 },
			      { .pid = 12, .start = 13 } },
		.login = { .s = "01234567-89ab-7def-8123-456789abcdef" },
		.session = { .s = "01234567-89ab-7def-8123-456789abcdef" },
	};
}

static void
test_root(void)
{
	struct peer p = { .kind = PEER_ROOT };
	struct request claim = peer_claim(), r = claim;

	peer_constrain(&p, &r);
	CHECK_STR(r.service, claim.service);
	CHECK_STR(r.tty, claim.tty);
	CHECK_STR(r.rhost, claim.rhost);
	CHECK_STR(r.ssh_connection, claim.ssh_connection);
	CHECK_EQ(r.ruid, claim.ruid);
	CHECK_EQ(r.pid, claim.pid);
	CHECK_EQ(r.leader.pid, 8);
	CHECK_EQ(r.leader.start, 9);
	CHECK_EQ(r.ancestors, 2);
	CHECK_EQ(r.ancestor[1].pid, 12);
	CHECK_EQ(r.ancestor[1].start, 13);
	CHECK_STR(r.login.s, claim.login.s);
	CHECK_STR(r.session.s, claim.session.s);
}

static void
check_constrained(const struct request *r)
{
	CHECK_EQ(r->phase, PHASE_ACCOUNT);
	CHECK_EQ(r->flags, REQUEST_SILENT);
	CHECK_STR(r->user, "ann");
	CHECK_STR(r->tty, "");
	CHECK_STR(r->rhost, "");
	CHECK_STR(r->ruser, "");
	CHECK_STR(r->ssh_connection, "");
	CHECK_STR(r->ssh_auth_info, "");
	CHECK_EQ(r->ruid, 1234);
	CHECK_EQ(r->pid, 99);
	CHECK_EQ(r->pid_start, 0);
	CHECK_EQ(r->leader.pid, 0);
	CHECK_EQ(r->leader.start, 0);
	CHECK_EQ(r->ancestors, 0);
	CHECK_EQ(r->ancestor[0].pid, 0);
	CHECK_EQ(r->ancestor[1].start, 0);
	CHECK_STR(r->login.s, "");
	CHECK_STR(r->session.s, "");
}

static void
test_others(void)
{
	struct peer p = { .kind = PEER_SELF, .uid = 1234, .pid = 99 };
	struct request r = peer_claim();

	peer_constrain(&p, &r);
	CHECK_STR(r.service, "self");
	check_constrained(&r);
	p.kind = PEER_SERVICE;
	(void)text_copy(p.service, sizeof(p.service), "smtp");
	r = peer_claim();
	peer_constrain(&p, &r);
	CHECK_STR(r.service, "smtp");
	check_constrained(&r);
}

static enum status
peer_on_pair(const struct config *c, struct peer *p)
{
	struct fault f;
	enum status st;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) != 0)
		return STATUS_SYSTEM;
	st = peer_identify(pair[0], c, p, &f);
	(void)close(pair[0]);
	(void)close(pair[1]);
	return st;
}

static void
test_identity(void)
{
	static const struct config c = { .service_group = "sigra-service",
					 .service_pins = "-" };
	struct peer p;

	CHECK_EQ(peer_on_pair(&c, &p), STATUS_OK);
	CHECK_EQ(p.uid, geteuid());
	CHECK_EQ(p.pid, getpid());
	CHECK_EQ(p.kind, geteuid() == 0 ? PEER_ROOT : PEER_SELF);
	CHECK(geteuid() == 0 || p.groups > 0);
}

/* Who would NOBODY be, with those pins, in that group or in none? */
static int
peer_as_nobody(const char *pins, const char *in, const char *service)
{
	const struct passwd *pw = getpwnam("nobody");
	const struct group *gr = getgrnam("daemon");
	struct config c = { .service_group = "daemon",
			    .service_keys = "sigra-keys" };
	gid_t gid = gr == NULL ? 0 : gr->gr_gid;
	struct peer p;
	int how = 0;
	pid_t pid;

	if (pw == NULL || gr == NULL ||
	    !text_copy(c.service_pins, sizeof(c.service_pins), pins))
		return -1;
	if (strcmp(service, "keys") == 0)
		(void)text_copy(c.service_keys, sizeof(c.service_keys),
				"nobody");
	pid = fork();
	if (pid == 0) {
		if (setgroups(in[0] != '\0', &gid) != 0 ||
		    setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) != 0 ||
		    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) != 0 ||
		    peer_on_pair(&c, &p) != STATUS_OK)
			_exit(99);
		if (p.kind == PEER_SERVICE && strcmp(p.service, service) != 0)
			_exit(98);
		_exit((int)p.kind);
	}
	if (pid < 0 || waitpid(pid, &how, 0) != pid || !WIFEXITED(how))
		return -1;
	return WEXITSTATUS(how);
}

/* What each kind of peer may ask for: keys of anybody, or anything else. */
static void
test_may(void)
{
	CHECK(peer_may(PEER_ROOT, true) && peer_may(PEER_ROOT, false));
	CHECK(peer_may(PEER_KEYS, true) && !peer_may(PEER_KEYS, false));
	CHECK(!peer_may(PEER_SELF, true) && peer_may(PEER_SELF, false));
	CHECK(!peer_may(PEER_SERVICE, true) && peer_may(PEER_SERVICE, false));
}

static void
test_pins(void)
{
	static const char in[] = "daemon", out[] = "";

	CHECK_EQ(peer_as_nobody("nobody:smtp", in, "smtp"), PEER_SERVICE);
	CHECK_EQ(peer_as_nobody("a:b,nobody:smtp,c:d", in, "smtp"),
		 PEER_SERVICE);
	CHECK_EQ(peer_as_nobody("nobody:smtp", out, ""), PEER_SELF);
	CHECK_EQ(peer_as_nobody("-", in, ""), PEER_SELF);
	CHECK_EQ(peer_as_nobody("", in, ""), PEER_SELF);
	CHECK_EQ(peer_as_nobody("nobody", in, ""), PEER_SELF);
	CHECK_EQ(peer_as_nobody("nobody:", in, ""), PEER_SELF);
	CHECK_EQ(peer_as_nobody(":smtp", in, ""), PEER_SELF);
	CHECK_EQ(peer_as_nobody("nobod:smtp", in, ""), PEER_SELF);
	CHECK_EQ(peer_as_nobody("nobodys:smtp", in, ""), PEER_SELF);
	CHECK_EQ(peer_as_nobody("x,nobody:smtp", in, "smtp"), PEER_SERVICE);
	CHECK_EQ(peer_as_nobody(",,nobody:smtp,", in, "smtp"), PEER_SERVICE);
	/* Who asks for keys does nothing else, whatever it is pinned to. */
	CHECK_EQ(peer_as_nobody("-", out, "keys"), PEER_KEYS);
	CHECK_EQ(peer_as_nobody("nobody:smtp", in, "keys"), PEER_KEYS);
}

/* By the supplementary groups alone; the primary one is anybody's. */
static void
test_gid(void)
{
	gid_t some[2] = { 4711, 4712 };
	int how = 0, pair[2];
	pid_t pid = fork();

	if (pid == 0) {
		if (setgroups(2, some) != 0 ||
		    setresgid(4713, 4713, 4713) != 0 ||
		    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) != 0)
			_exit(99);
		_exit((peer_has_gid(pair[0], 4711) ? 1 : 0) +
		      (peer_has_gid(pair[0], 4712) ? 2 : 0) +
		      (peer_has_gid(pair[0], 4713) ? 4 : 0) +
		      (peer_has_gid(pair[0], 0) ? 8 : 0));
	}
	CHECK(pid > 0 && waitpid(pid, &how, 0) == pid && WIFEXITED(how));
	CHECK_EQ(WEXITSTATUS(how), 3);
}

/* A uid that the system has no name for is told so, and is nobody. */
static void
test_nameless(void)
{
	static const struct config c = { .service_group = "daemon",
					 .service_pins = "-" };
	struct peer p;
	int how = 0;
	pid_t pid = fork();

	if (pid == 0) {
		if (setgroups(0, NULL) != 0 || setresuid(54321, 54321, 54321))
			_exit(99);
		_exit((int)peer_on_pair(&c, &p));
	}
	CHECK(pid > 0 && waitpid(pid, &how, 0) == pid && WIFEXITED(how));
	CHECK_EQ(WEXITSTATUS(how), STATUS_DENIED);
}

int
main(void)
{
	test_root();
	test_others();
	test_identity();
	test_may();
	if (geteuid() == 0) {
		test_pins();
		test_nameless();
		test_gid();
	}
	return test_done();
}
