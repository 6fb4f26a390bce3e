/* SPDX-License-Identifier: MIT */
/*
 * A line of /etc/users.oath, as pam_oath(8) keeps it: TYPE USER PIN KEY-IN-HEX
 * [COUNTER [LAST-CODE [LAST-TIME]]], by blanks apart.
 */
#ifndef IMPORT_OATH_H
#define IMPORT_OATH_H

#include "base/request.h"
#include "factor/otp.h"

struct import_oath {
	char user[USER_MAX + 1];  /* empty: not read */
	struct otp_device device; /* without a label */
	int64_t moved;		  /* HOTP: the next counter; TOTP: 0 */
	/* When the last code was taken, TOTP: seconds since 1970 of a clock
	 * that shows local time.  0: never. */
	int64_t last_local;
	char last[CRYPTO_OTP_DIGITS_MAX + 1]; /* that code */
};

/*
 * Hostile input, one line.  STATUS_NOT_FOUND: blank, or a comment;
 * STATUS_INVALID: not to be taken, and the fault says why without quoting the
 * line.  OUT->user is set whenever the line names one; the rest of OUT, and
 * KEY, only when all of it is good.
 */
enum status import_oath(const char *line, size_t len, struct import_oath *out,
			struct secret *key, struct fault *f) MUST_USE;

/*
 * The step of the code that was taken last, when the clock said AT: it may
 * have been a few steps ahead.  That of AT itself when no code fits.
 */
int64_t import_oath_step(const struct import_oath *o, const struct secret *key,
			 int64_t at);

#endif
