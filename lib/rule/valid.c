/* SPDX-License-Identifier: MIT */
/* Is one rule well formed? */
#include <string.h>

#include "base/network.h"
#include "base/text.h"
#include "rule/list.h"

#define RULE_GROUP_MAX 32U /* what useradd(8) and the wire allow */

/* Printable as it stands: what text_encode() leaves alone, but for its
 * doubling of backslashes. */
static bool
rule_text_safe(const char *s)
{
	char encoded[4 * RULE_TEXT_SIZE + 1];
	size_t len = strlen(s), grown = len;

	for (size_t i = 0; i < len; i++)
		grown += s[i] == '\\';
	text_encode(s, len, encoded, sizeof(encoded));
	return strlen(encoded) == grown;
}

/* The text of a field: bounded, and safe to show. */
static enum status
rule_text_valid(const char *field, const char *s, struct fault *f)
{
	if (memchr(s, '\0', RULE_TEXT_SIZE) == NULL)
		return fault(f, STATUS_INVALID, "%s: more than %d bytes",
			     field, RULE_TEXT_SIZE - 1);
	if (!rule_text_safe(s))
		return fault(f, STATUS_INVALID,
			     "%s: has a control character or is not UTF-8",
			     field);
	return STATUS_OK;
}

/* Every '[' is closed, and no class depends on a locale. */
static bool
rule_brackets_valid(const char *s)
{
	for (s = strchr(s, '['); s != NULL; s = strchr(s, '[')) {
		const char *set = s + 1, *end;

		if (*set == '!' || *set == '^')
			set++;
		/* A ']' at the start is one of the set. */
		end = *set == '\0' ? NULL : strchr(set + 1, ']');
		if (end == NULL)
			return false;
		for (const char *p = set; p < end; p++)
			if (p[0] == '[' && strchr(":.=", p[1]) != NULL)
				return false;
		s = end + 1;
	}
	return true;
}

static enum status
rule_pattern_valid(const char *field, const char *item, struct fault *f)
{
	if (!rule_brackets_valid(item))
		return fault(f, STATUS_INVALID,
			     "%s: '%s' has a '[' without its ']' or a class "
			     "such as [:alpha:]; write [a-z]",
			     field, item);
	return STATUS_OK;
}

static enum status
rule_group_valid(const char *field, const char *item, struct fault *f)
{
	if (rule_is_glob(item))
		return fault(f, STATUS_INVALID,
			     "%s: '%s' is a pattern; write the names of "
			     "groups in full",
			     field, item);
	if (strlen(item) > RULE_GROUP_MAX)
		return fault(f, STATUS_INVALID,
			     "%s: '%s' is longer than %u bytes", field, item,
			     RULE_GROUP_MAX);
	return STATUS_OK;
}

static enum status
rule_org_valid(const char *field, const char *item, struct fault *f)
{
	if (strlen(item) != ID_LENGTH ||
	    strspn(item, "0123456789abcdef-") != ID_LENGTH)
		return fault(f, STATUS_INVALID,
			     "%s: '%s' is no id of an organization", field,
			     item);
	return STATUS_OK;
}

static enum status
rule_network_valid(const char *field, const char *item, struct fault *f)
{
	struct network n;

	if (!network_parse(item, &n))
		return fault(f, STATUS_INVALID,
			     "%s: '%s' is no network; write an address, or "
			     "one with a prefix, as in 192.0.2.0/24 or "
			     "2001:db8::/32",
			     field, item);
	return STATUS_OK;
}

/* A field and what each of its items has to be. */
struct rule_list_form {
	const char *field, *s;
	enum status (*check)(const char *field, const char *item,
			     struct fault *f);
};

static enum status
rule_list_valid(const struct rule_list_form *form, struct fault *f)
{
	const char *field = form->field, *s = form->s;
	enum status st = rule_text_valid(field, s, f);
	struct rule_item item;

	if (st != STATUS_OK || s[0] == '\0')
		return st;
	while (rule_item_next(&s, &item)) {
		size_t len = strlen(item.s);

		if (len == 0)
			return fault(f, STATUS_INVALID,
				     "%s: nothing stands before or after a "
				     "comma",
				     field);
		if (item.s[0] == ' ' || item.s[len - 1] == ' ')
			return fault(f, STATUS_INVALID,
				     "%s: '%s' has a blank at its end; write "
				     "commas without blanks",
				     field, item.s);
		if ((st = form->check(field, item.s, f)) != STATUS_OK)
			return st;
	}
	return STATUS_OK;
}

