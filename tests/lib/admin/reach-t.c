/* SPDX-License-Identifier: MIT */
#include "admin/reach.h"

#include "admin/code.h"
#include "admin/grant.h"
#include "admin/lock.h"
#include "admin/trust.h"
#include "people.h"

static struct store_account ann, bob, cat, dan, eve, fay, root, bot, foreign;
static struct id acme, other, own;

static void
populate(struct fixture *x)
{
	struct store_account out;
	int64_t apps;
	bool first;

	acme = people_org(x, "acme", false);
	other = people_org(x, "other", false);
	own = people_org(x, "own", true);
	ann = people_add(x, "ann"); /* the actor: an admin of acme */
	bob = people_add(x, "bob"); /* of acme, and of one of his own */
	cat = people_add(x, "cat"); /* of acme and of other */
	dan = people_add(x, "dan"); /* of other */
	eve = people_add(x, "eve"); /* owns acme */
	fay = people_add(x, "fay"); /* of acme, administers everything */
	root = people_add(x, "root");
	people_join(x, &acme, &ann, STORE_ROLE_ADMIN);
	people_join(x, &acme, &bob, STORE_ROLE_MEMBER);
	people_join(x, &own, &bob, STORE_ROLE_OWNER);
	people_join(x, &acme, &cat, STORE_ROLE_MEMBER);
	people_join(x, &other, &cat, STORE_ROLE_MEMBER);
	people_join(x, &other, &dan, STORE_ROLE_MEMBER);
	people_join(x, &acme, &eve, STORE_ROLE_OWNER);
	people_join(x, &acme, &fay, STORE_ROLE_MEMBER);
	people_join(x, &acme, &root, STORE_ROLE_MEMBER);
	CHECK_OK(admin_grant(&x->admin, "fay", &first, &apps, &out, &x->f),
		 &x->f);
	bot = people_service(x, &acme, "bot");
	foreign = people_service(x, &other, "foreign");
}

static void
scope(struct fixture *x, const struct id *org,
      const struct store_account *self)
{
	x->admin.org = org;
	x->admin.self = self == NULL ? NULL : &self->id;
}

static bool
sees(struct fixture *x, const struct store_account *acct)
{
	bool one = false, two = false;

	CHECK_OK(admin_reach_sees(&x->admin, acct, &one, &x->f), &x->f);
	CHECK_OK(admin_reach_sees_id(&x->admin, &acct->id, &two, &x->f),
		 &x->f);
	CHECK_EQ(one, two);
	return one;
}

