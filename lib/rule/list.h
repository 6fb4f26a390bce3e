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

struct rule_network {
	struct in6_addr address; /* IPv4 as v4-mapped; host bits are zero */
	unsigned prefix;	 /* of 128 bits */
};

/*
 * "10.0.0.0/8", "fd00::/8", or an address alone.  A network of IPv6 that is
 * wider than the mapped IPv4 block (::/0, say) holds no IPv4 address.
 */
bool rule_network_parse(const char *s, struct rule_network *out);
bool rule_network_holds(const struct rule_network *n,
			const struct in6_addr *address);

#endif
