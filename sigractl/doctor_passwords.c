/* SPDX-License-Identifier: MIT */
/* Can a new password be looked for in this host's list of breached ones? */
#include <unistd.h>

#include "factor/breach.h"
#include "sigractl/doctor.h"

void
doctor_passwords(struct doctor *d)
{
	const char *path = d->c->config.password_breach_file;
	struct fault why = { .text = "" };
	bool found = false;
	SECRET(none);
	BREACH(list);

	/* Already as the owner of the store, who has to be able to read it. */
	breach_open(&list, path, geteuid());
	if (list.state == BREACH_ABSENT)
		return;
	if (breach_find(&list, &none, &found, &why) != STATUS_OK)
		doctor_say(d, DOCTOR_ERROR, "breach-file",
			   "put the list in place that password.breach_file "
			   "names, or take the option away: nobody can choose "
			   "a password now",
			   "%s", why.text);
	else
		doctor_say(d, DOCTOR_OK, "breach-file", "",
			   "%s can be looked into", path);
}
