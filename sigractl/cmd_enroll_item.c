/* SPDX-License-Identifier: MIT */
/* Devices and keys of any kind: looked at, renamed, removed. */
#include <stdio.h>
#include <string.h>

#include "admin/clock.h"
#include "base/buf.h"
#include "base/text.h"
#include "sigractl/item.h"
#include "sigractl/tty.h"

#define ITEM_DONE_SIZE 512
#define ITEM_ASK_SIZE 2048

static void
item_show_device(const struct store_otp *row, int64_t until)
{
	char when[TEXT_TIME_SIZE];

	out_field("Codes", "%s, %lld digits", device_algorithm(row),
		  (long long)row->digits);
	if (row->kind == STORE_TOTP)
		out_field("Period", "%lld seconds", (long long)row->period);
	else
		out_field("Counter", "%lld", (long long)row->moved);
	if (row->state == STORE_OTP_RESYNC)
		out_field("State", "accepts nothing before sigractl enroll "
				   "resync");
	else if (until == INT64_MAX)
		out_field("State", "refused for good: enroll it again");
	else if (until != 0)
		out_field("State", "refused until %s: enroll it again",
			  out_when(until, when));
	else
		out_field("State", "%s", device_state(row->state));
}

static void
item_show_key(const struct store_key *row)
{
	char aaguid[37], flags[64];

	fido2_aaguid_text(row->aaguid, aaguid);
	item_key_flags(row, flags, sizeof(flags));
	out_field("RP id", "%s", row->rp);
	out_field("Model", "%s", item_model(row));
	out_field("AAGUID", "%s", aaguid);
	out_field("Algorithm", "%s", fido2_algorithm_name(row->algorithm));
	if (row->transports[0] != '\0')
		out_field("Transports", "%s", row->transports);
	out_field("Flags", "%s", flags[0] == '\0' ? "none" : flags);
	out_field("Sign count", "%lld", (long long)row->sign_count);
	if (row->state == STORE_KEY_REVOKED)
		out_field("State", "revoked, for its counter went back: it "
				   "may have been copied; remove it");
	else
		out_field("State", "%s", item_key_state(row->state));
}

static void
item_show_ssh_key(const struct store_ssh_key *row, const char *text)
{
	char fingerprint[51];

	sshkey_fingerprint(row->blob, row->blob_len, fingerprint);
	out_field("Type", "%s", row->type);
	out_field("Fingerprint", "%s", fingerprint);
	out_field("Public key", "%s", text);
	if (row->authority)
		out_field("Counts for", "certificates that it has signed");
}

static int64_t
item_used(const struct admin_item *item, int64_t *created)
{
	switch (item->kind) {
	case ADMIN_ITEM_OTP:
		*created = item->row.otp.created_at;
		return item->row.otp.used_at;
	case ADMIN_ITEM_KEY:
		*created = item->row.key.created_at;
		return item->row.key.used_at;
	case ADMIN_ITEM_SSH_KEY:
		break;
	}
	*created = item->row.ssh_key.created_at;
	return item->row.ssh_key.used_at;
}

static const char *
item_id_text(const struct admin_item *item)
{
	switch (item->kind) {
	case ADMIN_ITEM_OTP:
		return item->row.otp.id.s;
	case ADMIN_ITEM_KEY:
		return item->row.key.id.s;
	case ADMIN_ITEM_SSH_KEY:
		break;
	}
	return item->row.ssh_key.id.s;
}

static void
item_show_text(const struct admin_item *item, int64_t until, const char *text)
{
	char when[TEXT_TIME_SIZE];
	int64_t created, used = item_used(item, &created);

	out_field("User", "%s", item->account.name);
	out_field("Label", "%s", admin_item_label(item));
	out_field("Id", "%s", item_id_text(item));
	out_field("Kind", "%s", admin_item_word(item));
	if (item->kind == ADMIN_ITEM_OTP)
		item_show_device(&item->row.otp, until);
	else if (item->kind == ADMIN_ITEM_KEY)
		item_show_key(&item->row.key);
	else
		item_show_ssh_key(&item->row.ssh_key, text);
	out_field("Added", "%s", out_when(created, when));
	out_field("Used", "%s", used == 0 ? "never" : out_when(used, when));
}

static json_t *
item_counter(const struct admin_item *item)
{
	if (item->kind != ADMIN_ITEM_OTP || item->row.otp.kind != STORE_HOTP)
		return json_null();
	return json_integer(item->row.otp.moved);
}

static json_t *
item_credential(const struct admin_item *item)
{
	char text[CRYPTO_BASE64_SIZE(STORE_CREDENTIAL_MAX)];

	if (item->kind != ADMIN_ITEM_KEY ||
	    !crypto_base64_format(item->row.key.credential,
				  item->row.key.credential_len,
				  CRYPTO_BASE64_URL, text, sizeof(text)))
		return json_null();
	return json_string(text);
}

enum status
cmd_enroll_show(struct cmd *c, struct fault *f)
{
	char text[SSHKEY_TEXT_SIZE] = "";
	const struct store_ssh_key *ssh;
	struct admin_item item;
	AUTO_JSON *j = NULL;
	int64_t until = 0;
	enum status st;

	if ((st = admin_item_find(&c->admin, c->arg[0], c->arg[1], &item,
				  f)) != STATUS_OK)
		return st;
	ssh = &item.row.ssh_key;
	if (item.kind == ADMIN_ITEM_OTP)
		until = admin_clock_ahead(&item.row.otp, c->now);
	if (item.kind == ADMIN_ITEM_SSH_KEY &&
	    (st = sshkey_text(ssh->type, ssh->blob, ssh->blob_len, text,
			      sizeof(text), f)) != STATUS_OK)
		return st;
	if (!c->json) {
		item_show_text(&item, until, text);
		return STATUS_OK;
	}
	j = item_shape_of(&item);
	out_put(j, "counter", item_counter(&item));
	out_put(j, "refused_until",
		until == INT64_MAX ? json_string("never") : out_time(until));
	out_put(j, "public_key", out_string(text));
	out_put(j, "credential_id", item_credential(&item));
	return out_json(j, f);
}

