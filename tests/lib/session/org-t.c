/* SPDX-License-Identifier: MIT */
/* Which organization is active: found, asked for, taken over, and read again
 * before it counts. */
#include "base/text.h"
#include "fixture.h"
#include "store/people.h"

#define GOOD "correct horse"
#define HERE "192.0.2.1"
#define PASSWORD_PROMPT "1/1 Password: |"
#define ORG_PROMPT "2/13 Organization (beta, acme) [beta]: |"

static struct fixture x;
static struct store_account ann, bob;
static struct id acme, beta;

static void
org_add(const char *slug, bool mfa, struct id *out)
{
	struct store_org o = { .require_mfa = mfa,
			       .created_at = x.now,
			       .version = 1 };
	struct fault f;
	STORE_TXN(txn);

	crypto_id(x.now, &o.id);
	(void)text_copy(o.slug, sizeof(o.slug), slug);
	(void)text_copy(o.name, sizeof(o.name), slug);
	CHECK_OK(store_begin(x.store, &txn, &f), &f);
	CHECK_OK(store_org_insert(x.store, &o, x.now, &f), &f);
	CHECK_OK(store_commit(&txn, &f), &f);
	*out = o.id;
}

static void
join(const struct id *org, const struct store_account *who,
     enum store_role role)
{
	struct store_member m = { .org = *org,
				  .account = who->id,
				  .role = role,
				  .joined_at = x.now };
	struct fault f;
	STORE_TXN(txn);

	CHECK_OK(store_begin(x.store, &txn, &f), &f);
	CHECK_OK(store_member_insert(x.store, &m, &f), &f);
	CHECK_OK(store_commit(&txn, &f), &f);
	x.now++;
}

static void
leave(const struct id *org, const struct store_account *who)
{
	struct fault f;
	STORE_TXN(txn);

	CHECK_OK(store_begin(x.store, &txn, &f), &f);
	CHECK_OK(store_member_delete(x.store, org, &who->id, &f), &f);
	CHECK_OK(store_commit(&txn, &f), &f);
}

static void
attribute(const char *key, const char *value, bool exported)
{
	struct store_attribute a = { .exported = exported };
	struct fault f;
	STORE_TXN(txn);

	(void)text_copy(a.key, sizeof(a.key), key);
	(void)text_copy(a.value, sizeof(a.value), value);
	CHECK_OK(store_begin(x.store, &txn, &f), &f);
	CHECK_OK(store_attribute_put(x.store, &ann.id, &a, &f), &f);
	CHECK_OK(store_commit(&txn, &f), &f);
}

/* A rule of these phases by the password, for members of ORGS. */
static struct rule
rule_for(uint32_t phases, const char *orgs, enum rule_org_choice choice)
{
	struct rule r = { .phases = phases,
			  .action = POLICY_ACTION_REQUIRE,
			  .alternatives = 1,
			  .require = { POLICY_BIT(POLICY_FACTOR_PASSWORD) },
			  .unenrolled = RULE_UNENROLLED_EXEMPT,
			  .org_choice = choice,
			  .session_max = RULE_SESSION_MAX_AUTO };

	(void)text_copy(r.org, sizeof(r.org), orgs);
	return r;
}

static struct session_verdict
open_after(const struct session_verdict *v)
{
	struct request r = fixture_request(PHASE_SESSION_OPEN, "ann", HERE);

	if (v != NULL)
		r.login = v->login;
	(void)text_copy(r.logind, sizeof(r.logind), "c7");
	return fixture_run(&x, &r);
}

static const char *
exported(const struct session_verdict *v, const char *name)
{
	for (size_t i = 0; i < v->exports.n; i++)
		if (strcmp(v->exports.one[i].name, name) == 0)
			return v->exports.one[i].value;
	return "";
}

static struct store_session
session_of(const struct session_verdict *v)
{
	struct store_session row = { .opened_at = -1 };
	struct fault f;

	CHECK_OK(store_session_get(x.store, &v->session, &row, &f), &f);
	return row;
}

