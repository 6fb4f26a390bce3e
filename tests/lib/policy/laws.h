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

static inline uint32_t
named(const struct policy_facts *f)
{
	return f->require[0] | (f->alternatives == 2 ? f->require[1] : 0);
}

static inline uint32_t
proved(const struct policy_facts *f)
{
	return f->asked & f->passed & f->enrolled & ~f->malformed & ~f->locked;
}

#endif
