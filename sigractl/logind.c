/* SPDX-License-Identifier: MIT */
#include "sigractl/logind.h"

#include <dlfcn.h>
#include <systemd/sd-bus.h>

#include "base/text.h"

#define LOGIND_WAIT_US 5000000
#define LOGIND_NAME "org.freedesktop.login1"
#define LOGIND_PATH "/org/freedesktop/login1"
#define LOGIND_MANAGER LOGIND_NAME ".Manager"

/* The functions we use, by name and type. */
#define LOGIND_FUNCTIONS(X)                                                   \
	X(sd_bus_open_system)                                                 \
	X(sd_bus_set_method_call_timeout)                                     \
	X(sd_bus_call_method)                                                 \
	X(sd_bus_get_property_trivial)                                        \
	X(sd_bus_message_read)                                                \
	X(sd_bus_message_unref)                                               \
	X(sd_bus_flush_close_unref)

#define LOGIND_MEMBER(name) __typeof__(name) *name;
struct logind {
	LOGIND_FUNCTIONS(LOGIND_MEMBER)
	sd_bus *bus;
};

static bool
logind_load(struct logind *l)
{
	void *lib = dlopen("libsystemd.so.0",
			   RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

	if (lib == NULL)
		return false;
#define LOGIND_FIND(name)                                                     \
	*(void **)(void *)&l->name = dlsym(lib, #name);                       \
	if (l->name == NULL)                                                  \
		return false;
	LOGIND_FUNCTIONS(LOGIND_FIND)
	return l->sd_bus_open_system(&l->bus) >= 0;
}

/* Who opened the session; 0: nobody knows. */
static pid_t
logind_leader(const struct logind *l, const char *id)
{
	sd_bus_message *m = NULL;
	const char *path;
	uint32_t leader = 0;

	if (l->sd_bus_call_method(l->bus, LOGIND_NAME, LOGIND_PATH,
				  LOGIND_MANAGER, "GetSession", NULL, &m, "s",
				  id) < 0)
		return 0;
	if (l->sd_bus_message_read(m, "o", &path) < 0 ||
	    l->sd_bus_get_property_trivial(l->bus, LOGIND_NAME, path,
					   LOGIND_NAME ".Session", "Leader",
					   NULL, 'u', &leader) < 0)
		leader = 0;
	(void)l->sd_bus_message_unref(m);
	return (pid_t)leader;
}

bool
logind_terminate(const char *id, pid_t leader)
{
	struct logind l = { .bus = NULL };
	bool done;

	if (text_empty(id) || leader <= 1 || !logind_load(&l))
		return false;
	done = l.sd_bus_set_method_call_timeout(l.bus, LOGIND_WAIT_US) >= 0 &&
	       logind_leader(&l, id) == leader &&
	       l.sd_bus_call_method(l.bus, LOGIND_NAME, LOGIND_PATH,
				    LOGIND_MANAGER, "TerminateSession", NULL,
				    NULL, "s", id) >= 0;
	(void)l.sd_bus_flush_close_unref(l.bus);
	return done;
}
