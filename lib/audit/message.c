/* SPDX-License-Identifier: MIT */
/* Sealed: the address, a newline, the code. */
#include "audit/message.h"

#include <string.h>

#include "audit/event.h"
#include "base/buf.h"
#include "base/text.h"

#define MESSAGE_AD_SIZE 64

static void
message_ad(const struct id *id, char ad[MESSAGE_AD_SIZE])
{
	struct buf b;

	buf_start(&b, ad, MESSAGE_AD_SIZE);
	buf_printf(&b, "outbox.sealed:%s", id->s);
}

/* It becomes a line of a mail's head. */
bool
audit_address_valid(const char *s)
{
	if (text_empty(s) || strlen(s) >= STORE_EMAIL_SIZE)
		return false;
	for (; *s != '\0'; s++)
		if ((unsigned char)*s <= 0x20 || (unsigned char)*s == 0x7f ||
		    strchr(",;<>()|\"", *s) != NULL)
			return false;
	return true;
}

static enum status
message_seal(const struct crypto_keys *k, const struct audit_message *in,
	     struct store_message *m, struct fault *f)
{
	char ad[MESSAGE_AD_SIZE];
	struct buf b;
	SECRET_TEXT(code);
	SECRET_TEXT(plain);

	if (!secret_string(in->code, code.s, sizeof(code.s)))
		return fault(f, STATUS_INVALID, "that is no code to mail");
	buf_start(&b, plain.s, sizeof(plain.s));
	buf_text(&b, in->address);
	buf_text(&b, "\n");
	buf_text(&b, code.s);
	if (b.full)
		return fault(f, STATUS_INVALID,
			     "the address and the code are too long");
	message_ad(&m->id, ad);
	return crypto_seal(k, ad, plain.s, b.len, m->sealed, sizeof(m->sealed),
			   &m->sealed_len, f);
}

enum status
audit_message_put(struct audit *a, const struct crypto_keys *k, int64_t now,
		  const struct audit_message *in, struct fault *f)
{
	struct store_message m = { .at = now };
	enum status st;

	if (audit_event_named(in->event) == NULL)
		return fault(f, STATUS_INVALID, "there is no event '%s'",
			     in->event);
	if (!audit_address_valid(in->address))
		return fault(f, STATUS_INVALID,
			     "'%s' is no address that a mail can go to",
			     in->address == NULL ? "" : in->address);
	crypto_id(now, &m.id);
	(void)text_copy(m.event, sizeof(m.event), in->event);
	if (in->account != NULL)
		m.account = *in->account;
	if (in->org != NULL)
		m.org = *in->org;
	if ((st = message_seal(k, in, &m, f)) != STATUS_OK)
		return st;
	return store_message_insert(a->store, &m, f);
}

enum status
audit_message_get(const struct crypto_keys *k, const struct store_message *m,
		  char address[STORE_EMAIL_SIZE], struct secret *code,
		  struct fault *f)
{
	char ad[MESSAGE_AD_SIZE], *end;
	SECRET_TEXT(plain);
	enum status st;
	size_t len;

	if (m->sealed_len == 0)
		return fault(f, STATUS_NOT_FOUND,
			     "the message has no address of its own");
	message_ad(&m->id, ad);
	st = crypto_unseal(k, ad, m->sealed, m->sealed_len, plain.s,
			   sizeof(plain.s) - 1, &len, f);
	if (st != STATUS_OK)
		return st;
	plain.s[len] = '\0';
	end = strchr(plain.s, '\n');
	if (end == NULL || strlen(plain.s) != len ||
	    end - plain.s >= STORE_EMAIL_SIZE)
		return fault(f, STATUS_CORRUPT,
			     "the sealed part of message %s is no address "
			     "and code",
			     m->id.s);
	*end = '\0';
	if ((st = secret_set(code, end + 1, strlen(end + 1), f)) == STATUS_OK)
		(void)text_copy(address, STORE_EMAIL_SIZE, plain.s);
	return st;
}
