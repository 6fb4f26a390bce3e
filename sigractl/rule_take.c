/* SPDX-License-Identifier: MIT */
#include "sigractl/rule_take.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sigractl/date.h"
#include "sigractl/slugs.h"

#define TAKE_SESSION_LEAST 60 /* seconds */

/* Exactly one of the four, and the phases that go with it by default. */
static enum status
take_action(const struct cmd *c, struct rule *r, struct fault *f)
{
	static const struct {
		const char *option;
		enum policy_action action;
		const char *phases;
	} all[] = {
		{ "require", POLICY_ACTION_REQUIRE, "auth,password" },
		{ "admit", POLICY_ACTION_ADMIT, "account,session" },
		{ "deny", POLICY_ACTION_DENY, "all" },
		{ "abstain", POLICY_ACTION_ABSTAIN, "all" },
	};
	const char *phases = cmd_option(c, "phase");
	unsigned given = 0;
	size_t which = 0;
	enum status st;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (cmd_option(c, all[i].option) != NULL) {
			given++;
			which = i;
		}
	if (given != 1)
		return fault(f, STATUS_INVALID,
			     "give one of --require SETS, --admit, --deny and "
			     "--abstain");
	r->action = all[which].action;
	if (r->action == POLICY_ACTION_REQUIRE &&
	    (st = rule_require_parse(cmd_option(c, "require"),
				     &r->alternatives, r->require, f)) !=
		    STATUS_OK)
		return st;
	return rule_phases_parse(phases == NULL ? all[which].phases : phases,
				 &r->phases, f);
}

static enum status
take_conditions(const struct cmd *c, struct rule *r, struct fault *f)
{
	const struct {
		const char *option;
		char *to;
	} all[] = {
		{ "service", r->service }, { "host", r->host },
		{ "user", r->user },	   { "group", r->group },
		{ "network", r->network }, { "note", r->note },
	};
	const char *account = cmd_option(c, "account");
	const char *orgs = cmd_option(c, "org");

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const char *value = cmd_option(c, all[i].option);

		/* An empty condition would match everything. */
		if (value != NULL && value[0] == '\0')
			return fault(f, STATUS_INVALID, "--%s is empty",
				     all[i].option);
		if (!text_copy(all[i].to, RULE_TEXT_SIZE, value))
			return fault(f, STATUS_INVALID,
				     "--%s is longer than %d bytes",
				     all[i].option, RULE_TEXT_SIZE - 1);
	}
	if (account != NULL && !rule_account_parse(account, &r->account))
		return fault(f, STATUS_INVALID,
			     "--account: '%s' is not any, known or unknown",
			     account);
	if (orgs == NULL)
		return STATUS_OK;
	return slugs_take(c->store, orgs, "--org", c->now, r->org, f);
}

static enum status
take_unenrolled(const char *s, struct rule *r, struct fault *f)
{
	static const char until[] = "until:";

	if (strncmp(s, until, strlen(until)) == 0) {
		r->unenrolled = RULE_UNENROLLED_UNTIL;
		return date_parse(s + strlen(until), "--unenrolled",
				  &r->unenrolled_until, f);
	}
	if (!rule_unenrolled_parse(s, &r->unenrolled) ||
	    r->unenrolled == RULE_UNENROLLED_UNTIL)
		return fault(f, STATUS_INVALID,
			     "--unenrolled: '%s' is not deny, exempt, enroll "
			     "or until:2026-01-31",
			     s);
	return STATUS_OK;
}

static enum status
take_prompts(const struct cmd *c, struct rule *r, struct fault *f)
{
	const char *prompt = cmd_option(c, "prompt");
	const char *qr = cmd_option(c, "qr");

	if (prompt != NULL && !rule_prompt_parse(prompt, &r->prompt))
		return fault(f, STATUS_INVALID,
			     "--prompt: '%s' is not auto, multi or single",
			     prompt);
	if (qr != NULL && !rule_qr_parse(qr, &r->qr))
		return fault(f, STATUS_INVALID,
			     "--qr: '%s' is not auto, utf8, ascii or none",
			     qr);
	r->qr_invert = cmd_option(c, "qr-invert") != NULL;
	return STATUS_OK;
}

static enum status
take_keys(const struct cmd *c, struct rule *r, struct fault *f)
{
	const char *uv = cmd_option(c, "uv");
	const char *wait = cmd_option(c, "key-wait");

	if (uv != NULL && !rule_uv_parse(uv, &r->uv))
		return fault(f, STATUS_INVALID,
			     "--uv: '%s' is not preferred, required or "
			     "discouraged",
			     uv);
	if (r->action == POLICY_ACTION_REQUIRE)
		r->key_wait = RULE_KEY_WAIT_DEFAULT;
	if (wait != NULL &&
	    !text_number(wait, 0, RULE_KEY_WAIT_MAX, &r->key_wait))
		return fault(f, STATUS_INVALID,
			     "--key-wait: '%s' is no number of seconds, 0 to "
			     "%d",
			     wait, RULE_KEY_WAIT_MAX);
	r->key_paste = cmd_option(c, "key-paste") != NULL;
	return STATUS_OK;
}

