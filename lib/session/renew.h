/* SPDX-License-Identifier: MIT */
/* Between enroll.c and renew.c only. */
#ifndef SESSION_RENEW_H
#define SESSION_RENEW_H

#include "session/attempt.h"
#include "store/trust.h"

#define SESSION_ENROLLMENT_PAIRS 4

/* In the granting transaction: a->enrollment.made, and what goes with the old
 * one.  The part of session_enrollment_settle() that is about passwords. */
enum status session_renew_settle(struct session_attempt *a, struct fault *f)
	MUST_USE;

/* An audit row of what the person has just changed. */
enum status session_enrollment_audit(
	const struct session_attempt *a, const char *action,
	const struct audit_pair meta[SESSION_ENROLLMENT_PAIRS],
	struct fault *f) MUST_USE;

#endif
