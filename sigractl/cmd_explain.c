/* SPDX-License-Identifier: MIT */
/* `policy explain`: the facts and first step of a login that does not
 * happen, by the code that a real one runs. */
#include <stdio.h>
#include <string.h>

#include "admin/code.h"
#include "admin/item.h"
#include "base/text.h"
#include "factor/sshkey.h"
#include "session/rules.h"
#include "session/session.h"
#include "sigractl/date.h"
#include "sigractl/explain_end.h"
#include "sigractl/explain_io.h"
#include "sigractl/shape.h"
#include "sigractl/slugs.h"
#include "store/rule.h"

static enum status
explain_phase(const char *word, enum request_phase *out, struct fault *f)
{
	static const struct {
		const char *word;
		enum request_phase phase;
	} all[] = {
		{ "auth", PHASE_AUTH },
		{ "account", PHASE_ACCOUNT },
		{ "password", PHASE_PASSWORD_PRELIM },
		{ "session", PHASE_SESSION_OPEN },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i].word, word) == 0) {
			*out = all[i].phase;
			return STATUS_OK;
		}
	return fault(f, STATUS_INVALID,
		     "--phase: '%s' is not auth, account, password or session",
		     word);
}

/* As if this key had been proved to an sshd before. */
static enum status
explain_ssh_key(const struct cmd *c, struct request *r, struct fault *f)
{
	static const char word[] = "publickey ";
	const size_t at = sizeof(word) - 1;
	const struct store_ssh_key *row;
	struct admin_item item;
	enum status st;

	st = admin_item_find(&c->admin, c->arg[0], cmd_option(c, "ssh-key"),
			     &item, f);
	if (st != STATUS_OK)
		return st;
	row = &item.row.ssh_key;
	if (item.kind != ADMIN_ITEM_SSH_KEY || row->authority)
		return fault(f, STATUS_INVALID,
			     "--ssh-key: '%s' is no SSH key to log in with",
			     admin_item_label(&item));
	memcpy(r->ssh_auth_info, word, at);
	(void)text_copy(r->tty, sizeof(r->tty), "ssh");
	return sshkey_text(row->type, row->blob, row->blob_len,
			   r->ssh_auth_info + at,
			   sizeof(r->ssh_auth_info) - at, f);
}

static enum status
explain_request(const struct cmd *c, struct request *out, struct fault *f)
{
	const char *phase = cmd_option(c, "phase");
	struct request r = { .phase = PHASE_AUTH };
	enum status st;

	if (text_empty(cmd_option(c, "service")))
		return fault(f, STATUS_INVALID,
			     "say which service: --service sshd");
	if (phase != NULL &&
	    (st = explain_phase(phase, &r.phase, f)) != STATUS_OK)
		return st;
	if (!text_copy(r.user, sizeof(r.user), c->arg[0]) ||
	    r.user[0] == '\0' ||
	    !text_copy(r.service, sizeof(r.service),
		       cmd_option(c, "service")) ||
	    !text_copy(r.rhost, sizeof(r.rhost), cmd_option(c, "rhost")) ||
	    !text_copy(r.tty, sizeof(r.tty), cmd_option(c, "tty")))
		return fault(f, STATUS_INVALID,
			     "the user's name is empty, or a value is too "
			     "long");
	if (cmd_option(c, "agent") != NULL)
		r.flags |= REQUEST_AGENT;
	if (cmd_option(c, "ssh-key") != NULL &&
	    (st = explain_ssh_key(c, &r, f)) != STATUS_OK)
		return st;
	*out = r;
	return STATUS_OK;
}

static const char *
explain_account(enum policy_account a)
{
	switch (a) {
	case POLICY_ACCOUNT_UNKNOWN:
		return "unknown";
	case POLICY_ACCOUNT_ACTIVE:
		return "active";
	case POLICY_ACCOUNT_DISABLED:
		return "disabled";
	case POLICY_ACCOUNT_EXPIRED:
		return "expired";
	case POLICY_ACCOUNT_PENDING:
		return "pending";
	case POLICY_ACCOUNT_SERVICE:
		return "service";
	case POLICY_ACCOUNT_DELETED:
		break;
	}
	return "deleted";
}

static json_t *
explain_factors(uint32_t set)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < POLICY_FACTOR_COUNT; i++)
		if ((set & POLICY_BIT(i)) != 0)
			out_push(list, json_string(policy_factor_name(
					       (enum policy_factor)i)));
	return list;
}

