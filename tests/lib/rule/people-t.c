/* SPDX-License-Identifier: MIT */
/* Rules about people: organizations, invitations, what they are told, how long
 * their sessions last. */
#include "rule/rule.h"

#include "test.h"

#define FOUND_MAX 16
#define ACME "01900000-0000-7000-8000-00000000acce"
#define MILL "01900000-0000-7000-8000-00000000a111"
#define OTHER "01900000-0000-7000-8000-00000000ffff"

#define PASSWORD POLICY_BIT(POLICY_FACTOR_PASSWORD)
#define OTP POLICY_BIT(POLICY_FACTOR_OTP)
#define FIDO2 POLICY_BIT(POLICY_FACTOR_FIDO2)
#define SSH_KEY POLICY_BIT(POLICY_FACTOR_SSH_KEY)
#define SSH_SK POLICY_BIT(POLICY_FACTOR_SSH_SK)

static struct rule rules[RULES_MAX];
static size_t n;
static struct rule_finding found[FOUND_MAX];
static const struct id acme = { ACME }, mill = { MILL }, other = { OTHER };

/* A rule before those of a new store. */
static struct rule *
first(uint32_t set)
{
	struct rule *r = &rules[0];

	n = 1 + rule_defaults(rules + 1, RULES_MAX - 1);
	*r = (struct rule){ .phases = RULE_PHASE(POLICY_PHASE_AUTH),
			    .action = POLICY_ACTION_REQUIRE,
			    .alternatives = 1,
			    .require = { set },
			    .user = "a*",
			    .session_max = RULE_SESSION_MAX_AUTO };
	for (size_t i = 0; i < n; i++)
		rules[i].position = (int64_t)i + 1;
	return r;
}

static bool
valid(void)
{
	struct fault f = { .text = "" };

	if (rule_valid(&rules[0], &f) == STATUS_OK)
		return true;
	test_note("%s", f.text);
	return false;
}

/* Refused, with a sentence that says WORD. */
static bool
invalid(const char *word)
{
	struct fault f = { .text = "" };

	if (rule_valid(&rules[0], &f) != STATUS_INVALID)
		return false;
	test_note("%s", f.text);
	return strstr(f.text, word) != NULL;
}

static size_t
check(bool root_known)
{
	const struct rule_root root = { .known = root_known,
					.enrolled = PASSWORD };
	size_t count;

	memset(found, 0, sizeof(found));
	count = rule_check(rules, n, &root, 0, found, FOUND_MAX);
	for (size_t i = 0; i < count && i < FOUND_MAX; i++)
		test_note("%s", found[i].text);
	return count;
}

/* Warned of WORD, and of nothing else. */
static bool
warned(const char *word)
{
	return check(false) == 1 && found[0].severity == RULE_WARNING &&
	       strstr(found[0].text, word) != NULL && found[0].position == 1;
}

static void
check_orgs_valid(void)
{
	struct rule *r = first(PASSWORD);

	(void)strcpy(r->org, ACME);
	CHECK(valid());
	r->account = RULE_ACCOUNT_KNOWN;
	CHECK(valid());
	r->account = RULE_ACCOUNT_UNKNOWN;
	CHECK(invalid("unknown"));
	r->account = RULE_ACCOUNT_ANY;
	r->action = POLICY_ACTION_DENY;
	r->alternatives = 0;
	CHECK(valid());
	r = first(PASSWORD);
	for (int i = 0; i < RULE_ORGS_ONE; i++)
		(void)strcat(strcat(r->org, i == 0 ? "" : ","), ACME);
	CHECK(valid());
	(void)strcat(r->org, ",x");
	CHECK(invalid("org"));
	r->org[strlen(r->org) - 2] = '\0';
	r->org[35] = 'g';
	CHECK(invalid("id of an organization"));
	(void)strcpy(r->org, "acme");
	CHECK(invalid("id of an organization"));
	(void)strcpy(r->org, ACME ",");
	CHECK(invalid("comma"));
	(void)strcpy(r->org, ACME ACME);
	CHECK(invalid("org"));
	memset(r->org, 'a', sizeof(r->org));
	CHECK(invalid("org"));
}

