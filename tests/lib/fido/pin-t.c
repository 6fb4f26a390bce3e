/* SPDX-License-Identifier: MIT */
/* The PIN of a key: asked for, never wasted, and never asked for out of turn.
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
test_pin(void)
{
	script_question(&s, FIDO_ASSERT);
	script_event(&s, FIDO_EVENT_TOUCH, 0);
	script_event(&s, FIDO_EVENT_PIN, 3);
	script_answer(&s, "0000");
	script_event(&s, FIDO_EVENT_PIN_WRONG, 2);
	script_event(&s, FIDO_EVENT_PIN, 2);
	script_answer(&s, "123456");
	script_event(&s, FIDO_EVENT_TOUCH, 0);
	script_good();
	CHECK_OK(script_run(&s), &s.f);
	CHECK_EQ(s.out.end, FIDO_DONE);
	CHECK_STR(s.log,
		  "open\nsend:request\ntouch\n"
		  "info:Touch your security key: sudo for ann on web1\n"
		  "over\npin:PIN of your security key (3 tries left): \n"
		  "send:PIN 0000\n"
		  "error:That was not the PIN: 2 tries are left\n"
		  "pin:PIN of your security key (2 tries left): \n"
		  "send:PIN 123456\ntouch\n"
		  "info:Touch your security key: sudo for ann on web1\n"
		  "close\nover\n");
}

/* A PIN of a wrong shape costs no try. */
static void
test_pin_shape(void)
{
	static char longer[FIDO_PIN_MAX + 2], endless[ANSWER_MAX + 2];
	const char *const wrong[] = { "123", "\xc3\xa9\xc3\xa9", "12345\xff",
				      longer, endless };

	memset(longer, '1', sizeof(longer) - 1);
	memset(endless, '1', sizeof(endless) - 1);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		script_question(&s, FIDO_ASSERT);
		script_event(&s, FIDO_EVENT_PIN, 8);
		script_answer(&s, wrong[i]);
		script_answer(&s, longer + 1);
		script_good();
		CHECK_OK(script_run(&s), &s.f);
		CHECK_EQ(s.out.end, FIDO_DONE);
		CHECK_EQ(script_count(&s, "error:A PIN has 4 to 63"), 1);
		CHECK_EQ(script_count(&s, "send:PIN"), 1);

		script_question(&s, FIDO_ASSERT);
		script_event(&s, FIDO_EVENT_PIN, 8);
		script_answer(&s, wrong[i]);
		script_answer(&s, wrong[i]);
		script_answer(&s, "1234");
		script_end(&s, FIDO_CANCELLED);
		CHECK_OK(script_run(&s), &s.f);
		CHECK_EQ(s.out.end, FIDO_CANCELLED);
		CHECK_EQ(script_count(&s, "send:PIN"), 0);
		CHECK_EQ(script_count(&s, "send:cancel"), 1);
	}
}

static void
test_pin_none(void)
{
	static const char *const none[] = { "", NULL };

	for (size_t i = 0; i < 2; i++) {
		script_question(&s, FIDO_ASSERT);
		script_event(&s, FIDO_EVENT_PIN, 8);
		script_answer(&s, none[i]);
		script_answer(&s, "1234");
		script_end(&s, FIDO_CANCELLED);
		CHECK_OK(script_run(&s), &s.f);
		CHECK_EQ(s.out.end, FIDO_CANCELLED);
		CHECK_STR(s.log,
			  "open\nsend:request\n"
			  "pin:PIN of your security key (8 tries left): \n"
			  "send:cancel\nclose\n");
	}
}

