/* SPDX-License-Identifier: MIT */
#include "audit/audit.h"

#include <stdio.h>
#include <unistd.h>

#include "test.h"

#define NOW 1700000000

static struct store *store;
static struct fault f;

static void
account_make(const char *name, struct id *id)
{
	struct store_account a = { .kind = STORE_PERSON,
				   .state = STORE_ACTIVE,
				   .strategy = STORE_SOFT,
				   .created_at = NOW,
				   .updated_at = NOW,
				   .epoch = 1,
				   .version = 1 };
	STORE_TXN(t);

	crypto_id(NOW, &a.id);
	(void)snprintf(a.name, sizeof(a.name), "%s", name);
	CHECK_OK(store_begin(store, &t, &f), &f);
	CHECK_OK(store_account_insert(store, &a, &f), &f);
	CHECK_OK(store_commit(&t, &f), &f);
	*id = a.id;
}

static void
put(const struct crypto_keys *k, const struct id *id,
    const struct audit_person *p)
{
	STORE_TXN(t);

	CHECK_OK(store_begin(store, &t, &f), &f);
	CHECK_OK(audit_person_put(store, k, id, p, &f), &f);
	CHECK_OK(store_commit(&t, &f), &f);
}

static void
test_round(const struct crypto_keys *k, const struct id *ann,
	   const struct id *bob)
{
	struct audit_person full,
		p = { .name = "ann", .email = "ann@example.org" };
	uint8_t sealed[STORE_PERSON_SIZE];
	size_t len = 0;

	CHECK_EQ(audit_person_get(store, k, ann, &full, &f), STATUS_NOT_FOUND);
	CHECK_EQ(audit_person_put(store, k, ann, &p, &f), STATUS_CONFLICT);
	put(k, ann, &p);
	memset(&full, 0x5a, sizeof(full));
	CHECK_OK(audit_person_get(store, k, ann, &full, &f), &f);
	CHECK(memcmp(&full, &p, sizeof(p)) == 0);
	CHECK_OK(
		store_person_get(store, ann, sealed, sizeof(sealed), &len, &f),
		&f);
	CHECK(memmem(sealed, len, "ann", 3) == NULL);
	/* Replaced, and the longest there can be, and none at all. */
	memset(&full, 0, sizeof(full));
	memset(full.name, 'n', sizeof(full.name) - 1);
	memset(full.email, 'e', sizeof(full.email) - 1);
	put(k, ann, &full);
	CHECK_OK(audit_person_get(store, k, ann, &p, &f), &f);
	CHECK(memcmp(&full, &p, sizeof(p)) == 0);
	memset(&full, 0, sizeof(full));
	put(k, ann, &full);
	CHECK_OK(audit_person_get(store, k, ann, &p, &f), &f);
	CHECK(memcmp(&full, &p, sizeof(p)) == 0);
	CHECK_EQ(audit_person_get(store, k, bob, &p, &f), STATUS_NOT_FOUND);
}

/* Another key, another account's bytes, or a flipped bit: not believed. */
static void
test_foreign(const struct crypto_keys *k, const struct id *ann,
	     const struct id *bob)
{
	struct audit_person before, p = { .name = "ann" };
	struct crypto_keys other = *k;
	uint8_t sealed[STORE_PERSON_SIZE];
	size_t len = 0;
	STORE_TXN(t);

	put(k, ann, &p);
	before = p;
	other.master[0] ^= 1;
	CHECK_EQ(audit_person_get(store, &other, ann, &p, &f), STATUS_CORRUPT);
	CHECK_OK(
		store_person_get(store, ann, sealed, sizeof(sealed), &len, &f),
		&f);
	CHECK_OK(store_begin(store, &t, &f), &f);
	CHECK_OK(store_person_put(store, bob, sealed, len, &f), &f);
	CHECK_EQ(audit_person_get(store, k, bob, &p, &f), STATUS_CORRUPT);
	sealed[len - 1] ^= 1;
	CHECK_OK(store_person_put(store, ann, sealed, len, &f), &f);
	CHECK_EQ(audit_person_get(store, k, ann, &p, &f), STATUS_CORRUPT);
	CHECK(memcmp(&before, &p, sizeof(p)) == 0);
}

/* Sealed by us, but not two strings. */
static void
test_damaged(const struct crypto_keys *k, const struct id *ann)
{
	static const struct {
		const char *bytes;
		size_t len;
	} bad[] = { { "", 0 },	       { "\0", 1 },	{ "ann", 3 },
		    { "ann\0", 4 },    { "ann\0e", 5 }, { "ann\0e\0\0", 7 },
		    { "a\0b\0c\0", 6 } };
	struct audit_person p;
	uint8_t sealed[STORE_PERSON_SIZE];
	char ad[64];
	STORE_TXN(t);

	(void)snprintf(ad, sizeof(ad), "person.sealed:%s", ann->s);
	CHECK_OK(store_begin(store, &t, &f), &f);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		size_t len = 0;

		CHECK_OK(crypto_seal(k, ad, bad[i].bytes, bad[i].len, sealed,
				     sizeof(sealed), &len, &f),
			 &f);
		CHECK_OK(store_person_put(store, ann, sealed, len, &f), &f);
		CHECK_EQ(audit_person_get(store, k, ann, &p, &f),
			 STATUS_CORRUPT);
	}
}

int
main(void)
{
	char where[300];
	struct id ann, bob;
	CRYPTO_KEYS(k);

	(void)snprintf(where, sizeof(where), "sqlite:%s/s/t.db", test_dir());
	CHECK_OK(crypto_start(&f), &f);
	crypto_random(k.master, sizeof(k.master));
	CHECK_OK(store_prepare(where, geteuid(), getegid(), &f), &f);
	CHECK_OK(store_create(where, NOW, &f), &f);
	CHECK_OK(store_open(where, STORE_WRITE, &store, &f), &f);
	if (store == NULL)
		return test_done();
	account_make("ann", &ann);
	account_make("bob", &bob);
	test_round(&k, &ann, &bob);
	test_foreign(&k, &ann, &bob);
	test_damaged(&k, &ann);
	store_close(store);
	return test_done();
}
