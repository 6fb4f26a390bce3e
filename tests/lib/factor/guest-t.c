/* SPDX-License-Identifier: MIT */
/* What is good in place of a password for somebody who is no holder of it. */
#include "factor/guest.h"

#include "base/text.h"
#include "factor/password.h"
#include "kit.h"
#include "test.h"

static struct store *store;
static unsigned made;

/* Whatever is typed, Argon2id runs once. */
static struct factor_outcome
check(const struct id *account, const struct secret *answer)
{
	struct factor_outcome out = { .result = FACTOR_UNTIMELY };
	struct fault f = { .text = "" };

	kit_count();
	CHECK_OK(factor_password.check(&kit.env, account, answer, &out, &f),
		 &f);
	CHECK_EQ(kit.runs, 1);
	CHECK_EQ(kit.present, 1);
	CHECK_EQ(out.way != NULL, out.result == FACTOR_RIGHT);
	return out;
}

static bool
enrolled(const struct id *account)
{
	struct fault f = { .text = "" };
	bool has = false;

	CHECK_OK(factor_password.enrolled(&kit.env, account, &has, &f), &f);
	return has;
}

static void
put_acts(int64_t expires_at, struct secret *text)
{
	struct store_impersonation row = { .account = kit.ann,
					   .actor = "uid:1000",
					   .reason = "ticket 81",
					   .created_at = KIT_NOW,
					   .expires_at = expires_at };
	struct fault f = { .text = "" };
	STORE_TXN(txn);

	crypto_id(KIT_NOW + made++, &row.id);
	code_make(text);
	kit_need(code_hash_about(&kit.keys, CRYPTO_IMPERSONATION, kit.ann.s,
				 text, row.hash, &f),
		 &f);
	kit_need(store_begin(store, &txn, &f), &f);
	kit_need(store_impersonation_insert(store, &row, &f), &f);
	kit_need(store_commit(&txn, &f), &f);
}

static void
acts(void)
{
	struct factor_outcome out, again;
	SECRET(s);

	put_acts(KIT_NOW + 600, &s);
	CHECK_EQ(check(&kit.bob, &s).result, FACTOR_WRONG);
	CHECK_EQ(check(NULL, &s).guest, FACTOR_GUEST_NONE);
	kit.env.clock_behind = true;
	CHECK_EQ(check(&kit.ann, &s).result, FACTOR_UNTIMELY);
	kit.env.clock_behind = false;
	out = check(&kit.ann, &s);
	again = check(&kit.ann, &s);
	CHECK_EQ(out.result, FACTOR_RIGHT);
	CHECK_STR(out.way, "impersonation");
	CHECK_EQ(out.guest, FACTOR_GUEST_ACTS);
	CHECK_STR(out.actor, "uid:1000");
	CHECK(!out.code && !out.renew);
	CHECK_EQ(kit_settle(&factor_password, &kit.ann, &out), STATUS_OK);
	CHECK_EQ(kit_settle(&factor_password, &kit.ann, &again), STATUS_LOST);
	again = check(&kit.ann, &s);
	CHECK_EQ(again.result, FACTOR_SPENT);
	CHECK_EQ(kit_settle(&factor_password, &kit.ann, &again),
		 STATUS_DENIED);
	put_acts(KIT_NOW, &s);
	CHECK_EQ(check(&kit.ann, &s).result, FACTOR_SPENT);
	/* It is no password, nor a code of the account's own. */
	CHECK(!enrolled(&kit.ann));
}

static struct id
put_org(void)
{
	struct store_org org = { .slug = "acme",
				 .name = "Acme",
				 .created_at = KIT_NOW,
				 .version = 1 };
	struct fault f = { .text = "" };
	STORE_TXN(txn);

	crypto_id(KIT_NOW, &org.id);
	kit_need(store_begin(store, &txn, &f), &f);
	kit_need(store_org_insert(store, &org, KIT_NOW, &f), &f);
	kit_need(store_commit(&txn, &f), &f);
	return org.id;
}

static struct id
put_invitation(const struct id *org, const char *address, struct secret *text)
{
	struct store_invitation row = { .org = *org,
					.role = STORE_ROLE_MEMBER,
					.made_by = "system",
					.created_at = KIT_NOW,
					.expires_at = KIT_NOW + 600,
					.state = STORE_INVITATION_PENDING };
	struct fault f = { .text = "" };
	STORE_TXN(txn);

	crypto_id(KIT_NOW + made++, &row.id);
	(void)text_copy(row.address, sizeof(row.address), address);
	code_make(text);
	kit_need(code_hash_about(&kit.keys, CRYPTO_INVITATION, "", text,
				 row.hash, &f),
		 &f);
	kit_need(store_begin(store, &txn, &f), &f);
	kit_need(store_invitation_insert(store, &row, &f), &f);
	kit_need(store_commit(&txn, &f), &f);
	return row.id;
}

static bool
invited(const char *address, const struct secret *answer,
	struct store_invitation *out)
{
	struct fault f = { .text = "" };
	bool found = true;

	CHECK_OK(guest_invitation(&kit.env, address, answer, &found, out, &f),
		 &f);
	return found;
}

static void
invitations(void)
{
	struct factor_outcome out = { .result = FACTOR_RIGHT,
				      .guest = FACTOR_GUEST_INVITED };
	struct id org = put_org(), row;
	struct store_invitation got;
	SECRET(s);
	SECRET(other);

	row = put_invitation(&org, "carl", &s);
	code_make(&other);
	CHECK(invited("carl", &s, &got));
	CHECK_STR(got.id.s, row.s);
	CHECK(!invited("carla", &s, &got) && !invited("", &s, &got) &&
	      !invited("carl", &other, &got));
	kit_answer(&other, "no code at all");
	CHECK(!invited("carl", &other, &got));
	/* Typed as a password it is none. */
	CHECK_EQ(check(&kit.ann, &s).result, FACTOR_WRONG);
	kit.env.clock_behind = true;
	CHECK(!invited("carl", &s, &got));
	kit.env.clock_behind = false;
	kit.env.now = KIT_NOW + 600;
	CHECK(!invited("carl", &s, &got));
	kit.env.now = KIT_NOW;
	out.row = row;
	CHECK_EQ(kit_settle(&factor_password, &kit.ann, &out), STATUS_OK);
	CHECK_EQ(kit_settle(&factor_password, &kit.ann, &out), STATUS_LOST);
	CHECK(!invited("carl", &s, &got));
}

int
main(void)
{
	kit_start();
	store = kit.env.store;
	acts();
	invitations();
	kit_end();
	return test_done();
}
