/* SPDX-License-Identifier: MIT */
/*
 * Nothing of an account is left.  A row of every table that has a column
 * `account` is laid out here; a later table is missed, and so is a later
 * delete.
 */
#include <sqlite3.h>
#include <stdio.h>

#include "../fixture.h"
#include "raw.h"
#include "store/outbox.h"
#include "store/people.h"
#include "store/refresh.h"
#include "store/token.h"
#include "store/trust.h"

static struct fault f;
static char where[512];
static const char *path;

/* Tables that have it, but rule, where it is a condition. */
static const char tables[] =
	"SELECT t.name FROM sqlite_schema AS t, pragma_table_info(t.name) "
	"AS c WHERE t.type = 'table' AND c.name = 'account' "
	"AND t.name <> 'rule' ORDER BY 1";

static void
factors(struct store *s, unsigned n)
{
	const struct id account = fixture_id(n), row = fixture_id(10 * n);
	const struct store_password p = { .kind = STORE_CRYPT,
					  .sealed_len = 3 };
	struct store_otp otp = fixture_otp(10 * n, STORE_TOTP);
	struct store_key key = fixture_key(10 * n);
	struct store_ssh_key ssh = fixture_ssh_key(10 * n);
	struct store_code code = fixture_code(10 * n, STORE_CODE_BACKUP);
	struct store_trust trust = { .id = row,
				     .account = account,
				     .kind = STORE_TRUST_ADDRESS,
				     .shown = "x",
				     .epoch = 1 };

	otp.account = key.account = ssh.account = code.account = account;
	CHECK_OK(store_person_put(s, &account, (const uint8_t *)"x", 1, &f),
		 &f);
	CHECK_OK(store_password_put(s, &account, &p, &f), &f);
	CHECK_OK(store_history_push(s, &row, &account, &p, 5, &f), &f);
	CHECK_OK(store_otp_insert(s, &otp, &f), &f);
	CHECK_OK(store_key_insert(s, &key, &f), &f);
	CHECK_OK(store_ssh_key_insert(s, &ssh, &f), &f);
	CHECK_OK(store_code_insert(s, &code, &f), &f);
	CHECK_OK(store_trust_put(s, &trust, &f), &f);
}

static void
logins(struct store *s, unsigned n)
{
	const struct id account = fixture_id(n), row = fixture_id(10 * n);
	struct store_guess guess = { .id = row,
				     .source = "x",
				     .factor = "password",
				     .at = NOW,
				     .deadline = NOW };
	const struct store_login login = { .id = row,
					   .account = account,
					   .user = "u",
					   .ruid = -1,
					   .uptime = -1 };
	const struct store_session session = { .id = row, .account = account };

	(void)strcpy(guess.subject, account.s);
	CHECK_OK(store_guess_insert(s, &guess, STORE_GUESS_FAILED, &f), &f);
	CHECK_OK(store_seen_put(s, &account, "x", NOW, &f), &f);
	CHECK_OK(store_login_insert(s, &login, &f), &f);
	CHECK_OK(store_session_insert(s, &session, &f), &f);
}

static void
belongings(struct store *s, unsigned n)
{
	const struct id account = fixture_id(n), row = fixture_id(10 * n),
			org = fixture_id(50);
	const struct store_attribute attribute = { .key = "k" };
	struct store_email_change email = { .account = account,
					    .email = "a@b" };
	const struct store_member member = { org, account, STORE_ROLE_OWNER,
					     NOW, 0 };
	struct store_invitation invitation = { .id = row,
					       .org = org,
					       .address = "a@b",
					       .role = STORE_ROLE_OWNER,
					       .made_by = "root",
					       .created_at = NOW,
					       .expires_at = NOW + 9,
					       .state = 1 };
	const struct store_administrator administrator = { account, "root",
							   NOW };
	const struct store_impersonation impersonation = {
		.id = row, .account = account, .actor = "root", .reason = "why"
	};
	struct store_token token = { .id = row,
				     .account = account,
				     .kind = STORE_TOKEN_APP,
				     .label = "x",
				     .scopes = "login:*" };
	struct store_refresh refresh = { .id = row,
					 .family = row,
					 .account = account,
					 .service = "x",
					 .created_at = NOW,
					 .expires_at = NOW + 9 };

	memcpy(invitation.hash, &n, sizeof(n));
	memcpy(token.hash, &n, sizeof(n));
	memcpy(refresh.hash, &n, sizeof(n));
	CHECK_OK(store_attribute_put(s, &account, &attribute, &f), &f);
	CHECK_OK(store_email_change_put(s, &email, &f), &f);
	CHECK_OK(store_member_insert(s, &member, &f), &f);
	CHECK_OK(store_invitation_insert(s, &invitation, &f), &f);
	CHECK_OK(store_invitation_end(s, &row, STORE_INVITATION_ACCEPTED,
				      &account, NOW, &f),
		 &f);
	CHECK_OK(store_administrator_insert(s, &administrator, &f), &f);
	CHECK_OK(store_impersonation_insert(s, &impersonation, &f), &f);
	CHECK_OK(store_token_insert(s, &token, &f), &f);
	CHECK_OK(store_refresh_insert(s, &refresh, &f), &f);
}

