/* SPDX-License-Identifier: MIT */
/* Inside the rule room only: what conditions are made of. */
#ifndef RULE_LIST_H
#define RULE_LIST_H

#include "rule/rule.h"

/* One item of a comma list. */
struct rule_item {
	char s[RULE_TEXT_SIZE];
};

/*
 * Take the next item off *LIST and advance it; NULL: the list is done.
 * Items may be empty: "" is one empty item, "a," is two.
 */
bool rule_item_next(const char **list, struct rule_item *out);

/* The same for any separator; blanks around the word are dropped. */
bool rule_word_next(const char **list, char separator, struct rule_item *out);

/* Could this pattern match more than itself? */
bool rule_is_glob(const char *pattern);

#endif
