/* SPDX-License-Identifier: MIT */
#include "admin/rules.h"

#include "admin/account.h"
#include "admin/password.h"
#include "base/text.h"
#include "fixture.h"
#include "session/session.h"
#include "store/key.h"

static struct rule rules[RULES_MAX];

static size_t
all(struct fixture *x)
{
	size_t n = 0;

	CHECK_OK(session_rules(x->store, rules, RULES_MAX, &n, &x->f), &x->f);
	return n;
}

static struct rule
deny(const char *user, int64_t at)
{
	struct rule r = { .action = POLICY_ACTION_DENY,
			  .phases = RULE_PHASES_ALL,
			  .position = at };

	(void)text_copy(r.user, sizeof(r.user), user);
	return r;
}

static void
check_changes(struct fixture *x, size_t before)
{
	struct admin_findings found = { .n = 0 };
	struct rule r = deny("eve", 1), out;

	CHECK_OK(admin_rules_add(&x->admin, &r, &out, &found, &x->f), &x->f);
	CHECK_EQ(out.position, 1);
	CHECK_EQ(strlen(out.id.s), ID_LENGTH);
	CHECK(strncmp(fixture_last(x), "policy.added ", 13) == 0);
	CHECK_EQ(all(x), before + 1);
	CHECK_STR(rules[0].user, "eve");
	CHECK_OK(admin_rules_move(&x->admin, 1, 3, &out, &found, &x->f),
		 &x->f);
	CHECK_EQ(out.position, 3);
	CHECK_EQ(all(x), before + 1);
	CHECK_STR(rules[2].user, "eve");
	CHECK_EQ(admin_rules_move(&x->admin, 3, 3, &out, &found, &x->f),
		 STATUS_CONFLICT);
	CHECK_EQ(admin_rules_move(&x->admin, 3, 99, &out, &found, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_OK(admin_rules_remove(&x->admin, 3, &out, &found, &x->f), &x->f);
	CHECK_STR(out.user, "eve");
	CHECK_EQ(admin_rules_remove(&x->admin, 99, &out, &found, &x->f),
		 STATUS_NOT_FOUND);
	r = deny("eve", (int64_t)before + 2);
	CHECK_EQ(admin_rules_add(&x->admin, &r, &out, &found, &x->f),
		 STATUS_INVALID);
	/* Last, behind one that always matches: a warning, no refusal. */
	r.position = 0;
	CHECK_OK(admin_rules_add(&x->admin, &r, &out, &found, &x->f), &x->f);
	CHECK_EQ(out.position, before + 1);
	CHECK(found.n <= ADMIN_FINDINGS_MAX);
	CHECK_OK(admin_rules_remove(&x->admin, out.position, &out, &found,
				    &x->f),
		 &x->f);
}

static void
check_refused(struct fixture *x, size_t before)
{
	struct admin_findings found = { .n = 0 };
	struct rule r = { .action = POLICY_ACTION_ADMIT,
			  .phases = RULE_PHASE(POLICY_PHASE_AUTH),
			  .position = 1 };
	struct rule out = { .position = 77 };
	long rows = fixture_rows(x);

	CHECK_EQ(admin_rules_add(&x->admin, &r, &out, &found, &x->f),
		 STATUS_REFUSED);
	CHECK(found.n > 0);
	CHECK_EQ(out.position, 77);
	CHECK_EQ(all(x), before);
	CHECK_EQ(fixture_rows(x), rows);
	/* Malformed ones do not come as far as the store. */
	r = deny("eve", 1);
	(void)text_copy(r.network, sizeof(r.network), "10.0.0.0/99");
	CHECK_EQ(admin_rules_add(&x->admin, &r, &out, &found, &x->f),
		 STATUS_INVALID);
	CHECK_OK(admin_rules_check(&x->admin, &found, &x->f), &x->f);
}

/* How many findings of SEVERITY say WORD of root? */
static unsigned
stranded(const struct admin_findings *found, enum rule_severity severity,
	 const char *word)
{
	unsigned hits = 0;

	for (size_t i = 0; i < found->n; i++)
		hits += found->of[i].severity == severity &&
			strstr(found->of[i].text, "strands root") != NULL &&
			strstr(found->of[i].text, word) != NULL;
	return hits;
}

/* The account is judged by policy check, and hinders no change of rules. */
static void
check_root(struct fixture *x)
{
	const struct admin_account_new root = { .name = "root" };
	struct rule left = { .action = POLICY_ACTION_ABSTAIN,
			     .phases = RULE_PHASE(POLICY_PHASE_AUTH),
			     .user = "root",
			     .position = 1 };
	struct admin_findings found = { .n = 0 };
	struct store_account account;
	struct rule out;
	SECRET(word);

	CHECK_OK(admin_account_add(&x->admin, &root, &account, &x->f), &x->f);
	CHECK_EQ(admin_rules_check(&x->admin, &found, &x->f), STATUS_REFUSED);
	CHECK_EQ(stranded(&found, RULE_ERROR, "no password"), 1);
	/* Another way in will do, but not for a state that refuses. */
	CHECK_OK(admin_rules_add(&x->admin, &left, &out, &found, &x->f),
		 &x->f);
	CHECK_OK(admin_rules_check(&x->admin, &found, &x->f), &x->f);
	CHECK_OK(admin_account_disable(&x->admin, "root", "test", &account,
				       &x->f),
		 &x->f);
	CHECK_EQ(admin_rules_check(&x->admin, &found, &x->f), STATUS_REFUSED);
	CHECK_EQ(stranded(&found, RULE_ERROR, "is disabled"), 1);
	left.phases = RULE_PHASES_ALL;
	CHECK_OK(admin_rules_add(&x->admin, &left, &out, &found, &x->f),
		 &x->f);
	CHECK_OK(admin_rules_check(&x->admin, &found, &x->f), &x->f);
	CHECK_OK(admin_rules_remove(&x->admin, 1, &out, &found, &x->f), &x->f);
	CHECK_OK(admin_rules_remove(&x->admin, 1, &out, &found, &x->f), &x->f);
	CHECK_EQ(stranded(&found, RULE_WARNING, "is disabled"), 1);
	CHECK_OK(admin_account_enable(&x->admin, "root", &account, &x->f),
		 &x->f);
	CHECK_OK(secret_set(&word, "correct horse 7", 15, &x->f), &x->f);
	CHECK_OK(admin_password_set(&x->admin, "root", &word, false, &account,
				    &x->f),
		 &x->f);
	CHECK_OK(admin_rules_check(&x->admin, &found, &x->f), &x->f);
	CHECK_EQ(found.n, 0);
}

static void
password(struct fixture *x)
{
	struct store_account account;
	SECRET(word);

	CHECK_OK(secret_set(&word, "correct horse 7", 15, &x->f), &x->f);
	CHECK_OK(admin_password_set(&x->admin, "root", &word, false, &account,
				    &x->f),
		 &x->f);
}

/* As the store has it; whoever enrolls it is tested elsewhere. */
static void
key_begins(struct fixture *x, const struct store_account *account)
{
	struct store_key key = { .account = account->id,
				 .label = "blue",
				 .rp = "example.org",
				 .credential_len = 32,
				 .algorithm = -8,
				 .public_len = 32,
				 .flags = STORE_KEY_UV,
				 .state = STORE_KEY_ACTIVE,
				 .sealed_len = 48,
				 .created_at = x->admin.now };
	STORE_TXN(txn);

	crypto_id(x->admin.now, &key.id);
	CHECK_OK(store_begin(x->store, &txn, &x->f), &x->f);
	CHECK_OK(store_key_insert(x->store, &key, &x->f), &x->f);
	CHECK_OK(store_commit(&txn, &x->f), &x->f);
}

static void
key_ends(struct fixture *x, const struct store_account *account)
{
	struct store_key key = { .rp = "" };
	STORE_TXN(txn);

	CHECK_OK(store_begin(x->store, &txn, &x->f), &x->f);
	CHECK_OK(store_key_get(x->store, &account->id, "blue", &key, &x->f),
		 &x->f);
	CHECK_OK(store_key_delete(x->store, &key.id, &x->f), &x->f);
	CHECK_OK(store_commit(&txn, &x->f), &x->f);
}

static void
password_ends(struct fixture *x, const struct store_account *account)
{
	STORE_TXN(txn);

	CHECK_OK(store_begin(x->store, &txn, &x->f), &x->f);
	CHECK_OK(store_password_delete(x->store, &account->id, &x->f), &x->f);
	CHECK_OK(store_commit(&txn, &x->f), &x->f);
}

/* The set must let root in by what it has, and not by what it could have. */
static void
check_root_has(struct fixture *x)
{
	struct rule r = { .action = POLICY_ACTION_REQUIRE,
			  .phases = RULE_PHASE(POLICY_PHASE_AUTH),
			  .alternatives = 1,
			  .require = { POLICY_BIT(POLICY_FACTOR_FIDO2) },
			  .key_wait = RULE_KEY_WAIT_DEFAULT,
			  .position = 1 };
	struct admin_findings found = { .n = 0 };
	struct store_account account;
	struct rule out;
	size_t before = all(x);

	CHECK_EQ(admin_rules_add(&x->admin, &r, &out, &found, &x->f),
		 STATUS_REFUSED);
	CHECK_EQ(stranded(&found, RULE_ERROR, "none of: fido2"), 1);
	CHECK(strstr(x->f.text, "by rule 1, because") != NULL);
	CHECK_EQ(all(x), before);
	CHECK_OK(store_account_by_name(x->store, "root", &account, &x->f),
		 &x->f);
	key_begins(x, &account);
	CHECK_OK(admin_rules_add(&x->admin, &r, &out, &found, &x->f), &x->f);
	CHECK_EQ(found.n, 0);
	CHECK_OK(admin_rules_check(&x->admin, &found, &x->f), &x->f);
	/* A key, and no password: it is in by this rule, not by the next. */
	password_ends(x, &account);
	CHECK_OK(admin_rules_check(&x->admin, &found, &x->f), &x->f);
	CHECK_EQ(found.n, 0);
	CHECK_EQ(admin_rules_remove(&x->admin, 1, &out, &found, &x->f),
		 STATUS_REFUSED);
	CHECK_EQ(stranded(&found, RULE_ERROR, "none of: password"), 1);
	/* With nothing at all it is the account's fault, but for a key. */
	key_ends(x, &account);
	CHECK_EQ(admin_rules_remove(&x->admin, 1, &out, &found, &x->f),
		 STATUS_OK);
	CHECK_EQ(stranded(&found, RULE_WARNING, "no password"), 1);
	CHECK_EQ(admin_rules_add(&x->admin, &r, &out, &found, &x->f),
		 STATUS_REFUSED);
	CHECK_EQ(stranded(&found, RULE_ERROR, "none of: fido2"), 1);
	password(x);
	CHECK_OK(admin_rules_check(&x->admin, &found, &x->f), &x->f);
	CHECK_EQ(all(x), before);
}

/* Which rule stands in the way of an organization that is to go? */
static void
check_orgs(struct fixture *x)
{
	static const struct id one = {
		"01900000-0000-7000-8000-0000000000a1"
	};
	static const struct id two = {
		"01900000-0000-7000-8000-0000000000a2"
	};
	struct admin_findings found = { .n = 0 };
	struct rule r = deny("eve", 1), out;
	int64_t at = 77;

	CHECK_OK(admin_rules_name_org(&x->admin, &one, &at, &x->f), &x->f);
	CHECK_EQ(at, 0);
	(void)text_copy(r.org, sizeof(r.org), one.s);
	CHECK_OK(admin_rules_add(&x->admin, &r, &out, &found, &x->f), &x->f);
	CHECK_STR(out.org, one.s);
	r = deny("eva", 1);
	CHECK_OK(admin_rules_add(&x->admin, &r, &out, &found, &x->f), &x->f);
	CHECK_OK(admin_rules_name_org(&x->admin, &one, &at, &x->f), &x->f);
	CHECK_EQ(at, 2);
	CHECK_OK(admin_rules_name_org(&x->admin, &two, &at, &x->f), &x->f);
	CHECK_EQ(at, 0);
	for (int i = 0; i < 2; i++)
		CHECK_OK(admin_rules_remove(&x->admin, 1, &out, &found, &x->f),
			 &x->f);
}

static void
check_limit(struct fixture *x, size_t before)
{
	struct admin_findings found = { .n = 0 };
	struct rule out;

	for (size_t i = before; i < RULES_MAX; i++) {
		char user[16] = { 'u', (char)('a' + i / 26 % 26),
				  (char)('a' + i % 26), '\0' };
		struct rule r = deny(user, 1);

		if (admin_rules_add(&x->admin, &r, &out, &found, &x->f) !=
		    STATUS_OK)
			CHECK_STR(x->f.text, "");
	}
	CHECK_EQ(all(x), RULES_MAX);
	struct rule more = deny("more", 1);
	CHECK_EQ(admin_rules_add(&x->admin, &more, &out, &found, &x->f),
		 STATUS_CONFLICT);
}

int
main(void)
{
	struct fixture x;
	size_t before;

	fixture_start(&x, "rules");
	before = all(&x);
	CHECK(before >= 3);
	CHECK_EQ(before, rule_defaults(rules, RULES_MAX));
	check_changes(&x, before);
	check_refused(&x, before);
	check_root(&x);
	check_root_has(&x);
	check_orgs(&x);
	check_limit(&x, before);
	fixture_stop(&x);
	return test_done();
}
