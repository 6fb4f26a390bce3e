/* SPDX-License-Identifier: MIT */
#include "admin/org.h"

#include <stdio.h>

#include "admin/account.h"
#include "admin/invite.h"
#include "admin/member.h"
#include "admin/rules.h"
#include "admin/service.h"
#include "base/text.h"
#include "device.h"

static void
person(struct fixture *x, const char *name)
{
	const struct admin_account_new n = { .name = name };
	struct store_account a;

	CHECK_OK(admin_account_add(&x->admin, &n, &a, &x->f), &x->f);
}

static struct store_org
add(struct fixture *x, const char *slug, const char *owner)
{
	const struct admin_org_new n = { .slug = slug, .owner = owner };
	struct store_org org = { .slug = "" };

	CHECK_OK(admin_org_add(&x->admin, &n, &org, &x->f), &x->f);
	return org;
}

static void
check_slugs(struct fixture *x)
{
	static const char *const good[] = { "abc", "a-1", "team-2", "adminx",
					    "a--b" };
	static const char *const bad[] = {
		"",    "ab",	     "Abc",  "1ab",   "-ab",	"ab-",	"a_b",
		"a b", "\303\244bc", "root", "sigra", "system", "admin"
	};
	char longest[STORE_SLUG_SIZE], over[STORE_SLUG_SIZE + 1];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK_OK(admin_slug_valid(good[i], &x->f), &x->f);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_EQ(admin_slug_valid(bad[i], &x->f), STATUS_INVALID);
	memset(longest, 'a', sizeof(longest));
	memset(over, 'a', sizeof(over));
	longest[sizeof(longest) - 1] = over[sizeof(over) - 1] = '\0';
	CHECK_OK(admin_slug_valid(longest, &x->f), &x->f);
	CHECK_EQ(admin_slug_valid(over, &x->f), STATUS_INVALID);
}

static void
check_personal_slugs(void)
{
	static const struct {
		const char *name, *slug;
		unsigned attempt;
	} of[] = { { "ann", "ann", 0 },	      { "ann", "ann-org", 1 },
		   { "ann", "ann-org-2", 2 }, { "_x.Y_9-", "x-y-9", 0 },
		   { "_", "personal", 0 },    { "a", "a-org", 1 } };
	char slug[STORE_SLUG_SIZE];

	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		admin_slug_personal(of[i].name, of[i].attempt, slug);
		CHECK_STR(slug, of[i].slug);
	}
}

static void
check_add(struct fixture *x)
{
	struct admin_org_new n = { .slug = "acme", .name = "Acme \303\204" };
	struct admin_org_count count;
	struct store_org org, found;
	char name[STORE_ORG_NAME_SIZE + 1];
	long rows;

	CHECK_OK(admin_org_add(&x->admin, &n, &org, &x->f), &x->f);
	CHECK(strncmp(fixture_last(x), "org.created success uid:1000 -", 30) ==
	      0);
	CHECK_OK(admin_org_find(&x->admin, "acme", &found, &x->f), &x->f);
	CHECK_STR(found.id.s, org.id.s);
	CHECK_STR(found.name, n.name);
	CHECK_EQ(found.version, 1);
	CHECK_OK(admin_org_count(&x->admin, &org.id, &count, &x->f), &x->f);
	CHECK_EQ(count.members, 0);
	rows = fixture_rows(x);
	CHECK_EQ(admin_org_add(&x->admin, &n, &org, &x->f), STATUS_CONFLICT);
	n.slug = "other";
	n.owner = "zoe";
	CHECK_EQ(admin_org_add(&x->admin, &n, &org, &x->f), STATUS_NOT_FOUND);
	CHECK_EQ(admin_org_find(&x->admin, "other", &org, &x->f),
		 STATUS_NOT_FOUND);
	n.owner = NULL;
	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	for (int i = 0; i < 5; i++) {
		n.name = (const char *const[]){ "", " x", "a\nb", "\377",
						name }[i];
		CHECK_EQ(admin_org_add(&x->admin, &n, &org, &x->f),
			 STATUS_INVALID);
	}
	CHECK_EQ(fixture_rows(x), rows);
	name[STORE_ORG_NAME_SIZE - 1] = '\0';
	CHECK_OK(admin_org_rename(&x->admin, "acme", name, &org, &x->f),
		 &x->f);
	CHECK_STR(org.name, name);
	CHECK(strstr(fixture_last(x), "org.renamed success") != NULL);
	CHECK_EQ(admin_org_rename(&x->admin, "acme", "", &org, &x->f),
		 STATUS_INVALID);
	CHECK_EQ(admin_org_rename(&x->admin, "nix", "Nix", &org, &x->f),
		 STATUS_NOT_FOUND);
}

