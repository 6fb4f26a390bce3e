/* SPDX-License-Identifier: MIT */
/* A device of an account, and the codes that it makes. */
#ifndef TESTS_ADMIN_DEVICE_H
#define TESTS_ADMIN_DEVICE_H

#include "admin/enroll.h"
#include "admin/item.h"
#include "fixture.h"

/* TOTP: the step at x->admin.now. */
static inline int64_t
device_step(const struct fixture *x)
{
	return x->admin.now / 30;
}

/* The code of that step or counter. */
static inline void
device_code(struct fixture *x, const struct secret *key, int64_t at,
	    struct secret *out)
{
	char code[CRYPTO_OTP_DIGITS_MAX + 1];

	CHECK_OK(crypto_hotp(key, CRYPTO_SHA1, (uint64_t)at, 6, code, &x->f),
		 &x->f);
	CHECK_OK(secret_set(out, code, strlen(code), &x->f), &x->f);
}

static inline struct otp_device
device_of(enum store_otp_kind kind, const char *label)
{
	struct otp_device d = { .kind = kind,
				.algorithm = CRYPTO_SHA1,
				.digits = 6,
				.period = kind == STORE_TOTP ? 30 : 0 };

	strncpy(d.label, label, sizeof(d.label) - 1);
	return d;
}

/* Add one to the account, whole. */
static inline struct admin_device
device_add(struct fixture *x, const char *name, enum store_otp_kind kind,
	   const char *label, struct secret *key, struct code_set *backup,
	   bool *codes)
{
	struct otp_device d = device_of(kind, label);
	struct admin_device out = { .row = { .label = "" } };
	struct store_account acct = { .name = "" };
	int64_t moved = -1;
	SECRET(code);

	otp_key_make(d.algorithm, key);
	CHECK_OK(admin_enroll_ready(&x->admin, name, &d, &acct, &x->f), &x->f);
	device_code(x, key, kind == STORE_TOTP ? device_step(x) : 0, &code);
	CHECK_OK(
		admin_enroll_confirm(&x->admin, &d, key, &code, &moved, &x->f),
		&x->f);
	CHECK_OK(admin_enroll_add(&x->admin, &acct.id, &d, key, moved, &out,
				  backup, codes, &x->f),
		 &x->f);
	return out;
}

/* Remove what is called so, whatever that shuts out. */
static inline bool
device_remove(struct fixture *x, const char *name, const char *label)
{
	struct admin_removal r = { .last = false };

	CHECK_OK(admin_item_remove(&x->admin, name, label, true, &r, &x->f),
		 &x->f);
	return r.last;
}

static inline int64_t
device_backup_left(struct fixture *x, const struct id *account)
{
	struct store_code_count n = { .left = -1 };

	CHECK_OK(store_code_counted(x->store, account, STORE_CODE_BACKUP,
				    x->admin.now, &n, &x->f),
		 &x->f);
	return n.left;
}

static inline struct store_account
device_account(struct fixture *x, const char *name)
{
	struct store_account a = { .name = "" };

	CHECK_OK(store_account_by_name(x->store, name, &a, &x->f), &x->f);
	return a;
}

#endif
