/* SPDX-License-Identifier: MIT */
/* Who is here, and what is over. */
#include "sigractl/rows.h"
#include "sigractl/shape_session.h"

const struct cmd_row rows_session[] = {
	{ "session list", "", 0, 0, CMD_READ_SELF, "who is logged in",
	  "sessions[" SHAPE_SESSION "]",
	  OPTIONS({ "user", "NAME", "only this user's" },
		  { "all", NULL, "the closed ones, too" }),
	  cmd_session_list },
	{ "session show", "ID", 1, 1, CMD_READ, "all about a session",
	  SHAPE_SESSION, NULL, cmd_session_show },
	{ "session revoke", "ID", 1, 1, CMD_STEPS,
	  "close a session: it proves nothing any more",
	  SHAPE_SESSION "," SHAPE_SESSION_KILL,
	  OPTIONS({ "kill", NULL, "and end its programs" },
		  { "yes", NULL, "do not ask" }),
	  cmd_session_revoke },
	{ "session revoke-all", "USER", 1, 1, CMD_STEPS,
	  "close every session of a user",
	  "id,name,sessions[" SHAPE_SESSION "," SHAPE_SESSION_KILL "]",
	  OPTIONS({ "except", "ID", "but this one" },
		  { "except-current", NULL, "but the one we are in" },
		  { "kill", NULL, "and end their programs" },
		  { "yes", NULL, "do not ask" }),
	  cmd_session_revoke_all },
	{ "gc", "", 0, 0, CMD_STEPS,
	  "end and forget what is over; for a timer",
	  "dry_run,sessions[" SHAPE_SESSION ",why," SHAPE_SESSION_KILL
	  "],accounts,forgotten,pruned,failures[about,text]",
	  OPTIONS({ "dry-run", NULL, "only say what there is to do" }),
	  cmd_gc },
	ROWS_END,
};