static void
check_sees(struct fixture *x)
{
	static const struct id nobody = {
		"00000000-0000-0000-0000-000000000000"
	};
	struct store_account out = { .name = "?" };
	struct fault f[2];
	bool seen = true;

	scope(x, &acme, &ann);
	CHECK(sees(x, &ann) && sees(x, &bob) && sees(x, &cat));
	CHECK(sees(x, &eve) && sees(x, &root) && sees(x, &bot));
	CHECK(!sees(x, &dan) && !sees(x, &foreign));
	CHECK_OK(admin_reach_sees_id(&x->admin, &nobody, &seen, &x->f), &x->f);
	CHECK(!seen);
	/* A foreign one and one that is not there: no difference. */
	CHECK_EQ(admin_account_find(&x->admin, "dan", &out, &f[0]),
		 STATUS_NOT_FOUND);
	CHECK_EQ(admin_account_find(&x->admin, "zoe", &out, &f[1]),
		 STATUS_NOT_FOUND);
	memcpy(strstr(f[1].text, "zoe"), "dan", 3);
	CHECK_STR(f[0].text, f[1].text);
	CHECK_EQ(admin_account_find_any(&x->admin, dan.id.s, &out, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_STR(out.name, "?");
	CHECK_OK(admin_account_find_any(&x->admin, bob.id.s, &out, &x->f),
		 &x->f);
	CHECK_OK(admin_account_find(&x->admin, "bot", &out, &x->f), &x->f);
	CHECK_EQ(admin_account_find(&x->admin, "foreign", &out, &x->f),
		 STATUS_NOT_FOUND);
	scope(x, NULL, NULL);
	CHECK(sees(x, &dan) && sees(x, &foreign));
}

static enum status
reach(struct fixture *x, const struct store_account *acct)
{
	return admin_reach(&x->admin, acct, &x->f);
}

static void
check_reach(struct fixture *x)
{
	scope(x, &acme, &ann);
	CHECK_OK(reach(x, &bob), &x->f);
	CHECK_OK(reach(x, &bot), &x->f);
	CHECK_EQ(reach(x, &ann), STATUS_REFUSED);
	CHECK(strstr(x->f.text, "yourself") != NULL);
	CHECK_EQ(reach(x, &cat), STATUS_REFUSED);
	CHECK(strstr(x->f.text, "another organization") != NULL);
	CHECK_EQ(reach(x, &eve), STATUS_REFUSED);
	CHECK(strstr(x->f.text, "owner") != NULL);
	CHECK_EQ(reach(x, &fay), STATUS_REFUSED);
	CHECK_EQ(reach(x, &root), STATUS_REFUSED);
	/* Gone meanwhile. */
	CHECK_EQ(reach(x, &dan), STATUS_REFUSED);
	scope(x, &acme, &eve);
	CHECK_OK(reach(x, &ann), &x->f);
	CHECK_OK(reach(x, &bob), &x->f);
	/* An administrator of everything keeps to the rest of it. */
	scope(x, &acme, &fay);
	CHECK_OK(reach(x, &eve), &x->f);
	CHECK_EQ(reach(x, &cat), STATUS_REFUSED);
	scope(x, &acme, NULL);
	CHECK_OK(reach(x, &eve), &x->f);
	CHECK_EQ(reach(x, &root), STATUS_REFUSED);
	scope(x, NULL, NULL);
	CHECK_OK(reach(x, &root), &x->f);
	CHECK_OK(reach(x, &cat), &x->f);
}

/* Each verb that changes an account as a whole asks, and changes nothing. */
static void
check_verbs(struct fixture *x)
{
	struct admin_codes_out codes;
	struct store_account out;
	struct admin_code code;
	int64_t dropped;
	long rows;
	SECRET(text);

	scope(x, &acme, &ann);
	rows = fixture_rows(x);
	CHECK_EQ(admin_code_issue(&x->admin, "cat", STORE_CODE_LOGIN, 60,
				  &text, &code, &x->f),
		 STATUS_REFUSED);
	CHECK_EQ(admin_code_issue(&x->admin, "cat", STORE_CODE_RESET, 60,
				  &text, &code, &x->f),
		 STATUS_REFUSED);
	CHECK_EQ(admin_code_issue(&x->admin, "cat", STORE_CODE_TICKET, 60,
				  &text, &code, &x->f),
		 STATUS_REFUSED);
	CHECK_EQ(admin_code_issue(&x->admin, "bot", STORE_CODE_RESET, 60,
				  &text, &code, &x->f),
		 STATUS_CONFLICT);
	CHECK_EQ(text.len, 0);
	CHECK_EQ(admin_code_revoke(&x->admin, "cat", &out, &codes, &x->f),
		 STATUS_REFUSED);
	CHECK_EQ(admin_account_disable(&x->admin, "cat", "why", &out, &x->f),
		 STATUS_REFUSED);
	CHECK_EQ(admin_account_enable(&x->admin, "cat", &out, &x->f),
		 STATUS_REFUSED);
	CHECK_EQ(admin_trust_revoke_all(&x->admin, "cat", &dropped, &out,
					&x->f),
		 STATUS_REFUSED);
	CHECK_EQ(admin_lock_clear(&x->admin, "cat", NULL, &dropped, &out,
				  &x->f),
		 STATUS_REFUSED);
	CHECK_EQ(fixture_rows(x), rows);
	CHECK_OK(admin_code_issue(&x->admin, "bob", STORE_CODE_RESET, 60,
				  &text, &code, &x->f),
		 &x->f);
	scope(x, NULL, NULL);
}

/* What an administrator has disabled is not an organization's to enable. */
static void
check_enable(struct fixture *x)
{
	struct store_account out;

	scope(x, NULL, NULL);
	CHECK_OK(admin_account_disable(&x->admin, "bob", "why", &out, &x->f),
		 &x->f);
	scope(x, &acme, &ann);
	CHECK_EQ(admin_account_enable(&x->admin, "bob", &out, &x->f),
		 STATUS_REFUSED);
	CHECK(strstr(x->f.text, "was disabled by an administrator") != NULL);
	scope(x, NULL, NULL);
	CHECK_OK(admin_account_enable(&x->admin, "bob", &out, &x->f), &x->f);
	scope(x, &acme, &ann);
	CHECK_OK(admin_account_disable(&x->admin, "bob", "why", &out, &x->f),
		 &x->f);
	CHECK_OK(admin_account_enable(&x->admin, "bob", &out, &x->f), &x->f);
	scope(x, NULL, NULL);
}

static void
check_service(struct fixture *x)
{
	static const char *const others[] = { "postgres", "acme",    "acme-",
					      "acmex-y",  "other-x", "" };

	scope(x, NULL, NULL);
	CHECK_OK(admin_reach_service(&x->admin, "backup", "acme", &x->f),
		 &x->f);
	CHECK_EQ(admin_reach_service(&x->admin, "root", "acme", &x->f),
		 STATUS_REFUSED);
	scope(x, &acme, &ann);
	CHECK_OK(admin_reach_service(&x->admin, "acme-b", "acme", &x->f),
		 &x->f);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		CHECK_EQ(admin_reach_service(&x->admin, others[i], "acme",
					     &x->f),
			 STATUS_REFUSED);
	scope(x, NULL, NULL);
}

struct names {
	char s[PEOPLE_SAID];
	int stop;
};

static bool
note_name(void *ctx, const struct store_account *acct)
{
	struct names *n = ctx;

	people_say(n->s, acct->name);
	return --n->stop != 0;
}

static bool
note_trust(void *ctx, const struct store_trust *t)
{
	people_say(ctx, t->shown);
	return true;
}

static bool
note_lock(void *ctx, const struct admin_lock *l)
{
	people_say(ctx, l->name[0] == '\0' ? "?" : l->name);
	return true;
}

static void
trust_and_fail(struct fixture *x, const struct store_account *acct,
	       struct id *out)
{
	struct store_trust t = { .account = acct->id,
				 .kind = STORE_TRUST_ADDRESS,
				 .epoch = acct->epoch,
				 .created_at = x->admin.now,
				 .used_at = x->admin.now };
	struct store_guess g = { .at = x->admin.now, .deadline = 0 };
	STORE_TXN(txn);

	crypto_id(x->admin.now, &t.id);
	crypto_id(x->admin.now, &g.id);
	(void)text_copy(t.shown, sizeof(t.shown), acct->name);
	crypto_digest(acct->name, strlen(acct->name), t.binding);
	(void)text_copy(g.subject, sizeof(g.subject), acct->id.s);
	(void)text_copy(g.source, sizeof(g.source), "ip:192.0.2.1");
	(void)text_copy(g.factor, sizeof(g.factor), "password");
	CHECK_OK(store_begin(x->store, &txn, &x->f), &x->f);
	CHECK_OK(store_trust_put(x->store, &t, &x->f), &x->f);
	CHECK_OK(store_guess_insert(x->store, &g, STORE_GUESS_FAILED, &x->f),
		 &x->f);
	CHECK_OK(store_commit(&txn, &x->f), &x->f);
	*out = t.id;
}

static void
check_lists(struct fixture *x)
{
	struct names all = { .stop = 0 }, some = { .stop = 2 };
	struct id bobs, cats, dans;
	char trusted[PEOPLE_SAID] = "", locks[PEOPLE_SAID] = "";
	struct store_trust t;

	trust_and_fail(x, &dan, &dans);
	scope(x, &acme, &ann);
	CHECK_OK(admin_reach_list(&x->admin, note_name, &all, &x->f), &x->f);
	CHECK_STR(all.s, "ann bob cat eve fay root bot ");
	CHECK_OK(admin_reach_list(&x->admin, note_name, &some, &x->f), &x->f);
	CHECK_STR(some.s, "ann bob ");
	CHECK_OK(admin_trust_list(&x->admin, NULL, note_trust, trusted, &x->f),
		 &x->f);
	CHECK_STR(trusted, "");
	CHECK_OK(admin_lock_list(&x->admin, NULL, note_lock, locks, &x->f),
		 &x->f);
	CHECK_STR(locks, "");
	/* A foreign device is none; a colleague's of two, refused. */
	CHECK_EQ(admin_trust_revoke(&x->admin, dans.s, &t, &x->f),
		 STATUS_NOT_FOUND);
	trust_and_fail(x, &bob, &bobs);
	trust_and_fail(x, &cat, &cats);
	CHECK_OK(admin_lock_list(&x->admin, NULL, note_lock, locks, &x->f),
		 &x->f);
	CHECK_EQ(strlen(locks), 8);
	CHECK_EQ(admin_trust_revoke(&x->admin, cats.s, &t, &x->f),
		 STATUS_REFUSED);
	CHECK_OK(admin_trust_revoke(&x->admin, bobs.s, &t, &x->f), &x->f);
	scope(x, NULL, NULL);
	CHECK_OK(admin_trust_revoke(&x->admin, dans.s, &t, &x->f), &x->f);
}

int
main(void)
{
	struct fixture x;

	fixture_start(&x, "reach");
	populate(&x);
	check_sees(&x);
	check_reach(&x);
	check_verbs(&x);
	check_enable(&x);
	check_service(&x);
	check_lists(&x);
	fixture_stop(&x);
	return test_done();
}
