/* SPDX-License-Identifier: MIT */
#include "admin/token.h"

#include "admin/org.h"
#include "admin/prune.h"
#include "people.h"

#define DAY INT64_C(86400)

/* Of ann, good for dovecot. */
static struct admin_token_new
fresh(const char *label)
{
	return (struct admin_token_new){ .user = "ann",
					 .label = label,
					 .scopes = "login:dovecot" };
}

static enum status
create(struct fixture *x, const struct admin_token_new *n,
       struct admin_token *out)
{
	SECRET(text);

	return admin_token_create(&x->admin, n, &text, out, &x->f);
}

/* It is shown once, kept as a hash, and found by that. */
static void
check_create(struct fixture *x)
{
	struct admin_token_new n = fresh("Zo\u00eb's phone");
	struct admin_token t, found;
	struct store_token row;
	enum store_token_kind kind;
	uint8_t hash[STORE_HASH_SIZE];
	SECRET_TEXT(plain);
	SECRET(text);

	n.scopes = "login:dovecot,login:ftp*";
	n.sources = "192.0.2.77/24,2001:DB8:0:0::1/32,10.0.0.1";
	n.expires_at = x->admin.now + 90 * DAY;
	CHECK_OK(admin_token_create(&x->admin, &n, &text, &t, &x->f), &x->f);
	CHECK(token_kind(&text, &kind) && kind == STORE_TOKEN_APP);
	CHECK_STR(t.row.sources, "192.0.2.0/24,2001:db8::/32,10.0.0.1/32");
	CHECK_STR(t.row.made_by, "uid:1000");
	CHECK_EQ(t.ends_at, n.expires_at);
	CHECK_STR(admin_token_state(&t, x->admin.now), "active");
	CHECK_STR(admin_token_state(&t, n.expires_at), "expired");
	CHECK_OK(token_hash(&x->keys, &t.account.id, &text, hash, &x->f),
		 &x->f);
	CHECK_OK(store_token_find(x->store, &t.account.id, hash, &row, &x->f),
		 &x->f);
	CHECK_STR(row.id.s, t.row.id.s);
	CHECK(secret_string(&text, plain.s, sizeof(plain.s)));
	CHECK(strstr(fixture_last(x), "token.created success uid:1000 ") !=
	      NULL);
	CHECK(strstr(fixture_last(x), t.account.id.s) != NULL);
	CHECK(strstr(fixture_last(x), "login:dovecot,login:ftp*") != NULL);
	CHECK(strstr(fixture_last(x), plain.s) == NULL);
	CHECK(strstr(x->lines, plain.s) == NULL);
	CHECK_OK(admin_token_find(&x->admin, "ann", n.label, &found, &x->f),
		 &x->f);
	CHECK_STR(found.row.id.s, t.row.id.s);
	CHECK_OK(admin_token_find(&x->admin, t.row.id.s, NULL, &found, &x->f),
		 &x->f);
	CHECK_STR(found.account.name, "ann");
}

