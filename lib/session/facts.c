/* SPDX-License-Identifier: MIT */
/* From a request to the facts of a decision. */
#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "session/attempt.h"

int64_t
session_now(const struct session_env *env)
{
	return env->io->now(env->io);
}

static enum policy_account
facts_state(const struct store_account *a, int64_t now)
{
	switch (a->state) {
	case STORE_ACTIVE:
		return a->expires_at != 0 && a->expires_at <= now
			       ? POLICY_ACCOUNT_EXPIRED
			       : POLICY_ACCOUNT_ACTIVE;
	case STORE_DISABLED:
		return POLICY_ACCOUNT_DISABLED;
	case STORE_PENDING:
		return a->delete_at <= now ? POLICY_ACCOUNT_DELETED
					   : POLICY_ACCOUNT_PENDING;
	case STORE_DELETED:
		break;
	}
	return POLICY_ACCOUNT_DELETED;
}

/* The name typed for an unknown user is kept nowhere: a keyed hash counts. */
static void
facts_subject(struct session_attempt *a)
{
	uint8_t hash[CRYPTO_HASH_SIZE];
	const char *user = a->request->user;

	if (a->known) {
		(void)text_copy(a->subject, sizeof(a->subject),
				a->account.id.s);
		return;
	}
	crypto_keyed_hash(a->env->keys, CRYPTO_UNKNOWN_NAME, user,
			  strlen(user), hash);
	a->subject[0] = '?';
	text_hex(hash, sizeof(hash), a->subject + 1);
}

static void
facts_account(struct session_attempt *a)
{
	if (!a->known) {
		a->facts.account = POLICY_ACCOUNT_UNKNOWN;
		return;
	}
	a->facts.account = facts_state(&a->account, session_now(a->env));
	a->facts.must_change = a->account.must_change;
}

static enum status
facts_find_account(struct session_attempt *a, struct fault *f)
{
	enum status st;

	a->known = false;
	if (strlen(a->request->user) < STORE_NAME_SIZE) {
		st = store_account_by_name(a->env->store, a->request->user,
					   &a->account, f);
		if (st != STATUS_OK && st != STATUS_NOT_FOUND)
			return st;
		a->known = st == STATUS_OK;
	}
	facts_subject(a);
	facts_account(a);
	return STATUS_OK;
}

enum status
session_refresh(struct session_attempt *a, struct fault *f)
{
	enum status st;

	if (!a->known)
		return STATUS_OK;
	st = store_account_by_id(a->env->store, &a->account.id, &a->account,
				 f);
	if (st == STATUS_NOT_FOUND) {
		a->facts.account = POLICY_ACCOUNT_DELETED;
		return STATUS_OK;
	}
	if (st == STATUS_OK)
		facts_account(a);
	return st;
}

/* The Unix groups that rules name, each once. */
struct facts_groups {
	size_t n;
	char name[RULE_GROUPS_MAX][33];
};

static bool
facts_group_add(struct facts_groups *g, const char *name, size_t len)
{
	if (len == 0 || len >= sizeof(g->name[0]))
		return false;
	for (size_t i = 0; i < g->n; i++)
		if (strlen(g->name[i]) == len &&
		    memcmp(g->name[i], name, len) == 0)
			return true;
	if (g->n == RULE_GROUPS_MAX)
		return false;
	memcpy(g->name[g->n], name, len);
	g->name[g->n][len] = '\0';
	g->n++;
	return true;
}

static enum status
facts_groups_named(const struct rule *rules, size_t n, struct facts_groups *g,
		   struct fault *f)
{
	for (size_t i = 0; i < n; i++) {
		const char *p = rules[i].group;

		while (*p != '\0') {
			size_t len = strcspn(p, ",");

			if (!facts_group_add(g, p, len))
				return fault(f, STATUS_CORRUPT,
					     "rule %lld: bad group, or more "
					     "than %d groups in all",
					     (long long)rules[i].position,
					     RULE_GROUPS_MAX);
			p += len;
			p += *p == ',';
		}
	}
	return STATUS_OK;
}