static const char *
explain_unenrolled(enum policy_unenrolled u)
{
	switch (u) {
	case POLICY_UNENROLLED_DENY:
		return "deny";
	case POLICY_UNENROLLED_EXEMPT:
		return "exempt";
	case POLICY_UNENROLLED_ENROLL:
		break;
	}
	return "enroll";
}

static const char *
explain_prompt(const struct session_explanation *e)
{
	return rule_prompt_name(e->single ? RULE_PROMPT_SINGLE
					  : RULE_PROMPT_MULTI);
}

/* "unknown", too, where it did not matter. */
static const char *
explain_place(const struct session_explanation *e)
{
	if (e->place.where == IO_LOCAL)
		return "local";
	return e->place.where == IO_REMOTE ? "remote" : "unknown";
}

/* What only a rule that requires something says. */
static json_t *
explain_said(const struct session_explanation *e, const char *word)
{
	return e->facts.action == POLICY_ACTION_REQUIRE ? json_string(word)
							: json_null();
}

static enum status
explain_orgs_text(const struct cmd *c, struct fault *f)
{
	AUTO_JSON *list = NULL;
	enum status st = slugs_of(c->store, c->arg[0], &list, f);

	for (size_t i = 0; st == STATUS_OK && i < json_array_size(list); i++)
		out_field("Belongs to", "%s",
			  json_string_value(json_array_get(list, i)));
	return st;
}

static json_t *
explain_decision(const struct policy_decision *d)
{
	json_t *j = json_object();

	out_put(j, "step", json_string(policy_step_name(d->step)));
	out_put(j, "reason",
		d->step == POLICY_ASK
			? json_null()
			: json_string(policy_reason_name(d->reason)));
	out_put(j, "factor",
		d->step == POLICY_ASK
			? json_string(policy_factor_name(d->factor))
			: json_null());
	out_put(j, "walked", explain_factors(d->walked));
	out_put(j, "others", json_boolean(d->others));
	return j;
}

static enum status
explain_json(const struct cmd *c, const struct request *r, const char *phase,
	     const struct session_explanation *e,
	     const struct explain_end *end, struct fault *f)
{
	AUTO_JSON *orgs = NULL;
	AUTO_JSON *rule = json_null();
	AUTO_JSON *j = json_object();
	json_t *facts, *last;
	enum status st;

	if ((st = slugs_of(c->store, c->arg[0], &orgs, f)) != STATUS_OK ||
	    (e->rule.id.s[0] != '\0' &&
	     (st = shape_rule(c->store, &e->rule, &rule, f)) != STATUS_OK))
		return st;
	facts = json_object();
	last = json_object();
	out_put(j, "user", out_string(r->user));
	out_put(j, "service", out_string(r->service));
	out_put(j, "phase", out_string(phase));
	out_put(j, "host", out_string(c->host));
	out_put(j, "source", out_string(e->source));
	out_put(j, "rule", json_incref(rule));
	out_put(facts, "known", json_boolean(e->subject.known));
	out_put(facts, "account",
		json_string(explain_account(e->facts.account)));
	out_put(facts, "orgs", json_incref(orgs));
	out_put(facts, "enrolled", explain_factors(e->facts.enrolled));
	out_put(facts, "usable", explain_factors(e->facts.usable));
	out_put(facts, "shown", explain_factors(e->facts.shown));
	out_put(facts, "enrollable", explain_factors(e->facts.enrollable));
	out_put(facts, "declined", explain_factors(e->facts.declined));
	out_put(facts, "weak", explain_factors(e->facts.weak));
	out_put(facts, "place", json_string(explain_place(e)));
	out_put(facts, "must_change", json_boolean(e->facts.must_change));
	out_put(facts, "unenrolled",
		explain_said(e, explain_unenrolled(e->facts.unenrolled)));
	out_put(facts, "waived", explain_factors(e->facts.waived));
	out_put(facts, "stepped", explain_factors(e->facts.stepped));
	out_put(facts, "prompt", explain_said(e, explain_prompt(e)));
	out_put(facts, "clock_behind", json_boolean(e->clock_behind));
	out_put(facts, "org", out_string(e->org));
	out_put(facts, "second", out_string(e->second));
	out_put(j, "facts", facts);
	out_put(j, "decision", explain_decision(&e->decision));
	out_put(last, "step", json_string(policy_step_name(end->d.step)));
	out_put(last, "reason",
		json_string(policy_reason_name(end->d.reason)));
	out_put(last, "passed", explain_factors(end->facts.passed));
	out_put(j, "end", last);
	return out_json(j, f);
}

