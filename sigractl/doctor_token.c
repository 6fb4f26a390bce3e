/* SPDX-License-Identifier: MIT */
/* App tokens that are good, and that nobody seems to need. */
#include "sigractl/doctor.h"
#include "store/token.h"

#define DOCTOR_TOKEN_DAY 86400
#define DOCTOR_TOKEN_IDLE 180 /* days */
#define DOCTOR_TOKEN_OLD 730

struct doctor_tokens {
	int64_t now, good, idle, old;
};

static bool
doctor_token_each(void *ctx, const struct store_token *t)
{
	struct doctor_tokens *n = ctx;
	int64_t seen = t->used_at != 0 ? t->used_at : t->created_at;

	if (t->kind != STORE_TOKEN_APP || t->revoked_at != 0 ||
	    (t->expires_at != 0 && t->expires_at <= n->now))
		return true;
	n->good++;
	n->idle += n->now - seen > DOCTOR_TOKEN_IDLE * DOCTOR_TOKEN_DAY;
	n->old += t->expires_at == 0 &&
		  n->now - t->created_at > DOCTOR_TOKEN_OLD * DOCTOR_TOKEN_DAY;
	return true;
}

void
doctor_tokens(struct doctor *d)
{
	struct doctor_tokens n = { .now = d->c->now };
	struct fault why = { .text = "" };

	if (store_token_list_all(d->c->store, NULL, doctor_token_each, &n,
				 &why) != STATUS_OK)
		doctor_say(d, DOCTOR_ERROR, "tokens",
			   "see sigractl store check", "%s", why.text);
	else if (n.idle != 0 || n.old != 0)
		doctor_say(d, DOCTOR_WARNING, "tokens",
			   "sigractl token list shows them: sigractl token "
			   "revoke what nobody needs",
			   "app tokens not used for %d days: %lld; without an "
			   "end, and made %d days ago: %lld; of %lld",
			   DOCTOR_TOKEN_IDLE, (long long)n.idle,
			   DOCTOR_TOKEN_OLD, (long long)n.old,
			   (long long)n.good);
	else if (n.good != 0)
		doctor_say(d, DOCTOR_OK, "tokens", "",
			   "app tokens are used, or have an end: %lld",
			   (long long)n.good);
}
