/* SPDX-License-Identifier: MIT */
/*
 * The decision: facts go in, a step comes out.  No I/O, no clock, no heap, no
 * strings.  The whole product is on this page.
 *
 * The laws, which tests/lib/policy/policy-t.c holds against every combination
 * of facts:
 *  - ALLOW (auth) only if every factor of one alternative has passed, or is
 *    waived for a trusted device (second factors only, and some other factor
 *    has passed), or the whole alternative was proved for the step-up; who
 *    is exempt (below) has no second factors to pass;
 *  - never ALLOW for an account that is not active, nor through a locked
 *    factor, nor without a matching rule;
 *  - never ask for the same factor twice, nor for one that no alternative
 *    names, nor after a cancel;
 *  - where everybody is asked for the same (POLICY_UNENROLLED_DENY), what is
 *    asked of an unknown, disabled, locked or unenrolled account is what is
 *    asked of a good one that gives wrong answers (invariant 15); elsewhere a
 *    second factor is asked for only after every answer before it was right,
 *    so that whoever has proved nothing learns nothing (invariant 16);
 *  - ENROLL only when all but second factors have passed, for an active
 *    account without any second factor, and where the rule says so;
 *  - what shows possession alone (`weak`) is never the only proof of an
 *    alternative, whatever trusted devices stand for beside it;
 *  - a declined factor counts for nothing and is not asked for again; the
 *    next alternative is, with what was proved so far;
 *  - ABSTAIN only where the rule says so, and never once anything was asked;
 *  - liveness: an active account that passes whatever it is asked gets in.
 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include <stdbool.h>
#include <stdint.h>

enum policy_factor {
#define FACTOR(NAME, symbol, word, second) POLICY_FACTOR_##NAME,
#include "factor/factors.def"
#undef FACTOR
	POLICY_FACTOR_COUNT
};

/* A set of factors: bit `1 << enum policy_factor`. */
#define POLICY_BIT(factor) (UINT32_C(1) << (factor))
#define POLICY_ALTERNATIVES_MAX 4

/* Those that are asked for only beside another: who has none of them may be
 * exempt, and a trusted device may stand for them. */
