/* SPDX-License-Identifier: MIT */
/* Authentication: ask, charge, check; session/settle.c ends it. */
#include <string.h>

#include "base/text.h"
#include "factor/jwt.h"
#include "factor/token.h"
#include "session/key.h"

static bool
auth_way_is(const struct session_attempt *a, enum policy_factor which,
	    const char *way)
{
	const char *have = a->outcome[which].way;

	return (a->facts.passed & POLICY_BIT(which)) != 0 && have != NULL &&
	       strcmp(have, way) == 0;
}

/* Before a change of password its present holder is asked in other words, and
 * where password and code come together, for both. */
static void
auth_offer(const struct session_attempt *a, const struct factor *factor,
	   struct prompt *p)
{
	const struct factor_whom whom = { .user = a->request->user,
					  .host = a->env->host };

	*p = (struct prompt){ .kind = PROMPT_SECRET };
	factor->offer(&whom, p);
	if (p->purpose != PURPOSE_PASSWORD)
		return;
	if (a->facts.phase == POLICY_PHASE_PASSWORD) {
		p->purpose = PURPOSE_OLD_PASSWORD;
		(void)text_copy(p->text, sizeof(p->text),
				"Current password: ");
	} else if (session_single_announced(a)) {
		p->purpose = PURPOSE_COMBINED;
		(void)text_copy(p->text, sizeof(p->text),
				"Password and code: ");
	}
}

/* Ask, or take what was typed already. */
static enum status
auth_hear(struct session_attempt *a, enum policy_factor which,
	  struct secret *answer, struct fault *f)
{
	struct io *io = a->env->io;
	struct prompt prompt;

	if (session_single_combined(a) && which == POLICY_FACTOR_OTP &&
	    (a->facts.asked & POLICY_BIT(POLICY_FACTOR_PASSWORD)) != 0) {
		secret_copy(answer, &a->code);
		return STATUS_OK;
	}
	auth_offer(a, factor_get(which), &prompt);
	return io->ask(io, &prompt, answer, f);
}

/*
 * A code in place of the password leads to a new one, chosen in the same
 * conversation.  Where there is none, or where a new one is being chosen in
 * another way, it is no answer; nor is it a guess.  Somebody acts as another
 * to log in.
 */
static bool
auth_misplaced(const struct session_attempt *a, enum policy_factor which)
{
	if (which != POLICY_FACTOR_PASSWORD)
		return false;
	if (a->outcome[which].guest == FACTOR_GUEST_ACTS)
		return a->single || a->request->phase != PHASE_AUTH;
	return a->outcome[which].code &&
	       (a->single || a->facts.phase == POLICY_PHASE_PASSWORD);
}

static void
auth_take(struct session_attempt *a, enum policy_factor which)
{
	const uint32_t bit = POLICY_BIT(which);

	switch (a->outcome[which].result) {
	case FACTOR_RIGHT:
		if (auth_misplaced(a, which)) {
			a->facts.malformed |= bit;
			return;
		}
		a->facts.passed |= bit;
		/* A device was trusted beside the password, not beside what
		 * is lent in its place, or stands alone. */
		if (a->outcome[which].code || which == POLICY_FACTOR_TOKEN) {
			a->facts.waived = 0;
			a->trusted = (struct id){ .s = "" };
		}
		/* A program came by it, and from where is no news. */
		if (which == POLICY_FACTOR_TOKEN)
			a->source_new = false;
		/* A ticket is for somebody new: a device comes with it. */
		if (auth_way_is(a, which, "ticket") &&
		    a->facts.account == POLICY_ACCOUNT_ACTIVE) {
			a->facts.unenrolled = POLICY_UNENROLLED_ENROLL;
			a->facts.enrollable = POLICY_BIT(POLICY_FACTOR_OTP);
		}
		if (a->outcome[which].guest != FACTOR_GUEST_NONE)
			session_guest_take(a);
		return;
	case FACTOR_SPENT:
		a->facts.spent |= bit;
		return;
	case FACTOR_UNTIMELY:
		a->facts.untimely |= bit;
		return;
	case FACTOR_WRONG:
		break;
	}
}

/*
 * Charge, then check.  A locked guess and an unknown account cost the same
 * Argon2id run as a real one: check() of nobody.
 */