static void
check_org_many(void)
{
	struct rule *r = first(PASSWORD);

	/* As many as the text holds, were their ids shorter. */
	for (int i = 0; i <= RULE_ORGS_ONE; i++)
		(void)strcat(r->org, i == 0 ? "a" : ",a");
	CHECK(invalid("org"));
	CHECK(RULE_ORGS_ONE * (ID_LENGTH + 1) <= RULE_TEXT_SIZE);
}

/* Only a rule that requires something says these. */
static void
check_require_only(void)
{
	for (int i = 0; i < 4; i++) {
		struct rule *r = first(PASSWORD);

		r->org_choice = i == 0 ? RULE_ORG_ASK : RULE_ORG_LAST;
		r->notice = i == 1;
		r->new_source =
			i == 2 ? RULE_NEW_SOURCE_TELL : RULE_NEW_SOURCE_AUDIT;
		r->invite = i == 3;
		CHECK(valid());
		r->alternatives = 0;
		r->action = POLICY_ACTION_ADMIT;
		CHECK(invalid("only a 'require' rule"));
		r->action = POLICY_ACTION_DENY;
		CHECK(invalid("only a 'require' rule"));
		r->action = POLICY_ACTION_ABSTAIN;
		CHECK(invalid("only a 'require' rule"));
	}
	first(PASSWORD)->org_choice = (enum rule_org_choice)2;
	CHECK(invalid("org-choice"));
	first(PASSWORD)->new_source = (enum rule_new_source)3;
	CHECK(invalid("new-source"));
}

static void
check_session_valid(void)
{
	static const int64_t bad_max[] = { -2, INT64_MIN, 31536001,
					   INT64_MAX };
	static const int64_t bad_idle[] = { -1, INT64_MIN, 2592001,
					    INT64_MAX };
	struct rule *r = first(PASSWORD);

	r->session_max = RULE_SESSION_MAX;
	r->session_idle = RULE_SESSION_IDLE_MAX;
	CHECK(valid());
	r->action = POLICY_ACTION_ADMIT;
	r->alternatives = 0;
	r->phases = RULE_PHASE(POLICY_PHASE_SESSION);
	CHECK(valid());
	r->session_max = 0;
	CHECK(valid());
	r->action = POLICY_ACTION_DENY;
	CHECK(invalid("session-idle"));
	r->session_idle = 0;
	CHECK(valid());
	r->session_max = 1;
	CHECK(invalid("session-max"));
	r->session_max = RULE_SESSION_MAX_AUTO;
	CHECK(valid());
	for (size_t i = 0; i < 4; i++) {
		first(PASSWORD)->session_max = bad_max[i];
		CHECK(invalid("session-max"));
		first(PASSWORD)->session_idle = bad_idle[i];
		CHECK(invalid("session-idle"));
	}
}

static void
check_names(void)
{
	struct rule *r = first(PASSWORD);

	CHECK(rule_names_org(r, &acme) && rule_names_org(r, &other));
	(void)strcpy(r->org, ACME);
	CHECK(rule_names_org(r, &acme) && !rule_names_org(r, &mill));
	(void)strcpy(r->org, ACME "," MILL);
	CHECK(rule_names_org(r, &acme) && rule_names_org(r, &mill));
	CHECK(!rule_names_org(r, &other));
	CHECK(!rule_names_org(r, &(struct id){ .s = "" }));
}

static void
check_matches(void)
{
	const struct id both[] = { other, mill };
	struct rule_subject ann = { .phase = POLICY_PHASE_AUTH,
				    .service = "sshd",
				    .host = "mill",
				    .user = "ann",
				    .known = true,
				    .orgs = both,
				    .org_count = 2 };
	struct rule *r = first(PASSWORD);

	CHECK(rule_matches(r, &ann));
	(void)strcpy(r->org, ACME "," MILL);
	CHECK(rule_matches(r, &ann));
	ann.org_count = 1;
	CHECK(!rule_matches(r, &ann));
	ann.orgs = &acme;
	CHECK(rule_matches(r, &ann));
	ann.known = false;
	CHECK(!rule_matches(r, &ann));
	ann.known = true;
	ann.orgs = NULL;
	ann.org_count = 0;
	CHECK(!rule_matches(r, &ann));
	r->org[0] = '\0';
	CHECK(rule_matches(r, &ann));
}

