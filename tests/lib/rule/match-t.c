/* SPDX-License-Identifier: MIT */
#include "rule/rule.h"

#include "base/network.h"
#include "test.h"

static const char *const ann_groups[] = { "wheel", "DOM\\domain admins" };

/* A rule for all phases, and a login of ann over sshd from 10.1.2.3. */
static struct rule rule;
static struct rule_subject ann;

static void
start(void)
{
	rule = (struct rule){ .phases = RULE_PHASES_ALL };
	ann = (struct rule_subject){ .phase = POLICY_PHASE_AUTH,
				     .service = "sshd",
				     .host = "mill",
				     .user = "ann",
				     .known = true,
				     .groups = ann_groups,
				     .group_count = 2 };
	ann.has_address = network_address_parse("10.1.2.3", &ann.address);
}

static bool
matches(void)
{
	return rule_matches(&rule, &ann);
}

static bool
service(const char *patterns, const char *name)
{
	start();
	(void)strncpy(rule.service, patterns, sizeof(rule.service) - 1);
	ann.service = name;
	return matches();
}

static bool
group(const char *names)
{
	start();
	(void)strncpy(rule.group, names, sizeof(rule.group) - 1);
	return matches();
}

static bool
network(const char *networks, const char *address)
{
	start();
	(void)strncpy(rule.network, networks, sizeof(rule.network) - 1);
	ann.has_address = network_address_parse(address, &ann.address);
	return matches();
}

static void
check_words(void)
{
	start();
	CHECK(matches());
	rule.phases = RULE_PHASE(POLICY_PHASE_ACCOUNT);
	CHECK(!matches());
	rule.phases |= RULE_PHASE(POLICY_PHASE_AUTH);
	CHECK(matches());
	rule.phases = UINT32_MAX;
	ann.phase = (enum policy_phase)0;
	CHECK(!matches());
	ann.phase = (enum policy_phase)5;
	CHECK(!matches());
	ann.phase = (enum policy_phase)77;
	CHECK(!matches());
	start();
	rule.account = RULE_ACCOUNT_KNOWN;
	CHECK(matches());
	rule.account = RULE_ACCOUNT_UNKNOWN;
	CHECK(!matches());
	ann.known = false;
	CHECK(matches());
	rule.account = RULE_ACCOUNT_KNOWN;
	CHECK(!matches());
	rule.account = RULE_ACCOUNT_ANY;
	CHECK(matches());
	rule.account = (enum rule_account)9;
	CHECK(!matches());
}

static void
check_patterns(void)
{
	CHECK(service("sshd", "sshd"));
	CHECK(!service("sshd", "sshd2"));
	CHECK(!service("sshd", "SSHD"));
	CHECK(service("su,sshd", "sshd"));
	CHECK(service("su*,sshd", "sudo-i"));
	CHECK(!service("su,sudo", "sshd"));
	CHECK(service("*", ""));
	CHECK(service("s?", "su"));
	CHECK(service("[a-s]*", "su"));
	CHECK(!service("[!a-s]*", "su"));
	CHECK(service("a*", "a/b/c"));
	CHECK(service("*", ".hidden"));
	CHECK(service("DOM\\ann", "DOM\\ann"));
	CHECK(service("DOM\\*", "DOM\\ann"));
	CHECK(!service("DOM\\*", "DOM*"));
	CHECK(!service("sshd", "*"));
	CHECK(!service("sshd", "sshd,su"));
	CHECK(!service("sshd", "sshd\n"));
	CHECK(!service("sshd,", ""));
	CHECK(!service(",sshd", ""));
	CHECK(!service("sshd", NULL));
	CHECK(service("", NULL));
	CHECK(service("caf\303\251", "caf\303\251"));
	CHECK(service("*", "\377\376"));
}

static void
check_each_condition(void)
{
	start();
	(void)strcpy(rule.host, "mi*");
	(void)strcpy(rule.user, "ann,bob");
	CHECK(matches());
	ann.user = "bob";
	CHECK(matches());
	ann.user = "eve";
	CHECK(!matches());
	ann.user = "ann";
	ann.host = "web1";
	CHECK(!matches());
	ann.host = "mill";
	(void)strcpy(rule.service, "su");
	CHECK(!matches());
	(void)strcpy(rule.service, "sshd");
	(void)strcpy(rule.group, "wheel");
	(void)strcpy(rule.network, "10.0.0.0/8");
	CHECK(matches());
	ann.group_count = 0;
	CHECK(!matches());
	ann.group_count = 2;
	ann.has_address = false;
	CHECK(!matches());
}

static void
check_groups(void)
{
	CHECK(group("wheel"));
	CHECK(group("sudo,wheel"));
	CHECK(group("DOM\\domain admins"));
	CHECK(!group("sudo"));
	CHECK(!group("whee"));
	CHECK(!group("wheels"));
	CHECK(!group("w*"));
	CHECK(!group("Wheel"));
	CHECK(!group(","));
}

