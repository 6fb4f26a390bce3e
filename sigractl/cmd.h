/* SPDX-License-Identifier: MIT */
/*
 * What a command is.  The files rows_*.c hold the table; dispatch, usage,
 * help, the options and the man page's check all read its rows.
 */
#ifndef SIGRACTL_CMD_H
#define SIGRACTL_CMD_H

#include "admin/admin.h"
#include "base/request.h"
#include "sigractl/actor.h"
#include "sigractl/hooks.h"
#include "sigractl/rights.h"

#define CMD_OPTIONS_MAX 32
#define CMD_ARGS_MAX 8
#define CMD_AGAIN_MAX 64

enum cmd_exit {
	CMD_DONE = 0,
	CMD_FAILED = 1,
	CMD_USAGE = 2,
	CMD_NOT_FOUND = 3,
	CMD_CONFLICT = 4,
	CMD_DENIED = 5,
	CMD_REFUSED = 6,
	CMD_UNAVAILABLE = 7,
};

/* What a command wants before it runs. */
enum cmd_access {
	CMD_PLAIN, /* nothing: no store, no privilege */
	CMD_INIT,  /* makes the store; root, or a trial store's owner */
	CMD_STEPS, /* the config read, and to be who we are: has more to do
		      before it becomes the store's owner itself */
	CMD_STEPS_FILE, /* likewise; with --in as CMD_PLAIN */
	CMD_OWNER,	/* to be the store's owner; opens the store itself */
	CMD_READ,	/* the store open, to read */
	CMD_WRITE,	/* the store open, to write */
	/* Likewise; and whoever may not open it is served, too, about himself
	 * and by the verifier that listens: then c->self is set. */
	CMD_READ_SELF,
	CMD_WRITE_SELF,
	CMD_STEPS_SELF,
};

struct cmd_option {
	const char *name;  /* without the dashes; NULL ends the list */
	const char *value; /* what to call its value in help; NULL: a flag; one
			      that ends in "..." may be given several times:
			      cmd_option_all() */
	const char *help;
};

struct cmd;

struct cmd_row {
	const char *words;    /* "user add" */
	const char *args;     /* "NAME", as help shows it */
	unsigned least, most; /* how many of them; none about oneself */
	enum cmd_access access;
	const char *help; /* one line */
	const char *json; /* the members that --json prints: NAME, NAME{...}
			     an object or null, NAME[...] an array of
			     objects, NAME[] an array of strings */
	const struct cmd_option *options; /* NULL: only the global ones */
	enum status (*run)(struct cmd *, struct fault *);
};

/* The table: the first row (NULL), and the one behind ROW; NULL: there is
 * none. */
const struct cmd_row *cmd_row_next(const struct cmd_row *row);

/* One call. */
struct cmd {
	const struct cmd_row *row;
	const char *option[CMD_OPTIONS_MAX]; /* NULL: not given */
	/* What came after the first value of one that may be given several
	 * times. */
	struct cmd_again {
		unsigned option;
		const char *value;
	} again[CMD_AGAIN_MAX];
	unsigned agains;
	const char *arg[CMD_ARGS_MAX + 1]; /* ended by a NULL */
	unsigned args;

	const char *config_path; /* NULL: the installed one */
	const char *where;	 /* NULL: as the config says */
	const char *org;	 /* NULL: not for one organization */
	bool json;
	bool help, version, commands;

	struct actor actor;
	struct rights rights;
	struct hooks hooks;
	char self[USER_MAX + 1]; /* an ordinary user's name, or empty */
	int64_t now;
	char host[256];
	struct config config;
	struct crypto_keys keys;
	struct store *store;
	struct audit audit;
	struct breach breach;
	struct admin admin;
	enum cmd_exit exit; /* of a call that worked */
};

/* The value of an option of this row; NULL when it was not given. */
const char *cmd_option(const struct cmd *c, const char *name);

/* All its values with commas between them; "" when it was not given.
 * STATUS_INVALID when they do not fit, or one is empty. */
enum status cmd_option_all(const struct cmd *c, const char *name, char *out,
			   size_t size, struct fault *f) MUST_USE;

