/* SPDX-License-Identifier: MIT */
#include "rule/rule.h"

#include "test.h"

static struct rule rule;

static void
start(void)
{
	rule = (struct rule){ .phases = RULE_PHASES_ALL,
			      .action = POLICY_ACTION_REQUIRE,
			      .alternatives = 1,
			      .require = { 1 } };
}

static bool
valid(void)
{
	struct fault f = { .status = STATUS_OK };
	bool good = rule_valid(&rule, &f) == STATUS_OK;

	if (!good)
		test_note("%s", f.text);
	return good;
}

/* Refused, with a sentence that says WORD. */
static bool
invalid(const char *word)
{
	struct fault f = { .status = STATUS_OK };

	if (rule_valid(&rule, &f) != STATUS_INVALID)
		return false;
	test_note("%s", f.text);
	return strstr(f.text, word) != NULL;
}

static void
field(char *at, const char *s)
{
	start();
	memset(at, 0, RULE_TEXT_SIZE);
	memcpy(at, s, strlen(s));
}

#define GOOD(name, s) (field(rule.name, s), valid())
#define BAD(name, s) (field(rule.name, s), invalid(#name))

static void
check_structure(void)
{
	start();
	CHECK(valid());
	rule.phases = 0;
	CHECK(invalid("phase"));
	rule.phases = 1;
	CHECK(invalid("phase"));
	rule.phases = UINT32_MAX;
	CHECK(invalid("phase"));
	start();
	rule.action = POLICY_ACTION_NONE;
	CHECK(invalid("abstain"));
	rule.action = (enum policy_action)99;
	CHECK(invalid("abstain"));
	/* A token is one string, and all of it. */
	for (unsigned i = 0; i < POLICY_FACTOR_COUNT; i++) {
		start();
		rule.alternatives = 2;
		rule.require[1] =
			POLICY_BIT(POLICY_FACTOR_TOKEN) | POLICY_BIT(i);
		CHECK_EQ(rule_valid(&rule, NULL) == STATUS_OK,
			 i == POLICY_FACTOR_TOKEN);
		CHECK(i == POLICY_FACTOR_TOKEN || invalid("write it alone"));
	}
	start();
	rule.account = (enum rule_account)3;
	CHECK(invalid("unknown"));
	start();
	rule.alternatives = 0;
	CHECK(invalid("alternatives"));
	rule.alternatives = 5;
	CHECK(invalid("alternatives"));
	rule.alternatives = 2;
	CHECK(invalid("alternative 2 is empty"));
	rule.require[1] = POLICY_BIT(POLICY_FACTOR_COUNT);
	CHECK(invalid("does not exist"));
	rule.alternatives = 1;
	CHECK(valid());
	rule.action = POLICY_ACTION_ADMIT;
	CHECK(invalid("require"));
	rule.alternatives = 0;
	CHECK(valid());
}

static void
check_unenrolled(void)
{
	start();
	for (int i = 0; i < RULE_UNENROLLED_UNTIL; i++) {
		rule.unenrolled = (enum rule_unenrolled)i;
		rule.unenrolled_until = 0;
		CHECK(valid());
		rule.unenrolled_until = 1;
		CHECK(invalid("unenrolled"));
		rule.unenrolled_until = -1;
		CHECK(invalid("unenrolled"));
	}
	rule.unenrolled = RULE_UNENROLLED_UNTIL;
	CHECK(invalid("unenrolled"));
	rule.unenrolled_until = 0;
	CHECK(invalid("unenrolled"));
	rule.unenrolled_until = 1;
	CHECK(valid());
	rule.unenrolled_until = INT64_MAX;
	CHECK(valid());
	rule.unenrolled = (enum rule_unenrolled)(RULE_UNENROLLED_UNTIL + 1);
	CHECK(invalid("unenrolled"));
}

static void
check_bounds(void)
{
	start();
	rule.trust_days = 365;
	rule.step_up = 86400;
	rule.prompt = RULE_PROMPT_SINGLE;
	rule.qr = RULE_QR_NONE;
	rule.qr_invert = true;
	CHECK(valid());
	rule.trust_days = 366;
	CHECK(invalid("trust"));
	rule.trust_days = -1;
	CHECK(invalid("trust"));
	start();
	rule.step_up = 86401;
	CHECK(invalid("step-up"));
	rule.step_up = -1;
	CHECK(invalid("step-up"));
	start();
	rule.prompt = (enum rule_prompt)(RULE_PROMPT_SINGLE + 1);
	CHECK(invalid("prompt"));
	start();
	rule.qr = (enum rule_qr)(RULE_QR_NONE + 1);
	CHECK(invalid("qr"));
}

