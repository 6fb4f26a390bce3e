/* SPDX-License-Identifier: MIT */
#include "notify/notify.h"

#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"

int64_t
notify_wait(int64_t attempts)
{
	static const int64_t waits[] = { 60, 300, 900, 3600, 10800 };

	if (attempts < 1 ||
	    attempts > (int64_t)(sizeof(waits) / sizeof(waits[0])))
		return 0;
	return waits[attempts - 1];
}

static enum status
notify_url_bad(struct fault *f, const char *why)
{
	return fault(f, STATUS_INVALID,
		     "that is no URL of a webhook, which is as "
		     "https://example.org/path: %s",
		     why);
}

enum status
notify_url_valid(const char *url, struct fault *f)
{
	static const char scheme[] = "https://";
	const char *host = url + sizeof(scheme) - 1;
	size_t len;

	if (strncmp(url, scheme, sizeof(scheme) - 1) != 0)
		return notify_url_bad(f, "it has to begin with https://");
	if (strlen(url) >= STORE_URL_SIZE)
		return notify_url_bad(f, "it is longer than 1024 bytes");
	for (const char *p = url; *p != '\0'; p++)
		if (*p <= 0x20 || *p >= 0x7f || strchr("\"<>\\^`{|}#", *p))
			return notify_url_bad(f, "a byte in it has to be "
						 "written as %XX, or is a "
						 "fragment's");
	len = strcspn(host, "/?");
	if (len == 0 || host[0] == ':')
		return notify_url_bad(f, "it has no host");
	if (memchr(host, '@', len) != NULL)
		return notify_url_bad(f, "a user or password does not belong "
					 "into it");
	return STATUS_OK;
}

/* The word at *AT of a list with commas; false after the last. */
static bool
notify_word(const char **at, char out[STORE_EVENT_SIZE])
{
	size_t len;

	if (*at == NULL)
		return false;
	len = strcspn(*at, ",");
	out[0] = '\0';
	if (len < STORE_EVENT_SIZE) {
		memcpy(out, *at, len);
		out[len] = '\0';
	}
	*at = (*at)[len] == ',' ? *at + len + 1 : NULL;
	return true;
}

enum status
notify_events_valid(const char *events, struct fault *f)
{
	const char *at = events[0] == '\0' ? NULL : events;
	char word[STORE_EVENT_SIZE], again[STORE_EVENT_SIZE];

	if (strlen(events) >= STORE_EVENTS_SIZE)
		return fault(f, STATUS_INVALID, "that are too many events");
	while (notify_word(&at, word)) {
		const char *rest = at;

		if (audit_event_named(word) == NULL)
			return fault(f, STATUS_INVALID,
				     "there is no event '%s'; sigractl(8) "
				     "lists them",
				     word);
		while (notify_word(&rest, again))
			if (strcmp(word, again) == 0)
				return fault(f, STATUS_INVALID,
					     "'%s' stands there twice", word);
	}
	return STATUS_OK;
}

bool
notify_wants(const char *events, const char *event)
{
	const char *at = events;
	char word[STORE_EVENT_SIZE];

	if (events[0] == '\0')
		return true;
	while (notify_word(&at, word))
		if (strcmp(word, event) == 0)
			return true;
	return false;
}

enum status
notify_sign(const struct secret *key, const char *id, const char *timestamp,
	    const char *body, char out[NOTIFY_SIGNATURE_SIZE], struct fault *f)
{
	size_t size = strlen(id) + strlen(timestamp) + strlen(body) + 3;
	AUTO_FREE char *text = malloc(size);
	uint8_t digest[CRYPTO_SHA256_SIZE];
	struct buf b;

	if (text == NULL)
		return fault(f, STATUS_SYSTEM, "out of memory");
	buf_start(&b, text, size);
	buf_printf(&b, "%s.%s.%s", id, timestamp, body);
	crypto_hmac_sha256(key, text, b.len, digest);
	memcpy(out, "v1=", 3);
	text_hex(digest, sizeof(digest), out + 3);
	return STATUS_OK;
}
