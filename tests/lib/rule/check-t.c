/* SPDX-License-Identifier: MIT */
#include "rule/rule.h"

#include <stddef.h>

#include "test.h"

#define FOUND_MAX 16

static struct rule rules[RULES_MAX];
static size_t n;
static struct rule_finding found[FOUND_MAX];
static size_t found_n;

static void
start(void)
{
	memset(rules, 0, sizeof(rules));
	n = rule_defaults(rules, RULES_MAX);
}

/* A rule of its own kind, put before all others. */
static struct rule *
before(enum policy_action action, uint32_t phases)
{
	memmove(rules + 1, rules, n * sizeof(rules[0]));
	n++;
	rules[0] = (struct rule){ .phases = phases, .action = action };
	if (action == POLICY_ACTION_REQUIRE) {
		rules[0].alternatives = 1;
		rules[0].require[0] = 1;
	}
	for (size_t i = 0; i < n; i++)
		rules[i].position = (int64_t)i + 1;
	return &rules[0];
}

static void
without(size_t i)
{
	n--;
	memmove(rules + i, rules + i + 1, (n - i) * sizeof(rules[0]));
}

/* Root has everything, or is not in the store. */
static const struct rule_root *
root(bool known)
{
	static struct rule_root has = { .enrolled = RULE_FACTORS_ALL };

	has.known = known;
	return &has;
}

/* How many findings of this severity have WORD in them? */
static size_t
finds(bool root_known, enum rule_severity severity, const char *word)
{
	size_t hits = 0;

	memset(found, 0, sizeof(found));
	found_n = rule_check(rules, n, root(root_known), 0, found, FOUND_MAX);
	for (size_t i = 0; i < found_n && i < FOUND_MAX; i++)
		if (found[i].severity == severity &&
		    strstr(found[i].text, word) != NULL)
			hits++;
	return hits;
}

static bool
clean(bool root_known)
{
	finds(root_known, RULE_ERROR, "");
	if (found_n > 0)
		test_note("%s", found[0].text);
	return found_n == 0;
}

static void
check_nothing(void)
{
	start();
	CHECK(clean(false));
	CHECK(clean(true));
	before(POLICY_ACTION_ADMIT, RULE_PHASE(POLICY_PHASE_ACCOUNT));
	(void)strcpy(rules[0].user, "backup");
	CHECK(clean(false));
	rules[0].phases = RULE_PHASE(POLICY_PHASE_AUTH);
	CHECK_EQ(finds(false, RULE_ERROR, "with nothing"), 1);
	CHECK_EQ(found[0].position, 1);
	rules[0].phases = RULE_PHASE(POLICY_PHASE_PASSWORD);
	CHECK_EQ(finds(false, RULE_ERROR, "with nothing"), 1);
	rules[0].phases = RULE_PHASES_ALL;
	CHECK_EQ(finds(false, RULE_ERROR, "with nothing"), 1);
	start();
	rules[2].require[0] = 0;
	CHECK_EQ(finds(false, RULE_ERROR, "empty"), 1);
	CHECK_EQ(found[0].position, 3);
}

static void
check_malformed(void)
{
	start();
	(void)strcpy(rules[3].network, "10.0.0.0/99");
	CHECK_EQ(finds(false, RULE_ERROR, "network"), 1);
	CHECK_EQ(found[0].position, 4);
	memset(rules[0].service, 'a', sizeof(rules[0].service));
	CHECK_EQ(finds(false, RULE_ERROR, ""), 2);
	CHECK_EQ(found[0].position, 1);
	start();
	memset(rules[0].network, '9', 255);
	CHECK_EQ(finds(false, RULE_ERROR, "network"), 1);
	CHECK(strlen(found[0].text) < sizeof(found[0].text));
}

static void
check_root(void)
{
	start();
	without(1);
	CHECK_EQ(finds(false, RULE_ERROR, "strands root"), 1);
	CHECK_EQ(found[0].position, 0);
	CHECK(clean(true));
	start();
	(void)strcpy(rules[2].user, "[!r]*");
	CHECK(clean(false));
	CHECK_EQ(finds(true, RULE_ERROR, "strands root"), 1);
	start();
	rules[3].account = RULE_ACCOUNT_KNOWN;
	(void)strcpy(rules[3].network, "10.0.0.0/8");
	CHECK_EQ(finds(true, RULE_ERROR, "strands root"), 1);
	start();
	before(POLICY_ACTION_DENY, RULE_PHASE(POLICY_PHASE_AUTH));
	(void)strcpy(rules[0].service, "log*");
	CHECK_EQ(finds(false, RULE_ERROR, "strands root"), 1);
	CHECK_EQ(finds(true, RULE_ERROR, "strands root"), 1);
	(void)strcpy(rules[0].user, "[a-q]*");
	CHECK(clean(true) && clean(false));
	start();
	before(POLICY_ACTION_DENY, RULE_PHASE(POLICY_PHASE_ACCOUNT));
	(void)strcpy(rules[0].group, "root");
	CHECK_EQ(finds(true, RULE_ERROR, "strands root"), 1);
	start();
	before(POLICY_ACTION_REQUIRE, RULE_PHASE(POLICY_PHASE_AUTH));
	(void)strcpy(rules[0].user, "r*");
	CHECK_EQ(finds(false, RULE_ERROR, "strands root"), 1);
	CHECK(clean(true));
	/* A rule for another host is no way in at this one. */
	start();
	(void)strcpy(rules[1].host, "web*");
	CHECK_EQ(finds(false, RULE_ERROR, "strands root"), 1);
	start();
	before(POLICY_ACTION_ADMIT, RULE_PHASE(POLICY_PHASE_AUTH));
	CHECK_EQ(finds(true, RULE_ERROR, "strands root"), 1);
}