static void
check_networks(void)
{
	CHECK(network("10.0.0.0/8", "10.1.2.3"));
	CHECK(network("10.0.0.0/8", "::ffff:10.1.2.3"));
	CHECK(network("10.9.9.9/8", "10.1.2.3"));
	CHECK(!network("10.0.0.0/8", "11.1.2.3"));
	CHECK(network("10.1.2.3", "10.1.2.3"));
	CHECK(!network("10.1.2.3", "10.1.2.4"));
	CHECK(network("10.1.2.2/31", "10.1.2.3"));
	CHECK(!network("10.1.2.4/31", "10.1.2.3"));
	CHECK(network("192.168.0.0/16,10.0.0.0/8", "10.1.2.3"));
	CHECK(network("0.0.0.0/0", "255.255.255.255"));
	CHECK(!network("0.0.0.0/0", "2001:db8::1"));
	CHECK(network("::/0", "2001:db8::1"));
	CHECK(!network("::/0", "10.1.2.3"));
	CHECK(network("::ffff:10.0.0.0/104", "10.1.2.3"));
	CHECK(network("2001:db8::/32", "2001:db8:ffff::1"));
	CHECK(!network("2001:db8::/32", "2001:db9::1"));
	CHECK(network("2001:db8::/33", "2001:db8:7fff::1"));
	CHECK(!network("2001:db8::/33", "2001:db8:8000::1"));
	CHECK(network("fe80::/10", "fe80::1%eth0"));
	CHECK(network("::1", "::1"));
	CHECK(!network("::1", "0.0.0.1"));
	CHECK(!network("::1/128", "::2"));
	CHECK(!network("0.0.0.0/0,::/0", "gateway.example.org"));
	CHECK(!network("10.0.0.0/8", ""));
	CHECK(!network("junk", "10.1.2.3"));
	CHECK(!network("10.0.0.0/33", "10.1.2.3"));
}

static bool
address(const char *s, const char *same_as)
{
	struct in6_addr a, b;

	return network_address_parse(s, &a) &&
	       network_address_parse(same_as, &b) &&
	       memcmp(&a, &b, sizeof(a)) == 0;
}

static bool
no_address(const char *s)
{
	struct in6_addr a, b;

	memset(&a, 0xee, sizeof(a));
	b = a;
	return !network_address_parse(s, &a) && memcmp(&a, &b, sizeof(a)) == 0;
}

static void
check_addresses(void)
{
	CHECK(address("::ffff:192.0.2.1", "192.0.2.1"));
	CHECK(address("::ffff:c000:201", "192.0.2.1"));
	CHECK(address("2001:DB8::1", "2001:db8:0:0:0:0:0:1"));
	CHECK(address("fe80::1%eth0.100", "fe80::1"));
	CHECK(address("fe80::1%2", "fe80::1"));
	CHECK(no_address(NULL));
	CHECK(no_address(""));
	CHECK(no_address("localhost"));
	CHECK(no_address("192.0.2"));
	CHECK(no_address("192.0.2.1.5"));
	CHECK(no_address("192.0.2.256"));
	CHECK(no_address("192.0.2.01"));
	CHECK(no_address("0x7f.1"));
	CHECK(no_address("2130706433"));
	CHECK(no_address(" 192.0.2.1"));
	CHECK(no_address("192.0.2.1 "));
	CHECK(no_address("192.0.2.1\n"));
	CHECK(no_address("192.0.2.1/32"));
	CHECK(no_address("192.0.2.1%eth0"));
	CHECK(no_address("[::1]"));
	CHECK(no_address("::1%"));
	CHECK(no_address("::1%eth0%eth1"));
	CHECK(no_address("::1%\033[2J"));
	CHECK(no_address("%eth0"));
	CHECK(no_address(":::"));
	CHECK(no_address("1:2:3:4:5:6:7:8:9"));
	CHECK(no_address("1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:"
			 "bbbb:cccc:dddd"));
	CHECK(no_address("::1%aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}

static void
check_first(void)
{
	struct rule rules[3] = {
		{ .phases = RULE_PHASE(POLICY_PHASE_ACCOUNT) },
		{ .phases = RULE_PHASES_ALL, .user = "a*" },
		{ .phases = RULE_PHASES_ALL },
	};

	start();
	CHECK(rule_first(rules, 3, &ann) == &rules[1]);
	ann.user = "bob";
	CHECK(rule_first(rules, 3, &ann) == &rules[2]);
	CHECK(rule_first(rules, 2, &ann) == NULL);
	CHECK(rule_first(rules, 0, &ann) == NULL);
	ann.phase = POLICY_PHASE_ACCOUNT;
	CHECK(rule_first(rules, 3, &ann) == &rules[0]);
}

/* A name made to keep a matcher busy must not: this ends, or the test's
 * time limit ends it. */
static void
check_patience(void)
{
	char pattern[RULE_TEXT_SIZE], name[257];

	for (size_t i = 0; i + 2 < sizeof(pattern); i += 2)
		memcpy(pattern + i, "*a", 2);
	pattern[sizeof(pattern) - 2] = 'b';
	pattern[sizeof(pattern) - 1] = '\0';
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	CHECK(!service(pattern, name));
}

int
main(void)
{
	check_words();
	check_patterns();
	check_each_condition();
	check_groups();
	check_networks();
	check_addresses();
	check_first();
	check_patience();
	return test_done();
}
