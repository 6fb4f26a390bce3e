/* SPDX-License-Identifier: MIT */
/* Another key, and a copy of before: what holds, and what has to end. */
#include "admin/keep.h"

#include <stdio.h>

#include "fixture.h"
#include "session/keycheck.h"
#include "store/otp.h"
#include "store/outbox.h"
#include "store/people.h"
#include "store/sealed.h"
#include "store/token.h"
#include "store/trust.h"

static const struct id account = { "0188b733-f800-7000-8000-000000000001" };
static const struct id device = { "0188b733-f800-7000-8000-000000000002" };
static const struct id fresh = { "0188b733-f800-7000-8000-000000000003" };
static const struct id spent = { "0188b733-f800-7000-8000-000000000004" };
static const struct id trusted = { "0188b733-f800-7000-8000-000000000005" };
static const char key[] = "12345678901234567890";

static void
seal_at(struct fixture *x, const char *column, const struct id *row,
	uint8_t sealed[STORE_SEALED_SIZE], size_t *len)
{
	char ad[80];

	(void)snprintf(ad, sizeof(ad), "%s:%s", column, row->s);
	CHECK_OK(crypto_seal(&x->keys, ad, key, sizeof(key), sealed,
			     STORE_SEALED_SIZE, len, &x->f),
		 &x->f);
}

/* An invitation, a token, and what is sealed beside the factors. */
static void
lay_out_people(struct fixture *x)
{
	const struct store_org o = {
		.id = fresh, .slug = "acme", .name = "Acme", .version = 1
	};
	const struct store_invitation i = { .id = fresh,
					    .org = fresh,
					    .address = "bob",
					    .role = STORE_ROLE_MEMBER,
					    .made_by = "root",
					    .created_at = 1,
					    .expires_at = INT64_MAX,
					    .state =
						    STORE_INVITATION_PENDING };
	const struct store_token token = { .id = fresh,
					   .account = account,
					   .kind = STORE_TOKEN_APP,
					   .label = "one",
					   .scopes = "login:*" };
	struct store_webhook w = { .id = fresh, .url = "https://a.example/" };
	struct store_message m = { .id = fresh, .event = "a.b" };
	STORE_TXN(txn);

	seal_at(x, "webhook.sealed", &fresh, w.sealed, &w.sealed_len);
	seal_at(x, "outbox.sealed", &fresh, m.sealed, &m.sealed_len);
	CHECK_OK(store_begin(x->store, &txn, &x->f), &x->f);
	CHECK_OK(store_org_insert(x->store, &o, 1, &x->f), &x->f);
	CHECK_OK(store_invitation_insert(x->store, &i, &x->f), &x->f);
	CHECK_OK(store_token_insert(x->store, &token, &x->f), &x->f);
	CHECK_OK(store_webhook_insert(x->store, &w, &x->f), &x->f);
	CHECK_OK(store_message_insert(x->store, &m, &x->f), &x->f);
	CHECK_OK(store_commit(&txn, &x->f), &x->f);
}

/* A person with a TOTP device, an unspent code, a spent one, and a device
 * that is trusted. */
static void
lay_out(struct fixture *x)
{
	const struct store_account a = { .id = account,
					 .name = "ann",
					 .kind = STORE_PERSON,
					 .state = STORE_ACTIVE,
					 .strategy = STORE_SOFT,
					 .epoch = 1,
					 .version = 1 };
	const struct store_trust t = { .id = trusted,
				       .account = account,
				       .kind = STORE_TRUST_ADDRESS,
				       .shown = "192.0.2.1",
				       .epoch = 1 };
	struct store_otp d = { .id = device,
			       .account = account,
			       .kind = STORE_TOTP,
			       .label = "phone",
			       .algorithm = CRYPTO_SHA1,
			       .digits = 6,
			       .period = 30,
			       .state = STORE_OTP_ACTIVE,
			       .moved = 5 };
	struct store_code c = { .id = fresh,
				.account = account,
				.kind = STORE_CODE_BACKUP };
	STORE_TXN(txn);

	seal_at(x, "otp.sealed", &d.id, d.sealed, &d.sealed_len);
	CHECK_OK(store_begin(x->store, &txn, &x->f), &x->f);
	CHECK_OK(store_account_insert(x->store, &a, &x->f), &x->f);
	CHECK_OK(store_otp_insert(x->store, &d, &x->f), &x->f);
	CHECK_OK(store_code_insert(x->store, &c, &x->f), &x->f);
	c.id = spent;
	c.hash[0] = 1;
	c.spent_at = 4;
	CHECK_OK(store_code_insert(x->store, &c, &x->f), &x->f);
	CHECK_OK(store_trust_put(x->store, &t, &x->f), &x->f);
	CHECK_OK(store_commit(&txn, &x->f), &x->f);
}