/* The one there is, from login to session; nobody is asked. */
static void
test_one(void)
{
	struct session_verdict in, s;
	struct store_login login = { .at = -1 };
	struct store_session row;
	struct fault f;

	join(&acme, &ann, STORE_ROLE_ADMIN);
	in = fixture_login(&x, "ann", HERE, GOOD);
	CHECK_EQ(in.step, POLICY_ALLOW);
	CHECK_STR(x.asked, PASSWORD_PROMPT);
	CHECK_EQ(in.exports.n, 0);
	CHECK_OK(store_login_get(x.store, &in.login, &login, &f), &f);
	CHECK_STR(login.org.s, acme.s);
	s = open_after(&in);
	CHECK_EQ(s.step, POLICY_ALLOW);
	CHECK_STR(exported(&s, "SIGRA_ORG"), "acme");
	CHECK_STR(exported(&s, "SIGRA_ROLE"), "admin");
	CHECK_STR(exported(&s, "SIGRA_IMPERSONATOR"), "");
	CHECK_EQ(s.exports.n, 2);
	row = session_of(&s);
	CHECK_STR(row.org.s, acme.s);
	CHECK_STR(row.logind, "c7");
	/* sshd's end after a day, where no rule says otherwise. */
	CHECK_EQ(row.ends_at, row.opened_at + 86400);
	CHECK_EQ(row.idle, 0);
	/* Who is a member of none has none. */
	in = fixture_login(&x, "bob", HERE, GOOD);
	CHECK_EQ(in.step, POLICY_ALLOW);
	CHECK_OK(store_login_get(x.store, &in.login, &login, &f), &f);
	CHECK_STR(login.org.s, "");
}

/* By a public key alone the session finds its own. */
static void
test_keys(void)
{
	struct session_verdict s = open_after(NULL);

	CHECK_EQ(s.step, POLICY_ALLOW);
	CHECK_STR(exported(&s, "SIGRA_ORG"), "acme");
	CHECK_STR(session_of(&s).org.s, acme.s);
}

/* What is marked so, under capital letters; and none that would not fit. */
static void
test_attributes(void)
{
	struct session_verdict s;

	attribute("room", "2.17", true);
	attribute("salary", "much", false);
	attribute("odd-key", "x", true);
	attribute("odd_value", "a\nb", true);
	attribute("city", "K\xc3\xb6ln", true);
	s = open_after(NULL);
	CHECK_EQ(s.step, POLICY_ALLOW);
	CHECK_STR(exported(&s, "SIGRA_ATTR_ROOM"), "2.17");
	CHECK_STR(exported(&s, "SIGRA_ATTR_CITY"), "K\xc3\xb6ln");
	CHECK_EQ(s.exports.n, 4);
}

static struct session_verdict
choose(size_t n, const char *a, const char *b, const char *c)
{
	struct request r = fixture_request(PHASE_AUTH, "ann", HERE);

	x.asked[0] = x.told[0] = '\0';
	fixture_type(&x, 1 + n, GOOD, a, b, c);
	return fixture_run(&x, &r);
}

static void
check_active(const struct session_verdict *v, const struct id *org)
{
	struct store_login login = { .at = -1 };
	struct fault f;

	CHECK_EQ(v->step, POLICY_ALLOW);
	CHECK_OK(store_login_get(x.store, &v->login, &login, &f), &f);
	CHECK_STR(login.org.s, org->s);
}

/* Of several the one that is said; none is the one used last. */
static void
test_asked(void)
{
	struct rule r =
		rule_for(RULE_PHASE(POLICY_PHASE_AUTH), "", RULE_ORG_ASK);
	struct session_verdict v;

	join(&beta, &ann, STORE_ROLE_OWNER);
	fixture_rule(&x, &r);
	v = choose(1, "beta", "", "");
	CHECK_STR(x.asked,
		  PASSWORD_PROMPT "2/13 Organization (acme, beta) [acme]: |");
	check_active(&v, &beta);
	x.now += 5;
	v = choose(1, "", "", "");
	CHECK_STR(x.asked, PASSWORD_PROMPT ORG_PROMPT);
	check_active(&v, &beta);
	v = choose(3, "Acme", "gamma", "acme");
	CHECK_STR(x.asked, PASSWORD_PROMPT ORG_PROMPT ORG_PROMPT ORG_PROMPT);
	check_active(&v, &acme);
	x.now += 5;
	/* Neither a wrong password nor a missing answer comes so far. */
	fixture_login(&x, "ann", HERE, "wrong");
	CHECK_STR(x.asked, PASSWORD_PROMPT);
	v = choose(3, "x", "y", "z");
	CHECK_EQ(v.step, POLICY_DENY);
	CHECK_STR(policy_reason_name(v.reason), "cancelled");
	CHECK_STR(v.login.s, "");
	v = choose(0, "", "", "");
	CHECK_STR(policy_reason_name(v.reason), "cancelled");
}

