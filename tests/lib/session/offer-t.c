/* SPDX-License-Identifier: MIT */
/* When the trust of a device is offered, and what comes of it. */
#include "base/text.h"
#include "fixture.h"
#include "store/trust.h"

#define GOOD "correct horse"
#define HERE "192.0.2.1"

static struct fixture x;
static struct store_account ann;
static struct request from;

static struct session_verdict
login(const char *code, const char *answer)
{
	x.now += 90;
	fixture_type(&x, 3, GOOD, code != NULL ? code : "", answer);
	if (code == NULL)
		x.answer[1].text = fixture_code(&x, "ann", 0);
	return fixture_run(&x, &from);
}

static bool
offered(void)
{
	return strstr(x.asked, "Skip") != NULL;
}

struct listed {
	unsigned n;
	struct store_trust last;
};

static bool
take(void *ctx, const struct store_trust *row)
{
	struct listed *l = ctx;

	if (l->n++ == 0)
		l->last = *row;
	return true;
}

static struct listed
trusted(void)
{
	struct listed l = { .n = 0 };
	struct fault f;

	CHECK_OK(store_trust_list(x.store, &ann.id, take, &l, &f), &f);
	return l;
}

static void
forget(void)
{
	int64_t dropped;
	struct fault f;
	STORE_TXN(txn);

	CHECK_OK(store_begin(x.store, &txn, &f), &f);
	CHECK_OK(store_trust_delete_all(x.store, &ann.id, &dropped, &f), &f);
	CHECK_OK(store_commit(&txn, &f), &f);
}

static unsigned asks;

static void
think_at_third(struct fixture *fx)
{
	if (++asks == 3)
		fx->now += 10 * SESSION_HANDOVER_SECONDS;
}

static void
disable_at_third(struct fixture *fx)
{
	if (++asks != 3)
		return;
	ann.state = STORE_DISABLED;
	fixture_update(fx, &ann);
}

/* Asked before the login is granted: one that is as old as the thought about
 * trust could be handed to nobody. */
static void
test_before(void)
{
	struct rule rule = fixture_both(RULE_UNENROLLED_DENY);
	struct request r = from;
	struct session_verdict v;

	rule.phases |= RULE_PHASE(POLICY_PHASE_SESSION);
	rule.trust_days = 30;
	fixture_rule(&x, &rule);
	asks = 0;
	x.on_ask = think_at_third;
	v = login(NULL, "y");
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK_EQ(trusted().n, 1);
	CHECK_EQ(trusted().last.created_at, x.now);
	CHECK_EQ(fixture_audited(&x, "trust.added"), 1);
	CHECK(strstr(x.lines, trusted().last.id.s) != NULL);
	/* It was no device that stood for the code. */
	CHECK_STR(fixture_last(&x).factors, "password+totp");
	CHECK_STR(fixture_last(&x).trusted, "");
	r.phase = PHASE_SESSION_OPEN;
	r.login = v.login;
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_ALLOW);
	/* Who is not let in is not trusted. */
	forget();
	asks = 0;
	x.on_ask = disable_at_third;
	CHECK_EQ(login(NULL, "y").reason, POLICY_DISABLED);
	CHECK(offered());
	x.on_ask = NULL;
	CHECK_EQ(trusted().n, 0);
	CHECK_EQ(fixture_audited(&x, "trust.added"), 1);
	ann.state = STORE_ACTIVE;
	fixture_update(&x, &ann);
}

/* A row of before all time is not one of today. */
static void
test_hostile_row(void)
{
	struct listed l;
	struct fault f;

	(void)login(NULL, "y");
	CHECK_EQ(login("none", "none").step, POLICY_ALLOW);
	CHECK(!offered());
	l = trusted();
	l.last.created_at = INT64_MIN;
	{
		STORE_TXN(txn);

		CHECK_OK(store_begin(x.store, &txn, &f), &f);
		CHECK_OK(store_trust_put(x.store, &l.last, &f), &f);
		CHECK_OK(store_commit(&txn, &f), &f);
	}
	CHECK_EQ(trusted().last.created_at, INT64_MIN);
	CHECK_EQ(login(NULL, "").step, POLICY_ALLOW);
	CHECK(offered());
}

int
main(void)
{
	fixture_start(&x, "offer");
	fixture_user(&x, "ann", GOOD, &ann);
	fixture_totp(&x, &ann, "ann");
	from = fixture_request(PHASE_AUTH, "ann", HERE);
	test_before();
	test_hostile_row();
	fixture_stop(&x);
	return test_done();
}
