/* SPDX-License-Identifier: MIT */
/*
 * Is whoever asks at this machine?  Judged from facts of kernel and logind
 * about the process at the other end, of which the person chooses none that
 * would bring him nearer.  Pure.
 */
#ifndef SIGRAD_SEAT_H
#define SIGRAD_SEAT_H

#include <stddef.h>
#include <sys/types.h>

#include "base/io.h"

#define SEAT_PROCESSES_MAX 48
#define SEAT_UNIT_SIZE 128

/* In which unit of systemd a process is, by its control group. */
struct seat_unit {
	char slice[SEAT_UNIT_SIZE];   /* the outermost, "system.slice"; "" */
	char session[SEAT_UNIT_SIZE]; /* "3" of session-3.scope, or "" */
	bool manager; /* below user@UID.service, which all sessions share */
	uid_t uid;
	bool service; /* of another service */
};

struct seat_facts {
	const char *rhost, *tty; /* PAM's, of root's programs; "" else */
	bool root;		 /* the process is root's own */
	/* False: there is no such process, it is another one by now, or what
	 * is above it could not be read to its end. */
	bool known;
	size_t processes; /* itself, its parent, ... the first of all */
	char comm[SEAT_PROCESSES_MAX][16];
	unsigned major, minor; /* its controlling terminal; 0, 0: none */
	struct seat_unit unit;
	/* What logind says of unit.session; false: it does not know it. */
	bool session, remote, active;
	char seat[IO_SEAT_SIZE];
	/* And of all sessions of that one's user, or of unit.uid. */
	bool user_remote;	      /* has a remote one */
	char user_seat[IO_SEAT_SIZE]; /* of an active local one, or "" */
};

void seat_judge(const struct seat_facts *facts, struct io_place *out);

/* From the text of /proc/PID/cgroup.  Of what is not as systemd makes it,
 * nothing is known. */
void seat_unit_parse(const char *text, struct seat_unit *out);

/* May it stand in struct io_place and name a file?  [A-Za-z0-9-], not empty,
 * and short enough. */
bool seat_name_valid(const char *name);

#endif