static bool
opens_at(struct fixture *x, const struct crypto_keys *k, const char *column,
	 const struct id *row, const uint8_t *sealed, size_t sealed_len)
{
	char ad[80], plain[64] = "";
	size_t len = 0;

	(void)snprintf(ad, sizeof(ad), "%s:%s", column, row->s);
	return crypto_unseal(k, ad, sealed, sealed_len, plain, sizeof(plain),
			     &len, &x->f) == STATUS_OK &&
	       len == sizeof(key) && memcmp(plain, key, len) == 0;
}

/* Does the key open the device's seal, and the others? */
static bool
opens(struct fixture *x, const struct crypto_keys *k)
{
	struct store_webhook w = { .sealed_len = 0 };
	struct store_message m = { .sealed_len = 0 };
	struct store_otp d = { .moved = 0 };
	bool device_opens, webhook_opens, message_opens;

	CHECK_OK(store_otp_get(x->store, &account, "phone", &d, &x->f), &x->f);
	CHECK_OK(store_webhook_get(x->store, &fresh, &w, &x->f), &x->f);
	CHECK_OK(store_message_get(x->store, &fresh, &m, &x->f), &x->f);
	device_opens =
		opens_at(x, k, "otp.sealed", &device, d.sealed, d.sealed_len);
	webhook_opens = opens_at(x, k, "webhook.sealed", &fresh, w.sealed,
				 w.sealed_len);
	message_opens = opens_at(x, k, "outbox.sealed", &fresh, m.sealed,
				 m.sealed_len);
	CHECK(device_opens == webhook_opens && device_opens == message_opens);
	return device_opens;
}

static int64_t
moved(struct fixture *x)
{
	struct store_otp d = { .moved = -1 };

	CHECK_OK(store_otp_get(x->store, &account, "phone", &d, &x->f), &x->f);
	return d.moved;
}

static void
codes_left(struct fixture *x, int64_t left)
{
	struct store_code_count n = { .left = -1 };

	CHECK_OK(store_code_counted(x->store, &account, STORE_CODE_BACKUP,
				    x->admin.now, &n, &x->f),
		 &x->f);
	CHECK_EQ(n.left, left);
	CHECK_EQ(n.total, 2);
}

static bool
one_more(void *ctx, const struct store_trust *t)
{
	(void)t;
	++*(unsigned *)ctx;
	return true;
}

static unsigned
devices_trusted(struct fixture *x)
{
	unsigned n = 0;

	CHECK_OK(store_trust_list(x->store, NULL, one_more, &n, &x->f), &x->f);
	return n;
}

static void
says(struct fixture *x, const char *words)
{
	const char *row = fixture_last(x);

	if (strstr(row, words) == NULL)
		test_note("%s", row);
	CHECK(strstr(row, words) != NULL);
}