/* Keep of the named groups those that the user is a member of. */
static enum status
facts_groups_ask(struct io *io, struct facts_groups *g, struct fault *f)
{
	size_t kept = 0, n = g->n;

	for (size_t at = 0; at < n; at += IO_GROUPS_MAX) {
		const char *names[IO_GROUPS_MAX];
		size_t some = n - at < IO_GROUPS_MAX ? n - at : IO_GROUPS_MAX;
		uint32_t mask = 0;
		enum status st;

		for (size_t i = 0; i < some; i++)
			names[i] = g->name[at + i];
		st = io->member(io, names, some, &mask, f);
		if (st != STATUS_OK)
			return st;
		for (size_t i = 0; i < some; i++)
			if ((mask >> i & 1) != 0)
				memmove(g->name[kept++], g->name[at + i],
					sizeof(g->name[0]));
	}
	g->n = kept;
	return STATUS_OK;
}

static void
facts_match(struct session_attempt *a, const struct rule *rules, size_t n,
	    const struct facts_groups *groups)
{
	const char *names[RULE_GROUPS_MAX];
	struct rule_subject subject = {
		.phase = a->facts.phase,
		.service = a->request->service,
		.host = a->env->host,
		.user = a->request->user,
		.known = a->known,
		.has_address = a->source.has_address,
		.address = a->source.address,
		.groups = names,
		.group_count = groups->n,
	};
	const struct rule *r;

	for (size_t i = 0; i < groups->n; i++)
		names[i] = groups->name[i];
	r = rule_first(rules, n, &subject);
	a->matched = r != NULL;
	if (r == NULL)
		return;
	a->rule = *r;
	a->facts.action = r->action;
	a->facts.alternatives = r->alternatives;
	memcpy(a->facts.require, r->require, sizeof(a->facts.require));
}

static enum status
facts_find_rule(struct session_attempt *a, struct fault *f)
{
	AUTO_FREE struct rule *rules = calloc(RULES_MAX, sizeof(*rules));
	struct facts_groups groups = { .n = 0 };
	enum status st;
	size_t n;

	if (rules == NULL)
		return fault(f, STATUS_UNAVAILABLE, "out of memory");
	st = session_rules(a->env->store, rules, RULES_MAX, &n, f);
	if (st == STATUS_OK)
		st = facts_groups_named(rules, n, &groups, f);
	if (st == STATUS_OK && groups.n > 0)
		st = facts_groups_ask(a->env->io, &groups, f);
	if (st == STATUS_OK)
		facts_match(a, rules, n, &groups);
	return st;
}

struct factor_env
session_factor_env(const struct session_env *env)
{
	const struct config *c = env->config;

	return (struct factor_env){
		.store = env->store,
		.keys = env->keys,
		.cost = { .memory_kib = (uint32_t)c->argon2_memory_kib,
			  .passes = (uint32_t)c->argon2_passes,
			  .lanes = (uint32_t)c->argon2_lanes },
		.now = session_now(env),
	};
}

static enum status
facts_enrolled(struct session_attempt *a, struct fault *f)
{
	struct factor_env env = session_factor_env(a->env);

	a->facts.usable = 0;
	for (unsigned i = 0; i < POLICY_FACTOR_COUNT; i++) {
		bool has = false;
		enum status st;

		/* Every factor so far is text, which every caller can ask. */
		a->facts.usable |= POLICY_BIT(i);
		if (!a->known)
			continue;
		st = factor_get(i)->enrolled(&env, &a->account.id, &has, f);
		if (st != STATUS_OK)
			return st;
		if (has)
			a->facts.enrolled |= POLICY_BIT(i);
	}
	return STATUS_OK;
}

enum status
session_gather(const struct session_env *env, const struct request *request,
	       enum policy_phase phase, struct session_attempt *a,
	       struct fault *f)
{
	enum status st;

	*a = (struct session_attempt){ .env = env, .request = request };
	a->facts.phase = phase;
	source_of(request, &a->source);
	if ((st = facts_find_account(a, f)) != STATUS_OK)
		return st;
	if ((st = facts_find_rule(a, f)) != STATUS_OK)
		return st;
	return facts_enrolled(a, f);
}
