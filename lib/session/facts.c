/* SPDX-License-Identifier: MIT */
/* From a request to the facts of a decision. */
#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "session/attempt.h"
#include "session/keycheck.h"
#include "session/orgs_of.h"

void
session_attempt_wipe(struct session_attempt *a)
{
	crypto_wipe(a, sizeof(*a));
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
	a->facts.must_change = a->account.must_change || session_age_over(a);
	if (a->account.kind == STORE_SERVICE && !a->one_string &&
	    a->facts.account == POLICY_ACCOUNT_ACTIVE)
		a->facts.account = POLICY_ACCOUNT_SERVICE;
}

static enum status
facts_account_aged(struct session_attempt *a, struct fault *f)
{
	enum status st = session_age_find(a, f);

	if (st == STATUS_OK)
		facts_account(a);
	return st;
}

static enum status
facts_find_account(struct session_attempt *a, struct fault *f)
{
	enum status st;

	a->known = false;
	if (strlen(a->request->user) < STORE_NAME_SIZE) {
		st = store_account_by_name(a->env->store, a->request->user,
					   &a->account, f);
		/* Who was deleted is not unknown: no rule for strangers, as
		 * cron's, may let them back in. */
		if (st == STATUS_NOT_FOUND)
			st = store_account_gone(a->env->store,
						a->request->user, &a->account,
						f);
		if (st != STATUS_OK && st != STATUS_NOT_FOUND)
			return st;
		a->known = st == STATUS_OK;
	}
	facts_subject(a);
	return facts_account_aged(a, f);
}

/* What was enrolled meanwhile is asked for, also by a login that began before;
 * what is gone meanwhile, the transaction finds out when it spends it. */
static enum status
facts_enrolled_since(struct session_attempt *a, struct fault *f)
{
	struct factor_env env = session_factor_env(a);

	for (unsigned i = 0; i < POLICY_FACTOR_COUNT; i++) {
		const uint32_t bit = POLICY_BIT(i);
		bool has = false;
		enum status st;

		if ((bit & (uint32_t)POLICY_SECOND_FACTORS) == 0)
			continue;
		st = factor_get(i)->enrolled(&env, &a->account.id, &has, f);
		if (st != STATUS_OK)
			return st;
		if (has)
			a->facts.enrolled |= bit;
	}
	return STATUS_OK;
}

enum status
session_refresh(struct session_attempt *a, struct fault *f)
{
	enum status st;

	/* A rekey meanwhile: what we would seal, nobody could read. */
	if ((st = session_key_check(a->env->store, a->env->keys, f)) !=
	    STATUS_OK)
		return st;
	if (!a->known)
		return STATUS_OK;
	st = store_account_by_id(a->env->store, &a->account.id, &a->account,
				 f);
	if (st == STATUS_NOT_FOUND) {
		a->facts.account = POLICY_ACCOUNT_DELETED;
		return STATUS_OK;
	}
	if (st == STATUS_OK)
		st = facts_account_aged(a, f);
	if (st != STATUS_OK)
		return st;
	/* Renamed meanwhile: the name may be somebody else's by now. */
	if (strcmp(a->account.name, a->request->user) != 0)
		a->facts.account = POLICY_ACCOUNT_DELETED;
	return facts_enrolled_since(a, f);
}

_Static_assert(RULE_GROUPS_ONE <= IO_GROUPS_MAX, "one question will do");

/* The Unix groups that one rule names; of them, those the user is in. */
struct facts_groups {
	size_t n;
	const char *name[IO_GROUPS_MAX];
	char text[RULE_TEXT_SIZE];
};

static enum status
facts_groups_named(const struct rule *r, struct facts_groups *g,
		   struct fault *f)
{
	char *p = g->text;

	g->n = 0;
	(void)text_copy(g->text, sizeof(g->text), r->group);
	while (*p != '\0') {
		char *end = p + strcspn(p, ",");
		bool last = *end == '\0';

		if (g->n == IO_GROUPS_MAX)
			return fault(f, STATUS_CORRUPT,
				     "rule %lld names more than %d groups",
				     (long long)r->position, IO_GROUPS_MAX);
		*end = '\0';
		g->name[g->n++] = p;
		p = last ? end : end + 1;
	}
	return STATUS_OK;
}

