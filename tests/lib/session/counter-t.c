/* SPDX-License-Identifier: MIT */
/* Counters of keys, and what changes between the touch and the end. */
#include "token.h"

#define GOOD "correct horse"
#define USUAL "password+fido2 | password+otp"

static struct token t;
static struct store_account ann;

static struct session_verdict
login(void)
{
	t.x.now += 90;
	fixture_type(&t.x, 2, GOOD, fixture_code(&t.x, "ann", 0));
	return token_login(&t, "ann");
}

static struct store_key
key(void)
{
	struct store_key row = { .sign_count = -1 };
	struct fault f;

	CHECK_OK(store_key_get(t.x.store, &ann.id, "blue", &row, &f), &f);
	return row;
}

static void
check_audited(long counter, long revoked, long refused)
{
	CHECK_EQ(fixture_audited(&t.x, "key.counter"), counter);
	CHECK_EQ(fixture_audited(&t.x, "key.revoked"), revoked);
	CHECK_EQ(fixture_audited(&t.x, "key.refused"), refused);
}

/* It lets in, never goes down, and is told of. */
static void
test_warn(void)
{
	t.counter = 7;
	CHECK_EQ(login().step, POLICY_ALLOW);
	CHECK_EQ(key().sign_count, 7);
	check_audited(0, 0, 0);
	t.counter = 7;
	CHECK_EQ(login().step, POLICY_ALLOW);
	CHECK(strstr(t.x.lines, "action=key.counter") != NULL);
	CHECK(strstr(t.x.lines, "why=warn") != NULL);
	CHECK(strstr(t.x.lines, "device=blue") != NULL);
	CHECK(strstr(t.x.lines, "kept=7 seen=7") != NULL);
	CHECK_STR(fixture_last(&t.x).factors, "password+fido2_uv");
	CHECK_EQ(key().sign_count, 7);
	CHECK_EQ(key().used_at, t.x.now);
	t.counter = 3;
	CHECK_EQ(login().step, POLICY_ALLOW);
	CHECK_EQ(key().sign_count, 7);
	check_audited(2, 0, 0);
	t.counter = 8;
	CHECK_EQ(login().step, POLICY_ALLOW);
	check_audited(2, 0, 0);
}

/* What was signed once is worth nothing in another login. */
static void
test_replay(void)
{
	CHECK_EQ(login().step, POLICY_ALLOW);
	t.lie = TOKEN_REPLAY;
	CHECK_EQ(login().reason, POLICY_WRONG);
	CHECK_STR(fixture_last(&t.x).refusal, "fido2:signature");
	t.lie = TOKEN_HONEST;
	CHECK_EQ(key().sign_count, t.counter - 1);
}

/* Others have to do; alone there is none. */
static void
test_reauth(void)
{
	const int64_t kept = key().sign_count;

	token_sign_count(&t, STORE_SIGN_COUNT_REAUTH);
	t.counter = 2;
	CHECK_EQ(login().step, POLICY_ALLOW);
	CHECK_STR(fixture_last(&t.x).factors, "password+totp");
	CHECK_STR(fixture_last(&t.x).refusal, "fido2:counter");
	CHECK_STR(fixture_last(&t.x).device, "");
	check_audited(3, 0, 0);
	token_require(&t, "fido2", RULE_UNENROLLED_DENY);
	t.counter = 2;
	CHECK_EQ(login().reason, POLICY_DECLINED);
	CHECK_STR(fixture_last(&t.x).refusal, "fido2:counter");
	check_audited(4, 0, 0);
	CHECK_EQ(key().sign_count, kept);
	CHECK_EQ(key().state, STORE_KEY_ACTIVE);
	t.counter = (uint32_t)kept + 1;
	CHECK_EQ(login().step, POLICY_ALLOW);
	token_require(&t, USUAL, RULE_UNENROLLED_EXEMPT);
}

static void change(enum status (*how)(struct store *, const struct store_key *,
				      struct fault *))
{
	const struct store_key row = key();
	struct fault f;
	STORE_TXN(txn);

	CHECK_OK(store_begin(t.x.store, &txn, &f), &f);
	CHECK_OK(how(t.x.store, &row, &f), &f);
	CHECK_OK(store_commit(&txn, &f), &f);
}

static enum status
used(struct store *s, const struct store_key *row, struct fault *f)
{
	return store_key_used(s, &row->id, t.counter, false, t.x.now, f);
}

static enum status
revoked(struct store *s, const struct store_key *row, struct fault *f)
{
	return store_key_state(s, &row->id, STORE_KEY_REVOKED, f);
}

static enum status
removed(struct store *s, const struct store_key *row, struct fault *f)
{
	return store_key_delete(s, &row->id, f);
}

/* A key that was revoked stays so: only enrolled anew it counts again. */
static void
enroll_anew(void)
{
	change(removed);
	token_enroll(&t, &ann, "blue");
}

static void
use_first(struct token *token)
{
	token->on_touch = NULL;
	change(used);
}

static void
revoke_first(struct token *token)
{
	token->on_touch = NULL;
	change(revoked);
}

