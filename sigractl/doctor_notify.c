/* SPDX-License-Identifier: MIT */
/* Can a mail be sent to those who gave an address? */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "sigractl/doctor.h"

static bool
doctor_notify_each(void *ctx, const struct store_account *acct)
{
	bool *mailed = ctx;

	*mailed = acct->state != STORE_DELETED && acct->email[0] != '\0' &&
		  acct->email_at != 0;
	return !*mailed;
}

void
doctor_notify(struct doctor *d)
{
	const char *path = d->c->config.notify_sendmail;
	struct fault why = { .text = "" };
	bool mailed = false;

	if (store_account_list(d->c->store, "", doctor_notify_each, &mailed,
			       &why) != STATUS_OK)
		doctor_say(d, DOCTOR_ERROR, "sendmail",
			   "see sigractl store check", "%s", why.text);
	else if (!mailed)
		return;
	/* Already as the owner of the store, who sends. */
	else if (access(path, X_OK) != 0)
		doctor_say(d, DOCTOR_WARNING, "sendmail",
			   "install a mailer, or name yours in "
			   "notify.sendmail of sigra.conf; then sigractl "
			   "notify replay --all",
			   "accounts have confirmed addresses, and no mail "
			   "gets there: %s: %s",
			   path, strerror(errno));
	else
		doctor_say(d, DOCTOR_OK, "sendmail", "", "%s is there", path);
}
