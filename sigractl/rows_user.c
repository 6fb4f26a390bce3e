/* SPDX-License-Identifier: MIT */
/* The table begins here: accounts and passwords. */
#include "sigractl/rows.h"
#include "sigractl/shape_session.h"
#include "sigractl/token.h"

#define SHAPE_EMAIL "id,name,email,confirmed_at,code,expires_at"

#define SHAPE_EXPORT                                                          \
	"exported_at,account{" SHAPE_ACCOUNT                                  \
	"},email_waiting{email,created_at,expires_at},password{kind,set_at}," \
	"devices[" SHAPE_DEVICE "],keys[" SHAPE_KEY                           \
	"],ssh_keys[" SHAPE_SSH_KEY                                           \
	"],codes{backup,login,reset,ticket},attributes[" SHAPE_ATTRIBUTE      \
	"],organizations[" SHAPE_BELONGS                                      \
	"],secrets[label,created_at,expires_at,used_at,revoked_at],"          \
	"tokens[" SHAPE_TOKEN "],administrator,sessions[" SHAPE_SESSION       \
	"],trusted[" SHAPE_TRUST "],audit[" SHAPE_AUDIT "],left_out[]"

const struct cmd_row rows_user[] = {
	{ "init", "", 0, 0, CMD_INIT, "make the config, the key and the store",
	  "store,config,owner,rp_id,made[]",
	  OPTIONS({ "owner", "USER", "who owns the store; default: sigra" },
		  { "rp-id", "DOMAIN",
		    "of security keys; default: the host's" }),
	  cmd_init },
	{ "user add", "NAME", 1, 1, CMD_WRITE, "add an account", SHAPE_ACCOUNT,
	  OPTIONS({ "email", "ADDRESS", "where mail may go" },
		  { "expires", "DATE", "no login from then on" },
		  { "personal-org", NULL, "and an organization of its own" }),
	  cmd_user_add },
	{ "user show", "[NAME]", 1, 1, CMD_READ_SELF,
	  "what is known of an account",
	  SHAPE_ACCOUNT ",password{kind,set_at,expires_at,must_change},"
			"locks[" SHAPE_LOCK "],open_sessions,"
			"devices,keys,ssh_keys,backup_codes,trusted_devices,"
			"codes_out{login,reset,ticket},"
			"attributes[" SHAPE_ATTRIBUTE
			"],organizations[" SHAPE_BELONGS "]",
	  NULL, cmd_user_show },
	{ "user list", "", 0, 0, CMD_READ, "all accounts",
	  "users[" SHAPE_ACCOUNT "]", NULL, cmd_user_list },
	{ "user rename", "NAME NEW", 2, 2, CMD_WRITE, "change a login name",
	  SHAPE_ACCOUNT, NULL, cmd_user_rename },
	{ "user disable", "NAME", 1, 1, CMD_WRITE, "refuse every login",
	  SHAPE_ACCOUNT,
	  OPTIONS({ "reason", "TEXT", "why; has to be given" },
		  { "yes", NULL, "even root" }),
	  cmd_user_disable },
	{ "user enable", "NAME", 1, 1, CMD_WRITE, "end disable", SHAPE_ACCOUNT,
	  NULL, cmd_user_enable },
	{ "user expire", "NAME DATE|never", 2, 2, CMD_WRITE,
	  "refuse logins from a day on", SHAPE_ACCOUNT,
	  OPTIONS({ "yes", NULL, "even root" }), cmd_user_expire },
	{ "user delete", "NAME", 1, 1, CMD_WRITE,
	  "delete, after days of grace", SHAPE_ACCOUNT,
	  OPTIONS({ "grace", "DAYS", "default 14; 0: now, for good" },
		  { "now", NULL, "no grace, for good" },
		  { "strategy", "soft|hard|anonymize",
		    "what it leaves; default: soft" },
		  { "yes", NULL, "do not ask; even root" }),
	  cmd_user_delete },
	{ "user undelete", "NAME", 1, 1, CMD_WRITE, "end a pending deletion",
	  SHAPE_ACCOUNT, NULL, cmd_user_undelete },
	{ "user force-password-change", "NAME", 1, 1, CMD_WRITE,
	  "ask for a new password at the next login", SHAPE_ACCOUNT, NULL,
	  cmd_user_force_password_change },
	{ "user set", "NAME KEY=VALUE", 2, 2, CMD_WRITE,
	  "set an attribute of an account",
	  "id,name,attribute{" SHAPE_ATTRIBUTE "}",
	  OPTIONS({ "export", NULL, "to sessions, as SIGRA_ATTR_KEY" }),
	  cmd_user_set },
	{ "user unset", "NAME KEY", 2, 2, CMD_WRITE, "remove an attribute",
	  "id,name,key", NULL, cmd_user_unset },
	{ "user set-email", "NAME ADDRESS|none", 2, 2, CMD_WRITE,
	  "change the address, by a code", SHAPE_EMAIL,
	  OPTIONS({ "confirmed", NULL, "at once; you answer for it" }),
	  cmd_user_set_email },
	{ "user confirm-email", "NAME", 1, 1, CMD_WRITE,
	  "the code that came back", SHAPE_EMAIL,
	  OPTIONS({ "stdin", NULL, "from standard input" }),
	  cmd_user_confirm_email },
	{ "user export", "NAME", 1, 1, CMD_WRITE,
	  "all that is held about somebody, as JSON", SHAPE_EXPORT, NULL,
	  cmd_user_export },
	{ "user login-code", "NAME", 1, 1, CMD_WRITE,
	  "a code in place of a device's, once", SHAPE_CODE,
	  OPTIONS({ "ttl", "DURATION", "good for; default 10m" }),
	  cmd_user_login_code },
	{ "user reset", "NAME", 1, 1, CMD_WRITE,
	  "a code in place of the password, once", SHAPE_CODE,
	  OPTIONS({ "ttl", "DURATION", "good for; default 10m" }),
	  cmd_user_reset },
	{ "user revoke-codes", "NAME", 1, 1, CMD_WRITE,
	  "void the codes and tickets that are out",
	  "id,name,login_codes,reset_codes,tickets", NULL,
	  cmd_user_revoke_codes },
	{ "password set", "[NAME]", 1, 1, CMD_WRITE_SELF, "set a password",
	  "id,name,must_change",
	  OPTIONS({ "stdin", NULL,
		    "from standard input; users: old, then new" },
		  { "must-change", NULL, "ask for another at next login" }),
	  cmd_password_set },
	{ "password import", "NAME", 1, 1, CMD_WRITE, "take a crypt(3) string",
	  "id,name,must_change",
	  OPTIONS({ "stdin", NULL, "from standard input; must be given" }),
	  cmd_password_import },
	{ "password check", "[NAME]", 0, 1, CMD_STEPS,
	  "would it be accepted? exit 0 or 6",
	  "acceptable,reason,strength{score,guesses_log10,hints[]}",
	  OPTIONS({ "stdin", NULL, "read it from standard input" },
		  { "breach-file", "FILE",
		    "of breached passwords: look there" }),
	  cmd_password_check },
	ROWS_END,
};
