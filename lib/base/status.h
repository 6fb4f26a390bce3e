/* SPDX-License-Identifier: MIT */
/*
 * Whether the machine worked.  A status is never a verdict: who may log in is
 * decided by policy/policy.h alone, and any status but STATUS_OK denies.
 */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

enum status {
	STATUS_OK = 0,
	STATUS_NOT_FOUND,   /* the named thing is not there */
	STATUS_CONFLICT,    /* it is there already, or a guard forbids it */
	STATUS_LOST,	    /* compare-and-set: somebody else was first */
	STATUS_BUSY,	    /* try again; the only status ever retried */
	STATUS_UNAVAILABLE, /* store, key or verifier cannot be used */
	STATUS_IN_DOUBT,    /* a commit may or may not have happened */
	STATUS_DENIED,	    /* the caller may not do this */
	STATUS_REFUSED,	    /* a rule of the house forbids it */
	STATUS_SCHEMA,	    /* the store is of another version, or foreign */
	STATUS_CORRUPT,	    /* bytes that should be ours are not */
	STATUS_INVALID,	    /* input that breaks its documented form */
	STATUS_CANCELLED,   /* the person gave no answer */
	STATUS_PROTOCOL,    /* the peer broke the wire's rules */
	STATUS_SYSTEM,	    /* a system call failed; the fault says which */
};

/* gcc rejects a dropped result of such a function even under a void cast. */
#define MUST_USE __attribute__((warn_unused_result))

/*
 * A stable lower-case word for the status, for logs and --json.  Never NULL.
 */
const char *status_name(enum status st);

/* The one deliberate way to drop a result; WHY is read by people only. */
static inline void
status_ignore(enum status st, const char *why)
{
	(void)st;
	(void)why;
}

#endif
