/* SPDX-License-Identifier: MIT */
#include "sigrad/logind.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-login.h>

#include "base/auto.h"
#include "base/text.h"

/* The functions we use, by name and type. */
#define LOGIND_FUNCTIONS(X)                                                   \
	X(sd_session_get_seat)                                                \
	X(sd_session_get_state)                                               \
	X(sd_session_get_uid)                                                 \
	X(sd_session_is_active)                                               \
	X(sd_session_is_remote)                                               \
	X(sd_uid_get_sessions)

#define LOGIND_MEMBER(name) __typeof__(name) *name;
static struct {
	LOGIND_FUNCTIONS(LOGIND_MEMBER)
} logind;
static bool logind_loaded;

enum status
logind_load(struct fault *f)
{
	void *lib;

	if (logind_loaded)
		return STATUS_OK;
	lib = dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (lib == NULL)
		return fault(f, STATUS_UNAVAILABLE,
			     "libsystemd is not installed");
#define LOGIND_FIND(name)                                                     \
	*(void **)(void *)&logind.name = dlsym(lib, #name);                   \
	if (logind.name == NULL)                                              \
		return fault(f, STATUS_UNAVAILABLE,                           \
			     "libsystemd has no " #name);
	LOGIND_FUNCTIONS(LOGIND_FIND)
	logind_loaded = true;
	return STATUS_OK;
}

/* Of an active local session its seat; "" of any other. */
static void
logind_seat(const char *session, char out[IO_SEAT_SIZE])
{
	AUTO_FREE char *seat = NULL;

	if (logind.sd_session_get_seat(session, &seat) < 0 ||
	    !text_copy(out, IO_SEAT_SIZE, seat))
		out[0] = '\0';
}

/* Is somebody there?  A session whose user has gone, but not its programs, is
 * closing. */
static bool
logind_attended(const char *session)
{
	AUTO_FREE char *state = NULL;

	return logind.sd_session_get_state(session, &state) < 0 ||
	       strcmp(state, "closing") != 0;
}

/* What cannot be known of one of them is as bad as it could be. */
static void
logind_user_session(const char *session, struct seat_facts *facts)
{
	int remote = logind.sd_session_is_remote(session);

	if (!logind_attended(session))
		return;
	if (remote != 0)
		facts->user_remote = true;
	else if (logind.sd_session_is_active(session) > 0)
		logind_seat(session, facts->user_seat);
}

static void
logind_user(uid_t uid, struct seat_facts *facts)
{
	char **sessions = NULL;
	int n = logind.sd_uid_get_sessions(uid, -1, &sessions);

	for (int i = 0; i < n; i++)
		logind_user_session(sessions[i], facts);
	for (int i = 0; i < n; i++)
		free(sessions[i]);
	free(sessions);
}

static void
logind_session(struct seat_facts *facts)
{
	const char *session = facts->unit.session;
	int remote = logind.sd_session_is_remote(session);
	uid_t uid;

	if (remote < 0 || logind.sd_session_get_uid(session, &uid) < 0)
		return;
	facts->session = true;
	facts->remote = remote > 0;
	facts->active = logind.sd_session_is_active(session) > 0;
	logind_seat(session, facts->seat);
	logind_user(uid, facts);
}

void
logind_ask(struct seat_facts *facts)
{
	if (!logind_loaded)
		return;
	if (facts->unit.session[0] != '\0')
		logind_session(facts);
	else if (facts->unit.manager)
		logind_user(facts->unit.uid, facts);
}