static void
check_words(void)
{
	enum rule_org_choice choice = RULE_ORG_LAST;
	enum rule_new_source source = RULE_NEW_SOURCE_AUDIT;

	CHECK_STR(rule_org_choice_name(RULE_ORG_LAST), "last");
	CHECK_STR(rule_org_choice_name((enum rule_org_choice)2), "invalid");
	CHECK(rule_org_choice_parse("ask", &choice) && choice == RULE_ORG_ASK);
	CHECK(rule_org_choice_parse("last", &choice) &&
	      choice == RULE_ORG_LAST);
	CHECK(!rule_org_choice_parse("Ask", &choice) &&
	      !rule_org_choice_parse("", &choice) && choice == RULE_ORG_LAST);
	for (int i = 0; i <= RULE_NEW_SOURCE_SECOND; i++)
		CHECK(rule_new_source_parse(
			      rule_new_source_name((enum rule_new_source)i),
			      &source) &&
		      (int)source == i);
	CHECK_STR(rule_new_source_name(RULE_NEW_SOURCE_TELL), "tell");
	CHECK_STR(rule_new_source_name((enum rule_new_source)3), "invalid");
	CHECK(!rule_new_source_parse("invalid", &source) &&
	      source == RULE_NEW_SOURCE_SECOND);
}

static void
check_limit(void)
{
	struct rule *r = first(PASSWORD);

	CHECK_EQ(rule_session_limit(r, "sshd"), 86400);
	CHECK_EQ(rule_session_limit(r, "login"), 86400);
	CHECK_EQ(rule_session_limit(r, "su"), 0);
	CHECK_EQ(rule_session_limit(r, "gdm-password"), 0);
	CHECK_EQ(rule_session_limit(r, "sshd2"), 0);
	CHECK_EQ(rule_session_limit(r, ""), 0);
	r->session_max = 0;
	CHECK_EQ(rule_session_limit(r, "sshd"), 0);
	r->session_max = 60;
	CHECK_EQ(rule_session_limit(r, "sshd"), 60);
	CHECK_EQ(rule_session_limit(r, "su"), 60);
	n = rule_defaults(rules, RULES_MAX);
	for (size_t i = 0; i < n; i++)
		CHECK(rules[i].session_max == RULE_SESSION_MAX_AUTO &&
		      rules[i].session_idle == 0);
}

/* Who is not asked one thing after the other cannot be told, or asked. */
static void
check_talk(void)
{
	struct rule *r = first(PASSWORD);

	r->org_choice = RULE_ORG_ASK;
	r->notice = true;
	r->new_source = RULE_NEW_SOURCE_TELL;
	r->invite = true;
	CHECK_EQ(check(false), 0);
	r->phases = RULE_PHASE(POLICY_PHASE_SESSION);
	CHECK(warned("auth phase"));
	r = first(PASSWORD);
	r->prompt = RULE_PROMPT_SINGLE;
	CHECK_EQ(check(false), 0);
	r->org_choice = RULE_ORG_ASK;
	CHECK(warned("asked for an organization"));
	r->org_choice = RULE_ORG_LAST;
	r->notice = true;
	CHECK(warned("told anything"));
	r->new_source = RULE_NEW_SOURCE_TELL;
	CHECK(warned("told anything"));
	r->notice = false;
	CHECK(warned("told anything"));
	r->prompt = RULE_PROMPT_AUTO;
	(void)strcpy(r->service, "imap,sshd");
	CHECK_EQ(check(false), 0);
	(void)strcpy(r->service, "imap,vsftpd");
	CHECK(warned("told anything"));
	r->phases = RULE_PHASE(POLICY_PHASE_PASSWORD);
	CHECK(warned("auth phase"));
}

static void
check_invite(void)
{
	struct rule *r = first(FIDO2);

	r->invite = true;
	CHECK(warned("no alternative names"));
	r->alternatives = 2;
	r->require[1] = PASSWORD | OTP;
	CHECK_EQ(check(false), 0);
	r->account = RULE_ACCOUNT_KNOWN;
	CHECK(warned("accounts of the store only"));
	r->account = RULE_ACCOUNT_ANY;
	(void)strcpy(r->org, ACME);
	CHECK(warned("accounts of the store only"));
	r->org[0] = '\0';
	r->account = RULE_ACCOUNT_UNKNOWN;
	CHECK_EQ(check(false), 0);
	r->prompt = RULE_PROMPT_SINGLE;
	CHECK(warned("one prompt for everything"));
}

