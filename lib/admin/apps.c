/* SPDX-License-Identifier: MIT */
#include "admin/apps.h"

#include "base/buf.h"
#include "store/refresh.h"
#include "store/token.h"

enum status
admin_apps_end(const struct admin *a, const struct id *account,
	       char count[ADMIN_APPS_SIZE], struct fault *f)
{
	int64_t tokens = 0, families = 0;
	struct buf b;
	enum status st =
		store_token_revoke_all(a->store, account, a->now, &tokens, f);

	if (st == STATUS_OK)
		st = store_refresh_revoke_all(a->store, account, a->now,
					      &families, f);
	if (st != STATUS_OK)
		return st;
	buf_start(&b, count, ADMIN_APPS_SIZE);
	if (tokens + families > 0)
		buf_printf(&b, "%lld", (long long)(tokens + families));
	return STATUS_OK;
}
