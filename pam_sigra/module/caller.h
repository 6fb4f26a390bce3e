/* SPDX-License-Identifier: MIT */
/* Facts about whoever called us: the host process, and its person. */
#ifndef PAM_SIGRA_MODULE_CALLER_H
#define PAM_SIGRA_MODULE_CALLER_H

#include <security/pam_modules.h>

#include "base/fault.h"
#include "base/request.h"

#define CALLER_LOGIN "SIGRA_LOGIN" /* PAM environment: the proved login */

/*
 * Gather everything but the ids.  STATUS_CANCELLED: nobody said for whom;
 * STATUS_INVALID: an item is too long to be looked at; nothing is ever cut.
 * FLAGS are libpam's.
 */
enum status caller_request(pam_handle_t *pamh, enum request_phase phase,
			   int flags, struct request *out, struct fault *f)
	MUST_USE;

/* Is PAM_USER, read anew, this name? */
bool caller_user_is(const pam_handle_t *pamh, const char *user);

/* The login that authenticate handed over; empty when none, or none of ours.*/
void caller_login(pam_handle_t *pamh, struct id *out);

/*
 * Of which of the N groups is USER a member?  A user or a group that the
 * system does not know is in none; STATUS_SYSTEM when it cannot be known.
 */
enum status caller_member(const char *user, const char *const *names, size_t n,
			  uint32_t *mask, struct fault *f) MUST_USE;

/* Primary group and all groups of a uid, in LIST of *N; the caller frees it.
 * STATUS_UNAVAILABLE: the system does not know that uid. */
enum status caller_groups_of(uid_t uid, gid_t *gid, gid_t **list, int *n,
			     struct fault *f) MUST_USE;

/* Does the system have a user of that name? */
bool caller_known(const char *user);

#endif
