/* SPDX-License-Identifier: MIT */
#include "admin/item.h"

#include <string.h>

#include "admin/account.h"
#include "admin/enroll.h"
#include "admin/trust.h"
#include "admin/way.h"
#include "base/buf.h"
#include "base/text.h"

/* What each kind is called in the audit. */
static const struct {
	const char *renamed, *removed;
} item_actions[] = {
	[ADMIN_ITEM_OTP] = { "otp.renamed", "otp.removed" },
	[ADMIN_ITEM_KEY] = { "key.renamed", "key.removed" },
	[ADMIN_ITEM_SSH_KEY] = { "ssh_key.renamed", "ssh_key.removed" },
};

const char *
admin_item_label(const struct admin_item *item)
{
	switch (item->kind) {
	case ADMIN_ITEM_OTP:
		return item->row.otp.label;
	case ADMIN_ITEM_KEY:
		return item->row.key.label;
	case ADMIN_ITEM_SSH_KEY:
		break;
	}
	return item->row.ssh_key.label;
}

static const struct id *
item_id(const struct admin_item *item)
{
	switch (item->kind) {
	case ADMIN_ITEM_OTP:
		return &item->row.otp.id;
	case ADMIN_ITEM_KEY:
		return &item->row.key.id;
	case ADMIN_ITEM_SSH_KEY:
		break;
	}
	return &item->row.ssh_key.id;
}

const char *
admin_ssh_key_word(const struct store_ssh_key *row)
{
	if (row->authority)
		return "ssh-ca";
	return strncmp(row->type, "sk-", 3) == 0 ? "ssh-sk" : "ssh-key";
}

const char *
admin_item_word(const struct admin_item *item)
{
	switch (item->kind) {
	case ADMIN_ITEM_OTP:
		return otp_kind_name(item->row.otp.kind);
	case ADMIN_ITEM_KEY:
		return "fido2";
	case ADMIN_ITEM_SSH_KEY:
		break;
	}
	return admin_ssh_key_word(&item->row.ssh_key);
}

/* By label, in whichever table it is. */
static enum status
item_get(const struct admin *a, const char *label, struct admin_item *item,
	 struct fault *f)
{
	const struct id *account = &item->account.id;
	enum status st;

	item->kind = ADMIN_ITEM_OTP;
	st = store_otp_get(a->store, account, label, &item->row.otp, f);
	if (st != STATUS_NOT_FOUND)
		return st;
	item->kind = ADMIN_ITEM_KEY;
	st = store_key_get(a->store, account, label, &item->row.key, f);
	if (st != STATUS_NOT_FOUND)
		return st;
	item->kind = ADMIN_ITEM_SSH_KEY;
	return store_ssh_key_get(a->store, account, label, &item->row.ssh_key,
				 f);
}

enum status
admin_item_find(const struct admin *a, const char *name, const char *label,
		struct admin_item *out, struct fault *f)
{
	struct admin_item item;
	enum status st;

	st = admin_account_find(a, name, &item.account, f);
	if (st != STATUS_OK)
		return st;
	/* A longer label is in no store, and may be too long to be asked. */
	st = STATUS_NOT_FOUND;
	if (strlen(label) < STORE_LABEL_SIZE)
		st = item_get(a, label, &item, f);
	if (st == STATUS_NOT_FOUND)
		return fault(
			f, STATUS_NOT_FOUND,
			"'%s' has no device or key '%s': see sigractl enroll "
			"list %s",
			item.account.name, label, item.account.name);
	if (st == STATUS_OK)
		*out = item;
	return st;
}

static enum status
item_audit(const struct admin *a, const char *action,
	   const struct admin_item *item, const struct audit_pair *more,
	   struct fault *f)
{
	return admin_audit(a, action, &item->account.id,
			   (const struct audit_pair[ADMIN_PAIRS_MAX]){
				   { "device", item_id(item)->s },
				   { "label", admin_item_label(item) },
				   { "kind", admin_item_word(item) },
				   more[0],
				   more[1] },
			   f);
}

static enum status
item_name(const struct admin *a, const struct admin_item *item,
	  const char *label, struct fault *f)
{
	switch (item->kind) {
	case ADMIN_ITEM_OTP:
		return store_otp_rename(a->store, item_id(item), label, f);
	case ADMIN_ITEM_KEY:
		return store_key_rename(a->store, item_id(item), label, f);
	case ADMIN_ITEM_SSH_KEY:
		break;
	}
	return store_ssh_key_rename(a->store, item_id(item), label, f);
}

static void
item_label_set(struct admin_item *item, const char *label)
{
	char *to = item->row.ssh_key.label;

	if (item->kind == ADMIN_ITEM_OTP)
		to = item->row.otp.label;
	else if (item->kind == ADMIN_ITEM_KEY)
		to = item->row.key.label;
	(void)text_copy(to, STORE_LABEL_SIZE, label);
}

