/* SPDX-License-Identifier: MIT */
/* Rows of SSH keys, whose they are, and the two factors that they prove. */
#include "factor/sshkey.h"

#include <stdio.h>

#include "kit.h"
#include "sshkey_samples.h"
#include "store/sealed.h"
#include "test.h"

static struct sshkey
key_of(const char *text)
{
	struct sshkey key = { .blob_len = 0 };
	struct fault f = { .text = "" };

	kit_need(sshkey_line_parse(text, strlen(text), &key, NULL, 0, &f), &f);
	return key;
}

static struct store_ssh_key
row_of(const struct id *account, const char *label, const struct sshkey *key)
{
	struct store_ssh_key row = { .account = *account,
				     .blob_len = key->blob_len };

	(void)snprintf(row.label, sizeof(row.label), "%s", label);
	memcpy(row.type, key->type, sizeof(row.type));
	memcpy(row.blob, key->blob, key->blob_len);
	return row;
}

static void
put(const struct store_ssh_key *row)
{
	struct fault f = { .text = "" };
	STORE_TXN(txn);

	kit_need(store_begin(kit.env.store, &txn, &f), &f);
	kit_need(store_ssh_key_insert(kit.env.store, row, &f), &f);
	kit_need(store_commit(&txn, &f), &f);
}

static void
drop(const struct store_ssh_key *row)
{
	struct fault f = { .text = "" };
	STORE_TXN(txn);

	kit_need(store_begin(kit.env.store, &txn, &f), &f);
	kit_need(store_ssh_key_delete(kit.env.store, &row->id, &f), &f);
	kit_need(store_commit(&txn, &f), &f);
}

static struct store_ssh_key
made(const struct id *account, const char *label, const struct sshkey *key,
     bool authority)
{
	struct store_ssh_key row = row_of(account, label, key);
	struct fault f = { .text = "" };

	row.authority = authority;
	kit_need(sshkey_row_make(&kit.env, &row, &f), &f);
	return row;
}

static void
spoiled(const struct store_ssh_key *row)
{
	struct fault f = { .text = "" };

	CHECK_EQ(sshkey_row_check(&kit.env, row, &f), STATUS_CORRUPT);
}

static void
rows(void)
{
	struct sshkey key = key_of(sample_rsa);
	struct store_ssh_key row = made(&kit.ann, "a", &key, false), bad;
	struct fault f = { .text = "" };

	CHECK_EQ(strlen(row.id.s), ID_LENGTH);
	CHECK_EQ(row.created_at, KIT_NOW);
	CHECK_OK(sshkey_row_check(&kit.env, &row, &f), &f);
	bad = row;
	bad.label[0] = 'b';
	bad.sign_count = 3;
	bad.used_at = 4;
	CHECK_OK(sshkey_row_check(&kit.env, &bad, &f), &f);
	bad = row;
	bad.account = kit.bob;
	spoiled(&bad);
	bad = row;
	bad.authority = true;
	spoiled(&bad);
	bad = row;
	bad.blob[40] ^= 1;
	spoiled(&bad);
	bad = row;
	bad.blob_len--;
	spoiled(&bad);
	bad = row;
	bad.type[0] = 'S';
	spoiled(&bad);
	bad = row;
	bad.created_at--;
	spoiled(&bad);
	bad = row;
	bad.id = kit.ann;
	spoiled(&bad);
	bad = row;
	bad.blob_len = STORE_SSH_BLOB_MAX + 1;
	spoiled(&bad);
	/* No rows are made of what is no plain key. */
	key = key_of(sample_user_cert);
	bad = row_of(&kit.ann, "c", &key);
	CHECK_EQ(sshkey_row_make(&kit.env, &bad, &f), STATUS_INVALID);
	CHECK(strstr(f.text, "authority") != NULL);
	CHECK(bad.id.s[0] == '\0' && bad.sealed_len == 0);
	bad = row;
	bad.type[0] = 'S';
	CHECK_EQ(sshkey_row_make(&kit.env, &bad, &f), STATUS_INVALID);
	bad = row;
	bad.blob_len--;
	CHECK_EQ(sshkey_row_make(&kit.env, &bad, &f), STATUS_INVALID);
	CHECK_STR(store_sealed_name(STORE_SEALED_SSH_KEY), "ssh_key.sealed");
}

