/* SPDX-License-Identifier: MIT */
#include "session/issuer.h"

#include "base/text.h"
#include "crypto/crypto.h"
#include "fixture.h"
#include "store/org.h"

static struct fixture x;
static struct fault f;
static struct store_account ann;

/* An organization of ann's. */
static void
belong(const char *slug, const char *name, bool personal)
{
	struct store_org o = { .personal = personal,
			       .created_at = x.now,
			       .version = 1 };
	struct store_member m = { .account = ann.id,
				  .role = STORE_ROLE_MEMBER,
				  .joined_at = x.now };
	STORE_TXN(txn);

	crypto_id(x.now, &o.id);
	m.org = o.id;
	(void)text_copy(o.slug, sizeof(o.slug), slug);
	(void)text_copy(o.name, sizeof(o.name), name);
	CHECK_OK(store_begin(x.store, &txn, &f), &f);
	CHECK_OK(store_org_insert(x.store, &o, x.now, &f), &f);
	CHECK_OK(store_member_insert(x.store, &m, &f), &f);
	CHECK_OK(store_commit(&txn, &f), &f);
}

static void
leave(const char *slug)
{
	struct store_org o;
	STORE_TXN(txn);

	CHECK_OK(store_begin(x.store, &txn, &f), &f);
	CHECK_OK(store_org_by_slug(x.store, slug, x.now, &o, &f), &f);
	CHECK_OK(store_member_delete(x.store, &o.id, &ann.id, &f), &f);
	CHECK_OK(store_commit(&txn, &f), &f);
}

static const char *
issuer(void)
{
	static char out[OTPAUTH_NAME_SIZE];

	CHECK_OK(session_issuer(x.store, &ann.id, "host", out, &f), &f);
	return out;
}

int
main(void)
{
	char out[OTPAUTH_NAME_SIZE] = "as it was";
	char host[OTPAUTH_NAME_SIZE + 1];

	fixture_start(&x, "issuer");
	fixture_user(&x, "ann", NULL, &ann);
	CHECK_STR(issuer(), "host");
	belong("ann", "Ann's own", true);
	CHECK_STR(issuer(), "host");
	belong("acme", "Acme Z\303\266e", false);
	CHECK_STR(issuer(), "Acme Z\303\266e");
	/* Of two, neither. */
	belong("mill", "The Mill", false);
	CHECK_STR(issuer(), "host");
	leave("acme");
	CHECK_STR(issuer(), "The Mill");
	leave("mill");
	belong("long", "123456789012345678901234567890123", false);
	CHECK_STR(issuer(), "host");
	leave("long");
	belong("colon", "A: B", false);
	CHECK_STR(issuer(), "host");
	memset(host, 'h', sizeof(host));
	host[sizeof(host) - 1] = '\0';
	CHECK_EQ(session_issuer(x.store, &ann.id, host, out, &f),
		 STATUS_INVALID);
	CHECK_STR(out, "as it was");
	fixture_stop(&x);
	return test_done();
}
