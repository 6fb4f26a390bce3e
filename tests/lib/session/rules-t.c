/* SPDX-License-Identifier: MIT */
/* Rules to their rows and back. */
#include "session/rules.h"

#include "base/text.h"
#include "test.h"
#include "store/rule.h"

static bool
same(const struct rule *a, const struct rule *b)
{
	return strcmp(a->id.s, b->id.s) == 0 && a->position == b->position &&
	       a->phases == b->phases && a->action == b->action &&
	       a->alternatives == b->alternatives &&
	       memcmp(a->require, b->require, sizeof(a->require)) == 0 &&
	       a->account == b->account &&
	       strcmp(a->service, b->service) == 0 &&
	       strcmp(a->host, b->host) == 0 &&
	       strcmp(a->user, b->user) == 0 &&
	       strcmp(a->group, b->group) == 0 &&
	       strcmp(a->network, b->network) == 0 &&
	       strcmp(a->note, b->note) == 0 &&
	       a->unenrolled == b->unenrolled &&
	       a->unenrolled_until == b->unenrolled_until &&
	       a->trust_days == b->trust_days && a->step_up == b->step_up &&
	       a->prompt == b->prompt && a->qr == b->qr &&
	       a->qr_invert == b->qr_invert && a->uv == b->uv &&
	       a->key_wait == b->key_wait && a->key_paste == b->key_paste &&
	       strcmp(a->org, b->org) == 0 && a->org_choice == b->org_choice &&
	       a->notice == b->notice && a->new_source == b->new_source &&
	       a->invite == b->invite && a->session_max == b->session_max &&
	       a->session_idle == b->session_idle;
}

/* Into a row and out of it again. */
static bool
survives(const struct rule *r)
{
	struct fault f = { .text = "" };
	struct store_rule row;
	struct rule back;

	session_rule_format(r, &row);
	if (session_rule_parse(&row, &back, &f) != STATUS_OK) {
		test_note("%s", f.text);
		return false;
	}
	return same(r, &back);
}

static struct rule
full(void)
{
	return (struct rule){
		.id = { .s = "0190a000-0000-7000-8000-000000000000" },
		.position = 7,
		.phases = RULE_PHASE(POLICY_PHASE_AUTH),
		.action = POLICY_ACTION_REQUIRE,
		.alternatives = 2,
		.require = { 3, 1 },
		.account = RULE_ACCOUNT_KNOWN,
		.service = "sshd,su*",
		.host = "mill",
		.user = "ann",
		.group = "wheel",
		.network = "10.0.0.0/8",
		.note = "why",
		.unenrolled = RULE_UNENROLLED_UNTIL,
		.unenrolled_until = 1800000000,
		.trust_days = 30,
		.step_up = 300,
		.prompt = RULE_PROMPT_SINGLE,
		.qr = RULE_QR_ASCII,
		.qr_invert = true,
		.uv = RULE_UV_REQUIRED,
		.key_wait = 77,
		.key_paste = true,
		.org = "0190a000-0000-7000-8000-00000000000a,"
		       "0190a000-0000-7000-8000-00000000000b",
		.org_choice = RULE_ORG_ASK,
		.notice = true,
		.new_source = RULE_NEW_SOURCE_SECOND,
		.invite = true,
		.session_max = 43200,
		.session_idle = 600,
	};
}

static void
check_round_trip_people(void)
{
	static const int64_t max[] = { RULE_SESSION_MAX_AUTO, 0, 1,
				       RULE_SESSION_MAX };
	struct rule r = full();

	for (int i = 0; i <= RULE_NEW_SOURCE_SECOND; i++) {
		r.new_source = (enum rule_new_source)i;
		CHECK(survives(&r));
	}
	r.org_choice = RULE_ORG_LAST;
	CHECK(survives(&r));
	r.notice = false;
	CHECK(survives(&r));
	r.invite = false;
	CHECK(survives(&r));
	r.org[0] = '\0';
	CHECK(survives(&r));
	for (size_t i = 0; i < sizeof(max) / sizeof(max[0]); i++) {
		r.session_max = max[i];
		CHECK(survives(&r));
	}
	r.session_idle = RULE_SESSION_IDLE_MAX;
	CHECK(survives(&r));
}

static void
check_round_trip(void)
{
	struct rule r = full();
	struct rule rules[8];
	size_t n = rule_defaults(rules, 8);

	CHECK(survives(&r));
	for (size_t i = 0; i < n; i++)
		CHECK(survives(&rules[i]));
	for (int i = 0; i <= RULE_UNENROLLED_UNTIL; i++) {
		r.unenrolled = (enum rule_unenrolled)i;
		r.unenrolled_until = i == RULE_UNENROLLED_UNTIL ? 1 : 0;
		CHECK(survives(&r));
	}
	for (int i = 0; i <= RULE_PROMPT_SINGLE; i++) {
		r.prompt = (enum rule_prompt)i;
		CHECK(survives(&r));
	}
	for (int i = 0; i <= RULE_QR_NONE; i++) {
		r.qr = (enum rule_qr)i;
		CHECK(survives(&r));
	}
	for (int i = 0; i <= RULE_UV_DISCOURAGED; i++) {
		r.uv = (enum rule_uv)i;
		CHECK(survives(&r));
	}
	r.key_wait = RULE_KEY_WAIT_MAX;
	CHECK(survives(&r));
	r.key_wait = 0;
	r.key_paste = false;
	CHECK(survives(&r));
	r.require[0] = POLICY_BIT(POLICY_FACTOR_SSH_KEY) |
		       POLICY_BIT(POLICY_FACTOR_SSH_SK);
	CHECK(survives(&r));
	r.trust_days = RULE_TRUST_DAYS_MAX;
	r.step_up = RULE_STEP_UP_MAX;
	r.qr_invert = false;
	CHECK(survives(&r));
}