static void
test_rekey(void)
{
	struct admin_kept kept = { .rows = 77 };
	struct fixture x;
	CRYPTO_KEYS(old);
	CRYPTO_KEYS(wrong);

	fixture_start(&x, "rekey");
	lay_out(&x);
	lay_out_people(&x);
	old = x.keys;
	crypto_random(x.keys.master, sizeof(x.keys.master));
	crypto_random(wrong.master, sizeof(wrong.master));
	/* The wrong key changes nothing at all. */
	CHECK_EQ(admin_keep_rekey(&x.admin, &wrong, &kept, &x.f),
		 STATUS_UNAVAILABLE);
	CHECK_EQ(kept.rows, 77);
	CHECK(opens(&x, &old));
	codes_left(&x, 1);
	CHECK_EQ(devices_trusted(&x), 1);

	CHECK_OK(admin_keep_rekey(&x.admin, &old, &kept, &x.f), &x.f);
	CHECK(opens(&x, &x.keys));
	CHECK(!opens(&x, &old));
	CHECK_OK(session_key_check(x.store, &x.keys, &x.f), &x.f);
	CHECK_EQ(kept.rows, 3);
	CHECK_EQ(kept.voided.codes, 1);
	CHECK_EQ(kept.voided.trust, 1);
	CHECK_EQ(kept.voided.invitations, 1);
	CHECK_EQ(kept.voided.tokens, 1);
	codes_left(&x, 0);
	CHECK_EQ(devices_trusted(&x), 0);
	says(&x, "store.rekeyed success");
	says(&x, "\"unspent_voided\":\"1\"");
	says(&x, "\"trust_voided\":\"1\"");
	says(&x, "\"invitations_voided\":\"1\"");
	says(&x, "\"apps_voided\":\"1\"");
	/* The clock has not been turned back: the device goes on. */
	CHECK_EQ(moved(&x), 5);
	fixture_stop(&x);
}

/* A row that OLD has not sealed: nothing at all is changed. */
static void
test_rekey_damaged(void)
{
	struct admin_kept kept = { .rows = 77 };
	struct fixture x;
	enum status st = STATUS_OK;
	CRYPTO_KEYS(old);

	fixture_start(&x, "damaged");
	lay_out(&x);
	lay_out_people(&x);
	{
		STORE_TXN(txn);

		CHECK_OK(store_begin(x.store, &txn, &x.f), &x.f);
		st = store_sealed_put(x.store, STORE_SEALED_OTP, &device,
				      (const uint8_t *)"damaged", 7, &x.f);
		CHECK_EQ(st, STATUS_OK);
		CHECK_OK(store_commit(&txn, &x.f), &x.f);
	}
	old = x.keys;
	crypto_random(x.keys.master, sizeof(x.keys.master));
	CHECK_EQ(admin_keep_rekey(&x.admin, &old, &kept, &x.f),
		 STATUS_CORRUPT);
	CHECK_EQ(kept.rows, 77);
	CHECK_OK(session_key_check(x.store, &old, &x.f), &x.f);
	codes_left(&x, 1);
	CHECK_EQ(devices_trusted(&x), 1);
	fixture_stop(&x);
}

static void
test_restored(bool rekey)
{
	struct admin_kept kept = { .rows = 77 };
	struct store_account a;
	struct fixture x;
	int64_t seen = 0;
	CRYPTO_KEYS(old);

	fixture_start(&x, rekey ? "restored-rekeyed" : "restored");
	lay_out(&x);
	lay_out_people(&x);
	old = x.keys;
	if (rekey)
		crypto_random(x.keys.master, sizeof(x.keys.master));
	CHECK_OK(admin_keep_restored(&x.admin, rekey ? &old : NULL, 1000,
				     &kept, &x.f),
		 &x.f);
	CHECK_EQ(kept.rows, rekey ? 3 : 0);
	CHECK_EQ(kept.voided.codes, 1);
	CHECK_EQ(kept.voided.trust, 1);
	CHECK_EQ(kept.voided.invitations, 1);
	CHECK_EQ(kept.voided.tokens, 1);
	CHECK(opens(&x, &x.keys));
	codes_left(&x, 0);
	CHECK_EQ(devices_trusted(&x), 0);
	/* A phone that is ahead may have spent the next step before. */
	CHECK_EQ(moved(&x), x.admin.now / 30 + 1);
	CHECK_OK(store_account_by_id(x.store, &account, &a, &x.f), &x.f);
	CHECK_EQ(a.epoch, 2);
	CHECK_EQ(a.version, 2);
	CHECK_OK(store_clock_get(x.store, &seen, &x.f), &x.f);
	CHECK_EQ(seen, x.admin.now);
	says(&x, "store.restored success");
	says(&x, "\"unspent_voided\":\"1\"");
	says(&x, "\"trust_voided\":\"1\"");
	says(&x, "\"invitations_voided\":\"1\"");
	fixture_stop(&x);
}

int
main(void)
{
	test_rekey();
	test_rekey_damaged();
	test_restored(false);
	test_restored(true);
	return test_done();
}
