/* SPDX-License-Identifier: MIT */
/* What a token is good for, and from where. */
#include "factor/token.h"

#include <string.h>

#include "test.h"

static void
grammar(void)
{
	static const char *const right[] = {
		"login:dovecot", "login:*",	"a:b",
		"l_9:.*-_",	 "login:a,x:b", "login:imap.example-1",
	};
	static const char *const wrong[] = {
		"",	   "login",	  "login:",	    ":dovecot",
		"a:b,",	   ",a:b",	  "a:b,,c:d",	    "Login:dovecot",
		"a:b c",   "login:Sshd",  "login:a:b",	    "log-in:a",
		"a:b,c",   " a:b",	  "a:b\n",	    "login:a/b",
		"login:?", "login:[a-z]", "login:\xc3\xa4",
	};
	char text[STORE_TOKEN_SCOPES_SIZE + 1];

	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		if (!token_scopes_valid(right[i]))
			test_note("%s", right[i]);
		CHECK(token_scopes_valid(right[i]));
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (token_scopes_valid(wrong[i]))
			test_note("%s", wrong[i]);
		CHECK(!token_scopes_valid(wrong[i]));
		CHECK(!token_scopes_allow(wrong[i], "login", "dovecot"));
	}
	memset(text, 'a', sizeof(text));
	text[1] = ':';
	text[STORE_TOKEN_SCOPES_SIZE] = '\0';
	CHECK(!token_scopes_valid(text));
	text[STORE_TOKEN_SCOPES_SIZE - 1] = '\0';
	CHECK(token_scopes_valid(text));
}

static void
scopes(void)
{
	static const struct {
		const char *scopes, *service;
		bool allowed;
	} cases[] = {
		{ "login:dovecot", "dovecot", true },
		{ "login:dovecot", "dovecot2", false },
		{ "login:dovecot", "doveco", false },
		{ "login:dovecot", "", false },
		{ "login:dovecot", "DOVECOT", false },
		{ "login:smtp,login:dovecot", "dovecot", true },
		{ "loginx:dovecot", "dovecot", false },
		{ "log:dovecot", "dovecot", false },
		{ "read:dovecot", "dovecot", false },
		{ "login:*", "dovecot", true },
		{ "login:*", "", true },
		{ "login:*", "Any thing/at,all", true },
		{ "login:dove*", "dovecot", true },
		{ "login:dove*", "dove", true },
		{ "login:*cot", "dovecot", true },
		{ "login:*cot", "cotcotcot", true },
		{ "login:*cot", "cotter", false },
		{ "login:d*v*t", "dovecot", true },
		{ "login:d*v*t", "dovecots", false },
		{ "login:a.b", "axb", false },
		{ "login:**", "x", true },
	};
	char many[200], long_name[200];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool is = token_scopes_allow(cases[i].scopes, "login",
					     cases[i].service);

		if (is != cases[i].allowed)
			test_note("%s %s", cases[i].scopes, cases[i].service);
		CHECK_EQ(is, cases[i].allowed);
	}
	/* Which takes fnmatch(3) longer than anybody lives. */
	(void)strcpy(many, "login:");
	for (size_t i = 6; i < sizeof(many) - 2; i += 2)
		(void)strcpy(many + i, "*a");
	memset(long_name, 'a', sizeof(long_name));
	long_name[sizeof(long_name) - 2] = 'b';
	long_name[sizeof(long_name) - 1] = '\0';
	CHECK(!token_scopes_allow(many, "login", long_name));
}

static bool
from(const char *sources, const char *address)
{
	struct in6_addr a;

	if (address == NULL)
		return token_sources_allow(sources, NULL);
	CHECK(network_address_parse(address, &a));
	return token_sources_allow(sources, &a);
}

static void
sources(void)
{
	const char *const two = "192.0.2.0/24,2001:db8::/32";

	CHECK(from("", "192.0.2.1") && from("", NULL));
	CHECK(from(two, "192.0.2.255") && from(two, "2001:db8::1") &&
	      from(two, "::ffff:192.0.2.1"));
	CHECK(!from(two, "192.0.3.0") && !from(two, "2001:db9::1"));
	/* A name, a person at the machine. */
	CHECK(!from(two, NULL) && !from("0.0.0.0/0,::/0", NULL));
	CHECK(from("0.0.0.0/0", "192.0.2.1") && !from("::/0", "192.0.2.1"));
	CHECK(!from("junk", "192.0.2.1") && !from(",", "192.0.2.1"));
}

static void
ends(void)
{
	static const struct token_limits none = { .max = 0 },
					 day = { .max = 86400 };
	struct store_token t = { .kind = STORE_TOKEN_APP, .created_at = 1000 };

	CHECK_EQ(token_ends_at(&t, &none), 0);
	CHECK_EQ(token_ends_at(&t, &day), 87400);
	t.expires_at = 87399;
	CHECK_EQ(token_ends_at(&t, &none), 87399);
	CHECK_EQ(token_ends_at(&t, &day), 87399);
	t.expires_at = 87401;
	CHECK_EQ(token_ends_at(&t, &day), 87400);
	t.created_at = INT64_MAX - 86399;
	CHECK_EQ(token_ends_at(&t, &day), 87401);
	t.created_at = 1000;
	t.kind = STORE_TOKEN_SERVICE;
	CHECK_EQ(token_ends_at(&t, &day), 87401);
}

int
main(void)
{
	grammar();
	scopes();
	sources();
	ends();
	return test_done();
}