/* Says, when NAME is root, that the account decides root's logins. */
void cmd_warn_root(const char *name, bool has_password);

/* After waiting for a person. */
void cmd_clock(struct cmd *c);

enum cmd_exit cmd_exit_of(enum status st);

enum status cmd_calibrate(struct cmd *, struct fault *);
enum status cmd_completion(struct cmd *, struct fault *);
enum status cmd_doctor(struct cmd *, struct fault *);
enum status cmd_help(struct cmd *, struct fault *);
enum status cmd_init(struct cmd *, struct fault *);
enum status cmd_user_add(struct cmd *, struct fault *);
enum status cmd_user_show(struct cmd *, struct fault *);
enum status cmd_user_list(struct cmd *, struct fault *);
enum status cmd_user_rename(struct cmd *, struct fault *);
enum status cmd_user_disable(struct cmd *, struct fault *);
enum status cmd_user_enable(struct cmd *, struct fault *);
enum status cmd_user_expire(struct cmd *, struct fault *);
enum status cmd_user_delete(struct cmd *, struct fault *);
enum status cmd_user_undelete(struct cmd *, struct fault *);
enum status cmd_user_force_password_change(struct cmd *, struct fault *);
enum status cmd_user_set(struct cmd *, struct fault *);
enum status cmd_user_unset(struct cmd *, struct fault *);
enum status cmd_user_set_email(struct cmd *, struct fault *);
enum status cmd_user_confirm_email(struct cmd *, struct fault *);
enum status cmd_user_export(struct cmd *, struct fault *);
enum status cmd_user_login_code(struct cmd *, struct fault *);
enum status cmd_user_reset(struct cmd *, struct fault *);
enum status cmd_user_revoke_codes(struct cmd *, struct fault *);
enum status cmd_enroll_totp(struct cmd *, struct fault *);
enum status cmd_enroll_hotp(struct cmd *, struct fault *);
enum status cmd_enroll_key(struct cmd *, struct fault *);
enum status cmd_enroll_ssh_key(struct cmd *, struct fault *);
enum status cmd_enroll_list(struct cmd *, struct fault *);
enum status cmd_enroll_show(struct cmd *, struct fault *);
enum status cmd_enroll_rename(struct cmd *, struct fault *);
enum status cmd_enroll_remove(struct cmd *, struct fault *);
enum status cmd_enroll_resync(struct cmd *, struct fault *);
enum status cmd_enroll_backup(struct cmd *, struct fault *);
enum status cmd_enroll_ticket(struct cmd *, struct fault *);
enum status cmd_org_add(struct cmd *, struct fault *);
enum status cmd_org_list(struct cmd *, struct fault *);
enum status cmd_org_show(struct cmd *, struct fault *);
enum status cmd_org_rename(struct cmd *, struct fault *);
enum status cmd_org_set_slug(struct cmd *, struct fault *);
enum status cmd_org_set(struct cmd *, struct fault *);
enum status cmd_org_delete(struct cmd *, struct fault *);
enum status cmd_org_invite(struct cmd *, struct fault *);
enum status cmd_member_list(struct cmd *, struct fault *);
enum status cmd_member_add(struct cmd *, struct fault *);
enum status cmd_member_remove(struct cmd *, struct fault *);
enum status cmd_member_role(struct cmd *, struct fault *);
enum status cmd_invite_list(struct cmd *, struct fault *);
enum status cmd_invite_revoke(struct cmd *, struct fault *);
enum status cmd_invite_accept(struct cmd *, struct fault *);
enum status cmd_service_add(struct cmd *, struct fault *);
enum status cmd_service_list(struct cmd *, struct fault *);
enum status cmd_service_remove(struct cmd *, struct fault *);
enum status cmd_secret_add(struct cmd *, struct fault *);
enum status cmd_secret_list(struct cmd *, struct fault *);
enum status cmd_secret_revoke(struct cmd *, struct fault *);
enum status cmd_token_create(struct cmd *, struct fault *);
enum status cmd_token_list(struct cmd *, struct fault *);
enum status cmd_token_show(struct cmd *, struct fault *);
enum status cmd_token_revoke(struct cmd *, struct fault *);
enum status cmd_token_revoke_all(struct cmd *, struct fault *);
enum status cmd_token_issue_jwt(struct cmd *, struct fault *);
enum status cmd_token_refresh(struct cmd *, struct fault *);
enum status cmd_token_revoke_jwt(struct cmd *, struct fault *);
enum status cmd_token_jwks(struct cmd *, struct fault *);
enum status cmd_trust_list(struct cmd *, struct fault *);
enum status cmd_trust_revoke(struct cmd *, struct fault *);
enum status cmd_trust_revoke_all(struct cmd *, struct fault *);
enum status cmd_password_set(struct cmd *, struct fault *);
enum status cmd_password_import(struct cmd *, struct fault *);
enum status cmd_password_check(struct cmd *, struct fault *);
enum status cmd_policy_list(struct cmd *, struct fault *);
enum status cmd_policy_add(struct cmd *, struct fault *);
enum status cmd_policy_move(struct cmd *, struct fault *);
enum status cmd_policy_remove(struct cmd *, struct fault *);
enum status cmd_policy_check(struct cmd *, struct fault *);
enum status cmd_policy_keys(struct cmd *, struct fault *);
enum status cmd_policy_passwords(struct cmd *, struct fault *);
enum status cmd_policy_explain(struct cmd *, struct fault *);
enum status cmd_lock_list(struct cmd *, struct fault *);
enum status cmd_lock_clear(struct cmd *, struct fault *);
enum status cmd_gc(struct cmd *, struct fault *);
enum status cmd_session_list(struct cmd *, struct fault *);
enum status cmd_session_show(struct cmd *, struct fault *);
enum status cmd_session_revoke(struct cmd *, struct fault *);
enum status cmd_session_revoke_all(struct cmd *, struct fault *);
enum status cmd_admin_grant(struct cmd *, struct fault *);
enum status cmd_admin_revoke(struct cmd *, struct fault *);
enum status cmd_admin_list(struct cmd *, struct fault *);
enum status cmd_admin_impersonate(struct cmd *, struct fault *);
enum status cmd_audit_init_key(struct cmd *, struct fault *);
enum status cmd_audit_list(struct cmd *, struct fault *);
enum status cmd_audit_show(struct cmd *, struct fault *);
enum status cmd_audit_tail(struct cmd *, struct fault *);
enum status cmd_audit_export(struct cmd *, struct fault *);
enum status cmd_audit_stats(struct cmd *, struct fault *);
enum status cmd_audit_verify(struct cmd *, struct fault *);
enum status cmd_audit_head(struct cmd *, struct fault *);
enum status cmd_audit_retention(struct cmd *, struct fault *);
enum status cmd_audit_prune(struct cmd *, struct fault *);
enum status cmd_notify(struct cmd *, struct fault *);
enum status cmd_notify_list(struct cmd *, struct fault *);
enum status cmd_notify_replay(struct cmd *, struct fault *);
enum status cmd_webhook_add(struct cmd *, struct fault *);
enum status cmd_webhook_list(struct cmd *, struct fault *);
enum status cmd_webhook_remove(struct cmd *, struct fault *);
enum status cmd_store_check(struct cmd *, struct fault *);
enum status cmd_store_migrate(struct cmd *, struct fault *);
enum status cmd_store_backup(struct cmd *, struct fault *);
enum status cmd_store_restore(struct cmd *, struct fault *);
enum status cmd_store_clock_accept(struct cmd *, struct fault *);
enum status cmd_store_rekey(struct cmd *, struct fault *);
enum status cmd_key_export(struct cmd *, struct fault *);
enum status cmd_key_import(struct cmd *, struct fault *);
enum status cmd_import_google(struct cmd *, struct fault *);
enum status cmd_import_oath(struct cmd *, struct fault *);
enum status cmd_import_otpauth(struct cmd *, struct fault *);
enum status cmd_import_shadow(struct cmd *, struct fault *);
enum status cmd_import_u2f(struct cmd *, struct fault *);
enum status cmd_authorized_keys(struct cmd *, struct fault *);
enum status cmd_answer(struct cmd *, struct fault *);

#endif
