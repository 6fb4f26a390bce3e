/* SPDX-License-Identifier: MIT */
/*
 * A device as it is kept.  What is sealed is "ACCOUNT:KEY", the key in base32:
 * the place of a seal names the row alone, and a row that was moved to another
 * account must not open that account.
 */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "factor/otp.h"
#include "store/key.h"
#include "factor/text.h"

_Static_assert(ID_LENGTH + 1 + TEXT_BASE32_SIZE(CRYPTO_OTP_SECRET_MAX) +
			       CRYPTO_SEAL_OVERHEAD <=
		       STORE_SEALED_SIZE,
	       "a sealed key fits");

struct otp_place {
	char ad[64];
};

static struct otp_place
otp_place(const struct id *row)
{
	struct otp_place place;
	struct buf b;

	buf_start(&b, place.ad, sizeof(place.ad));
	buf_printf(&b, "otp.sealed:%s", row->s);
	return place;
}

static bool
otp_key_sane(const struct secret *key)
{
	return key->len >= CRYPTO_OTP_SECRET_MIN &&
	       key->len <= CRYPTO_OTP_SECRET_MAX;
}

static enum status
otp_row_seal(const struct factor_env *env, const struct secret *key,
	     struct store_otp *row, struct fault *f)
{
	struct otp_place place = otp_place(&row->id);
	enum status st;
	struct buf b;
	SECRET(plain);
	SECRET_TEXT(text);
	SECRET_TEXT(digits);

	crypto_secret_base32(key, &plain);
	if (!secret_string(&plain, digits.s, sizeof(digits.s)))
		return fault(f, STATUS_INVALID, "the key is too long");
	buf_start(&b, text.s, sizeof(text.s));
	buf_text(&b, row->account.s);
	buf_text(&b, ":");
	buf_text(&b, digits.s);
	if ((st = secret_set(&plain, text.s, b.len, f)) != STATUS_OK)
		return st;
	return crypto_secret_seal(env->keys, place.ad, &plain, row->sealed,
				  sizeof(row->sealed), &row->sealed_len, f);
}

enum status
otp_row_make(const struct factor_env *env, const struct id *account,
	     const struct otp_device *d, const struct secret *key,
	     int64_t moved, struct store_otp *out, struct fault *f)
{
	struct store_otp row = {
		.account = *account,
		.kind = d->kind,
		.algorithm = d->algorithm,
		.digits = d->digits,
		.period = d->period,
		.state = STORE_OTP_ACTIVE,
		.moved = moved,
		.created_at = env->now,
	};
	enum status st = otp_device_valid(d, f);

	if (st != STATUS_OK)
		return st;
	if (!otp_key_sane(key))
		return fault(f, STATUS_INVALID, "a key has %d to %d bytes",
			     CRYPTO_OTP_SECRET_MIN, CRYPTO_OTP_SECRET_MAX);
	if (moved < 0 || moved > OTP_COUNTER_MAX)
		return fault(f, STATUS_INVALID, "no device counts from there");
	(void)text_copy(row.label, sizeof(row.label), d->label);
	crypto_id(env->now, &row.id);
	if ((st = otp_row_seal(env, key, &row, f)) == STATUS_OK)
		*out = row;
	return st;
}

void
otp_row_device(const struct store_otp *row, struct otp_device *out)
{
	*out = (struct otp_device){
		.kind = row->kind,
		.algorithm = (enum crypto_otp_algorithm)row->algorithm,
		.digits = (unsigned)row->digits,
		.period = (unsigned)row->period,
		.counter = row->kind == STORE_HOTP ? (uint64_t)row->moved : 0,
	};
	(void)text_copy(out->label, sizeof(out->label), row->label);
}

enum status
otp_row_key(const struct factor_env *env, const struct store_otp *row,
	    struct secret *key, struct fault *f)
{
	struct otp_place place = otp_place(&row->id);
	size_t len = strlen(row->account.s);
	enum status st;
	SECRET(plain);
	SECRET(made);
	SECRET_TEXT(text);

	if (row->sealed_len > sizeof(row->sealed))
		return fault(f, STATUS_CORRUPT, "%s is too long", place.ad);
	st = crypto_secret_unseal(env->keys, place.ad, row->sealed,
				  row->sealed_len, &plain, f);
	if (st != STATUS_OK)
		return st;
	if (!secret_string(&plain, text.s, sizeof(text.s)) ||
	    strncmp(text.s, row->account.s, len) != 0 || text.s[len] != ':')
		return fault(f, STATUS_CORRUPT,
			     "%s was sealed for another account", place.ad);
	st = secret_set(&plain, text.s + len + 1, strlen(text.s + len + 1), f);
	if (st != STATUS_OK)
		return st;
	if (crypto_secret_unbase32(&plain, &made, NULL) != STATUS_OK ||
	    !otp_key_sane(&made))
		return fault(f, STATUS_CORRUPT, "%s is no key", place.ad);
	secret_copy(key, &made);
	return STATUS_OK;
}

struct otp_siblings {
	const struct factor_env *env;
	const struct secret *key;
	struct fault *f;
	enum status st;
	unsigned n;
};

static bool
otp_sibling(void *ctx, const struct store_otp *row)
{
	struct otp_siblings *s = ctx;
	SECRET(key);

	s->st = otp_row_key(s->env, row, &key, s->f);
	if (s->st == STATUS_OK && secret_equal(&key, s->key))
		s->st = fault(s->f, STATUS_REFUSED,
			      "the account has this key already, as '%s'",
			      row->label);
	s->n++;
	return s->st == STATUS_OK;
}

enum status
otp_row_add(const struct factor_env *env, const struct store_otp *row,
	    struct fault *f)
{
	SECRET(key);
	struct otp_siblings s = {
		.env = env, .key = &key, .f = f, .st = STATUS_OK
	};
	enum status st = otp_row_key(env, row, &key, f);

	if (st == STATUS_OK)
		st = store_otp_list(env->store, &row->account, otp_sibling, &s,
				    f);
	if (st == STATUS_OK)
		st = s.st;
	if (st != STATUS_OK)
		return st;
	if (s.n >= OTP_DEVICES_MAX)
		return fault(f, STATUS_REFUSED,
			     "an account has at most %d devices",
			     OTP_DEVICES_MAX);
	return store_otp_insert(env->store, row, f);
}

enum status
otp_label_taken(struct store *store, const struct id *account,
		const char *label, bool *out, struct fault *f)
{
	struct store_ssh_key ssh_key;
	struct store_key key;
	struct store_otp otp;
	enum status st;

	st = store_otp_get(store, account, label, &otp, f);
	if (st == STATUS_NOT_FOUND)
		st = store_key_get(store, account, label, &key, f);
	if (st == STATUS_NOT_FOUND)
		st = store_ssh_key_get(store, account, label, &ssh_key, f);
	if (st != STATUS_OK && st != STATUS_NOT_FOUND)
		return st;
	*out = st == STATUS_OK;
	return STATUS_OK;
}
