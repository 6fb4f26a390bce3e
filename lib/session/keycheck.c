/* SPDX-License-Identifier: MIT */
#include "session/keycheck.h"

#include <limits.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

#define KEYCHECK_META "key_check"

static void
keycheck_text(const struct crypto_keys *k, char out[2 * CRYPTO_HASH_SIZE + 1])
{
	static const char fixed[] = "sigra key check";
	uint8_t hash[CRYPTO_HASH_SIZE];

	crypto_keyed_hash(k, CRYPTO_KEY_CHECK, fixed, sizeof(fixed) - 1, hash);
	text_hex(hash, sizeof(hash), out);
}

enum status
session_key_check(struct store *s, const struct crypto_keys *k,
		  struct fault *f)
{
	char want[2 * CRYPTO_HASH_SIZE + 1], have[2 * CRYPTO_HASH_SIZE + 1];
	enum status st;

	st = store_meta_get(s, KEYCHECK_META, have, sizeof(have), f);
	if (st == STATUS_NOT_FOUND)
		return fault(f, STATUS_UNAVAILABLE,
			     "the store was never "
			     "finished: remove it, then run sigractl init");
	if (st != STATUS_OK)
		return st;
	keycheck_text(k, want);
	if (strcmp(want, have) != 0)
		return fault(f, STATUS_UNAVAILABLE,
			     "the key file is not this "
			     "store's: put the right sigra.key in place");
	return STATUS_OK;
}

static enum status
keycheck_try(struct store *s, const char *path, uid_t owner,
	     struct crypto_keys *k, struct fault *f)
{
	enum status st;
	CRYPTO_KEYS(got);

	if ((st = crypto_keys_load(path, owner, &got, f)) != STATUS_OK ||
	    (st = session_key_check(s, &got, f)) != STATUS_OK)
		return st;
	*k = got;
	return STATUS_OK;
}

enum status
session_key_load(struct store *s, const char *path, uid_t owner,
		 struct crypto_keys *k, bool *broke_off, struct fault *f)
{
	struct fault why = { .text = "" };
	char fresh[PATH_MAX];
	enum status st;
	struct buf b;

	st = keycheck_try(s, path, owner, k, &why);
	*broke_off = false;
	if (st == STATUS_OK)
		return STATUS_OK;
	buf_start(&b, fresh, sizeof(fresh));
	buf_printf(&b, "%s.new", path);
	if (!b.full && keycheck_try(s, fresh, owner, k, NULL) == STATUS_OK) {
		*broke_off = true;
		return STATUS_OK;
	}
	/* It was under way, and the new key has got its name meanwhile. */
	if (keycheck_try(s, path, owner, k, NULL) == STATUS_OK)
		return STATUS_OK;
	return fault(f, st, "%s", why.text);
}

enum status
session_key_check_put(struct store *s, const struct crypto_keys *k,
		      struct fault *f)
{
	char text[2 * CRYPTO_HASH_SIZE + 1];

	keycheck_text(k, text);
	return store_meta_put(s, KEYCHECK_META, text, f);
}