static void
check_invalid(struct fixture *x)
{
	static const char *const labels[] = { "", "a\nb", " a", "a:b",
					      "\xff" };
	static const char *const scopes[] = { "",
					      "login",
					      "login:",
					      ":x",
					      "Login:x",
					      "login:x,",
					      "login:x y",
					      "login:x,,login:y",
					      "login:\xc3\xab" };
	static const char *const sources[] = { "",
					       "10.0.0.0/33",
					       "10.0.0",
					       "a",
					       "10.0.0.0/8,",
					       "fe80::1%lo",
					       "10.0.0.0/8 ",
					       "::1/129",
					       ",10.0.0.1" };
	const struct admin_token_new good = fresh("x");
	struct admin_token_new n = good;
	struct admin_token t;
	char big[1200];
	long rows = fixture_rows(x);

	memset(big, 'x', sizeof(big));
	big[sizeof(big) - 1] = '\0';
	for (size_t i = 0; i <= sizeof(labels) / sizeof(labels[0]); i++) {
		n.label = i == 0 ? big : labels[i - 1];
		CHECK_EQ(create(x, &n, &t), STATUS_INVALID);
	}
	n = good;
	for (size_t i = 0; i <= sizeof(scopes) / sizeof(scopes[0]); i++) {
		n.scopes = i == 0 ? big : scopes[i - 1];
		CHECK_EQ(create(x, &n, &t), STATUS_INVALID);
	}
	n = good;
	for (size_t i = 0; i <= sizeof(sources) / sizeof(sources[0]); i++) {
		n.sources = i == 0 ? big : sources[i - 1];
		CHECK_EQ(create(x, &n, &t), STATUS_INVALID);
	}
	/* Each is a network, but there are too many. */
	for (size_t i = 0; i + 2 < sizeof(big); i += 3)
		memcpy(big + i, "::,", 3);
	big[sizeof(big) - 1] = '\0';
	big[sizeof(big) - 2] = ':';
	n.sources = big;
	CHECK_EQ(create(x, &n, &t), STATUS_INVALID);
	n = good;
	n.expires_at = x->admin.now;
	CHECK_EQ(create(x, &n, &t), STATUS_INVALID);
	CHECK_EQ(fixture_rows(x), rows);
}

/* Who may have one at all. */
static void
check_whose(struct fixture *x)
{
	struct store_account bob = people_add(x, "bob");
	struct admin_token_new n = fresh("x");
	struct admin_token t;
	struct id acme = people_org(x, "whose", false);
	long rows;
	STORE_TXN(txn);

	(void)people_service(x, &acme, "bot");
	rows = fixture_rows(x);
	n.user = "bot";
	CHECK_EQ(create(x, &n, &t), STATUS_CONFLICT);
	CHECK(strstr(x->f.text, "sigractl secret add") != NULL);
	CHECK_EQ(admin_token_find(&x->admin, "bot", "x", &t, &x->f),
		 STATUS_CONFLICT);
	n.user = "zoe";
	CHECK_EQ(create(x, &n, &t), STATUS_NOT_FOUND);
	n.user = "bob";
	for (int i = 0; i < 4; i++) {
		bob.state = i == 0   ? STORE_DISABLED
			    : i == 1 ? STORE_PENDING
				     : STORE_ACTIVE;
		bob.delete_at = i == 1 ? x->admin.now + 1 : 0;
		bob.expires_at = i == 2 ? x->admin.now : 0;
		CHECK_OK(store_begin(x->store, &txn, &x->f), &x->f);
		CHECK_OK(store_account_update(x->store, &bob, &x->f), &x->f);
		CHECK_OK(store_commit(&txn, &x->f), &x->f);
		bob.version++;
		CHECK_EQ(create(x, &n, &t),
			 i == 3 ? STATUS_OK : STATUS_CONFLICT);
	}
	CHECK_EQ(fixture_rows(x), rows + 1);
}