static void
explain_factors_text(uint32_t set, char *out, size_t size)
{
	(void)snprintf(out, size, "%s", set == 0 ? "no factor" : "");
	for (unsigned i = 0; i < POLICY_FACTOR_COUNT; i++) {
		if ((set & POLICY_BIT(i)) == 0)
			continue;
		if (out[0] != '\0')
			(void)strncat(out, ", ", size - strlen(out) - 1);
		(void)strncat(out, policy_factor_name((enum policy_factor)i),
			      size - strlen(out) - 1);
	}
}

static enum status
explain_rule_text(const struct cmd *c, const struct rule *r, struct fault *f)
{
	char orgs[SLUGS_SIZE];
	struct store_rule row;
	enum status st;

	if (r->id.s[0] == '\0') {
		out_field("Rule", "none matches");
		return STATUS_OK;
	}
	if ((st = slugs_text(c->store, r->org, orgs, f)) != STATUS_OK)
		return st;
	session_rule_format(r, &row);
	out_field("Rule", "%lld: %s%s%s in %s%s%s", (long long)row.position,
		  row.action, row.require[0] == '\0' ? "" : " ", row.require,
		  row.phases, row.note[0] == '\0' ? "" : " -- ", row.note);
	if (orgs[0] != '\0')
		out_field("Rule for", "members of %s", orgs);
	return STATUS_OK;
}

/* Does one answer hold both? */
static bool
explain_combined(const struct session_explanation *e)
{
	const uint32_t both = POLICY_BIT(POLICY_FACTOR_PASSWORD) |
			      POLICY_BIT(POLICY_FACTOR_OTP);

	for (unsigned i = 0; e->single && i < e->facts.alternatives; i++)
		if ((e->facts.require[i] & both) == both)
			return true;
	return false;
}

/* What the rule offers, so that a code is asked for less often. */
static void
explain_offers_text(const struct rule *r)
{
	char span[DATE_DURATION_SIZE];

	if (r->trust_days != 0)
		out_field("Trust", "offered for %lld day%s",
			  (long long)r->trust_days,
			  r->trust_days == 1 ? "" : "s");
	if (r->step_up != 0)
		out_field("Step-up",
			  "within %s of a login that proved as "
			  "much",
			  date_duration_text(r->step_up, span));
}

/* Of keys: what is there already, and where one could be touched. */
static void
explain_keys_text(const struct session_explanation *e)
{
	const uint32_t key = POLICY_BIT(POLICY_FACTOR_FIDO2);
	char factors[256];

	if (e->facts.shown != 0) {
		explain_factors_text(e->facts.shown, factors, sizeof(factors));
		out_field("Shown", "%s, by the key that sshd saw", factors);
	}
	if (e->facts.weak != 0) {
		explain_factors_text(e->facts.weak, factors, sizeof(factors));
		out_field("Not alone", "%s, as it shows possession only",
			  factors);
	}
	if (e->place.why != NULL)
		out_field("Place", "%s: a security key %s",
			  e->place.where == IO_LOCAL ? "at this machine"
						     : "from elsewhere",
			  (e->facts.usable & key) != 0
				  ? "can be asked for"
				  : "cannot be asked for");
}

/* What the rule makes of this account and this caller. */
static void
explain_facts_text(const struct session_explanation *e)
{
	const char *unenrolled = explain_unenrolled(e->facts.unenrolled);
	char factors[256];

	if (e->facts.action == POLICY_ACTION_REQUIRE) {
		out_field("Prompts", "%s; unenrolled: %s",
			  explain_combined(e) ? "one for password and code"
					      : "one for each factor",
			  unenrolled);
		explain_offers_text(&e->rule);
	}
	if (e->facts.waived != 0) {
		explain_factors_text(e->facts.waived, factors,
				     sizeof(factors));
		out_field("Trusted", "a device that stands for %s", factors);
	}
	if (e->facts.stepped != 0) {
		explain_factors_text(e->facts.stepped, factors,
				     sizeof(factors));
		out_field("Proved", "%s, not long ago: the step-up counts",
			  factors);
	}
	if (e->org[0] != '\0')
		out_field("Active", "%s", e->org);
	if (e->second != NULL)
		out_field("Needs", "a second factor, for its %s", e->second);
	explain_keys_text(e);
	if (e->clock_behind)
		out_field("Clock", "behind what the store has seen: no code "
				   "that goes by time counts");
}

