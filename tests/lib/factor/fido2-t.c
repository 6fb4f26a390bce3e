/* SPDX-License-Identifier: MIT */
#include "factor/fido2.h"

#include "kit.h"
#include "test.h"

static void
challenges(void)
{
	struct fido2_challenge c, again;
	uint8_t hash[32], other[32];
	unsigned same = 0;

	fido2_challenge_make("ann", "sudo", "host", KIT_NOW, &c);
	CHECK_STR(c.user, "ann");
	CHECK_STR(c.service, "sudo");
	CHECK_STR(c.host, "host");
	CHECK_EQ(c.made_at, KIT_NOW);
	CHECK_EQ(strlen(c.attempt.s), ID_LENGTH);
	fido2_challenge_hash(&c, hash);
	/* When it was made is not told to whoever answers. */
	again = c;
	again.made_at++;
	fido2_challenge_hash(&again, other);
	CHECK_EQ(memcmp(hash, other, sizeof(hash)), 0);
	/* Every other part counts, and where each ends. */
	for (int i = 0; i < 6; i++) {
		again = c;
		if (i == 0)
			again.random[31] ^= 1;
		else if (i == 1)
			again.user[2] = 'x';
		else if (i == 2)
			again.service[0] = 'S';
		else if (i == 3)
			again.host[0] = '\0';
		else if (i == 4)
			again.attempt.s[35] ^= 1;
		else
			memcpy(again.service, "nsudo", 6);
		if (i == 5)
			again.user[2] = '\0';
		fido2_challenge_hash(&again, other);
		same += memcmp(hash, other, sizeof(hash)) == 0;
	}
	CHECK_EQ(same, 0);
	fido2_challenge_make("ann", "sudo", "host", KIT_NOW, &again);
	CHECK(memcmp(again.random, c.random, sizeof(c.random)) != 0);
	CHECK(strcmp(again.attempt.s, c.attempt.s) != 0);
}

/* As a program in another language would compute it. */
static void
known(void)
{
	struct fido2_challenge c = { .user = "ann",
				     .service = "sudo",
				     .host = "h",
				     .attempt = { "0" } };
	static const uint8_t text[] = "\0\0\0\016sigra-assert-1"
				      "\0\0\0\040"
				      "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
				      "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
				      "\0\0\0\003ann\0\0\0\004sudo"
				      "\0\0\0\001h\0\0\0\001"
				      "0";
	uint8_t hash[32], expected[32];

	crypto_sha256(text, sizeof(text) - 1, expected);
	fido2_challenge_hash(&c, hash);
	CHECK_EQ(memcmp(hash, expected, sizeof(hash)), 0);
}

static struct store_key
put(const struct id *account, const char *label, uint8_t credential,
    int64_t count)
{
	struct store_key row = { .account = *account,
				 .rp = "example.org",
				 .credential = { credential },
				 .credential_len = 16,
				 .algorithm = -8,
				 .public_len = 32,
				 .sign_count = count };
	struct fault f = { .text = "" };
	STORE_TXN(txn);

	memcpy(row.label, label, strlen(label) + 1);
	kit_need(fido2_row_make(&kit.env, &row, &f), &f);
	kit_need(store_begin(kit.env.store, &txn, &f), &f);
	kit_need(store_key_insert(kit.env.store, &row, &f), &f);
	kit_need(store_commit(&txn, &f), &f);
	return row;
}

static void
state(const struct store_key *row, enum store_key_state to)
{
	struct fault f = { .text = "" };
	STORE_TXN(txn);

	kit_need(store_begin(kit.env.store, &txn, &f), &f);
	kit_need(store_key_state(kit.env.store, &row->id, to, &f), &f);
	kit_need(store_commit(&txn, &f), &f);
}

static bool
enrolled(const struct id *account)
{
	struct fault f = { .text = "" };
	bool out = false;

	CHECK_OK(factor_fido2.enrolled(&kit.env, account, &out, &f), &f);
	return out;
}

static struct store_key
get(const struct store_key *row)
{
	struct store_key out = { .sign_count = -1 };
	struct fault f = { .text = "" };

	kit_need(store_key_get(kit.env.store, &row->account, row->label, &out,
			       &f),
		 &f);
	/* What the store gives back is what was sealed. */
	CHECK_OK(fido2_row_check(&kit.env, &out, &f), &f);
	return out;
}

static enum status
settle(const struct store_key *row, int64_t at, bool back)
{
	const struct factor_outcome out = { .result = FACTOR_RIGHT,
					    .way = "fido2",
					    .row = row->id,
					    .at = at,
					    .went_back = back };

	return kit_settle(&factor_fido2, &row->account, &out);
}

static void
settled(void)
{
	struct store_key row = put(&kit.ann, "blue", 1, 5);
	struct store_key none = put(&kit.ann, "green", 2, 0);
	struct factor_outcome wrong = { .row = row.id, .at = 9 };

	CHECK_EQ(settle(&row, 6, false), STATUS_OK);
	CHECK_EQ(get(&row).sign_count, 6);
	CHECK_EQ(get(&row).used_at, KIT_NOW);
	/* Another login with it was first. */
	CHECK_EQ(settle(&row, 6, false), STATUS_LOST);
	CHECK_EQ(settle(&row, 2, false), STATUS_LOST);
	CHECK_EQ(get(&row).sign_count, 6);
	/* It went back, and policy lets it: the counter does not. */
	CHECK_EQ(settle(&row, 2, true), STATUS_OK);
	CHECK_EQ(get(&row).sign_count, 6);
	/* A key that does not count, again and again. */
	CHECK_EQ(settle(&none, 0, false), STATUS_OK);
	CHECK_EQ(settle(&none, 0, false), STATUS_OK);
	CHECK_EQ(settle(&none, 1, false), STATUS_OK);
	CHECK_EQ(settle(&none, 0, false), STATUS_LOST);
	/* Nothing that was not right is written. */
	CHECK_EQ(kit_settle(&factor_fido2, &kit.ann, &wrong), STATUS_DENIED);
	wrong.result = FACTOR_RIGHT;
	wrong.ssh = true;
	CHECK_EQ(kit_settle(&factor_fido2, &kit.ann, &wrong), STATUS_DENIED);
	CHECK_EQ(get(&row).sign_count, 6);
	/* Revoked since, whatever the counter says. */
	state(&row, STORE_KEY_REVOKED);
	CHECK_EQ(settle(&row, 100, false), STATUS_LOST);
	CHECK_EQ(settle(&row, 100, true), STATUS_LOST);
	CHECK_EQ(get(&row).sign_count, 6);
}

static void
enrolled_rows(void)
{
	struct store_key row;

	CHECK(!enrolled(&kit.ann) && !enrolled(&kit.bob));
	row = put(&kit.bob, "one", 9, 0);
	CHECK(!enrolled(&kit.ann) && enrolled(&kit.bob));
	/* An account that has lost its key to a copy still had one. */
	state(&row, STORE_KEY_REVOKED);
	CHECK(enrolled(&kit.bob));
}

int
main(void)
{
	kit_start();
	challenges();
	known();
	enrolled_rows();
	settled();
	CHECK_STR(factor_fido2.name, "fido2");
	kit_end();
	return test_done();
}
