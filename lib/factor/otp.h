/* SPDX-License-Identifier: MIT */
/*
 * One-time codes: TOTP (RFC 6238), HOTP (RFC 4226), and the codes that stand
 * in for a device: backup codes and an administrator's login code.  All are
 * typed at the same prompt and told apart by their shape: 6 to 8 digits, or
 * the 12 letters of factor/code.h.
 */
#ifndef FACTOR_OTP_H
#define FACTOR_OTP_H

#include "factor/factor.h"
#include "store/otp.h"

#define OTP_PERIOD_MIN 15
#define OTP_PERIOD_MAX 120
#define OTP_WINDOW 1	  /* TOTP: steps before and after the present one */
#define OTP_LOOK_AHEAD 10 /* HOTP: codes that may have been made in vain */
#define OTP_RESYNC_AHEAD 1000
#define OTP_DEVICES_MAX 10 /* an account */
#define OTP_ANSWER_MAX 64  /* bytes; longer is refused, never cut */
#define OTP_COUNTER_MAX (INT64_MAX / 2) /* of a new device */

/* What a device is made of, beside its key. */
struct otp_device {
	enum store_otp_kind kind;
	char label[STORE_LABEL_SIZE];
	enum crypto_otp_algorithm algorithm;
	unsigned digits;
	unsigned period;  /* seconds; 0 for HOTP */
	uint64_t counter; /* HOTP: of the first code; 0 for TOTP */
};

/* "SHA1" ... as otpauth URIs and --json have it; parse takes either case. */
const char *otp_algorithm_name(enum crypto_otp_algorithm a);
bool otp_algorithm_parse(const char *s, enum crypto_otp_algorithm *out);
const char *otp_kind_name(enum store_otp_kind kind); /* "totp", "hotp" */

/* A label, of a key as well, is 1 to 64 bytes of UTF-8 without control
 * characters, blanks at its ends and ':'.  STATUS_INVALID says what. */
enum status otp_label_valid(const char label[STORE_LABEL_SIZE],
			    struct fault *f) MUST_USE;
/* Has the account a device, key or SSH key of this name? */
enum status otp_label_taken(struct store *store, const struct id *account,
			    const char *label, bool *out, struct fault *f)
	MUST_USE;
/* Bounds of all of it.  STATUS_INVALID says what. */
enum status otp_device_valid(const struct otp_device *d, struct fault *f)
	MUST_USE;

/* 20 bytes for SHA1, 32 for SHA256, 64 for SHA512 (RFC 6238 reference). */
void otp_key_make(enum crypto_otp_algorithm algorithm, struct secret *out);

/* The digits of ANSWER without its blanks; false when it is anything but
 * CRYPTO_OTP_DIGITS_MIN to CRYPTO_OTP_DIGITS_MAX of them. */
bool otp_answer_read(const struct secret *answer, struct secret *digits);

/* The key as people type it in: base32 in groups of four. */
enum status otp_key_text(const struct secret *key, struct secret *out,
			 struct fault *f) MUST_USE;

struct otp_match {
	enum factor_result result; /* RIGHT or SPENT: AT is set */
	int64_t at;		   /* TOTP the step, HOTP the counter */
};

/*
 * Is ANSWER (digits, blanks ignored) a code of this key at NOW?  MOVED is what
 * store_otp.moved says: TOTP steps up to it are SPENT; HOTP counters begin
 * there, the one before it is SPENT, and a code of an earlier one is WRONG.
 * Takes the same time whichever code matches.
 */
enum status otp_match(const struct otp_device *d, const struct secret *key,
		      int64_t moved, int64_t now, const struct secret *answer,
		      struct otp_match *out, struct fault *f) MUST_USE;

/* Two HOTP codes in a row from MOVED on, within OTP_RESYNC_AHEAD: *COUNTER is
 * that of the second.  STATUS_REFUSED when there are none. */
enum status otp_resync(const struct otp_device *d, const struct secret *key,
		       int64_t moved, const struct secret *first,
		       const struct secret *second, int64_t *counter,
		       struct fault *f) MUST_USE;

/* The row of a new device, its key sealed; MOVED: what its confirming code
 * has spent already (TOTP the step, HOTP the counter + 1), or the start. */
enum status otp_row_make(const struct factor_env *env,
			 const struct id *account, const struct otp_device *d,
			 const struct secret *key, int64_t moved,
			 struct store_otp *out, struct fault *f) MUST_USE;
void otp_row_device(const struct store_otp *row, struct otp_device *out);
/* STATUS_CORRUPT when the seal does not open. */
enum status otp_row_key(const struct factor_env *env,
			const struct store_otp *row, struct secret *key,
			struct fault *f) MUST_USE;

/* Inside a transaction: insert the row; STATUS_REFUSED when the account has
 * OTP_DEVICES_MAX, or the key in another device already (each of its codes
 * would be good twice), STATUS_CONFLICT when it has the label. */
enum status otp_row_add(const struct factor_env *env,
			const struct store_otp *row, struct fault *f) MUST_USE;

/*
 * How long are the codes of this account's active devices?  0: of several
 * lengths.  For the split of a combined answer; ACCOUNT NULL or without such
 * devices: 6.
 */
enum status otp_digits(const struct factor_env *env, const struct id *account,
		       unsigned *out, struct fault *f) MUST_USE;

extern const struct factor factor_otp;

#endif