static void
test_last_try(void)
{
	static const char *const no[] = { "n", "", "yess", "ja", NULL };

	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		script_question(&s, FIDO_ASSERT);
		script_event(&s, FIDO_EVENT_PIN, 1);
		script_answer(&s, no[i]);
		script_answer(&s, "1234");
		script_end(&s, FIDO_CANCELLED);
		CHECK_OK(script_run(&s), &s.f);
		CHECK_EQ(s.out.end, FIDO_CANCELLED);
		CHECK_STR(s.log,
			  "open\nsend:request\n"
			  "choice:One try is left before this key blocks "
			  "itself for good. Use it? [y/N] \n"
			  "send:cancel\nclose\n");
	}
	script_question(&s, FIDO_ASSERT);
	script_event(&s, FIDO_EVENT_PIN, 2);
	script_answer(&s, "0000");
	script_event(&s, FIDO_EVENT_PIN_WRONG, 1);
	script_event(&s, FIDO_EVENT_PIN, 1);
	script_answer(&s, "y");
	script_answer(&s, "0001");
	script_event(&s, FIDO_EVENT_PIN_WRONG, 0);
	script_end(&s, FIDO_PIN_BLOCKED);
	CHECK_OK(script_run(&s), &s.f);
	CHECK_EQ(s.out.end, FIDO_PIN_BLOCKED);
	CHECK_EQ(script_count(&s, "error:That was not the PIN: 1 try is left"),
		 1);
	CHECK_EQ(script_count(&s, "PIN of your security key (1 try left): "),
		 1);
	CHECK_EQ(script_count(&s, "PIN, and no try is left\n"), 1);

	script_question(&s, FIDO_ASSERT);
	script_event(&s, FIDO_EVENT_PIN, 0);
	script_answer(&s, "1234");
	CHECK_OK(script_run(&s), &s.f);
	CHECK_EQ(s.out.end, FIDO_PIN_BLOCKED);
	CHECK_EQ(s.asked, 0);
}

static void
test_pin_rounds(void)
{
	script_question(&s, FIDO_ASSERT);
	for (unsigned i = 0; i < 4; i++) {
		script_event(&s, FIDO_EVENT_PIN, 8 - i);
		script_answer(&s, "0000");
		script_event(&s, FIDO_EVENT_PIN_WRONG, 7 - i);
	}
	CHECK_OK(script_run(&s), &s.f);
	CHECK_EQ(s.out.end, FIDO_PIN_INVALID);
	CHECK_EQ(script_count(&s, "send:PIN"), 3);
	CHECK_EQ(script_count(&s, "send:cancel"), 1);

	/* It may have given up while the PIN was typed. */
	script_question(&s, FIDO_ASSERT);
	script_event(&s, FIDO_EVENT_PIN, 8);
	script_answer(&s, "1234");
	script_end(&s, FIDO_TIMEOUT);
	s.send_fails_at = 2;
	s.sends = STATUS_LOST;
	CHECK_OK(script_run(&s), &s.f);
	CHECK_EQ(s.out.end, FIDO_TIMEOUT);
}

static void
test_order(void)
{
	script_question(&s, FIDO_ASSERT);
	script_event(&s, FIDO_EVENT_PIN_WRONG, 3);
	script_breaks(&s, "sigra-fido: a PIN is wrong that was not sent");

	script_question(&s, FIDO_ASSERT);
	script_event(&s, FIDO_EVENT_PIN, 8);
	script_answer(&s, "1234");
	script_event(&s, FIDO_EVENT_PIN_WRONG, 7);
	script_event(&s, FIDO_EVENT_PIN_WRONG, 6);
	script_breaks(&s, "sigra-fido: a PIN is wrong that was not sent");

	script_question(&s, FIDO_ASSERT);
	script_event(&s, FIDO_EVENT_PIN, 8);
	script_answer(&s, "1234");
	script_event(&s, FIDO_EVENT_PIN, 8);
	script_answer(&s, "1234");
	script_breaks(&s, "sigra-fido: a PIN is wanted twice");
	CHECK_EQ(script_count(&s, "send:PIN"), 1);

	script_question(&s, FIDO_PARSE);
	script_event(&s, FIDO_EVENT_TOUCH, 0);
	script_breaks(&s, "sigra-fido: an event without a device");
	CHECK_EQ(script_count(&s, "touch"), 0);

	/* What comes after the reply is not heard. */
	script_question(&s, FIDO_ASSERT);
	script_good();
	script_event(&s, FIDO_EVENT_PIN, 8);
	CHECK_OK(script_run(&s), &s.f);
	CHECK_EQ(s.out.end, FIDO_DONE);
	CHECK_EQ(s.asked, 0);
}

int
main(void)
{
	test_pin();
	test_pin_shape();
	test_pin_none();
	test_last_try();
	test_pin_rounds();
	test_order();
	return test_done();
}
