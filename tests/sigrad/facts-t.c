/* SPDX-License-Identifier: MIT */
/* /proc as it was, as it never was, and as it is. */
#include "sigrad/facts.h"

#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sigrad/logind.h"
#include "test.h"

static char facts_proc[600];

static void
facts_write(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		err(2, "%s", path);
}

static void
facts_file(int pid, const char *name, const char *text)
{
	char path[700];

	snprintf(path, sizeof(path), "%s/%d", facts_proc, pid);
	(void)mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/%d/%s", facts_proc, pid, name);
	facts_write(path, text);
}

/* A process that began at START. */
static void
facts_process(int pid, const char *comm, int parent, unsigned tty,
	      unsigned long long start)
{
	char line[300];

	snprintf(line, sizeof(line),
		 "%d (%s) S %d 1 1 %u 1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 %llu "
		 "0 0 18446744073709551615 0 0\n",
		 pid, comm, parent, tty, start);
	facts_file(pid, "stat", line);
}

static struct seat_facts
facts_of(int pid)
{
	struct seat_facts f;

	facts_collect(facts_proc, pid, &f);
	return f;
}

static void
test_recorded(void)
{
	struct seat_facts f;

	facts_process(1, "systemd", 0, 0, 2);
	facts_process(10, "login", 1, 1025, 500);
	facts_process(20, "tmux: server", 1, 0, 600);
	facts_process(21, "a) S (b c", 20, 34819, 600);
	facts_process(30, "sudo", 21, 34819, 900);
	facts_file(30, "cgroup",
		   "0::/user.slice/user-1000.slice/session-3.scope\n");
	f = facts_of(30);
	CHECK(f.known);
	CHECK_EQ(f.processes, 4);
	CHECK_STR(f.comm[0], "sudo");
	CHECK_STR(f.comm[1], "a) S (b c");
	CHECK_STR(f.comm[2], "tmux: server");
	CHECK_STR(f.comm[3], "systemd");
	CHECK_EQ(f.major, 136);
	CHECK_EQ(f.minor, 3);
	CHECK_STR(f.unit.session, "3");
	CHECK_STR(f.rhost, "");
	/* A console, and no control group. */
	f = facts_of(10);
	CHECK(f.known);
	CHECK_EQ(f.major, 4);
	CHECK_EQ(f.minor, 1);
	CHECK_STR(f.unit.session, "");
	CHECK(facts_of(1).known);
	CHECK_EQ(facts_of(1).processes, 1);
}

/* What is not whole is not known; what was seen of it still counts. */
static void
test_not_whole(void)
{
	static const char *const odd[] = {
		"",
		"40",
		"40 (x",
		"40 (x)",
		"40 (x) S",
		"40 (x) S 1 1 1 0",
		"40 (x) S -1 1 1 0 1 1 0 0 0 0 0 0 0 0 20 0 1 0 50 0\n",
		"40 (x) S 1 1 1 -1 1 1 0 0 0 0 0 0 0 0 20 0 1 0 50 0\n",
		"40 (x) S 1 1 1 0 1 1 0 0 0 0 0 0 0 0 20 0 1 0 x 0\n",
		("40 (seventeen letters) S 1 1 1 0 1 1 0 0 0 0 0 0 0 0 20 0 "
		 "1 0 50 0\n"),
	};
	struct seat_facts f;

	CHECK(!facts_of(99).known);
	CHECK(!facts_of(0).known);
	CHECK(!facts_of(-1).known);
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		facts_file(40, "stat", odd[i]);
		test_note("%s", odd[i]);
		CHECK(!facts_of(40).known);
	}
	/* A parent that has gone, or is another one by now. */
	facts_process(41, "sudo", 98, 1025, 900);
	f = facts_of(41);
	CHECK(!f.known && f.processes == 1);
	facts_process(42, "sshd", 1, 0, 901);
	facts_process(43, "sudo", 42, 1025, 900);
	CHECK(!facts_of(43).known);
	facts_process(44, "sudo", 44, 1025, 900);
	CHECK(!facts_of(44).known);
	/* Deeper than is looked. */
	for (int pid = 100; pid < 100 + SEAT_PROCESSES_MAX; pid++)
		facts_process(pid, "sh", pid == 100 ? 1 : pid - 1, 1025, 900);
	CHECK(facts_of(100 + SEAT_PROCESSES_MAX - 2).known);
	CHECK(!facts_of(100 + SEAT_PROCESSES_MAX - 1).known);
	facts_collect("/nonexistent", 1, &f);
	CHECK(!f.known);
}

