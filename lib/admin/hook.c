/* SPDX-License-Identifier: MIT */
#include "admin/hook.h"

enum status
admin_hook_failed(const struct admin *a, const struct admin_hook *h,
		  struct fault *f)
{
	const struct audit_pair pairs[ADMIN_PAIRS_MAX] = {
		{ "command", h->command },
		{ "hook", h->name },
		{ "why", h->why },
	};
	const struct fault none = { .text = "" };
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK)
		return st;
	st = admin_refused(a, &txn, h->before ? "hook.refused" : "hook.failed",
			   h->target, pairs, &none, f);
	return st == STATUS_REFUSED ? STATUS_OK : st;
}
