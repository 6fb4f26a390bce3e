/* SPDX-License-Identifier: MIT */
/* Security keys: whose they are, how many, and what never goes back. */
#include "fixture.h"

#include <stdio.h>

static struct fault f;

static enum status
insert(struct store *s, const struct store_key *k)
{
	enum status st;

	ALONE(s, st, store_key_insert(s, k, &f));
	return st;
}

static enum status
used(struct store *s, unsigned n, int64_t count, bool anyhow)
{
	const struct id id = fixture_id(n);
	enum status st;

	ALONE(s, st, store_key_used(s, &id, count, anyhow, NOW + 1, &f));
	return st;
}

static enum status
state(struct store *s, unsigned n, enum store_key_state to)
{
	const struct id id = fixture_id(n);
	enum status st;

	ALONE(s, st, store_key_state(s, &id, to, &f));
	return st;
}

static enum status
rename_to(struct store *s, unsigned n, const char *label)
{
	const struct id id = fixture_id(n);
	enum status st;

	ALONE(s, st, store_key_rename(s, &id, label, &f));
	return st;
}

/* Account 1's key "keyN". */
static struct store_key
get(struct store *s, unsigned n)
{
	const struct id account = fixture_id(1);
	struct store_key k = { .sign_count = -1 };
	char label[STORE_LABEL_SIZE];

	(void)snprintf(label, sizeof(label), "key%u", n);
	CHECK_OK(store_key_get(s, &account, label, &k, &f), &f);
	return k;
}

static bool
collect(void *ctx, const struct store_key *k)
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

	CHECK_OK(store_key_list(s, &id, collect, text, &f), &f);
	CHECK_STR(text, expected);
}