enum {
	POLICY_SECOND_FACTORS = 0
#define FACTOR(NAME, symbol, word, second)                                    \
	| (int)((second) << POLICY_FACTOR_##NAME)
#include "factor/factors.def"
#undef FACTOR
};

/* Zeroed memory denies; every value is bits away from the others, and code
 * tests `== POLICY_ALLOW`, never `!= POLICY_DENY`. */
enum policy_step {
	POLICY_DENY = 0,
	POLICY_ASK = 0x35,     /* ask for decision.factor, then come again */
	POLICY_RENEW = 0x5a,   /* account phase: only after a new password */
	POLICY_ENROLL = 0xa6,  /* let the person enroll decision.factor now;
				  then come again with it as asked, enrolled
				  and passed, or with `cancelled` */
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

/* What the rule says of an account that has none of the second factors which
 * its alternatives name. */
enum policy_unenrolled {
	POLICY_UNENROLLED_DENY = 0, /* and everybody is asked for the same */
	POLICY_UNENROLLED_EXEMPT,   /* the other factors do */
	POLICY_UNENROLLED_ENROLL,   /* enroll now, inside the login */
};

enum policy_account {
	POLICY_ACCOUNT_UNKNOWN = 0,
	POLICY_ACCOUNT_ACTIVE,
	POLICY_ACCOUNT_DISABLED,
	POLICY_ACCOUNT_EXPIRED,
	POLICY_ACCOUNT_PENDING, /* deletion is under way */
	POLICY_ACCOUNT_DELETED,
	POLICY_ACCOUNT_SERVICE, /* a service account, where people log in */
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
	POLICY_SPENT,	 /* right, but used once already: no guess */
	POLICY_UNTIMELY, /* the clock is behind: no time code counts */
	POLICY_CANCELLED,
	POLICY_MUST_CHANGE,
	POLICY_NOT_PROVED,	 /* session: no login was handed over */
	POLICY_PASSWORD_REFUSED, /* the new password was not acceptable */
	POLICY_DECLINED, /* a device was asked and gave no answer, and there
			    is no other way in */
	POLICY_NOT_INTERACTIVE, /* a service account, where people log in */
	/* The only reasons made outside policy.c: */
	POLICY_NOT_MEMBER,  /* of the organization that was active */
	POLICY_UNAVAILABLE, /* something broke */
	POLICY_REASON_COUNT
};

struct policy_facts {
	enum policy_phase phase;
	enum policy_action action;
	enum policy_account account;
	unsigned alternatives; /* how many of require[] are in use */
	uint32_t require[POLICY_ALTERNATIVES_MAX];
	enum policy_unenrolled unenrolled;
	uint32_t enrolled;   /* what the account has */
	uint32_t usable;     /* what this caller can answer at all */
	uint32_t asked;	     /* answers collected */
	uint32_t passed;     /* of those, the right ones */
	uint32_t malformed;  /* of those, what had not the factor's shape */
	uint32_t locked;     /* of those, what a guess limit stopped */
	uint32_t spent;	     /* of those, right codes that were used before */
	uint32_t untimely;   /* of those, time codes under a wrong clock */
	uint32_t waived;     /* what a trusted device stands for; only enrolled
				second factors count, whatever the bits say,
				and none for which an answer was given */
	uint32_t stepped;    /* proved lately in the same login session */
	uint32_t shown;	     /* proved by the caller itself, without a question
				of ours (sshd's public keys); only enrolled
				ones count */
	uint32_t declined;   /* asked for and not given: no key, no touch, an
				interrupted wait; as if not usable from then
				on, and never asked for again */
	uint32_t weak;	     /* of those proved in any way, the ones that show
				possession alone (a key that has not verified
				its user): never an alternative's only proof */
	uint32_t enrollable; /* what can be enrolled inside this login */
	bool cancelled;	     /* the person gave up */
	bool must_change;    /* the password has to be renewed */
	bool privileged;     /* password phase: root, not an expired change */
};

struct policy_decision {
	enum policy_step step;
	enum policy_reason reason;
	enum policy_factor factor; /* POLICY_ASK, POLICY_ENROLL: which */
	uint32_t granted;	   /* POLICY_ALLOW: the alternative */
	uint32_t walked;	   /* POLICY_ASK: the alternative that is
				      being walked */
	bool others;		   /* POLICY_ASK: were this factor declined,
				      the rule has another way, for whomever */
};

/*
 * Below, usable means usable and not declined; what was shown needs no
 * question and is usable.
 *
 * Which alternative is walked: the first whose factors are all usable and
 * enrolled.  If there is none and the account has none of the second factors
 * that any alternative names: where the rule exempts such accounts, the first
 * whose other factors are (and are at least one), without its second ones;
 * where it has them enroll, the same of one whose second factor is one, and
 * usable.  Else, or for an unknown account, the first whose factors are all
 * usable.  Neither state nor answers have a say, so a change of state half-way
 * changes no question.  Its factors are asked in the order of the enum, second
 * ones last, each once.  POLICY_UNENROLLED_DENY: all of them, whatever the
 * answers are, but a waived one is not asked when everything else has passed
 * and the account is active; so it is, too, where there are only second
 * factors to be asked.  Otherwise the first answer that was not right ends it,
 * and an account that is not active is never asked for a second factor.
 *
 * Auth: when a whole alternative (for who is exempt: without its second
 * factors) lies within `stepped`, nothing was asked and the account is active,
 * ALLOW without asking.  Password: where the rule has people enroll, they are
 * exempt.  Session: who has still to enroll is not proved; waived factors
 * count as passed.
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
