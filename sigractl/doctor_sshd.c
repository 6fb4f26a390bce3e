/* SPDX-License-Identifier: MIT */
/* What sshd -T says, held against the rules. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "sigractl/doctor.h"

#define DOCTOR_SSHD "/usr/sbin/sshd"
#define DOCTOR_SSHD_VALUE 512

/* What the rules ask of sshd's logins. */
struct doctor_needs {
	bool factors; /* some rule requires one, in auth or session */
	bool several; /* and one password alone never satisfies it */
	bool shown;   /* some rule names keys that sshd has seen proved */
};

void
doctor_sshd_read(struct doctor *d, const char *sshd)
{
	char path[4096];
	char *const argv[] = { path, (char[]){ "-T" }, NULL };
	char *said;

	/* It reads the host's keys, so only root's answer is worth anything;
	 * and stacks that are drafts are not what it runs with. */
	if (sshd == NULL && (d->pam_dir != NULL || geteuid() != 0 ||
			     access(DOCTOR_SSHD, X_OK) != 0))
		return;
	if (doctor_stack(d, "sshd") == NULL)
		return;
	if (!text_copy(path, sizeof(path),
		       sshd == NULL ? DOCTOR_SSHD : sshd) ||
	    (said = malloc(DOCTOR_SSHD_TEXT)) == NULL)
		return;
	if (doctor_run(argv, said, DOCTOR_SSHD_TEXT)) {
		d->sshd = said;
		return;
	}
	said[strcspn(said, "\r\n")] = '\0';
	doctor_say(d, DOCTOR_WARNING, "sshd",
		   "run sshd -T as root and repair what it says; then run "
		   "doctor again",
		   "%s -T does not tell its settings: %s", path, said);
	free(said);
}

/* The value behind KEY at the beginning of a line; "" when it has none. */
static const char *
doctor_sshd_value(const struct doctor *d, const char *key,
		  char out[DOCTOR_SSHD_VALUE])
{
	size_t len = strlen(key);
	const char *line = d->sshd;

	out[0] = '\0';
	while (line != NULL && *line != '\0') {
		if (strncmp(line, key, len) == 0 && line[len] == ' ') {
			(void)snprintf(out, DOCTOR_SSHD_VALUE, "%.*s",
				       (int)strcspn(line + len + 1, "\n"),
				       line + len + 1);
			return out;
		}
		line = strchr(line, '\n');
		line = line == NULL ? NULL : line + 1;
	}
	return out;
}

static bool
doctor_sshd_is(const struct doctor *d, const char *key, const char *value)
{
	char is[DOCTOR_SSHD_VALUE];

	return strcmp(doctor_sshd_value(d, key, is), value) == 0;
}

/* Could this rule decide some login by sshd in this phase? */
static bool
doctor_rule_meets(const struct doctor *d, const struct rule *r,
		  enum policy_phase phase)
{
	struct rule any = { .phases = r->phases };
	const struct rule_subject subject = { .phase = phase,
					      .service = "sshd",
					      .host = d->c->host,
					      .user = "" };

	(void)text_copy(any.service, sizeof(any.service), r->service);
	(void)text_copy(any.host, sizeof(any.host), r->host);
	return rule_matches(&any, &subject);
}

/* What is typed, and typed alone. */
static bool
doctor_one_answer(uint32_t set)
{
	return set == POLICY_BIT(POLICY_FACTOR_PASSWORD) ||
	       set == POLICY_BIT(POLICY_FACTOR_OTP) ||
	       set == POLICY_BIT(POLICY_FACTOR_TOKEN);
}

static struct doctor_needs
doctor_sshd_needs(const struct doctor *d)
{
	const uint32_t keys = POLICY_BIT(POLICY_FACTOR_SSH_KEY) |
			      POLICY_BIT(POLICY_FACTOR_SSH_SK);
	struct doctor_needs needs = { .factors = false };

	for (size_t i = 0; d->rules != NULL && i < d->rule_count; i++) {
		const struct rule *r = &d->rules[i];
		bool single = false;

		if (r->action != POLICY_ACTION_REQUIRE ||
		    (!doctor_rule_meets(d, r, POLICY_PHASE_AUTH) &&
		     !doctor_rule_meets(d, r, POLICY_PHASE_SESSION)))
			continue;
		for (unsigned k = 0; k < r->alternatives; k++) {
			single = single || doctor_one_answer(r->require[k]);
			needs.shown =
				needs.shown || (r->require[k] & keys) != 0;
		}
		needs.factors = true;
		if (!single)
			needs.several = true;
	}
	return needs;
}

/* Does each list of methods ask something that goes through PAM's auth? */
static bool
doctor_methods_ask(const char *methods)
{
	while (*methods != '\0') {
		size_t len = strcspn(methods, " ");
		char one[DOCTOR_SSHD_VALUE];

		(void)snprintf(one, sizeof(one), "%.*s", (int)len, methods);
		if (strstr(one, "keyboard-interactive") == NULL &&
		    strstr(one, "password") == NULL)
			return false;
		methods += len;
		methods += strspn(methods, " ");
	}
	return true;
}