/* A rule names those that may be active, and by none of them nobody gets in.
 */
static void
test_named(void)
{
	struct rule r =
		rule_for(RULE_PHASE(POLICY_PHASE_AUTH), beta.s, RULE_ORG_ASK);
	struct session_verdict v;
	struct request q;

	fixture_rule(&x, &r);
	v = choose(0, "", "", "");
	CHECK_STR(x.asked, PASSWORD_PROMPT);
	check_active(&v, &beta);
	/* sudo asks in silence: the last used. */
	r = rule_for(RULE_PHASE(POLICY_PHASE_AUTH), "", RULE_ORG_ASK);
	fixture_rule(&x, &r);
	q = fixture_request(PHASE_AUTH, "ann", HERE);
	q.flags = REQUEST_SILENT;
	x.asked[0] = '\0';
	fixture_type(&x, 1, GOOD);
	v = fixture_run(&x, &q);
	CHECK_STR(x.asked, PASSWORD_PROMPT);
	CHECK_EQ(v.step, POLICY_ALLOW);
}

/* What the login chose is not for a session whose rule names another. */
static void
test_other_session(void)
{
	struct rule rules[18];
	struct session_verdict v, s;
	const uint32_t session = RULE_PHASE(POLICY_PHASE_SESSION);
	size_t n;

	rules[0] =
		rule_for(RULE_PHASE(POLICY_PHASE_AUTH), beta.s, RULE_ORG_LAST);
	rules[1] = rule_for(session, acme.s, RULE_ORG_LAST);
	n = 2 + rule_defaults(rules + 2, 16);
	fixture_rules(&x, rules, n);
	v = choose(0, "", "", "");
	check_active(&v, &beta);
	s = open_after(&v);
	CHECK_EQ(s.step, POLICY_ALLOW);
	CHECK_STR(session_of(&s).org.s, acme.s);
	CHECK_STR(exported(&s, "SIGRA_ORG"), "acme");
	rules[1] = rule_for(session, "", RULE_ORG_LAST);
	fixture_rules(&x, rules, n);
	v = choose(0, "", "", "");
	s = open_after(&v);
	CHECK_STR(exported(&s, "SIGRA_ORG"), "beta");
}

static void
leave_beta(struct fixture *fx)
{
	fx->on_ask = NULL;
	leave(&beta, &ann);
}

static void
delete_ann(struct fixture *fx)
{
	struct store_account a = ann;
	struct fault f;

	fx->on_ask = NULL;
	CHECK_OK(store_account_by_id(fx->store, &ann.id, &a, &f), &f);
	a.state = STORE_DELETED;
	fixture_update(fx, &a);
}

static unsigned asks;

/* Not before the second question. */
static void
second_delete(struct fixture *fx)
{
	if (++asks == 2)
		delete_ann(fx);
}

/* Removed while the password was being typed, or before the session opens. */
static void
test_gone(void)
{
	struct rule r =
		rule_for(RULE_PHASE(POLICY_PHASE_AUTH), beta.s, RULE_ORG_LAST);
	struct session_verdict v;

	fixture_rule(&x, &r);
	x.on_ask = leave_beta;
	v = choose(0, "", "", "");
	CHECK_EQ(v.step, POLICY_DENY);
	CHECK_STR(policy_reason_name(v.reason), "not_member");
	CHECK_STR(v.login.s, "");
	join(&beta, &ann, STORE_ROLE_MEMBER);
	v = choose(0, "", "", "");
	check_active(&v, &beta);
	leave(&beta, &ann);
	v = open_after(&v);
	CHECK_EQ(v.step, POLICY_DENY);
	CHECK_STR(policy_reason_name(v.reason), "not_member");
	CHECK_EQ(v.exports.n, 0);
	/* Back again, but the login was good once. */
	join(&beta, &ann, STORE_ROLE_MEMBER);
}