static void
test_round_trip(struct store *s)
{
	struct store_key k = fixture_key(10), got;
	const struct id two = fixture_id(2);
	bool any = true;

	CHECK_OK(store_key_any(s, &any, &f), &f);
	CHECK(!any);
	memset(k.label, 'x', sizeof(k.label) - 1);
	memset(k.rp, 'r', sizeof(k.rp) - 1);
	memset(k.transports, 't', sizeof(k.transports) - 1);
	k.credential_len = sizeof(k.credential);
	k.credential[k.credential_len - 1] = 1;
	k.public_len = sizeof(k.public);
	k.algorithm = -257;
	k.flags = 15;
	k.state = STORE_KEY_REVOKED;
	k.sign_count = UINT32_MAX;
	k.sealed_len = sizeof(k.sealed);
	k.used_at = NOW + 3;
	CHECK_EQ(insert(s, &k), STATUS_OK);
	CHECK_OK(store_key_get(s, &k.account, k.label, &got, &f), &f);
	CHECK(memcmp(&k, &got, sizeof(k)) == 0);
	memset(&got, 0, sizeof(got));
	CHECK_OK(store_key_find(s, &k.account, k.credential, k.credential_len,
				&got, &f),
		 &f);
	CHECK(memcmp(&k, &got, sizeof(k)) == 0);
	/* Somebody else's is not there, under any name. */
	got.sign_count = 77;
	CHECK_EQ(store_key_get(s, &two, k.label, &got, &f), STATUS_NOT_FOUND);
	CHECK_EQ(store_key_find(s, &two, k.credential, k.credential_len, &got,
				&f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(store_key_find(s, &k.account, k.credential,
				k.credential_len - 1, &got, &f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(store_key_find(s, &k.account, NULL, 0, &got, &f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(store_key_get(s, &k.account, "x", &got, &f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(got.sign_count, 77);
	lists(s, 2, "");
	CHECK_OK(store_key_any(s, &any, &f), &f);
	CHECK(any);
}

static void
test_taken(struct store *s)
{
	struct store_key k = fixture_key(20);
	const struct id none = fixture_id(999);
	enum status st;

	CHECK_EQ(insert(s, &k), STATUS_OK);
	CHECK_EQ(insert(s, &k), STATUS_CONFLICT);
	/* One by one: the id, the label, the credential. */
	k = fixture_key(21);
	k.id = fixture_id(20);
	CHECK_EQ(insert(s, &k), STATUS_CONFLICT);
	k = fixture_key(21);
	(void)strcpy(k.label, "key20");
	CHECK_EQ(insert(s, &k), STATUS_CONFLICT);
	k.account = fixture_id(2); /* has a "key20", too */
	CHECK_EQ(insert(s, &k), STATUS_OK);
	/* A credential is one account's only. */
	k = fixture_key(22);
	memcpy(k.credential, fixture_key(20).credential, k.credential_len);
	CHECK_EQ(insert(s, &k), STATUS_CONFLICT);
	k.account = fixture_id(2);
	CHECK_EQ(insert(s, &k), STATUS_CONFLICT);
	k.credential_len--;
	CHECK_EQ(insert(s, &k), STATUS_OK);
	lists(s, 2, "key20 key22 ");
	CHECK_EQ(rename_to(s, 22, "key20"), STATUS_CONFLICT);
	CHECK_EQ(rename_to(s, 22, "key22"), STATUS_OK);
	CHECK_EQ(rename_to(s, 22, ""), STATUS_INVALID);
	CHECK_EQ(rename_to(s, 22, "a"), STATUS_OK);
	CHECK_EQ(rename_to(s, 999, "b"), STATUS_NOT_FOUND);
	lists(s, 2, "a key20 ");
	ALONE(s, st, store_key_delete(s, &none, &f));
	CHECK_EQ(st, STATUS_NOT_FOUND);
	ALONE(s, st, store_key_delete(s, &k.id, &f));
	CHECK_EQ(st, STATUS_OK);
	lists(s, 2, "key20 ");
	CHECK_EQ(store_key_delete(s, &none, &f), STATUS_CONFLICT);
	CHECK_EQ(store_key_insert(s, &k, &f), STATUS_CONFLICT);
}

/* A label is one thing's only, whatever it is; both ways and all three. */
static void
test_labels(struct store *s)
{
	struct store_otp d = fixture_otp(30, STORE_TOTP);
	struct store_key k = fixture_key(31);
	struct store_ssh_key h = fixture_ssh_key(32);
	const char *const all[] = { "label30", "key31", "ssh32" };
	enum status st;

	d.account = k.account = h.account = fixture_id(3);
	ALONE(s, st, store_otp_insert(s, &d, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_EQ(insert(s, &k), STATUS_OK);
	ALONE(s, st, store_ssh_key_insert(s, &h, &f));
	CHECK_EQ(st, STATUS_OK);
	for (size_t i = 0; i < 3; i++) {
		struct store_otp d2 = fixture_otp(33, STORE_HOTP);
		struct store_key k2 = fixture_key(34);
		struct store_ssh_key h2 = fixture_ssh_key(35);

		d2.account = k2.account = h2.account = fixture_id(3);
		(void)strcpy(d2.label, all[i]);
		(void)strcpy(k2.label, all[i]);
		(void)strcpy(h2.label, all[i]);
		ALONE(s, st, store_otp_insert(s, &d2, &f));
		CHECK_EQ(st, STATUS_CONFLICT);
		CHECK_EQ(insert(s, &k2), STATUS_CONFLICT);
		ALONE(s, st, store_ssh_key_insert(s, &h2, &f));
		CHECK_EQ(st, STATUS_CONFLICT);
		ALONE(s, st, store_otp_rename(s, &d.id, all[i], &f));
		CHECK_EQ(st, i == 0 ? STATUS_OK : STATUS_CONFLICT);
		CHECK_EQ(rename_to(s, 31, all[i]),
			 i == 1 ? STATUS_OK : STATUS_CONFLICT);
		ALONE(s, st, store_ssh_key_rename(s, &h.id, all[i], &f));
		CHECK_EQ(st, i == 2 ? STATUS_OK : STATUS_CONFLICT);
	}
	/* Somebody else may have them all. */
	k = fixture_key(36);
	k.account = fixture_id(2);
	(void)strcpy(k.label, "label30");
	CHECK_EQ(insert(s, &k), STATUS_OK);
}

static void
test_form(struct store *s)
{
	struct store_key wrong[17];
	size_t n = sizeof(wrong) / sizeof(wrong[0]);

	for (size_t i = 0; i < n; i++)
		wrong[i] = fixture_key(40);
	wrong[0].algorithm = 0;
	wrong[1].algorithm = -9;
	wrong[2].algorithm = -258;
	wrong[3].flags = 16;
	wrong[4].state = (enum store_key_state)0;
	wrong[5].state = (enum store_key_state)3;
	wrong[6].sign_count = -1;
	wrong[7].sign_count = INT64_C(4294967296);
	wrong[8].sealed_len = 0;
	wrong[9].label[0] = '\0';
	wrong[10].rp[0] = '\0';
	wrong[11].credential_len = 0;
	wrong[12].public_len = 0;
	wrong[13].sealed_len = STORE_SEALED_SIZE + 1;
	wrong[14].credential_len = STORE_CREDENTIAL_MAX + 1;
	wrong[15].public_len = STORE_PUBLIC_MAX + 1;
	wrong[16].id.s[35] = '\0';
	for (size_t i = 0; i < n; i++)
		CHECK_EQ(insert(s, &wrong[i]), STATUS_INVALID);
	wrong[0] = fixture_key(40);
	wrong[0].account = fixture_id(999);
	CHECK_EQ(insert(s, &wrong[0]), STATUS_NOT_FOUND);
}

/* The counter: up, or none at all. */
static void
test_used(struct store *s)
{
	struct store_key k = fixture_key(50);

	CHECK_EQ(used(s, 50, 101, false), STATUS_LOST); /* there is none */
	CHECK_EQ(used(s, 50, 101, true), STATUS_LOST);
	CHECK_EQ(insert(s, &k), STATUS_OK);
	CHECK_EQ(store_key_used(s, &k.id, 101, false, NOW, &f),
		 STATUS_CONFLICT);
	CHECK_EQ(used(s, 50, 99, false), STATUS_LOST);
	CHECK_EQ(used(s, 50, 100, false), STATUS_LOST);
	CHECK_EQ(used(s, 50, 0, false), STATUS_LOST);
	CHECK_EQ(used(s, 50, -1, false), STATUS_LOST);
	CHECK_EQ(get(s, 50).used_at, 0);
	CHECK_EQ(used(s, 50, 101, false), STATUS_OK);
	CHECK_EQ(get(s, 50).sign_count, 101);
	CHECK_EQ(get(s, 50).used_at, NOW + 1);
	/* Anyhow: it is used, and the counter as far as it ever was. */
	CHECK_EQ(used(s, 50, 5, true), STATUS_OK);
	CHECK_EQ(get(s, 50).sign_count, 101);
	CHECK_EQ(used(s, 50, -1, true), STATUS_OK);
	CHECK_EQ(get(s, 50).sign_count, 101);
	CHECK_EQ(used(s, 50, 103, true), STATUS_OK);
	CHECK_EQ(get(s, 50).sign_count, 103);
	CHECK_EQ(used(s, 50, UINT32_MAX, false), STATUS_OK);
	CHECK_EQ(used(s, 50, INT64_C(4294967296), false), STATUS_INVALID);
	CHECK_EQ(get(s, 50).sign_count, UINT32_MAX);
	k = fixture_key(51);
	k.sign_count = 0;
	CHECK_EQ(insert(s, &k), STATUS_OK);
	CHECK_EQ(used(s, 51, 0, false), STATUS_OK);
	CHECK_EQ(used(s, 51, 0, false), STATUS_OK);
	CHECK_EQ(used(s, 51, 1, false), STATUS_OK);
	CHECK_EQ(used(s, 51, 0, false), STATUS_LOST);
}

static void
test_revoked(struct store *s)
{
	struct store_key k = fixture_key(60);
	enum status st;

	CHECK_EQ(state(s, 60, STORE_KEY_REVOKED), STATUS_NOT_FOUND);
	CHECK_EQ(insert(s, &k), STATUS_OK);
	CHECK_EQ(state(s, 60, (enum store_key_state)3), STATUS_INVALID);
	CHECK_EQ(state(s, 60, STORE_KEY_ACTIVE), STATUS_OK);
	CHECK_EQ(state(s, 60, STORE_KEY_REVOKED), STATUS_OK);
	CHECK_EQ(state(s, 60, STORE_KEY_REVOKED), STATUS_OK);
	CHECK_EQ(get(s, 60).state, STORE_KEY_REVOKED);
	/* For good; it is listed, and of no use. */
	CHECK_EQ(state(s, 60, STORE_KEY_ACTIVE), STATUS_CONFLICT);
	CHECK_EQ(get(s, 60).state, STORE_KEY_REVOKED);
	CHECK_EQ(used(s, 60, 101, false), STATUS_LOST);
	CHECK_EQ(used(s, 60, 101, true), STATUS_LOST);
	CHECK_EQ(get(s, 60).sign_count, 100);
	CHECK_EQ(rename_to(s, 60, "was60"), STATUS_OK);
	ALONE(s, st, store_key_delete(s, &k.id, &f));
	CHECK_EQ(st, STATUS_OK);
	/* It can be enrolled anew, as another key. */
	k.id = fixture_id(61);
	CHECK_EQ(insert(s, &k), STATUS_OK);
}

/* Undone with its transaction: a login that is not granted counts nothing. */
static void
test_rollback(struct store *s)
{
	struct store_key k = fixture_key(70);

	CHECK_EQ(insert(s, &k), STATUS_OK);
	{
		STORE_TXN(t);

		CHECK_OK(store_begin(s, &t, &f), &f);
		CHECK_OK(store_key_used(s, &k.id, 200, false, NOW, &f), &f);
	}
	CHECK_EQ(get(s, 70).sign_count, 100);
	CHECK_EQ(used(s, 70, 101, false), STATUS_OK);
}

/* Ten of each kind, also when the last two come in one transaction. */
static void
test_most(struct store *s)
{
	struct store_ssh_key h = fixture_ssh_key(120);
	struct store_key k;
	enum status st;

	for (unsigned n = 0; n < STORE_KEYS_MAX - 1; n++) {
		k = fixture_key(100 + n);
		k.account = fixture_id(4);
		if (n == 0)
			k.state = STORE_KEY_REVOKED;
		CHECK_EQ(insert(s, &k), STATUS_OK);
	}
	{
		STORE_TXN(t);

		CHECK_OK(store_begin(s, &t, &f), &f);
		k = fixture_key(109);
		k.account = fixture_id(4);
		CHECK_OK(store_key_insert(s, &k, &f), &f);
		k = fixture_key(110);
		k.account = fixture_id(4);
		CHECK_EQ(store_key_insert(s, &k, &f), STATUS_REFUSED);
		CHECK_OK(store_commit(&t, &f), &f);
	}
	CHECK_EQ(insert(s, &k), STATUS_REFUSED);
	lists(s, 4,
	      "key100 key101 key102 key103 key104 key105 key106 key107 "
	      "key108 key109 ");
	/* Of another kind there may be some still. */
	h.account = fixture_id(4);
	ALONE(s, st, store_ssh_key_insert(s, &h, &f));
	CHECK_EQ(st, STATUS_OK);
	ALONE(s, st, store_key_delete_all(s, &k.account, &f));
	CHECK_EQ(st, STATUS_OK);
	lists(s, 4, "");
	CHECK_EQ(store_ssh_key_get(s, &h.account, h.label, &h, &f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(get(s, 20).sign_count, 100);
	CHECK_EQ(insert(s, &k), STATUS_OK);
	CHECK_EQ(store_key_delete_all(s, &k.account, &f), STATUS_CONFLICT);
}

int
main(void)
{
	struct store *s = fixture_store("key");

	for (unsigned n = 1; n <= 4; n++)
		fixture_add_account(s, n);
	test_round_trip(s);
	test_taken(s);
	test_labels(s);
	test_form(s);
	test_used(s);
	test_revoked(s);
	test_rollback(s);
	test_most(s);
	store_close(s);
	return test_done();
}
