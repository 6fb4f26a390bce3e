/* SPDX-License-Identifier: MIT */
/* A conversation with a key, whose program and person do what a script says.
 */
#include "script.h"
#include "test.h"

static struct script s;

static void
script_good(void)
{
	const struct fido_reply r = script_assertion();

	script_reply(&s, &r);
}

static void
test_touch(void)
{
	script_question(&s, FIDO_ASSERT);
	script_event(&s, FIDO_EVENT_INSERT, 0);
	script_event(&s, FIDO_EVENT_BUSY, 0);
	script_event(&s, FIDO_EVENT_TOUCH, 0);
	script_event(&s, FIDO_EVENT_TOUCH, 0);
	script_event(&s, FIDO_EVENT_FINGER, 0);
	script_good();
	CHECK_OK(script_run(&s), &s.f);
	CHECK_EQ(s.out.end, FIDO_DONE);
	CHECK_EQ(s.out.entry, 1);
	CHECK_EQ(s.out.signature[0], 7);
	CHECK_EQ(s.request.entries, 2);
	CHECK_EQ(s.longest, 50);
	CHECK_STR(s.log,
		  "open\nsend:request\n"
		  "info:Plug in your security key: sudo for ann on web1 "
		  "(Ctrl-C for another way)\n"
		  "info:Another program uses your security key: sudo for ann "
		  "on web1\n"
		  "touch\n"
		  "info:Touch your security key: sudo for ann on web1\n"
		  "info:Put your finger on your security key's reader: sudo "
		  "for ann on web1\n"
		  "close\nover\n");
}

static void
test_unplugged(void)
{
	script_question(&s, FIDO_ASSERT);
	script_event(&s, FIDO_EVENT_TOUCH, 0);
	script_event(&s, FIDO_EVENT_INSERT, 0);
	script_event(&s, FIDO_EVENT_TOUCH, 0);
	script_end(&s, FIDO_NO_KEY);
	CHECK_OK(script_run(&s), &s.f);
	CHECK_EQ(s.out.end, FIDO_NO_KEY);
	CHECK_EQ(script_count(&s, "touch\n"), 2);
	CHECK_EQ(script_count(&s, "over\n"), 2);
}

static void
test_cue_text(void)
{
	script_question(&s, FIDO_ASSERT);
	s.cue.service = "";
	s.cue.hint = NULL;
	s.cue.touch = NULL;
	script_event(&s, FIDO_EVENT_INSERT, 0);
	script_event(&s, FIDO_EVENT_TOUCH, 0);
	script_good();
	CHECK_OK(script_run(&s), &s.f);
	CHECK_STR(s.log, "open\nsend:request\n"
			 "info:Plug in your security key\n"
			 "info:Touch your security key\nclose\n");

	script_question(&s, FIDO_ASSERT);
	s.cue.user = "a\nb\x1b[2J";
	s.cue.host = "";
	script_event(&s, FIDO_EVENT_TOUCH, 0);
	script_good();
	CHECK_OK(script_run(&s), &s.f);
	CHECK_EQ(script_count(&s, "info:Touch your security key: sudo for "
				  "a\\x0ab\\x1b[2J\n"),
		 1);

	/* Nobody is told of keys that are not waited for. */
	script_question(&s, FIDO_ASSERT);
	s.question.insert_seconds = 0;
	script_event(&s, FIDO_EVENT_INSERT, 0);
	script_end(&s, FIDO_NO_KEY);
	CHECK_OK(script_run(&s), &s.f);
	CHECK_STR(s.log, "open\nsend:request\nclose\n");
}

static void
test_long_names(void)
{
	static char name[300];

	memset(name, 'x', sizeof(name) - 1);
	script_question(&s, FIDO_ASSERT);
	s.cue.service = s.cue.user = s.cue.host = name;
	script_event(&s, FIDO_EVENT_INSERT, 0);
	script_good();
	CHECK_OK(script_run(&s), &s.f);
	CHECK_EQ(script_count(&s, "xxx... on xxx"), 1);
	CHECK_EQ(script_count(&s, "(Ctrl-C for another way)\n"), 1);
}

