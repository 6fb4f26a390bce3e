/* SPDX-License-Identifier: MIT */
/*
 * Security keys (FIDO2 credentials), and SSH public keys.  Statuses and
 * transactions as in store/store.h.  What is public stands in the clear;
 * `sealed` is a sealed digest of all of it that must not change, made and
 * checked by lib/factor, so that a row written by anybody without the key of
 * the store is nobody's key.
 */
#ifndef STORE_KEY_H
#define STORE_KEY_H

#include "store/otp.h"

#define STORE_KEYS_MAX 10 /* an account; each of the two kinds */
#define STORE_RP_SIZE 129 /* with the NUL; a domain, or what pam_u2f made */
#define STORE_CREDENTIAL_MAX 512 /* bytes of a credential id */
#define STORE_PUBLIC_MAX                                                      \
	600 /* bytes: P-256 x and y, 32 of Ed25519, or the                    \
		modulus and exponent of RSA (fido2.h) */
#define STORE_AAGUID_SIZE 16
#define STORE_TRANSPORTS_SIZE 32

enum store_key_state {
	STORE_KEY_ACTIVE = 1,
	STORE_KEY_REVOKED, /* its counter went back: it counts no more */
};

/* Bits of store_key.flags. */
enum store_key_flag {
	STORE_KEY_RESIDENT = 1 << 0, /* discoverable (CTAP2 "rk") */
	STORE_KEY_UV = 1 << 1,	     /* made with user verification */
	STORE_KEY_ATTESTED = 1 << 2, /* its attestation was checked */
	STORE_KEY_U2F = 1 << 3,	     /* made by U2F: no PIN, RP is an AppID */
};

struct store_key {
	struct id id, account;
	char label[STORE_LABEL_SIZE]; /* one of its account's only, among
					 devices and keys of every kind */
	char rp[STORE_RP_SIZE];
	uint8_t credential[STORE_CREDENTIAL_MAX];
	size_t credential_len;
	int64_t algorithm; /* COSE: -7 ES256, -8 EdDSA, -257 RS256 */
	uint8_t public[STORE_PUBLIC_MAX];
	size_t public_len;
	uint8_t aaguid[STORE_AAGUID_SIZE];
	char transports[STORE_TRANSPORTS_SIZE]; /* "usb,nfc"; "": unknown */
	uint32_t flags;
	enum store_key_state state;
	int64_t sign_count; /* never goes down */
	uint8_t sealed[STORE_SEALED_SIZE];
	size_t sealed_len;
	int64_t created_at, used_at; /* used_at 0: never */
};

/* In the open transaction: STATUS_CONFLICT when the account has the label (of
 * a device, key or SSH key) or anybody the credential id; STATUS_REFUSED when
 * the account has STORE_KEYS_MAX. */
enum status store_key_insert(struct store *s, const struct store_key *k,
			     struct fault *f) MUST_USE;
/* In order of label, in every state. */
enum status store_key_list(struct store *s, const struct id *account,
			   bool (*each)(void *ctx, const struct store_key *),
			   void *ctx, struct fault *f) MUST_USE;
/* The account's own only: STATUS_NOT_FOUND for another's. */
enum status store_key_get(struct store *s, const struct id *account,
			  const char *label, struct store_key *out,
			  struct fault *f) MUST_USE;
/* By credential id, within the account. */
enum status store_key_find(struct store *s, const struct id *account,
			   const uint8_t *credential, size_t len,
			   struct store_key *out, struct fault *f) MUST_USE;
/*
 * One conditional UPDATE of an active key: sign_count becomes COUNT where it
 * was less, or where both are zero (a key without a counter), used_at NOW.
 * ANYHOW: used_at alone, and the greater of the counts is kept.  STATUS_LOST
 * otherwise.
 */
enum status store_key_used(struct store *s, const struct id *id, int64_t count,
			   bool anyhow, int64_t now, struct fault *f) MUST_USE;
