/* SPDX-License-Identifier: MIT */
/* Inside the policy room only: sets of factors, and which of them are asked
 * for. */
#ifndef POLICY_WALK_H
#define POLICY_WALK_H

#include "policy/policy.h"

#define POLICY_FACTOR_BITS 32U
#define POLICY_SECOND ((uint32_t)POLICY_SECOND_FACTORS)

/* What is walked. */
struct policy_walk {
	uint32_t chosen;    /* the factors to be asked; 0: nothing will do */
	bool hopeless;	    /* and it cannot let in, whatever is answered */
	bool enroll;	    /* in the end one is to be enrolled: */
	unsigned to_enroll; /* this one */
};

/* Has every alternative at least one factor, and is there one at all? */
bool policy_rule_whole(const struct policy_facts *f);
/* What any alternative asks for. */
uint32_t policy_named(const struct policy_facts *f);
/* What the caller has proved itself, so that there is nothing to ask. */
uint32_t policy_shown(const struct policy_facts *f);
/* The factors that count: shown, or asked, right, and nothing against them. */
uint32_t policy_proved(const struct policy_facts *f);
/* Is what was proved of SET more than possession? */
bool policy_strong(const struct policy_facts *f, uint32_t set);
/* Those of CHOSEN that a trusted device stands for. */
uint32_t policy_waived(const struct policy_facts *f, uint32_t chosen);
/* The first alternative of which something is left in HAVE without its second
 * factors, so left; 0: none. */
uint32_t policy_first_bare(const struct policy_facts *f, uint32_t have);
/* May an account without second factors do without? */
bool policy_exempt(const struct policy_facts *f);
/* Does the rule have its questions put one after the other? */
bool policy_turns(const struct policy_facts *f);
/* Which alternative is walked (policy.h). */
struct policy_walk policy_choose(const struct policy_facts *f);

#endif
