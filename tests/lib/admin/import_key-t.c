/* SPDX-License-Identifier: MIT */
/* Security keys of pam_u2f: what of a line becomes a row, whole or not. */
#include <stdio.h>
#include <stdlib.h>

#include "admin/account.h"
#include "admin/import.h"
#include "admin/key.h"
#include "fixture.h"

#define ORIGIN "pam://box"
/* 64 bytes, 32 bytes, and a handle of 12. */
#define POINT                                                                 \
	"AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyABAgMEBQYHCAkKCwwNDg8QERI" \
	"TFBUWFxgZGhscHR4fIA=="
#define EDWARDS "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA="
#define HANDLE(x) "aGFuZGxlLW5v" x
#define KEY(x) HANDLE(x) "," POINT ",es256,+presence"

struct said {
	struct fixture *x;
	size_t rows, break_at; /* 0: nowhere */
	char text[2048];       /* "LINE USER WHAT TAKEN;" each */
	char last[256];
};

static void
said_row(void *ctx, const struct admin_import_row *row)
{
	struct said *s = ctx;
	size_t n = strlen(s->text);

	s->rows++;
	(void)snprintf(s->text + n, sizeof(s->text) - n, "%zu %s %s %s;",
		       row->line, row->user, row->what,
		       row->taken ? "yes" : "no");
	(void)snprintf(s->last, sizeof(s->last), "%s", row->note);
	/* The audit takes no such actor. */
	if (s->rows == s->break_at)
		s->x->admin.actor = "nobody at all";
}

static enum status
import_as(struct said *s, const char *user, const char *text, bool dry_run,
	  struct admin_import_count *n)
{
	struct fixture *x = s->x;
	struct admin_import_text of = { .user = user,
					.bytes = text,
					.len = strlen(text) };
	struct admin_import i = { .kind = ADMIN_IMPORT_U2F,
				  .of = &of,
				  .n = 1,
				  .dry_run = dry_run,
				  .origin = ORIGIN,
				  .say = said_row,
				  .ctx = s };
	enum status st;

	*s = (struct said){ .x = x, .break_at = s->break_at };
	st = admin_import(&x->admin, &i, n, &x->f);
	x->admin.actor = "uid:1000";
	return st;
}

static enum status
import(struct said *s, const char *text, struct admin_import_count *n)
{
	return import_as(s, NULL, text, false, n);
}

static void
add(struct fixture *x, const char *name)
{
	struct admin_account_new n = { .name = name };
	struct store_account acct;

	CHECK_OK(admin_account_add(&x->admin, &n, &acct, &x->f), &x->f);
}

static bool
count_each(void *ctx, const struct store_key *row)
{
	(void)row;
	(*(size_t *)ctx)++;
	return true;
}

static size_t
keys_of(struct fixture *x, const char *name)
{
	struct store_account acct;
	size_t n = 0;

	CHECK_OK(admin_account_find(&x->admin, name, &acct, &x->f), &x->f);
	CHECK_OK(store_key_list(x->store, &acct.id, count_each, &n, &x->f),
		 &x->f);
	return n;
}

/* A change of the store's own, by nobody. */
static void
changed(struct fixture *x, const struct id *revoke,
	const struct store_key_policy *policy)
{
	STORE_TXN(txn);

	CHECK_OK(store_begin(x->store, &txn, &x->f), &x->f);
	if (revoke != NULL)
		CHECK_OK(store_key_state(x->store, revoke, STORE_KEY_REVOKED,
					 &x->f),
			 &x->f);
	if (policy != NULL)
		CHECK_OK(store_key_policy_put(x->store, policy, &x->f), &x->f);
	CHECK_OK(store_commit(&txn, &x->f), &x->f);
}

