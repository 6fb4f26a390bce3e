/* SPDX-License-Identifier: MIT */
/* Rules for organizations: whom they match. */
#include <stdio.h>

#include "base/text.h"
#include "crypto/crypto.h"
#include "fixture.h"
#include "store/org.h"

static struct fixture x;
static struct fault f;
static struct id acme;

static struct id
org_add(const char *slug)
{
	struct store_org o = { .created_at = x.now, .version = 1 };

	crypto_id(x.now, &o.id);
	(void)text_copy(o.slug, sizeof(o.slug), slug);
	(void)text_copy(o.name, sizeof(o.name), slug);
	CHECK_OK(store_org_insert(x.store, &o, x.now, &f), &f);
	return o.id;
}

static struct id
org_new(const char *slug)
{
	struct id id;
	STORE_TXN(txn);

	CHECK_OK(store_begin(x.store, &txn, &f), &f);
	id = org_add(slug);
	CHECK_OK(store_commit(&txn, &f), &f);
	return id;
}

static void
org_delete(const struct id *id)
{
	struct store_org o;
	STORE_TXN(txn);

	CHECK_OK(store_org_by_id(x.store, id, &o, &f), &f);
	o.deleted_at = x.now;
	CHECK_OK(store_begin(x.store, &txn, &f), &f);
	CHECK_OK(store_org_update(x.store, &o, &f), &f);
	CHECK_OK(store_commit(&txn, &f), &f);
}

static void
join(const struct id *org, const struct store_account *who)
{
	const struct store_member m = { .org = *org,
					.account = who->id,
					.role = STORE_ROLE_MEMBER,
					.joined_at = x.now };
	STORE_TXN(txn);

	CHECK_OK(store_begin(x.store, &txn, &f), &f);
	CHECK_OK(store_member_insert(x.store, &m, &f), &f);
	CHECK_OK(store_commit(&txn, &f), &f);
}

/* Deny the members of ACME, and of a second one. */
static void
deny(const struct id *second)
{
	struct rule r = { .phases = RULE_PHASES_ALL,
			  .action = POLICY_ACTION_DENY,
			  .session_max = RULE_SESSION_MAX_AUTO };

	(void)snprintf(r.org, sizeof(r.org), "%s%s%s", acme.s,
		       second == NULL ? "" : ",",
		       second == NULL ? "" : second->s);
	fixture_rule(&x, &r);
}

static bool
denied(const char *user, enum request_phase phase)
{
	const struct request r = fixture_request(phase, user, "192.0.2.7");
	struct session_explanation e;

	CHECK_OK(session_explain(&x.env, &r, &e, &f), &f);
	return e.rule.position == 1 && e.decision.reason == POLICY_RULE_DENIES;
}

static void
test_members(void)
{
	struct store_account ann;

	fixture_user(&x, "ann", NULL, &ann);
	fixture_user(&x, "bob", NULL, NULL);
	CHECK(!denied("ann", PHASE_AUTH));
	join(&acme, &ann);
	CHECK(denied("ann", PHASE_AUTH));
	CHECK(denied("ann", PHASE_ACCOUNT));
	CHECK(denied("ann", PHASE_SESSION_OPEN));
	CHECK(!denied("bob", PHASE_AUTH));
	CHECK(!denied("nobody", PHASE_AUTH));
}

/* However many there are, none is overlooked. */
static void
test_many(void)
{
	const struct id last = org_new("last-one");
	struct store_account eve;

	fixture_user(&x, "eve", NULL, &eve);
	for (int i = 0; i < 70; i++) {
		char slug[16];
		struct id id;

		(void)snprintf(slug, sizeof(slug), "org-%d", i);
		id = org_new(slug);
		x.now++;
		join(&id, &eve);
	}
	deny(&last);
	CHECK(!denied("eve", PHASE_AUTH));
	join(&last, &eve);
	CHECK(denied("eve", PHASE_AUTH));
}

static void
test_deleted(void)
{
	const struct id gone = org_new("gone");
	struct store_account al;

	fixture_user(&x, "al", NULL, &al);
	join(&gone, &al);
	deny(&gone);
	CHECK(denied("al", PHASE_AUTH));
	org_delete(&gone);
	CHECK(!denied("al", PHASE_AUTH));
}

/* It is no member, and belongs to one all the same. */
static void
test_service(void)
{
	struct store_account a = { .kind = STORE_SERVICE,
				   .org = acme,
				   .name = "backup",
				   .state = STORE_ACTIVE,
				   .strategy = STORE_SOFT,
				   .created_at = x.now,
				   .updated_at = x.now,
				   .epoch = 1,
				   .version = 1 };
	STORE_TXN(txn);

	crypto_id(x.now, &a.id);
	CHECK_OK(store_begin(x.store, &txn, &f), &f);
	CHECK_OK(store_account_insert(x.store, &a, &f), &f);
	CHECK_OK(store_commit(&txn, &f), &f);
	deny(NULL);
	CHECK(denied("backup", PHASE_AUTH));
}

int
main(void)
{
	fixture_start(&x, "belongs");
	acme = org_new("acme");
	deny(NULL);
	test_members();
	test_many();
	test_deleted();
	test_service();
	fixture_stop(&x);
	return test_done();
}
