/* SPDX-License-Identifier: MIT */
#include "sigractl/confirm.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sigractl/tty.h"

/* Typing the name is what a slip of the finger does not do. */
enum status
confirm_delete(const char *what, const char *name, const char *about,
	       struct fault *f)
{
	char prompt[1536], safe[300], answer[256];
	enum status st;

	text_encode(name, strlen(name), safe, sizeof(safe));
	(void)snprintf(prompt, sizeof(prompt),
		       "%sType the %s again to delete %s: ", about, what,
		       safe);
	st = tty_ask_visible(prompt, answer, sizeof(answer), f);
	if (st == STATUS_INVALID)
		return fault(f, st,
			     "nobody is there to confirm it: give --yes");
	if (st != STATUS_OK)
		return st;
	if (strcmp(answer, name) != 0)
		return fault(f, STATUS_CANCELLED,
			     "that is not the %s: nothing was deleted", what);
	return STATUS_OK;
}
