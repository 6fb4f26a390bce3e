/* SPDX-License-Identifier: MIT */
/*
 * Who is at this machine?  Process trees and sessions as they were recorded,
 * and what may never be said of them.
 */
#include "sigrad/seat.h"

#include <stdio.h>

#include "base/text.h"
#include "test.h"

#define VC(n) 4, (n)
#define PTS 136, 3
#define NONE 0, 0

struct seat_case {
	const char *name;
	const char *tree; /* itself, its parent, ... */
	unsigned major, minor;
	const char *cgroup;
	/* logind: "local", "remote", "inactive", "seatless", "" (unknown) */
	const char *session;
	const char *user; /* its others: "remote", "local", "both", "" */
	const char *rhost, *tty;
	bool root;
	enum io_where where;
	const char *seat, *why;
};

#define SESSION(n) "0::/user.slice/user-1000.slice/session-" n ".scope\n"
#define MANAGER                                                               \
	"0::/user.slice/user-1000.slice/user@1000.service/app.slice/x\n"
#define SYSTEM(unit) "0::/system.slice/" unit "\n"
#define LOCAL IO_LOCAL, "seat0"
#define FAR IO_REMOTE, ""
#define UNKNOWN IO_UNKNOWN, ""

static const struct seat_case seat_cases[] = {
	{ "console login", "login systemd", VC(1),
	  SYSTEM("system-getty.slice/getty@tty1.service"), "", "", "",
	  "/dev/tty1", true, LOCAL, "console" },
	{ "console login without systemd", "login init", VC(6), "0::/\n", "",
	  "", "", "tty6", true, LOCAL, "console" },
	{ "sudo at tty1", "sudo bash login systemd", VC(1), SESSION("1"),
	  "local", "local", "", "/dev/tty1", true, LOCAL, "logind" },
	{ "sudo at tty1, without logind", "sudo bash login init", VC(1), "",
	  "", "", "", "/dev/tty1", true, LOCAL, "console" },
	{ "sudo at tty1, another console in front", "sudo bash login systemd",
	  VC(1), SESSION("1"), "inactive", "", "", "/dev/tty1", true, UNKNOWN,
	  "logind" },
	{ "sudo at tty1, logged in by ssh as well", "sudo bash login systemd",
	  VC(1), SESSION("1"), "local", "both", "", "/dev/tty1", true, LOCAL,
	  "logind" },
	{ "sudo in tmux from tty1", "sudo bash tmux: server systemd", PTS,
	  SESSION("1"), "local", "local", "", "/dev/pts/3", true, LOCAL,
	  "logind" },
	{ "sudo in tmux from tty1, attached to by ssh",
	  "sudo bash tmux: server systemd", PTS, SESSION("1"), "local", "both",
	  "", "/dev/pts/3", true, UNKNOWN, "remote-session" },
	{ "sudo in tmux from tty1, without logind",
	  "sudo bash tmux: server init", PTS, "", "", "", "", "/dev/pts/3",
	  true, UNKNOWN, "nothing" },
	{ "sudo in ssh", "sudo bash sshd sshd sshd systemd", PTS, SESSION("4"),
	  "remote", "remote", "", "/dev/pts/3", true, FAR, "ancestor" },
	{ "sudo in ssh, OpenSSH 9.8", "sudo bash sshd-session sshd systemd",
	  PTS, SESSION("4"), "remote", "remote", "", "/dev/pts/3", true, FAR,
	  "ancestor" },
	{ "sudo in ssh without logind", "sudo bash sshd sshd sshd init", PTS,
	  "", "", "", "", "", true, FAR, "ancestor" },
	{ "ssh that claims a console", "sudo bash sshd sshd systemd", VC(1),
	  SESSION("1"), "local", "local", "", "/dev/tty1", true, FAR,
	  "ancestor" },
	{ "su in ssh", "su bash sshd sshd sshd systemd", PTS, SESSION("4"),
	  "remote", "remote", "", "pts/3", true, FAR, "ancestor" },
	{ "sudo in tmux in ssh", "sudo bash tmux: server systemd", PTS,
	  SESSION("4"), "remote", "remote", "", "/dev/pts/3", true, FAR,
	  "logind" },
	{ "sudo in tmux in ssh, session gone",
	  "sudo bash tmux: server systemd", PTS, SESSION("4"), "", "", "",
	  "/dev/pts/3", true, UNKNOWN, "logind" },
	{ "sudo in tmux in ssh, without logind", "sudo bash tmux: server init",
	  PTS, "", "", "", "", "/dev/pts/3", true, UNKNOWN, "nothing" },
	{ "sudo in tmux that lingers, by ssh",
	  "sudo bash tmux: server systemd systemd", PTS, MANAGER, "", "remote",
	  "", "/dev/pts/3", true, UNKNOWN, "remote-session" },
	{ "sudo in tmux that lingers, nobody there",
	  "sudo bash tmux: server systemd systemd", PTS, MANAGER, "", "", "",
	  "/dev/pts/3", true, UNKNOWN, "logind" },
	{ "sshd itself", "sshd sshd systemd", NONE, SYSTEM("ssh.service"), "",
	  "", "192.0.2.1", "ssh", true, FAR, "rhost" },
	{ "sshd that says nothing of where", "sshd sshd systemd", NONE,
	  SYSTEM("ssh.service"), "", "", "", "ssh", true, FAR, "ancestor" },
	{ "sshd as the first process", "sudo bash sshd", PTS, "0::/\n", "", "",
	  "", "", true, FAR, "ancestor" },
	{ "dropbear", "dropbear dropbear init", NONE, "", "", "", "", "", true,
	  FAR, "ancestor" },
	{ "mosh", "sudo bash mosh-server systemd", PTS, SESSION("5"),
	  "seatless", "", "", "/dev/pts/3", true, FAR, "ancestor" },
	{ "telnet", "login in.telnetd inetd init", PTS, "", "", "", "",
	  "pts/3", true, FAR, "ancestor" },
	{ "xrdp", "xrdp-sesman xrdp-sesman systemd", NONE,
	  SYSTEM("xrdp-sesman.service"), "", "", "", ":10", true, FAR,
	  "ancestor" },
	{ "a terminal under VNC", "sudo bash xterm Xvnc-session systemd", PTS,
	  SESSION("7"), "local", "local", "", "/dev/pts/3", true, FAR,
	  "ancestor" },
	{ "cockpit", "sudo cockpit-bridge cockpit-session systemd", NONE,
	  SESSION("8"), "seatless", "", "", "", true, FAR, "ancestor" },
	{ "su with a remote host", "su bash login systemd", VC(1),
	  SESSION("1"), "local", "local", "far.example", "tty1", true, FAR,
	  "rhost" },
	{ "serial console", "login systemd", 4, 64,
	  SYSTEM("system-serial.slice/serial-getty@ttyS0.service"), "", "", "",
	  "/dev/ttyS0", true, UNKNOWN, "nothing" },
	{ "sudo at the serial console", "sudo bash login systemd", 4, 64,
	  SESSION("2"), "seatless", "", "", "/dev/ttyS0", true, UNKNOWN,
	  "logind" },
	{ "system console", "login init", 5, 1, "", "", "", "", "console",
	  true, LOCAL, "console" },
	{ "/dev/tty is no place", "sudo bash init", 5, 0, "", "", "", "", "",
	  true, UNKNOWN, "nothing" },
	{ "tty0", "sudo bash init", VC(0), "", "", "", "", "", true, UNKNOWN,
	  "nothing" },
	{ "gdm", "gdm-session-wor gdm3 systemd", NONE, SYSTEM("gdm.service"),
	  "", "", "", "/dev/tty1", true, LOCAL, "greeter" },
	{ "lightdm", "lightdm lightdm systemd", NONE,
	  SYSTEM("lightdm.service"), "", "", "", ":0", true, LOCAL,
	  "greeter" },
	{ "a greeter of somebody else's", "greeter systemd", NONE,
	  SYSTEM("x.service"), "", "", "", ":0", false, UNKNOWN, "nothing" },
	{ "a display elsewhere", "xdm xdm systemd", NONE,
	  SYSTEM("xdm.service"), "", "", "", "far:0", true, UNKNOWN,
	  "nothing" },
	{ "a display's screen", "xdm xdm systemd", NONE, SYSTEM("xdm.service"),
	  "", "", "", ":0.0", true, UNKNOWN, "nothing" },
	{ "xlock in a session", "xlock xfce4-session lightdm systemd", NONE,
	  SESSION("1"), "local", "local", "", "", false, LOCAL, "logind" },
	{ "terminal emulator", "sudo bash gnome-terminal- systemd systemd",
	  PTS, MANAGER, "", "local", "", "/dev/pts/3", true, LOCAL, "logind" },
	{ "terminal emulator, logged in by ssh as well",
	  "sudo bash gnome-terminal- systemd systemd", PTS, MANAGER, "",
	  "both", "", "/dev/pts/3", true, UNKNOWN, "remote-session" },
	{ "a session's name made by its user", "sudo bash systemd systemd",
	  PTS,
	  "0::/user.slice/user-1000.slice/user@1000.service/session-1.scope\n",
	  "local", "", "", "", true, UNKNOWN, "logind" },
	{ "cron", "cron cron systemd", NONE, SYSTEM("cron.service"), "", "",
	  "", "cron", true, UNKNOWN, "nothing" },
	{ "systemd-run", "sudo systemd", NONE, SYSTEM("run-u7.service"), "",
	  "", "", "", true, UNKNOWN, "nothing" },
	{ "a container's root", "su bash tini", PTS,
	  SYSTEM("docker-0af3.scope"), "", "", "", "pts/0", true, UNKNOWN,
	  "nothing" },
	{ "a container that shows a display", "gdm tini", NONE,
	  SYSTEM("docker-0af3.scope"), "", "", "", ":0", true, UNKNOWN,
	  "nothing" },
	{ "a container's own view", "su bash tini", PTS, "0::/\n", "", "", "",
	  "pts/0", true, UNKNOWN, "nothing" },
	{ "a program called sshd, far from any", "sudo sshd login systemd",
	  VC(1), SESSION("1"), "local", "local", "", "", true, FAR,
	  "ancestor" },
};