static void
doctor_sshd_keys(struct doctor *d)
{
	char methods[DOCTOR_SSHD_VALUE];

	(void)doctor_sshd_value(d, "authenticationmethods", methods);
	if (methods[0] != '\0' && strcmp(methods, "any") != 0 &&
	    doctor_methods_ask(methods))
		return;
	if (!doctor_sshd_is(d, "pubkeyauthentication", "yes"))
		return;
	doctor_say(d, DOCTOR_WARNING, "sshd-publickey",
		   "AuthenticationMethods "
		   "publickey,keyboard-interactive:pam asks for key and "
		   "factors; PubkeyAuthentication no asks for factors alone",
		   "rules require factors for sshd, but a public key alone "
		   "logs in: sshd skips auth for it, and only the account is "
		   "judged");
}

/* Does some list ask for a key, and for PAM's auth behind it? */
static bool
doctor_methods_show(const char *methods)
{
	while (*methods != '\0') {
		size_t len = strcspn(methods, " ");
		char one[DOCTOR_SSHD_VALUE];
		const char *key;

		(void)snprintf(one, sizeof(one), "%.*s", (int)len, methods);
		key = strstr(one, "publickey");
		if (key != NULL && strstr(key, "keyboard-interactive") != NULL)
			return true;
		methods += len;
		methods += strspn(methods, " ");
	}
	return false;
}

/* sshd tells of a key only to an auth that comes after it. */
static void
doctor_sshd_shown(struct doctor *d)
{
	char methods[DOCTOR_SSHD_VALUE];

	(void)doctor_sshd_value(d, "authenticationmethods", methods);
	if (doctor_sshd_is(d, "pubkeyauthentication", "yes") &&
	    doctor_methods_show(methods))
		return;
	doctor_say(d, DOCTOR_WARNING, "sshd-shown",
		   "PubkeyAuthentication yes and AuthenticationMethods "
		   "publickey,keyboard-interactive:pam; behind a blank, "
		   "keyboard-interactive:pam for whoever has no key",
		   "rules for sshd name ssh-key or ssh-sk, but sshd never "
		   "asks for a key and then Sigra: those alternatives are "
		   "met by nobody");
}

static void
doctor_sshd_prompts(struct doctor *d, const struct doctor_needs *needs)
{
	bool asks =
		doctor_sshd_is(d, "kbdinteractiveauthentication", "yes") ||
		doctor_sshd_is(d, "challengeresponseauthentication", "yes");
	bool password = doctor_sshd_is(d, "passwordauthentication", "yes");

	if (!asks)
		doctor_say(d,
			   needs->several || !password ? DOCTOR_ERROR
						       : DOCTOR_WARNING,
			   "sshd-keyboard-interactive",
			   "KbdInteractiveAuthentication yes in sshd_config",
			   "rules require factors for sshd, but "
			   "KbdInteractiveAuthentication is no: sshd can "
			   "show no prompt of Sigra's");
	if (password && needs->several)
		doctor_say(d, DOCTOR_WARNING, "sshd-password",
			   "PasswordAuthentication no in sshd_config, and "
			   "KbdInteractiveAuthentication yes",
			   "a rule for sshd requires more than one answer, "
			   "but PasswordAuthentication gives the same one to "
			   "every prompt");
}

static void
doctor_sshd_root(struct doctor *d)
{
	char how[DOCTOR_SSHD_VALUE];

	(void)doctor_sshd_value(d, "permitrootlogin", how);
	if (strcmp(how, "yes") == 0 && !d->root_known)
		doctor_say(d, DOCTOR_WARNING, "sshd-root",
			   "PermitRootLogin prohibit-password or no; or put "
			   "root under Sigra: sigractl user add root",
			   "PermitRootLogin is yes, and root is not in the "
			   "store: root's Unix password decides");
	else
		doctor_say(d, DOCTOR_OK, "sshd-root", "",
			   "PermitRootLogin is %s", how);
}

void
doctor_sshd(struct doctor *d)
{
	const struct doctor_needs needs = doctor_sshd_needs(d);
	unsigned before = d->count[DOCTOR_ERROR] + d->count[DOCTOR_WARNING];

	if (d->sshd == NULL)
		return;
	if (doctor_sshd_is(d, "usepam", "")) {
		doctor_say(d, DOCTOR_WARNING, "sshd",
			   "look at sshd -T yourself, as root",
			   "sshd -T does not say whether it uses PAM");
		return;
	}
	if (!doctor_sshd_is(d, "usepam", "yes")) {
		doctor_say(d, DOCTOR_ERROR, "sshd-usepam",
			   "UsePAM yes in sshd_config",
			   "UsePAM is no: sshd never asks Sigra, although "
			   "its stack names it");
		return;
	}
	if (needs.factors) {
		doctor_sshd_prompts(d, &needs);
		doctor_sshd_keys(d);
	}
	if (needs.shown)
		doctor_sshd_shown(d);
	doctor_sshd_root(d);
	if (d->count[DOCTOR_ERROR] + d->count[DOCTOR_WARNING] == before)
		doctor_say(d, DOCTOR_OK, "sshd", "",
			   "its settings fit the rules (Match blocks were not "
			   "looked at)");
}
