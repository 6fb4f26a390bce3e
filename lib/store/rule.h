/* SPDX-License-Identifier: MIT */
/* Policy rules, as their text; rule/rule.h knows what it means.  Statuses and
 * transactions as in store/store.h. */
#ifndef STORE_RULE_H
#define STORE_RULE_H

#include "store/store.h"

struct store_rule {
	struct id id;
	int64_t position;
	char phases[STORE_RULE_TEXT_SIZE], action[16];
	char require[STORE_RULE_TEXT_SIZE];
	char account[16];
	char service[STORE_RULE_TEXT_SIZE], host[STORE_RULE_TEXT_SIZE];
	char user[STORE_RULE_TEXT_SIZE], group[STORE_RULE_TEXT_SIZE];
	char network[STORE_RULE_TEXT_SIZE], note[STORE_RULE_TEXT_SIZE];
	char unenrolled[16], prompt[16], qr[16], uv[16];
	int64_t unenrolled_until, trust_days, step_up, key_wait;
	bool qr_invert, key_paste;
	char org[STORE_RULE_TEXT_SIZE]; /* ids with commas */
	char org_choice[16], new_source[16];
	bool notice, invite;
	int64_t session_max, session_idle;
};

/* In order of position. */
enum status store_rule_list(struct store *s,
			    bool (*each)(void *ctx, const struct store_rule *),
			    void *ctx, struct fault *f) MUST_USE;
/* At r->position, 1 to one behind the last; the ones from there on move down
 * by one.  STATUS_NOT_FOUND for any other position. */
enum status store_rule_insert(struct store *s, const struct store_rule *r,
			      struct fault *f) MUST_USE;
/* The ones behind move up by one.  STATUS_NOT_FOUND. */
enum status store_rule_delete(struct store *s, int64_t position,
			      struct fault *f) MUST_USE;
enum status store_rule_move(struct store *s, int64_t from, int64_t to,
			    struct fault *f) MUST_USE;

#endif
