/* SPDX-License-Identifier: MIT */
/*
 * What a message becomes on its way out: a mail, a JSON object, a signature;
 * and when it is tried again.  Pure: who sends it is not known here.
 */
#ifndef NOTIFY_NOTIFY_H
#define NOTIFY_NOTIFY_H

#include "audit/event.h"
#include "crypto/crypto.h"
#include "store/outbox.h"

/* --- when --- */

/* Seconds to wait after ATTEMPTS that failed; 0: it is given up. */
int64_t notify_wait(int64_t attempts);

/* --- webhooks --- */

/* https, a host, no user and password; STATUS_INVALID. */
enum status notify_url_valid(const char *url, struct fault *f) MUST_USE;

/* Names of events.def with commas between them, each once, or empty. */
enum status notify_events_valid(const char *events, struct fault *f) MUST_USE;

/* Is EVENT one of EVENTS?  Empty EVENTS are all. */
bool notify_wants(const char *events, const char *event);

/* "v1=" and hex of HMAC-SHA256 over id.timestamp.body. */
#define NOTIFY_SIGNATURE_SIZE (3 + 2 * CRYPTO_SHA256_SIZE + 1)
enum status notify_sign(const struct secret *key, const char *id,
			const char *timestamp, const char *body,
			char out[NOTIFY_SIGNATURE_SIZE], struct fault *f)
	MUST_USE;

/* --- what it says --- */

/* A message with what was looked up for it; empty strings: none. */
struct notify_news {
	struct store_message message;
	struct store_audit audit;   /* message.audit; or zeroes */
	char host[256];		    /* where it is sent from */
	char user[STORE_NAME_SIZE]; /* message.account's name */
	char actor[64];		    /* of the audit row, by name if known */
	char org[64];		    /* message.org's slug */
};

/* One line of ASCII, the caller's to free; never a code or an address. */
enum status notify_json(const struct notify_news *n, char **out,
			struct fault *f) MUST_USE;

/* A mail, wiped when its scope ends. */
#define NOTIFY_MAIL_SIZE 8192
struct notify_mail {
	char s[NOTIFY_MAIL_SIZE];
};
void notify_mail_wipe(struct notify_mail *m);
#define NOTIFY_MAIL(name)                                                     \
	__attribute__((cleanup(                                               \
		notify_mail_wipe))) struct notify_mail name = { .s = "" }

/* Head and body, for sendmail(1) -t; CODE: of no bytes when there is none. */
enum status notify_mail_make(const struct notify_news *n, const char *address,
			     const struct secret *code,
			     struct notify_mail *out, struct fault *f)
	MUST_USE;

#endif
