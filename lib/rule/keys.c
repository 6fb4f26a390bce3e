/* SPDX-License-Identifier: MIT */
/* What a rule says of security keys and SSH keys: has it any effect? */
#include <string.h>

#include "base/text.h"
#include "rule/check.h"

#define KEYS_FIDO2 POLICY_BIT(POLICY_FACTOR_FIDO2)
#define KEYS_SSH_KEY POLICY_BIT(POLICY_FACTOR_SSH_KEY)
#define KEYS_SSH (KEYS_SSH_KEY | POLICY_BIT(POLICY_FACTOR_SSH_SK))

static bool
keys_named(const struct rule *r, uint32_t set)
{
	for (unsigned i = 0; i < r->alternatives; i++)
		if ((r->require[i] & set) != 0)
			return true;
	return false;
}

/* Has every alternative something of SET? */
static bool
keys_everywhere(const struct rule *r, uint32_t set)
{
	for (unsigned i = 0; i < r->alternatives; i++)
		if ((r->require[i] & set) == 0)
			return false;
	return true;
}

bool
rule_ssh_only(const struct rule *r)
{
	return r->action == POLICY_ACTION_REQUIRE &&
	       keys_everywhere(r, KEYS_SSH);
}

static bool
keys_among(const char *service, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], service) == 0)
			return true;
	return false;
}

/* They begin a session at this machine, or none at all: sshd has no part in
 * it, and nobody has an agent yet. */
static const char *const keys_consoles[] = {
	"atd",		"cron",
	"crond",	"gdm-fingerprint",
	"gdm-password", "gdm-smartcard",
	"greetd",	"kdm",
	"lightdm",	"lightdm-greeter",
	"login",	"lxdm",
	"ppp",		"remote",
	"rlogin",	"systemd-user",
	"xdm",
};

static bool
keys_far(const char *service)
{
	return rule_service_single(service) ||
	       keys_among(service, keys_consoles,
			  sizeof(keys_consoles) / sizeof(keys_consoles[0]));
}

/* Is it for services only that are known to have no SSH about them?  One that
 * is not known, or a pattern, may have. */
static bool
keys_without_ssh(const struct rule *r)
{
	const char *services = r->service;
	struct rule_item item;

	if (text_empty(services))
		return false;
	while (rule_item_next(&services, &item))
		if (!keys_far(item.s))
			return false;
	return true;
}

/* A rule for other phases as well has its SSH keys for those. */
static bool
keys_password_only(const struct rule *r)
{
	return r->phases == RULE_PHASE(POLICY_PHASE_PASSWORD);
}

static void
keys_check_ssh(const struct rule *r, struct rule_findings *all)
{
	uint32_t password = RULE_PHASE(POLICY_PHASE_PASSWORD);

	if (!keys_named(r, KEYS_SSH))
		return;
	if (keys_without_ssh(r))
		rule_find(all, RULE_WARNING, r->position,
			  "names an SSH key, which sshd or an SSH agent has "
			  "to prove, but is for services without either; "
			  "nobody passes by that alternative");
	if (keys_password_only(r))
		rule_find(all, RULE_WARNING, r->position,
			  "names an SSH key, which cannot be shown where a "
			  "password is changed; nobody passes by that "
			  "alternative");
	else if ((r->phases & password) != 0 && rule_ssh_only(r))
		rule_find(all, RULE_WARNING, r->position,
			  "nobody but root can change a password by it: an "
			  "SSH key cannot be shown there; write another rule "
			  "for the password phase");
}

/* Whoever comes by them is somewhere else. */
static const char *const keys_remote[] = { "remote", "rlogin", "sshd" };

/* Is it for services only that nobody at this machine comes by?  One that is
 * not known, or a pattern, may be for others. */
static bool
keys_from_afar(const struct rule *r)
{
	const char *services = r->service;
	struct rule_item item;

	if (text_empty(services))
		return false;
	while (rule_item_next(&services, &item))
		if (!keys_among(item.s, keys_remote,
				sizeof(keys_remote) / sizeof(keys_remote[0])))
			return false;
	return true;
}

/* Where no key can be asked for, who has one as well is refused. */
static void
keys_check_fido2(const struct rule *r, struct rule_findings *all)
{
	uint32_t asking = RULE_PHASE(POLICY_PHASE_AUTH) |
			  RULE_PHASE(POLICY_PHASE_PASSWORD);

	if ((r->phases & asking) == 0 || !keys_everywhere(r, KEYS_FIDO2))
		return;
	if (rule_asks_once(r))
		rule_find(all, RULE_WARNING, r->position,
			  "a security key cannot be asked for where there is "
			  "one prompt for everything: give another "
			  "alternative");
	else if (!r->key_paste && keys_from_afar(r))
		rule_find(all, RULE_WARNING, r->position,
			  "a security key cannot be asked for from far away: "
			  "give --key-paste, or another alternative");
}

/* Does it say that a key need not verify its user, only where it has to? */
static bool
keys_uv_in_vain(const struct rule *r)
{
	if (r->uv != RULE_UV_DISCOURAGED)
		return false;
	for (unsigned i = 0; i < r->alternatives; i++)
		if ((r->require[i] & KEYS_FIDO2) != 0 &&
		    r->require[i] != KEYS_FIDO2)
			return false;
	return true;
}

void
rule_check_keys(const struct rule *r, struct rule_findings *all)
{
	bool waits = r->key_wait != 0 && r->key_wait != RULE_KEY_WAIT_DEFAULT;

	if (r->action != POLICY_ACTION_REQUIRE)
		return;
	keys_check_ssh(r, all);
	if (keys_named(r, KEYS_FIDO2)) {
		keys_check_fido2(r, all);
		if (keys_uv_in_vain(r))
			rule_find(all, RULE_WARNING, r->position,
				  "says '--uv discouraged', to no effect: a "
				  "key alone always verifies its user");
		return;
	}
	if (r->uv != RULE_UV_PREFERRED || waits || r->key_paste)
		rule_find(all, RULE_WARNING, r->position,
			  "says how a security key is asked (uv, key wait or "
			  "key paste), to no effect: it does not name "
			  "'fido2'");
}