static void
check_nobody(void)
{
	n = 0;
	CHECK_EQ(finds(false, RULE_ERROR, "lets nobody in"), 2);
	CHECK_EQ(finds(false, RULE_ERROR, "strands root"), 1);
	start();
	without(2);
	CHECK_EQ(finds(false, RULE_ERROR, "lets nobody in"), 1);
	start();
	without(3);
	CHECK_EQ(finds(false, RULE_ERROR, "lets nobody in"), 1);
	start();
	before(POLICY_ACTION_DENY, RULE_PHASE(POLICY_PHASE_AUTH));
	rules[0].account = RULE_ACCOUNT_UNKNOWN;
	CHECK_EQ(finds(false, RULE_ERROR, "lets nobody in"), 0);
	/* The rule behind it is about one phase more, which helps nobody. */
	rules[0].account = RULE_ACCOUNT_KNOWN;
	CHECK_EQ(finds(false, RULE_ERROR, "lets nobody in"), 1);
	rules[0].account = RULE_ACCOUNT_ANY;
	(void)strcpy(rules[0].user, "*");
	rules[0].phases = RULE_PHASES_ALL;
	CHECK_EQ(finds(false, RULE_ERROR, "lets nobody in"), 2);
}

/* Abstaining from everything is no policy. */
static void
check_undecided(void)
{
	static const char word[] = "no login is decided by Sigra";

	start();
	CHECK_EQ(finds(false, RULE_ERROR, word), 0);
	before(POLICY_ACTION_ABSTAIN, RULE_PHASES_ALL);
	CHECK_EQ(finds(false, RULE_ERROR, word), 1);
	CHECK_EQ(found[0].position, 0);
	rules[0].phases = RULE_PHASE(POLICY_PHASE_AUTH);
	CHECK_EQ(finds(true, RULE_ERROR, word), 1);
	rules[0].account = RULE_ACCOUNT_KNOWN;
	(void)strcpy(rules[0].user, "*");
	CHECK_EQ(finds(true, RULE_ERROR, word), 1);
	rules[0].account = RULE_ACCOUNT_UNKNOWN;
	CHECK_EQ(finds(true, RULE_ERROR, word), 0);
	rules[0].account = RULE_ACCOUNT_ANY;
	rules[0].phases = RULE_PHASES_ALL & ~RULE_PHASE(POLICY_PHASE_AUTH);
	CHECK_EQ(finds(true, RULE_ERROR, word), 0);
	rules[0].phases = RULE_PHASES_ALL;
	(void)strcpy(rules[0].service, "cron");
	CHECK_EQ(finds(true, RULE_ERROR, word), 0);
	/* One person who is asked is enough; one who never comes is not. */
	rules[0].service[0] = '\0';
	before(POLICY_ACTION_REQUIRE, RULE_PHASE(POLICY_PHASE_AUTH));
	(void)strcpy(rules[0].user, "ann");
	CHECK_EQ(finds(true, RULE_ERROR, word), 0);
	memset(rules[0].service, 'x', 65);
	CHECK_EQ(finds(true, RULE_ERROR, word), 1);
	rules[0].service[0] = '\0';
	rules[0].account = RULE_ACCOUNT_UNKNOWN;
	CHECK_EQ(finds(true, RULE_ERROR, word), 1);
	/* No rule that asks at all. */
	start();
	rules[2].action = POLICY_ACTION_ABSTAIN;
	rules[2].alternatives = 0;
	rules[2].unenrolled = RULE_UNENROLLED_DENY;
	rules[2].key_wait = 0;
	CHECK_EQ(finds(false, RULE_ERROR, word), 1);
}

