/* SPDX-License-Identifier: MIT */
/* Whether what happened here can be rewritten unseen. */
#include <string.h>

#include "base/text.h"
#include "store/chain.h"
#include "sigractl/doctor.h"
#include "sigractl/ground.h"

static void
doctor_chain_none(struct doctor *d)
{
	/* Of a trial nobody will want to prove anything. */
	doctor_say(d, ground_is_trial(d->c) ? DOCTOR_OK : DOCTOR_WARNING,
		   "chain", "run sigractl audit init-key",
		   "the audit is not chained: whoever takes this host can "
		   "rewrite what happened, unseen");
}

static void
doctor_chain_found(struct doctor *d, const struct audit_link *l)
{
	char host[sizeof(l->at.host)];

	text_encode(d->c->host, strlen(d->c->host), host, sizeof(host));
	if (l->rolled > 0)
		doctor_say(d, DOCTOR_WARNING, "chain",
			   "look for 'chain stuck' in the log; the next row "
			   "of the audit tries again",
			   "the file of the audit's chain is %lld row%s "
			   "behind: their keys are not erased yet",
			   (long long)l->rolled, l->rolled == 1 ? "" : "s");
	else if (strcmp(host, l->at.host) != 0)
		doctor_say(d, DOCTOR_WARNING, "chain",
			   "run sigractl audit init-key --replace, if the new "
			   "name is to stay",
			   "the audit is chained under the name '%s', and "
			   "this host is called '%s' now",
			   l->at.host, host);
	else
		doctor_say(d, DOCTOR_OK, "chain", "",
			   "the audit is chained, up to row %lld",
			   (long long)l->at.next - 1);
}

/* What lets rows go is there for the length of one transaction only. */
static void
doctor_guard(struct doctor *d)
{
	struct fault why = { .text = "" };
	int64_t n = 0;

	if (store_audit_guards(d->c->store, &n, &why) != STATUS_OK)
		doctor_say(d, DOCTOR_ERROR, "audit-guard",
			   "see sigractl store check", "%s", why.text);
	else if (n > 0)
		doctor_say(
			d, DOCTOR_ERROR, "audit-guard",
			"run sigractl audit verify, and find out who did; "
			"sigractl audit prune closes it when it prunes rows",
			"rows of the audit can be deleted: another program "
			"has written into the store");
	else
		doctor_say(d, DOCTOR_OK, "audit-guard", "",
			   "no row of the audit can be deleted");
}

void
doctor_chain(struct doctor *d)
{
	struct fault why = { .text = "" };
	AUDIT_LINK(l);

	doctor_guard(d);
	if (audit_link_find(d->c->store, &l, &why) != STATUS_OK)
		doctor_say(d, DOCTOR_ERROR, "chain",
			   "nobody can log in until it is mended", "%s",
			   why.text);
	else if (l.chained)
		doctor_chain_found(d, &l);
	else
		doctor_chain_none(d);
}
