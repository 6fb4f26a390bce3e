/* SPDX-License-Identifier: MIT */
/* One string: its shape, and what the store says of it. */
#include "factor/token.h"

#include "base/text.h"
#include "kit.h"
#include "policy/policy.h"
#include "store/people.h"
#include "test.h"

#define CLIENT "ip:192.0.2.7"

static struct store *store;
static struct in6_addr client;
static unsigned made;

/* Every one has the checksum that belongs to it, but for what it is called. */
static void
shapes(void)
{
	static const struct {
		const char *what, *text;
	} none[] = {
		{ "empty", "" },
		{ "a prefix", "sigra_sk_" },
		{ "a password", "correct horse 81" },
		{ "no checksum",
		  "sigra_sk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" },
		{ "another's checksum",
		  "sigra_sk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		  "r121kQ" },
	};
	enum store_token_kind kind = (enum store_token_kind)77;
	uint8_t hash[STORE_HASH_SIZE];
	struct fault f = { .text = "" };
	SECRET(s);

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		kit_answer(&s, none[i].text);
		if (token_shaped(&s))
			test_note("%s", none[i].what);
		CHECK(!token_shaped(&s) && !token_kind(&s, &kind));
		CHECK_EQ(token_hash(&kit.keys, &kit.ann, &s, hash, &f),
			 STATUS_INVALID);
	}
	CHECK_EQ(kind, 77);
}

/* Any other byte anywhere, one more, one less, another prefix. */
static void
slips(void)
{
	char text[TOKEN_LENGTH + 2], typed[TOKEN_LENGTH + 2];
	struct fault f = { .text = "" };
	unsigned wrong = 0;
	SECRET(s);

	CHECK_OK(token_make(STORE_TOKEN_APP, &s, &f), &f);
	CHECK(secret_string(&s, text, sizeof(text)));
	for (size_t i = 0; i < TOKEN_LENGTH; i++)
		for (unsigned c = 1; c < 256; c++) {
			if ((char)c == text[i])
				continue;
			memcpy(typed, text, sizeof(typed));
			typed[i] = (char)c;
			kit_answer(&s, typed);
			wrong += token_shaped(&s);
		}
	CHECK_EQ(wrong, 0);
	memcpy(typed, text, sizeof(typed));
	typed[TOKEN_LENGTH] = 'A';
	typed[TOKEN_LENGTH + 1] = '\0';
	kit_answer(&s, typed);
	CHECK(!token_shaped(&s));
	typed[TOKEN_LENGTH - 1] = '\0';
	kit_answer(&s, typed);
	CHECK(!token_shaped(&s));
	kit_answer(&s, text);
	CHECK(token_shaped(&s) && !token_text_shaped("sigra_rt_", &s));
}