static void
check_root_left(void)
{
	start();
	CHECK(!rule_root_left(rules, n, POLICY_PHASE_AUTH));
	before(POLICY_ACTION_ABSTAIN, RULE_PHASE(POLICY_PHASE_AUTH));
	(void)strcpy(rules[0].user, "r*");
	CHECK(rule_root_left(rules, n, POLICY_PHASE_AUTH));
	CHECK(!rule_root_left(rules, n, POLICY_PHASE_ACCOUNT));
	(void)strcpy(rules[0].service, "sshd");
	CHECK(!rule_root_left(rules, n, POLICY_PHASE_AUTH));
	CHECK(!rule_root_left(rules, 0, POLICY_PHASE_AUTH));
}

/* Rule 1 is WIDE, rule 2 NARROW in one condition; is 2 found idle? */
static bool
shadowed(size_t offset, const char *wide, const char *narrow)
{
	start();
	(void)before(POLICY_ACTION_DENY, RULE_PHASE(POLICY_PHASE_SESSION));
	(void)before(POLICY_ACTION_DENY, RULE_PHASE(POLICY_PHASE_SESSION));
	(void)strcpy(rules[0].service, "ftp");
	(void)strcpy(rules[1].service, "ftp");
	(void)strcpy((char *)&rules[0] + offset, wide);
	(void)strcpy((char *)&rules[1] + offset, narrow);
	return finds(false, RULE_WARNING, "rule 1 before it") == 1 &&
	       found[0].position == 2;
}

#define SHADOWED(name, wide, narrow)                                          \
	shadowed(offsetof(struct rule, name), wide, narrow)

static void
check_shadows(void)
{
	CHECK(SHADOWED(user, "", ""));
	CHECK(SHADOWED(user, "", "ann"));
	CHECK(SHADOWED(user, "*", ""));
	CHECK(SHADOWED(user, "ann", "ann"));
	CHECK(SHADOWED(user, "bob,ann,c*", "c*,ann"));
	CHECK(!SHADOWED(user, "ann", ""));
	CHECK(!SHADOWED(user, "ann", "bob"));
	CHECK(!SHADOWED(user, "ann", "ann,bob"));
	CHECK(!SHADOWED(user, "an", "ann"));
	CHECK(SHADOWED(host, "", "mill"));
	CHECK(!SHADOWED(host, "mill", ""));
	CHECK(SHADOWED(service, "ftp,su", "su"));
	CHECK(!SHADOWED(service, "su", "ftp"));
	CHECK(SHADOWED(group, "", "wheel"));
	CHECK(SHADOWED(group, "wheel,sudo", "sudo"));
	CHECK(!SHADOWED(group, "wheel", ""));
	CHECK(SHADOWED(network, "", "10.0.0.0/8"));
	CHECK(SHADOWED(network, "10.0.0.0/8", "10.0.0.0/8"));
	CHECK(!SHADOWED(network, "10.0.0.0/8", ""));
	CHECK(!SHADOWED(network, "10.0.0.0/8", "10.0.0.0/9"));
	/* Who has no address is held by no network. */
	CHECK(!SHADOWED(network, "0.0.0.0/0,::/0", ""));
}

static void
check_shadow_words(void)
{
	start();
	(void)before(POLICY_ACTION_DENY, RULE_PHASE(POLICY_PHASE_SESSION));
	(void)before(POLICY_ACTION_DENY, RULE_PHASE(POLICY_PHASE_SESSION));
	(void)strcpy(rules[0].service, "ftp");
	(void)strcpy(rules[1].service, "ftp");
	CHECK_EQ(finds(false, RULE_WARNING, "never decides"), 1);
	rules[0].account = RULE_ACCOUNT_KNOWN;
	CHECK_EQ(finds(false, RULE_WARNING, "never decides"), 0);
	rules[1].account = RULE_ACCOUNT_KNOWN;
	CHECK_EQ(finds(false, RULE_WARNING, "never decides"), 1);
	rules[0].account = RULE_ACCOUNT_ANY;
	CHECK_EQ(finds(false, RULE_WARNING, "never decides"), 1);
	rules[1].phases |= RULE_PHASE(POLICY_PHASE_AUTH);
	CHECK_EQ(finds(false, RULE_WARNING, "never decides"), 0);
	rules[0].phases = RULE_PHASES_ALL;
	CHECK_EQ(finds(false, RULE_WARNING, "never decides"), 1);
	memset(rules[1].service, 'x', 65);
	CHECK_EQ(finds(false, RULE_WARNING, "can never match"), 1);
	(void)strcpy(rules[1].service + 65, "*");
	CHECK_EQ(finds(false, RULE_WARNING, "can never match"), 0);
}