/* Of others, and yet about it. */
static void
elsewhere(struct store *s, unsigned n)
{
	struct store_invitation invitation = { .id = fixture_id(10 * n + 1),
					       .org = fixture_id(50),
					       .role = STORE_ROLE_MEMBER,
					       .made_by = "root",
					       .created_at = NOW,
					       .expires_at = NOW + 9,
					       .state = 1 };
	struct store_impersonation by = { .id = fixture_id(10 * n + 1),
					  .account = fixture_id(4),
					  .reason = "why" };

	(void)strcpy(invitation.address, fixture_account(n).name);
	memset(invitation.hash, (int)n, sizeof(invitation.hash));
	(void)strcpy(by.actor, fixture_id(n).s);
	memset(by.hash, (int)n, sizeof(by.hash));
	CHECK_OK(store_invitation_insert(s, &invitation, &f), &f);
	CHECK_OK(store_impersonation_insert(s, &by, &f), &f);
}

static void
told(struct store *s, unsigned n)
{
	const struct id row = fixture_id(10 * n);
	const struct store_message message = {
		.id = row, .at = NOW, .event = "a.b", .account = fixture_id(n)
	};
	const struct store_delivery delivery = { .id = row,
						 .message = row,
						 .channel = STORE_MAIL,
						 .state =
							 STORE_DELIVERY_DONE };
	struct store_audit audit = { .id = row,
				     .host = "h",
				     .action = "a.b",
				     .outcome = "success",
				     .meta = "{}" };

	(void)strcpy(audit.target, fixture_id(n).s);
	CHECK_OK(store_message_insert(s, &message, &f), &f);
	CHECK_OK(store_delivery_insert(s, &delivery, &f), &f);
	CHECK_OK(store_audit_insert(s, &audit, &f), &f);
}

static void
lay_out(struct store *s, unsigned n)
{
	STORE_TXN(t);

	fixture_add_account(s, n);
	CHECK_OK(store_begin(s, &t, &f), &f);
	factors(s, n);
	logins(s, n);
	belongings(s, n);
	elsewhere(s, n);
	told(s, n);
	CHECK_OK(store_commit(&t, &f), &f);
}

static int64_t
rows(const char *table, const char *column, unsigned n)
{
	char sql[256];

	(void)snprintf(sql, sizeof(sql),
		       "SELECT count(*) FROM \"%s\" WHERE %s = '%s'", table,
		       column, fixture_id(n).s);
	return raw_integer(path, sql);
}

/* Every table has EXPECTED rows of account N. */
static void
are(unsigned n, int64_t expected)
{
	sqlite3_stmt *st = NULL;
	sqlite3 *db = NULL;
	unsigned seen = 0;

	CHECK_EQ(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL),
		 SQLITE_OK);
	CHECK_EQ(sqlite3_prepare_v2(db, tables, -1, &st, NULL), SQLITE_OK);
	for (; sqlite3_step(st) == SQLITE_ROW; seen++) {
		const char *table = (const char *)sqlite3_column_text(st, 0);
		int64_t got = rows(table, "account", n);

		if (got != expected)
			test_note("%s", table);
		CHECK_EQ(got, expected);
	}
	CHECK(seen >= 18);
	(void)sqlite3_finalize(st);
	(void)sqlite3_close(db);
	CHECK_EQ(rows("guess", "subject", n), expected);
	CHECK_EQ(rows("delivery", "message", 10 * n), expected);
	CHECK_EQ(rows("audit", "target", n), 1);
	CHECK_EQ(rows("impersonation", "actor", n), expected);
	CHECK_EQ(rows("invitation", "id", 10 * n + 1), expected);
}

int
main(void)
{
	const struct id one = fixture_id(1), two = fixture_id(2);
	struct store *s = fixture_store("erase");
	enum status st;

	(void)strcpy(where, fixture_where("erase"));
	path = fixture_path(where);
	fixture_add_org(s, 50);
	fixture_add_account(s, 4);
	for (unsigned i = 1; i <= 3; i++)
		lay_out(s, i);
	are(1, 1);
	CHECK_EQ(store_account_erase(s, &one, &f), STATUS_CONFLICT);
	ALONE(s, st, store_account_erase(s, &one, &f));
	CHECK_EQ(st, STATUS_OK);
	are(1, 0);
	CHECK_EQ(rows("account", "id", 1), 0);
	ALONE(s, st, store_account_erase(s, &one, &f));
	CHECK_EQ(st, STATUS_NOT_FOUND);
	/* What is forgotten stays an account. */
	are(2, 1);
	ALONE(s, st, store_account_forget(s, &two, &f));
	CHECK_EQ(st, STATUS_OK);
	are(2, 0);
	CHECK_EQ(rows("account", "id", 2), 1);
	are(3, 1);
	store_close(s);
	return test_done();
}