enum status
cmd_enroll_rename(struct cmd *c, struct fault *f)
{
	char done[ITEM_DONE_SIZE];
	struct admin_item item;
	enum status st;

	if ((st = admin_item_rename(&c->admin, c->arg[0], c->arg[1], c->arg[2],
				    &item, f)) != STATUS_OK)
		return st;
	(void)snprintf(done, sizeof(done), "'%s' of %s is now called '%s'.",
		       c->arg[1], item.account.name, admin_item_label(&item));
	return item_end(c, &item, done, f);
}

/* "the password", "ssh-key and fido2": what is enough from then on.  False:
 * nothing that was not enough before. */
static bool
item_alone(const struct admin_removal *r, char *out, size_t size)
{
	char require[RULE_TEXT_SIZE];
	struct buf b;

	buf_start(&b, out, size);
	for (unsigned i = 0; i < POLICY_FACTOR_COUNT; i++)
		if ((r->alone & POLICY_BIT(i)) != 0)
			buf_printf(&b, "%s%s%s", b.len == 0 ? "" : " and ",
				   i == POLICY_FACTOR_PASSWORD ? "the " : "",
				   policy_factor_name((enum policy_factor)i));
	if (b.len == 0)
		return false;
	rule_require_format(&r->rule_alone, require, sizeof(require));
	buf_printf(&b,
		   " alone %s enough for %s from then on, by rule %lld "
		   "(%s).",
		   (r->alone & (r->alone - 1)) == 0 ? "is" : "are",
		   r->item.account.name, (long long)r->rule_alone.position,
		   require);
	return true;
}

/* What goes with it, and whom that shuts out. */
static void
item_remove_prompt(const struct admin_removal *r, char *out, size_t size)
{
	char label[4 * STORE_LABEL_SIZE], name[4 * STORE_NAME_SIZE];
	char require[RULE_TEXT_SIZE], stranded[ITEM_ASK_SIZE / 2] = "";
	char alone[ITEM_ASK_SIZE / 2], safe[ITEM_ASK_SIZE] = "";
	const char *called = admin_item_label(&r->item);

	text_encode(called, strlen(called), label, sizeof(label));
	text_encode(r->item.account.name, strlen(r->item.account.name), name,
		    sizeof(name));
	if (r->stranded) {
		rule_require_format(&r->rule, require, sizeof(require));
		(void)snprintf(stranded, sizeof(stranded),
			       "Without it rule %lld (%s) lets %s in no "
			       "more.\n",
			       (long long)r->rule.position, require, name);
	}
	if (item_alone(r, alone, sizeof(alone)))
		text_encode(alone, strlen(alone), safe, sizeof(safe));
	(void)snprintf(out, size, "%s%s%s%sRemove '%s' of %s? [y/N] ",
		       r->last ? "It is the last device: the backup codes go "
				 "with it.\n"
			       : "",
		       stranded, safe, safe[0] == '\0' ? "" : "\n", label,
		       name);
}

/* *FORCE: it was said whom it shuts out, and confirmed. */
static enum status
item_remove_confirm(const struct cmd *c, bool *force, struct fault *f)
{
	char prompt[ITEM_ASK_SIZE], answer[8];
	struct admin_removal r;
	enum status st;

	if ((st = admin_item_would(&c->admin, c->arg[0], c->arg[1], &r, f)) !=
	    STATUS_OK)
		return st;
	item_remove_prompt(&r, prompt, sizeof(prompt));
	st = tty_ask_visible(prompt, answer, sizeof(answer), f);
	if (st == STATUS_INVALID && tty_there(f) != STATUS_OK)
		return fault(f, st,
			     "nobody is there to confirm it: give --yes%s",
			     r.stranded ? ", and --force, as it shuts the "
					  "user out"
					: "");
	if (st != STATUS_OK && st != STATUS_INVALID)
		return st;
	if (st != STATUS_OK ||
	    (strcmp(answer, "y") != 0 && strcmp(answer, "yes") != 0))
		return fault(f, STATUS_CANCELLED, "nothing was removed");
	*force = r.stranded;
	return STATUS_OK;
}

enum status
cmd_enroll_remove(struct cmd *c, struct fault *f)
{
	bool force = cmd_option(c, "force") != NULL;
	char alone[ITEM_ASK_SIZE / 2];
	struct admin_removal r;
	AUTO_JSON *j = NULL;
	enum status st;

	if (!force && cmd_option(c, "yes") == NULL &&
	    (st = item_remove_confirm(c, &force, f)) != STATUS_OK)
		return st;
	cmd_clock(c);
	if ((st = admin_item_remove(&c->admin, c->arg[0], c->arg[1], force, &r,
				    f)) != STATUS_OK)
		return st;
	if (c->json) {
		j = item_shape_of(&r.item);
		out_put(j, "last", json_boolean(r.last));
		out_put(j, "stranded", json_boolean(r.stranded));
		out_put(j, "exempt", json_boolean(r.alone != 0));
		return out_json(j, f);
	}
	out_line("Removed '%s' of %s.%s", admin_item_label(&r.item),
		 r.item.account.name,
		 r.last ? " It was the last device: the backup codes are "
			  "gone, too."
			: "");
	if (item_alone(&r, alone, sizeof(alone)))
		out_line("%s", alone);
	return STATUS_OK;
}