static void
check_keys(void)
{
	start();
	rule.uv = RULE_UV_DISCOURAGED;
	rule.key_wait = 120;
	rule.key_paste = true;
	CHECK(valid());
	rule.uv = (enum rule_uv)(RULE_UV_DISCOURAGED + 1);
	CHECK(invalid("uv"));
	start();
	rule.key_wait = 121;
	CHECK(invalid("key-wait"));
	rule.key_wait = -1;
	CHECK(invalid("key-wait"));
	rule.key_wait = INT64_MIN;
	CHECK(invalid("key-wait"));
}

/* Whoever gives a name sees no challenge before anything was right. */
static void
check_paste(void)
{
	const uint32_t password = POLICY_BIT(POLICY_FACTOR_PASSWORD);
	const uint32_t otp = POLICY_BIT(POLICY_FACTOR_OTP);
	const uint32_t key = POLICY_BIT(POLICY_FACTOR_FIDO2);

	start();
	rule.key_paste = true;
	rule.alternatives = 2;
	rule.require[0] = password | otp;
	rule.require[1] = password | key;
	CHECK(invalid("'--unenrolled exempt'"));
	rule.unenrolled = RULE_UNENROLLED_EXEMPT;
	CHECK(valid());
	rule.unenrolled = RULE_UNENROLLED_ENROLL;
	CHECK(valid());
	rule.unenrolled = RULE_UNENROLLED_UNTIL;
	rule.unenrolled_until = 1;
	CHECK(valid());
	rule.require[0] = key;
	CHECK(invalid("'password+fido2'"));
	rule.require[0] = key | otp;
	CHECK(invalid("'password+fido2'"));
	rule.require[0] = key | otp | POLICY_BIT(POLICY_FACTOR_SSH_KEY);
	CHECK(valid());
	rule.require[0] = otp;
	CHECK(valid());
	rule.key_paste = false;
	rule.require[0] = key;
	CHECK(valid());
}

static void
start_deny(void)
{
	start();
	rule.action = POLICY_ACTION_DENY;
	rule.alternatives = 0;
}

/* Each of them is for rules that require something. */
static void
check_require_only(void)
{
	start_deny();
	CHECK(valid());
	rule.unenrolled = RULE_UNENROLLED_EXEMPT;
	CHECK(invalid("only a 'require' rule"));
	start_deny();
	rule.unenrolled_until = 1;
	CHECK(invalid("unenrolled"));
	start_deny();
	rule.trust_days = 1;
	CHECK(invalid("only a 'require' rule"));
	start_deny();
	rule.step_up = 1;
	CHECK(invalid("only a 'require' rule"));
	start_deny();
	rule.prompt = RULE_PROMPT_MULTI;
	CHECK(invalid("only a 'require' rule"));
	start_deny();
	rule.qr = RULE_QR_ASCII;
	CHECK(invalid("only a 'require' rule"));
	start_deny();
	rule.qr_invert = true;
	CHECK(invalid("only a 'require' rule"));
	start_deny();
	rule.uv = RULE_UV_REQUIRED;
	CHECK(invalid("only a 'require' rule"));
	start_deny();
	rule.key_wait = RULE_KEY_WAIT_DEFAULT;
	CHECK(invalid("only a 'require' rule"));
	start_deny();
	rule.key_paste = true;
	CHECK(invalid("only a 'require' rule"));
}

