/* SPDX-License-Identifier: MIT */
#include "factor/stored.h"

#include <string.h>

#include "base/buf.h"
#include "factor/password.h"
#include "factor/text.h"

_Static_assert(SECRET_TEXT_SIZE > STORE_SEALED_SIZE, "a crypt string fits");

struct password_digests {
	uint8_t tag[CRYPTO_TAG_SIZE];
	uint8_t have[CRYPTO_HASH_SIZE], want[CRYPTO_HASH_SIZE];
};

static void
password_digests_wipe(struct password_digests *d)
{
	crypto_wipe(d, sizeof(*d));
}

#define PASSWORD_DIGESTS_WIPED __attribute__((cleanup(password_digests_wipe)))
#define PASSWORD_DIGESTS(name)                                                \
	PASSWORD_DIGESTS_WIPED struct password_digests name = { .tag = { 0 } }

static struct password_place
password_place(const char *column, const struct id *row)
{
	struct password_place place;
	struct buf b;

	buf_start(&b, place.ad, sizeof(place.ad));
	buf_printf(&b, "%s:%s", column, row->s);
	return place;
}

struct password_place
password_current_place(const struct id *account)
{
	return password_place("password.sealed", account);
}

struct password_place
password_history_place(const struct id *row)
{
	return password_place("password_history.sealed", row);
}

/* The costs that it was hashed at; false when they are not to be run.  The
 * store's numbers are 64 bits wide and may be anything. */
static bool
password_cost(const struct store_password *p, struct crypto_argon2 *out)
{
	if (p->kind != STORE_ARGON2ID || p->memory_kib < 0 ||
	    p->memory_kib > UINT32_MAX || p->passes < 0 ||
	    p->passes > UINT32_MAX || p->lanes < 0 || p->lanes > UINT32_MAX)
		return false;
	*out = (struct crypto_argon2){
		.memory_kib = (uint32_t)p->memory_kib,
		.passes = (uint32_t)p->passes,
		.lanes = (uint32_t)p->lanes,
	};
	return crypto_argon2_sane(out);
}

static enum status
password_unseal(const struct factor_env *env,
		const struct password_place *place,
		const struct store_password *p, void *out, size_t size,
		size_t *len, struct fault *f)
{
	enum status st;

	if (p->sealed_len > sizeof(p->sealed))
		return fault(f, STATUS_CORRUPT, "%s is too long", place->ad);
	st = crypto_unseal(env->keys, place->ad, p->sealed, p->sealed_len, out,
			   size, len, f);
	if (st == STATUS_INVALID)
		return fault(f, STATUS_CORRUPT, "%s is too long", place->ad);
	return st;
}

static enum status
password_verify_hash(const struct factor_env *env,
		     const struct password_place *place,
		     const struct store_password *p,
		     const struct secret *password, bool *right,
		     struct fault *f)
{
	struct crypto_argon2 cost;
	enum status st;
	size_t len;
	PASSWORD_DIGESTS(d);

	st = password_unseal(env, place, p, d.want, sizeof(d.want), &len, f);
	if (st != STATUS_OK)
		return st;
	if (len != sizeof(d.want))
		return fault(f, STATUS_CORRUPT, "%s is no digest", place->ad);
	*right = false;
	if (!password_cost(p, &cost))
		return STATUS_OK;
	st = crypto_argon2id(password, p->salt, &cost, d.tag, f);
	if (st != STATUS_OK)
		return st;
	crypto_digest(d.tag, sizeof(d.tag), d.have);
	*right = crypto_equal(d.have, d.want);
	return STATUS_OK;
}

static enum status
password_verify_crypt(const struct factor_env *env,
		      const struct password_place *place,
		      const struct store_password *p,
		      const struct secret *password, bool *right,
		      struct fault *f)
{
	enum status st;
	size_t len;
	SECRET_TEXT(setting);

