/* SPDX-License-Identifier: MIT */
/* Who administers everything. */
#include "sigractl/rows.h"

const struct cmd_row rows_admin[] = {
	{ "admin grant", "USER", 1, 1, CMD_WRITE,
	  "make an administrator of everything", "id,name,first,apps_revoked",
	  OPTIONS({ "yes", NULL, "even if that leaves you none" }),
	  cmd_admin_grant },
	{ "admin revoke", "USER", 1, 1, CMD_WRITE, "make one none any more",
	  "id,name,last", NULL, cmd_admin_revoke },
	{ "admin list", "", 0, 0, CMD_READ, "the administrators",
	  "administrators[id,name,state,granted_by,granted_at]", NULL,
	  cmd_admin_list },
	{ "admin impersonate", "USER", 1, 1, CMD_WRITE,
	  "a code to log in as somebody else, once", SHAPE_CODE,
	  OPTIONS({ "reason", "TEXT", "why; has to be given" }),
	  cmd_admin_impersonate },
	ROWS_END,
};
