/* SPDX-License-Identifier: MIT */
#include "fido/pin.h"

#include "base/buf.h"

#define PIN_ANSWERS 2 /* of which the first may be of a wrong length */

void
pin_wrong(const struct cue *c, unsigned tries)
{
	char text[80];
	struct buf b;

	buf_start(&b, text, sizeof(text));
	if (tries == 0)
		buf_text(&b, "That was not the PIN, and no try is left");
	else
		buf_printf(&b, "That was not the PIN: %u %s left", tries,
			   tries == 1 ? "try is" : "tries are");
	cue_tell(c, PROMPT_ERROR, text);
}

/* After the last try the key is good for nothing until it is erased. */
static enum status
pin_risk(const struct cue *c, struct fault *f)
{
	struct prompt p = { .kind = PROMPT_VISIBLE,
			    .purpose = PURPOSE_CHOICE,
			    .text = "One try is left before this key blocks "
				    "itself for good. Use it? [y/N] " };
	enum status st;
	SECRET(answer);

	st = c->io->ask(c->io, &p, &answer, f);
	if (st != STATUS_OK && st != STATUS_INVALID)
		return st;
	if (st == STATUS_OK && secret_is_yes(&answer))
		return STATUS_OK;
	return fault(f, STATUS_CANCELLED, "the last try was not risked");
}

/* Characters, as CTAP 2.1 6.5.1 counts them, then bytes. */
static bool
pin_fits(const struct secret *pin)
{
	return pin->len <= FIDO_PIN_MAX && !secret_has_byte(pin, 0) &&
	       secret_code_points(pin) >= FIDO_PIN_MIN;
}

enum status
pin_ask(const struct cue *c, unsigned tries, struct secret *pin,
	struct fault *f)
{
	struct prompt p = { .kind = PROMPT_SECRET, .purpose = PURPOSE_PIN };
	enum status st = STATUS_OK;
	struct buf b;

	if (tries == 1)
		st = pin_risk(c, f);
	if (st != STATUS_OK)
		return st;
	buf_start(&b, p.text, sizeof(p.text));
	buf_printf(&b, "PIN of your security key (%u %s left): ", tries,
		   tries == 1 ? "try" : "tries");
	for (int i = 0; i < PIN_ANSWERS; i++) {
		st = c->io->ask(c->io, &p, pin, f);
		if (st != STATUS_OK && st != STATUS_INVALID)
			return st;
		if (st == STATUS_OK && pin->len == 0)
			return fault(f, STATUS_CANCELLED, "no PIN was given");
		if (st == STATUS_OK && pin_fits(pin))
			return STATUS_OK;
		cue_tell(c, PROMPT_ERROR,
			 "A PIN has 4 to 63 characters: the key was not "
			 "asked");
	}
	return fault(f, STATUS_CANCELLED, "no PIN that could be one");
}