/* What others compute: SHA-256 of all before the last six. */
static void
known(void)
{
	enum store_token_kind kind = STORE_TOKEN_SERVICE;
	SECRET(s);

	kit_answer(&s, "sigra_sk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		       "q4-KVw");
	CHECK(token_kind(&s, &kind));
	CHECK_EQ(kind, STORE_TOKEN_APP);
	kit_answer(&s, "sigra_sa_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		       "r121kQ");
	CHECK(token_kind(&s, &kind));
	CHECK_EQ(kind, STORE_TOKEN_SERVICE);
	/* One text for each, and the last letter of the bytes has two bits
	 * left over. */
	kit_answer(&s, "sigra_sk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB"
		       "PQXNuw");
	CHECK(!token_shaped(&s));
}

/* Of one account, or of one kind, it is another's nothing. */
static void
hashes(void)
{
	uint8_t a[STORE_HASH_SIZE], b[STORE_HASH_SIZE];
	struct fault f = { .text = "" };
	SECRET(s);
	SECRET(t);

	CHECK_OK(token_make(STORE_TOKEN_APP, &s, &f), &f);
	CHECK_OK(token_make(STORE_TOKEN_APP, &t, &f), &f);
	CHECK(!secret_equal(&s, &t));
	CHECK_EQ(s.len, TOKEN_LENGTH);
	CHECK_OK(token_hash(&kit.keys, &kit.ann, &s, a, &f), &f);
	CHECK_OK(token_hash(&kit.keys, &kit.bob, &s, b, &f), &f);
	CHECK(!crypto_equal(a, b));
	CHECK_OK(token_hash(&kit.keys, &kit.ann, &t, b, &f), &f);
	CHECK(!crypto_equal(a, b));
	CHECK_OK(token_hash(&kit.keys, &kit.ann, &s, b, &f), &f);
	CHECK(crypto_equal(a, b));
}

/* Nobody's costs as much as anybody's: no Argon2id at all. */
static struct factor_outcome
check(const struct id *account, const struct secret *answer)
{
	struct factor_outcome out = { .result = FACTOR_UNTIMELY };
	struct fault f = { .text = "" };

	kit_count();
	CHECK_OK(factor_token.check(&kit.env, account, answer, &out, &f), &f);
	CHECK_EQ(kit.runs, 0);
	CHECK_EQ(out.way != NULL, out.result == FACTOR_RIGHT);
	CHECK_EQ(out.refusal == NULL, out.result == FACTOR_RIGHT);
	CHECK(!out.code && !out.renew && out.guest == FACTOR_GUEST_NONE);
	return out;
}

static void
is(const struct secret *answer, enum factor_result result, const char *refusal)
{
	struct factor_outcome out = check(&kit.ann, answer);

	CHECK_EQ(out.result, result);
	CHECK_STR(out.refusal == NULL ? "" : out.refusal,
		  refusal == NULL ? "" : refusal);
}

static struct store_token
put(struct store_token t, struct secret *text)
{
	struct fault f = { .text = "" };
	STORE_TXN(txn);

	crypto_id(KIT_NOW + made++, &t.id);
	t.account = kit.ann;
	t.created_at = KIT_NOW;
	if (t.kind == 0)
		t.kind = STORE_TOKEN_APP;
	kit_need(token_make(t.kind, text, &f), &f);
	kit_need(token_hash(&kit.keys, &kit.ann, text, t.hash, &f), &f);
	kit_need(store_begin(store, &txn, &f), &f);
	kit_need(store_token_insert(store, &t, &f), &f);
	kit_need(store_commit(&txn, &f), &f);
	return t;
}

static void
revoke(const struct store_token *t)
{
	struct fault f = { .text = "" };
	STORE_TXN(txn);

	kit_need(store_begin(store, &txn, &f), &f);
	kit_need(store_token_revoke(store, &t->id, KIT_NOW, &f), &f);
	kit_need(store_commit(&txn, &f), &f);
}

static bool
enrolled(const struct id *account)
{
	struct fault f = { .text = "" };
	bool has = false;

	CHECK_OK(factor_token.enrolled(&kit.env, account, &has, &f), &f);
	return has;
}

static void
good(void)
{
	static const char *const ways[] = { "token", "service_secret" };
	struct factor_outcome out;
	struct store_token t, got;
	struct fault f = { .text = "" };
	SECRET(s);

	for (unsigned i = 0; i < 2; i++) {
		CHECK(!enrolled(&kit.ann));
		t = put((struct store_token){ .kind = (enum store_token_kind)(
						      i + 1),
					      .label = "phone",
					      .scopes = "login:dovecot" },
			&s);
		CHECK(enrolled(&kit.ann) && !enrolled(&kit.bob));
		CHECK_EQ(check(&kit.bob, &s).result, FACTOR_WRONG);
		CHECK_STR(check(&kit.bob, &s).refusal, "unknown");
		out = check(NULL, &s);
		CHECK_EQ(out.result, FACTOR_WRONG);
		CHECK(out.row.s[0] == '\0' && out.label[0] == '\0');
		out = check(&kit.ann, &s);
		CHECK_EQ(out.result, FACTOR_RIGHT);
		CHECK_STR(out.way, ways[i]);
		CHECK_STR(out.label, "phone");
		/* As often as one likes. */
		for (int k = 0; k < 2; k++)
			CHECK_EQ(kit_settle(&factor_token, &kit.ann, &out),
				 STATUS_OK);
		CHECK_OK(store_token_by_id(store, &t.id, &got, &f), &f);
		CHECK_EQ(got.used_at, KIT_NOW);
		CHECK_STR(got.used_from, CLIENT);
		/* Revoked between the answer and the transaction. */
		revoke(&t);
		CHECK_EQ(kit_settle(&factor_token, &kit.ann, &out),
			 STATUS_LOST);
		is(&s, FACTOR_SPENT, "revoked");
		out.result = FACTOR_SPENT;
		CHECK_EQ(kit_settle(&factor_token, &kit.ann, &out),
			 STATUS_DENIED);
	}
}

/* From where nobody can check: the source has a name of any length. */
static void
from(void)
{
	struct factor_outcome out;
	struct store_token t, got;
	struct fault f = { .text = "" };
	char name[STORE_TOKEN_FROM_SIZE + 1];
	SECRET(s);

	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	t = put((struct store_token){ .label = "far", .scopes = "login:*" },
		&s);
	out = check(&kit.ann, &s);
	kit.env.from = name;
	CHECK_EQ(kit_settle(&factor_token, &kit.ann, &out), STATUS_OK);
	kit.env.from = CLIENT;
	CHECK_OK(store_token_by_id(store, &t.id, &got, &f), &f);
	CHECK_STR(got.used_from, "name");
	revoke(&t);
}

static void
bounds(void)
{
	struct in6_addr other;
	struct store_token t;
	SECRET(s);

	t = put((struct store_token){ .label = "bound",
				      .scopes = "login:smtp,login:dovecot",
				      .sources =
					      "198.51.100.0/24,192.0.2.0/28",
				      .expires_at = KIT_NOW + 600 },
		&s);
	is(&s, FACTOR_RIGHT, NULL);
	kit.env.service = "sshd";
	is(&s, FACTOR_SPENT, "scope");
	kit.env.service = NULL;
	is(&s, FACTOR_SPENT, "scope");
	kit.env.service = "dovecot";
	CHECK(network_address_parse("192.0.2.16", &other));
	kit.env.address = &other;
	is(&s, FACTOR_SPENT, "source");
	kit.env.address = NULL;
	is(&s, FACTOR_SPENT, "source");
	kit.env.address = &client;
	kit.env.clock_behind = true;
	is(&s, FACTOR_UNTIMELY, "clock");
	kit.env.clock_behind = false;
	kit.env.now = KIT_NOW + 599;
	is(&s, FACTOR_RIGHT, NULL);
	CHECK(enrolled(&kit.ann));
	kit.env.now = KIT_NOW + 600;
	is(&s, FACTOR_SPENT, "expired");
	CHECK(!enrolled(&kit.ann));
	kit.env.now = KIT_NOW;
	revoke(&t);
	/* What never ends needs no clock. */
	t = put((struct store_token){ .label = "ever", .scopes = "login:*" },
		&s);
	kit.env.clock_behind = true;
	is(&s, FACTOR_RIGHT, NULL);
	kit.env.clock_behind = false;
	revoke(&t);
}

static void
join(const char *slug, bool expiry, int64_t max)
{
	struct store_org org = { .token_expiry = expiry,
				 .token_max = max,
				 .created_at = KIT_NOW,
				 .version = 1 };
	struct store_member m = { .account = kit.ann,
				  .role = STORE_ROLE_MEMBER };
	struct fault f = { .text = "" };
	STORE_TXN(txn);

	crypto_id(KIT_NOW + made++, &org.id);
	(void)text_copy(org.slug, sizeof(org.slug), slug);
	(void)text_copy(org.name, sizeof(org.name), slug);
	m.org = org.id;
	kit_need(store_begin(store, &txn, &f), &f);
	kit_need(store_org_insert(store, &org, KIT_NOW, &f), &f);
	kit_need(store_member_insert(store, &m, &f), &f);
	kit_need(store_commit(&txn, &f), &f);
}

/* The strictest of what her organizations want. */
static void
organizations(void)
{
	struct store_token t[3];
	SECRET(never);
	SECRET(late);
	SECRET(service);

	t[0] = put(
		(struct store_token){ .label = "never", .scopes = "login:*" },
		&never);
	t[1] = put((struct store_token){ .label = "late",
					 .scopes = "login:*",
					 .expires_at = KIT_NOW + 9000 },
		   &late);
	t[2] = put((struct store_token){ .kind = STORE_TOKEN_SERVICE,
					 .label = "service",
					 .scopes = "login:*" },
		   &service);
	join("acme", false, 500);
	join("mill", false, 0);
	join("bank", false, 800);
	kit.env.now = KIT_NOW + 499;
	is(&never, FACTOR_RIGHT, NULL);
	is(&late, FACTOR_RIGHT, NULL);
	/* It has an end by now. */
	kit.env.clock_behind = true;
	is(&never, FACTOR_UNTIMELY, "clock");
	kit.env.clock_behind = false;
	kit.env.now = KIT_NOW + 500;
	is(&never, FACTOR_SPENT, "expired");
	is(&late, FACTOR_SPENT, "expired");
	is(&service, FACTOR_RIGHT, NULL);
	kit.env.now = KIT_NOW;
	join("shop", true, 0);
	is(&never, FACTOR_SPENT, "policy");
	is(&late, FACTOR_RIGHT, NULL);
	is(&service, FACTOR_RIGHT, NULL);
	for (unsigned i = 0; i < 3; i++)
		revoke(&t[i]);
}

/* The prompt is that of the password. */
static void
prompts(void)
{
	const struct factor_whom whom = { .user = "ann", .host = "host" };
	struct prompt token, password;

	memset(&token, 0, sizeof(token));
	memset(&password, 0, sizeof(password));
	factor_get(POLICY_FACTOR_TOKEN)->offer(&whom, &token);
	factor_get(POLICY_FACTOR_PASSWORD)->offer(&whom, &password);
	CHECK_EQ(token.kind, password.kind);
	CHECK_EQ(token.purpose, password.purpose);
	CHECK_STR(token.text, password.text);
}

int
main(void)
{
	kit_start();
	store = kit.env.store;
	CHECK(network_address_parse("192.0.2.7", &client));
	kit.env.service = "dovecot";
	kit.env.address = &client;
	kit.env.from = CLIENT;
	shapes();
	slips();
	known();
	hashes();
	good();
	from();
	bounds();
	organizations();
	prompts();
	kit_end();
	return test_done();
}