enum status
admin_item_rename(const struct admin *a, const char *name, const char *label,
		  const char *new_label, struct admin_item *out,
		  struct fault *f)
{
	char to[STORE_LABEL_SIZE];
	struct admin_item item;
	enum status st;
	bool taken;
	STORE_TXN(txn);

	if (!text_copy(to, sizeof(to), new_label))
		return fault(f, STATUS_INVALID,
			     "the label is longer than %d bytes",
			     STORE_LABEL_SIZE - 1);
	if ((st = otp_label_valid(to, f)) != STATUS_OK ||
	    (st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_item_find(a, name, label, &item, f)) != STATUS_OK ||
	    (st = admin_label_taken(a, &item.account.id, to, &taken, f)) !=
		    STATUS_OK)
		return st;
	/* It is called so, and that is all that was wanted. */
	if (strcmp(admin_item_label(&item), to) == 0) {
		*out = item;
		return STATUS_OK;
	}
	if (taken)
		return fault(f, STATUS_CONFLICT,
			     "'%s' has a device or key '%s' already",
			     item.account.name, to);
	if ((st = item_name(a, &item, to, f)) != STATUS_OK ||
	    (st = item_audit(a, item_actions[item.kind].renamed, &item,
			     (const struct audit_pair[]){ { "to", to },
							  { NULL, NULL } },
			     f)) != STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	item_label_set(&item, to);
	*out = item;
	return STATUS_OK;
}

/* In the open transaction; with the last device go the backup codes. */
static enum status
item_delete(const struct admin *a, const struct admin_item *item, bool *last,
	    struct fault *f)
{
	struct admin_devices all;
	enum status st;

	*last = false;
	if (item->kind == ADMIN_ITEM_KEY)
		return store_key_delete(a->store, item_id(item), f);
	if (item->kind == ADMIN_ITEM_SSH_KEY)
		return store_ssh_key_delete(a->store, item_id(item), f);
	if ((st = store_otp_delete(a->store, item_id(item), f)) != STATUS_OK ||
	    (st = admin_devices_read(a, &item->account.id, &all, f)) !=
		    STATUS_OK)
		return st;
	*last = all.n == 0;
	return *last ? store_code_delete(a->store, &item->account.id,
					 STORE_CODE_BACKUP, f)
		     : STATUS_OK;
}

/* In the open transaction: delete it, and see what is left. */
static enum status
item_drop(const struct admin *a, const char *name, const char *label,
	  struct admin_removal *out, struct fault *f)
{
	struct admin_way_change change;
	struct admin_way before, after;
	struct admin_item *item = &out->item;
	const struct id *account = &item->account.id;
	int64_t dropped;
	enum status st;

	if ((st = admin_item_find(a, name, label, item, f)) != STATUS_OK ||
	    (st = admin_way_read(a, account, &before, f)) != STATUS_OK ||
	    (st = item_delete(a, item, &out->last, f)) != STATUS_OK ||
	    (st = admin_way_read(a, account, &after, f)) != STATUS_OK ||
	    (st = admin_way_changed(a, item->account.name, &before, &after,
				    &change, f)) != STATUS_OK ||
	    (st = admin_trust_end(a, &item->account, &dropped, f)) !=
		    STATUS_OK)
		return st;
	out->stranded = change.lost;
	out->rule = change.lost_under;
	out->alone = change.alone;
	out->rule_alone = change.alone_under;
	item->account.updated_at = a->now;
	st = store_account_update(a->store, &item->account, f);
	if (st == STATUS_OK)
		item->account.version++;
	return st;
}

static enum status
item_stranded(const struct admin_removal *r, struct fault *f)
{
	char require[RULE_TEXT_SIZE];

	rule_require_format(&r->rule, require, sizeof(require));
	return fault(f, STATUS_REFUSED,
		     "without '%s' rule %lld (%s) lets '%s' in no more: "
		     "enroll something else first, or give --force",
		     admin_item_label(&r->item), (long long)r->rule.position,
		     require, r->item.account.name);
}

enum status
admin_item_remove(const struct admin *a, const char *name, const char *label,
		  bool force, struct admin_removal *out, struct fault *f)
{
	struct admin_removal r = { .last = false };
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = item_drop(a, name, label, &r, f)) != STATUS_OK)
		return st;
	if (r.stranded && !force) {
		*out = r;
		return item_stranded(&r, f);
	}
	if ((st = item_audit(a, item_actions[r.item.kind].removed, &r.item,
			     (const struct audit_pair[]){
				     { "last", r.last ? "yes" : "" },
				     { "stranded", r.stranded ? "yes" : "" } },
			     f)) != STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	*out = r;
	return STATUS_OK;
}

enum status
admin_item_would(const struct admin *a, const char *name, const char *label,
		 struct admin_removal *out, struct fault *f)
{
	struct admin_removal r = { .last = false };
	enum status st;
	STORE_TXN(txn);

	/* Never committed. */
	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = item_drop(a, name, label, &r, f)) != STATUS_OK)
		return st;
	*out = r;
	return STATUS_OK;
}
