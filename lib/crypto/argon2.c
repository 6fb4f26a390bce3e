/* SPDX-License-Identifier: MIT */
#include "crypto/crypto.h"

#include <argon2.h>
#include <errno.h>
#include <sodium.h>
#include <string.h>

_Static_assert(crypto_pwhash_argon2id_SALTBYTES == CRYPTO_SALT_SIZE, "salt");

struct crypto_tag {
	uint8_t b[CRYPTO_TAG_SIZE];
};

static void
crypto_tag_wipe(struct crypto_tag *t)
{
	sodium_memzero(t, sizeof(*t));
}

bool
crypto_argon2_sane(const struct crypto_argon2 *c)
{
	return c->memory_kib >= CRYPTO_ARGON2_MEMORY_MIN &&
	       c->memory_kib <= CRYPTO_ARGON2_MEMORY_MAX && c->passes >= 1 &&
	       c->passes <= CRYPTO_ARGON2_PASSES_MAX && c->lanes >= 1 &&
	       c->lanes <= CRYPTO_ARGON2_LANES_MAX;
}

static enum status
crypto_argon2_short(const struct crypto_argon2 *c, struct fault *f)
{
	return fault(f, STATUS_UNAVAILABLE,
		     "Argon2id with %u KiB and %u "
		     "lanes cannot run: memory is short",
		     c->memory_kib, c->lanes);
}

static enum status
crypto_argon2_lane(const struct secret *password, const uint8_t *salt,
		   const struct crypto_argon2 *c, struct crypto_tag *tag,
		   struct fault *f)
{
	if (crypto_pwhash_argon2id(tag->b, sizeof(tag->b),
				   (const char *)password->b, password->len,
				   salt, c->passes,
				   (size_t)c->memory_kib * 1024,
				   crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0)
		return crypto_argon2_short(c, f);
	return STATUS_OK;
}

static enum status
crypto_argon2_lanes(const struct secret *password, const uint8_t *salt,
		    const struct crypto_argon2 *c, struct crypto_tag *tag,
		    struct fault *f)
{
	/* libargon2 only reads what it takes as writable. */
	union {
		const uint8_t *in;
		uint8_t *out;
	} pwd = { password->b }, with = { salt };
	/* One thread, however many lanes: no turn of session_gate is more
	 * than one processor, and no sandbox has to let threads be made. */
	argon2_context ctx = { .out = tag->b,
			       .outlen = sizeof(tag->b),
			       .pwd = pwd.out,
			       .pwdlen = (uint32_t)password->len,
			       .salt = with.out,
			       .saltlen = CRYPTO_SALT_SIZE,
			       .t_cost = c->passes,
			       .m_cost = c->memory_kib,
			       .lanes = c->lanes,
			       .threads = 1,
			       .version = ARGON2_VERSION_13,
			       .flags = ARGON2_DEFAULT_FLAGS };
	int err = argon2id_ctx(&ctx);

	if (err == ARGON2_MEMORY_ALLOCATION_ERROR)
		return crypto_argon2_short(c, f);
	if (err != ARGON2_OK)
		return fault(f, STATUS_SYSTEM, "Argon2id failed: %s",
			     argon2_error_message(err));
	return STATUS_OK;
}

enum status
crypto_argon2id(const struct secret *password,
		const uint8_t salt[CRYPTO_SALT_SIZE],
		const struct crypto_argon2 *cost, uint8_t tag[CRYPTO_TAG_SIZE],
		struct fault *f)
{
	__attribute__((cleanup(crypto_tag_wipe))) struct crypto_tag t;
	enum status st;

	if (!crypto_argon2_sane(cost))
		return fault(f, STATUS_REFUSED,
			     "Argon2id costs of %u KiB, "
			     "%u passes and %u lanes are out of range",
			     cost->memory_kib, cost->passes, cost->lanes);
	if (cost->lanes == 1)
		st = crypto_argon2_lane(password, salt, cost, &t, f);
	else
		st = crypto_argon2_lanes(password, salt, cost, &t, f);
	if (st == STATUS_OK)
		memcpy(tag, t.b, sizeof(t.b));
	return st;
}
