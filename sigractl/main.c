/* SPDX-License-Identifier: MIT */
/* sigractl(8).  The table is the program's index: begin here. */
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "sigractl/args.h"
#include "sigractl/item.h"
#include "sigractl/ground.h"
#include "sigractl/help.h"
#include "sigractl/out.h"
#include "sigractl/owner.h"
#include "sigractl/shape.h"

#define OPTIONS(...)                                                          \
	(const struct cmd_option[])                                           \
	{                                                                     \
		__VA_ARGS__,                                                  \
		{                                                             \
			.name = NULL                                          \
		}                                                             \
	}

/* Of a device that is being enrolled. */
#define MAIN_DEVICE_OPTIONS                                                   \
	{ "label", "TEXT", "what to call it; default: phone, token" },        \
		{ "algorithm", "sha1|sha256|sha512", "default: sha1" },       \
		{ "digits", "6|7|8", "of a code; default 6" },                \
		{ "issuer", "TEXT", "who apps say it is for" },               \
		{ "png", "FILE", "the QR code into a picture" },              \
		{ "svg", "FILE", "likewise" },                                \
	{                                                                     \
		"invert", NULL, "the terminal is dark on light"               \
	}

/* Of a code that is handed out, and of a trusted device. */
#define SHAPE_CODE "id,name,code,expires_at"
#define SHAPE_TRUST "id,user,account,kind,shown,created_at,used_at"

static const struct cmd_option main_rule_options[] = {
	{ "require", "SETS", "ask for factors: 'password+otp'" },
	{ "admit", NULL, "let the account's state decide" },
	{ "deny", NULL, "refuse" },
	{ "abstain", NULL, "leave it to the rest of the PAM stack" },
	{ "phase", "auth|account|password|session|all", "or several: P,P" },
	{ "service", "GLOBS", "only these services: 'sshd,su*'" },
	{ "host", "GLOBS", "only on these hosts" },
	{ "user", "GLOBS", "only these users" },
	{ "group", "NAMES", "only members of these Unix groups" },
	{ "account", "any|known|unknown", "to sigra" },
	{ "network", "CIDRS", "only from there: '10.0.0.0/8'" },
	{ "unenrolled", "deny|exempt|enroll|until:DATE",
	  "who has no second factor" },
	{ "trust-days", "N", "offer to skip the code on a device" },
	{ "step-up", "SECONDS", "or 5m: ask no more so long" },
	{ "prompt", "auto|multi|single", "one prompt a factor, or one" },
	{ "qr", "auto|utf8|ascii|none", "how QR codes are drawn" },
	{ "qr-invert", NULL, "they are dark on light" },
	{ "uv", "preferred|required|discouraged", "a key verifies its user" },
	{ "key-wait", "SECONDS", "to plug a key in; default 15" },
	{ "key-paste", NULL, "a key elsewhere may answer, by copy and paste" },
	{ "note", "TEXT", "why the rule is there" },
	{ "at", "N", "at this place; default: last" },
	{ .name = NULL },
};