enum status store_key_state(struct store *s, const struct id *id,
			    enum store_key_state state, struct fault *f)
	MUST_USE;
enum status store_key_rename(struct store *s, const struct id *id,
			     const char *label, struct fault *f) MUST_USE;
enum status store_key_delete(struct store *s, const struct id *id,
			     struct fault *f) MUST_USE;
/* All of an account's, of both kinds. */
enum status store_key_delete_all(struct store *s, const struct id *account,
				 struct fault *f) MUST_USE;
/* Does the store have any security key at all, be it an SSH key?  One
 * look-up. */
enum status store_key_any(struct store *s, bool *out, struct fault *f)
	MUST_USE;

/* --- SSH public keys --- */

#define STORE_SSH_BLOB_MAX 2200 /* bytes: RSA of 16384 bits */
#define STORE_SSH_TYPE_SIZE 65

struct store_ssh_key {
	struct id id, account;
	char label[STORE_LABEL_SIZE];	  /* as of a security key */
	char type[STORE_SSH_TYPE_SIZE];	  /* "ssh-ed25519",
					     "sk-ssh-ed25519@openssh.com" */
	uint8_t blob[STORE_SSH_BLOB_MAX]; /* RFC 4253 6.6, PROTOCOL.u2f */
	size_t blob_len;
	bool authority;	    /* signs certificates; is no key to log in with */
	int64_t sign_count; /* sk only, as seen through an agent */
	uint8_t sealed[STORE_SEALED_SIZE];
	size_t sealed_len;
	int64_t created_at, used_at;
};

/* As store_key_insert(): STATUS_CONFLICT also when the account has the blob.
 */
enum status store_ssh_key_insert(struct store *s,
				 const struct store_ssh_key *k,
				 struct fault *f) MUST_USE;
enum status store_ssh_key_list(struct store *s, const struct id *account,
			       bool (*each)(void *ctx,
					    const struct store_ssh_key *),
			       void *ctx, struct fault *f) MUST_USE;
enum status store_ssh_key_get(struct store *s, const struct id *account,
			      const char *label, struct store_ssh_key *out,
			      struct fault *f) MUST_USE;
/* By blob, within the account. */
enum status store_ssh_key_find(struct store *s, const struct id *account,
			       const uint8_t *blob, size_t len,
			       struct store_ssh_key *out, struct fault *f)
	MUST_USE;
/* As store_key_used(). */
enum status store_ssh_key_used(struct store *s, const struct id *id,
			       int64_t count, bool anyhow, int64_t now,
			       struct fault *f) MUST_USE;
enum status store_ssh_key_rename(struct store *s, const struct id *id,
				 const char *label, struct fault *f) MUST_USE;
enum status store_ssh_key_delete(struct store *s, const struct id *id,
				 struct fault *f) MUST_USE;

/* --- what holds for all security keys: one row --- */

enum store_sign_count {
	STORE_SIGN_COUNT_WARN = 1, /* a counter that went back is audited */
	STORE_SIGN_COUNT_REAUTH,   /* ... and this use of it does not count:
				      other factors have to do */
	STORE_SIGN_COUNT_REVOKE,   /* ... nor will any other */
};

#define STORE_AAGUIDS_MAX 32
struct store_key_policy {
	char rp[STORE_RP_SIZE]; /* of new keys; "": none is set yet */
	bool attestation;	/* direct, and it has to be right */
	enum store_sign_count sign_count;
	size_t aaguids; /* of the allow list; 0: any */
	uint8_t aaguid[STORE_AAGUIDS_MAX][STORE_AAGUID_SIZE];
};
/* A new store, or one migrated: no RP id, no attestation, any model, warn. */
enum status store_key_policy_get(struct store *s, struct store_key_policy *out,
				 struct fault *f) MUST_USE;
enum status store_key_policy_put(struct store *s,
				 const struct store_key_policy *p,
				 struct fault *f) MUST_USE;

#endif
