/* SPDX-License-Identifier: MIT */
/*
 * Can this caller answer with a key at all?  Where it is, the kernel and
 * logind say (io->place), and nothing it tells about itself makes it local;
 * PAM_RHOST alone can make it far.
 *
 * Asking is not free, so it is asked only where the answer matters: of a rule
 * that names keys, for an account that has one, or where whoever is unknown or
 * has none would be asked for one, too.  Those walk the first alternative that
 * has a first factor beside its second ones, wherever there is one that can be
 * answered (policy.h).  So they come to a key where everybody is asked for all
 * of that alternative, whatever the answers are, and it names one; or where
 * second factors are all there is.  Elsewhere a password comes first, and
 * nothing follows a wrong one.  To say of a key that it could be asked for
 * where policy then chooses without it costs that look and no more.
 *
 * An answer that is pasted can come from anywhere, and so its challenge, which
 * shows how many keys there are, would go to whoever gives a name.  It is
 * offered where a key is the last thing to be asked for, after everything else
 * was right, and so by the rule alone, whoever it is.
 */
#include "session/key.h"

#define PLACE_KEY POLICY_BIT(POLICY_FACTOR_FIDO2)

static uint32_t
place_named(const struct session_attempt *a)
{
	uint32_t all = 0;

	for (unsigned i = 0;
	     i < a->facts.alternatives && i < POLICY_ALTERNATIVES_MAX; i++)
		all |= a->facts.require[i];
	return all;
}

/* Is this phase one that asks for factors? */
static bool
place_asks(const struct session_attempt *a)
{
	return a->facts.action == POLICY_ACTION_REQUIRE &&
	       (a->facts.phase == POLICY_PHASE_AUTH ||
		a->facts.phase == POLICY_PHASE_PASSWORD);
}

static bool
place_has_devices(const struct io *io)
{
	return io->device_open != NULL && io->device_send != NULL &&
	       io->device_receive != NULL && io->device_close != NULL;
}

static void
place_find(struct session_attempt *a)
{
	struct io *io = a->env->io;
	struct fault ignored;

	a->place = (struct io_place){ .where = IO_UNKNOWN, .why = "unknown" };
	if (a->request->rhost[0] != '\0') {
		a->place.where = IO_REMOTE;
		a->place.why = "rhost";
		return;
	}
	/* Where nobody knows, nobody is here. */
	if (io->place != NULL &&
	    io->place(io, &a->place, &ignored) != STATUS_OK)
		a->place = (struct io_place){ .where = IO_UNKNOWN,
					      .why = "unavailable" };
	a->place.seat[sizeof(a->place.seat) - 1] = '\0';
}

bool
session_key_local(struct session_attempt *a)
{
	if (!place_has_devices(a->env->io))
		return false;
	if (a->place.why == NULL)
		place_find(a);
	return a->place.where == IO_LOCAL;
}

/* What is asked for before second factors, and alone proves something. */
static uint32_t
place_first(uint32_t require)
{
	return require & ~(uint32_t)POLICY_SECOND_FACTORS;
}

/* Is all of it typed, so that every caller can answer? */
static bool
place_typed(uint32_t require)
{
	for (unsigned k = 0; k < POLICY_FACTOR_COUNT; k++)
		if ((require & POLICY_BIT(k)) != 0 &&
		    factor_get(k)->offer == NULL)
			return false;
	return true;
}

/* Has the account all of an alternative that is only typed?  Then that is
 * walked before any with a key that it has not. */
static bool
place_has_typed(const struct session_attempt *a)
{
	for (unsigned i = 0;
	     i < a->facts.alternatives && i < POLICY_ALTERNATIVES_MAX; i++)
		if ((a->facts.require[i] & ~a->facts.enrolled) == 0 &&
		    place_typed(a->facts.require[i]))
			return true;
	return false;
}

/* Might who has no key, or no name, be asked for one? */
static bool
place_asks_anybody(const struct session_attempt *a)
{
	const bool turns = a->facts.unenrolled != POLICY_UNENROLLED_DENY;
	bool alone = false;

	for (unsigned i = 0;
	     i < a->facts.alternatives && i < POLICY_ALTERNATIVES_MAX; i++) {
		const uint32_t require = a->facts.require[i];
		const uint32_t first = place_first(require);
		const bool key = (require & PLACE_KEY) != 0;

		if (first == 0)
			alone = alone || key;
		else if (key && !turns)
			return true;
		else if (place_typed(key ? first : require))
			return false;
	}
	return alone;
}

static bool
place_matters(const struct session_attempt *a)
{
	if (a->known && (a->facts.enrolled & PLACE_KEY) != 0)
		return true;
	if (a->known && place_has_typed(a))
		return false;
	return place_asks_anybody(a);
}

static bool
place_pastes(const struct session_attempt *a)
{
	if (!a->rule.key_paste ||
	    a->facts.unenrolled == POLICY_UNENROLLED_DENY)
		return false;
	for (unsigned i = 0;
	     i < a->facts.alternatives && i < POLICY_ALTERNATIVES_MAX; i++)
		if ((a->facts.require[i] & PLACE_KEY) != 0 &&
		    place_first(a->facts.require[i]) == 0)
			return false;
	return true;
}

/* In single style the one string is the answer to whatever is asked, a PIN as
 * well, and tries of a PIN are few: nothing promises that none is needed. */
static bool
place_key(struct session_attempt *a)
{
	return !a->single &&
	       (place_pastes(a) || (place_matters(a) && session_key_local(a)));
}

/* Whose keys the agent has, it tells; so it is asked for anybody's. */
static bool
place_agent(const struct session_attempt *a)
{
	return (a->request->flags & REQUEST_AGENT) != 0 &&
	       !a->env->unprivileged && place_has_devices(a->env->io);
}

enum status
session_key_usable(struct session_attempt *a, uint32_t *usable,
		   struct fault *f)
{
	const uint32_t sk = POLICY_BIT(POLICY_FACTOR_SSH_SK);
	uint32_t named = place_named(a), can = 0;

	(void)f;
	if (place_asks(a)) {
		if ((named & sk) != 0 && place_agent(a))
			can |= sk;
		if ((named & PLACE_KEY) != 0 && place_key(a))
			can |= PLACE_KEY;
	}
	*usable = can;
	return STATUS_OK;
}
