/* SPDX-License-Identifier: MIT */
/* The laws of policy.h by name, and what the tests of them share. */
#ifndef TESTS_LIB_POLICY_LAWS_H
#define TESTS_LIB_POLICY_LAWS_H

#include "policy/policy.h"

enum law {
	TOTAL,
	WHOLE,
	ACTIVE,
	UNLOCKED,
	RULED,
	ASKS,
	CANCELS,
	ABSTAINS,
	RENEWS,
	REASONS,
	BLIND,
	IN_TURN,
	DEVICE,
	STEPS,
	ENROLLS,
	STRONG,
	DECLINES,
	MONOTONE,
	LIVES,
	SEQUENCE,
	ENDS,
	ARRIVES,
	LAWS
};

/* From now on end at the first broken law. */
void law_first_only(void);

/* Keep the first combination that breaks the law. */
void law_break(enum law law, const struct policy_facts *f,
	       const struct policy_decision *d);

/* With `f` and `d` in scope. */
#define HOLD(law, cond)                                                       \
	do {                                                                  \
		if (!(cond))                                                  \
			law_break(law, f, d);                                 \
	} while (0)

/* One test point a law. */
void law_report_all(void);

/* Hold every law about one decision (hold.c). */
void hold_all(const struct policy_facts *f);

/* What is no law (edges.c). */
void check_edges(void);

#define SECOND ((uint32_t)POLICY_SECOND_FACTORS)

/* Could the rule admit anybody, and nobody with nothing? */
static inline bool
sane(const struct policy_facts *f)
{
	return (f->alternatives == 1 && f->require[0] != 0) ||
	       (f->alternatives == 2 && f->require[0] != 0 &&
		f->require[1] != 0);
}

/* Of a sane rule: does SET hold one alternative whole? */
static inline bool
holds_one(const struct policy_facts *f, uint32_t set)
{
	return (f->require[0] & set) == f->require[0] ||
	       (f->alternatives == 2 &&
		(f->require[1] & set) == f->require[1]);
}

/* Does it hold one but for second factors, and what is left is something? */
static inline bool
holds_bare(const struct policy_facts *f, uint32_t set)
{
	uint32_t a = f->require[0] & ~SECOND, b = f->require[1] & ~SECOND;

	return (a != 0 && (a & set) == a) ||
	       (f->alternatives == 2 && b != 0 && (b & set) == b);
}

static inline uint32_t
named(const struct policy_facts *f)
{
	return f->require[0] | (f->alternatives == 2 ? f->require[1] : 0);
}

/* Shown by the caller, so that there is no question. */
static inline uint32_t
shown(const struct policy_facts *f)
{
	return f->account == POLICY_ACCOUNT_UNKNOWN
		       ? 0
		       : f->shown & f->enrolled & ~f->asked & ~f->declined;
}

/* What can be answered, or need not be. */
static inline uint32_t
can(const struct policy_facts *f)
{
	return (f->usable & ~f->declined) | shown(f);
}

/*
 * As whom an unknown account walks: as one that has what the first usable
 * alternative asks for, rather one with more than devices; and where such a
 * one would have another way, too, as one that has nothing.
 */
static inline uint32_t
pretended(const struct policy_facts *f)
{
	uint32_t can = f->usable & ~f->declined;

	for (int any = 0; any < 2; any++)
		for (unsigned i = 0; i < f->alternatives && i < 2; i++) {
			uint32_t set = f->require[i];

			if ((set & ~can) != 0 ||
			    (any == 0 && (set & ~SECOND) == 0))
				continue;
			return i == 0 || (f->require[0] & ~set) != 0 ? set : 0;
		}
	return UINT32_MAX;
}

/* Right, whether the account has the factor or not. */
static inline uint32_t
right(const struct policy_facts *f)
{
	return (f->asked & f->passed & ~f->malformed & ~f->locked & ~f->spent &
		~f->untimely & ~f->declined) |
	       shown(f);
}

static inline uint32_t
proved(const struct policy_facts *f)
{
	return right(f) & f->enrolled;
}

/* What a trusted device may stand for. */
static inline uint32_t
waived(const struct policy_facts *f)
{
	return f->waived & SECOND & f->enrolled & ~f->asked & ~shown(f);
}

/* Known, and without any second factor that the rule names. */
static inline bool
unenrolled(const struct policy_facts *f)
{
	return f->account != POLICY_ACCOUNT_UNKNOWN &&
	       (f->enrolled & named(f) & SECOND) == 0;
}

static inline bool
exempt(const struct policy_facts *f)
{
	return unenrolled(f) && (f->unenrolled == POLICY_UNENROLLED_EXEMPT ||
				 (f->unenrolled == POLICY_UNENROLLED_ENROLL &&
				  f->phase == POLICY_PHASE_PASSWORD));
}

/* Does the rule have questions put one after the other? */
static inline bool
in_turn(const struct policy_facts *f)
{
	return f->unenrolled == POLICY_UNENROLLED_EXEMPT ||
	       f->unenrolled == POLICY_UNENROLLED_ENROLL;
}

#endif