/* Codes that are out, and what they stand for. */
static enum status
explain_codes_text(const struct cmd *c, const struct session_explanation *e,
		   struct fault *f)
{
	static const struct {
		const char *label, *what;
	} codes[ADMIN_CODE_KINDS] = {
		[ADMIN_CODE_LOGIN] = { "Login code", "otp" },
		[ADMIN_CODE_RESET] = { "Reset code", "the password" },
		[ADMIN_CODE_TICKET] = { "Ticket", "the password" },
	};
	struct store_password password;
	struct store_account acct;
	struct admin_codes_out out;
	char when[TEXT_TIME_SIZE];
	enum status st;
	bool none;

	if (!e->subject.known)
		return STATUS_OK;
	if ((st = store_account_by_name(c->store, c->arg[0], &acct, f)) !=
		    STATUS_OK ||
	    (st = admin_code_out(&c->admin, &acct.id, &out, f)) != STATUS_OK)
		return st;
	st = store_password_get(c->store, &acct.id, &password, f);
	if (st != STATUS_OK && st != STATUS_NOT_FOUND)
		return st;
	none = st == STATUS_NOT_FOUND;
	for (unsigned i = 0; i < ADMIN_CODE_KINDS; i++)
		if (out.of[i].left > 0)
			out_field(codes[i].label, "counts as %s until %s%s",
				  codes[i].what,
				  out_when(out.of[i].expires_at, when),
				  none && i != ADMIN_CODE_LOGIN
					  ? "; there is no password"
					  : "");
	return STATUS_OK;
}

static enum status
explain_text(const struct cmd *c, const struct request *r, const char *phase,
	     const struct session_explanation *e,
	     const struct explain_end *end, struct fault *f)
{
	char factors[256];
	enum status st;

	out_field("Login", "%s by %s, phase %s, counted as %s", r->user,
		  r->service, phase, e->source);
	explain_factors_text(e->facts.enrolled, factors, sizeof(factors));
	out_field("Account", "%s, has %s%s", explain_account(e->facts.account),
		  factors,
		  e->facts.must_change ? ", must change the password" : "");
	if ((st = explain_orgs_text(c, f)) != STATUS_OK ||
	    (st = explain_codes_text(c, e, f)) != STATUS_OK ||
	    (st = explain_rule_text(c, &e->rule, f)) != STATUS_OK)
		return st;
	explain_facts_text(e);
	if (e->decision.step == POLICY_ASK)
		out_field("Next step", "ask for %s",
			  explain_combined(e)
				  ? "password and code in one answer"
				  : policy_factor_name(e->decision.factor));
	if (e->decision.step == POLICY_ASK)
		explain_end_text(end);
	else
		out_field("Next step", "%s (%s)",
			  policy_step_name(e->decision.step),
			  policy_reason_name(e->decision.reason));
	return STATUS_OK;
}

enum status
cmd_policy_explain(struct cmd *c, struct fault *f)
{
	const char *phase = cmd_option(c, "phase");
	struct explain_io io = { .user = c->arg[0],
				 .now = c->now,
				 .where = IO_LOCAL };
	struct session_env env = { .store = c->store,
				   .keys = &c->keys,
				   .config = &c->config,
				   .audit = &c->audit,
				   .io = &io.io,
				   .host = c->host,
				   .boot = "" };
	struct session_explanation e;
	struct explain_end end;
	struct request r;
	enum status st;

	explain_io_start(&io);
	if ((st = explain_request(c, &r, f)) != STATUS_OK)
		return st;
	if (strcmp(r.tty, "ssh") == 0 || strcmp(r.service, "sshd") == 0)
		io.where = IO_REMOTE;
	if ((st = session_explain(&env, &r, &e, f)) != STATUS_OK ||
	    (st = explain_end_find(c, &e, &end, f)) != STATUS_OK)
		return st;
	phase = phase == NULL ? "auth" : phase;
	if (c->json)
		return explain_json(c, &r, phase, &e, &end, f);
	return explain_text(c, &r, phase, &e, &end, f);
}