/* A name is one token that is not revoked. */
static void
check_names(struct fixture *x)
{
	struct admin_token_new n = fresh("mail");
	struct admin_token t, old;
	char label[24];
	int64_t revoked = -1;
	struct store_account acct;

	CHECK_OK(create(x, &n, &old), &x->f);
	CHECK_EQ(create(x, &n, &t), STATUS_CONFLICT);
	CHECK_OK(admin_token_revoke(&x->admin, "ann", "mail", &t, &x->f),
		 &x->f);
	CHECK_STR(t.row.id.s, old.row.id.s);
	CHECK_STR(admin_token_state(&t, x->admin.now), "revoked");
	CHECK(strstr(fixture_last(x), "token.revoked success uid:1000 ") !=
	      NULL);
	CHECK_EQ(admin_token_revoke(&x->admin, "ann", "mail", &t, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(admin_token_revoke(&x->admin, old.row.id.s, NULL, &t, &x->f),
		 STATUS_CONFLICT);
	CHECK_OK(create(x, &n, &t), &x->f);
	CHECK_OK(admin_token_find(&x->admin, "ann", "mail", &t, &x->f), &x->f);
	CHECK(strcmp(t.row.id.s, old.row.id.s) != 0);
	CHECK_OK(admin_token_find(&x->admin, old.row.id.s, NULL, &t, &x->f),
		 &x->f);
	CHECK(t.row.revoked_at != 0);
	CHECK_OK(admin_token_revoke_all(&x->admin, "ann", &revoked, &acct,
					&x->f),
		 &x->f);
	CHECK_EQ(revoked, 2);
	CHECK(strstr(fixture_last(x), "\"all\":\"2\"") != NULL);
	for (int i = 0; i < STORE_TOKENS_MAX; i++) {
		(void)snprintf(label, sizeof(label), "%d", i);
		n.label = label;
		CHECK_OK(create(x, &n, &t), &x->f);
	}
	n.label = "more";
	CHECK_EQ(create(x, &n, &t), STATUS_REFUSED);
	CHECK_OK(admin_token_revoke_all(&x->admin, "ann", &revoked, &acct,
					&x->f),
		 &x->f);
	CHECK_EQ(revoked, STORE_TOKENS_MAX);
}

static bool
count_each(void *ctx, const struct admin_token *t)
{
	int *n = ctx;

	*n += t->row.revoked_at == 0;
	return true;
}

static int
listed(struct fixture *x, const char *user)
{
	int n = 0;

	CHECK_OK(admin_token_list(&x->admin, user, count_each, &n, &x->f),
		 &x->f);
	return n;
}

/* What an organization wants holds for those that were made before, too. */
static void
check_limits(struct fixture *x, const struct id *mill)
{
	struct admin_org_change change = { .words = NULL };
	struct admin_token_new n = fresh("endless");
	struct admin_token t;
	struct store_org org;
	int64_t max = 30 * DAY, touched = -1;
	bool yes = true;

	CHECK_OK(create(x, &n, &t), &x->f);
	change.token_expiry = &yes;
	CHECK_OK(admin_org_set(&x->admin, "mill", &change, &org, &touched,
			       &x->f),
		 &x->f);
	CHECK_EQ(touched, 1);
	CHECK_OK(admin_token_find(&x->admin, "ann", "endless", &t, &x->f),
		 &x->f);
	CHECK_STR(admin_token_state(&t, x->admin.now), "refused");
	n.label = "new";
	CHECK_EQ(create(x, &n, &t), STATUS_REFUSED);
	CHECK(strstr(x->f.text, "organization mill wants") != NULL);
	n.expires_at = x->admin.now + 31 * DAY;
	CHECK_OK(create(x, &n, &t), &x->f);
	change.token_max = &max;
	CHECK_OK(admin_org_set(&x->admin, "mill", &change, &org, &touched,
			       &x->f),
		 &x->f);
	CHECK_EQ(touched, 2);
	CHECK_OK(admin_token_find(&x->admin, "ann", "new", &t, &x->f), &x->f);
	CHECK_EQ(t.ends_at, x->admin.now + max);
	n.label = "newer";
	CHECK_EQ(create(x, &n, &t), STATUS_REFUSED);
	CHECK(strstr(x->f.text, "mill lets") != NULL);
	CHECK(strstr(x->f.text, "30 days at most") != NULL);
	n.expires_at = x->admin.now + max;
	CHECK_OK(create(x, &n, &t), &x->f);
	yes = false;
	max = 0;
	CHECK_OK(admin_org_set(&x->admin, "mill", &change, &org, &touched,
			       &x->f),
		 &x->f);
	CHECK_EQ(touched, 0);
	CHECK_STR(org.id.s, mill->s);
	CHECK_EQ(listed(x, "ann"), 3);
}

/* For one organization there are its own people's, and no others. */
static void
check_confined(struct fixture *x, const struct id *mill)
{
	struct admin_token mine, theirs, t;
	struct admin_token_new n = fresh("far");
	struct store_account acct;
	char absent[FAULT_TEXT_SIZE];
	int64_t revoked = -1;

	n.user = "bob";
	CHECK_OK(create(x, &n, &theirs), &x->f);
	n.user = "ann";
	CHECK_OK(create(x, &n, &mine), &x->f);
	CHECK_EQ(listed(x, NULL), 6);
	x->admin.org = mill;
	CHECK_EQ(listed(x, NULL), 4);
	CHECK_EQ(admin_token_find(&x->admin,
				  "00000000-0000-4000-8000-000000000000", NULL,
				  &t, &x->f),
		 STATUS_NOT_FOUND);
	(void)snprintf(absent, sizeof(absent), "%s", x->f.text);
	CHECK_EQ(admin_token_revoke(&x->admin, theirs.row.id.s, NULL, &t,
				    &x->f),
		 STATUS_NOT_FOUND);
	CHECK(strstr(absent, "there is no app token '") == absent);
	CHECK_STR(strstr(absent, "': see"), strstr(x->f.text, "': see"));
	CHECK_EQ(admin_token_revoke(&x->admin, "bob", "far", &t, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(admin_token_revoke_all(&x->admin, "bob", &revoked, &acct,
					&x->f),
		 STATUS_NOT_FOUND);
	n.user = "bob";
	n.label = "other";
	CHECK_EQ(create(x, &n, &t), STATUS_NOT_FOUND);
	n.user = "ann";
	CHECK_OK(create(x, &n, &t), &x->f);
	CHECK_OK(admin_token_revoke(&x->admin, mine.row.id.s, NULL, &t, &x->f),
		 &x->f);
	x->admin.org = NULL;
}

/* Who belongs to several is none's to give tokens. */
static void
check_shared(struct fixture *x, const struct id *mill)
{
	struct id other = people_org(x, "other", false);
	struct admin_token_new n = fresh("shared");
	struct store_account acct;
	struct admin_token t;
	int64_t revoked;

	CHECK_OK(store_account_by_name(x->store, "ann", &acct, &x->f), &x->f);
	people_join(x, &other, &acct, STORE_ROLE_MEMBER);
	x->admin.org = mill;
	CHECK_EQ(create(x, &n, &t), STATUS_REFUSED);
	CHECK_EQ(admin_token_revoke(&x->admin, "ann", "far", &t, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(admin_token_revoke(&x->admin, "ann", "other", &t, &x->f),
		 STATUS_REFUSED);
	CHECK_EQ(admin_token_revoke_all(&x->admin, "ann", &revoked, &acct,
					&x->f),
		 STATUS_REFUSED);
	x->admin.org = NULL;
}

/* What ended is remembered for 90 days. */
static void
check_prune(struct fixture *x)
{
	struct store_account acct;
	struct admin_token t;
	int64_t n = 0, revoked;

	CHECK_OK(admin_token_find(&x->admin, "ann", "other", &t, &x->f),
		 &x->f);
	CHECK_OK(admin_token_revoke_all(&x->admin, "ann", &revoked, &acct,
					&x->f),
		 &x->f);
	x->admin.now += 90 * DAY;
	CHECK_OK(admin_prune(&x->admin, false, &n, &x->f), &x->f);
	CHECK_OK(admin_token_find(&x->admin, t.row.id.s, NULL, &t, &x->f),
		 &x->f);
	x->admin.now++;
	CHECK_OK(admin_prune(&x->admin, false, &n, &x->f), &x->f);
	CHECK(n > 0);
	CHECK_EQ(admin_token_find(&x->admin, t.row.id.s, NULL, &t, &x->f),
		 STATUS_NOT_FOUND);
	/* Bob's have no end. */
	CHECK_EQ(listed(x, NULL), 2);
}

int
main(void)
{
	struct store_account ann;
	struct fixture x;
	struct id mill;

	fixture_start(&x, "token");
	ann = people_add(&x, "ann");
	check_create(&x);
	check_invalid(&x);
	check_whose(&x);
	check_names(&x);
	mill = people_org(&x, "mill", false);
	people_join(&x, &mill, &ann, STORE_ROLE_MEMBER);
	check_limits(&x, &mill);
	check_confined(&x, &mill);
	check_shared(&x, &mill);
	check_prune(&x);
	fixture_stop(&x);
	return test_done();
}
