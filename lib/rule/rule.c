/* SPDX-License-Identifier: MIT */
/* Rules as text, both ways, and the rules of a new store. */
#include "rule/rule.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "rule/list.h"

static bool
rule_factor_find(const char *word, uint32_t *bit)
{
	for (unsigned i = 0; i < POLICY_FACTOR_COUNT; i++)
		if (strcmp(policy_factor_name((enum policy_factor)i), word) ==
		    0) {
			*bit = POLICY_BIT(i);
			return true;
		}
	return false;
}

static enum status
rule_factor_unknown(const char *word, struct fault *f)
{
	char names[RULE_TEXT_SIZE];
	struct buf b;

	if (word[0] == '\0')
		return fault(f, STATUS_INVALID,
			     "a factor is missing; write factors as "
			     "'password', with '+' between those needed "
			     "together and '|' between alternatives");
	buf_start(&b, names, sizeof(names));
	for (unsigned i = 0; i < POLICY_FACTOR_COUNT; i++) {
		buf_text(&b, i == 0 ? "" : ", ");
		buf_text(&b, policy_factor_name((enum policy_factor)i));
	}
	return fault(f, STATUS_INVALID,
		     "'%s' is no factor; the factors are: %s", word, names);
}

static enum status
rule_set_parse(const char *s, uint32_t *out, struct fault *f)
{
	struct rule_item word;
	uint32_t set = 0, bit;

	while (rule_word_next(&s, '+', &word)) {
		if (!rule_factor_find(word.s, &bit))
			return rule_factor_unknown(word.s, f);
		if ((set & bit) != 0)
			return fault(f, STATUS_INVALID,
				     "'%s' stands twice in one alternative; "
				     "once is enough",
				     word.s);
		set |= bit;
	}
	*out = set;
	return STATUS_OK;
}

enum status
rule_require_parse(const char *s, unsigned *alternatives,
		   uint32_t require[POLICY_ALTERNATIVES_MAX], struct fault *f)
{
	uint32_t sets[POLICY_ALTERNATIVES_MAX] = { 0 };
	struct rule_item item;
	unsigned n = 0;

	if (strlen(s) >= RULE_TEXT_SIZE)
		return fault(f, STATUS_INVALID,
			     "the required factors take more than %d bytes",
			     RULE_TEXT_SIZE - 1);
	while (rule_word_next(&s, '|', &item)) {
		enum status st;

		if (n == POLICY_ALTERNATIVES_MAX)
			return fault(f, STATUS_INVALID,
				     "more than %d alternatives; write a "
				     "second rule with narrower conditions",
				     POLICY_ALTERNATIVES_MAX);
		st = rule_set_parse(item.s, &sets[n], f);
		if (st != STATUS_OK)
			return st;
		for (unsigned i = 0; i < n; i++)
			if (sets[i] == sets[n])
				return fault(f, STATUS_INVALID,
					     "the alternative '%s' stands "
					     "twice; once is enough",
					     item.s);
		n++;
	}
	memcpy(require, sets, sizeof(sets));
	*alternatives = n;
	return STATUS_OK;
}

static void
rule_set_format(uint32_t set, struct buf *b)
{
	const char *plus = "";

	for (unsigned i = 0; i < 32; i++) {
		if ((set & POLICY_BIT(i)) == 0)
			continue;
		buf_text(b, plus);
		buf_text(b, policy_factor_name((enum policy_factor)i));
		plus = "+";
	}
}

void
rule_require_format(const struct rule *r, char *out, size_t size)
{
	struct buf b;

	buf_start(&b, out, size);
	for (unsigned i = 0;
	     i < r->alternatives && i < POLICY_ALTERNATIVES_MAX; i++) {
		buf_text(&b, i == 0 ? "" : " | ");
		rule_set_format(r->require[i], &b);
	}
	/* Half a demand would be another demand; none is a rule that denies.
	 */
	if (b.full && size > 0)
		out[0] = '\0';
}

static const struct {
	const char *name;
	enum policy_phase phase;
} rule_phases[] = {
	{ "auth", POLICY_PHASE_AUTH },
	{ "account", POLICY_PHASE_ACCOUNT },
	{ "password", POLICY_PHASE_PASSWORD },
	{ "session", POLICY_PHASE_SESSION },
};

#define RULE_PHASE_COUNT (sizeof(rule_phases) / sizeof(rule_phases[0]))

static uint32_t
rule_phase_bit(const char *word)
{
	for (size_t i = 0; i < RULE_PHASE_COUNT; i++)
		if (strcmp(rule_phases[i].name, word) == 0)
			return RULE_PHASE(rule_phases[i].phase);
	return 0;
}

