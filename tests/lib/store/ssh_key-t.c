/* SPDX-License-Identifier: MIT */
/* SSH keys: whose they are, how many, and counters that only go up. */
#include "fixture.h"

#include <stdio.h>

static struct fault f;

static enum status
insert(struct store *s, const struct store_ssh_key *k)
{
	enum status st;

	ALONE(s, st, store_ssh_key_insert(s, k, &f));
	return st;
}

static enum status
used(struct store *s, unsigned n, int64_t count, bool anyhow)
{
	const struct id id = fixture_id(n);
	enum status st;

	ALONE(s, st, store_ssh_key_used(s, &id, count, anyhow, NOW + 1, &f));
	return st;
}

static enum status
rename_to(struct store *s, unsigned n, const char *label)
{
	const struct id id = fixture_id(n);
	enum status st;

	ALONE(s, st, store_ssh_key_rename(s, &id, label, &f));
	return st;
}

/* Account 1's key "sshN". */
static struct store_ssh_key
get(struct store *s, unsigned n)
{
	const struct id account = fixture_id(1);
	struct store_ssh_key k = { .sign_count = -1 };
	char label[STORE_LABEL_SIZE];

	(void)snprintf(label, sizeof(label), "ssh%u", n);
	CHECK_OK(store_ssh_key_get(s, &account, label, &k, &f), &f);
	return k;
}

static bool
collect(void *ctx, const struct store_ssh_key *k)
{
	(void)strcat(ctx, k->label);
	(void)strcat(ctx, " ");
	return strcmp(k->label, "stop") != 0;
}

static void
lists(struct store *s, unsigned account, const char *expected)
{
	const struct id id = fixture_id(account);
	char text[1024] = "";

	CHECK_OK(store_ssh_key_list(s, &id, collect, text, &f), &f);
	CHECK_STR(text, expected);
}

