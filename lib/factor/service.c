/* SPDX-License-Identifier: MIT */
#include "factor/service.h"

#include <string.h>

#include "base/buf.h"

_Static_assert(sizeof(SERVICE_SECRET_PREFIX) - 1 +
			       (SERVICE_SECRET_BYTES * 8 + 5) / 6 ==
		       SERVICE_SECRET_LENGTH,
	       "the length that guest.h tells");

enum status
service_secret_make(struct secret *out, struct fault *f)
{
	const size_t prefix = sizeof(SERVICE_SECRET_PREFIX) - 1;
	uint8_t bytes[SERVICE_SECRET_BYTES];
	bool fits;
	SECRET_TEXT(text);

	crypto_random(bytes, sizeof(bytes));
	memcpy(text.s, SERVICE_SECRET_PREFIX, prefix);
	fits = crypto_base64_format(bytes, sizeof(bytes), CRYPTO_BASE64_URL,
				    text.s + prefix, sizeof(text.s) - prefix);
	crypto_wipe(bytes, sizeof(bytes));
	if (!fits)
		return fault(f, STATUS_SYSTEM, "a secret has no text");
	return secret_set(out, text.s, strlen(text.s), f);
}

bool
service_secret_shaped(const struct secret *text)
{
	const size_t prefix = sizeof(SERVICE_SECRET_PREFIX) - 1;
	uint8_t bytes[SERVICE_SECRET_BYTES];
	size_t len = 0;
	bool right;
	SECRET_TEXT(s);

	if (text->len != SERVICE_SECRET_LENGTH ||
	    !secret_begins(text, SERVICE_SECRET_PREFIX, prefix) ||
	    !secret_string(text, s.s, sizeof(s.s)))
		return false;
	right = crypto_base64_parse(s.s + prefix, strlen(s.s) - prefix,
				    CRYPTO_BASE64_URL, bytes, sizeof(bytes),
				    &len);
	crypto_wipe(bytes, sizeof(bytes));
	return right && len == sizeof(bytes);
}

enum status
service_secret_hash(const struct crypto_keys *k, const struct id *account,
		    const struct secret *text, uint8_t out[STORE_HASH_SIZE],
		    struct fault *f)
{
	enum status st;
	struct buf b;
	SECRET_TEXT(plain);
	SECRET_TEXT(whole);
	SECRET(s);

	if (!service_secret_shaped(text) ||
	    !secret_string(text, plain.s, sizeof(plain.s)))
		return fault(f, STATUS_INVALID,
			     "a secret begins with " SERVICE_SECRET_PREFIX);
	buf_start(&b, whole.s, sizeof(whole.s));
	buf_text(&b, account->s);
	buf_text(&b, ":");
	buf_text(&b, plain.s);
	if ((st = secret_set(&s, whole.s, b.len, f)) == STATUS_OK)
		crypto_secret_hash(k, CRYPTO_SERVICE_SECRET, &s, out);
	return st;
}

struct service_left {
	int64_t now;
	bool found;
};

static bool
service_left_look(void *ctx, const struct store_secret *x)
{
	struct service_left *left = ctx;

	left->found = x->revoked_at == 0 &&
		      (x->expires_at == 0 || x->expires_at > left->now);
	return !left->found;
}

enum status
service_secret_left(const struct factor_env *env, const struct id *account,
		    bool *out, struct fault *f)
{
	struct service_left left = { .now = env->now };
	enum status st = store_secret_list(env->store, account,
					   service_left_look, &left, f);

	if (st == STATUS_OK)
		*out = left.found;
	return st;
}
