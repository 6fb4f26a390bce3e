/* SPDX-License-Identifier: MIT */
/* Keys of accounts, told: to whom they belong, and to sshd. */
#ifndef SIGRAD_KEYS_H
#define SIGRAD_KEYS_H

#include "sigrad/self_row.h"

/* WIRE_SELF_KEYS: a row for each security key and SSH key of the account. */
enum status keys_own(struct self *self, const struct store_account *a)
	MUST_USE;

/*
 * WIRE_AUTHORIZED: a line for sshd for each SSH key with which USER may log
 * in, none when there is no such account, or it is not active.  The peer has
 * been found to be allowed to ask.
 */
enum status keys_authorized(struct worker *w, struct wire_server *server,
			    const char *user, struct fault *f) MUST_USE;

#endif