/* A password gets nobody in where a token alone does. */
static void
check_tokens(void)
{
	static const char word[] = "app tokens alone";
	static const char *const meant[] = { "", "*", "dovecot,su*", "log?n" };

	for (size_t i = 0; i < 4; i++) {
		start();
		before(POLICY_ACTION_REQUIRE, RULE_PHASE(POLICY_PHASE_AUTH));
		rules[0].require[0] = POLICY_BIT(POLICY_FACTOR_TOKEN);
		(void)strcpy(rules[0].service, meant[i]);
		CHECK_EQ(finds(false, RULE_WARNING, word), 1);
		CHECK_EQ(found[0].severity == RULE_WARNING ? found[0].position
							   : found[1].position,
			 1);
	}
	(void)strcpy(rules[0].service, "dovecot,vsftpd");
	CHECK_EQ(finds(false, RULE_WARNING, word), 0);
	(void)strcpy(rules[0].service, "sshd");
	CHECK_EQ(finds(false, RULE_WARNING, "at sshd, too"), 1);
	CHECK(strlen(found[0].text) < sizeof(found[0].text) - 1);
	/* Whom it is for is said, or a password does as well. */
	(void)strcpy(rules[0].user, "backup");
	CHECK_EQ(finds(false, RULE_WARNING, word), 0);
	rules[0].user[0] = '\0';
	rules[0].alternatives = 2;
	rules[0].require[1] = POLICY_BIT(POLICY_FACTOR_PASSWORD);
	CHECK_EQ(finds(false, RULE_WARNING, word), 0);
}

/* A warning is true: what is called idle decides no login at all. */
static void
check_shadows_true(void)
{
	static const char *const users[] = { "", "ann", "a*", "ann,bob" };
	static const char *const names[] = { "ann", "bob", "al", "eve" };
	bool holds = true;

	for (unsigned i = 0; i < 4 * 4 * 3 * 3 * 15 * 15; i++) {
		struct rule two[2] = { { .position = 1 }, { .position = 2 } };
		size_t k, idle = 0;

		two[0].phases = (i % 15 + 1) << 1;
		two[1].phases = (i / 15 % 15 + 1) << 1;
		two[0].account = (enum rule_account)(i / 225 % 3);
		two[1].account = (enum rule_account)(i / 675 % 3);
		(void)strcpy(two[0].user, users[i / 2025 % 4]);
		(void)strcpy(two[1].user, users[i / 8100]);
		two[0].action = two[1].action = POLICY_ACTION_DENY;
		k = rule_check(two, 2, root(false), 0, found, FOUND_MAX);
		while (k-- > 0)
			idle += found[k].severity == RULE_WARNING;
		for (unsigned s = 0; idle > 0 && s < 4 * 2 * 4; s++) {
			struct rule_subject who = {
				.phase = (enum policy_phase)(s % 4 + 1),
				.known = s / 4 % 2 == 1,
				.user = names[s / 8],
				.service = "x",
				.host = "y",
			};

			if (rule_first(two, 2, &who) == &two[1])
				holds = false;
		}
	}
	CHECK(holds);
}

/* Errors are never hidden by warnings, nor written past the end. */
static void
check_room(void)
{
	size_t all;

	start();
	without(1);
	for (int i = 0; i < 40; i++)
		(void)strcpy(before(POLICY_ACTION_DENY,
				    RULE_PHASE(POLICY_PHASE_SESSION))
				     ->service,
			     "ftp");
	memset(found, 0, sizeof(found));
	all = rule_check(rules, n, root(false), 0, found, 2);
	CHECK_EQ(all, 40);
	CHECK(found[0].severity == RULE_ERROR);
	CHECK(found[1].severity == RULE_WARNING);
	CHECK(found[2].text[0] == '\0');
	CHECK_EQ(rule_check(rules, n, root(false), 0, NULL, 0), 40);
}

/* Each rule has its own; together they may name as many as they like. */
static void
check_groups(void)
{
	start();
	for (int i = 0; i < RULES_MAX - 8; i++) {
		char name[] = { 'g', (char)('a' + i / 26),
				(char)('a' + i % 26), '\0' };

		(void)before(POLICY_ACTION_DENY,
			     RULE_PHASE(POLICY_PHASE_SESSION));
		(void)strcpy(rules[0].group, name);
	}
	CHECK_EQ(finds(false, RULE_ERROR, ""), 0);
	CHECK_EQ(found_n, 0);
	(void)strcpy(rules[5].group, "g0,g1,g2,g3,g4,g5,g6,g7,g8,g9,ga,gb,gc,"
				     "gd,ge,gf");
	CHECK_EQ(finds(false, RULE_ERROR, "group"), 0);
	(void)strcat(rules[5].group, ",more");
	CHECK_EQ(finds(false, RULE_ERROR, "group"), 1);
}

int
main(void)
{
	check_nothing();
	check_malformed();
	check_root();
	check_nobody();
	check_undecided();
	check_root_left();
	check_shadows();
	check_shadow_words();
	check_tokens();
	check_shadows_true();
	check_room();
	check_groups();
	return test_done();
}