/* The row is sealed as any other, so that it is a key to log in with. */
static void
test_row(struct fixture *x, struct said *s)
{
	struct admin_import_count n;
	struct factor_env env;
	struct store_account acct;
	struct store_key row;

	CHECK_OK(import(s, "ann:" KEY("MQ==") "\n", &n), &x->f);
	CHECK_EQ(n.rows, 1);
	CHECK_EQ(n.taken, 1);
	CHECK_STR(s->text, "1 ann fido2 'u2f-1' yes;");
	CHECK(strstr(fixture_last(x), "key.adopted success uid:1000") ==
	      fixture_last(x));
	CHECK(strstr(fixture_last(x), "\"from\":\"pam_u2f\"") != NULL);
	CHECK_OK(admin_account_find(&x->admin, "ann", &acct, &x->f), &x->f);
	CHECK_OK(store_key_get(x->store, &acct.id, "u2f-1", &row, &x->f),
		 &x->f);
	CHECK_STR(row.rp, ORIGIN);
	CHECK_EQ(row.algorithm, -7);
	CHECK_EQ(row.public_len, 64);
	CHECK_EQ(row.credential_len, 10);
	CHECK_EQ(row.flags, 0);
	CHECK_EQ(row.state, STORE_KEY_ACTIVE);
	CHECK_EQ(row.sign_count, 0);
	CHECK_EQ(row.used_at, 0);
	CHECK_STR(row.transports, "");
	env = (struct factor_env){ .store = x->store,
				   .keys = &x->keys,
				   .now = x->admin.now };
	CHECK_OK(fido2_row_check(&env, &row, &x->f), &x->f);
	row.public[0] ^= 1;
	CHECK_EQ(fido2_row_check(&env, &row, &x->f), STATUS_CORRUPT);
}

static void
test_known(struct fixture *x, struct said *s)
{
	struct admin_import_count n;
	struct store_account acct;
	struct store_key row;

	CHECK_OK(import(s, "ann:" KEY("MQ=="), &n), &x->f);
	CHECK_EQ(n.taken, 0);
	CHECK_EQ(n.there, 1);
	CHECK_STR(s->text, "1 ann fido2 'u2f-1' no;");
	CHECK_STR(s->last, "already there");
	/* The same handle with another key is no other key. */
	CHECK_OK(import(s, "ann:" HANDLE("MQ==") "," EDWARDS ",eddsa,", &n),
		 &x->f);
	CHECK_EQ(n.taken + n.there, 0);
	CHECK(strstr(s->last, "another public key") != NULL);
	CHECK_OK(import(s, "bob:" KEY("MQ=="), &n), &x->f);
	CHECK_STR(s->text, "1 bob fido2 no;");
	CHECK(strstr(s->last, "another account") != NULL);
	CHECK_EQ(keys_of(x, "bob"), 0);
	/* One whose counter went back stays as it is. */
	CHECK_OK(admin_account_find(&x->admin, "ann", &acct, &x->f), &x->f);
	CHECK_OK(store_key_get(x->store, &acct.id, "u2f-1", &row, &x->f),
		 &x->f);
	changed(x, &row.id, NULL);
	CHECK_OK(import(s, "ann:" KEY("MQ=="), &n), &x->f);
	CHECK_EQ(n.there, 1);
	CHECK(strstr(s->last, "revoked") != NULL);
	CHECK_OK(store_key_get(x->store, &acct.id, "u2f-1", &row, &x->f),
		 &x->f);
	CHECK_EQ(row.state, STORE_KEY_REVOKED);
}

static void
test_lines(struct fixture *x, struct said *s)
{
	struct admin_import_count n;

	CHECK_OK(
		import(s,
		       "# one\n\nbob:" KEY("Mg==") "\nbob:" KEY(
			       "Mw==") ":*," POINT
				       ",es256,+presence\nzoe:" KEY(
					       "NA==") "\n:" KEY("NQ==") "\nx"
									 "\nbo"
									 "b2:"
									 "\n",
		       &n),
		&x->f);
	CHECK_STR(s->text,
		  "3 bob line no;4 bob fido2 'u2f-1' yes;4 bob fido2 no;"
		  "5 zoe line no;6  line no;7  line no;8 bob2 line no;");
	CHECK_EQ(n.rows, 7);
	CHECK_EQ(n.taken, 1);
	CHECK_EQ(keys_of(x, "bob"), 1);
	CHECK_OK(import(s, "bob:\n", &n), &x->f);
	CHECK_STR(s->text, "1 bob line no;");
	CHECK_OK(import(s, "", &n), &x->f);
	CHECK_EQ(n.rows, 0);
}

