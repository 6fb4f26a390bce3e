/* SPDX-License-Identifier: MIT */
/* A security key of software, on its way into an account. */
#ifndef TESTS_ADMIN_KEYS_H
#define TESTS_ADMIN_KEYS_H

#include "../factor/softkey.h"
#include "../factor/sshkey_samples.h"
#include "admin/account.h"
#include "admin/key.h"
#include "fixture.h"

#define KEYS_RP "example.org"

/* What sigra-fido says of a new key; SEED tells credentials apart. */
static inline void
keys_reply(const struct softkey *key, uint8_t seed, struct fido_reply *out)
{
	*out = (struct fido_reply){ .end = FIDO_DONE,
				    .algorithm = key->algorithm,
				    .id_len = 32,
				    .public_len = key->public_len,
				    .uv = true,
				    .sign_count = 4 };
	memset(out->id, seed, 32);
	memset(out->aaguid, 0xaa, sizeof(out->aaguid));
	memcpy(out->public, key->public, key->public_len);
	(void)strcpy(out->format, "packed");
	(void)strcpy(out->transports, "usb");
}

/* The way into the account that is not wrong anywhere. */
static inline enum status
keys_add(struct fixture *x, const char *name, const char *label,
	 const struct softkey *key, uint8_t seed, struct admin_item *out)
{
	struct admin_key_draft d = { .attestation = false };
	struct softkey_assertion made;
	struct admin_key_proof proof = { .uv = true };
	struct fido_reply reply;
	struct store_key row;
	enum status st;

	strncpy(d.label, label, sizeof(d.label) - 1);
	keys_reply(key, seed, &reply);
	if ((st = admin_key_ready(&x->admin, name, &d, &x->f)) != STATUS_OK ||
	    (st = admin_key_row(&d, &reply, &reply, false, &row, &x->f)) !=
		    STATUS_OK)
		return st;
	memset(proof.hash, seed, sizeof(proof.hash));
	softkey_assert(key, d.rp, SOFTKEY_UP | SOFTKEY_UV, 5, proof.hash,
		       &made);
	proof.assertion =
		(struct fido2_assertion){ made.authdata, made.authdata_len,
					  made.signature, made.signature_len };
	return admin_key_add(&x->admin, &row, &proof, out, &x->f);
}

static inline enum status
keys_add_ssh(struct fixture *x, const char *name, const char *label,
	     const char *line, bool authority, struct admin_item *out)
{
	char comment[65] = "";
	struct sshkey key;

	CHECK_OK(sshkey_line_parse(line, strlen(line), &key, comment,
				   sizeof(comment), &x->f),
		 &x->f);
	return admin_ssh_key_add(&x->admin, name, label, &key, comment,
				 authority, out, &x->f);
}

static inline void
keys_rp(struct fixture *x, const char *rp)
{
	struct admin_key_change change = { .rp = rp };
	struct store_key_policy p;

	CHECK_OK(admin_key_policy_change(&x->admin, &change, &p, &x->f),
		 &x->f);
}

static inline void
keys_account(struct fixture *x, const char *name, struct store_account *out)
{
	struct admin_account_new n = { .name = name };

	CHECK_OK(admin_account_add(&x->admin, &n, out, &x->f), &x->f);
}

#endif
