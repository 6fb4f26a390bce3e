/* SPDX-License-Identifier: MIT */
/* A logind of one session, "c1", of the process LEADER: it says what it was
 * told to end, and then ends that process: logind LEADER. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#define SESSION "/org/freedesktop/login1/session/c1"
#define MANAGER "org.freedesktop.login1.Manager"

static uint32_t leader;

static int
get_session(sd_bus_message *m, void *ctx, sd_bus_error *error)
{
	const char *id;

	(void)ctx;
	if (sd_bus_message_read(m, "s", &id) < 0 || strcmp(id, "c1") != 0)
		return sd_bus_error_set(error,
					"org.freedesktop.login1.NoSuchSession",
					"there is none");
	return sd_bus_reply_method_return(m, "o", SESSION);
}

static int
terminate(sd_bus_message *m, void *ctx, sd_bus_error *error)
{
	const char *id;

	(void)ctx;
	(void)error;
	if (sd_bus_message_read(m, "s", &id) < 0)
		return -1;
	(void)printf("terminate %s\n", id);
	(void)fflush(stdout);
	(void)kill((pid_t)leader, SIGUSR2);
	return sd_bus_reply_method_return(m, "");
}

static const sd_bus_vtable manager[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("GetSession", "s", "o", get_session,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("TerminateSession", "s", "", terminate,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};

static const sd_bus_vtable session[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("Leader", "u", NULL, 0, 0),
	SD_BUS_VTABLE_END,
};

int
main(int argc, char **argv)
{
	sd_bus *bus = NULL;

	if (argc != 2)
		return 2;
	leader = (uint32_t)strtoul(argv[1], NULL, 10);
	if (sd_bus_open_system(&bus) < 0 ||
	    sd_bus_add_object_vtable(bus, NULL, "/org/freedesktop/login1",
				     MANAGER, manager, NULL) < 0 ||
	    sd_bus_add_object_vtable(bus, NULL, SESSION,
				     "org.freedesktop.login1.Session", session,
				     &leader) < 0 ||
	    sd_bus_request_name(bus, "org.freedesktop.login1", 0) < 0)
		return 1;
	(void)printf("ready\n");
	(void)fflush(stdout);
	while (sd_bus_process(bus, NULL) >= 0)
		if (sd_bus_wait(bus, UINT64_MAX) < 0)
			break;
	return 0;
}
