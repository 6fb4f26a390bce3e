/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "factor/fido2_row.h"
#include "factor/sshkey_blob.h"

static struct fido2_parts
row_parts(const struct store_ssh_key *row)
{
	struct fido2_parts p = { .len = 0 };

	fido2_parts_text(&p, "sigra-ssh-key-1");
	fido2_parts_text(&p, row->account.s);
	fido2_parts_text(&p, row->type);
	fido2_parts_bytes(&p, row->blob, row->blob_len);
	fido2_parts_number(&p, row->authority ? 1 : 0);
	fido2_parts_number(&p, row->created_at);
	return p;
}

enum status
sshkey_row_make(const struct factor_env *env, struct store_ssh_key *row,
		struct fault *f)
{
	struct store_ssh_key made = *row;
	struct fido2_parts p;
	struct sshkey key;
	enum status st;

	st = sshkey_blob_parse(row->blob, row->blob_len, row->type, &key, f);
	if (st != STATUS_OK)
		return st;
	if (key.certificate)
		return fault(f, STATUS_INVALID,
			     "this is a certificate: enroll the key of the "
			     "authority that signed it");
	crypto_id(env->now, &made.id);
	made.created_at = env->now;
	p = row_parts(&made);
	st = fido2_parts_seal(env, STORE_SEALED_SSH_KEY, &made.id, &p,
			      made.sealed, &made.sealed_len, f);
	if (st == STATUS_OK)
		*row = made;
	return st;
}

enum status
sshkey_row_check(const struct factor_env *env, const struct store_ssh_key *row,
		 struct fault *f)
{
	struct fido2_parts p;

	if (row->blob_len > sizeof(row->blob))
		return fault(f, STATUS_CORRUPT, "SSH key %s is none",
			     row->id.s);
	p = row_parts(row);
	return fido2_parts_check(env, STORE_SEALED_SSH_KEY, &row->id, &p,
				 row->sealed, row->sealed_len, f);
}

static bool
row_certifies(const struct factor_env *env, const char *user,
	      const struct sshkey *key)
{
	const uint64_t now = env->now < 0 ? 0 : (uint64_t)env->now;

	if (!key->user_certificate || env->clock_behind ||
	    now < key->valid_after || now >= key->valid_before)
		return false;
	for (size_t i = 0; i < key->principals; i++)
		if (strcmp(key->principal[i], user) == 0)
			return true;
	return false;
}

enum status
sshkey_enrolled(const struct factor_env *env, const struct id *account,
		const char *user, const struct sshkey *key, bool *found,
		struct store_ssh_key *row, struct fault *f)
{
	const bool by = key->certificate;
	struct store_ssh_key have;
	enum status st;

	if (by && !row_certifies(env, user, key)) {
		*found = false;
		return STATUS_OK;
	}
	st = store_ssh_key_find(
		env->store, account, by ? key->authority : key->blob,
		by ? key->authority_len : key->blob_len, &have, f);
	if (st == STATUS_NOT_FOUND) {
		*found = false;
		return STATUS_OK;
	}
	if (st == STATUS_OK)
		st = sshkey_row_check(env, &have, f);
	if (st != STATUS_OK)
		return st;
	*found = have.authority == by;
	if (*found)
		*row = have;
	return STATUS_OK;
}

/* A key whose counter nobody saw, or which went back, leaves the counter as
 * it is. */
enum status
sshkey_settle(const struct factor_env *env, const struct id *account,
	      const struct factor_outcome *outcome, struct fault *f)
{
	const bool unseen = outcome->at < 0;

	(void)account;
	if (outcome->result != FACTOR_RIGHT || !outcome->ssh)
		return fault(f, STATUS_DENIED, "no SSH key was right");
	return store_ssh_key_used(env->store, &outcome->row,
				  unseen ? 0 : outcome->at,
				  unseen || outcome->went_back, env->now, f);
}
