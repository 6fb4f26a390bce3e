/* SPDX-License-Identifier: MIT */
/* A line of shadow(5). */
#ifndef IMPORT_SHADOW_H
#define IMPORT_SHADOW_H

#include "base/request.h"
#include "crypto/crypto.h"

#define IMPORT_SHADOW_UNSET (-1) /* an empty field */

struct import_shadow {
	char user[USER_MAX + 1]; /* empty: not read */
	/* Days since 1970; IMPORT_SHADOW_UNSET. */
	int64_t changed;  /* 0: the password has to be changed */
	int64_t max;	  /* days that a password is good for */
	int64_t inactive; /* days after those in which it can be changed */
	int64_t expires;  /* no login from then on */
};

/*
 * Hostile input, one line; SETTING is its crypt(3) string, of a kind that
 * crypto_crypt_verify() takes.  Statuses as import_oath().
 */
enum status import_shadow(const char *line, size_t len,
			  struct import_shadow *out, struct secret *setting,
			  struct fault *f) MUST_USE;

/* Of a password that is taken: must it be changed TODAY (days since 1970), or
 * is it too old even for that? */
enum import_age { IMPORT_FRESH, IMPORT_AGED, IMPORT_TOO_OLD };
enum import_age import_shadow_age(const struct import_shadow *s,
				  int64_t today);

#endif
