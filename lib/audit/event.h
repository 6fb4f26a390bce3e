/* SPDX-License-Identifier: MIT */
/* What people are told: events.def, read by name and by what was audited. */
#ifndef AUDIT_EVENT_H
#define AUDIT_EVENT_H

#include "audit/audit.h"

struct audit_event {
	const char *name;    /* "password.changed" */
	const char *subject; /* of a mail */
	const char *text;
};

/* The AT'th, or NULL after the last. */
const struct audit_event *audit_event_at(size_t at);
/* NULL: there is none of that name. */
const struct audit_event *audit_event_named(const char *name);
/* What this entry is to be told as; NULL: it is nobody's news. */
const struct audit_event *audit_event_of(const struct audit_entry *e);
/* The action of the AT'th row of SAYS, or NULL after the last. */
const char *audit_event_action(size_t at);

#endif
