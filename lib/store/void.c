/* SPDX-License-Identifier: MIT */
#include "store/engine.h"

enum status
store_void_running(struct store *s, int64_t now, struct fault *f)
{
	const struct store_value at[] = { store_integer(now) };
	enum status st;

	/* 0 says "not yet". */
	if (now == 0)
		return fault(f, STATUS_INVALID, "the clock stands at zero");
	if ((st = store_change(s, STORE_SQL_VOID_LOGINS, at, STORE_LEN(at),
			       NULL, f)) != STATUS_OK ||
	    (st = store_change(s, STORE_SQL_VOID_SESSIONS, at, STORE_LEN(at),
			       NULL, f)) != STATUS_OK ||
	    (st = store_change(s, STORE_SQL_VOID_GUESSES, NULL, 0, NULL, f)) !=
		    STATUS_OK)
		return st;
	return store_change(s, STORE_SQL_VOID_ACCOUNTS, NULL, 0, NULL, f);
}

enum status
store_void_unknown(struct store *s, struct fault *f)
{
	return store_change(s, STORE_SQL_VOID_UNKNOWN, NULL, 0, NULL, f);
}