/* A new role, or a new slug, is that of the moment. */
static void
test_changed(void)
{
	struct rule r =
		rule_for(RULE_PHASE(POLICY_PHASE_AUTH), beta.s, RULE_ORG_LAST);
	struct session_verdict v;
	struct store_org o;
	struct fault f;
	STORE_TXN(txn);

	fixture_rule(&x, &r);
	v = choose(0, "", "", "");
	CHECK_OK(store_org_by_id(x.store, &beta, &o, &f), &f);
	(void)text_copy(o.slug, sizeof(o.slug), "beta-two");
	CHECK_OK(store_begin(x.store, &txn, &f), &f);
	CHECK_OK(store_org_update(x.store, &o, &f), &f);
	CHECK_OK(store_member_role(x.store, &beta, &ann.id, STORE_ROLE_OWNER,
				   &f),
		 &f);
	CHECK_OK(store_commit(&txn, &f), &f);
	v = open_after(&v);
	CHECK_STR(exported(&v, "SIGRA_ORG"), "beta-two");
	CHECK_STR(exported(&v, "SIGRA_ROLE"), "owner");
}

/* An organization that is deleted lets nobody in any more. */
static void
test_deleted(void)
{
	struct session_verdict v = choose(0, "", "", "");
	struct store_org o;
	struct fault f;
	STORE_TXN(txn);

	check_active(&v, &beta);
	CHECK_OK(store_org_by_id(x.store, &beta, &o, &f), &f);
	o.deleted_at = x.now;
	CHECK_OK(store_begin(x.store, &txn, &f), &f);
	CHECK_OK(store_org_update(x.store, &o, &f), &f);
	CHECK_OK(store_commit(&txn, &f), &f);
	v = open_after(&v);
	CHECK_STR(policy_reason_name(v.reason), "not_member");
	v = choose(0, "", "", "");
	CHECK_EQ(v.step, POLICY_ALLOW); /* by the rule behind */
	check_active(&v, &acme);
}

/* Limits of the rule that opens the session. */
static void
test_limits(void)
{
	struct rule r =
		rule_for(RULE_PHASE(POLICY_PHASE_SESSION), "", RULE_ORG_LAST);
	struct session_verdict v;
	struct store_session row;

	r.session_max = 3600;
	r.session_idle = 600;
	fixture_rule(&x, &r);
	v = choose(0, "", "", "");
	v = open_after(&v);
	CHECK_EQ(v.step, POLICY_ALLOW);
	row = session_of(&v);
	CHECK_EQ(row.ends_at, row.opened_at + 3600);
	CHECK_EQ(row.idle, 600);
	r.session_max = 0;
	fixture_rule(&x, &r);
	v = choose(0, "", "", "");
	v = open_after(&v);
	CHECK_EQ(session_of(&v).ends_at, 0);
}

/* Deleted at the second question: which is still put, and answered right. */
static void
test_deleted_account(void)
{
	struct rule r =
		rule_for(RULE_PHASE(POLICY_PHASE_AUTH), "", RULE_ORG_ASK);
	struct session_verdict v;

	r.require[0] |= POLICY_BIT(POLICY_FACTOR_OTP);
	fixture_totp(&x, &ann, "ann");
	fixture_rule(&x, &r);
	x.on_ask = second_delete;
	asks = 0;
	v = choose(1, fixture_code(&x, "ann", 0), "", "");
	CHECK_EQ(asks, 2);
	CHECK_EQ(v.step, POLICY_DENY);
	CHECK_STR(policy_reason_name(v.reason), "deleted");
	CHECK_STR(v.login.s, "");
}

int
main(void)
{
	fixture_start(&x, "org");
	fixture_user(&x, "ann", GOOD, &ann);
	fixture_user(&x, "bob", GOOD, &bob);
	org_add("acme", false, &acme);
	org_add("beta", false, &beta);
	test_one();
	test_keys();
	test_attributes();
	test_asked();
	test_named();
	test_other_session();
	test_gone();
	test_changed();
	test_deleted();
	test_limits();
	test_deleted_account();
	fixture_stop(&x);
	return test_done();
}