static void
test_round_trip(struct store *s)
{
	struct store_ssh_key k = fixture_ssh_key(10), got;
	const struct id two = fixture_id(2);

	memset(k.label, 'x', sizeof(k.label) - 1);
	memset(k.type, 't', sizeof(k.type) - 1);
	k.blob_len = sizeof(k.blob);
	k.blob[k.blob_len - 1] = 1;
	k.authority = true;
	k.sign_count = UINT32_MAX;
	k.sealed_len = sizeof(k.sealed);
	k.used_at = NOW + 3;
	CHECK_EQ(insert(s, &k), STATUS_OK);
	CHECK_OK(store_ssh_key_get(s, &k.account, k.label, &got, &f), &f);
	CHECK(memcmp(&k, &got, sizeof(k)) == 0);
	memset(&got, 0, sizeof(got));
	CHECK_OK(store_ssh_key_find(s, &k.account, k.blob, k.blob_len, &got,
				    &f),
		 &f);
	CHECK(memcmp(&k, &got, sizeof(k)) == 0);
	/* Somebody else's is not there, under any name. */
	got.sign_count = 77;
	CHECK_EQ(store_ssh_key_get(s, &two, k.label, &got, &f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(store_ssh_key_find(s, &two, k.blob, k.blob_len, &got, &f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(store_ssh_key_find(s, &k.account, k.blob, k.blob_len - 1,
				    &got, &f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(got.sign_count, 77);
	lists(s, 2, "");
}

static void
test_taken(struct store *s)
{
	struct store_ssh_key k = fixture_ssh_key(20);
	const struct id none = fixture_id(999);
	enum status st;

	CHECK_EQ(insert(s, &k), STATUS_OK);
	CHECK_EQ(insert(s, &k), STATUS_CONFLICT);
	/* One by one: the id, the label, the blob. */
	k = fixture_ssh_key(21);
	k.id = fixture_id(20);
	CHECK_EQ(insert(s, &k), STATUS_CONFLICT);
	k = fixture_ssh_key(21);
	(void)strcpy(k.label, "ssh20");
	CHECK_EQ(insert(s, &k), STATUS_CONFLICT);
	k = fixture_ssh_key(21);
	memcpy(k.blob, fixture_ssh_key(20).blob, k.blob_len);
	CHECK_EQ(insert(s, &k), STATUS_CONFLICT);
	/* One person's two accounts may have one key. */
	k.account = fixture_id(2);
	CHECK_EQ(insert(s, &k), STATUS_OK);
	k = fixture_ssh_key(22);
	k.account = fixture_id(2);
	CHECK_EQ(insert(s, &k), STATUS_OK);
	lists(s, 2, "ssh21 ssh22 ");
	CHECK_EQ(rename_to(s, 22, "ssh21"), STATUS_CONFLICT);
	CHECK_EQ(rename_to(s, 22, "ssh22"), STATUS_OK);
	CHECK_EQ(rename_to(s, 22, ""), STATUS_INVALID);
	CHECK_EQ(rename_to(s, 22, "a"), STATUS_OK);
	CHECK_EQ(rename_to(s, 999, "b"), STATUS_NOT_FOUND);
	lists(s, 2, "a ssh21 ");
	ALONE(s, st, store_ssh_key_delete(s, &none, &f));
	CHECK_EQ(st, STATUS_NOT_FOUND);
	ALONE(s, st, store_ssh_key_delete(s, &k.id, &f));
	CHECK_EQ(st, STATUS_OK);
	lists(s, 2, "ssh21 ");
	CHECK_EQ(store_ssh_key_insert(s, &k, &f), STATUS_CONFLICT);
}

static void
test_form(struct store *s)
{
	struct store_ssh_key wrong[9];
	size_t n = sizeof(wrong) / sizeof(wrong[0]);

	for (size_t i = 0; i < n; i++)
		wrong[i] = fixture_ssh_key(30);
	wrong[0].type[0] = '\0';
	wrong[1].blob_len = 0;
	wrong[2].blob_len = STORE_SSH_BLOB_MAX + 1;
	wrong[3].sign_count = -1;
	wrong[4].sign_count = INT64_C(4294967296);
	wrong[5].sealed_len = 0;
	wrong[6].sealed_len = STORE_SEALED_SIZE + 1;
	wrong[7].label[0] = '\0';
	wrong[8].id.s[35] = '\0';
	for (size_t i = 0; i < n; i++)
		CHECK_EQ(insert(s, &wrong[i]), STATUS_INVALID);
	wrong[0] = fixture_ssh_key(30);
	wrong[0].account = fixture_id(999);
	CHECK_EQ(insert(s, &wrong[0]), STATUS_NOT_FOUND);
}

static void
test_used(struct store *s)
{
	struct store_ssh_key k = fixture_ssh_key(40);

	CHECK_EQ(used(s, 40, 101, false), STATUS_LOST); /* there is none */
	CHECK_EQ(insert(s, &k), STATUS_OK);
	CHECK_EQ(store_ssh_key_used(s, &k.id, 101, false, NOW, &f),
		 STATUS_CONFLICT);
	CHECK_EQ(used(s, 40, 100, false), STATUS_LOST);
	CHECK_EQ(used(s, 40, 0, false), STATUS_LOST);
	CHECK_EQ(get(s, 40).used_at, 0);
	CHECK_EQ(used(s, 40, 101, false), STATUS_OK);
	CHECK_EQ(get(s, 40).sign_count, 101);
	CHECK_EQ(get(s, 40).used_at, NOW + 1);
	/* As sshd shows it, there is no counter. */
	CHECK_EQ(used(s, 40, -1, true), STATUS_OK);
	CHECK_EQ(get(s, 40).sign_count, 101);
	CHECK_EQ(used(s, 40, 102, true), STATUS_OK);
	CHECK_EQ(get(s, 40).sign_count, 102);
	k = fixture_ssh_key(41);
	k.sign_count = 0;
	CHECK_EQ(insert(s, &k), STATUS_OK);
	CHECK_EQ(used(s, 41, 0, false), STATUS_OK);
	CHECK_EQ(used(s, 41, 7, false), STATUS_OK);
	CHECK_EQ(used(s, 41, 0, false), STATUS_LOST);
}

/* Ten, also when the last two come in one transaction. */
static void
test_most(struct store *s)
{
	struct store_ssh_key k;
	enum status st;

	for (unsigned n = 0; n < STORE_KEYS_MAX - 1; n++) {
		k = fixture_ssh_key(100 + n);
		k.account = fixture_id(3);
		CHECK_EQ(insert(s, &k), STATUS_OK);
	}
	{
		STORE_TXN(t);

		CHECK_OK(store_begin(s, &t, &f), &f);
		k = fixture_ssh_key(109);
		k.account = fixture_id(3);
		CHECK_OK(store_ssh_key_insert(s, &k, &f), &f);
		k = fixture_ssh_key(110);
		k.account = fixture_id(3);
		CHECK_EQ(store_ssh_key_insert(s, &k, &f), STATUS_REFUSED);
		CHECK_OK(store_commit(&t, &f), &f);
	}
	CHECK_EQ(insert(s, &k), STATUS_REFUSED);
	lists(s, 3,
	      "ssh100 ssh101 ssh102 ssh103 ssh104 ssh105 ssh106 ssh107 "
	      "ssh108 ssh109 ");
	ALONE(s, st, store_key_delete_all(s, &k.account, &f));
	CHECK_EQ(st, STATUS_OK);
	lists(s, 3, "");
	CHECK_EQ(get(s, 20).sign_count, 100);
}

/* What an agent signs with is checked by what checks a security key. */
static void
test_any(struct store *s)
{
	struct store_ssh_key k = fixture_ssh_key(200);
	enum status st;
	bool any = true;

	k.account = fixture_id(3);
	(void)strcpy(k.type, "ssh-ed25519");
	CHECK_EQ(insert(s, &k), STATUS_OK);
	CHECK_OK(store_key_any(s, &any, &f), &f);
	CHECK(!any);
	k = fixture_ssh_key(201);
	k.account = fixture_id(3);
	(void)strcpy(k.type, "sk-ssh-ed25519@openssh.com");
	CHECK_EQ(insert(s, &k), STATUS_OK);
	CHECK_OK(store_key_any(s, &any, &f), &f);
	CHECK(any);
	ALONE(s, st, store_key_delete_all(s, &k.account, &f));
	CHECK_EQ(st, STATUS_OK);
}

int
main(void)
{
	struct store *s = fixture_store("ssh_key");

	for (unsigned n = 1; n <= 3; n++)
		fixture_add_account(s, n);
	test_any(s);
	test_round_trip(s);
	test_taken(s);
	test_form(s);
	test_used(s);
	test_most(s);
	store_close(s);
	return test_done();
}
