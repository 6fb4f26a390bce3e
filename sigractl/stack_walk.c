/* SPDX-License-Identifier: MIT */
/*
 * How Linux-PAM walks a stack, with every answer of every module at once: for
 * each entry, the set of states in which it can be reached.  A state is what
 * libpam remembers: the impression and whether the status is success, both
 * for now and as they were where each substack began.
 */
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "sigractl/stack.h"

#define STACK_STATES 256

enum stack_impression {
	STACK_UNDEFINED,
	STACK_POSITIVE,
	STACK_NEGATIVE,
};

struct stack_mind {
	uint8_t impression;
	uint8_t success;
};

/* Compared byte by byte, so it has no holes. */
struct stack_state {
	struct stack_mind now;
	struct stack_mind before[STACK_LEVELS + 1]; /* each level's start */
	uint8_t level;				    /* of the entry before */
	uint8_t met;
};

struct stack_place {
	const struct stack_entry *entry; /* NULL: the end */
	size_t n;
	struct stack_state *of;
};

struct stack_walk {
	size_t n;
	bool full;
	struct stack_place at[STACK_ENTRIES_MAX + 1];
};

static void
stack_walk_end(struct stack_walk **w)
{
	for (size_t i = 0; *w != NULL && i <= (*w)->n; i++)
		free((*w)->at[i].of);
	free(*w);
}

static void
stack_reach(struct stack_walk *w, size_t at, const struct stack_state *s)
{
	struct stack_place *p = &w->at[at];

	if (p->of == NULL)
		p->of = calloc(STACK_STATES, sizeof(*p->of));
	for (size_t i = 0; p->of != NULL && i < p->n; i++)
		if (memcmp(&p->of[i], s, sizeof(*s)) == 0)
			return;
	if (p->of == NULL || p->n == STACK_STATES)
		w->full = true;
	else
		p->of[p->n++] = *s;
}

/* Levels that are left do not matter any more. */
static void
stack_forget(struct stack_state *s)
{
	for (size_t i = s->level + 1U; i <= STACK_LEVELS; i++)
		s->before[i] = (struct stack_mind){ 0 };
}

static unsigned
stack_level_at(const struct stack_walk *w, size_t i)
{
	return w->at[i].entry->level;
}

/* Behind the entry at I and all of its level and deeper. */
static size_t
stack_behind(const struct stack_walk *w, size_t i)
{
	unsigned level = stack_level_at(w, i);

	for (i++; i < w->n && stack_level_at(w, i) >= level; i++)
		continue;
	return i;
}

/* STEPS entries further on, a substack being one; false: not so many. */
static bool
stack_jump(const struct stack_walk *w, size_t *at, int steps)
{
	unsigned level = stack_level_at(w, *at);
	size_t i = *at;

	while (i + 1 < w->n && stack_level_at(w, i + 1) >= level &&
	       steps > 0) {
		i++;
		while (i + 1 < w->n && stack_level_at(w, i + 1) > level)
			i++;
		steps--;
	}
	*at = i + 1;
	return steps == 0;
}

static void
stack_bad(struct stack_state *s)
{
	if (s->now.impression == STACK_NEGATIVE)
		return;
	s->now.impression = STACK_NEGATIVE;
	s->now.success = 0;
}

/* The entry at I answers CODE: where does that lead? */
static void
stack_step(struct stack_walk *w, size_t i, struct stack_state s, unsigned code)
{
	const struct stack_entry *e = w->at[i].entry;
	int action = e->action[code];
	size_t next = i + 1;

	if (action == STACK_RESET)
		s.now = s.before[e->level];
	if ((action == STACK_OK || action == STACK_DONE) &&
	    (s.now.impression == STACK_UNDEFINED ||
	     (s.now.impression == STACK_POSITIVE && s.now.success))) {
		s.now.impression = STACK_POSITIVE;
		s.now.success = code == STACK_SUCCESS;
	}
	if (action == STACK_DONE && s.now.impression == STACK_POSITIVE)
		next = stack_behind(w, i);
	if (action == STACK_BAD || action == STACK_DIE)
		stack_bad(&s);
	/* A failure with the code success would be one of a broken control. */
	if (action == STACK_DIE)
		next = stack_behind(w, i);
	if (action > 0) {
		next = i;
		if (!stack_jump(w, &next, action)) {
			s.now.impression = STACK_NEGATIVE;
			s.now.success = 0;
		}
	}
	s.level = (uint8_t)e->level;
	stack_forget(&s);
	stack_reach(w, next, &s);
}

static void
stack_visit(struct stack_walk *w, size_t i, struct stack_state s,
	    const struct stack_question *q)
{
	const struct stack_entry *e = w->at[i].entry;
	uint32_t codes = e->broken ? STACK_CODE(STACK_PERM_DENIED)
				   : q->codes(q->ctx, e);

	if (s.level < e->level)
		s.before[e->level] = s.now;
	if (e->substack || codes == 0) {
		s.level = (uint8_t)e->level;
		stack_forget(&s);
		stack_reach(w, i + 1, &s);
		return;
	}
	if (q->ours(q->ctx, e))
		s.met = 1;
	for (unsigned code = 0; code < STACK_CODES; code++)
		if ((codes & STACK_CODE(code)) != 0)
			stack_step(w, i, s, code);
}

enum stack_answer
stack_grants(const struct stack *s, enum stack_type type,
	     const struct stack_question *q)
{
	__attribute__((cleanup(stack_walk_end))) struct stack_walk *w =
		calloc(1, sizeof(*w));
	const struct stack_state start = { .level = 0 };
	const struct stack_place *end;

	if (w == NULL)
		return STACK_UNKNOWN;
	for (size_t i = 0; i < s->n; i++)
		if (s->of[i].type == type)
			w->at[w->n++].entry = &s->of[i];
	stack_reach(w, 0, &start);
	for (size_t i = 0; i < w->n; i++)
		for (size_t k = 0; k < w->at[i].n; k++)
			stack_visit(w, i, w->at[i].of[k], q);
	end = &w->at[w->n];
	for (size_t k = 0; k < end->n; k++)
		if (end->of[k].now.impression == STACK_POSITIVE &&
		    end->of[k].now.success && (end->of[k].met != 0) == q->met)
			return STACK_SOMETIMES;
	return w->full || s->cut ? STACK_UNKNOWN : STACK_NEVER;
}
