/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"
#include "session/rules.h"
#include "session/session.h"
#include "sigractl/date.h"
#include "sigractl/rule_take.h"
#include "sigractl/shape.h"
#include "sigractl/slugs.h"
#include "store/rule.h"

/* The conditions of a rule in one cell, those that say something. */
static void
policy_conditions(const struct store_rule *row, const char *orgs, char *out,
		  size_t size)
{
	const struct {
		const char *name, *value;
	} all[] = {
		{ "account", row->account },
		{ "service", row->service },
		{ "host", row->host },
		{ "user", row->user },
		{ "group", row->group },
		{ "network", row->network },
		{ "org", orgs },
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

static void
policy_extras_people(const struct rule *r, struct buf *b)
{
	char span[DATE_DURATION_SIZE];

	if (r->org_choice != RULE_ORG_LAST)
		policy_word(
			b, "org-choice=", rule_org_choice_name(r->org_choice));
	if (r->notice)
		policy_word(b, "notice", "");
	if (r->new_source != RULE_NEW_SOURCE_AUDIT)
		policy_word(
			b, "new-source=", rule_new_source_name(r->new_source));
	if (r->invite)
		policy_word(b, "invite", "");
	if (r->session_max == 0)
		policy_word(b, "session-max=", "none");
	else if (r->session_max != RULE_SESSION_MAX_AUTO)
		policy_word(b, "session-max=",
			    date_duration_text(r->session_max, span));
	if (r->session_idle != 0)
		policy_word(b, "session-idle=",
			    date_duration_text(r->session_idle, span));
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
	policy_extras_people(r, &b);
}

static enum status
policy_row(struct store *store, struct out_table *t, const struct rule *r,
	   struct fault *f)
{
	char position[24], what[STORE_RULE_TEXT_SIZE + 20], when[2048];
	char extras[384], orgs[SLUGS_SIZE];
	struct store_rule row;
	enum status st;

	session_rule_format(r, &row);
	if ((st = slugs_text(store, row.org, orgs, f)) != STATUS_OK)
		return st;
	policy_conditions(&row, orgs, when, sizeof(when));
	policy_extras(r, extras, sizeof(extras));
	(void)snprintf(position, sizeof(position), "%lld",
		       (long long)row.position);
	(void)snprintf(what, sizeof(what), "%s%s%s", row.action,
		       row.require[0] == '\0' ? "" : " ", row.require);
	out_table_row(t,
		      (const char *const[]){ position, what, row.phases, when,
					     extras, row.note },
		      6);
	return STATUS_OK;
}

static enum status
policy_list_json(struct store *store, const struct rule *rules, size_t n,
		 struct fault *f)
{
	AUTO_JSON *j = json_object();
	AUTO_JSON *list = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *one;
		enum status st = shape_rule(store, &rules[i], &one, f);

		if (st != STATUS_OK)
			return st;
		out_push(list, one);
	}
	out_put(j, "rules", json_incref(list));
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
		return policy_list_json(c->store, rules, n, f);
	out_table_start(&table, columns, 6);
	for (size_t i = 0; i < n && st == STATUS_OK; i++)
		st = policy_row(c->store, &table, &rules[i], f);
	if (st != STATUS_OK) {
		status_ignore(out_table_end(&table, NULL, NULL),
			      "it is only freed");
		return st;
	}
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
	json_t *rule;
	enum status st;

	policy_warn(found);
	if (!c->json) {
		out_line("%s rule %lld. It counts from the next login on: see "
			 "sigractl policy list",
			 done, (long long)r->position);
		return STATUS_OK;
	}
	if ((st = shape_rule(c->store, r, &rule, f)) != STATUS_OK)
		return st;
	j = json_object();
	out_put(j, "rule", rule);
	out_put(j, "findings", shape_findings(found));
	return out_json(j, f);
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

enum status
cmd_policy_add(struct cmd *c, struct fault *f)
{
	const char *at = cmd_option(c, "at");
	struct admin_findings found = { .n = 0 };
	struct rule rule = { .position = 0 };
	enum status st;

	if ((st = rule_take(c, &rule, f)) != STATUS_OK)
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