static void
check_source(void)
{
	struct rule *r = first(PASSWORD);

	r->new_source = RULE_NEW_SOURCE_SECOND;
	CHECK_EQ(check(false), 0);
	r->require[0] = SSH_KEY;
	CHECK_EQ(check(false), 0);
	r->require[0] = PASSWORD | OTP;
	CHECK(warned("no effect"));
	r->alternatives = 2;
	r->require[1] = PASSWORD | SSH_SK;
	CHECK(warned("no effect"));
	r->require[1] = PASSWORD;
	CHECK_EQ(check(false), 0);
	r->alternatives = 1;
	r->unenrolled = RULE_UNENROLLED_EXEMPT;
	CHECK_EQ(check(false), 0);
	r->unenrolled = RULE_UNENROLLED_DENY;
	r->trust_days = 7;
	CHECK_EQ(check(false), 0);
	r->trust_days = 0;
	r->step_up = 60;
	CHECK_EQ(check(false), 0);
	r = first(FIDO2);
	r->new_source = RULE_NEW_SOURCE_SECOND;
	r->prompt = RULE_PROMPT_SINGLE;
	CHECK(check(false) >= 1 &&
	      strstr(found[0].text, "one prompt") != NULL);
	r->require[0] = PASSWORD;
	CHECK_EQ(check(false), 0);
}

static void
check_session(void)
{
	struct rule *r = first(PASSWORD);

	r->session_max = 60;
	CHECK(warned("session phase"));
	r->session_max = 0;
	CHECK_EQ(check(false), 0);
	r->session_idle = 60;
	CHECK(warned("session phase"));
	r->phases |= RULE_PHASE(POLICY_PHASE_SESSION);
	CHECK_EQ(check(false), 0);
}

/* Is the second of two found to be idle? */
static bool
shadowed(const char *wide, const char *narrow, enum rule_account account)
{
	(void)first(PASSWORD);
	memmove(rules + 1, rules, n++ * sizeof(rules[0]));
	for (size_t i = 0; i < n; i++)
		rules[i].position = (int64_t)i + 1;
	(void)strcpy(rules[0].org, wide);
	(void)strcpy(rules[1].org, narrow);
	rules[0].account = account;
	return check(false) == 1 && found[0].position == 2 &&
	       strstr(found[0].text, "rule 1 before it") != NULL;
}

static void
check_shadows(void)
{
	CHECK(shadowed("", ACME, RULE_ACCOUNT_ANY));
	CHECK(shadowed(ACME "," MILL, MILL, RULE_ACCOUNT_ANY));
	CHECK(shadowed(ACME, ACME, RULE_ACCOUNT_ANY));
	CHECK(!shadowed(ACME, "", RULE_ACCOUNT_ANY));
	CHECK(!shadowed(ACME, MILL, RULE_ACCOUNT_ANY));
	CHECK(!shadowed(ACME, MILL "," ACME, RULE_ACCOUNT_ANY));
	/* Whoever belongs somewhere is known. */
	CHECK(shadowed("", ACME, RULE_ACCOUNT_KNOWN));
	CHECK(!shadowed("", "", RULE_ACCOUNT_KNOWN));
}

/* Root belongs nowhere: such a rule is no way in, and none of its business. */
static void
check_root(void)
{
	struct rule *r = first(PASSWORD);

	(void)strcpy(r->user, "*");
	CHECK_EQ(check(true), 0);
	r->require[0] = FIDO2;
	CHECK(check(true) == 1 && found[0].severity == RULE_ERROR);
	(void)strcpy(r->org, ACME);
	CHECK_EQ(check(true), 0);
	r = first(PASSWORD);
	(void)strcpy(rules[3].org, ACME);
	(void)strcpy(r->user, "[!r]*");
	CHECK(check(true) == 1 && found[0].severity == RULE_ERROR &&
	      strstr(found[0].text, "strands root") != NULL);
}

int
main(void)
{
	check_orgs_valid();
	check_org_many();
	check_require_only();
	check_session_valid();
	check_names();
	check_matches();
	check_words();
	check_limit();
	check_talk();
	check_invite();
	check_source();
	check_session();
	check_shadows();
	check_root();
	return test_done();
}
