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
#define DEVICE_ASK_SIZE (128 + 4 * STORE_LABEL_SIZE + 4 * STORE_NAME_SIZE)

enum status
cmd_enroll_rename(struct cmd *c, struct fault *f)
{
	char done[DEVICE_DONE_SIZE];
	struct admin_device d;
	enum status st;

	if ((st = admin_enroll_rename(&c->admin, c->arg[0], c->arg[1],
				      c->arg[2], &d, f)) != STATUS_OK)
		return st;
	(void)snprintf(done, sizeof(done), "'%s' of %s is now called '%s'.",
		       c->arg[1], d.account.name, d.row.label);
	return device_end(c, &d, done, f);
}

static bool
device_count(void *ctx, const struct store_otp *row)
{
	(void)row;
	++*(unsigned *)ctx;
	return true;
}

static enum status
device_remove_confirm(const struct cmd *c, const struct admin_device *d,
		      struct fault *f)
{
	char prompt[DEVICE_ASK_SIZE], answer[8];
	char label[4 * STORE_LABEL_SIZE], name[4 * STORE_NAME_SIZE];
	unsigned n = 0;
	enum status st;

	st = store_otp_list(c->store, &d->account.id, device_count, &n, f);
	if (st != STATUS_OK)
		return st;
	text_encode(d->row.label, strlen(d->row.label), label, sizeof(label));
	text_encode(d->account.name, strlen(d->account.name), name,
		    sizeof(name));
	(void)snprintf(prompt, sizeof(prompt), "%sRemove '%s' of %s? [y/N] ",
		       n > 1 ? ""
			     : "It is the last device: the backup codes go "
			       "with it.\n",
		       label, name);
	st = tty_ask_visible(prompt, answer, sizeof(answer), f);
	if (st == STATUS_INVALID && tty_there(f) != STATUS_OK)
		return fault(f, st,
			     "nobody is there to confirm it: give --yes");
	if (st != STATUS_OK && st != STATUS_INVALID)
		return st;
	if (st != STATUS_OK ||
	    (strcmp(answer, "y") != 0 && strcmp(answer, "yes") != 0))
		return fault(f, STATUS_CANCELLED, "nothing was removed");
	return STATUS_OK;
}

enum status
cmd_enroll_remove(struct cmd *c, struct fault *f)
{
	char done[DEVICE_DONE_SIZE];
	struct admin_device d;
	AUTO_JSON *j = NULL;
	enum status st;
	bool last;

	st = admin_enroll_find(&c->admin, c->arg[0], c->arg[1], &d, f);
	if (st == STATUS_OK && cmd_option(c, "yes") == NULL)
		st = device_remove_confirm(c, &d, f);
	if (st != STATUS_OK)
		return st;
	cmd_clock(c);
	if ((st = admin_enroll_remove(&c->admin, c->arg[0], c->arg[1], &d,
				      &last, f)) != STATUS_OK)
		return st;
	if (c->json) {
		j = device_shape_of(&d);
		out_put(j, "last", json_boolean(last));
		return out_json(j, f);
	}
	(void)snprintf(done, sizeof(done), "Removed '%s' of %s.%s",
		       d.row.label, d.account.name,
		       last ? " It was the last device: the backup codes are "
			      "gone, too."
			    : "");
	out_line("%s", done);
	return STATUS_OK;
}

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

	if ((st = admin_backup_ready(&c->admin, c->arg[0], &acct, &all, f)) !=
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
