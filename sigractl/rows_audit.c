/* SPDX-License-Identifier: MIT */
/* What happened, and how it is read. */
#include "sigractl/rows.h"

#define SHAPE_STATS                                                           \
	"since,until,failures,sources[source,failures],other_sources,"        \
	"users[user,account,failures],other_users,hours[hour,failures]"

#define SHAPE_FOUND "kind,host,first,last,other,key,at,text"
#define SHAPE_VERIFY                                                          \
	"proved,keys,found,findings[" SHAPE_FOUND "],notes[" SHAPE_FOUND      \
	"],hosts[host,rows,first,last,proved,earlier,anchor]"

/* What every reader of the audit takes. */
#define ROWS_FILTER                                                           \
	{ "user", "NAME", "about this user" },                                \
		{ "actor", "NAME", "done by; or uid:N, system" },             \
		{ "action", "ACTION", "'user.created', or 'user.' for all" }, \
		{ "service", "NAME", "by this service" },                     \
		{ "rhost", "ADDRESS", "from there; '192.0.2.*' is a start" }, \
		{ "host", "NAME", "written by this host" },                   \
		{ "since", "DATE", "not before; '24h': so long ago" },        \
	{                                                                     \
		"until", "DATE", "not after"                                  \
	}
#define ROWS_OUTCOME                                                          \
	{                                                                     \
		"outcome", "success|failure|error", "what came of it"         \
	}

const struct cmd_row rows_audit[] = {
	{ "audit init-key", "", 0, 0, CMD_WRITE,
	  "chain the audit; shows the key to prove it",
	  "key,id,host,start,head_before,missing_from,missing_to,"
	  "bare_from,bare_to",
	  OPTIONS({ "replace", NULL, "another key from here on" },
		  { "no-qr", NULL, "show it as text alone" }),
	  cmd_audit_init_key },
	{ "audit list", "", 0, 0, CMD_READ, "what happened, newest first",
	  "entries[" SHAPE_AUDIT "],next",
	  OPTIONS(ROWS_FILTER, ROWS_OUTCOME,
		  { "limit", "N", "how many; default 50" },
		  { "before", "CURSOR", "the next page" }),
	  cmd_audit_list },
	{ "audit show", "ROW", 1, 1, CMD_READ,
	  "all about one row of the audit", SHAPE_AUDIT_WHOLE, NULL,
	  cmd_audit_show },
	{ "audit tail", "", 0, 0, CMD_READ, "what happened last, oldest first",
	  SHAPE_AUDIT,
	  OPTIONS(ROWS_FILTER, ROWS_OUTCOME,
		  { "lines", "N", "how many; default 10" },
		  { "follow", NULL, "and what happens from now on" }),
	  cmd_audit_tail },
	{ "audit export", "", 0, 0, CMD_STEPS,
	  "the audit as a file for other programs", "file,format,rows",
	  OPTIONS(ROWS_FILTER, ROWS_OUTCOME,
		  { "format", "csv|jsonl", "of the file" },
		  { "output", "FILE", "make it, not standard output" }),
	  cmd_audit_export },
	{ "audit stats", "", 0, 0, CMD_STEPS,
	  "failures by source, user and hour", SHAPE_STATS,
	  OPTIONS(ROWS_FILTER,
		  { "svg", "FILE", "a picture; '-': standard output" },
		  { "html", "FILE", "a page to read and print; likewise" }),
	  cmd_audit_stats },
	{ "audit verify", "", 0, 0, CMD_STEPS_FILE,
	  "prove that it is as it was written", SHAPE_VERIFY,
	  OPTIONS({ "key", "FILE", "with verification keys; '-': ask" },
		  { "anchor", "SEQ:HEX", "a head that was kept elsewhere" },
		  { "host", "NAME", "only this host's rows" },
		  { "in", "FILE", "of audit export; no store is needed" },
		  { "allow-lost", "FROM-TO,...", "rows known to be missing" }),
	  cmd_audit_verify },
	{ "audit head", "", 0, 0, CMD_READ, "the anchor of all rows until now",
	  "host,row,anchor,key", NULL, cmd_audit_head },
	{ "audit retention", "[AGE|forever]", 0, 1, CMD_WRITE,
	  "how long gc leaves rows", "keep,seconds", NULL,
	  cmd_audit_retention },
	{ "audit prune", "", 0, 0, CMD_WRITE,
	  "forget old rows; the rest stays provable", "dry_run,before,rows",
	  OPTIONS({ "older-than", "AGE", "else as audit retention says" },
		  { "dry-run", NULL, "only say how many" },
		  { "broken", NULL, "even where rows are missing" },
		  { "yes", NULL, "do not ask" }),
	  cmd_audit_prune },
	ROWS_END,
};