const struct cmd_row cmd_rows[] = {
	{ "init", "", 0, 0, CMD_INIT, "make the config, the key and the store",
	  "store,config,owner,rp_id,made[]",
	  OPTIONS({ "owner", "USER", "who owns the store; default: sigra" },
		  { "rp-id", "DOMAIN",
		    "of security keys; default: the host's" }),
	  cmd_init },
	{ "user add", "NAME", 1, 1, CMD_WRITE, "add an account", SHAPE_ACCOUNT,
	  OPTIONS({ "email", "ADDRESS", "where mail may go" },
		  { "expires", "DATE", "no login from then on" }),
	  cmd_user_add },
	{ "user show", "[NAME]", 1, 1, CMD_READ_SELF,
	  "what is known of an account",
	  SHAPE_ACCOUNT ",password{kind,set_at,must_change},locks[" SHAPE_LOCK
			"],open_sessions,"
			"devices,keys,ssh_keys,backup_codes,trusted_devices,"
			"codes_out{login,reset,ticket}",
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
	{ "user enable", "NAME", 1, 1, CMD_WRITE,
	  "end disable, or a pending deletion", SHAPE_ACCOUNT, NULL,
	  cmd_user_enable },
	{ "user expire", "NAME DATE|never", 2, 2, CMD_WRITE,
	  "refuse logins from a day on", SHAPE_ACCOUNT,
	  OPTIONS({ "yes", NULL, "even root" }), cmd_user_expire },
	{ "user delete", "NAME", 1, 1, CMD_WRITE,
	  "delete, after days of grace", SHAPE_ACCOUNT,
	  OPTIONS({ "grace", "DAYS", "default 14; 0: now, for good" },
		  { "yes", NULL, "do not ask; even root" }),
	  cmd_user_delete },
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
	{ "password check", "[NAME]", 0, 1, CMD_READ,
	  "would it be accepted? exit 0 or 6", "acceptable,reason",
	  OPTIONS({ "stdin", NULL, "read it from standard input" }),
	  cmd_password_check },
	{ "enroll totp", "[USER]", 1, 1, CMD_STEPS_SELF,
	  "add a device whose codes go by time",
	  SHAPE_DEVICE_OF ",backup_codes[]",
	  OPTIONS(MAIN_DEVICE_OPTIONS,
		  { "period", "SECONDS", "of a code; default 30" }),
	  cmd_enroll_totp },
	{ "enroll hotp", "USER", 1, 1, CMD_STEPS,
	  "add a device whose codes are counted",
	  SHAPE_DEVICE_OF ",backup_codes[]",
	  OPTIONS(MAIN_DEVICE_OPTIONS,
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
	{ "policy list", "", 0, 0, CMD_READ,
	  "the rules; the first match counts", "rules[" SHAPE_RULE "]", NULL,
	  cmd_policy_list },
	{ "policy add", "", 0, 0, CMD_WRITE, "add a rule",
	  "rule{" SHAPE_RULE "}," SHAPE_FINDINGS, main_rule_options,
	  cmd_policy_add },
	{ "policy move", "FROM TO", 2, 2, CMD_WRITE, "move a rule",
	  "rule{" SHAPE_RULE "}," SHAPE_FINDINGS, NULL, cmd_policy_move },
	{ "policy remove", "N", 1, 1, CMD_WRITE, "remove a rule",
	  "rule{" SHAPE_RULE "}," SHAPE_FINDINGS, NULL, cmd_policy_remove },
	{ "policy check", "", 0, 0, CMD_READ,
	  "are the rules sane? exit 0 or 6", SHAPE_FINDINGS, NULL,
	  cmd_policy_check },
	{ "policy keys", "", 0, 0, CMD_WRITE,
	  "what holds for security keys: show or change",
	  "rp_id,attestation,sign_count,allowed[aaguid,model]",
	  OPTIONS({ "rp-id", "DOMAIN", "that new keys are made for" },
		  { "attestation", "none|direct",
		    "must they say what they are" },
		  { "allow-aaguid", "LIST", "models: A,B or any" },
		  { "sign-count", "warn|reauth|revoke",
		    "when a key's counter went back" }),
	  cmd_policy_keys },
	{ "policy explain", "USER", 1, 1, CMD_READ,
	  "what would a login be asked, and why?", SHAPE_EXPLAIN,
	  OPTIONS({ "service", "NAME", "which service; has to be given" },
		  { "rhost", "ADDRESS", "from where" },
		  { "phase", "auth|account|password|session",
		    "default: auth" },
		  { "tty", "NAME", "on which terminal" },
		  { "ssh-key", "LABEL", "as if sshd had proved this key" },
		  { "agent", NULL, "as if an SSH agent were at hand" }),
	  cmd_policy_explain },
	{ "lock list", "", 0, 0, CMD_READ, "failures, and who is locked out",
	  "locks[" SHAPE_LOCK "]", NULL, cmd_lock_list },
	{ "lock clear", "USER", 1, 1, CMD_WRITE, "forget a user's failures",
	  "id,name,source,dropped",
	  OPTIONS({ "source", "SOURCE",
		    "only from there, as lock list says" }),
	  cmd_lock_clear },
	{ "trust list", "[USER]", 0, 1, CMD_READ_SELF,
	  "devices that skip the second factor", "trusted[" SHAPE_TRUST "]",
	  NULL, cmd_trust_list },
	{ "trust revoke", "ID", 1, 1, CMD_WRITE, "end the trust in one",
	  SHAPE_TRUST, NULL, cmd_trust_revoke },
	{ "trust revoke-all", "USER", 1, 1, CMD_WRITE,
	  "end the trust in all of a user's", "id,name,dropped", NULL,
	  cmd_trust_revoke_all },
	{ "session list", "", 0, 0, CMD_READ_SELF, "who is logged in",
	  "sessions[id,user,account,login,service,tty,rhost,factors,host,boot,"
	  "pid,opened_at,closed_at]",
	  OPTIONS({ "user", "NAME", "only this user's" },
		  { "all", NULL, "the closed ones, too" }),
	  cmd_session_list },
	{ "audit list", "", 0, 0, CMD_READ, "what happened, newest first",
	  "entries[id,host,seq,at,action,outcome,actor,actor_name,effective,"
	  "effective_name,target,target_name,service,tty,rhost,pid,meta],next",
	  OPTIONS({ "user", "NAME", "about this user" },
		  { "action", "ACTION", "'user.created', or 'user.' for all" },
		  { "outcome", "success|failure|error", "what came of it" },
		  { "service", "NAME", "by this service" },
		  { "rhost", "ADDRESS", "from there" },
		  { "since", "DATE", "not before" },
		  { "until", "DATE", "not after" },
		  { "limit", "N", "how many; default 50" },
		  { "before", "CURSOR", "the next page" }),
	  cmd_audit_list },
	{ "store check", "", 0, 0, CMD_OWNER,
	  "is the store sound? exit 0 or 1", "findings[about,text]", NULL,
	  cmd_store_check },
	{ "store migrate", "", 0, 0, CMD_OWNER, "bring it to this version",
	  "from,to", NULL, cmd_store_migrate },
	{ "store backup", "FILE", 1, 1, CMD_STEPS,
	  "copy it while it is in use", "file,backup_at,bytes",
	  OPTIONS({ "force", NULL, "replace FILE" }), cmd_store_backup },
	{ "store restore", "FILE", 1, 1, CMD_STEPS,
	  "put a backup into its place",
	  "backup_at,kept,rekeyed,codes_voided,trust_voided",
	  OPTIONS({ "key", "KEYFILE", "the backup's key, if it has another" },
		  { "yes", NULL, "do not ask" }),
	  cmd_store_restore },
	{ "store clock-accept", "", 0, 0, CMD_WRITE,
	  "this host's clock is right, whatever was seen",
	  "was,now,accepted,devices[user,account,label,refused_until]", NULL,
	  cmd_store_clock_accept },
	{ "store rekey", "", 0, 0, CMD_STEPS, "seal all anew with a new key",
	  "rows,finished,codes_voided,trust_voided", NULL, cmd_store_rekey },
	{ "key export", "", 0, 0, CMD_STEPS,
	  "the key as text and QR code, to keep", "file",
	  OPTIONS({ "file", "FILE", "write it there" },
		  { "force", NULL, "replace FILE" }),
	  cmd_key_export },
	{ "key import", "", 0, 0, CMD_STEPS, "put back a key that is missing",
	  "key",
	  OPTIONS({ "file", "FILE", "read it from there" },
		  { "stdin", NULL, "read it from standard input" }),
	  cmd_key_import },
	{ "import google-authenticator", "[USER FILE]", 0, 2, CMD_STEPS,
	  "take over a device and its state", SHAPE_IMPORT,
	  OPTIONS({ "all-homes", NULL, "of every account that has a file" },
		  { "dry-run", NULL, "say what would be taken" }),
	  cmd_import_google },
	{ "import oath", "FILE", 1, 1, CMD_STEPS, "take over a users.oath",
	  SHAPE_IMPORT,
	  OPTIONS({ "dry-run", NULL, "say what would be taken" }),
	  cmd_import_oath },
	{ "import otpauth", "USER [FILE]", 1, 2, CMD_STEPS,
	  "add devices by otpauth URIs, one a line", SHAPE_IMPORT,
	  OPTIONS({ "stdin", NULL, "from standard input" },
		  { "dry-run", NULL, "say what would be taken" }),
	  cmd_import_otpauth },
	{ "import shadow", "[FILE]", 0, 1, CMD_STEPS,
	  "take over passwords; default: /etc/shadow", SHAPE_IMPORT,
	  OPTIONS({ "add-accounts", NULL, "add those that are missing" },
		  { "dry-run", NULL, "say what would be taken" }),
	  cmd_import_shadow },
	{ "import u2f-keys", "[FILE]", 0, 1, CMD_STEPS,
	  "take over the security keys of pam_u2f", SHAPE_IMPORT_KEYS,
	  OPTIONS({ "all-homes", NULL, "of every account that has a file" },
		  { "user", "NAME", "only this user's" },
		  { "origin", "ORIGIN", "they were made for; pam://HOST" },
		  { "dry-run", NULL, "say what would be taken" }),
	  cmd_import_u2f },
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
	{ .words = NULL },
};

const char *
cmd_option(const struct cmd *c, const char *name)
{
	for (size_t i = 0;
	     c->row->options != NULL && c->row->options[i].name != NULL; i++)
		if (strcmp(c->row->options[i].name, name) == 0)
			return c->option[i];
	return NULL;
}

void
cmd_clock(struct cmd *c)
{
	c->now = time(NULL);
	c->admin.now = c->now;
}

enum cmd_exit
cmd_exit_of(enum status st)
{
	switch (st) {
	case STATUS_OK:
		return CMD_DONE;
	case STATUS_INVALID:
		return CMD_USAGE;
	case STATUS_NOT_FOUND:
		return CMD_NOT_FOUND;
	case STATUS_CONFLICT:
	case STATUS_LOST:
		return CMD_CONFLICT;
	case STATUS_DENIED:
		return CMD_DENIED;
	case STATUS_REFUSED:
		return CMD_REFUSED;
	case STATUS_BUSY:
	case STATUS_UNAVAILABLE:
	case STATUS_SCHEMA:
	case STATUS_CORRUPT:
		return CMD_UNAVAILABLE;
	case STATUS_IN_DOUBT:
	case STATUS_CANCELLED:
	case STATUS_PROTOCOL:
	case STATUS_SYSTEM:
		break;
	}
	return CMD_FAILED;
}

/* We leave the directory before the file is read. */
static enum status
main_config_path(struct cmd *c, char path[PATH_MAX], struct fault *f)
{
	char cwd[PATH_MAX];
	int n;

	if (c->config_path == NULL || c->config_path[0] == '/')
		return STATUS_OK;
	if (getcwd(cwd, sizeof(cwd)) == NULL)
		return fault(f, STATUS_INVALID, "-c %s: give an absolute path",
			     c->config_path);
	n = snprintf(path, PATH_MAX, "%s/%s", cwd, c->config_path);
	if (n < 0 || n >= PATH_MAX)
		return fault(f, STATUS_INVALID, "-c: the path is too long");
	c->config_path = path;
	return STATUS_OK;
}

/* What needs no store, no identity and no rights. */
static bool
main_says(const struct cmd *c)
{
	if (c->version)
		(void)puts("sigractl " SIGRA_VERSION);
	else if (c->commands)
		help_commands();
	else if (c->help && c->row != NULL)
		help_row(c->row);
	else if (c->help)
		help_table(NULL);
	else
		return false;
	return true;
}

static enum status
main_run(int argc, char **argv, const char *sudo_uid, struct cmd *c,
	 struct fault *f)
{
	char path[PATH_MAX];
	enum status st;

	if ((st = args_parse(argc, argv, c, f)) != STATUS_OK || main_says(c))
		return st;
	if (c->row == NULL) {
		help_usage(stderr);
		c->exit = CMD_USAGE;
		return STATUS_OK;
	}
	if ((st = actor_find(sudo_uid, &c->actor, f)) != STATUS_OK ||
	    (st = main_config_path(c, path, f)) != STATUS_OK ||
	    (st = ground_enter(c, f)) != STATUS_OK)
		return st;
	return c->row->run(c, f);
}

int
main(int argc, char **argv)
{
	static struct cmd c;
	struct fault f = { .text = "" };
	const char *sudo = getenv("SUDO_UID");
	char sudo_uid[64] = "";
	enum status st;

	/* One too long to be a number is kept long enough to be none. */
	if (sudo != NULL)
		(void)snprintf(sudo_uid, sizeof(sudo_uid), "%s", sudo);
	st = owner_clean(&f);
	(void)setlocale(LC_CTYPE, "");
	c.now = time(NULL);
	if (st == STATUS_OK)
		st = main_run(argc, argv, sudo_uid, &c, &f);
	ground_leave(&c);
	if (st == STATUS_OK)
		st = out_finish(&f);
	if (st == STATUS_OK)
		return (int)c.exit;
	out_error(f.text);
	return (int)cmd_exit_of(st);
}
