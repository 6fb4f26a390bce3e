/* SPDX-License-Identifier: MIT */
#include "kit.h"

#include <crypt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "factor/password.h"
#include "test.h"

struct kit kit;

enum status
__wrap_crypto_argon2id(const struct secret *password, const uint8_t *salt,
		       const struct crypto_argon2 *cost, uint8_t *tag,
		       struct fault *f)
{
	kit.runs++;
	if (cost->memory_kib == kit.env.cost.memory_kib &&
	    cost->passes == kit.env.cost.passes &&
	    cost->lanes == kit.env.cost.lanes)
		kit.present++;
	return __real_crypto_argon2id(password, salt, cost, tag, f);
}

enum status
__wrap_crypto_hotp(const struct secret *key,
		   enum crypto_otp_algorithm algorithm, uint64_t counter,
		   unsigned digits, char *out, struct fault *f)
{
	kit.hotps++;
	return __real_crypto_hotp(key, algorithm, counter, digits, out, f);
}

void
kit_count(void)
{
	kit.runs = kit.present = kit.hotps = 0;
}

void
kit_need(enum status st, const struct fault *f)
{
	if (st == STATUS_OK)
		return;
	printf("Bail out! %s: %s\n", status_name(st), f->text);
	exit(1);
}

static void
kit_account(struct store *s, const char *name, struct id *id)
{
	struct store_account a = { .kind = STORE_PERSON,
				   .state = STORE_ACTIVE,
				   .strategy = STORE_SOFT,
				   .created_at = KIT_NOW,
				   .updated_at = KIT_NOW,
				   .epoch = 1,
				   .version = 1 };
	struct fault f = { .status = STATUS_OK };
	STORE_TXN(txn);

	crypto_id(KIT_NOW, id);
	a.id = *id;
	(void)text_copy(a.name, sizeof(a.name), name);
	kit_need(store_begin(s, &txn, &f), &f);
	kit_need(store_account_insert(s, &a, &f), &f);
	kit_need(store_commit(&txn, &f), &f);
}

void
kit_start(void)
{
	struct crypto_argon2 cost = KIT_COST;
	struct fault f = { .status = STATUS_OK };
	char where[512];

	(void)snprintf(where, sizeof(where), "sqlite:%s/s/sigra.db",
		       test_dir());
	kit_need(crypto_start(&f), &f);
	kit_need(store_prepare(where, geteuid(), getegid(), &f), &f);
	kit_need(store_create(where, KIT_NOW, &f), &f);
	kit_need(store_open(where, STORE_WRITE, &kit.env.store, &f), &f);
	crypto_random(kit.keys.master, sizeof(kit.keys.master));
	kit.env.keys = &kit.keys;
	kit.env.cost = cost;
	kit.env.now = KIT_NOW;
	kit_account(kit.env.store, "ann", &kit.ann);
	kit_account(kit.env.store, "bobs.account", &kit.bob);
}

void
kit_end(void)
{
	store_close(kit.env.store);
	crypto_keys_wipe(&kit.keys);
}

void
kit_put(const struct id *account, const struct store_password *p)
{
	struct fault f = { .status = STATUS_OK };
	STORE_TXN(txn);

	kit_need(store_begin(kit.env.store, &txn, &f), &f);
	kit_need(store_password_put(kit.env.store, account, p, &f), &f);
	kit_need(store_commit(&txn, &f), &f);
}

void
kit_drop(const struct id *account)
{
	struct fault f = { .status = STATUS_OK };
	STORE_TXN(txn);

	kit_need(store_begin(kit.env.store, &txn, &f), &f);
	kit_need(store_password_delete(kit.env.store, account, &f), &f);
	kit_need(store_commit(&txn, &f), &f);
}

struct store_password
kit_get(const struct id *account)
{
	struct store_password p = { .sealed_len = 0 };
	struct fault f = { .status = STATUS_OK };

	kit_need(store_password_get(kit.env.store, account, &p, &f), &f);
	return p;
}

static struct store_password
kit_make(const struct id *account, const char *password,
	 struct crypto_argon2 cost)
{
	struct store_password p = { .sealed_len = 0 };
	struct fault f = { .status = STATUS_OK };
	struct factor_env env = kit.env;
	SECRET(s);

	env.cost = cost;
	kit_need(secret_set(&s, password, strlen(password), &f), &f);
	kit_need(password_make(&env, account, &s, &p, &f), &f);
	return p;
}

void
kit_set(const struct id *account, const char *password,
	struct crypto_argon2 cost)
{
	struct store_password p = kit_make(account, password, cost);

	kit_put(account, &p);
}

void
kit_replace(const struct id *account, const char *password)
{
	struct store_password p = kit_make(account, password, kit.env.cost);
	struct fault f = { .status = STATUS_OK };
	STORE_TXN(txn);

	kit_need(store_begin(kit.env.store, &txn, &f), &f);
	kit_need(password_replace(&kit.env, account, &p, &f), &f);
	kit_need(store_commit(&txn, &f), &f);
}

void
kit_crypt(const char *prefix, unsigned long cost, const char *password,
	  char *out, size_t size)
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	struct crypt_data *d = calloc(1, sizeof(*d));
	const char *made = NULL;

	if (d != NULL && crypt_gensalt_rn(prefix, cost, NULL, 0, setting,
					  sizeof(setting)) != NULL)
		made = crypt_r(password, setting, d);
	if (made == NULL || !text_copy(out, size, made)) {
		printf("Bail out! libcrypt has no %s\n", prefix);
		exit(1);
	}
	free(d);
}

void
kit_answer(struct secret *s, const char *text)
{
	struct fault f = { .status = STATUS_OK };

	kit_need(secret_set(s, text, strlen(text), &f), &f);
}

void
kit_key(struct secret *key)
{
	kit_answer(key, "12345678901234567890");
}

struct store_otp
kit_device(const struct id *account, const struct otp_device *d,
	   const struct secret *key, int64_t moved)
{
	struct fault f = { .status = STATUS_OK };
	struct store_otp row = { .sealed_len = 0 };
	STORE_TXN(txn);

	kit_need(otp_row_make(&kit.env, account, d, key, moved, &row, &f), &f);
	kit_need(store_begin(kit.env.store, &txn, &f), &f);
	kit_need(store_otp_insert(kit.env.store, &row, &f), &f);
	kit_need(store_commit(&txn, &f), &f);
	return row;
}

void
kit_no_devices(const struct id *account)
{
	struct fault f = { .status = STATUS_OK };
	STORE_TXN(txn);

	kit_need(store_begin(kit.env.store, &txn, &f), &f);
	kit_need(store_otp_delete_all(kit.env.store, account, &f), &f);
	kit_need(store_commit(&txn, &f), &f);
}

void
kit_issue(const struct id *account, enum store_code_kind kind,
	  int64_t expires_at, struct secret *text)
{
	struct fault f = { .status = STATUS_OK };
	STORE_TXN(txn);

	code_make(text);
	kit_need(store_begin(kit.env.store, &txn, &f), &f);
	kit_need(code_issue(&kit.env, account, kind, text, expires_at, &f),
		 &f);
	kit_need(store_commit(&txn, &f), &f);
}

enum status
kit_settle(const struct factor *factor, const struct id *account,
	   const struct factor_outcome *out)
{
	struct fault f = { .status = STATUS_OK };
	enum status st;
	STORE_TXN(txn);

	kit_need(store_begin(kit.env.store, &txn, &f), &f);
	st = factor->settle(&kit.env, account, out, &f);
	if (st == STATUS_OK)
		kit_need(store_commit(&txn, &f), &f);
	return st;
}