static enum status
facts_groups_ask(struct io *io, struct facts_groups *g, struct fault *f)
{
	uint32_t mask = 0;
	size_t kept = 0;
	enum status st = io->member(io, g->name, g->n, &mask, f);

	if (st != STATUS_OK)
		return st;
	for (size_t i = 0; i < g->n; i++)
		if ((mask >> i & 1) != 0)
			g->name[kept++] = g->name[i];
	g->n = kept;
	return STATUS_OK;
}

/*
 * Groups are asked for only where they decide: everything else of the rule
 * fits, and no rule before it did.  So a directory that is down fails those
 * logins alone that hang on it, and nobody else pays for asking.
 */
static enum status
facts_rule_fits(struct session_attempt *a, const struct rule *r,
		struct rule_subject *subject, bool *fits, struct fault *f)
{
	struct facts_groups groups;
	enum status st = facts_groups_named(r, &groups, f);

	if (st != STATUS_OK)
		return st;
	subject->groups = groups.name;
	subject->group_count = groups.n;
	*fits = rule_matches(r, subject);
	if (!*fits || groups.n == 0)
		return STATUS_OK;
	if ((st = facts_groups_ask(a->env->io, &groups, f)) != STATUS_OK)
		return st;
	subject->group_count = groups.n;
	*fits = rule_matches(r, subject);
	return STATUS_OK;
}

static bool
facts_one_string(const struct session_attempt *a, const struct rule *r)
{
	if (r->action != POLICY_ACTION_REQUIRE)
		return false;
	return r->prompt == RULE_PROMPT_SINGLE ||
	       (r->prompt == RULE_PROMPT_AUTO &&
		rule_service_single(a->request->service));
}

/* One string is all there is only where somebody logs in: a password is
 * changed, and a device enrolled, in a conversation. */
static bool
facts_single(const struct session_attempt *a, const struct rule *r)
{
	return a->request->phase == PHASE_AUTH && facts_one_string(a, r);
}

/* A clock that was put back does not bring a time that has passed back. */
static bool
facts_before(const struct session_attempt *a, int64_t date)
{
	return session_now(a->env) < date && a->clock_seen < date;
}

static enum policy_unenrolled
facts_unenrolled(const struct session_attempt *a, const struct rule *r)
{
	switch (r->unenrolled) {
	case RULE_UNENROLLED_EXEMPT:
		return POLICY_UNENROLLED_EXEMPT;
	case RULE_UNENROLLED_ENROLL:
		/* There is nobody who could see the QR code. */
		return a->single ? POLICY_UNENROLLED_DENY
				 : POLICY_UNENROLLED_ENROLL;
	case RULE_UNENROLLED_UNTIL:
		return facts_before(a, r->unenrolled_until)
			       ? POLICY_UNENROLLED_EXEMPT
			       : POLICY_UNENROLLED_DENY;
	case RULE_UNENROLLED_DENY:
		break;
	}
	return POLICY_UNENROLLED_DENY;
}

static void
facts_take_rule(struct session_attempt *a, const struct rule *r)
{
	a->matched = true;
	a->single = facts_single(a, r);
	a->facts.unenrolled = facts_unenrolled(a, r);
	a->rule = *r;
	a->facts.action = r->action;
	a->facts.alternatives = r->alternatives;
	memcpy(a->facts.require, r->require, sizeof(a->facts.require));
}

/* The first rule that matches in PHASE; NULL: none. */
static enum status
facts_match(struct session_attempt *a, enum policy_phase phase,
	    const struct rule *rules, size_t n, const struct rule **out,
	    struct fault *f)
{
	struct rule_subject subject = {
		.phase = phase,
		.service = a->request->service,
		.host = a->env->host,
		.user = a->request->user,
		.known = a->known,
		.has_address = a->source.has_address,
		.address = a->source.address,
	};
	SESSION_ORGS(orgs);

	for (size_t i = 0; i < n; i++) {
		bool fits = false;
		enum status st = STATUS_OK;

		if (rules[i].org[0] != '\0')
			st = session_orgs_of(a, &orgs, f);
		subject.orgs = orgs.id;
		subject.org_count = orgs.n;
		if (st == STATUS_OK)
			st = facts_rule_fits(a, &rules[i], &subject, &fits, f);
		if (st != STATUS_OK)
			return st;
		if (fits) {
			*out = &rules[i];
			return STATUS_OK;
		}
	}
	*out = NULL;
	return STATUS_OK;
}

/* A service account is one only where whoever logs in to the service has one
 * string to give, and in all that follows from such a login. */