/* The old slug answers for a week, and nobody else may have it meanwhile. */
static void
check_set_slug(struct fixture *x)
{
	struct admin_org_new n = { .slug = "acme" };
	struct store_org org, found;

	CHECK_OK(admin_org_set_slug(&x->admin, "acme", "apex", &org, &x->f),
		 &x->f);
	CHECK_STR(org.slug, "apex");
	CHECK_EQ(admin_org_set_slug(&x->admin, "acme", "apex", &org, &x->f),
		 STATUS_CONFLICT);
	CHECK_EQ(admin_org_set_slug(&x->admin, "apex", "root", &org, &x->f),
		 STATUS_INVALID);
	CHECK_OK(admin_org_find(&x->admin, "acme", &found, &x->f), &x->f);
	CHECK_STR(found.id.s, org.id.s);
	CHECK_STR(found.slug, "apex");
	CHECK_EQ(admin_org_add(&x->admin, &n, &found, &x->f), STATUS_CONFLICT);
	(void)add(x, "mill", NULL);
	CHECK_EQ(admin_org_set_slug(&x->admin, "mill", "acme", &found, &x->f),
		 STATUS_CONFLICT);
	CHECK_EQ(admin_org_set_slug(&x->admin, "mill", "apex", &found, &x->f),
		 STATUS_CONFLICT);
	x->admin.now += (int64_t)ADMIN_SLUG_DAYS * 86400 - 1;
	CHECK_OK(admin_org_find(&x->admin, "acme", &found, &x->f), &x->f);
	x->admin.now++;
	CHECK_EQ(admin_org_find(&x->admin, "acme", &found, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_OK(admin_org_set_slug(&x->admin, "mill", "acme", &found, &x->f),
		 &x->f);
	/* It comes back to its own. */
	CHECK_OK(admin_org_set_slug(&x->admin, "acme", "mill", &found, &x->f),
		 &x->f);
	CHECK_OK(admin_org_set_slug(&x->admin, "apex", "peak", &found, &x->f),
		 &x->f);
	CHECK_OK(admin_org_set_slug(&x->admin, "peak", "apex", &found, &x->f),
		 &x->f);
}

/* Who requires a second factor has one. */
static void
check_set(struct fixture *x)
{
	struct admin_org_change change = { .words = "apex rocket" };
	struct store_org org;
	struct id self;
	int64_t tokens = -1;
	bool yes = true, no = false, flag;
	SECRET(key);
	CODE_SET(backup);

	CHECK_OK(admin_org_set(&x->admin, "apex", &change, &org, &tokens,
			       &x->f),
		 &x->f);
	CHECK_STR(org.words, "apex rocket");
	CHECK(!org.require_mfa);
	change = (struct admin_org_change){ .require_mfa = &yes };
	self = device_account(x, "ann").id;
	x->admin.self = &self;
	CHECK_EQ(admin_org_set(&x->admin, "apex", &change, &org, &tokens,
			       &x->f),
		 STATUS_REFUSED);
	(void)device_add(x, "ann", STORE_TOTP, "phone", &key, &backup, &flag);
	CHECK_OK(admin_org_set(&x->admin, "apex", &change, &org, &tokens,
			       &x->f),
		 &x->f);
	CHECK(org.require_mfa);
	CHECK_STR(org.words, "apex rocket");
	change.require_mfa = &no;
	x->admin.self = NULL;
	CHECK_OK(admin_org_set(&x->admin, "apex", &change, &org, &tokens,
			       &x->f),
		 &x->f);
	change.require_mfa = &yes;
	CHECK_OK(admin_org_set(&x->admin, "apex", &change, &org, &tokens,
			       &x->f),
		 &x->f);
	change = (struct admin_org_change){ .words = "a\tb" };
	CHECK_EQ(admin_org_set(&x->admin, "apex", &change, &org, &tokens,
			       &x->f),
		 STATUS_INVALID);
	change.words = "";
	CHECK_OK(admin_org_set(&x->admin, "apex", &change, &org, &tokens,
			       &x->f),
		 &x->f);
	CHECK_STR(org.words, "");
	CHECK(org.require_mfa);
}

/* How far members' app tokens may reach. */
static void
check_limits(struct fixture *x)
{
	struct admin_org_change change = { .words = NULL };
	const int64_t bad[] = { -86400, 1, 86401,
				STORE_ORG_TOKEN_MAX + INT64_C(86400) };
	int64_t max = 90 * INT64_C(86400), tokens = -1;
	struct store_org org;
	bool yes = true;

	change.token_expiry = &yes;
	change.token_max = &max;
	CHECK_OK(admin_org_set(&x->admin, "apex", &change, &org, &tokens,
			       &x->f),
		 &x->f);
	CHECK(org.token_expiry && org.require_mfa);
	CHECK_EQ(org.token_max, max);
	CHECK_EQ(tokens, 0);
	CHECK(strstr(fixture_last(x), "\"app_expiry\":\"required\"") != NULL);
	CHECK(strstr(fixture_last(x), "\"app_max_days\":\"90\"") != NULL);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		change.token_max = &bad[i];
		CHECK_EQ(admin_org_set(&x->admin, "apex", &change, &org,
				       &tokens, &x->f),
			 STATUS_INVALID);
	}
	max = 0;
	yes = false;
	change.token_max = &max;
	CHECK_OK(admin_org_set(&x->admin, "apex", &change, &org, &tokens,
			       &x->f),
		 &x->f);
	CHECK(!org.token_expiry);
	CHECK_EQ(org.token_max, 0);
}

static bool
count_each(void *ctx, const struct store_org *org)
{
	(void)org;
	++*(int *)ctx;
	return true;
}

/* An administrator of one sees no other: absent and foreign are the same. */
static void
check_confined(struct fixture *x)
{
	struct store_org apex, found = { .slug = "" };
	struct admin confined = x->admin;
	char absent[FAULT_TEXT_SIZE];
	int n = 0;

	CHECK_OK(admin_org_find(&x->admin, "apex", &apex, &x->f), &x->f);
	confined.org = &apex.id;
	CHECK_OK(admin_org_find(&confined, "apex", &found, &x->f), &x->f);
	CHECK_EQ(admin_org_find(&confined, "nixx", &found, &x->f),
		 STATUS_NOT_FOUND);
	(void)text_copy(absent, sizeof(absent), x->f.text);
	CHECK_STR(absent,
		  "there is no organization 'nixx' that you administer");
	CHECK_EQ(admin_org_find(&confined, "mill", &found, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_STR(x->f.text,
		  "there is no organization 'mill' that you administer");
	CHECK_STR(found.slug, "apex");
	CHECK_OK(admin_org_list(&confined, count_each, &n, &x->f), &x->f);
	CHECK_EQ(n, 1);
	n = 0;
	CHECK_OK(admin_org_list(&x->admin, count_each, &n, &x->f), &x->f);
	CHECK_EQ(n, 2);
}

/* All that it had goes with it, and a rule that names it stands against. */
static void
check_delete(struct fixture *x)
{
	const struct admin_invite_new invite = { .slug = "apex",
						 .address = "new",
						 .role = STORE_ROLE_MEMBER,
						 .ttl = 60 };
	struct admin_org_count was;
	struct admin_invite made;
	struct admin_service s;
	struct admin_member m;
	struct store_org org;
	struct store_account acct;
	SECRET(code);

	CHECK_OK(admin_member_add(&x->admin, "apex", "ann", STORE_ROLE_OWNER,
				  &m, &x->f),
		 &x->f);
	CHECK_OK(admin_member_add(&x->admin, "apex", "bob", STORE_ROLE_MEMBER,
				  &m, &x->f),
		 &x->f);
	CHECK_OK(admin_service_add(&x->admin, "bot", "apex", false, &s, &x->f),
		 &x->f);
	CHECK_OK(admin_invite_make(&x->admin, &invite, &code, &made, &x->f),
		 &x->f);
	CHECK_OK(admin_org_count(&x->admin, &s.org.id, &was, &x->f), &x->f);
	CHECK_EQ(was.members, 2);
	CHECK_EQ(was.owners, 1);
	CHECK_EQ(was.invitations, 1);
	CHECK_EQ(was.services, 1);
	CHECK_OK(admin_org_delete(&x->admin, "apex", &org, &was, &x->f),
		 &x->f);
	CHECK_EQ(was.members, 2);
	CHECK_EQ(was.invitations, 1);
	CHECK_EQ(was.services, 1);
	CHECK_EQ(was.sessions, 0);
	CHECK(strstr(fixture_last(x), "org.deleted success") != NULL);
	CHECK_EQ(admin_org_find(&x->admin, "apex", &org, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(admin_org_delete(&x->admin, "apex", &org, &was, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(store_account_by_name(x->store, "bot", &acct, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(admin_invite_accept(&x->admin, "bob", &code, &m, &x->f),
		 STATUS_REFUSED);
	/* Both names are free. */
	(void)add(x, "apex", "ann");
	person(x, "bot");
}

static void
check_rule(struct fixture *x)
{
	struct rule r = { .action = POLICY_ACTION_DENY, .session_max = -1 };
	struct admin_findings found;
	struct admin_org_count was;
	struct store_org org;

	CHECK_OK(admin_org_find(&x->admin, "apex", &org, &x->f), &x->f);
	r.phases = RULE_PHASE(POLICY_PHASE_AUTH);
	(void)text_copy(r.org, sizeof(r.org), org.id.s);
	CHECK_OK(admin_rules_add(&x->admin, &r, &r, &found, &x->f), &x->f);
	CHECK_EQ(admin_org_delete(&x->admin, "apex", &org, &was, &x->f),
		 STATUS_REFUSED);
	CHECK(strstr(x->f.text, "rule ") != NULL);
	CHECK_OK(admin_org_find(&x->admin, "apex", &org, &x->f), &x->f);
	CHECK_OK(admin_rules_remove(&x->admin, r.position, &r, &found, &x->f),
		 &x->f);
	CHECK_OK(admin_org_delete(&x->admin, "apex", &org, &was, &x->f),
		 &x->f);
}

static void
check_personal(struct fixture *x)
{
	struct admin_account_new n = { .name = "mill", .personal = true };
	struct store_member m;
	struct store_account acct;
	struct store_org org;

	/* The name is another organization's. */
	CHECK_OK(admin_account_add(&x->admin, &n, &acct, &x->f), &x->f);
	CHECK_OK(admin_org_find(&x->admin, "mill-org", &org, &x->f), &x->f);
	CHECK(org.personal);
	CHECK_OK(store_member_get(x->store, &org.id, &acct.id, &m, &x->f),
		 &x->f);
	CHECK_EQ(m.role, STORE_ROLE_OWNER);
	/* Nobody's name stands in the audit. */
	CHECK(strstr(fixture_last(x), "mill") == NULL);
	n.name = "root";
	CHECK_EQ(admin_account_add(&x->admin, &n, &acct, &x->f),
		 STATUS_REFUSED);
	CHECK_EQ(store_account_by_name(x->store, "root", &acct, &x->f),
		 STATUS_NOT_FOUND);
}

int
main(void)
{
	struct fixture x;

	fixture_start(&x, "org");
	person(&x, "ann");
	person(&x, "bob");
	check_slugs(&x);
	check_personal_slugs();
	check_add(&x);
	check_set_slug(&x);
	check_set(&x);
	check_limits(&x);
	check_confined(&x);
	check_delete(&x);
	check_rule(&x);
	check_personal(&x);
	fixture_stop(&x);
	return test_done();
}