static void
seat_tree(const char *tree, struct seat_facts *f)
{
	while (*tree != '\0') {
		/* The one name with a blank in it. */
		size_t len = strncmp(tree, "tmux: server", 12) == 0
				     ? 12
				     : strcspn(tree, " ");

		memcpy(f->comm[f->processes], tree, len);
		f->comm[f->processes++][len] = '\0';
		tree += len;
		tree += *tree == ' ';
	}
}

static struct seat_facts
seat_facts_of(const struct seat_case *c)
{
	struct seat_facts f = { .rhost = c->rhost,
				.tty = c->tty,
				.root = c->root,
				.known = true,
				.major = c->major,
				.minor = c->minor };

	seat_tree(c->tree, &f);
	seat_unit_parse(c->cgroup, &f.unit);
	f.session = f.unit.session[0] != '\0' && c->session[0] != '\0';
	if (f.session) {
		f.remote = strcmp(c->session, "remote") == 0;
		f.active = strcmp(c->session, "inactive") != 0;
		if (strcmp(c->session, "local") == 0 ||
		    strcmp(c->session, "inactive") == 0)
			strcpy(f.seat, "seat0");
	}
	f.user_remote =
		strcmp(c->user, "remote") == 0 || strcmp(c->user, "both") == 0;
	if (strcmp(c->user, "local") == 0 || strcmp(c->user, "both") == 0)
		strcpy(f.user_seat, "seat0");
	return f;
}

