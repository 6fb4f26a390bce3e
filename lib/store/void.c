/* SPDX-License-Identifier: MIT */
#include "store/engine.h"
#include "store/restore.h"

/* Of codes, invitations, tokens and trusted devices, which the one and the
 * other void. */
static enum status
store_void_proofs(struct store *s, int64_t now, struct store_voided *out,
		  struct fault *f)
{
	const struct store_value at[] = { store_integer(now) };
	size_t codes = 0, trust = 0, invitations = 0, tokens = 0;
	enum status st;

	/* 0 says "not yet". */
	if (now == 0)
		return fault(f, STATUS_INVALID, "the clock stands at zero");
	if ((st = store_change(s, STORE_SQL_VOID_CODES, at, STORE_LEN(at),
			       &codes, f)) != STATUS_OK ||
	    (st = store_change(s, STORE_SQL_VOID_INVITATIONS, at,
			       STORE_LEN(at), &invitations, f)) != STATUS_OK ||
	    (st = store_change(s, STORE_SQL_VOID_IMPERSONATIONS, at,
			       STORE_LEN(at), NULL, f)) != STATUS_OK ||
	    (st = store_change(s, STORE_SQL_VOID_TOKENS, at, STORE_LEN(at),
			       &tokens, f)) != STATUS_OK ||
	    (st = store_change(s, STORE_SQL_VOID_REFRESH, at, STORE_LEN(at),
			       NULL, f)) != STATUS_OK ||
	    (st = store_change(s, STORE_SQL_VOID_EMAIL_CHANGES, NULL, 0, NULL,
			       f)) != STATUS_OK ||
	    (st = store_change(s, STORE_SQL_VOID_TRUST, NULL, 0, &trust, f)) !=
		    STATUS_OK)
		return st;
	*out = (struct store_voided){ .codes = (int64_t)codes,
				      .trust = (int64_t)trust,
				      .invitations = (int64_t)invitations,
				      .tokens = (int64_t)tokens };
	return STATUS_OK;
}

enum status
store_void_running(struct store *s, int64_t now, struct store_voided *out,
		   struct fault *f)
{
	const struct store_value at[] = { store_integer(now) };
	struct store_voided voided;
	enum status st;

	if ((st = store_void_proofs(s, now, &voided, f)) != STATUS_OK ||
	    (st = store_change(s, STORE_SQL_VOID_LOGINS, at, STORE_LEN(at),
			       NULL, f)) != STATUS_OK ||
	    (st = store_change(s, STORE_SQL_VOID_SESSIONS, at, STORE_LEN(at),
			       NULL, f)) != STATUS_OK ||
	    (st = store_change(s, STORE_SQL_VOID_OTP, at, STORE_LEN(at), NULL,
			       f)) != STATUS_OK ||
	    (st = store_change(s, STORE_SQL_VOID_GUESSES, NULL, 0, NULL, f)) !=
		    STATUS_OK ||
	    (st = store_change(s, STORE_SQL_VOID_ACCOUNTS, NULL, 0, NULL,
			       f)) != STATUS_OK)
		return st;
	*out = voided;
	return STATUS_OK;
}

enum status
store_void_hashed(struct store *s, int64_t now, struct store_voided *out,
		  struct fault *f)
{
	struct store_voided voided;
	enum status st;

	if ((st = store_void_proofs(s, now, &voided, f)) != STATUS_OK ||
	    (st = store_change(s, STORE_SQL_VOID_UNKNOWN, NULL, 0, NULL, f)) !=
		    STATUS_OK)
		return st;
	*out = voided;
	return STATUS_OK;
}