static bool
found(const struct id *account, const char *user, const char *text,
      struct store_ssh_key *row)
{
	struct sshkey key = key_of(text);
	struct fault f = { .text = "" };
	bool out = false;

	CHECK_OK(sshkey_enrolled(&kit.env, account, user, &key, &out, row, &f),
		 &f);
	return out;
}

/* A row that somebody wrote is nobody's key. */
static void
corrupt(const char *text)
{
	struct sshkey key = key_of(text);
	struct fault f = { .text = "" };
	struct store_ssh_key row;
	bool out = false;

	CHECK_EQ(sshkey_enrolled(&kit.env, &kit.ann, "ann", &key, &out, &row,
				 &f),
		 STATUS_CORRUPT);
	CHECK(!out);
}

static void
keys(void)
{
	struct sshkey key = key_of(sample_ed25519), other;
	struct store_ssh_key row = made(&kit.ann, "mine", &key, false), got;

	CHECK(!found(&kit.ann, "ann", sample_ed25519, &got));
	put(&row);
	got.id.s[0] = '\0';
	CHECK(found(&kit.ann, "ann", sample_ed25519, &got));
	CHECK_STR(got.id.s, row.id.s);
	CHECK(!found(&kit.bob, "bobs.account", sample_ed25519, &got));
	CHECK(!found(&kit.ann, "ann", sample_ec256, &got));
	/* Her own key signs no certificates, nor does one prove the key. */
	CHECK(!found(&kit.ann, "ann", sample_user_cert, &got));
	drop(&row);
	row.sealed[30] ^= 1;
	put(&row);
	corrupt(sample_ed25519);
	other = key_of(sample_ec256);
	got = made(&kit.ann, "other", &other, false);
	put(&got);
	CHECK(found(&kit.ann, "ann", sample_ec256, &got));
	drop(&got);
	drop(&row);
}

static void
authorities(void)
{
	struct sshkey key = key_of(sample_authority);
	struct store_ssh_key row = made(&kit.ann, "ca", &key, true), got;
	const int64_t now = kit.env.now;

	put(&row);
	CHECK(found(&kit.ann, "ann", sample_user_cert, &got));
	CHECK_STR(got.id.s, row.id.s);
	CHECK(got.authority);
	CHECK(found(&kit.ann, "bob", sample_user_cert, &got));
	CHECK(!found(&kit.ann, "root", sample_user_cert, &got));
	CHECK(!found(&kit.ann, "an", sample_user_cert, &got));
	CHECK(!found(&kit.ann, "", sample_user_cert, &got));
	CHECK(!found(&kit.bob, "bob", sample_user_cert, &got));
	CHECK(!found(&kit.ann, "ann", sample_host_cert, &got));
	CHECK(!found(&kit.ann, "ann", sample_any_cert, &got));
	CHECK(found(&kit.ann, "ann", sample_force_cert, &got));
	CHECK(found(&kit.ann, "ann", sample_ec256_cert, &got));
	CHECK(!found(&kit.ann, "ann", sample_ec521_cert, &got));
	CHECK(found(&kit.ann, "16", sample_p16_cert, &got));
	/* An authority is no key to log in with. */
	CHECK(!found(&kit.ann, "ann", sample_authority, &got));
	/* Its time: from the first second until before the last. */
	kit.env.now = 1577836799;
	CHECK(!found(&kit.ann, "ann", sample_user_cert, &got));
	kit.env.now = 1577836800;
	CHECK(found(&kit.ann, "ann", sample_user_cert, &got));
	kit.env.now = 1893455999;
	CHECK(found(&kit.ann, "ann", sample_user_cert, &got));
	kit.env.now = 1893456000;
	CHECK(!found(&kit.ann, "ann", sample_user_cert, &got));
	kit.env.now = now;
	kit.env.clock_behind = true;
	CHECK(!found(&kit.ann, "ann", sample_user_cert, &got));
	kit.env.clock_behind = false;
	drop(&row);
	/* A plain key's row that was made an authority, and the other way. */
	row.authority = false;
	put(&row);
	corrupt(sample_user_cert);
	corrupt(sample_authority);
	drop(&row);
	row = made(&kit.ann, "ca", &key, false);
	put(&row);
	CHECK(!found(&kit.ann, "ann", sample_user_cert, &got));
	CHECK(found(&kit.ann, "ann", sample_authority, &got));
	drop(&row);
}