/* Whatever else is so, these bring nobody nearer. */
static bool
seat_never_nearer(struct seat_facts f)
{
	struct io_place p;

	f.known = false;
	seat_judge(&f, &p);
	if (p.where == IO_LOCAL)
		return false;
	f.known = true;
	f.rhost = "192.0.2.1";
	seat_judge(&f, &p);
	if (p.where != IO_REMOTE)
		return false;
	f.rhost = "";
	strcpy(f.comm[f.processes - 1], "sshd");
	seat_judge(&f, &p);
	return p.where == IO_REMOTE;
}

static void
test_cases(void)
{
	for (size_t i = 0; i < sizeof(seat_cases) / sizeof(seat_cases[0]);
	     i++) {
		const struct seat_case *c = &seat_cases[i];
		struct seat_facts f = seat_facts_of(c);
		struct io_place p = { .where = IO_LOCAL };

		seat_judge(&f, &p);
		test_note("%s: %x %s %s", c->name, (unsigned)p.where, p.seat,
			  p.why);
		CHECK(p.where == c->where && strcmp(p.seat, c->seat) == 0 &&
		      strcmp(p.why, c->why) == 0);
		test_note("%s", c->name);
		CHECK(seat_never_nearer(f));
	}
}

/* Another seat is another place; what is no name is none. */
static void
test_seats(void)
{
	struct seat_case c = seat_cases[2];
	struct seat_facts f = seat_facts_of(&c);
	struct io_place p;

	strcpy(f.seat, "seat-usb-2");
	seat_judge(&f, &p);
	CHECK_STR(p.seat, "seat-usb-2");
	strcpy(f.seat, "../seat0");
	seat_judge(&f, &p);
	CHECK_EQ(p.where, IO_UNKNOWN);
	CHECK_STR(p.seat, "");
	CHECK(seat_name_valid("seat0"));
	CHECK(!seat_name_valid(""));
	CHECK(!seat_name_valid("a.lock"));
	CHECK(!seat_name_valid("a/b"));
	CHECK(!seat_name_valid("seat of more than thirty-two"));
	CHECK(seat_name_valid("seat-of-just-thirty-two-letters-"));
	CHECK(!seat_name_valid("seat-of-more-than-thirty-two-lett"));
}

