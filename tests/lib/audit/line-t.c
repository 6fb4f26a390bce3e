/* SPDX-License-Identifier: MIT */
#include "audit/line.h"

#include "base/text.h"
#include "test.h"

#define ANN "01890a5d-ac96-774b-bcce-b302099a8057"

static void
test_order(void)
{
	char line[AUDIT_LINE_SIZE];

	audit_line(
		&(struct audit_entry){
			.action = "login.denied",
			.outcome = AUDIT_FAILURE,
			.actor = ANN,
			.target = ANN,
			.service = "sshd",
			.tty = "ssh",
			.rhost = "192.0.2.1",
			.pid = 123,
			.meta = { { "note", "two words" },
				  { "reason", "wrong" },
				  { "gone", "" },
				  { NULL, "x" },
				  { "source", "192.0.2.1" } },
		},
		12, line);
	CHECK_STR(line, "sigra audit seq=12 action=login.denied "
			"outcome=failure actor=" ANN " target=" ANN " pid=123 "
			"reason=wrong source=192.0.2.1 service=\"sshd\" "
			"tty=\"ssh\" rhost=\"192.0.2.1\" note=\"two words\"");
	audit_line(&(struct audit_entry){ .action = "store.created",
					  .outcome = AUDIT_SUCCESS,
					  .actor = "uid:0",
					  .effective = "system",
					  .org = "acme" },
		   1, line);
	CHECK_STR(line, "sigra audit seq=1 action=store.created "
			"outcome=success actor=uid:0 effective=system "
			"org=acme");
}

/* Whoever chooses a service or host name cannot write a field or a line. */
static void
test_hostile(void)
{
	char line[AUDIT_LINE_SIZE];

	audit_line(
		&(struct audit_entry){
			.action = "login.denied",
			.outcome = AUDIT_FAILURE,
			.service = "a\" outcome=success x=\"",
			.tty = "a\nsigra audit seq=1",
			.rhost = "\xe2\x80\xae\x1b[2J\xff\\",
			.meta = { { "note", "a outcome=success" },
				  { "who", "a=b" } },
		},
		7, line);
	CHECK_STR(line,
		  "sigra audit seq=7 action=login.denied outcome=failure "
		  "service=\"a\\x22 outcome=success x=\\x22\" "
		  "tty=\"a\\x0asigra audit seq=1\" "
		  "rhost=\"\\xe2\\x80\\xae\\x1b[2J\\xff\\\\\" "
		  "note=\"a outcome=success\" who=\"a=b\"");
}

/* At every length the line is fields from end to end. */
static void
test_cut(void)
{
	static char service[1024], tty[1024];
	char line[AUDIT_LINE_SIZE];
	struct audit_entry e = { .action = "login.denied",
				 .outcome = AUDIT_FAILURE,
				 .service = service,
				 .tty = tty,
				 .rhost = "end" };
	unsigned cut = 0, whole = 0;

	for (size_t n = 300; n < 700; n++) {
		bool marked;
		size_t len;

		memset(service, 's', n);
		memset(tty, 't', n - 200);
		audit_line(&e, 1, line);
		len = strlen(line);
		CHECK(len < AUDIT_LINE_SIZE);
		marked = strstr(line, " cut=yes") == line + len - 8;
		marked ? cut++ : whole++;
		CHECK(marked == (strstr(line, " tty=\"") == NULL ||
				 strstr(line, " rhost=\"end\"") == NULL));
		CHECK(line[marked ? len - 9 : len - 1] == '"');
	}
	CHECK(cut > 0);
	CHECK(whole > 0);
}

static void
test_plain(void)
{
	CHECK(audit_plain("01890a5d-ac96"));
	CHECK(audit_plain("uid:1000"));
	CHECK(audit_plain("2001:db8::/64"));
	CHECK(!audit_plain(""));
	CHECK(!audit_plain("a b"));
	CHECK(!audit_plain("a=b"));
	CHECK(!audit_plain("a\"b"));
	CHECK(!audit_plain("a\\b"));
	CHECK(!audit_plain("\xc3\xa4"));
	CHECK(audit_plain("123456789012345678901234567890123456789012345678901"
			  "234567890123"));
	CHECK(!audit_plain("12345678901234567890123456789012345678901234567890"
			   "12345678901234"));
}

int
main(void)
{
	test_order();
	test_hostile();
	test_cut();
	test_plain();
	return test_done();
}