static void
test_flood(void)
{
	script_question(&s, FIDO_ASSERT);
	for (unsigned i = 0; i < FIDO_EVENTS_MAX; i++)
		script_event(&s, FIDO_EVENT_TOUCH, 0);
	script_good();
	CHECK_OK(script_run(&s), &s.f);
	CHECK_EQ(s.out.end, FIDO_DONE);

	script_question(&s, FIDO_ASSERT);
	for (unsigned i = 0; i <= FIDO_EVENTS_MAX; i++)
		script_event(&s, FIDO_EVENT_TOUCH, 0);
	script_good();
	script_breaks(&s, "sigra-fido: too many events");

	/* Nor do they make time: 15 + 30 + 5 seconds. */
	script_question(&s, FIDO_ASSERT);
	for (unsigned i = 0; i < FIDO_EVENTS_MAX; i++) {
		script_event(&s,
			     i % 2 == 0 ? FIDO_EVENT_BUSY : FIDO_EVENT_INSERT,
			     0);
		s.step[i].seconds = 1;
	}
	CHECK_OK(script_run(&s), &s.f);
	CHECK_EQ(s.out.end, FIDO_TIMEOUT);
	CHECK_EQ(script_count(&s, "send:cancel"), 1);
	CHECK(s.clock <= 1000 + 15 + 30 + 5 + 2 + 1);
}

/* A clock that was set back makes no longer wait. */
static void
test_clock_back(void)
{
	script_question(&s, FIDO_ASSERT);
	script_event(&s, FIDO_EVENT_BUSY, 0);
	s.step[0].seconds = -500;
	CHECK_OK(script_run(&s), &s.f);
	CHECK_EQ(s.out.end, FIDO_TIMEOUT);
	CHECK_EQ(s.longest, 50);
}

static void
test_reply_fits(void)
{
	struct fido_reply r = script_assertion();

	r.entry = 2;
	script_question(&s, FIDO_ASSERT);
	script_reply(&s, &r);
	script_breaks(&s, "sigra-fido: a reply to something else");

	r = script_assertion();
	r.signature_len = 0;
	script_question(&s, FIDO_ASSERT);
	script_reply(&s, &r);
	script_breaks(&s, "sigra-fido: a reply to something else");

	r = script_assertion();
	strcpy(r.format, "packed");
	script_question(&s, FIDO_ASSERT);
	script_reply(&s, &r);
	script_breaks(&s, "sigra-fido: a reply to something else");

	script_question(&s, FIDO_MAKE);
	script_good();
	script_breaks(&s, "sigra-fido: a reply to something else");
	script_question(&s, FIDO_PARSE);
	script_good();
	script_breaks(&s, "sigra-fido: a reply to something else");

	for (int verb = FIDO_ASSERT; verb <= FIDO_PARSE; verb++) {
		script_question(&s, (enum fido_verb)verb);
		script_end(&s, FIDO_EXCLUDED);
		CHECK_EQ(script_run(&s),
			 verb == FIDO_MAKE ? STATUS_OK : STATUS_PROTOCOL);
		script_question(&s, (enum fido_verb)verb);
		script_end(&s, FIDO_FULL);
		CHECK_EQ(script_run(&s),
			 verb == FIDO_MAKE ? STATUS_OK : STATUS_PROTOCOL);
		script_question(&s, (enum fido_verb)verb);
		script_end(&s, FIDO_ATTESTATION);
		CHECK_EQ(script_run(&s),
			 verb == FIDO_PARSE ? STATUS_OK : STATUS_PROTOCOL);
	}
}

static void
test_make_parse(void)
{
	const struct fido_reply made = { .end = FIDO_DONE,
					 .authdata_len = 200,
					 .format = "none",
					 .transports = "usb" };
	const struct fido_reply parsed = { .end = FIDO_DONE,
					   .id_len = 32,
					   .algorithm = -7,
					   .public_len = 64,
					   .sign_count = 4 };

	script_question(&s, FIDO_MAKE);
	script_event(&s, FIDO_EVENT_TOUCH, 0);
	script_reply(&s, &made);
	CHECK_OK(script_run(&s), &s.f);
	CHECK_STR(s.out.format, "none");
	script_question(&s, FIDO_PARSE);
	script_reply(&s, &parsed);
	CHECK_OK(script_run(&s), &s.f);
	CHECK_EQ(s.out.algorithm, -7);
	script_question(&s, FIDO_MAKE);
	script_reply(&s, &parsed);
	script_breaks(&s, "sigra-fido: a reply to something else");
	script_question(&s, FIDO_ASSERT);
	script_reply(&s, &made);
	script_breaks(&s, "sigra-fido: a reply to something else");
}

