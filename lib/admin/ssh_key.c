/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "admin/account.h"
#include "admin/key.h"
#include "base/text.h"
#include "factor/otp.h"

#define SSH_KEY_LABEL "ssh key"
#define SSH_AUTHORITY_LABEL "ssh authority"

/* A comment mostly says whose key it is; one that could be no label does not.
 */
static const char *
ssh_key_called(const char *comment, bool authority)
{
	char label[STORE_LABEL_SIZE];
	struct fault ignored;

	if (!text_empty(comment) && text_copy(label, sizeof(label), comment) &&
	    otp_label_valid(label, &ignored) == STATUS_OK)
		return comment;
	return authority ? SSH_AUTHORITY_LABEL : SSH_KEY_LABEL;
}

enum status
admin_ssh_key_fits(const struct sshkey *key, bool authority, struct fault *f)
{
	if (!key->certificate)
		return STATUS_OK;
	if (authority)
		return fault(f, STATUS_INVALID,
			     "this is a certificate: give the public key of "
			     "the authority that signed it");
	return fault(f, STATUS_INVALID,
		     "this is a certificate, which is good for a time only: "
		     "enroll the plain public key, or with --ca that of the "
		     "authority that signed it");
}

static enum status
ssh_key_audit(const struct admin *a, const struct store_ssh_key *row,
	      struct fault *f)
{
	char fingerprint[51];

	sshkey_fingerprint(row->blob, row->blob_len, fingerprint);
	return admin_audit(a, "ssh_key.enrolled", &row->account,
			   (const struct audit_pair[ADMIN_PAIRS_MAX]){
				   { "device", row->id.s },
				   { "label", row->label },
				   { "kind", admin_ssh_key_word(row) },
				   { "type", row->type },
				   { "fingerprint", fingerprint } },
			   f);
}

/* In the open transaction: what the store refuses, in words of ours. */
static enum status
ssh_key_insert(const struct admin *a, const struct store_account *acct,
	       const struct store_ssh_key *row, struct fault *f)
{
	struct fault why = { .text = "" };
	enum status st = store_ssh_key_insert(a->store, row, &why);

	if (st == STATUS_CONFLICT)
		return fault(f, st,
			     "'%s' has this key already: see sigractl "
			     "enroll list %s",
			     acct->name, acct->name);
	if (st == STATUS_REFUSED)
		return fault(f, st,
			     "'%s' has %d SSH keys, which is the limit: "
			     "remove one first",
			     acct->name, STORE_KEYS_MAX);
	return st == STATUS_OK ? st : fault(f, st, "%s", why.text);
}

enum status
admin_ssh_key_add(const struct admin *a, const char *name, const char *label,
		  const struct sshkey *key, const char *comment,
		  bool authority, struct admin_item *out, struct fault *f)
{
	struct factor_env env = admin_factor_env(a);
	struct admin_item item = { .kind = ADMIN_ITEM_SSH_KEY };
	struct store_ssh_key *row = &item.row.ssh_key;
	enum status st;
	STORE_TXN(txn);

	if (!text_copy(row->label, sizeof(row->label), label))
		return fault(f, STATUS_INVALID,
			     "--label: longer than %d bytes",
			     STORE_LABEL_SIZE - 1);
	if ((st = admin_ssh_key_fits(key, authority, f)) != STATUS_OK ||
	    (st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_account_person(a, name, &item.account, f)) !=
		    STATUS_OK ||
	    (st = admin_label_ready(a, &item.account,
				    ssh_key_called(comment, authority),
				    row->label, f)) != STATUS_OK)
		return st;
	row->account = item.account.id;
	memcpy(row->type, key->type, sizeof(row->type));
	memcpy(row->blob, key->blob, key->blob_len);
	row->blob_len = key->blob_len;
	row->authority = authority;
	if ((st = sshkey_row_make(&env, row, f)) != STATUS_OK ||
	    (st = ssh_key_insert(a, &item.account, row, f)) != STATUS_OK ||
	    (st = ssh_key_audit(a, row, f)) != STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	*out = item;
	return STATUS_OK;
}
