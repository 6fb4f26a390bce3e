/* SPDX-License-Identifier: MIT */
/* Rules between their rows in the store and what rule/rule.h works on. */
#ifndef SESSION_RULES_H
#define SESSION_RULES_H

#include "rule/rule.h"
#include "store/rule.h"

/* STATUS_CORRUPT when the row does not parse. */
enum status session_rule_parse(const struct store_rule *row, struct rule *out,
			       struct fault *f) MUST_USE;
void session_rule_format(const struct rule *r, struct store_rule *out);

#endif