static void
test_bytes(void)
{
	static const uint8_t request_frame[] = { 1, FIDO_FRAME_CANCEL };

	script_question(&s, FIDO_ASSERT);
	script_bytes(&s, "\x01\x05\xff", 3);
	script_breaks(&s, "not a frame of a security key");
	script_question(&s, FIDO_ASSERT);
	script_bytes(&s, request_frame, sizeof(request_frame));
	script_breaks(&s, "sigra-fido: a frame that only we send");
	script_question(&s, FIDO_ASSERT);
	script_bytes(&s, "", 0);
	script_breaks(&s, "not a frame of a security key");
}

static void
test_ctrl_c(void)
{
	script_question(&s, FIDO_ASSERT);
	script_event(&s, FIDO_EVENT_TOUCH, 0);
	script_status(&s, STATUS_CANCELLED);
	script_event(&s, FIDO_EVENT_TOUCH, 0);
	script_good(); /* too late: the person had said no */
	CHECK_OK(script_run(&s), &s.f);
	CHECK_EQ(s.out.end, FIDO_CANCELLED);
	CHECK_EQ(s.out.signature_len, 0);
	CHECK_EQ(script_count(&s, "send:cancel\nclose\nover\n"), 1);
	CHECK_EQ(s.at, 4);

	/* A program that does not care is not waited for. */
	script_question(&s, FIDO_ASSERT);
	script_status(&s, STATUS_CANCELLED);
	CHECK_OK(script_run(&s), &s.f);
	CHECK_EQ(s.out.end, FIDO_CANCELLED);
	CHECK(s.clock <= 1002);
	script_question(&s, FIDO_ASSERT);
	script_status(&s, STATUS_CANCELLED);
	for (int i = 0; i < 79; i++)
		script_event(&s, FIDO_EVENT_TOUCH, 0);
	CHECK_OK(script_run(&s), &s.f);
	CHECK_EQ(s.out.end, FIDO_CANCELLED);
}

static void
test_fails(void)
{
	script_question(&s, FIDO_ASSERT);
	CHECK_OK(script_run(&s), &s.f);
	CHECK_EQ(s.out.end, FIDO_TIMEOUT);
	CHECK(s.clock <= 1000 + 50 + 2);

	script_question(&s, FIDO_ASSERT);
	script_event(&s, FIDO_EVENT_TOUCH, 0);
	script_status(&s, STATUS_LOST);
	CHECK_EQ(script_run(&s), STATUS_UNAVAILABLE);
	CHECK_EQ(script_count(&s, "cancel"), 0);

	script_question(&s, FIDO_ASSERT);
	s.opens = STATUS_UNAVAILABLE;
	CHECK_EQ(script_run(&s), STATUS_UNAVAILABLE);
	CHECK_STR(s.log, "open\n");

	script_question(&s, FIDO_ASSERT);
	s.io.device_open = NULL;
	CHECK_EQ(fido_ask(&s.io, &s.cue, &s.question, &s.out, &s.f),
		 STATUS_UNAVAILABLE);

	script_question(&s, FIDO_ASSERT);
	s.send_fails_at = 1;
	s.sends = STATUS_LOST;
	CHECK_EQ(script_run(&s), STATUS_UNAVAILABLE);

	script_question(&s, FIDO_ASSERT);
	s.question.entries = FIDO_KEYS_MAX + 1;
	CHECK_EQ(script_run(&s), STATUS_INVALID);
	CHECK_EQ(s.out.end, 0);
}

static void
test_seat(void)
{
	script_question(&s, FIDO_ASSERT);
	s.touches = STATUS_BUSY;
	script_event(&s, FIDO_EVENT_TOUCH, 0);
	script_good();
	CHECK_EQ(script_run(&s), STATUS_BUSY);
	CHECK_EQ(s.out.end, 0);
	CHECK_STR(s.log, "open\nsend:request\ntouch\nsend:cancel\nclose\n");
}

int
main(void)
{
	test_touch();
	test_unplugged();
	test_cue_text();
	test_long_names();
	test_flood();
	test_clock_back();
	test_reply_fits();
	test_make_parse();
	test_bytes();
	test_ctrl_c();
	test_fails();
	test_seat();
	return test_done();
}
