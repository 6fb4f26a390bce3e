/* SPDX-License-Identifier: MIT */
/* Changes of a device that is there, and of the backup codes beside it. */
#include <stdio.h>
#include <string.h>

#include "admin/account.h"
#include "admin/backup.h"
#include "admin/enroll.h"
#include "base/text.h"
#include "sigractl/child.h"
#include "sigractl/codes.h"
#include "sigractl/device.h"
#include "sigractl/tty.h"

#define DEVICE_DONE_SIZE 512

/* A code that a person types; it is echoed, as it is good once. */
static enum status
device_ask(const char *prompt, struct secret *out, struct fault *f)
{
	char answer[OTP_ANSWER_MAX + 1];
	enum status st;

	if ((st = tty_there(f)) != STATUS_OK) {
		struct fault why = *f;

		return fault(f, st, "%s; a script gives it by --stdin",
			     why.text);
	}
	st = tty_ask_visible(prompt, answer, sizeof(answer), f);
	if (st == STATUS_OK)
		st = secret_set(out, answer, strlen(answer), f);
	explicit_bzero(answer, sizeof(answer));
	return st;
}

enum status
cmd_enroll_resync(struct cmd *c, struct fault *f)
{
	char done[DEVICE_DONE_SIZE];
	struct admin_device d;
	enum status st;
	SECRET(first);
	SECRET(second);

	/* Nobody is asked about what is not there, or has no counter. */
	st = admin_enroll_counting(&c->admin, c->arg[0], c->arg[1], &d, f);
	if (st != STATUS_OK)
		return st;
	if (cmd_option(c, "stdin") != NULL)
		st = tty_stdin_secrets(&first, &second, f);
	else if ((st = device_ask("A code of the device: ", &first, f)) ==
		 STATUS_OK)
		st = device_ask("The next one: ", &second, f);
	if (st != STATUS_OK)
		return st;
	cmd_clock(c);
	if ((st = admin_enroll_resync(&c->admin, c->arg[0], c->arg[1], &first,
				      &second, &d, f)) != STATUS_OK)
		return st;
	(void)snprintf(done, sizeof(done),
		       "'%s' of %s is in step again. The next code counts.",
		       d.row.label, d.account.name);
	return device_end(c, &d, done, f);
}

static enum status
device_proof(const struct cmd *c, struct secret *out, struct fault *f)
{
	bool piped = cmd_option(c, "stdin") != NULL;

	if (cmd_option(c, "without-code") == NULL)
		return piped ? tty_stdin_secret(out, f)
			     : device_ask("One-time code: ", out, f);
	if (piped)
		return fault(f, STATUS_INVALID,
			     "--without-code and --stdin exclude each other");
	return STATUS_OK;
}

static enum status
device_backup_end(const struct cmd *c, const struct store_account *acct,
		  const struct code_set *set, struct fault *f)
{
	AUTO_JSON *j = NULL;
	enum status st;
	CODES_TEXT(text);

	if (!c->json) {
		codes_text_set(set, acct->name, &text);
		return codes_print(&text, f);
	}
	j = json_object();
	out_put(j, "user", out_string(acct->name));
	out_put(j, "account", out_string(acct->id.s));
	out_put(j, "backup_codes", codes_json_set(set));
	if ((st = out_json(j, f)) != STATUS_OK)
		return st;
	return out_finish(f);
}

enum status
cmd_enroll_backup(struct cmd *c, struct fault *f)
{
	bool without = cmd_option(c, "without-code") != NULL;
	struct admin_devices all;
	struct store_account acct;
	enum status st;
	SECRET(proof);
	CODE_SET(set);

	if ((st = out_once(f, "the codes are lost, and those before them "
			      "void: run it again")) != STATUS_OK ||
	    (st = admin_backup_ready(&c->admin, c->arg[0], &acct, &all, f)) !=
		    STATUS_OK ||
	    (st = device_proof(c, &proof, f)) != STATUS_OK)
		return st;
	cmd_clock(c);
	/* The old ones are void then, and the new ones have to be seen. */
	child_signals_hold();
	st = admin_backup_renew(&c->admin, c->arg[0], without ? NULL : &proof,
				&acct, &set, f);
	if (st == STATUS_OK)
		st = device_backup_end(c, &acct, &set, f);
	child_signals_free();
	return st;
}
