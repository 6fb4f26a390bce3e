/* SPDX-License-Identifier: MIT */
#include "sigractl/strength.h"

#include <zxcvbn.h>

#define STRENGTH_LOG10_2 0.30102999566398120
#define STRENGTH_BEST 4

/* Where the score goes up: 10^3 guesses and so on. */
static const double strength_steps[STRENGTH_BEST] = { 3, 6, 8, 10 };

static const char *
strength_hint(int type)
{
	switch (type & ~MULTIPLE_MATCH) {
	case DICTIONARY_MATCH:
		return "it has a word in it, or a password, that many use";
	case DICT_LEET_MATCH:
		return "signs in place of letters hide no word";
	case USER_MATCH:
	case USER_LEET_MATCH:
		return "it has a name in it that goes with the account";
	case REPEATS_MATCH:
		return "it repeats itself";
	case SEQUENCE_MATCH:
		return "it has a sequence in it, as abcd or 6543";
	case SPATIAL_MATCH:
		return "it has a row of neighbouring keys in it";
	case DATE_MATCH:
	case YEAR_MATCH:
		return "it has a date in it";
	default:
		return NULL;
	}
}

static void
strength_tell(struct strength *s, const char *hint)
{
	if (hint == NULL || s->hints == STRENGTH_HINTS_MAX)
		return;
	for (size_t i = 0; i < s->hints; i++)
		if (s->hint[i] == hint)
			return;
	s->hint[s->hints++] = hint;
}

static void
strength_hints(struct strength *s, const ZxcMatch_t *found)
{
	for (; found != NULL; found = found->Next)
		strength_tell(s, strength_hint((int)found->Type));
	strength_tell(s, "make it longer: words that have nothing to do with "
			 "each other");
}

struct strength
strength_of(const struct secret *password, const struct words *words)
{
	const char *known[WORDS_MAX + 1] = { NULL };
	struct strength s = { .score = 0 };
	ZxcMatch_t *found = NULL;
	SECRET_TEXT(text);

	for (size_t i = 0; i < words->n; i++)
		known[i] = words->of[i];
	if (!secret_string(password, text.s, sizeof(text.s)) ||
	    text.s[0] == '\0')
		return s;
	s.guesses_log10 =
		STRENGTH_LOG10_2 * ZxcvbnMatch(text.s, known, &found);
	while (s.score < STRENGTH_BEST &&
	       s.guesses_log10 >= strength_steps[s.score])
		s.score++;
	if (s.score < STRENGTH_BEST)
		strength_hints(&s, found);
	ZxcvbnFreeInfo(found);
	return s;
}