static void
check_words(void)
{
	struct rule r = full();
	struct store_rule row;

	session_rule_format(&r, &row);
	CHECK_STR(row.require, "password+otp | password");
	CHECK_STR(row.unenrolled, "until");
	CHECK_STR(row.prompt, "single");
	CHECK_STR(row.qr, "ascii");
	CHECK_EQ(row.unenrolled_until, 1800000000);
	CHECK_EQ(row.trust_days, 30);
	CHECK_EQ(row.step_up, 300);
	CHECK(row.qr_invert);
	CHECK_STR(row.uv, "required");
	CHECK(row.key_wait == 77 && row.key_paste);
	CHECK_STR(row.org_choice, "ask");
	CHECK_STR(row.new_source, "second");
	CHECK(row.notice && row.invite);
	CHECK_EQ(row.session_max, 43200);
	CHECK_EQ(row.session_idle, 600);
	r = (struct rule){ .phases = RULE_PHASES_ALL,
			   .action = POLICY_ACTION_DENY };
	session_rule_format(&r, &row);
	CHECK_STR(row.unenrolled, "deny");
	CHECK_STR(row.prompt, "auto");
	CHECK_STR(row.qr, "auto");
	CHECK(!row.qr_invert && row.trust_days == 0 && row.step_up == 0);
	CHECK_STR(row.uv, "preferred");
	CHECK(row.key_wait == 0 && !row.key_paste);
	CHECK_STR(row.org, "");
	CHECK_STR(row.org_choice, "last");
	CHECK_STR(row.new_source, "audit");
	CHECK(!row.notice && !row.invite);
}

/* The row does not parse; the sentence says which rule, and WORD. */
static bool
corrupt(const struct store_rule *row, const char *word)
{
	struct fault f = { .text = "" };
	struct rule out = { .position = 99 };

	if (session_rule_parse(row, &out, &f) != STATUS_CORRUPT)
		return false;
	test_note("%s", f.text);
	return out.position == 99 && strncmp(f.text, "rule 7: ", 8) == 0 &&
	       strstr(f.text, word) != NULL;
}

static struct store_rule
good_row(void)
{
	struct rule r = full();
	struct store_rule row;

	session_rule_format(&r, &row);
	return row;
}

#define CORRUPT(change, word)                                                 \
	do {                                                                  \
		struct store_rule row = good_row();                           \
		change;                                                       \
		CHECK(corrupt(&row, word));                                   \
	} while (0)

static void
check_corrupt(void)
{
	CORRUPT((void)strcpy(row.action, "lunch"), "action");
	CORRUPT((void)strcpy(row.account, ""), "account");
	CORRUPT((void)strcpy(row.phases, "lunch"), "phase");
	CORRUPT((void)strcpy(row.require, "password+lunch"), "lunch");
	CORRUPT((void)strcpy(row.unenrolled, ""), "unenrolled");
	CORRUPT((void)strcpy(row.unenrolled, "Deny"), "unenrolled");
	CORRUPT((void)strcpy(row.prompt, "lunch"), "prompt");
	CORRUPT((void)strcpy(row.qr, "lunch"), "QR");
	CORRUPT((void)strcpy(row.uv, "lunch"), "uv");
	CORRUPT((void)strcpy(row.uv, ""), "uv");
	CORRUPT((void)strcpy(row.org_choice, "first"), "org-choice");
	CORRUPT((void)strcpy(row.org_choice, ""), "org-choice");
	CORRUPT((void)strcpy(row.new_source, "lunch"), "new-source");
	CORRUPT((void)strcpy(row.org, "acme"), "org");
	CORRUPT((void)strcpy(row.account, "unknown"), "org");
	CORRUPT(row.session_max = -2, "session-max");
	CORRUPT(row.session_max = RULE_SESSION_MAX + 1, "session-max");
	CORRUPT(row.session_idle = -1, "session-idle");
	CORRUPT(row.key_wait = 121, "key-wait");
	CORRUPT(row.key_wait = -1, "key-wait");
	CORRUPT(row.unenrolled_until = 0, "date");
	CORRUPT((void)strcpy(row.unenrolled, "exempt"), "date");
	CORRUPT(row.trust_days = 366, "trust");
	CORRUPT(row.trust_days = -1, "trust");
	CORRUPT(row.step_up = INT64_MAX, "step-up");
	/* A demand that another kind of rule would not keep. */
	CORRUPT((void)strcpy(row.action, "admit"), "require");
}

int
main(void)
{
	check_round_trip();
	check_round_trip_people();
	check_words();
	check_corrupt();
	return test_done();
}
