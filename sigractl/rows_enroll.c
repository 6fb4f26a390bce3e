/* SPDX-License-Identifier: MIT */
/* What people prove themselves with. */
#include "sigractl/rows.h"

/* Of a device that is being enrolled. */
#define ROWS_DEVICE_OPTIONS                                                   \
	{ "label", "TEXT", "what to call it; default: phone, token" },        \
		{ "algorithm", "sha1|sha256|sha512", "default: sha1" },       \
		{ "digits", "6|7|8", "of a code; default 6" },                \
		{ "issuer", "TEXT", "who apps say it is for" },               \
		{ "png", "FILE", "the QR code into a picture" },              \
		{ "svg", "FILE", "likewise" },                                \
	{                                                                     \
		"invert", NULL, "the terminal is dark on light"               \
	}

const struct cmd_row rows_enroll[] = {
	{ "enroll totp", "[USER]", 1, 1, CMD_STEPS_SELF,
	  "add a device whose codes go by time",
	  SHAPE_DEVICE_OF ",backup_codes[]",
	  OPTIONS(ROWS_DEVICE_OPTIONS,
		  { "period", "SECONDS", "of a code; default 30" }),
	  cmd_enroll_totp },
	{ "enroll hotp", "USER", 1, 1, CMD_STEPS,
	  "add a device whose codes are counted",
	  SHAPE_DEVICE_OF ",backup_codes[]",
	  OPTIONS(ROWS_DEVICE_OPTIONS,
		  { "counter", "N", "of its first code; default 0" }),
	  cmd_enroll_hotp },
	{ "enroll key", "USER", 1, 1, CMD_STEPS,
	  "add a security key, at this machine", SHAPE_ITEM_OF,
	  OPTIONS({ "label", "TEXT", "what to call it" },
		  { "resident", NULL, "the key remembers it itself" },
		  { "uv", "preferred|required|discouraged",
		    "verify the user: PIN or fingerprint" },
		  { "pin", NULL, "by PIN, even if it reads fingerprints" },
		  { "rp-id", "DOMAIN", "default: see policy keys" },
		  { "stdin", NULL, "its PIN, from standard input" },
		  { "libexec", "DIR", "where sigra-fido is" }),
	  cmd_enroll_key },
	{ "enroll ssh-key", "USER FILE|-", 2, 2, CMD_STEPS,
	  "add an SSH public key", SHAPE_ITEM_OF,
	  OPTIONS({ "label", "TEXT", "default: the key's comment" },
		  { "ca", NULL, "it signs the user's certificates" }),
	  cmd_enroll_ssh_key },
	{ "enroll list", "[USER]", 1, 1, CMD_READ_SELF,
	  "devices, keys, and backup codes left",
	  "user,account,devices[" SHAPE_DEVICE "],keys[" SHAPE_KEY
	  "],ssh_keys[" SHAPE_SSH_KEY "],backup_codes{left,total,created_at}",
	  NULL, cmd_enroll_list },
	{ "enroll show", "USER LABEL", 2, 2, CMD_READ,
	  "all about a device or key",
	  SHAPE_ITEM_OF ",counter,refused_until,public_key,credential_id",
	  NULL, cmd_enroll_show },
	{ "enroll rename", "USER LABEL NEW", 3, 3, CMD_WRITE,
	  "change what a device or key is called", SHAPE_ITEM_OF, NULL,
	  cmd_enroll_rename },
	{ "enroll remove", "USER LABEL", 2, 2, CMD_WRITE,
	  "remove a device or key", SHAPE_ITEM_OF ",last,stranded,exempt",
	  OPTIONS({ "yes", NULL, "do not ask" },
		  { "force", NULL, "even if it shuts the user out" }),
	  cmd_enroll_remove },
	{ "enroll resync", "USER LABEL", 2, 2, CMD_WRITE,
	  "find a counter again, by two codes in a row", SHAPE_DEVICE_OF,
	  OPTIONS({ "stdin", NULL, "two lines from standard input" }),
	  cmd_enroll_resync },
	{ "enroll backup", "USER", 1, 1, CMD_WRITE,
	  "make new backup codes; the old are void",
	  "user,account,backup_codes[]",
	  OPTIONS({ "stdin", NULL, "a device's code, from standard input" },
		  { "without-code", NULL, "ask for none; is audited" }),
	  cmd_enroll_backup },
	{ "enroll ticket", "USER", 1, 1, CMD_WRITE,
	  "a code that opens a first login", SHAPE_CODE,
	  OPTIONS({ "ttl", "DURATION", "good for; default 7d" }),
	  cmd_enroll_ticket },
	ROWS_END,
};