enum status
rule_phases_parse(const char *s, uint32_t *out, struct fault *f)
{
	struct rule_item word;
	uint32_t set = 0, bit;

	if (strcmp(s, "all") == 0) {
		*out = RULE_PHASES_ALL;
		return STATUS_OK;
	}
	while (rule_word_next(&s, ',', &word)) {
		if ((bit = rule_phase_bit(word.s)) == 0)
			return fault(f, STATUS_INVALID,
				     "'%s' is no phase; the phases are: auth, "
				     "account, password, session, or all",
				     word.s);
		if ((set & bit) != 0)
			return fault(f, STATUS_INVALID,
				     "the phase '%s' stands twice", word.s);
		set |= bit;
	}
	*out = set;
	return STATUS_OK;
}

void
rule_phases_format(uint32_t phases, char *out, size_t size)
{
	const char *comma = "";
	struct buf b;

	buf_start(&b, out, size);
	if (phases == RULE_PHASES_ALL) {
		buf_text(&b, "all");
		return;
	}
	for (size_t i = 0; i < RULE_PHASE_COUNT; i++) {
		if ((phases & RULE_PHASE(rule_phases[i].phase)) == 0)
			continue;
		buf_text(&b, comma);
		buf_text(&b, rule_phases[i].name);
		comma = ",";
	}
}

static const struct {
	const char *name;
	enum policy_action action;
} rule_actions[] = {
	{ "require", POLICY_ACTION_REQUIRE },
	{ "admit", POLICY_ACTION_ADMIT },
	{ "deny", POLICY_ACTION_DENY },
	{ "abstain", POLICY_ACTION_ABSTAIN },
};

#define RULE_ACTION_COUNT (sizeof(rule_actions) / sizeof(rule_actions[0]))

const char *
rule_action_name(enum policy_action action)
{
	for (size_t i = 0; i < RULE_ACTION_COUNT; i++)
		if (rule_actions[i].action == action)
			return rule_actions[i].name;
	return "none";
}

bool
rule_action_parse(const char *s, enum policy_action *out)
{
	for (size_t i = 0; i < RULE_ACTION_COUNT; i++)
		if (strcmp(rule_actions[i].name, s) == 0) {
			*out = rule_actions[i].action;
			return true;
		}
	return false;
}

static const char *const rule_accounts[] = {
	[RULE_ACCOUNT_ANY] = "any",
	[RULE_ACCOUNT_KNOWN] = "known",
	[RULE_ACCOUNT_UNKNOWN] = "unknown",
};

#define RULE_ACCOUNT_COUNT (sizeof(rule_accounts) / sizeof(rule_accounts[0]))

const char *
rule_account_name(enum rule_account account)
{
	size_t at = (size_t)account;

	return at < RULE_ACCOUNT_COUNT ? rule_accounts[at] : "none";
}

bool
rule_account_parse(const char *s, enum rule_account *out)
{
	for (size_t i = 0; i < RULE_ACCOUNT_COUNT; i++)
		if (strcmp(rule_accounts[i], s) == 0) {
			*out = (enum rule_account)i;
			return true;
		}
	return false;
}

/* In the order in which they are tried. */
static const struct rule rule_initial[] = {
	{
		.phases = RULE_PHASES_ALL,
		.action = POLICY_ACTION_ABSTAIN,
		.account = RULE_ACCOUNT_UNKNOWN,
		.service = "cron,atd,systemd-user",
		.note = "jobs of accounts that are not in the store",
	},
	{
		.phases = RULE_PHASES_ALL,
		.action = POLICY_ACTION_ABSTAIN,
		.account = RULE_ACCOUNT_UNKNOWN,
		.user = "root",
		.note = "root, until the store has it, is left to the rest "
			"of the stack",
	},
	{
		.phases = RULE_PHASE(POLICY_PHASE_AUTH) |
			  RULE_PHASE(POLICY_PHASE_PASSWORD),
		.action = POLICY_ACTION_REQUIRE,
		.alternatives = 2,
		.require = { POLICY_BIT(POLICY_FACTOR_PASSWORD) |
				     POLICY_BIT(POLICY_FACTOR_FIDO2),
			     POLICY_BIT(POLICY_FACTOR_PASSWORD) |
				     POLICY_BIT(POLICY_FACTOR_OTP) },
		.note = "everybody proves who they are",
		.unenrolled = RULE_UNENROLLED_EXEMPT,
		.key_wait = RULE_KEY_WAIT_DEFAULT,
	},
	{
		.phases = RULE_PHASE(POLICY_PHASE_ACCOUNT) |
			  RULE_PHASE(POLICY_PHASE_SESSION),
		.action = POLICY_ACTION_ADMIT,
		.account = RULE_ACCOUNT_KNOWN,
		.note = "accounts that are active, however they logged in",
	},
};

size_t
rule_defaults(struct rule *out, size_t max)
{
	size_t n = sizeof(rule_initial) / sizeof(rule_initial[0]);

	if (n > max)
		n = max;
	for (size_t i = 0; i < n; i++) {
		out[i] = rule_initial[i];
		out[i].position = (int64_t)i + 1;
		out[i].session_max = RULE_SESSION_MAX_AUTO;
	}
	return n;
}
