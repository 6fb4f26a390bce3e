/* SPDX-License-Identifier: MIT */
/*
 * The decision: facts go in, a step comes out.  No I/O, no clock, no heap, no
 * strings.  The whole product is on this page.
 *
 * The laws, which tests/lib/policy/policy-t.c holds against every combination
 * of facts:
 *  - ALLOW (auth) only if every factor of one alternative has passed;
 *  - never ALLOW for an account that is not active, nor through a locked
 *    factor, nor without a matching rule;
 *  - never ask for the same factor twice, nor for one that no alternative
 *    names, nor after a cancel;
 *  - what is asked of an unknown, disabled, locked or unenrolled account is
 *    what is asked of a good one (invariant 15);
 *  - ABSTAIN only where the rule says so, and never once anything was asked;
 *  - liveness: an active account that passes whatever it is asked gets in.
 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include <stdbool.h>
#include <stdint.h>

enum policy_factor {
#define FACTOR(NAME, file) POLICY_FACTOR_##NAME,
#include "factor/factors.def"
#undef FACTOR
	POLICY_FACTOR_COUNT
};

/* A set of factors: bit `1 << enum policy_factor`. */
#define POLICY_BIT(factor) (UINT32_C(1) << (factor))
#define POLICY_ALTERNATIVES_MAX 4

/* Zeroed memory denies; every value is bits away from the others, and code
 * tests `== POLICY_ALLOW`, never `!= POLICY_DENY`. */
enum policy_step {
	POLICY_DENY = 0,
	POLICY_ASK = 0x35,     /* ask for decision.factor, then come again */
	POLICY_RENEW = 0x5a,   /* account phase: only after a new password */
	POLICY_ABSTAIN = 0x99, /* a rule says that this is not our business */
	POLICY_ALLOW = 0xca,
};

enum policy_phase {
	POLICY_PHASE_AUTH = 1, /* who is it? */
	POLICY_PHASE_ACCOUNT,  /* may this account be used now? */
	POLICY_PHASE_PASSWORD, /* may this password be changed? */
	POLICY_PHASE_SESSION,  /* may the session start? */
};

/* What the matching rule says. */
enum policy_action {
	POLICY_ACTION_NONE = 0, /* no rule matched: deny */
	POLICY_ACTION_REQUIRE,	/* one of the alternatives, whole */
	POLICY_ACTION_ADMIT,	/* account, session: state alone decides;
				   in auth and password it denies */
	POLICY_ACTION_DENY,
	POLICY_ACTION_ABSTAIN,
};

enum policy_account {
	POLICY_ACCOUNT_UNKNOWN = 0,
	POLICY_ACCOUNT_ACTIVE,
	POLICY_ACCOUNT_DISABLED,
	POLICY_ACCOUNT_EXPIRED,
	POLICY_ACCOUNT_PENDING, /* deletion is under way */
	POLICY_ACCOUNT_DELETED,
};

/* Why; for audit and explain, never for the person logging in. */
enum policy_reason {
	POLICY_REASON_NONE = 0,
	POLICY_GRANTED,
	POLICY_NO_RULE,
	POLICY_RULE_DENIES,
	POLICY_NOT_OURS,
	POLICY_UNKNOWN_ACCOUNT,
	POLICY_DISABLED,
	POLICY_EXPIRED,
	POLICY_PENDING_DELETION,
	POLICY_DELETED,
	POLICY_LOCKED,
	POLICY_NOT_ENROLLED,
	POLICY_NOT_USABLE, /* the caller cannot show what a factor needs */
	POLICY_WRONG,
	POLICY_MALFORMED,
	POLICY_CANCELLED,
	POLICY_MUST_CHANGE,
	POLICY_NOT_PROVED,	 /* session: no login was handed over */
	POLICY_PASSWORD_REFUSED, /* the new password was not acceptable */
	POLICY_UNAVAILABLE,	 /* something broke; the only reason made
				    outside policy.c */
	POLICY_REASON_COUNT
};

struct policy_facts {
	enum policy_phase phase;
	enum policy_action action;
	enum policy_account account;
	unsigned alternatives; /* how many of require[] are in use */
	uint32_t require[POLICY_ALTERNATIVES_MAX];
	uint32_t enrolled;  /* what the account has */
	uint32_t usable;    /* what this caller can answer at all */
	uint32_t asked;	    /* answers collected */
	uint32_t passed;    /* of those, the right ones */
	uint32_t malformed; /* of those, what had not the factor's shape */
	uint32_t locked;    /* of those, what a guess limit stopped */
	bool cancelled;	    /* the person gave up */
	bool must_change;   /* the password has to be renewed */
	bool privileged;    /* password phase: root, not an expired change */
};

struct policy_decision {
	enum policy_step step;
	enum policy_reason reason;
	enum policy_factor factor; /* POLICY_ASK: which */
	uint32_t granted;	   /* POLICY_ALLOW: the alternative */
};

/*
 * Which alternative is walked: the first whose factors are all usable and
 * enrolled; if there is none, or the account is unknown, the first whose
 * factors are all usable.  Neither state nor answers have a say, so a change
 * of state half-way changes no question.  All of its factors are asked, each
 * once, in the order of the enum, whatever the answers are.
 *
 * The next step.  Total: any bits whatsoever in FACTS give a decision, and
 * bits that make no sense give POLICY_DENY.
 */
struct policy_decision policy_next(const struct policy_facts *facts);

/* A stable word ("wrong", "locked", ...), for audit and --json; never NULL. */
const char *policy_reason_name(enum policy_reason reason);
const char *policy_step_name(enum policy_step step);
const char *policy_factor_name(enum policy_factor factor);

#endif
