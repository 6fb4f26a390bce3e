/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"
#include "session/rules.h"
#include "session/session.h"
#include "sigractl/date.h"
#include "sigractl/shape.h"

/* The conditions of a rule in one cell, those that say something. */
static void
policy_conditions(const struct store_rule *row, char *out, size_t size)
{
	const struct {
		const char *name, *value;
	} all[] = {
		{ "account", row->account }, { "service", row->service },
		{ "host", row->host },	     { "user", row->user },
		{ "group", row->group },     { "network", row->network },
	};
	struct buf b;

	buf_start(&b, out, size);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (all[i].value[0] == '\0' ||
		    strcmp(all[i].value, "any") == 0)
			continue;
		buf_printf(&b, "%s%s=%s", b.len == 0 ? "" : " ", all[i].name,
			   all[i].value);
	}
}

static void
policy_word(struct buf *b, const char *word, const char *value)
{
	buf_printf(b, "%s%s%s", b->len == 0 ? "" : " ", word, value);
}

static void
policy_extras_key(const struct rule *r, struct buf *b)
{
	if (r->action != POLICY_ACTION_REQUIRE)
		return;
	if (r->uv != RULE_UV_PREFERRED)
		policy_word(b, "uv=", rule_uv_name(r->uv));
	if (r->key_wait != RULE_KEY_WAIT_DEFAULT)
		buf_printf(b, "%skey-wait=%llds", b->len == 0 ? "" : " ",
			   (long long)r->key_wait);
	if (r->key_paste)
		policy_word(b, "key-paste", "");
}

/* What it says beside its factors, as far as it is not what it would be
 * anyway. */
static void
policy_extras(const struct rule *r, char *out, size_t size)
{
	char text[TEXT_TIME_SIZE], *day;
	char span[DATE_DURATION_SIZE];
	struct buf b;

	buf_start(&b, out, size);
	if (r->unenrolled == RULE_UNENROLLED_UNTIL) {
		(void)out_when(r->unenrolled_until, text);
		if ((day = strstr(text, "T00:00:00Z")) != NULL)
			*day = '\0';
		policy_word(&b, "until:", text);
	} else if (r->unenrolled != RULE_UNENROLLED_DENY) {
		policy_word(&b, "", rule_unenrolled_name(r->unenrolled));
	}
	if (r->trust_days != 0)
		buf_printf(&b, "%strust=%lldd", b.len == 0 ? "" : " ",
			   (long long)r->trust_days);
	if (r->step_up != 0)
		policy_word(&b,
			    "step-up=", date_duration_text(r->step_up, span));
	if (r->prompt != RULE_PROMPT_AUTO)
		policy_word(&b, "prompt=", rule_prompt_name(r->prompt));
	if (r->qr != RULE_QR_AUTO)
		policy_word(&b, "qr=", rule_qr_name(r->qr));
	if (r->qr_invert)
		policy_word(&b, "qr-invert", "");
	policy_extras_key(r, &b);
}

static void
policy_row(struct out_table *t, const struct rule *r)
{
	char position[24], what[STORE_RULE_TEXT_SIZE + 20], when[2048];
	char extras[256];
	struct store_rule row;

	session_rule_format(r, &row);
	policy_conditions(&row, when, sizeof(when));
	policy_extras(r, extras, sizeof(extras));
	(void)snprintf(position, sizeof(position), "%lld",
		       (long long)row.position);
	(void)snprintf(what, sizeof(what), "%s%s%s", row.action,
		       row.require[0] == '\0' ? "" : " ", row.require);
	out_table_row(t,
		      (const char *const[]){ position, what, row.phases, when,
					     extras, row.note },
		      6);
}

static enum status
policy_list_json(const struct rule *rules, size_t n, struct fault *f)
{
	AUTO_JSON *j = json_object();
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		out_push(list, shape_rule(&rules[i]));
	out_put(j, "rules", list);
	return out_json(j, f);
}

enum status
cmd_policy_list(struct cmd *c, struct fault *f)
{
	static const struct out_column columns[] = {
		{ "N", OUT_COUNT },	 { "ACTION", OUT_FOLD },
		{ "PHASES", OUT_TEXT },	 { "WHEN", OUT_FOLD },
		{ "OPTIONS", OUT_FOLD }, { "NOTE", OUT_FREE }
	};
	AUTO_FREE struct rule *rules = calloc(RULES_MAX, sizeof(*rules));
	struct out_table table;
	enum status st;
	size_t n;

	if (rules == NULL)
		return fault(f, STATUS_SYSTEM, "out of memory");
	st = session_rules(c->store, rules, RULES_MAX, &n, f);
	if (st != STATUS_OK)
		return st;
	if (c->json)
		return policy_list_json(rules, n, f);
	out_table_start(&table, columns, 6);
	for (size_t i = 0; i < n; i++)
		policy_row(&table, &rules[i]);
	return out_table_end(&table, "There are no rules: nobody gets in.", f);
}

/* Warnings; an error is the call's own failure. */
static void
policy_warn(const struct admin_findings *found)
{
	for (size_t i = 0; i < found->n; i++) {
		const struct rule_finding *one = &found->of[i];
		char text[sizeof(one->text) + 32];

		if (one->severity == RULE_ERROR)
			continue;
		(void)snprintf(text, sizeof(text),
			       "rule %lld: ", (long long)one->position);
		if (one->position == 0)
			text[0] = '\0';
		(void)strncat(text, one->text,
			      sizeof(text) - strlen(text) - 1);
		out_warning(text);
	}
}

