/* SPDX-License-Identifier: MIT */
#include "audit/event.h"

#include <string.h>

#include "base/text.h"

static const struct audit_event events[] = {
#define EVENT(name, subject, text) { name, subject, text },
#define SAYS(name, action, outcome, key, value)
#include "audit/events.def"
#undef EVENT
#undef SAYS
};

static const struct event_row {
	const char *name, *action;
	int outcome;
	const char *key, *value;
} event_rows[] = {
#define EVENT(name, subject, text)
#define SAYS(name, action, outcome, key, value)                               \
	{ name, action, outcome, key, value },
#include "audit/events.def"
#undef EVENT
#undef SAYS
};

const struct audit_event *
audit_event_at(size_t at)
{
	return at < sizeof(events) / sizeof(events[0]) ? &events[at] : NULL;
}

const char *
audit_event_action(size_t at)
{
	return at < sizeof(event_rows) / sizeof(event_rows[0])
		       ? event_rows[at].action
		       : NULL;
}

const struct audit_event *
audit_event_named(const char *name)
{
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (strcmp(events[i].name, name) == 0)
			return &events[i];
	return NULL;
}

static bool
event_holds(const struct event_row *row, const struct audit_entry *e)
{
	if (row->outcome != 0 && row->outcome != (int)e->outcome)
		return false;
	if (row->key[0] == '\0')
		return true;
	if (strcmp(row->key, "effective") == 0)
		return !text_empty(e->effective);
	for (size_t i = 0; i < AUDIT_PAIRS_MAX; i++) {
		const struct audit_pair *pair = &e->meta[i];

		if (pair->key == NULL || text_empty(pair->value) ||
		    strcmp(pair->key, row->key) != 0)
			continue;
		return row->value[0] == '\0' ||
		       strcmp(pair->value, row->value) == 0;
	}
	return false;
}

const struct audit_event *
audit_event_of(const struct audit_entry *e)
{
	for (size_t i = 0; i < sizeof(event_rows) / sizeof(event_rows[0]);
	     i++) {
		const struct event_row *row = &event_rows[i];

		if (strcmp(row->action, e->action) == 0 && event_holds(row, e))
			return audit_event_named(row->name);
	}
	return NULL;
}
