/* SPDX-License-Identifier: MIT */
/* What is forgotten: an account with all that refers to it, and the old. */
#include "store/engine.h"
#include "store/people.h"

#define STORE_PRUNE_ROWS                                                      \
	128 /* of each, a call: a login must not wait long                    \
	     */

/* Each with the id of the account; what refers to another one comes first.
 * What has a column `account` is in it. */
static const enum store_statement store_account_parts[] = {
	STORE_SQL_ERASE_PERSON,	       STORE_SQL_PASSWORD_DELETE,
	STORE_SQL_ERASE_HISTORY,       STORE_SQL_OTP_DELETE_ALL,
	STORE_SQL_KEY_DELETE_ALL,      STORE_SQL_SSH_KEY_DELETE_ALL,
	STORE_SQL_ERASE_CODE,	       STORE_SQL_TRUST_DELETE_ALL,
	STORE_SQL_ERASE_SEEN,	       STORE_SQL_ERASE_LOGIN,
	STORE_SQL_ERASE_SESSION,       STORE_SQL_ATTRIBUTE_DELETE_ALL,
	STORE_SQL_EMAIL_CHANGE_DELETE, STORE_SQL_ERASE_MEMBER,
	STORE_SQL_ERASE_INVITATION,    STORE_SQL_ADMINISTRATOR_DELETE,
	STORE_SQL_ERASE_IMPERSONATION, STORE_SQL_ERASE_TOKEN,
	STORE_SQL_ERASE_GUESS,	       STORE_SQL_ERASE_DELIVERY,
	STORE_SQL_ERASE_OUTBOX,	       STORE_SQL_ERASE_REFRESH,
};

enum status
store_account_forget(struct store *s, const struct id *account,
		     struct fault *f)
{
	const struct store_value in = store_text(account->s);

	for (size_t i = 0; i < STORE_LEN(store_account_parts); i++) {
		enum status st = store_change(s, store_account_parts[i], &in,
					      1, NULL, f);

		if (st != STATUS_OK) {
			store_doom(s);
			return st;
		}
	}
	return STATUS_OK;
}

enum status
store_account_erase(struct store *s, const struct id *account, struct fault *f)
{
	const struct store_value in = store_text(account->s);
	enum status st;

	if ((st = store_account_forget(s, account, f)) != STATUS_OK)
		return st;
	return store_change_one(s, STORE_SQL_ERASE_ACCOUNT, &in, 1,
				STATUS_NOT_FOUND, "there is no such account",
				f);
}

enum status
store_prune(struct store *s, const struct store_prune *p, int64_t *dropped,
	    struct fault *f)
{
	const struct {
		enum store_statement statement;
		int64_t before;
	} old[] = {
		{ STORE_SQL_PRUNE_SEEN, p->seen },
		{ STORE_SQL_PRUNE_CODES, p->codes },
		{ STORE_SQL_PRUNE_SESSIONS, p->sessions },
		/* Deliveries of the very messages that go after them. */
		{ STORE_SQL_PRUNE_DELIVERIES, p->messages },
		{ STORE_SQL_PRUNE_OUTBOX, p->messages },
		{ STORE_SQL_PRUNE_SLUGS, p->now },
		{ STORE_SQL_PRUNE_INVITATIONS, p->ended },
		{ STORE_SQL_PRUNE_IMPERSONATIONS, p->ended },
		{ STORE_SQL_PRUNE_TOKENS, p->ended },
		{ STORE_SQL_PRUNE_REFRESH, p->now },
	};
	int64_t sum = 0;

	for (size_t i = 0; i < STORE_LEN(old); i++) {
		const struct store_value in[] = { store_integer(old[i].before),
						  store_integer(
							  STORE_PRUNE_ROWS) };
		size_t rows = 0;
		enum status st = store_change(s, old[i].statement, in,
					      STORE_LEN(in), &rows, f);

		if (st != STATUS_OK) {
			store_doom(s);
			return st;
		}
		sum += (int64_t)rows;
	}
	*dropped = sum;
	return STATUS_OK;
}