static struct sshkey
security_key(void)
{
	static const char text[] = "\0\0\0\032sk-ssh-ed25519@openssh.com"
				   "\0\0\0\040abcdefghijklmnop"
				   "abcdefghijklmnop\0\0\0\004ssh:";
	struct sshkey key;
	struct fault f = { .text = "" };

	kit_need(sshkey_blob_parse((const uint8_t *)text, sizeof(text) - 1,
				   NULL, &key, &f),
		 &f);
	return key;
}

static void
enrolled(const char *note, bool plain, bool sk)
{
	struct fault f = { .text = "" };
	bool a = !plain, b = !sk, c = true;

	test_note("%s", note);
	CHECK_OK(factor_ssh_key.enrolled(&kit.env, &kit.ann, &a, &f), &f);
	CHECK_OK(factor_ssh_sk.enrolled(&kit.env, &kit.ann, &b, &f), &f);
	CHECK_EQ(a, plain);
	CHECK_EQ(b, sk);
	CHECK_OK(factor_ssh_key.enrolled(&kit.env, &kit.bob, &c, &f), &f);
	CHECK(!c);
}

static void
factors(void)
{
	struct sshkey plain = key_of(sample_ed25519), sk = security_key();
	struct sshkey authority = key_of(sample_authority);
	struct store_ssh_key row;

	enrolled("nothing", false, false);
	row = made(&kit.ann, "plain", &plain, false);
	put(&row);
	enrolled("a plain key", true, false);
	drop(&row);
	row = made(&kit.ann, "sk", &sk, false);
	put(&row);
	enrolled("one of a security key", true, true);
	drop(&row);
	row = made(&kit.ann, "ca", &authority, true);
	put(&row);
	enrolled("an authority", true, true);
	drop(&row);
}

static enum status
settle(const struct factor *factor, const struct store_ssh_key *row,
       int64_t at, bool back)
{
	const struct factor_outcome out = { .result = FACTOR_RIGHT,
					    .row = row->id,
					    .at = at,
					    .ssh = true,
					    .went_back = back };

	return kit_settle(factor, &row->account, &out);
}

static int64_t
count(const struct store_ssh_key *row, int64_t *used)
{
	struct store_ssh_key got = { .sign_count = -1 };
	struct fault f = { .text = "" };

	kit_need(store_ssh_key_get(kit.env.store, &row->account, row->label,
				   &got, &f),
		 &f);
	*used = got.used_at;
	return got.sign_count;
}

static void
settled(const struct factor *factor)
{
	struct sshkey sk = security_key();
	struct store_ssh_key row = made(&kit.ann, "sk", &sk, false);
	struct factor_outcome wrong = { .row = row.id, .ssh = true };
	int64_t used = 0;

	put(&row);
	/* sshd says no counter. */
	CHECK_EQ(settle(factor, &row, -1, false), STATUS_OK);
	CHECK_EQ(count(&row, &used), 0);
	CHECK_EQ(used, KIT_NOW);
	CHECK_EQ(settle(factor, &row, 5, false), STATUS_OK);
	CHECK_EQ(count(&row, &used), 5);
	CHECK_EQ(settle(factor, &row, 5, false), STATUS_LOST);
	CHECK_EQ(settle(factor, &row, -1, false), STATUS_OK);
	CHECK_EQ(settle(factor, &row, 4, true), STATUS_OK);
	CHECK_EQ(count(&row, &used), 5);
	CHECK_EQ(kit_settle(factor, &kit.ann, &wrong), STATUS_DENIED);
	wrong.result = FACTOR_RIGHT;
	wrong.ssh = false;
	CHECK_EQ(kit_settle(factor, &kit.ann, &wrong), STATUS_DENIED);
	drop(&row);
	CHECK_EQ(settle(factor, &row, 6, false), STATUS_LOST);
	CHECK_EQ(settle(factor, &row, -1, false), STATUS_LOST);
}

int
main(void)
{
	kit_start();
	rows();
	keys();
	authorities();
	factors();
	settled(&factor_ssh_key);
	settled(&factor_ssh_sk);
	kit_end();
	return test_done();
}
