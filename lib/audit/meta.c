/* SPDX-License-Identifier: MIT */
#include "audit/meta.h"

#include <string.h>

#include "base/text.h"

/* One escaped byte takes four; a value is a field of a request or less. */
#define AUDIT_VALUE_SIZE 4112

/* A key with one of these words, or its plural, would hold what must never
 * be written down. */
static const char *const audit_secret_words[] = {
	"answer",     "apikey", "authtok",  "code",  "cookie",	"credential",
	"digest",     "hash",	"key",	    "otp",   "pass",	"passcode",
	"passphrase", "passwd", "password", "pin",   "private", "pwd",
	"salt",	      "secret", "seed",	    "token",
};

static bool
audit_word_secret(const char *word, size_t len)
{
	for (size_t i = 0;
	     i < sizeof(audit_secret_words) / sizeof(audit_secret_words[0]);
	     i++) {
		const char *secret = audit_secret_words[i];
		size_t n = strlen(secret);

		if (len < n || memcmp(word, secret, n) != 0)
			continue;
		if (len == n || (len == n + 1 && word[n] == 's'))
			return true;
	}
	return false;
}

static bool
audit_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

static enum status
audit_key_check(const char *key, struct fault *f)
{
	size_t word = 0;

	for (size_t i = 0;; i++) {
		if (audit_letter(key[i]))
			continue;
		if (i > word && audit_word_secret(key + word, i - word))
			return fault(f, STATUS_INVALID,
				     "audit metadata may hold no secret: "
				     "rename or drop '%s'",
				     key);
		if (key[i] == '\0' && i > 0)
			return STATUS_OK;
		if (i == 0 ||
		    (key[i] != '_' && (key[i] < '0' || key[i] > '9')))
			return fault(f, STATUS_INVALID,
				     "audit metadata has the key '%s', which "
				     "is not of the form a_b2",
				     key);
		word = i + 1;
	}
}

static enum status
audit_keys_check(json_t *value, unsigned depth, struct fault *f)
{
	const char *key;
	json_t *part;
	size_t i;
	enum status st;

	if (depth > AUDIT_META_DEPTH)
		return fault(f, STATUS_INVALID,
			     "audit metadata is nested deeper than %d",
			     AUDIT_META_DEPTH);
	json_array_foreach(value, i, part)
		if ((st = audit_keys_check(part, depth + 1, f)) != STATUS_OK)
			return st;
	json_object_foreach(value, key, part)
		if ((st = audit_key_check(key, f)) != STATUS_OK ||
		    (st = audit_keys_check(part, depth + 1, f)) != STATUS_OK)
			return st;
	return STATUS_OK;
}

static json_t *
audit_value(const char *value)
{
	size_t len = strlen(value);
	char safe[AUDIT_VALUE_SIZE];

	if (text_code_points(value, len) >= 0)
		return json_stringn(value, len);
	text_encode(value, len, safe, sizeof(safe));
	return json_string(safe);
}

enum status
audit_meta_object(const struct audit_pair *pairs, size_t n, json_t **out,
		  struct fault *f)
{
	json_auto_t *meta = json_object();

	for (size_t i = 0; i < n; i++) {
		if (pairs[i].key == NULL || text_empty(pairs[i].value))
			continue;
		if (json_object_get(meta, pairs[i].key) != NULL)
			return fault(f, STATUS_INVALID,
				     "audit metadata has '%s' twice",
				     pairs[i].key);
		if (json_object_set_new(meta, pairs[i].key,
					audit_value(pairs[i].value)) != 0)
			return fault(f, STATUS_INVALID,
				     "audit metadata cannot hold '%s'",
				     pairs[i].key);
	}
	if (meta == NULL)
		return fault(f, STATUS_SYSTEM, "out of memory");
	*out = json_incref(meta);
	return STATUS_OK;
}

enum status
audit_meta_text(json_t *meta, char out[STORE_META_SIZE], struct fault *f)
{
	char text[STORE_META_SIZE];
	size_t len;
	enum status st;

	if (!json_is_object(meta))
		return fault(f, STATUS_INVALID, "audit metadata is no object");
	if ((st = audit_keys_check(meta, 0, f)) != STATUS_OK)
		return st;
	len = json_dumpb(meta, text, sizeof(text),
			 JSON_COMPACT | JSON_ENSURE_ASCII);
	if (len == 0)
		return fault(f, STATUS_SYSTEM, "cannot write audit metadata");
	if (len >= sizeof(text))
		return fault(f, STATUS_INVALID,
			     "audit metadata is longer than %zu bytes",
			     sizeof(text) - 1);
	memcpy(out, text, len);
	out[len] = '\0';
	return STATUS_OK;
}