static enum status
rule_demand_valid(const struct rule *r, struct fault *f)
{
	uint32_t all = POLICY_BIT(POLICY_FACTOR_COUNT) - 1;
	uint32_t token = POLICY_BIT(POLICY_FACTOR_TOKEN);

	if (r->action != POLICY_ACTION_REQUIRE)
		return r->alternatives == 0
			       ? STATUS_OK
			       : fault(f, STATUS_INVALID,
				       "only a 'require' rule names factors");
	if (r->alternatives == 0 || r->alternatives > POLICY_ALTERNATIVES_MAX)
		return fault(f, STATUS_INVALID,
			     "a 'require' rule names 1 to %d alternatives",
			     POLICY_ALTERNATIVES_MAX);
	for (unsigned i = 0; i < r->alternatives; i++) {
		if (r->require[i] == 0)
			return fault(f, STATUS_INVALID,
				     "alternative %u is empty and would let "
				     "anybody in; name a factor",
				     i + 1);
		if ((r->require[i] & ~all) != 0)
			return fault(f, STATUS_INVALID,
				     "alternative %u names a factor that "
				     "does not exist",
				     i + 1);
		if ((r->require[i] & token) != 0 && r->require[i] != token)
			return fault(f, STATUS_INVALID,
				     "alternative %u names a token beside "
				     "another factor, but whatever asks for "
				     "one takes one string; write it alone, "
				     "as in 'password+otp | token'",
				     i + 1);
	}
	return STATUS_OK;
}

/* What a rule says of second factors. */
static enum status
rule_unenrolled_valid(const struct rule *r, struct fault *f)
{
	bool until = r->unenrolled == RULE_UNENROLLED_UNTIL;

	if ((unsigned)r->unenrolled > RULE_UNENROLLED_UNTIL)
		return fault(f, STATUS_INVALID,
			     "unenrolled: a rule says deny, exempt, enroll or "
			     "until");
	if (until != (r->unenrolled_until > 0) || r->unenrolled_until < 0)
		return fault(f, STATUS_INVALID,
			     "unenrolled: 'until' and a date go together");
	return STATUS_OK;
}

/* A challenge shows how many keys there are, to whoever gives a name. */
static enum status
rule_paste_valid(const struct rule *r, struct fault *f)
{
	const uint32_t key = POLICY_BIT(POLICY_FACTOR_FIDO2);
	const uint32_t second = (uint32_t)POLICY_SECOND_FACTORS;
	bool named = false;

	for (unsigned i = 0; i < r->alternatives && r->key_paste; i++) {
		if ((r->require[i] & key) == 0)
			continue;
		named = true;
		if ((r->require[i] & ~second) == 0)
			return fault(f, STATUS_INVALID,
				     "key-paste: a challenge that comes first "
				     "would tell who has keys; write 'fido2' "
				     "beside another factor everywhere, as in "
				     "'password+fido2'");
	}
	if (named && r->unenrolled == RULE_UNENROLLED_DENY)
		return fault(f, STATUS_INVALID,
			     "key-paste: where everybody is asked for "
			     "everything a challenge would tell who has keys; "
			     "say what becomes of the unenrolled, as in "
			     "'--unenrolled exempt'");
	return STATUS_OK;
}

static enum status
rule_keys_valid(const struct rule *r, struct fault *f)
{
	if ((unsigned)r->uv > RULE_UV_DISCOURAGED)
		return fault(f, STATUS_INVALID,
			     "uv: a rule says preferred, required or "
			     "discouraged");
	if (r->key_wait < 0 || r->key_wait > RULE_KEY_WAIT_MAX)
		return fault(f, STATUS_INVALID,
			     "key-wait: a key is waited for 0 to %d seconds",
			     RULE_KEY_WAIT_MAX);
	if (r->action != POLICY_ACTION_REQUIRE &&
	    (r->uv != RULE_UV_PREFERRED || r->key_wait != 0 || r->key_paste))
		return fault(f, STATUS_INVALID,
			     "only a 'require' rule says something of "
			     "security keys (uv, key-wait, key-paste)");
	return rule_paste_valid(r, f);
}

static enum status
rule_extras_valid(const struct rule *r, struct fault *f)
{
	if (r->trust_days < 0 || r->trust_days > RULE_TRUST_DAYS_MAX)
		return fault(f, STATUS_INVALID,
			     "trust: a device is trusted for 0 to %d days",
			     RULE_TRUST_DAYS_MAX);
	if (r->step_up < 0 || r->step_up > RULE_STEP_UP_MAX)
		return fault(f, STATUS_INVALID,
			     "step-up: a proof is good for 0 to %d seconds",
			     RULE_STEP_UP_MAX);
	if ((unsigned)r->prompt > RULE_PROMPT_SINGLE)
		return fault(f, STATUS_INVALID,
			     "prompt: a rule says auto, multi or single");
	if ((unsigned)r->qr > RULE_QR_NONE)
		return fault(f, STATUS_INVALID,
			     "qr: a rule says auto, utf8, ascii or none");
	if (r->action == POLICY_ACTION_REQUIRE)
		return STATUS_OK;
	if (r->unenrolled != RULE_UNENROLLED_DENY || r->trust_days != 0 ||
	    r->step_up != 0 || r->prompt != RULE_PROMPT_AUTO ||
	    r->qr != RULE_QR_AUTO || r->qr_invert)
		return fault(f, STATUS_INVALID,
			     "only a 'require' rule says something of the "
			     "unenrolled, trust, step-up, prompt or QR codes");
	return STATUS_OK;
}

