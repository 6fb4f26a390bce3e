/* SPDX-License-Identifier: MIT */
/* `policy explain`: the facts and first step of a login that does not
 * happen, by the code that a real one runs. */
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "admin/code.h"
#include "base/auto.h"
#include "base/file.h"
#include "base/text.h"
#include "session/rules.h"
#include "session/session.h"
#include "sigractl/date.h"
#include "sigractl/shape.h"

#define EXPLAIN_GROUPS_MAX 1024

/* The conversation of a login at which nobody is asked anything. */
struct explain_io {
	struct io io; /* first: the functions find the rest by it */
	const char *user;
	int64_t now;
};

static enum status
explain_ask(struct io *io, const struct prompt *p, struct secret *answer,
	    struct fault *f)
{
	(void)io;
	(void)p;
	(void)answer;
	return fault(f, STATUS_CANCELLED, "nobody is asked");
}

static enum status
explain_tell(struct io *io, const struct prompt *p, struct fault *f)
{
	(void)io;
	(void)p;
	(void)f;
	return STATUS_OK;
}

static bool
explain_in_group(const gid_t *gids, int n, const char *name)
{
	const struct group *g = getgrnam(name);

	for (int i = 0; g != NULL && i < n; i++)
		if (gids[i] == g->gr_gid)
			return true;
	return false;
}

static enum status
explain_member(struct io *io, const char *const *names, size_t n,
	       uint32_t *mask, struct fault *f)
{
	const struct explain_io *e = (const struct explain_io *)io;
	const struct passwd *pw = getpwnam(e->user);
	gid_t gids[EXPLAIN_GROUPS_MAX];
	int count = EXPLAIN_GROUPS_MAX;
	uint32_t bits = 0;

	if (pw == NULL) {
		*mask = 0;
		return STATUS_OK;
	}
	if (getgrouplist(e->user, pw->pw_gid, gids, &count) < 0)
		return fault(f, STATUS_SYSTEM, "'%s' is in too many groups",
			     e->user);
	for (size_t i = 0; i < n; i++)
		if (explain_in_group(gids, count, names[i]))
			bits |= UINT32_C(1) << i;
	*mask = bits;
	return STATUS_OK;
}

static int64_t
explain_now(struct io *io)
{
	return ((const struct explain_io *)io)->now;
}

static int64_t
explain_uptime(struct io *io)
{
	(void)io;
	return 0;
}

static void
explain_pause(struct io *io, unsigned milliseconds)
{
	(void)io;
	(void)milliseconds;
}

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

/* What only a rule that requires something says. */
static json_t *
explain_said(const struct session_explanation *e, const char *word)
{
	return e->facts.action == POLICY_ACTION_REQUIRE ? json_string(word)
							: json_null();
}

static enum status
explain_json(const struct cmd *c, const struct request *r, const char *phase,
	     const struct session_explanation *e, struct fault *f)
{
	AUTO_JSON *j = json_object();
	json_t *facts = json_object(), *decision = json_object();

	out_put(j, "user", out_string(r->user));
	out_put(j, "service", out_string(r->service));
	out_put(j, "phase", out_string(phase));
	out_put(j, "host", out_string(c->host));
	out_put(j, "source", out_string(e->source));
	out_put(j, "rule",
		e->rule.id.s[0] == '\0' ? json_null() : shape_rule(&e->rule));
	out_put(facts, "known", json_boolean(e->subject.known));
	out_put(facts, "account",
		json_string(explain_account(e->facts.account)));
	out_put(facts, "enrolled", explain_factors(e->facts.enrolled));
	out_put(facts, "usable", explain_factors(e->facts.usable));
	out_put(facts, "must_change", json_boolean(e->facts.must_change));
	out_put(facts, "unenrolled",
		explain_said(e, explain_unenrolled(e->facts.unenrolled)));
	out_put(facts, "waived", explain_factors(e->facts.waived));
	out_put(facts, "stepped", explain_factors(e->facts.stepped));
	out_put(facts, "prompt", explain_said(e, explain_prompt(e)));
	out_put(facts, "clock_behind", json_boolean(e->clock_behind));
	out_put(j, "facts", facts);
	out_put(decision, "step",
		json_string(policy_step_name(e->decision.step)));
	out_put(decision, "reason",
		e->decision.step == POLICY_ASK
			? json_null()
			: json_string(policy_reason_name(e->decision.reason)));
	out_put(decision, "factor",
		e->decision.step == POLICY_ASK
			? json_string(policy_factor_name(e->decision.factor))
			: json_null());
	out_put(j, "decision", decision);
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

static void
explain_rule_text(const struct rule *r)
{
	struct store_rule row;

	if (r->id.s[0] == '\0') {
		out_field("Rule", "none matches");
		return;
	}
	session_rule_format(r, &row);
	out_field("Rule", "%lld: %s%s%s in %s%s%s", (long long)row.position,
		  row.action, row.require[0] == '\0' ? "" : " ", row.require,
		  row.phases, row.note[0] == '\0' ? "" : " -- ", row.note);
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
	     const struct session_explanation *e, struct fault *f)
{
	char factors[256];
	enum status st;

	out_field("Login", "%s by %s, phase %s, counted as %s", r->user,
		  r->service, phase, e->source);
	explain_factors_text(e->facts.enrolled, factors, sizeof(factors));
	out_field("Account", "%s, has %s%s", explain_account(e->facts.account),
		  factors,
		  e->facts.must_change ? ", must change the password" : "");
	if ((st = explain_codes_text(c, e, f)) != STATUS_OK)
		return st;
	explain_rule_text(&e->rule);
	explain_facts_text(e);
	if (e->decision.step == POLICY_ASK)
		out_field("Next step", "ask for %s",
			  explain_combined(e)
				  ? "password and code in one answer"
				  : policy_factor_name(e->decision.factor));
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
	struct explain_io io = { .io = { .ask = explain_ask,
					 .tell = explain_tell,
					 .member = explain_member,
					 .now = explain_now,
					 .uptime = explain_uptime,
					 .pause = explain_pause },
				 .user = c->arg[0],
				 .now = c->now };
	struct session_env env = { .store = c->store,
				   .keys = &c->keys,
				   .config = &c->config,
				   .audit = &c->audit,
				   .io = &io.io,
				   .host = c->host,
				   .boot = "" };
	struct session_explanation e;
	struct request r;
	enum status st;

	if ((st = explain_request(c, &r, f)) != STATUS_OK ||
	    (st = session_explain(&env, &r, &e, f)) != STATUS_OK)
		return st;
	phase = phase == NULL ? "auth" : phase;
	if (c->json)
		return explain_json(c, &r, phase, &e, f);
	return explain_text(c, &r, phase, &e, f);
}
