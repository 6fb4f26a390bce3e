/* SPDX-License-Identifier: MIT */
/*
 * What sshd has proved before we are asked: the public keys in
 * SSH_AUTH_INFO_0.  It is taken from sshd only (PAM_TTY "ssh"), as root's, for
 * elsewhere a file of the user's own may fill the PAM environment.  A key
 * counts if it is enrolled for this very account.
 *
 * It lets somebody log in and open a session; a new password needs more.
 */
#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "session/attempt.h"

#define PROVED_BITS                                                           \
	(POLICY_BIT(POLICY_FACTOR_SSH_KEY) | POLICY_BIT(POLICY_FACTOR_SSH_SK))

enum status
session_proved_keys(const struct session_attempt *a, struct sshkey **out,
		    size_t *n, struct fault *f)
{
	const struct request *r = a->request;

	*out = NULL;
	*n = 0;
	if (a->env->unprivileged || strcmp(r->tty, "ssh") != 0 ||
	    r->ssh_auth_info[0] == '\0')
		return STATUS_OK;
	*out = calloc(SESSION_PROVED_MAX, sizeof(**out));
	if (*out == NULL)
		return fault(f, STATUS_UNAVAILABLE, "out of memory");
	*n = sshkey_auth_info(r->ssh_auth_info, *out, SESSION_PROVED_MAX);
	return STATUS_OK;
}

/* Does the rule say a word about such keys, where they may count? */
static bool
proved_wanted(const struct session_attempt *a)
{
	uint32_t named = 0;

	if (!a->known || a->facts.action != POLICY_ACTION_REQUIRE)
		return false;
	if (a->request->phase != PHASE_AUTH &&
	    a->request->phase != PHASE_SESSION_OPEN)
		return false;
	for (unsigned i = 0;
	     i < a->facts.alternatives && i < POLICY_ALTERNATIVES_MAX; i++)
		named |= a->facts.require[i];
	return (named & PROVED_BITS) != 0;
}

static bool
proved_principal(const struct sshkey *key, const char *user)
{
	for (size_t i = 0; i < key->principals; i++)
		if (strcmp(key->principal[i], user) == 0)
			return true;
	return false;
}

/* Why a key did not count, for whoever has to mend it. */
static const char *
proved_refusal(const struct session_attempt *a, const struct sshkey *key)
{
	uint64_t now = (uint64_t)session_now(a->env);

	if (!key->certificate)
		return "not_enrolled";
	if (!key->user_certificate)
		return "certificate_kind";
	if (now < key->valid_after || now >= key->valid_before)
		return "certificate_time";
	if (!proved_principal(key, a->account.name))
		return "certificate_principal";
	return "certificate_authority";
}

static void
proved_take(struct session_attempt *a, enum policy_factor which,
	    const char *way, const struct store_ssh_key *row)
{
	const uint32_t bit = POLICY_BIT(which);

	/* One that was asked for is judged by its answer. */
	if ((a->facts.asked & bit) != 0)
		return;
	a->facts.shown |= bit;
	a->refusal[which] = NULL;
	a->outcome[which] = (struct factor_outcome){ .result = FACTOR_RIGHT,
						     .way = way,
						     .row = row->id,
						     .at = -1,
						     .ssh = true };
	(void)text_copy(a->device[which], sizeof(a->device[which]),
			row->label);
}

static enum status
proved_try(struct session_attempt *a, const struct sshkey *key,
	   struct fault *f)
{
	const enum policy_factor plain = POLICY_FACTOR_SSH_KEY;
	struct factor_env env = session_factor_env(a);
	struct store_ssh_key row;
	bool found = false;
	enum status st;

	st = sshkey_enrolled(&env, &a->account.id, a->account.name, key,
			     &found, &row, f);
	/* Such a row is nobody's key. */
	if (st == STATUS_CORRUPT) {
		a->refusal[plain] = fido2_refusal_name(FIDO2_ROW);
		return STATUS_OK;
	}
	if (st != STATUS_OK)
		return st;
	if (!found) {
		if ((a->facts.shown & POLICY_BIT(plain)) == 0)
			a->refusal[plain] = proved_refusal(a, key);
		return STATUS_OK;
	}
	proved_take(a, plain, "ssh_key", &row);
	if (key->sk)
		proved_take(a, POLICY_FACTOR_SSH_SK, "ssh_sk", &row);
	return STATUS_OK;
}

static void
proved_forget(struct session_attempt *a)
{
	for (unsigned i = 0; i < POLICY_FACTOR_COUNT; i++) {
		if ((a->facts.shown & POLICY_BIT(i)) == 0)
			continue;
		a->outcome[i] = (struct factor_outcome){ .way = NULL };
		a->device[i][0] = '\0';
	}
	a->facts.shown = 0;
	a->refusal[POLICY_FACTOR_SSH_KEY] = NULL;
}

enum status
session_proved_find(struct session_attempt *a, struct fault *f)
{
	AUTO_FREE struct sshkey *keys = NULL;
	enum status st;
	size_t n;

	if (!proved_wanted(a))
		return STATUS_OK;
	proved_forget(a);
	st = session_proved_keys(a, &keys, &n, f);
	for (size_t i = 0; st == STATUS_OK && i < n; i++)
		st = proved_try(a, &keys[i], f);
	return st;
}

uint32_t
session_shown(const struct session_attempt *a)
{
	return a->facts.shown & a->facts.enrolled & ~a->facts.asked &
	       ~a->facts.declined;
}