static enum status
facts_service(struct session_attempt *a, const struct rule *rules, size_t n,
	      struct fault *f)
{
	const struct rule *asks = NULL;
	enum status st;

	if (!a->known || a->account.kind != STORE_SERVICE)
		return STATUS_OK;
	st = facts_match(a, POLICY_PHASE_AUTH, rules, n, &asks, f);
	if (st != STATUS_OK)
		return st;
	a->one_string = asks != NULL && facts_one_string(a, asks) &&
			(a->facts.phase == POLICY_PHASE_ACCOUNT ||
			 a->facts.phase == POLICY_PHASE_SESSION || a->single);
	facts_account(a);
	return STATUS_OK;
}

static enum status
facts_rule(struct session_attempt *a, const struct rule *rules, size_t n,
	   struct fault *f)
{
	const struct rule *first = NULL;
	enum status st = facts_match(a, a->facts.phase, rules, n, &first, f);

	if (st != STATUS_OK)
		return st;
	if (first != NULL)
		facts_take_rule(a, first);
	return facts_service(a, rules, n, f);
}

static enum status
facts_find_rule(struct session_attempt *a, struct fault *f)
{
	AUTO_FREE struct rule *rules = calloc(RULES_MAX, sizeof(*rules));
	enum status st;
	size_t n;

	if (rules == NULL)
		return fault(f, STATUS_UNAVAILABLE, "out of memory");
	st = session_rules(a->env->store, rules, RULES_MAX, &n, f);
	return st == STATUS_OK ? facts_rule(a, rules, n, f) : st;
}

/* What is text, every caller can ask; but a token logs in, and no more. */
static bool
facts_askable(const struct session_attempt *a, unsigned factor)
{
	if (factor == POLICY_FACTOR_TOKEN)
		return a->request->phase == PHASE_AUTH;
	return factor_get(factor)->offer != NULL;
}

static enum status
facts_enrolled(struct session_attempt *a, struct fault *f)
{
	struct factor_env env = session_factor_env(a);
	uint32_t keys = 0;
	enum status st;

	a->facts.usable = 0;
	for (unsigned i = 0; i < POLICY_FACTOR_COUNT; i++) {
		bool has = false;

		if (facts_askable(a, i))
			a->facts.usable |= POLICY_BIT(i);
		if (!a->known)
			continue;
		st = factor_get(i)->enrolled(&env, &a->account.id, &has, f);
		if (st != STATUS_OK)
			return st;
		if (has)
			a->facts.enrolled |= POLICY_BIT(i);
	}
	if (!a->single)
		a->facts.enrollable = POLICY_BIT(POLICY_FACTOR_OTP);
	st = session_key_usable(a, &keys, f);
	a->facts.usable |= keys;
	return st;
}

static enum status
facts_clock(struct session_attempt *a, struct fault *f)
{
	enum status st;

	st = store_clock_get(a->env->store, &a->clock_seen, f);
	if (st == STATUS_OK)
		a->clock_behind = a->clock_seen - SESSION_CLOCK_SLACK >
				  session_now(a->env);
	return st;
}

bool
session_past_counts(const struct session_attempt *a)
{
	return a->request->phase == PHASE_AUTH &&
	       a->facts.phase == POLICY_PHASE_AUTH &&
	       a->facts.action == POLICY_ACTION_REQUIRE && a->known &&
	       !a->env->unprivileged && !a->clock_behind;
}

/* An unprivileged peer speaks for itself, and opens no session. */
static bool
facts_out_of_bounds(const struct session_attempt *a)
{
	const char *only = a->env->only_user;

	if (only != NULL && strcmp(only, a->request->user) != 0)
		return true;
	return a->env->unprivileged && a->facts.phase == POLICY_PHASE_SESSION;
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
	if (facts_out_of_bounds(a)) {
		a->facts.action = POLICY_ACTION_DENY;
		return STATUS_OK;
	}
	if ((st = facts_clock(a, f)) != STATUS_OK ||
	    (st = facts_find_rule(a, f)) != STATUS_OK ||
	    (st = session_org_find(a, f)) != STATUS_OK ||
	    (st = session_source_find(a, f)) != STATUS_OK ||
	    (st = facts_enrolled(a, f)) != STATUS_OK ||
	    (st = session_second_find(a, f)) != STATUS_OK ||
	    (st = session_proved_find(a, f)) != STATUS_OK ||
	    (st = session_trust_find(a, f)) != STATUS_OK)
		return st;
	return session_step_up_find(a, f);
}
