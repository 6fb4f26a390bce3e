/* SPDX-License-Identifier: MIT */
#include "admin/key.h"

#include <stdio.h>
#include <stdlib.h>

#include "admin/account.h"
#include "admin/life.h"
#include "keys.h"

static struct softkey key, other;

static size_t
keys_of(struct fixture *x, const struct id *account)
{
	struct admin_key_draft d = { .attestation = false };
	struct store_account a;

	CHECK_OK(store_account_by_id(x->store, account, &a, &x->f), &x->f);
	CHECK_OK(admin_key_ready(&x->admin, a.name, &d, &x->f), &x->f);
	return d.excluded;
}

static void
check_ready(struct fixture *x)
{
	struct admin_key_draft d = { .attestation = false };

	CHECK_EQ(admin_key_ready(&x->admin, "ann", &d, &x->f), STATUS_REFUSED);
	CHECK(strstr(x->f.text, "policy keys --rp-id") != NULL);
	keys_rp(x, KEYS_RP);
	CHECK_EQ(admin_key_ready(&x->admin, "zoe", &d, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_OK(admin_key_ready(&x->admin, "ann", &d, &x->f), &x->f);
	CHECK_STR(d.label, "security key");
	CHECK_STR(d.rp, KEYS_RP);
	CHECK_STR(d.account.name, "ann");
	CHECK_EQ(d.excluded, 0);
	(void)strcpy(d.rp, "Example.org");
	CHECK_EQ(admin_key_ready(&x->admin, "ann", &d, &x->f), STATUS_INVALID);
	(void)strcpy(d.rp, "other.example");
	(void)strcpy(d.label, "a:b");
	CHECK_EQ(admin_key_ready(&x->admin, "ann", &d, &x->f), STATUS_INVALID);
	(void)strcpy(d.label, "mine");
	CHECK_OK(admin_key_ready(&x->admin, "ann", &d, &x->f), &x->f);
	CHECK_STR(d.rp, "other.example");
}

static void
check_row(struct fixture *x)
{
	struct admin_key_draft d = { .rp = KEYS_RP, .label = "k" };
	struct fido_reply reply;
	struct store_key row = { .flags = 99 };

	keys_reply(&key, 1, &reply);
	CHECK_OK(admin_key_row(&d, &reply, &reply, true, &row, &x->f), &x->f);
	CHECK_EQ(row.flags, STORE_KEY_RESIDENT | STORE_KEY_UV);
	CHECK_EQ(row.sign_count, 4);
	CHECK_STR(row.transports, "usb");
	CHECK_EQ(row.state, STORE_KEY_ACTIVE);
	(void)strcpy(reply.format, "fido-u2f");
	reply.uv = false;
	reply.attested = true;
	CHECK_OK(admin_key_row(&d, &reply, &reply, false, &row, &x->f), &x->f);
	CHECK_EQ(row.flags, STORE_KEY_U2F | STORE_KEY_ATTESTED);
	reply.id_len = 0;
	CHECK_EQ(admin_key_row(&d, &reply, &reply, false, &row, &x->f),
		 STATUS_PROTOCOL);
	reply.id_len = 32;
	reply.public_len = sizeof(row.public) + 1;
	CHECK_EQ(admin_key_row(&d, &reply, &reply, false, &row, &x->f),
		 STATUS_PROTOCOL);
	reply.public_len = 64;
	reply.sign_count = -1;
	CHECK_EQ(admin_key_row(&d, &reply, &reply, false, &row, &x->f),
		 STATUS_PROTOCOL);
}

static void
check_allowed(struct fixture *x)
{
	struct store_key_policy p = { .aaguids = 0 };
	struct store_key row = { .flags = 0 };

	memset(row.aaguid, 7, sizeof(row.aaguid));
	CHECK_OK(admin_key_allowed(&p, &row, &x->f), &x->f);
	p.aaguids = 1;
	CHECK_EQ(admin_key_allowed(&p, &row, &x->f), STATUS_REFUSED);
	CHECK(strstr(x->f.text, "07070707-0707") != NULL);
	p.aaguids = 2;
	memset(p.aaguid[1], 7, sizeof(p.aaguid[1]));
	CHECK_OK(admin_key_allowed(&p, &row, &x->f), &x->f);
	p.attestation = true;
	CHECK_EQ(admin_key_allowed(&p, &row, &x->f), STATUS_REFUSED);
	row.flags = STORE_KEY_ATTESTED;
	CHECK_OK(admin_key_allowed(&p, &row, &x->f), &x->f);
}

static void
check_add(struct fixture *x, const struct id *ann)
{
	struct admin_item item, again;
	long rows;

	CHECK_OK(keys_add(x, "ann", "", &key, 1, &item), &x->f);
	CHECK_EQ(item.kind, ADMIN_ITEM_KEY);
	CHECK_STR(admin_item_label(&item), "security key");
	CHECK_STR(admin_item_word(&item), "fido2");
	CHECK(strncmp(fixture_last(x), "key.enrolled success ", 21) == 0);
	CHECK(strstr(fixture_last(x), "\"rp\":\"" KEYS_RP "\"") != NULL);
	CHECK(strstr(fixture_last(x), "\"uv\":\"yes\"") != NULL);
	CHECK_OK(admin_item_find(&x->admin, "ann", "security key", &again,
				 &x->f),
		 &x->f);
	CHECK_STR(again.row.key.id.s, item.row.key.id.s);
	/* What it signed to get in is counted already. */
	CHECK_EQ(again.row.key.sign_count, 5);
	CHECK_EQ(again.row.key.used_at, 0);
	CHECK_EQ(keys_of(x, ann), 1);
	rows = fixture_rows(x);
	CHECK_EQ(keys_add(x, "ann", "security key", &other, 2, &again),
		 STATUS_CONFLICT);
	/* Nobody else may have the credential, either. */
	CHECK_EQ(keys_add(x, "bob", "x", &key, 1, &again), STATUS_CONFLICT);
	CHECK(strstr(x->f.text, "enrolled already") != NULL);
	CHECK_EQ(fixture_rows(x), rows);
}

struct lie {
	const char *rp;
	uint8_t flags;
	uint32_t count;
	const struct softkey *signer;
	bool other_hash;
	const char *reason;
};

static void
check_lie(struct fixture *x, const struct id *account, const struct lie *lie)
{
	struct admin_key_draft d = { .rp = KEYS_RP, .label = "liar" };
	struct admin_key_proof proof = { .uv = true };
	struct softkey_assertion made;
	struct fido_reply reply;
	struct admin_item item;
	struct store_key row;
	long rows = fixture_rows(x);
	char pair[64];

	d.account.id = *account;
	keys_reply(&key, 9, &reply);
	CHECK_OK(admin_key_row(&d, &reply, &reply, false, &row, &x->f), &x->f);
	memset(proof.hash, 3, sizeof(proof.hash));
	softkey_assert(lie->signer, lie->rp, lie->flags, lie->count,
		       proof.hash, &made);
	proof.hash[0] ^= lie->other_hash ? 1 : 0;
	proof.assertion =
		(struct fido2_assertion){ made.authdata, made.authdata_len,
					  made.signature, made.signature_len };
	CHECK_EQ(admin_key_add(&x->admin, &row, &proof, &item, &x->f),
		 STATUS_REFUSED);
	(void)snprintf(pair, sizeof(pair), "\"reason\":\"%s\"", lie->reason);
	CHECK_EQ(fixture_rows(x), rows + 1);
	CHECK(strncmp(fixture_last(x), "key.enrolled failure ", 21) == 0);
	CHECK(strstr(fixture_last(x), pair) != NULL);
	if (strstr(fixture_last(x), pair) == NULL)
		printf("# %s in %s\n", pair, fixture_last(x));
	CHECK_EQ(admin_item_find(&x->admin, "bob", "liar", &item, &x->f),
		 STATUS_NOT_FOUND);
}

static void
check_lies(struct fixture *x, const struct id *bob)
{
	const uint8_t both = SOFTKEY_UP | SOFTKEY_UV;
	const struct lie lies[] = {
		{ "other.example", both, 5, &key, false,
		  fido2_refusal_name(FIDO2_RP) },
		{ KEYS_RP, SOFTKEY_UV, 5, &key, false,
		  fido2_refusal_name(FIDO2_PRESENCE) },
		{ KEYS_RP, SOFTKEY_UP, 5, &key, false,
		  fido2_refusal_name(FIDO2_VERIFICATION) },
		{ KEYS_RP, both, 5, &other, false,
		  fido2_refusal_name(FIDO2_SIGNATURE) },
		{ KEYS_RP, both, 5, &key, true,
		  fido2_refusal_name(FIDO2_SIGNATURE) },
		/* It had counted to four when it was made. */
		{ KEYS_RP, both, 3, &key, false, "counter" },
	};

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++)
		check_lie(x, bob, &lies[i]);
}

/* What was allowed when it was asked for is not any more. */
static void
check_policy_changed(struct fixture *x)
{
	struct admin_key_change change = { .models = true, .aaguids = 1 };
	struct store_key_policy p;
	struct admin_item item;

	CHECK_OK(admin_key_policy_change(&x->admin, &change, &p, &x->f),
		 &x->f);
	CHECK_EQ(keys_add(x, "bob", "no", &key, 8, &item), STATUS_REFUSED);
	CHECK(strstr(fixture_last(x), "\"reason\":\"policy\"") != NULL);
	change.aaguids = 0;
	CHECK_OK(admin_key_policy_change(&x->admin, &change, &p, &x->f),
		 &x->f);
}

static void
check_cap(struct fixture *x, const struct id *bob)
{
	struct admin_key_draft d = { .rp = KEYS_RP, .label = "one more" };
	struct admin_key_proof proof = { .uv = true };
	struct softkey_assertion made;
	struct fido_reply reply;
	struct admin_item item;
	struct store_key row;

	/* Made while there was room. */
	d.account.id = *bob;
	keys_reply(&key, 99, &reply);
	CHECK_OK(admin_key_row(&d, &reply, &reply, false, &row, &x->f), &x->f);
	softkey_assert(&key, KEYS_RP, SOFTKEY_UP | SOFTKEY_UV, 5, proof.hash,
		       &made);
	proof.assertion =
		(struct fido2_assertion){ made.authdata, made.authdata_len,
					  made.signature, made.signature_len };
	for (uint8_t i = 0; i < STORE_KEYS_MAX; i++)
		CHECK_OK(
			keys_add(x, "bob", "", &key, (uint8_t)(20 + i), &item),
			&x->f);
	CHECK_STR(admin_item_label(&item), "security key 10");
	CHECK_EQ(keys_add(x, "bob", "", &key, 40, &item), STATUS_REFUSED);
	CHECK(strstr(x->f.text, "10 keys, which is the limit") != NULL);
	CHECK_EQ(admin_key_add(&x->admin, &row, &proof, &item, &x->f),
		 STATUS_REFUSED);
	CHECK(strstr(x->f.text, "10 keys, which is the limit") != NULL);
}

/* Who is deleted has nothing left, and nothing is added any more. */
static void
check_gone(struct fixture *x, const struct id *bob)
{
	struct admin_key_draft d = { .rp = KEYS_RP, .label = "late" };
	struct admin_key_proof proof = { .uv = true };
	struct store_account out;
	struct fido_reply reply;
	struct admin_item item;
	struct store_key row;
	bool any = true;

	CHECK_OK(admin_account_delete(
			 &x->admin, "bob",
			 &(struct admin_deletion){ .days = 0,
						   .strategy = STORE_SOFT },
			 &out, &x->f),
		 &x->f);
	d.account.id = *bob;
	keys_reply(&key, 98, &reply);
	CHECK_OK(admin_key_row(&d, &reply, &reply, false, &row, &x->f), &x->f);
	CHECK_EQ(admin_key_add(&x->admin, &row, &proof, &item, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_OK(admin_account_delete(
			 &x->admin, "ann",
			 &(struct admin_deletion){ .days = 0,
						   .strategy = STORE_SOFT },
			 &out, &x->f),
		 &x->f);
	CHECK_OK(store_key_any(x->store, &any, &x->f), &x->f);
	CHECK(!any);
}

int
main(void)
{
	struct store_account ann, bob;
	struct fixture x;

	softkey_make(&key, -7);
	softkey_make(&other, -8);
	fixture_start(&x, "key");
	keys_account(&x, "ann", &ann);
	keys_account(&x, "bob", &bob);
	check_ready(&x);
	check_row(&x);
	check_allowed(&x);
	check_add(&x, &ann.id);
	check_lies(&x, &bob.id);
	check_policy_changed(&x);
	check_cap(&x, &bob.id);
	check_gone(&x, &bob.id);
	fixture_stop(&x);
	softkey_free(&key);
	softkey_free(&other);
	return test_done();
}