	st = password_unseal(env, place, p, setting.s, sizeof(setting.s) - 1,
			     &len, f);
	if (st != STATUS_OK)
		return st;
	if (strlen(setting.s) != len)
		return fault(f, STATUS_CORRUPT, "%s is no text", place->ad);
	*right = false;
	/* Imported when more was taken than is now: as below the floor. */
	if (!crypto_crypt_known(setting.s))
		return STATUS_OK;
	return crypto_crypt_verify(password, setting.s, right, f);
}

enum status
password_verify(const struct factor_env *env,
		const struct password_place *place,
		const struct store_password *p, const struct secret *password,
		bool *right, struct fault *f)
{
	switch (p->kind) {
	case STORE_ARGON2ID:
		return password_verify_hash(env, place, p, password, right, f);
	case STORE_CRYPT:
		return password_verify_crypt(env, place, p, password, right,
					     f);
	}
	return fault(f, STATUS_CORRUPT, "%s is of no known kind", place->ad);
}

enum status
password_move(const struct factor_env *env, const struct password_place *from,
	      const struct password_place *to, const struct store_password *p,
	      struct store_password *out, struct fault *f)
{
	struct store_password moved = *p;
	enum status st;
	size_t len;
	SECRET_TEXT(plain);

	st = password_unseal(env, from, p, plain.s, sizeof(plain.s), &len, f);
	if (st == STATUS_OK)
		st = crypto_seal(env->keys, to->ad, plain.s, len, moved.sealed,
				 sizeof(moved.sealed), &moved.sealed_len, f);
	if (st == STATUS_OK)
		*out = moved;
	return st;
}

enum status
password_find(const struct factor_env *env, const struct id *account,
	      bool *found, struct store_password *out, struct fault *f)
{
	struct fault why = { .status = STATUS_OK };
	enum status st = store_password_get(env->store, account, out, &why);

	if (st != STATUS_OK && st != STATUS_NOT_FOUND) {
		if (f != NULL)
			*f = why;
		return st;
	}
	*found = st == STATUS_OK;
	return STATUS_OK;
}

enum status
password_make(const struct factor_env *env, const struct id *account,
	      const struct secret *password, struct store_password *out,
	      struct fault *f)
{
	struct password_place place = password_current_place(account);
	struct store_password made = {
		.kind = STORE_ARGON2ID,
		.memory_kib = env->cost.memory_kib,
		.passes = env->cost.passes,
		.lanes = env->cost.lanes,
		.set_at = env->now,
	};
	enum status st;
	PASSWORD_DIGESTS(d);

	_Static_assert(sizeof(made.salt) == CRYPTO_SALT_SIZE, "salt");
	crypto_random(made.salt, sizeof(made.salt));
	st = crypto_argon2id(password, made.salt, &env->cost, d.tag, f);
	if (st != STATUS_OK)
		return st;
	crypto_digest(d.tag, sizeof(d.tag), d.have);
	st = crypto_seal(env->keys, place.ad, d.have, sizeof(d.have),
			 made.sealed, sizeof(made.sealed), &made.sealed_len,
			 f);
	if (st == STATUS_OK)
		*out = made;
	return st;
}

enum status
password_import(const struct factor_env *env, const struct id *account,
		const char *setting, struct store_password *out,
		struct fault *f)
{
	struct password_place place = password_current_place(account);
	struct store_password made = { .kind = STORE_CRYPT,
				       .set_at = env->now };
	enum status st;

	if (!crypto_crypt_known(setting))
		return fault(f, STATUS_REFUSED,
			     "this is not the second field "
			     "of /etc/shadow as $y$, $6$, $5$ or $2b$, or its "
			     "cost is out of bounds");
	st = crypto_seal(env->keys, place.ad, setting, strlen(setting),
			 made.sealed, sizeof(made.sealed), &made.sealed_len,
			 f);
	if (st == STATUS_OK)
		*out = made;
	return st;
}
