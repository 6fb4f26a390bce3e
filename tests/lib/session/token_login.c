/* SPDX-License-Identifier: MIT */
/* The rules that logins with the software key meet, and the logins. */
#include "token.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

static void
must(enum status st, const struct fault *f)
{
	if (st == STATUS_OK)
		return;
	printf("Bail out! %s: %s\n", status_name(st), f->text);
	exit(1);
}

struct rule
token_rule(const char *require, enum rule_unenrolled unenrolled)
{
	struct rule r = { .phases = RULE_PHASE(POLICY_PHASE_AUTH) |
				    RULE_PHASE(POLICY_PHASE_PASSWORD),
			  .action = POLICY_ACTION_REQUIRE,
			  .unenrolled = unenrolled,
			  .key_wait = RULE_KEY_WAIT_DEFAULT };
	struct fault f;

	must(rule_require_parse(require, &r.alternatives, r.require, &f), &f);
	return r;
}

void
token_require(struct token *t, const char *require,
	      enum rule_unenrolled unenrolled)
{
	struct rule r = token_rule(require, unenrolled);

	fixture_rule(&t->x, &r);
}

void
token_sign_count(struct token *t, enum store_sign_count policy)
{
	struct store_key_policy p;
	struct fault f;
	STORE_TXN(txn);

	must(store_begin(t->x.store, &txn, &f), &f);
	must(store_key_policy_get(t->x.store, &p, &f), &f);
	p.sign_count = policy;
	must(store_key_policy_put(t->x.store, &p, &f), &f);
	must(store_commit(&txn, &f), &f);
}

struct session_verdict
token_login(struct token *t, const char *user)
{
	struct request r = fixture_request(PHASE_AUTH, user, "");

	(void)text_copy(r.service, sizeof(r.service), "login");
	(void)text_copy(r.tty, sizeof(r.tty), "tty1");
	t->opened = t->closed = t->placed = t->begun = t->ended = 0;
	return fixture_run(&t->x, &r);
}
