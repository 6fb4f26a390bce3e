/* SPDX-License-Identifier: MIT */
/* What rule_check() finds in what a rule says of keys, and that it is silent
 * about what it cannot know. */
#include "rule/rule.h"

#include "test.h"

#define FOUND_MAX 16

static struct rule rules[RULES_MAX];
static size_t n;
static struct rule_finding found[FOUND_MAX];

#define PASSWORD POLICY_BIT(POLICY_FACTOR_PASSWORD)
#define OTP POLICY_BIT(POLICY_FACTOR_OTP)
#define FIDO2 POLICY_BIT(POLICY_FACTOR_FIDO2)
#define SSH_KEY POLICY_BIT(POLICY_FACTOR_SSH_KEY)
#define SSH_SK POLICY_BIT(POLICY_FACTOR_SSH_SK)

/* A rule that asks for SET, before those of a new store. */
static struct rule *
asks(const char *service, uint32_t set)
{
	struct rule *r = &rules[0];

	n = 1 + rule_defaults(rules + 1, RULES_MAX - 1);
	*r = (struct rule){ .phases = RULE_PHASE(POLICY_PHASE_AUTH),
			    .action = POLICY_ACTION_REQUIRE,
			    .alternatives = 1,
			    .require = { set },
			    .key_wait = RULE_KEY_WAIT_DEFAULT };
	for (size_t i = 0; i < n; i++)
		rules[i].position = (int64_t)i + 1;
	(void)strcpy(r->service, service);
	return r;
}

static size_t
check(bool root_known)
{
	const struct rule_root root = { .known = root_known,
					.enrolled = RULE_FACTORS_ALL };
	size_t count;

	memset(found, 0, sizeof(found));
	count = rule_check(rules, n, &root, 0, found, FOUND_MAX);
	if (count > 0)
		test_note("%zu: %s", count, found[0].text);
	return count;
}

/* This of WORD about the first rule, and nothing else. */
static bool
says(enum rule_severity severity, bool root_known, const char *word)
{
	return check(root_known) == 1 && found[0].severity == severity &&
	       found[0].position == 1 && strstr(found[0].text, word) != NULL;
}

static bool
warned(const char *word)
{
	return says(RULE_WARNING, false, word);
}

static void
check_services(void)
{
	static const char *const without[] = {
		"login", "gdm-password", "dovecot",	 "imap,pop3",
		"cron",	 "lightdm",	 "login,vsftpd",
	};
	static const char *const perhaps[] = {
		"sshd",	    "sudo",   "su",	 "sudo,su-l",	"login,sshd",
		"sshd-mfa", "dov*",   "log?n,x", "[l]ogin",	"polkit-1",
		"doas",	    "passwd", "vlock",	 "our-own-ssh", "ftp",
	};

	for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++) {
		struct rule *r = asks(without[i], SSH_KEY);

		(void)strcpy(r->user, "ann");
		CHECK(warned("sshd or an SSH agent"));
		r->require[0] = PASSWORD | SSH_SK;
		CHECK(warned("sshd or an SSH agent"));
		/* However good the others are, this one is in vain. */
		r->alternatives = 2;
		r->require[1] = PASSWORD;
		CHECK(warned("sshd or an SSH agent"));
		r->require[0] = PASSWORD | FIDO2;
		CHECK_EQ(check(false), 0);
	}
	for (size_t i = 0; i < sizeof(perhaps) / sizeof(perhaps[0]); i++) {
		struct rule *r = asks(perhaps[i], SSH_KEY);

		(void)strcpy(r->user, "ann");
		CHECK_EQ(check(false), 0);
		r->require[0] = PASSWORD | SSH_SK;
		CHECK_EQ(check(false), 0);
	}
}

static void
check_password_phase(void)
{
	struct rule *r = asks("passwd", SSH_KEY);

	r->phases = RULE_PHASE(POLICY_PHASE_PASSWORD);
	CHECK(warned("where a password is changed"));
	r->alternatives = 2;
	r->require[1] = PASSWORD;
	CHECK(warned("where a password is changed"));
	r->require[0] = FIDO2;
	CHECK_EQ(check(false), 0);
	/* For both phases: in each something has to be left. */
	r->phases |= RULE_PHASE(POLICY_PHASE_AUTH);
	r->require[0] = SSH_SK;
	CHECK_EQ(check(false), 0);
	r->require[1] = SSH_KEY | PASSWORD;
	CHECK(warned("nobody but root can change a password"));
	r->alternatives = 1;
	CHECK(warned("nobody but root can change a password"));
	r->phases = RULE_PHASE(POLICY_PHASE_AUTH);
	CHECK_EQ(check(false), 0);
}

static void
check_idle(void)
{
	struct rule *r = asks("sshd", PASSWORD | OTP);

	CHECK_EQ(check(false), 0);
	r->key_wait = 0;
	CHECK_EQ(check(false), 0);
	r->key_wait = 16;
	CHECK(warned("to no effect"));
	r->key_wait = RULE_KEY_WAIT_DEFAULT;
	r->uv = RULE_UV_REQUIRED;
	CHECK(warned("to no effect"));
	r->uv = RULE_UV_DISCOURAGED;
	CHECK(warned("to no effect"));
	r->uv = RULE_UV_PREFERRED;
	r->key_paste = true;
	CHECK(warned("to no effect"));
	/* An SSH key is asked otherwise, or not at all. */
	r->require[0] = SSH_SK;
	CHECK(warned("to no effect"));
	r->alternatives = 2;
	r->require[1] = PASSWORD | FIDO2;
	r->unenrolled = RULE_UNENROLLED_EXEMPT;
	r->uv = RULE_UV_REQUIRED;
	r->key_wait = RULE_KEY_WAIT_MAX;
	CHECK_EQ(check(false), 0);
}

