/* SPDX-License-Identifier: MIT */
/* What holds for all security keys: always there, and never half. */
#include "fixture.h"

static struct fault f;

static enum status
put(struct store *s, const struct store_key_policy *p)
{
	enum status st;

	ALONE(s, st, store_key_policy_put(s, p, &f));
	return st;
}

static bool
is(struct store *s, const struct store_key_policy *expected)
{
	struct store_key_policy p;

	memset(&p, 0xee, sizeof(p));
	CHECK_OK(store_key_policy_get(s, &p, &f), &f);
	return strcmp(p.rp, expected->rp) == 0 &&
	       p.attestation == expected->attestation &&
	       p.sign_count == expected->sign_count &&
	       p.aaguids == expected->aaguids &&
	       memcmp(p.aaguid, expected->aaguid,
		      p.aaguids * STORE_AAGUID_SIZE) == 0;
}

int
main(void)
{
	struct store_key_policy p = { .sign_count = STORE_SIGN_COUNT_WARN };
	struct store *s = fixture_store("key_policy");
	struct store_key_policy wrong;

	CHECK(is(s, &p));
	CHECK_EQ(store_key_policy_put(s, &p, &f), STATUS_CONFLICT);
	(void)strcpy(p.rp, "example.org");
	p.attestation = true;
	p.sign_count = STORE_SIGN_COUNT_REVOKE;
	p.aaguids = STORE_AAGUIDS_MAX;
	for (size_t i = 0; i < sizeof(p.aaguid); i++)
		((uint8_t *)p.aaguid)[i] = (uint8_t)i;
	CHECK_EQ(put(s, &p), STATUS_OK);
	CHECK(is(s, &p));
	wrong = p;
	wrong.aaguids = STORE_AAGUIDS_MAX + 1;
	CHECK_EQ(put(s, &wrong), STATUS_INVALID);
	wrong = p;
	wrong.sign_count = (enum store_sign_count)0;
	CHECK_EQ(put(s, &wrong), STATUS_INVALID);
	wrong.sign_count = (enum store_sign_count)4;
	CHECK_EQ(put(s, &wrong), STATUS_INVALID);
	CHECK(is(s, &p));
	p.sign_count = STORE_SIGN_COUNT_REAUTH;
	p.aaguids = 2;
	memset(p.rp, 'r', sizeof(p.rp) - 1);
	CHECK_EQ(put(s, &p), STATUS_OK);
	CHECK(is(s, &p));
	p = (struct store_key_policy){ .sign_count = STORE_SIGN_COUNT_WARN };
	CHECK_EQ(put(s, &p), STATUS_OK);
	CHECK(is(s, &p));
	store_close(s);
	return test_done();
}