static enum status
auth_check(struct session_attempt *a, enum policy_factor which,
	   const struct secret *answer, struct fault *f)
{
	const bool hashes = which == POLICY_FACTOR_PASSWORD;
	struct factor_env env;
	const struct id *account;
	bool admitted;
	enum status st;

	if ((st = session_charge(a, which, &admitted, f)) != STATUS_OK)
		return st;
	env = session_factor_env(a);
	account = a->known && admitted ? &a->account.id : NULL;
	if (hashes && (st = session_gate_enter(a->env, f)) != STATUS_OK)
		return st;
	st = factor_get(which)->check(&env, account, answer,
				      &a->outcome[which], f);
	if (hashes)
		session_gate_leave(a->env);
	if (st == STATUS_OK && hashes && admitted)
		st = session_invite_check(a, answer, f);
	if (st != STATUS_OK)
		return st;
	if (!admitted) {
		a->facts.locked |= POLICY_BIT(which);
		return STATUS_OK;
	}
	if (which == POLICY_FACTOR_TOKEN) {
		a->refusal[which] = a->outcome[which].refusal;
		(void)text_copy(a->device[which], sizeof(a->device[which]),
				a->outcome[which].label);
	}
	auth_take(a, which);
	return STATUS_OK;
}

/* A token, or a JWT where this host takes them? */
static bool
auth_token_shaped(const struct session_attempt *a, const struct secret *answer)
{
	return token_shaped(answer) ||
	       (a->env->config->jwt_accept && jwt_shaped(answer));
}

static bool
auth_shaped(const struct session_attempt *a, enum policy_factor which,
	    const struct secret *answer)
{
	return which == POLICY_FACTOR_TOKEN
		       ? auth_token_shaped(a, answer)
		       : factor_get(which)->shaped(answer);
}

/* Of a combined answer the password comes first. */
static enum status
auth_judge(struct session_attempt *a, enum policy_factor which,
	   const struct secret *answer, struct fault *f)
{
	enum status st = STATUS_OK;
	SECRET(part);

	if (which == POLICY_FACTOR_PASSWORD && session_single_combined(a))
		st = session_single_take(a, answer, &part, f);
	else
		secret_copy(&part, answer);
	if (st != STATUS_OK)
		return st;
	if (auth_shaped(a, which, &part))
		return auth_check(a, which, &part, f);
	a->facts.malformed |= POLICY_BIT(which);
	return STATUS_OK;
}

/* What any alternative names, and nothing was said of yet. */
static uint32_t
auth_open(const struct session_attempt *a)
{
	uint32_t named = 0;

	for (unsigned i = 0;
	     i < a->facts.alternatives && i < POLICY_ALTERNATIVES_MAX; i++)
		named |= a->facts.require[i];
	return named & ~a->facts.asked & ~a->facts.declined;
}

/*
 * One prompt asks for the password and for a token, and the shape of what was
 * typed says which of them it is, where the rule names that one.  The other is
 * declined: nobody is asked twice, and who gives a token gives nothing else.
 */
static enum policy_factor
auth_meant(struct session_attempt *a, enum policy_factor which,
	   const struct secret *answer)
{
	const uint32_t open = auth_open(a) & a->facts.usable;
	const uint32_t token = POLICY_BIT(POLICY_FACTOR_TOKEN);
	const bool shaped = auth_token_shaped(a, answer);

	if (which == POLICY_FACTOR_PASSWORD && shaped && (open & token) != 0) {
		a->facts.declined |= auth_open(a) & ~token;
		return POLICY_FACTOR_TOKEN;
	}
	if (which == POLICY_FACTOR_TOKEN && !shaped &&
	    (open & POLICY_BIT(POLICY_FACTOR_PASSWORD)) != 0)
		which = POLICY_FACTOR_PASSWORD;
	if (which == POLICY_FACTOR_PASSWORD && !shaped)
		a->facts.declined |= open & token;
	return which;
}

static enum status
auth_ask_typed(struct session_attempt *a, enum policy_factor which,
	       struct fault *f)
{
	uint32_t before = a->facts.asked & ~a->facts.passed;
	enum status st;
	SECRET(answer);

	st = auth_hear(a, which, &answer, f);
	if (st == STATUS_OK)
		which = auth_meant(a, which, &answer);
	a->facts.asked |= POLICY_BIT(which);
	/* Gone, or talking nonsense, is as good as Ctrl-C, which ends most
	 * hosts: all have given up, and that stands in the audit. */
	if (st == STATUS_CANCELLED || st == STATUS_UNAVAILABLE ||
	    st == STATUS_PROTOCOL) {
		a->facts.cancelled = true;
		return STATUS_OK;
	}
	if (st != STATUS_OK && st != STATUS_INVALID)
		return st;
	/* Once one answer was wrong the others are only heard. */
	if (before != 0)
		return STATUS_OK;
	if (st == STATUS_OK)
		return auth_judge(a, which, &answer, f);
	a->facts.malformed |= POLICY_BIT(which);
	return STATUS_OK;
}

