/* SPDX-License-Identifier: MIT */
/* Networks as they are written; what holds what, tests/lib/rule/match-t.c. */
#include "base/network.h"

#include <string.h>

#include "test.h"

/* Read, and written in the one way. */
static bool
is(const char *text, const char *expected)
{
	char out[NETWORK_TEXT_SIZE] = "";
	struct network n, again;

	if (!network_parse(text, &n))
		return false;
	network_format(&n, out);
	if (strcmp(out, expected) != 0)
		test_note("%s", out);
	return strcmp(out, expected) == 0 && network_parse(out, &again) &&
	       again.prefix == n.prefix &&
	       memcmp(&again.address, &n.address, sizeof(n.address)) == 0;
}

static bool
none(const char *text)
{
	struct network n;

	return !network_parse(text, &n);
}

int
main(void)
{
	CHECK(is("192.0.2.7", "192.0.2.7/32"));
	CHECK(is("192.0.2.7/24", "192.0.2.0/24"));
	CHECK(is("0.0.0.0/0", "0.0.0.0/0"));
	CHECK(is("255.255.255.255/1", "128.0.0.0/1"));
	CHECK(is("2001:DB8::1", "2001:db8::1/128"));
	CHECK(is("2001:db8:0:0::/32", "2001:db8::/32"));
	CHECK(is("::/0", "::/0"));
	CHECK(is("::ffff:192.0.2.1", "192.0.2.1/32"));
	CHECK(is("::ffff:192.0.2.1/120", "192.0.2.0/24"));
	CHECK(is("::ffff:0:0/95", "::fffe:0:0/95"));
	CHECK(none("") && none("/24") && none("192.0.2.1/33"));
	CHECK(none("192.0.2.1/") && none("192.0.2.1/08"));
	CHECK(none("192.0.2.1/24 ") && none("fe80::1%eth0") && none("a.b"));
	return test_done();
}