static void
remove_first(struct token *token)
{
	token->on_touch = NULL;
	change(removed);
}

/* Another login with the same counter was first; or the key has gone. */
static void
test_meanwhile(void)
{
	long granted;

	token_sign_count(&t, STORE_SIGN_COUNT_WARN);
	granted = fixture_audited(&t.x, "login.granted");
	t.on_touch = use_first;
	CHECK_EQ(login().reason, POLICY_SPENT);
	CHECK_STR(fixture_last(&t.x).factors, "password");
	t.on_touch = revoke_first;
	CHECK_EQ(login().reason, POLICY_SPENT);
	enroll_anew();
	CHECK_EQ(fixture_audited(&t.x, "login.granted"), granted);
	CHECK_EQ(login().step, POLICY_ALLOW);
	t.on_touch = remove_first;
	CHECK_EQ(login().reason, POLICY_SPENT);
	token_enroll(&t, &ann, "blue");
	t.counter++;
	CHECK_EQ(login().step, POLICY_ALLOW);
}

/* A key without a counter has none that goes back. */
static void
test_none(void)
{
	enroll_anew();
	t.counter = 0;
	token_sign_count(&t, STORE_SIGN_COUNT_REVOKE);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(login().step, POLICY_ALLOW);
	CHECK_STR(t.x.asked, "1/1 Password: |");
	CHECK_EQ(key().sign_count, 0);
	check_audited(4, 0, 0);
	t.counter = 9;
	CHECK_EQ(login().step, POLICY_ALLOW);
	CHECK_EQ(key().sign_count, 9);
}

/* Nor does a key that was revoked make an account one without. */
static void
test_revoke(void)
{
	token_require(&t, "password+fido2", RULE_UNENROLLED_EXEMPT);
	t.counter = 4;
	CHECK_EQ(login().reason, POLICY_DECLINED);
	CHECK_STR(fixture_last(&t.x).refusal, "fido2:counter");
	CHECK(strstr(t.x.lines, "action=key.revoked") != NULL);
	check_audited(5, 1, 0);
	CHECK_EQ(key().state, STORE_KEY_REVOKED);
	CHECK_EQ(key().sign_count, 9);
	t.counter = 50;
	CHECK_EQ(login().reason, POLICY_DECLINED);
	CHECK_STR(fixture_last(&t.x).refusal, "fido2:no_key");
	CHECK_EQ(key().state, STORE_KEY_REVOKED);
	check_audited(5, 1, 0);
	token_require(&t, USUAL, RULE_UNENROLLED_EXEMPT);
	/* Also in a login that another factor lets in, and where another has
	 * revoked it meanwhile. */
	enroll_anew();
	t.counter = 9;
	CHECK_EQ(login().step, POLICY_ALLOW);
	t.counter = 4;
	t.on_touch = revoke_first;
	CHECK_EQ(login().step, POLICY_ALLOW);
	CHECK_STR(fixture_last(&t.x).factors, "password+totp");
	CHECK_EQ(key().state, STORE_KEY_REVOKED);
	check_audited(6, 2, 0);
	enroll_anew();
}

static void
remake(void (*spoil)(struct store_key *))
{
	struct store_key row = key();
	struct fault f;
	STORE_TXN(txn);

	spoil(&row);
	CHECK_OK(store_begin(t.x.store, &txn, &f), &f);
	CHECK_OK(store_key_delete(t.x.store, &row.id, &f), &f);
	CHECK_OK(store_key_insert(t.x.store, &row, &f), &f);
	CHECK_OK(store_commit(&txn, &f), &f);
}

static void
spoil_account(struct store_key *row)
{
	row->algorithm = -7;
	row->public_len = 64;
}

static void
spoil_public(struct store_key *row)
{
	row->algorithm = -8;
	row->public_len = 32;
	row->public[3] ^= 1;
}

/* A row that we have not sealed is nobody's, and is told of. */
static void
test_row(void)
{
	remake(spoil_account);
	t.counter = 60;
	CHECK_EQ(login().step, POLICY_ALLOW);
	CHECK_STR(fixture_last(&t.x).factors, "password+totp");
	CHECK(strstr(t.x.lines, "action=key.refused") != NULL);
	CHECK(strstr(t.x.lines, "why=row") != NULL);
	check_audited(6, 2, 1);
	remake(spoil_public);
	CHECK_EQ(login().step, POLICY_ALLOW);
	CHECK_STR(fixture_last(&t.x).factors, "password+totp");
	check_audited(6, 2, 2);
	remake(spoil_public);
	CHECK_EQ(login().step, POLICY_ALLOW);
	CHECK_STR(fixture_last(&t.x).factors, "password+fido2_uv");
	check_audited(6, 2, 2);
}

int
main(void)
{
	token_start(&t, "counter", &ann);
	token_require(&t, USUAL, RULE_UNENROLLED_EXEMPT);
	fixture_totp(&t.x, &ann, "ann");
	token_enroll(&t, &ann, "blue");
	test_warn();
	test_replay();
	test_reauth();
	test_meanwhile();
	test_none();
	test_revoke();
	test_row();
	token_stop(&t);
	return test_done();
}