static enum status
rule_words_valid(const struct rule *r, struct fault *f)
{
	if (r->phases == 0 || (r->phases & ~RULE_PHASES_ALL) != 0)
		return fault(f, STATUS_INVALID,
			     "a rule is for one phase at least of auth, "
			     "account, password, session");
	if (r->action < POLICY_ACTION_REQUIRE ||
	    r->action > POLICY_ACTION_ABSTAIN)
		return fault(f, STATUS_INVALID,
			     "a rule says require, admit, deny or abstain");
	if ((unsigned)r->account > RULE_ACCOUNT_UNKNOWN)
		return fault(f, STATUS_INVALID,
			     "a rule is for accounts any, known or unknown");
	return rule_demand_valid(r, f);
}

/* They are asked about in one question. */
static enum status
rule_groups_few(const struct rule *r, struct fault *f)
{
	const char *s = r->group;
	struct rule_item item;
	unsigned n = 0;

	if (s[0] == '\0')
		return STATUS_OK;
	while (rule_item_next(&s, &item))
		if (++n > RULE_GROUPS_ONE)
			return fault(f, STATUS_INVALID,
				     "group: one rule names %d groups at "
				     "most; write two rules",
				     RULE_GROUPS_ONE);
	return STATUS_OK;
}

/* Nobody whom the store does not know belongs to an organization. */
static enum status
rule_orgs_valid(const struct rule *r, struct fault *f)
{
	const char *s = r->org;
	struct rule_item item;
	unsigned n = 0;

	if (s[0] == '\0')
		return STATUS_OK;
	while (rule_item_next(&s, &item))
		if (++n > RULE_ORGS_ONE)
			return fault(f, STATUS_INVALID,
				     "org: one rule names %d organizations "
				     "at most; write two rules",
				     RULE_ORGS_ONE);
	if (r->account == RULE_ACCOUNT_UNKNOWN)
		return fault(f, STATUS_INVALID,
			     "org: who is unknown belongs to no organization; "
			     "leave out one of the two");
	return STATUS_OK;
}

static enum status
rule_session_valid(const struct rule *r, struct fault *f)
{
	if (r->session_max < RULE_SESSION_MAX_AUTO ||
	    r->session_max > RULE_SESSION_MAX)
		return fault(f, STATUS_INVALID,
			     "session-max: a session lasts 1 to %d seconds, "
			     "or has no limit",
			     RULE_SESSION_MAX);
	if (r->session_idle < 0 || r->session_idle > RULE_SESSION_IDLE_MAX)
		return fault(f, STATUS_INVALID,
			     "session-idle: a session idles 1 to %d seconds, "
			     "or as long as it likes",
			     RULE_SESSION_IDLE_MAX);
	if (r->action != POLICY_ACTION_REQUIRE &&
	    r->action != POLICY_ACTION_ADMIT &&
	    (r->session_max > 0 || r->session_idle != 0))
		return fault(f, STATUS_INVALID,
			     "only a 'require' or 'admit' rule says how long "
			     "a session lasts (session-max, session-idle)");
	return STATUS_OK;
}

/* What a rule says of people. */
static enum status
rule_people_valid(const struct rule *r, struct fault *f)
{
	if ((unsigned)r->org_choice > RULE_ORG_ASK)
		return fault(f, STATUS_INVALID,
			     "org-choice: a rule says last or ask");
	if ((unsigned)r->new_source > RULE_NEW_SOURCE_SECOND)
		return fault(f, STATUS_INVALID,
			     "new-source: a rule says audit, tell or second");
	if (r->action != POLICY_ACTION_REQUIRE &&
	    (r->org_choice != RULE_ORG_LAST || r->notice ||
	     r->new_source != RULE_NEW_SOURCE_AUDIT || r->invite))
		return fault(f, STATUS_INVALID,
			     "only a 'require' rule says something of "
			     "org-choice, notice, new-source or invite");
	return rule_session_valid(r, f);
}

enum status
rule_valid(const struct rule *r, struct fault *f)
{
	const struct rule_list_form lists[] = {
		{ "service", r->service, rule_pattern_valid },
		{ "host", r->host, rule_pattern_valid },
		{ "user", r->user, rule_pattern_valid },
		{ "group", r->group, rule_group_valid },
		{ "network", r->network, rule_network_valid },
		{ "org", r->org, rule_org_valid },
	};
	enum status st = rule_words_valid(r, f);

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (st == STATUS_OK)
			st = rule_list_valid(&lists[i], f);
	if (st == STATUS_OK)
		st = rule_groups_few(r, f);
	if (st == STATUS_OK)
		st = rule_orgs_valid(r, f);
	if (st == STATUS_OK)
		st = rule_unenrolled_valid(r, f);
	if (st == STATUS_OK)
		st = rule_extras_valid(r, f);
	if (st == STATUS_OK)
		st = rule_keys_valid(r, f);
	if (st == STATUS_OK)
		st = rule_people_valid(r, f);
	return st == STATUS_OK ? rule_text_valid("note", r->note, f) : st;
}
