/* SPDX-License-Identifier: MIT */
/* What other programs and people at other machines call. */
#include "sigractl/rows.h"

const struct cmd_row rows_tool[] = {
	{ "authorized-keys", "USER", 1, 1, CMD_PLAIN,
	  "SSH keys as sshd asks for them", "keys[options,type,key,label]",
	  OPTIONS({ "type", "TYPE", "only the key that is offered: %t" },
		  { "key", "BASE64", "likewise: %k" }),
	  cmd_authorized_keys },
	{ "answer", "", 0, 0, CMD_PLAIN,
	  "a login's challenge, by a key at this machine",
	  "user,host,service,answer",
	  OPTIONS({ "libexec", "DIR", "where sigra-fido is" }), cmd_answer },
	{ "doctor", "", 0, 0, CMD_PLAIN,
	  "what is wrong with this host? exit 0 or 1",
	  "findings[severity,id,text,advice],errors,warnings",
	  OPTIONS({ "all", NULL, "say what is well, too" },
		  { "pam-dir", "DIR", "look at these PAM stacks" },
		  { "sshd", "PATH", "ask this sshd for its settings" }),
	  cmd_doctor },
	{ "calibrate", "", 0, 0, CMD_PLAIN,
	  "find Argon2id costs for this host",
	  "memory_kib,passes,lanes,milliseconds,wanted,reached",
	  OPTIONS({ "milliseconds", "N",
		    "that a login may take; default 250" },
		  { "memory", "MAX_KIB", "no more; default: 1/4 of all" }),
	  cmd_calibrate },
	{ "completion", "bash|zsh|fish", 1, 1, CMD_PLAIN,
	  "print a completion script", "shell,script", NULL, cmd_completion },
	{ "help", "[COMMAND...]", 0, 2, CMD_PLAIN, "this, or one command",
	  "commands[command,arguments,help,json]", NULL, cmd_help },
	ROWS_END,
};
