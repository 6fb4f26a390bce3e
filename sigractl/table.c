/* SPDX-License-Identifier: MIT */
/* The table of commands, of which each rows_*.c has a part. */
#include "sigractl/rows.h"

static const struct cmd_row *const table_parts[] = {
	rows_user,   rows_enroll,  rows_org,   rows_token,
	rows_policy, rows_session, rows_audit, rows_admin,
	rows_notify, rows_store,   rows_tool,
};
#define TABLE_PARTS (sizeof(table_parts) / sizeof(table_parts[0]))

const struct cmd_row *
cmd_row_next(const struct cmd_row *row)
{
	bool here = row == NULL;

	for (size_t i = 0; i < TABLE_PARTS; i++)
		for (const struct cmd_row *r = table_parts[i];
		     r->words != NULL; r++) {
			if (here)
				return r;
			here = r == row;
		}
	return NULL;
}
