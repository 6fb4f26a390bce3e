/* SPDX-License-Identifier: MIT */
/*
 * One-time codes: the devices that make them, and codes that are good once.
 * Statuses and transactions as in store/store.h.
 */
#ifndef STORE_OTP_H
#define STORE_OTP_H

#include "store/store.h"

enum store_otp_kind { STORE_TOTP = 1, STORE_HOTP };
enum store_otp_state {
	STORE_OTP_ACTIVE = 1,
	STORE_OTP_RESYNC, /* HOTP: accepts nothing before two codes in a row */
};

#define STORE_LABEL_SIZE 65
struct store_otp {
	struct id id, account;
	enum store_otp_kind kind;
	char label[STORE_LABEL_SIZE]; /* one of its account's only */
	int64_t algorithm;	      /* enum crypto_otp_algorithm */
	int64_t digits, period;	      /* period 0: HOTP */
	uint8_t sealed[STORE_SEALED_SIZE];
	size_t sealed_len;
	enum store_otp_state state;
	/* TOTP: the last step accepted; HOTP: the counter of the next code.
	 * Never goes down. */
	int64_t moved;
	int64_t created_at, used_at; /* used_at 0: never */
};

/* STATUS_CONFLICT when the account has the label. */
enum status store_otp_insert(struct store *s, const struct store_otp *d,
			     struct fault *f) MUST_USE;
/* In order of label. */
enum status store_otp_list(struct store *s, const struct id *account,
			   bool (*each)(void *ctx, const struct store_otp *),
			   void *ctx, struct fault *f) MUST_USE;
/* The account's own only: STATUS_NOT_FOUND for another's. */
enum status store_otp_get(struct store *s, const struct id *account,
			  const char *label, struct store_otp *out,
			  struct fault *f) MUST_USE;
/*
 * Spend a step or counter: one conditional UPDATE of an active device.
 * TOTP: moved becomes STEP where it was less; HOTP: COUNTER + 1 where it was
 * at most COUNTER.  STATUS_LOST otherwise: somebody was first.
 */
enum status store_otp_spend(struct store *s, const struct id *id, int64_t at,
			    int64_t now, struct fault *f) MUST_USE;
/* HOTP: moved becomes COUNTER + 1 where it was at most COUNTER, and the
 * device active; STATUS_LOST otherwise. */
enum status store_otp_resync(struct store *s, const struct id *id,
			     int64_t counter, int64_t now, struct fault *f)
	MUST_USE;
enum status store_otp_rename(struct store *s, const struct id *id,
			     const char *label, struct fault *f) MUST_USE;
enum status store_otp_delete(struct store *s, const struct id *id,
			     struct fault *f) MUST_USE;
enum status store_otp_delete_all(struct store *s, const struct id *account,
				 struct fault *f) MUST_USE;

/* --- codes that are good once --- */

enum store_code_kind {
	STORE_CODE_BACKUP = 1, /* for a lost device */
	STORE_CODE_LOGIN,      /* an administrator's, in place of a device */
	STORE_CODE_RESET,      /* in place of a forgotten password */
	STORE_CODE_TICKET,     /* opens the enrollment of a new account */
};

#define STORE_CODE_HASH_SIZE 32
struct store_code {
	struct id id, account;
	enum store_code_kind kind;
	uint8_t hash[STORE_CODE_HASH_SIZE];
	int64_t created_at;
	int64_t expires_at; /* 0: never */
	int64_t spent_at;   /* 0: not yet; voided ones are spent, too */
};

enum status store_code_insert(struct store *s, const struct store_code *c,
			      struct fault *f) MUST_USE;
/* Spent and expired ones as well; STATUS_NOT_FOUND. */
enum status store_code_find(struct store *s, const struct id *account,
			    enum store_code_kind kind,
			    const uint8_t hash[STORE_CODE_HASH_SIZE],
			    struct store_code *out, struct fault *f) MUST_USE;
/* One conditional UPDATE: STATUS_LOST when it is spent or expired. */
enum status store_code_spend(struct store *s, const struct id *id, int64_t now,
			     struct fault *f) MUST_USE;
/* How many of a kind are good now, and of how many. */
struct store_code_count {
	int64_t left, total; /* good now; ever, but for the deleted */
	int64_t created_at;  /* of the newest; 0: none */
	int64_t expires_at;  /* the latest of those left; 0: never, or none */
};
enum status store_code_counted(struct store *s, const struct id *account,
			       enum store_code_kind kind, int64_t now,
			       struct store_code_count *out, struct fault *f)
	MUST_USE;
/* Forget them, spent or not. */
enum status store_code_delete(struct store *s, const struct id *account,
			      enum store_code_kind kind, struct fault *f)
	MUST_USE;

#endif