/* What a key has signed is always judged: it is no guess, and what is asked
 * next must not tell whether the answers before were right. */
static enum status
auth_ask(struct session_attempt *a, const struct policy_decision *d,
	 struct fault *f)
{
	const struct factor *factor = factor_get(d->factor);

	if ((unsigned)d->factor >= POLICY_FACTOR_COUNT || factor == NULL)
		return fault(f, STATUS_CORRUPT,
			     "policy asks for a factor nobody has");
	if (factor->offer != NULL)
		return auth_ask_typed(a, d->factor, f);
	if (d->factor == POLICY_FACTOR_SSH_SK)
		return session_agent_ask(a, d, f);
	if (d->factor != POLICY_FACTOR_FIDO2)
		return fault(f, STATUS_CORRUPT, "%s cannot be asked for",
			     factor->name);
	return session_key_local(a) ? session_key_ask(a, d, f)
				    : session_paste_ask(a, d, f);
}

/* Whoever came by a code in place of the password chooses a new one, or has
 * not come in. */
static enum status
auth_renew(struct session_attempt *a, struct policy_decision *d,
	   struct fault *f)
{
	const uint32_t bit = POLICY_BIT(POLICY_FACTOR_PASSWORD);
	enum status st;

	if (d->step != POLICY_ALLOW || (a->facts.passed & bit) == 0 ||
	    !a->outcome[POLICY_FACTOR_PASSWORD].code)
		return STATUS_OK;
	if ((st = session_acted_refuse(a, f)) != STATUS_OK)
		return st;
	if (a->facts.action == POLICY_ACTION_REQUIRE &&
	    (st = session_renew_converse(a, f)) != STATUS_OK)
		return st;
	if (a->facts.action == POLICY_ACTION_REQUIRE &&
	    !a->enrollment.password)
		a->facts.cancelled = true;
	*d = policy_next(&a->facts);
	return STATUS_OK;
}

static enum status
auth_enroll(struct session_attempt *a, struct fault *f)
{
	enum status st = session_acted_refuse(a, f);

	if (st != STATUS_OK || a->facts.action != POLICY_ACTION_REQUIRE)
		return st;
	return session_enroll_converse(a, f);
}

enum status
session_ask_all(struct session_attempt *a, struct policy_decision *out,
		struct fault *f)
{
	struct policy_decision d = policy_next(&a->facts);

	/* Each round asks a factor that was neither asked before nor declined,
	 * and at most one has one enrolled. */
	for (unsigned i = 0; i <= POLICY_FACTOR_COUNT; i++) {
		enum status st;

		if (d.step == POLICY_ASK)
			st = auth_ask(a, &d, f);
		else if (d.step == POLICY_ENROLL)
			st = auth_enroll(a, f);
		else
			break;
		if (st != STATUS_OK)
			return st;
		d = policy_next(&a->facts);
	}
	if (d.step == POLICY_ASK || d.step == POLICY_ENROLL)
		return fault(f, STATUS_CORRUPT, "policy asks without end");
	*out = d;
	return auth_renew(a, out, f);
}

enum status
session_auth(const struct session_env *env, const struct request *request,
	     struct session_verdict *out, struct fault *f)
{
	SESSION_ATTEMPT(a);
	struct policy_decision d;
	enum status st;

	st = session_gather(env, request, POLICY_PHASE_AUTH, &a, f);
	if (st == STATUS_OK)
		st = session_ask_all(&a, &d, f);
	if (st == STATUS_OK)
		st = session_org_choose(&a, &d, f);
	if (st == STATUS_OK && d.step == POLICY_ALLOW)
		st = session_last_find(&a, f);
	if (st == STATUS_OK && d.step == POLICY_ALLOW)
		session_trust_offer(&a);
	if (st == STATUS_OK && d.step != POLICY_ABSTAIN)
		st = session_settle(&a, &d, &out->login, f);
	if (st != STATUS_OK)
		return st;
	out->password_proved =
		d.step == POLICY_ALLOW && !session_single_combined(&a) &&
		(d.granted & POLICY_BIT(POLICY_FACTOR_PASSWORD)) != 0 &&
		auth_way_is(&a, POLICY_FACTOR_PASSWORD, "password");
	if (env->unprivileged)
		out->login = (struct id){ .s = "" };
	session_verdict_set(out, &d);
	if (d.step == POLICY_ALLOW)
		session_notices(&a);
	return STATUS_OK;
}
