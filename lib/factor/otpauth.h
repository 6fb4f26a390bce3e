/* SPDX-License-Identifier: MIT */
/*
 * otpauth URIs, as authenticator apps read them ("Key Uri Format" of the
 * google-authenticator wiki): otpauth://totp/ISSUER:ACCOUNT?secret=...  Every
 * byte that is not unreserved (RFC 3986 2.3) is percent-encoded, so that no
 * label can add a parameter.
 */
#ifndef FACTOR_OTPAUTH_H
#define FACTOR_OTPAUTH_H

#include "factor/otp.h"

#define OTPAUTH_NAME_SIZE 129
#define OTPAUTH_MAX 1024 /* bytes of a URI */

struct otpauth {
	struct otp_device device; /* its label is no part of the URI when one
				     is made; a parse makes it of ACCOUNT */
	char issuer[OTPAUTH_NAME_SIZE];	 /* may be empty */
	char account[OTPAUTH_NAME_SIZE]; /* "alice@host" */
};

/* STATUS_INVALID when it would be longer than OTPAUTH_MAX. */
enum status otpauth_format(const struct otpauth *o, const struct secret *key,
			   struct secret *uri, struct fault *f) MUST_USE;

/*
 * Hostile input.  Unknown parameters are ignored; a repeated one, a wrong
 * number, a secret that is no base32 or of a length that is not taken, and
 * anything out of otp_device_valid()'s bounds are STATUS_INVALID, and the
 * fault says which without quoting the secret.
 */
enum status otpauth_parse(const struct secret *uri, struct otpauth *out,
			  struct secret *key, struct fault *f) MUST_USE;

#endif