static void
check_patterns(void)
{
	CHECK(GOOD(service, "sshd"));
	CHECK(GOOD(service, "sshd,su*,s?do,[a-z]*,[]x],[!]]"));
	CHECK(GOOD(host, "mill.example.org"));
	CHECK(GOOD(user, "DOM\\ann,DOM\\bob blue"));
	CHECK(GOOD(user, "caf\303\251"));
	CHECK(BAD(service, ","));
	CHECK(BAD(service, "sshd,"));
	CHECK(BAD(host, ",mill"));
	CHECK(BAD(user, "ann,,bob"));
	CHECK(BAD(user, "ann, bob"));
	CHECK(BAD(user, "ann "));
	CHECK(BAD(user, " "));
	CHECK(BAD(user, "ann\n"));
	CHECK(BAD(user, "ann\tbob"));
	CHECK(BAD(user, "a\177"));
	CHECK(BAD(user, "\033[2J"));
	CHECK(BAD(user, "a\302\233b"));
	CHECK(BAD(user, "a\342\200\256b"));
	CHECK(BAD(user, "\377"));
	CHECK(BAD(user, "\303"));
	CHECK(BAD(service, "ss[hd"));
	CHECK(BAD(service, "["));
	CHECK(BAD(service, "[]"));
	CHECK(BAD(service, "[!]"));
	CHECK(BAD(service, "[!"));
	CHECK(BAD(service, "[[:alpha:]]"));
	CHECK(BAD(service, "[a[=e=]]"));
	CHECK(BAD(service, "[[.hyphen.]]"));
	CHECK(BAD(service, "[a-z],[b"));
}

static void
check_groups(void)
{
	CHECK(GOOD(group, "wheel,sudo"));
	CHECK(GOOD(group, "DOM\\domain admins"));
	CHECK(GOOD(group, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
	CHECK(BAD(group, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
	CHECK(BAD(group, "wh*"));
	CHECK(BAD(group, "whee?"));
	CHECK(BAD(group, "[w]heel"));
	CHECK(BAD(group, "wheel,"));
	CHECK(BAD(group, "wheel\r"));
}

static void
check_networks(void)
{
	CHECK(GOOD(network, "10.0.0.0/8,::1,fd00::/8,192.0.2.7"));
	CHECK(GOOD(network, "10.1.2.3/8"));
	CHECK(GOOD(network, "0.0.0.0/0,::/0"));
	CHECK(GOOD(network, "255.255.255.255/32,::/128"));
	CHECK(BAD(network, "10.0.0.0/33"));
	CHECK(BAD(network, "::/129"));
	CHECK(BAD(network, "10.0.0.0/-1"));
	CHECK(BAD(network, "10.0.0.0/08"));
	CHECK(BAD(network, "10.0.0.0/+8"));
	CHECK(BAD(network, "10.0.0.0/ 8"));
	CHECK(BAD(network, "10.0.0.0/"));
	CHECK(BAD(network, "10.0.0.0/8/8"));
	CHECK(BAD(network, "10.0.0.0/255.0.0.0"));
	CHECK(BAD(network, "10.0.0.0/4294967304"));
	CHECK(BAD(network, "10.0.0.0/18446744073709551624"));
	CHECK(BAD(network, "10.0.0/8"));
	CHECK(BAD(network, "10/8"));
	CHECK(BAD(network, "/8"));
	CHECK(BAD(network, "fe80::1%eth0/64"));
	CHECK(BAD(network, "fe80::/64%eth0"));
	CHECK(BAD(network, "example.org"));
	CHECK(BAD(network, "10.0.0.0/8 "));
	CHECK(BAD(network, "10.0.0.0/8,"));
	CHECK(BAD(network, "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa/"
			   "64"));
}

static void
check_lengths(void)
{
	start();
	memset(rule.user, 'a', sizeof(rule.user) - 1);
	CHECK(valid());
	rule.user[sizeof(rule.user) - 1] = 'a';
	CHECK(invalid("user"));
	start();
	memset(rule.note, 'a', sizeof(rule.note));
	CHECK(invalid("note"));
	CHECK(GOOD(note, "why, and (for whom): see \\\\mill\\notes"));
	CHECK(BAD(note, "two\nlines"));
	start();
	memset(rule.user, '\\', sizeof(rule.user) - 1);
	CHECK(valid());
	/* The widest escapes there are must not hide behind a cut. */
	memset(rule.user, 1, sizeof(rule.user) - 1);
	CHECK(invalid("user"));
}

int
main(void)
{
	check_structure();
	check_unenrolled();
	check_bounds();
	check_keys();
	check_paste();
	check_require_only();
	check_patterns();
	check_groups();
	check_networks();
	check_lengths();
	return test_done();
}