static void
test_real(void)
{
	struct seat_facts f;

	facts_collect(FACTS_PROC, getpid(), &f);
	CHECK(f.known);
	CHECK(f.processes >= 1);
	CHECK_STR(f.comm[0], "sigrad-facts-t");
}

static void
facts_session(const char *id, const char *text)
{
	char path[100];

	snprintf(path, sizeof(path), "/run/systemd/sessions/%s", id);
	facts_write(path, text);
}

#define FACTS_ONLINE "UID=1000\nUSER=ann\nSTATE=active\nSERVICE=login\n"
#define FACTS_AT "ACTIVE=1\nREMOTE=0\nSEAT=seat0\n"

/* A logind of our own: nobody else looks into this namespace. */
static bool
facts_logind(void)
{
	struct fault f = { .text = "" };

	if (unshare(CLONE_NEWNS) != 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("none", "/run", "tmpfs", 0, NULL) != 0 ||
	    mkdir("/run/systemd", 0755) != 0 ||
	    mkdir("/run/systemd/sessions", 0755) != 0 ||
	    mkdir("/run/systemd/users", 0755) != 0)
		return false;
	facts_session("3", FACTS_ONLINE FACTS_AT);
	facts_session("4", FACTS_ONLINE "ACTIVE=1\nREMOTE=1\n");
	facts_session("5", "UID=1000\nSTATE=closing\nACTIVE=0\nREMOTE=1\n");
	facts_session("6", FACTS_ONLINE "ACTIVE=0\nREMOTE=0\nSEAT=seat0\n");
	return logind_load(&f) == STATUS_OK;
}

static void
facts_users(const char *sessions)
{
	char text[200];

	snprintf(text, sizeof(text),
		 "NAME=ann\nSTATE=active\nSESSIONS=%s\nACTIVE_SESSIONS=\n",
		 sessions);
	facts_write("/run/systemd/users/1000", text);
}

static struct seat_facts
facts_in(const char *cgroup)
{
	facts_file(30, "cgroup", cgroup);
	return facts_of(30);
}

static void
test_logind(void)
{
	static const char manager[] =
		"0::/user.slice/user-1000.slice/user@1000.service/x\n";
	struct seat_facts f;

	facts_users("3");
	f = facts_in("0::/user.slice/user-1000.slice/session-3.scope\n");
	CHECK(f.session && !f.remote && f.active && !f.user_remote);
	CHECK_STR(f.seat, "seat0");
	f = facts_in(manager);
	CHECK(!f.session && !f.user_remote);
	CHECK_STR(f.user_seat, "seat0");
	facts_users("3 4");
	f = facts_in("0::/user.slice/user-1000.slice/session-4.scope\n");
	CHECK(f.session && f.remote && f.user_remote);
	CHECK(facts_in(manager).user_remote);
	/* Nobody is in one that is closing. */
	facts_users("3 5");
	CHECK(!facts_in(manager).user_remote);
	facts_users("6");
	f = facts_in(manager);
	CHECK(!f.user_remote && f.user_seat[0] == '\0');
	f = facts_in("0::/user.slice/user-1000.slice/session-6.scope\n");
	CHECK(f.session && !f.active);
	/* One that logind has forgotten. */
	facts_users("3 77");
	CHECK(facts_in(manager).user_remote);
	f = facts_in("0::/user.slice/user-1000.slice/session-77.scope\n");
	CHECK(!f.session);
	(void)unlink("/run/systemd/users/1000");
	f = facts_in(manager);
	CHECK(!f.user_remote && f.user_seat[0] == '\0');
}

int
main(void)
{
	snprintf(facts_proc, sizeof(facts_proc), "%s/proc", test_dir());
	if (mkdir(facts_proc, 0755) != 0)
		err(2, "%s", facts_proc);
	test_recorded();
	test_not_whole();
	test_real();
	if (facts_logind())
		test_logind();
	return test_done();
}