static enum status
take_lasting_one(const struct cmd *c, const char *option, int64_t most,
		 int64_t *out, struct fault *f)
{
	const char *value = cmd_option(c, option);
	char what[32];

	if (value == NULL)
		return STATUS_OK;
	if (strcmp(value, "none") == 0) {
		*out = 0;
		return STATUS_OK;
	}
	(void)snprintf(what, sizeof(what), "--%s", option);
	return date_duration(value, what, TAKE_SESSION_LEAST, most, out, f);
}

/* How long a session lasts. */
static enum status
take_lasting(const struct cmd *c, struct rule *r, struct fault *f)
{
	static const char *const all[] = { "session-max", "session-idle" };
	enum status st;

	r->session_max = RULE_SESSION_MAX_AUTO;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (cmd_option(c, all[i]) != NULL &&
		    r->action != POLICY_ACTION_REQUIRE &&
		    r->action != POLICY_ACTION_ADMIT)
			return fault(f, STATUS_INVALID,
				     "--%s goes with --require and --admit "
				     "only",
				     all[i]);
	if ((st = take_lasting_one(c, all[0], RULE_SESSION_MAX,
				   &r->session_max, f)) != STATUS_OK)
		return st;
	return take_lasting_one(c, all[1], RULE_SESSION_IDLE_MAX,
				&r->session_idle, f);
}

static enum status
take_people(const struct cmd *c, struct rule *r, struct fault *f)
{
	const char *choice = cmd_option(c, "org-choice");
	const char *source = cmd_option(c, "new-source");

	if (choice != NULL && !rule_org_choice_parse(choice, &r->org_choice))
		return fault(f, STATUS_INVALID,
			     "--org-choice: '%s' is not last or ask", choice);
	if (source != NULL && !rule_new_source_parse(source, &r->new_source))
		return fault(f, STATUS_INVALID,
			     "--new-source: '%s' is not audit, tell or second",
			     source);
	r->notice = cmd_option(c, "notice") != NULL;
	r->invite = cmd_option(c, "invite") != NULL;
	return STATUS_OK;
}

/* What a rule says beside its factors. */
static enum status
take_extras(const struct cmd *c, struct rule *r, struct fault *f)
{
	static const char *const all[] = {
		"unenrolled", "trust-days", "step-up", "prompt",
		"qr",	      "qr-invert",  "uv",      "key-wait",
		"key-paste",  "org-choice", "notice",  "new-source",
		"invite"
	};
	const char *unenrolled = cmd_option(c, "unenrolled");
	const char *days = cmd_option(c, "trust-days");
	const char *step_up = cmd_option(c, "step-up");
	enum status st;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (cmd_option(c, all[i]) != NULL &&
		    r->action != POLICY_ACTION_REQUIRE)
			return fault(f, STATUS_INVALID,
				     "--%s goes with --require only", all[i]);
	if (unenrolled != NULL &&
	    (st = take_unenrolled(unenrolled, r, f)) != STATUS_OK)
		return st;
	if (days != NULL &&
	    !text_number(days, 0, RULE_TRUST_DAYS_MAX, &r->trust_days))
		return fault(f, STATUS_INVALID,
			     "--trust-days: '%s' is no number of days, 0 to "
			     "%d",
			     days, RULE_TRUST_DAYS_MAX);
	if (step_up != NULL &&
	    !text_number(step_up, 0, RULE_STEP_UP_MAX, &r->step_up) &&
	    (st = date_duration(step_up, "--step-up", 1, RULE_STEP_UP_MAX,
				&r->step_up, f)) != STATUS_OK)
		return st;
	if ((st = take_prompts(c, r, f)) != STATUS_OK ||
	    (st = take_people(c, r, f)) != STATUS_OK ||
	    (st = take_lasting(c, r, f)) != STATUS_OK)
		return st;
	return take_keys(c, r, f);
}

enum status
rule_take(const struct cmd *c, struct rule *out, struct fault *f)
{
	struct rule r = { .position = 0 };
	enum status st;

	if ((st = take_action(c, &r, f)) != STATUS_OK ||
	    (st = take_conditions(c, &r, f)) != STATUS_OK ||
	    (st = take_extras(c, &r, f)) != STATUS_OK)
		return st;
	*out = r;
	return STATUS_OK;
}