static enum status
policy_end(const struct cmd *c, const struct rule *r, const char *done,
	   const struct admin_findings *found, struct fault *f)
{
	AUTO_JSON *j = NULL;

	policy_warn(found);
	if (!c->json) {
		out_line("%s rule %lld. It counts from the next login on: see "
			 "sigractl policy list",
			 done, (long long)r->position);
		return STATUS_OK;
	}
	j = json_object();
	out_put(j, "rule", shape_rule(r));
	out_put(j, "findings", shape_findings(found));
	return out_json(j, f);
}

/* Exactly one of the four, and the phases that go with it by default. */
static enum status
policy_action(const struct cmd *c, struct rule *r, struct fault *f)
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
policy_conditions_take(const struct cmd *c, struct rule *r, struct fault *f)
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
	return STATUS_OK;
}

static enum status
policy_position(const char *s, const char *what, int64_t *out, struct fault *f)
{
	if (!text_number(s, 1, RULES_MAX, out))
		return fault(f, STATUS_INVALID,
			     "%s: '%s' is no rule's number, 1 to %d", what, s,
			     RULES_MAX);
	return STATUS_OK;
}

static enum status
policy_unenrolled_take(const char *s, struct rule *r, struct fault *f)
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
policy_prompts_take(const struct cmd *c, struct rule *r, struct fault *f)
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
policy_keys_take(const struct cmd *c, struct rule *r, struct fault *f)
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

/* What a rule says beside its factors. */
static enum status
policy_extras_take(const struct cmd *c, struct rule *r, struct fault *f)
{
	static const char *const all[] = {
		"unenrolled", "trust-days", "step-up",	"prompt",   "qr",
		"qr-invert",  "uv",	    "key-wait", "key-paste"
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
	    (st = policy_unenrolled_take(unenrolled, r, f)) != STATUS_OK)
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
	if ((st = policy_prompts_take(c, r, f)) != STATUS_OK)
		return st;
	return policy_keys_take(c, r, f);
}

enum status
cmd_policy_add(struct cmd *c, struct fault *f)
{
	const char *at = cmd_option(c, "at");
	struct admin_findings found = { .n = 0 };
	struct rule rule = { .position = 0 };
	enum status st;

	if ((st = policy_action(c, &rule, f)) != STATUS_OK ||
	    (st = policy_conditions_take(c, &rule, f)) != STATUS_OK ||
	    (st = policy_extras_take(c, &rule, f)) != STATUS_OK)
		return st;
	if (at != NULL &&
	    (st = policy_position(at, "--at", &rule.position, f)) != STATUS_OK)
		return st;
	st = admin_rules_add(&c->admin, &rule, &rule, &found, f);
	if (st != STATUS_OK)
		return st;
	if (rule.unenrolled == RULE_UNENROLLED_UNTIL &&
	    rule.unenrolled_until <= c->now)
		out_warning("--unenrolled: that date is past, so whoever has "
			    "no second factor is denied already");
	return policy_end(c, &rule, "Added", &found, f);
}

enum status
cmd_policy_move(struct cmd *c, struct fault *f)
{
	struct admin_findings found = { .n = 0 };
	struct rule rule;
	int64_t from, to;
	enum status st;

	if ((st = policy_position(c->arg[0], "FROM", &from, f)) != STATUS_OK ||
	    (st = policy_position(c->arg[1], "TO", &to, f)) != STATUS_OK ||
	    (st = admin_rules_move(&c->admin, from, to, &rule, &found, f)) !=
		    STATUS_OK)
		return st;
	return policy_end(c, &rule, "Moved it; it is now", &found, f);
}

enum status
cmd_policy_remove(struct cmd *c, struct fault *f)
{
	struct admin_findings found = { .n = 0 };
	struct rule rule;
	int64_t at;
	enum status st;

	if ((st = policy_position(c->arg[0], "N", &at, f)) != STATUS_OK ||
	    (st = admin_rules_remove(&c->admin, at, &rule, &found, f)) !=
		    STATUS_OK)
		return st;
	return policy_end(c, &rule, "Removed", &found, f);
}

static void
policy_findings_print(const struct admin_findings *found)
{
	for (size_t i = 0; i < found->n; i++) {
		const struct rule_finding *one = &found->of[i];
		const char *kind =
			one->severity == RULE_ERROR ? "error" : "warning";

		if (one->position == 0)
			out_line("%s: %s", kind, one->text);
		else
			out_line("%s: rule %lld: %s", kind,
				 (long long)one->position, one->text);
	}
	if (found->n == 0)
		out_line("The rules are sane.");
}

enum status
cmd_policy_check(struct cmd *c, struct fault *f)
{
	struct admin_findings found = { .n = 0 };
	struct fault why = { .text = "" };
	enum status st = admin_rules_check(&c->admin, &found, &why);

	if (st != STATUS_OK && st != STATUS_REFUSED)
		return fault(f, st, "%s", why.text);
	c->exit = cmd_exit_of(st);
	if (c->json) {
		AUTO_JSON *j = json_object();

		out_put(j, "findings", shape_findings(&found));
		return out_json(j, f);
	}
	policy_findings_print(&found);
	return STATUS_OK;
}