static const char afar[] = "cannot be asked for from far away";
static const char once[] = "one prompt for everything";

static void
check_far(void)
{
	static const char *const far[] = { "sshd", "remote", "rlogin,sshd" };
	static const char *const perhaps[] = {
		"",	 "sudo", "sshd,sudo", "ssh*",  "sshd-mfa",
		"login", "su-l", "SSHD",      "sshd?", "gdm-password",
	};

	for (size_t i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		struct rule *r = asks(far[i], FIDO2);

		CHECK(warned(afar));
		r->require[0] = PASSWORD | FIDO2;
		CHECK(warned(afar));
		r->phases = RULE_PHASE(POLICY_PHASE_PASSWORD);
		CHECK(warned(afar));
		/* In a session nothing is asked. */
		r->phases = RULE_PHASE(POLICY_PHASE_SESSION);
		CHECK_EQ(check(false), 0);
		r->phases = RULE_PHASE(POLICY_PHASE_AUTH);
		r->key_paste = true;
		r->unenrolled = RULE_UNENROLLED_EXEMPT;
		CHECK_EQ(check(false), 0);
		r->key_paste = false;
		r->alternatives = 2;
		r->require[0] = FIDO2;
		r->require[1] = PASSWORD | FIDO2;
		CHECK(warned(afar));
		r->require[1] = PASSWORD | OTP;
		CHECK_EQ(check(false), 0);
	}
	for (size_t i = 0; i < sizeof(perhaps) / sizeof(perhaps[0]); i++) {
		(void)strcpy(asks(perhaps[i], PASSWORD | FIDO2)->user, "ann");
		CHECK_EQ(check(false), 0);
	}
}

/* A copied challenge does not help where one answer is all there is. */
static void
check_once(void)
{
	struct rule *r = asks("dovecot,imap", PASSWORD | FIDO2);

	CHECK(warned(once));
	r->key_paste = true;
	r->unenrolled = RULE_UNENROLLED_EXEMPT;
	CHECK(warned(once));
	r->prompt = RULE_PROMPT_MULTI;
	CHECK_EQ(check(false), 0);
	r = asks("sudo", PASSWORD | FIDO2);
	r->prompt = RULE_PROMPT_SINGLE;
	CHECK(warned(once));
	r->alternatives = 2;
	r->require[1] = PASSWORD | OTP;
	CHECK_EQ(check(false), 0);
}

static void
check_alone(void)
{
	static const char word[] = "a key alone always verifies its user";
	struct rule *r = asks("sudo", FIDO2);

	CHECK_EQ(check(false), 0);
	r->uv = RULE_UV_DISCOURAGED;
	CHECK(warned(word));
	r->alternatives = 2;
	r->require[1] = PASSWORD | OTP;
	CHECK(warned(word));
	r->uv = RULE_UV_REQUIRED;
	CHECK_EQ(check(false), 0);
	/* Beside another factor a touch may do. */
	r->uv = RULE_UV_DISCOURAGED;
	r->require[1] = PASSWORD | FIDO2;
	CHECK_EQ(check(false), 0);
	r->alternatives = 1;
	r->require[0] = FIDO2 | SSH_SK;
	CHECK_EQ(check(false), 0);
}

/* At the console there is no SSH, and root's one way in may not be it. */
static void
check_root(void)
{
	static const char error[] = "strands root";
	struct rule *r = asks("", SSH_KEY);

	CHECK(says(RULE_ERROR, true, error));
	/* Who is not in the store is not asked by a rule for those who are. */
	r->account = RULE_ACCOUNT_KNOWN;
	CHECK_EQ(check(false), 0);
	CHECK(says(RULE_ERROR, true, error));
	r->require[0] = SSH_SK;
	CHECK(says(RULE_ERROR, true, error));
	r->require[0] = PASSWORD | SSH_KEY;
	CHECK(says(RULE_ERROR, true, error));
	r->alternatives = 2;
	r->require[1] = SSH_SK | FIDO2;
	CHECK(says(RULE_ERROR, true, error));
	r->require[1] = PASSWORD;
	CHECK_EQ(check(true), 0);
	r->require[1] = FIDO2;
	CHECK_EQ(check(true), 0);
	r->alternatives = 1;
	r->require[0] = FIDO2;
	CHECK_EQ(check(true), 0);
	/* Not root's, or not at the console. */
	r->require[0] = SSH_KEY;
	(void)strcpy(r->user, "ann");
	CHECK_EQ(check(true), 0);
	(void)strcpy(r->user, "root");
	(void)strcpy(r->service, "sshd");
	CHECK_EQ(check(true), 0);
	r->service[0] = '\0';
	CHECK(says(RULE_ERROR, true, error));
	r->phases = RULE_PHASE(POLICY_PHASE_SESSION);
	CHECK_EQ(check(true), 0);
}

int
main(void)
{
	check_services();
	check_password_phase();
	check_idle();
	check_far();
	check_once();
	check_alone();
	check_root();
	return test_done();
}