static void
check_unit(const char *text, const char *slice, const char *session,
	   long manager, bool service)
{
	struct seat_unit u;

	seat_unit_parse(text, &u);
	test_note("%s: %s %s %d %u", text, u.slice, u.session, u.manager,
		  u.uid);
	CHECK(strcmp(u.slice, slice) == 0 && strcmp(u.session, session) == 0 &&
	      u.manager == (manager >= 0) &&
	      (manager < 0 || u.uid == (uid_t)manager) &&
	      u.service == service);
}

static void
test_units(void)
{
	check_unit("", "", "", -1, false);
	check_unit("0::/\n", "", "", -1, false);
	check_unit("0::/init.scope\n", "", "", -1, false);
	check_unit("0::/user.slice/user-0.slice/session-c1.scope",
		   "user.slice", "c1", -1, false);
	check_unit("0::/user.slice/user-1000.slice/user@1000.service/"
		   "session-1.scope\n",
		   "user.slice", "", 1000, false);
	check_unit("0::/system.slice/ssh.service\n", "system.slice", "", -1,
		   true);
	check_unit("0::/system.slice/ssh.service/session-1.scope\n",
		   "system.slice", "", -1, true);
	/* Both hierarchies, and those of controllers. */
	check_unit("12:pids:/user.slice/session-9.scope\n"
		   "1:name=systemd:/user.slice/user-7.slice/session-3.scope\n"
		   "0::/user.slice/user-7.slice/session-4.scope\n",
		   "user.slice", "3", -1, false);
	check_unit("9:name=systemd:/\n0::/user.slice/session-4.scope\n",
		   "user.slice", "4", -1, false);
	check_unit("10::/user.slice/session-4.scope\n", "", "", -1, false);
	check_unit("1:name=systemdx:/user.slice/session-4.scope\n", "", "", -1,
		   false);
	check_unit("0::/user.slice/session-.scope\n", "user.slice", "", -1,
		   false);
	check_unit("0::/user.slice/user@.service\n", "user.slice", "", -1,
		   true);
	check_unit("0::/user.slice/user@-1.service\n", "user.slice", "", -1,
		   true);
	check_unit("0::/../session-3.scope\n", "", "", -1, false);
	check_unit("0::////", "", "", -1, false);
	check_unit("0::", "", "", -1, false);
	check_unit("0:", "", "", -1, false);
	check_unit("\n\n0::/system.slice\n", "system.slice", "", -1, false);
}

int
main(void)
{
	test_cases();
	test_seats();
	test_units();
	return test_done();
}
