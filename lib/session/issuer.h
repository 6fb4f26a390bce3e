/* SPDX-License-Identifier: MIT */
/* Who an app says that a new device is for. */
#ifndef SESSION_ISSUER_H
#define SESSION_ISSUER_H

#include "factor/otpauth.h"
#include "store/store.h"

#define SESSION_ISSUER_LONG 32 /* bytes; a longer one makes a large code */

/*
 * The name of the one organization that the account belongs to, personal ones
 * aside, when it is short and can stand in a URI; else HOST.  STATUS_INVALID
 * when that is too long.
 */
enum status session_issuer(struct store *s, const struct id *account,
			   const char *host, char out[OTPAUTH_NAME_SIZE],
			   struct fault *f) MUST_USE;

#endif
