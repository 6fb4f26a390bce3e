/* SPDX-License-Identifier: MIT */
/*
 * Security keys and SSH keys of an account, and what holds for all security
 * keys.  A security key is in the store only once it has signed something
 * fresh that was checked.
 */
#ifndef ADMIN_KEY_H
#define ADMIN_KEY_H

#include "admin/item.h"
#include "factor/fido2.h"
#include "factor/sshkey.h"
#include "fido/fido.h"

/* A key that is to be made. */
struct admin_key_draft {
	char label[STORE_LABEL_SIZE]; /* "": one is made */
	char rp[STORE_RP_SIZE];	      /* "": the store's */
	struct store_account account; /* from here on: filled in */
	bool attestation;
	/* What the account has of this RP: a key makes no second one. */
	size_t excluded;
	struct fido_entry exclude[FIDO_KEYS_MAX];
};

/*
 * Could the account have one more?  Fills in the draft; writes nothing.
 * STATUS_INVALID: the RP id or the label; STATUS_CONFLICT: the label is taken;
 * STATUS_REFUSED: there are too many, or the store has no RP id yet.
 */
enum status admin_key_ready(const struct admin *a, const char *name,
			    struct admin_key_draft *d, struct fault *f)
	MUST_USE;

/* A row of what sigra-fido has taken apart; not yet sealed, nothing believed.
 * MADE is the reply to FIDO_MAKE, for transports and format. */
enum status admin_key_row(const struct admin_key_draft *d,
			  const struct fido_reply *made,
			  const struct fido_reply *parsed, bool resident,
			  struct store_key *out, struct fault *f) MUST_USE;

/* Is it a key that the policy for keys allows?  STATUS_REFUSED. */
enum status admin_key_allowed(const struct store_key_policy *policy,
			      const struct store_key *row, struct fault *f)
	MUST_USE;

/* What the new key has signed, and over what. */
struct admin_key_proof {
	uint8_t hash[FIDO_HASH_SIZE];
	bool uv; /* its user has to be verified */
	struct fido2_assertion assertion;
};

/*
 * Add it: policy, number, label and assertion are judged inside the
 * transaction.  STATUS_REFUSED (with a row of failure): not allowed, or not
 * proved.
 */
enum status admin_key_add(const struct admin *a, const struct store_key *row,
			  const struct admin_key_proof *proof,
			  struct admin_item *out, struct fault *f) MUST_USE;

/*
 * An SSH key for the account, or, as AUTHORITY, one that signs its
 * certificates.  LABEL "": made of COMMENT.  STATUS_INVALID: a certificate;
 * STATUS_REFUSED: too many; STATUS_CONFLICT: label or key are there already.
 */
enum status admin_ssh_key_add(const struct admin *a, const char *name,
			      const char *label, const struct sshkey *key,
			      const char *comment, bool authority,
			      struct admin_item *out, struct fault *f)
	MUST_USE;

/* Is it one to be added so?  STATUS_INVALID: a certificate. */
enum status admin_ssh_key_fits(const struct sshkey *key, bool authority,
			       struct fault *f) MUST_USE;

/* --- what holds for all security keys --- */

/* "none", "direct"; "warn", "reauth", "revoke". */
const char *admin_sign_count_name(enum store_sign_count how);
bool admin_sign_count_parse(const char *s, enum store_sign_count *out);

/* What of it is to be changed; NULL and 0: nothing. */
struct admin_key_change {
	const char *rp;
	const bool *attestation;
	enum store_sign_count sign_count;
	bool models; /* the allow list becomes that one */
	size_t aaguids;
	uint8_t aaguid[STORE_AAGUIDS_MAX][STORE_AAGUID_SIZE];
};

/* OUT: as it is now.  STATUS_INVALID: the RP id is none.  Keys that are
 * enrolled keep the one they were made with. */
enum status admin_key_policy_change(const struct admin *a,
				    const struct admin_key_change *change,
				    struct store_key_policy *out,
				    struct fault *f) MUST_USE;

/* In the open transaction of a new store, which has a row of its own. */
enum status admin_key_policy_install(const struct admin *a, const char *rp,
				     struct fault *f) MUST_USE;

/* May new keys be made for it?  A domain, no address.  STATUS_INVALID. */
enum status admin_rp_valid(const char *rp, struct fault *f) MUST_USE;

/* Does this RP id look like the name of one machine? */
bool admin_rp_is_host(const char *rp, const char *host);

#endif
