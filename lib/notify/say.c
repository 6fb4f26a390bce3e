/* SPDX-License-Identifier: MIT */
/* What a message says, to a machine and to a person. */
#include <jansson.h>
#include <string.h>

#include "audit/message.h"
#include "base/buf.h"
#include "base/text.h"
#include "notify/notify.h"

#define SAY_LINE 512

static void
say_unref(json_t **j)
{
	json_decref(*j);
}
#define SAY_JSON __attribute__((cleanup(say_unref))) json_t

static void
say_put(json_t *j, const char *key, const char *value)
{
	char safe[4 * SAY_LINE];

	if (text_empty(value)) {
		(void)json_object_set_new(j, key, json_null());
		return;
	}
	if (text_code_points(value, strlen(value)) < 0) {
		text_encode(value, strlen(value), safe, sizeof(safe));
		value = safe;
	}
	(void)json_object_set_new(j, key, json_string(value));
}

static void
say_put_time(json_t *j, const char *key, int64_t at)
{
	char text[TEXT_TIME_SIZE];

	text_time(at, text);
	say_put(j, key, text);
}

/* The metadata of the row; an empty object when there is none. */
static json_t *
say_meta(const struct store_audit *row)
{
	json_t *meta = json_loads(row->meta, JSON_REJECT_DUPLICATES, NULL);

	return json_is_object(meta) ? meta
				    : (json_decref(meta), json_object());
}

enum status
notify_json(const struct notify_news *n, char **out, struct fault *f)
{
	SAY_JSON *j = json_object();
	char *text;

	say_put(j, "id", n->message.id.s);
	say_put(j, "event", n->message.event);
	say_put_time(j, "at", n->message.at);
	say_put(j, "host", n->audit.host[0] != '\0' ? n->audit.host : n->host);
	say_put(j, "account", n->message.account.s);
	say_put(j, "user", n->user);
	say_put(j, "org", n->message.org.s);
	say_put(j, "slug", n->org);
	say_put(j, "audit", n->message.audit.s);
	say_put(j, "action", n->audit.action);
	say_put(j, "outcome", n->audit.outcome);
	say_put(j, "actor", n->actor);
	say_put(j, "service", n->audit.service);
	say_put(j, "tty", n->audit.tty);
	say_put(j, "rhost", n->audit.rhost);
	(void)json_object_set_new(j, "meta", say_meta(&n->audit));
	text = json_dumps(j, JSON_COMPACT | JSON_ENSURE_ASCII);
	if (text == NULL)
		return fault(f, STATUS_SYSTEM,
			     "out of memory for a message's text");
	*out = text;
	return STATUS_OK;
}

void
notify_mail_wipe(struct notify_mail *m)
{
	crypto_wipe(m, sizeof(*m));
}

/* "Label:   value", whatever the value is. */
static void
say_line(struct buf *b, const char *label, const char *value)
{
	char safe[SAY_LINE];

	if (text_empty(value))
		return;
	text_encode(value, strlen(value), safe, sizeof(safe));
	buf_printf(b, "  %-14s%s\n", label, safe);
}

/* What of the metadata is for people. */
static void
say_details(struct buf *b, const struct store_audit *row)
{
	static const struct {
		const char *key, *label;
	} told[] = { { "label", "Label:" },   { "kind", "Kind:" },
		     { "factor", "Factor:" }, { "source", "Source:" },
		     { "until", "Until:" },   { "expires", "Good until:" },
		     { "when", "On:" },	      { "strategy", "Strategy:" } };
	SAY_JSON *meta = say_meta(row);

	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		say_line(
			b, told[i].label,
			json_string_value(json_object_get(meta, told[i].key)));
}

static void
say_head(struct buf *b, const struct notify_news *n, const char *address,
	 const char *subject)
{
	char host[SAY_LINE];

	text_encode(n->host, strlen(n->host), host, sizeof(host));
	buf_printf(b,
		   "To: %s\n"
		   "Subject: [%s] %s\n"
		   "Auto-Submitted: auto-generated\n"
		   "MIME-Version: 1.0\n"
		   "Content-Type: text/plain; charset=utf-8\n"
		   "Content-Transfer-Encoding: 8bit\n"
		   "\n",
		   address, host, subject);
}

enum status
notify_mail_make(const struct notify_news *n, const char *address,
		 const struct secret *code, struct notify_mail *out,
		 struct fault *f)
{
	const struct audit_event *event = audit_event_named(n->message.event);
	char when[TEXT_TIME_SIZE];
	struct buf b;
	SECRET_TEXT(text);

	if (event == NULL)
		return fault(f, STATUS_INVALID,
			     "this version has no words for '%s'",
			     n->message.event);
	if (!audit_address_valid(address))
		return fault(f, STATUS_INVALID,
			     "the address is none that a mail can go to");
	if (!secret_string(code, text.s, sizeof(text.s)))
		return fault(f, STATUS_INVALID, "the code cannot be mailed");
	text_time(n->message.at, when);
	buf_start(&b, out->s, sizeof(out->s));
	say_head(&b, n, address, event->subject);
	buf_printf(&b, "%s\n\n", event->text);
	say_line(&b, "Account:", n->user);
	say_line(&b, "Organization:", n->org);
	say_line(&b, "When:", when);
	say_line(&b, "Host:", n->host);
	say_line(&b, "By:", n->actor);
	say_line(&b, "Service:", n->audit.service);
	say_line(&b, "From:", n->audit.rhost);
	say_details(&b, &n->audit);
	if (text.s[0] != '\0')
		buf_printf(&b, "\n    Code: %s\n", text.s);
	buf_text(&b, text.s[0] != '\0'
			     ? "\nIf you do not know what this is, do "
			       "nothing.\n"
			     : "\nIf this is not as it should be, tell your "
			       "administrator.\n");
	if (b.full)
		return fault(f, STATUS_INVALID, "the mail is too long");
	return STATUS_OK;
}
