/* SPDX-License-Identifier: MIT */
#include "rule/rule.h"

#include "test.h"

static bool
same(const char *a, const char *b)
{
	return a != NULL && strcmp(a, b) == 0;
}

static bool
phases(const char *s, uint32_t expected)
{
	uint32_t set = 0xeeee;
	struct fault f;

	return rule_phases_parse(s, &set, &f) == STATUS_OK && set == expected;
}

static bool
no_phases(const char *s)
{
	struct fault f = { .status = STATUS_OK };
	uint32_t set = 0xeeee;

	return rule_phases_parse(s, &set, &f) == STATUS_INVALID &&
	       set == 0xeeee && f.text[0] != '\0';
}

static void
check_phases(void)
{
	char text[RULE_TEXT_SIZE], long_text[400];
	bool round = true;

	CHECK(phases("auth", RULE_PHASE(POLICY_PHASE_AUTH)));
	CHECK(phases("all", RULE_PHASES_ALL));
	CHECK(phases("auth,account,password,session", RULE_PHASES_ALL));
	CHECK(phases("session , auth",
		     RULE_PHASE(POLICY_PHASE_AUTH) |
			     RULE_PHASE(POLICY_PHASE_SESSION)));
	CHECK(no_phases(""));
	CHECK(no_phases(","));
	CHECK(no_phases("auth,"));
	CHECK(no_phases("all,auth"));
	CHECK(no_phases("auth,auth"));
	CHECK(no_phases("Auth"));
	CHECK(no_phases("auth\n"));
	memset(long_text, 'a', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	CHECK(no_phases(long_text));
	for (uint32_t i = 1; i < 16; i++) {
		rule_phases_format(i << 1, text, sizeof(text));
		if (!phases(text, i << 1))
			round = false;
	}
	CHECK(round);
	rule_phases_format(RULE_PHASES_ALL, text, sizeof(text));
	CHECK(same(text, "all"));
	rule_phases_format(0, text, sizeof(text));
	CHECK(same(text, ""));
}

static void
check_words(void)
{
	enum policy_action action = POLICY_ACTION_NONE;
	enum rule_account account = RULE_ACCOUNT_ANY;

	for (int i = POLICY_ACTION_REQUIRE; i <= POLICY_ACTION_ABSTAIN; i++)
		CHECK(rule_action_parse(
			      rule_action_name((enum policy_action)i),
			      &action) &&
		      (int)action == i);
	CHECK(!rule_action_parse("none", &action));
	CHECK(!rule_action_parse("", &action));
	CHECK(!rule_action_parse("allow", &action));
	CHECK(same(rule_action_name(POLICY_ACTION_NONE), "none"));
	CHECK(same(rule_action_name((enum policy_action)99), "none"));
	CHECK_EQ(action, POLICY_ACTION_ABSTAIN);
	for (int i = 0; i <= RULE_ACCOUNT_UNKNOWN; i++)
		CHECK(rule_account_parse(
			      rule_account_name((enum rule_account)i),
			      &account) &&
		      (int)account == i);
	CHECK(!rule_account_parse("none", &account));
	CHECK(!rule_account_parse("Known", &account));
	CHECK(same(rule_account_name((enum rule_account)99), "none"));
	CHECK_EQ(account, RULE_ACCOUNT_UNKNOWN);
}

static void
check_unenrolled_words(void)
{
	enum rule_unenrolled got = RULE_UNENROLLED_DENY;

	for (int i = 0; i <= RULE_UNENROLLED_UNTIL; i++)
		CHECK(rule_unenrolled_parse(
			      rule_unenrolled_name((enum rule_unenrolled)i),
			      &got) &&
		      (int)got == i);
	CHECK(same(rule_unenrolled_name(RULE_UNENROLLED_EXEMPT), "exempt"));
	CHECK(same(rule_unenrolled_name((enum rule_unenrolled)99), "invalid"));
	CHECK(!rule_unenrolled_parse("invalid", &got));
	CHECK(!rule_unenrolled_parse("", &got));
	CHECK(!rule_unenrolled_parse("Deny", &got));
	CHECK_EQ(got, RULE_UNENROLLED_UNTIL);
}

static void
check_prompt_words(void)
{
	enum rule_prompt prompt = RULE_PROMPT_AUTO;
	enum rule_qr qr = RULE_QR_AUTO;

	for (int i = 0; i <= RULE_PROMPT_SINGLE; i++)
		CHECK(rule_prompt_parse(rule_prompt_name((enum rule_prompt)i),
					&prompt) &&
		      (int)prompt == i);
	CHECK(same(rule_prompt_name(RULE_PROMPT_SINGLE), "single"));
	CHECK(same(rule_prompt_name((enum rule_prompt)99), "invalid"));
	CHECK(!rule_prompt_parse("singles", &prompt));
	CHECK_EQ(prompt, RULE_PROMPT_SINGLE);
	for (int i = 0; i <= RULE_QR_NONE; i++)
		CHECK(rule_qr_parse(rule_qr_name((enum rule_qr)i), &qr) &&
		      (int)qr == i);
	CHECK(same(rule_qr_name(RULE_QR_UTF8), "utf8"));
	CHECK(same(rule_qr_name((enum rule_qr)99), "invalid"));
	CHECK(!rule_qr_parse("utf-8", &qr));
	CHECK_EQ(qr, RULE_QR_NONE);
}

static void
check_uv_words(void)
{
	enum rule_uv uv = RULE_UV_PREFERRED;

	for (int i = 0; i <= RULE_UV_DISCOURAGED; i++)
		CHECK(rule_uv_parse(rule_uv_name((enum rule_uv)i), &uv) &&
		      (int)uv == i);
	CHECK(same(rule_uv_name(RULE_UV_PREFERRED), "preferred"));
	CHECK(same(rule_uv_name(RULE_UV_REQUIRED), "required"));
	CHECK(same(rule_uv_name((enum rule_uv)99), "invalid"));
	CHECK(!rule_uv_parse("invalid", &uv));
	CHECK(!rule_uv_parse("", &uv));
	CHECK(!rule_uv_parse("Required", &uv));
	CHECK_EQ(uv, RULE_UV_DISCOURAGED);
}

static void
check_singles(void)
{
	static const char *const once[] = {
		"cups",	   "dovecot", "ejabberd",   "freeradius", "imap",
		"imaps",   "ldap",    "mariadb",    "mysql",	  "openvpn",
		"pop",	   "pop3",    "postgresql", "proftpd",	  "pure-ftpd",
		"radiusd", "samba",   "sddm",	    "sieve",	  "smtp",
		"smtpd",   "vsftpd",  "xmpp",
	};
	static const char *const not_once[] = {
		"",	 "sshd", "login", "sudo",  "su",    "passwd",
		"imapx", "ima",	 "IMAP",  "imap ", "imap*", "gdm-password",
	};

	for (size_t i = 0; i < sizeof(once) / sizeof(once[0]); i++)
		CHECK(rule_service_single(once[i]));
	for (size_t i = 0; i < sizeof(not_once) / sizeof(not_once[0]); i++)
		CHECK(!rule_service_single(not_once[i]));
}

static enum policy_action
decides(const char *service, const char *user, bool known,
	enum policy_phase phase)
{
	struct rule_subject s = { .phase = phase,
				  .service = service,
				  .host = "mill",
				  .user = user,
				  .known = known };
	struct rule rules[8];
	size_t n = rule_defaults(rules, 8);
	const struct rule *r = rule_first(rules, n, &s);

	return r == NULL ? POLICY_ACTION_NONE : r->action;
}

static void
check_default_forms(void)
{
	struct rule rules[8] = { { .phases = 0 } };
	char text[RULE_TEXT_SIZE];
	struct fault f;
	size_t n = rule_defaults(rules, 8);

	CHECK_EQ(n, 4);
	for (size_t i = 0; i < n; i++) {
		CHECK_OK(rule_valid(&rules[i], &f), &f);
		CHECK_EQ(rules[i].position, i + 1);
		CHECK(rules[i].id.s[0] == '\0' && rules[i].note[0] != '\0');
	}
	/* A key or code is asked of whoever has one, and of nobody else. */
	rule_require_format(&rules[2], text, sizeof(text));
	CHECK(same(text, "password+fido2 | password+otp"));
	CHECK(rules[2].uv == RULE_UV_PREFERRED && !rules[2].key_paste);
	for (size_t i = 0; i < n; i++)
		CHECK_EQ(rules[i].key_wait, i == 2 ? 15 : 0);
	CHECK_EQ(rules[2].unenrolled, RULE_UNENROLLED_EXEMPT);
	CHECK(rules[2].phases == (RULE_PHASE(POLICY_PHASE_AUTH) |
				  RULE_PHASE(POLICY_PHASE_PASSWORD)));
	memset(rules, 0, sizeof(rules));
	CHECK_EQ(rule_defaults(rules, 2), 2);
	CHECK(rules[2].phases == 0);
	CHECK_EQ(rule_defaults(NULL, 0), 0);
}

static void
check_defaults(void)
{
	const enum policy_phase auth = POLICY_PHASE_AUTH;
	const enum policy_phase account = POLICY_PHASE_ACCOUNT;
	const enum policy_phase session = POLICY_PHASE_SESSION;

	CHECK(decides("sshd", "ann", true, auth) == POLICY_ACTION_REQUIRE);
	CHECK(decides("sshd", "nix", false, auth) == POLICY_ACTION_REQUIRE);
	CHECK(decides("passwd", "ann", true, POLICY_PHASE_PASSWORD) ==
	      POLICY_ACTION_REQUIRE);
	CHECK(decides("sshd", "ann", true, account) == POLICY_ACTION_ADMIT);
	CHECK(decides("sshd", "ann", true, session) == POLICY_ACTION_ADMIT);
	CHECK(decides("sshd", "nix", false, account) == POLICY_ACTION_NONE);
	CHECK(decides("cron", "nix", false, account) == POLICY_ACTION_ABSTAIN);
	CHECK(decides("atd", "nix", false, session) == POLICY_ACTION_ABSTAIN);
	CHECK(decides("systemd-user", "nix", false, session) ==
	      POLICY_ACTION_ABSTAIN);
	CHECK(decides("cron", "ann", true, account) == POLICY_ACTION_ADMIT);
	CHECK(decides("login", "root", false, auth) == POLICY_ACTION_ABSTAIN);
	CHECK(decides("login", "root", true, auth) == POLICY_ACTION_REQUIRE);
	CHECK(decides("login", "rooted", false, auth) ==
	      POLICY_ACTION_REQUIRE);
}

int
main(void)
{
	check_phases();
	check_words();
	check_unenrolled_words();
	check_prompt_words();
	check_uv_words();
	check_singles();
	check_default_forms();
	check_defaults();
	return test_done();
}