/* A file in a home speaks for its user alone. */
static void
test_home(struct fixture *x, struct said *s)
{
	struct admin_import_count n;

	CHECK_OK(import_as(s, "cat",
			   "ann:" KEY("Ng==") "\ncat:" KEY("Nw==") "\n", false,
			   &n),
		 &x->f);
	CHECK_STR(s->text, "1 ann line no;2 cat fido2 'u2f-1' yes;");
	CHECK_EQ(keys_of(x, "ann"), 1);
	CHECK_EQ(keys_of(x, "cat"), 1);
	CHECK_EQ(import_as(s, "zoe", "", false, &n), STATUS_NOT_FOUND);
	CHECK_OK(import(s, "-----BEGIN OPENSSH PRIVATE KEY-----\n", &n),
		 &x->f);
	CHECK_STR(s->text, "0  fido2 no;");
	CHECK_OK(import_as(s, "cat", "ssh-ed25519 AAAA x\n", false, &n),
		 &x->f);
	CHECK(strstr(s->last, "enroll ssh-key") != NULL);
}

static void
test_policy(struct fixture *x, struct said *s)
{
	const char *text = "cat:" KEY("OA==");
	struct store_key_policy policy;
	struct admin_import_count n;

	CHECK_OK(store_key_policy_get(x->store, &policy, &x->f), &x->f);
	policy.aaguids = 1;
	policy.aaguid[0][0] = 1;
	changed(x, NULL, &policy);
	CHECK_OK(import(s, text, &n), &x->f);
	CHECK_EQ(n.taken, 0);
	CHECK(strstr(s->last, "policy keys") != NULL);
	policy.aaguids = 0;
	policy.attestation = true;
	changed(x, NULL, &policy);
	CHECK_OK(import(s, text, &n), &x->f);
	CHECK_EQ(n.taken, 0);
	CHECK_EQ(keys_of(x, "cat"), 1);
	policy.attestation = false;
	changed(x, NULL, &policy);
}

static void
test_whole(struct fixture *x, struct said *s)
{
	static const char text[] =
		"cat:" KEY("OQ==") ":" KEY("MTA=") "\nbob:" KEY("MTE=") "\n";
	struct admin_import_count n = { .rows = 77 };
	long rows = fixture_rows(x);

	CHECK_OK(import_as(s, NULL, text, true, &n), &x->f);
	CHECK_EQ(n.taken, 3);
	CHECK_EQ(fixture_rows(x), rows);
	CHECK_EQ(keys_of(x, "cat"), 1);
	n.rows = 77;
	s->break_at = 2;
	CHECK(import(s, text, &n) != STATUS_OK);
	CHECK(x->f.text[0] != '\0');
	CHECK_EQ(n.rows, 77);
	CHECK_EQ(fixture_rows(x), rows);
	CHECK_EQ(keys_of(x, "cat"), 1);
	CHECK_EQ(keys_of(x, "bob"), 1);
	s->break_at = 0;
	CHECK_OK(import(s, text, &n), &x->f);
	CHECK_EQ(n.taken, 3);
	CHECK_EQ(keys_of(x, "cat"), 3);
}

static void
test_many(struct fixture *x, struct said *s)
{
	const size_t size = 5 * (ADMIN_IMPORT_MAX + 1) + 1;
	char *text = calloc(1, size), *end = text;
	struct admin_import_count n;

	if (text == NULL)
		return;
	for (size_t i = 0; i <= ADMIN_IMPORT_MAX; i++, end += 4)
		memcpy(end, "x:y\n", 4);
	CHECK_EQ(import(s, text, &n), STATUS_REFUSED);
	end[-4] = '\0';
	CHECK_OK(import(s, text, &n), &x->f);
	CHECK_EQ(n.rows, ADMIN_IMPORT_MAX);
	free(text);
}

int
main(void)
{
	struct fixture x;
	struct said s = { .x = &x };

	fixture_start(&x, "import_key");
	add(&x, "ann");
	add(&x, "bob");
	add(&x, "cat");
	test_row(&x, &s);
	test_known(&x, &s);
	test_lines(&x, &s);
	test_home(&x, &s);
	test_policy(&x, &s);
	test_whole(&x, &s);
	test_many(&x, &s);
	fixture_stop(&x);
	return test_done();
}
