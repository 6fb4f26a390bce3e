/* SPDX-License-Identifier: MIT */
/*
 * One string that logs in: app tokens of people, and the secrets of service
 * accounts.  Statuses and transactions as in store/store.h; hashes are keyed.
 */
#ifndef STORE_TOKEN_H
#define STORE_TOKEN_H

#include "store/org.h"
#include "store/otp.h"

#define STORE_TOKENS_MAX 25  /* app tokens an account, not revoked */
#define STORE_SECRETS_MAX 10 /* secrets a service account, not revoked */
#define STORE_TOKEN_SCOPES_SIZE 256
#define STORE_TOKEN_SOURCES_SIZE 1024
#define STORE_TOKEN_FROM_SIZE 64
#define STORE_TOKEN_USE_SECONDS 300 /* that one last use stands for */

enum store_token_kind {
	STORE_TOKEN_APP = 1, /* of a person */
	STORE_TOKEN_SERVICE, /* of a service account */
};

struct store_token {
	struct id id, account;
	enum store_token_kind kind;
	char label[STORE_LABEL_SIZE];
	uint8_t hash[STORE_HASH_SIZE];
	char scopes[STORE_TOKEN_SCOPES_SIZE]; /* "login:dovecot,login:ftp*" */
	char sources[STORE_TOKEN_SOURCES_SIZE]; /* networks with commas; or
						   empty: from anywhere */
	int64_t created_at;
	char made_by[64];   /* as audit.actor */
	int64_t expires_at; /* 0: never */
	int64_t used_at;    /* 0: not yet; of a few minutes, the first */
	char used_from[STORE_TOKEN_FROM_SIZE]; /* as a source's key */
	int64_t revoked_at;		       /* 0: not */
};

/* STATUS_CONFLICT when one of the account that is not revoked has the label,
 * STATUS_REFUSED when as many of its kind as may be are not. */
enum status store_token_insert(struct store *s, const struct store_token *t,
			       struct fault *f) MUST_USE;

/* Each in any state: of the account, by its hash; by its id; of the account,
 * by its label, the one that is not revoked. */
enum status store_token_find(struct store *s, const struct id *account,
			     const uint8_t hash[STORE_HASH_SIZE],
			     struct store_token *out, struct fault *f)
	MUST_USE;
enum status store_token_by_id(struct store *s, const struct id *id,
			      struct store_token *out, struct fault *f)
	MUST_USE;
enum status store_token_by_label(struct store *s, const struct id *account,
				 const char *label, struct store_token *out,
				 struct fault *f) MUST_USE;

/* Of the account, newest first, revoked ones too. */
enum status store_token_list(struct store *s, const struct id *account,
			     bool (*each)(void *ctx,
					  const struct store_token *),
			     void *ctx, struct fault *f) MUST_USE;
/* Of everybody, in order of id, from the first greater than AFTER (NULL: from
 * the first of all). */
enum status store_token_list_all(struct store *s, const struct id *after,
				 bool (*each)(void *ctx,
					      const struct store_token *),
				 void *ctx, struct fault *f) MUST_USE;
/* How many of the account, of KIND, are neither revoked nor expired at NOW? */
enum status store_token_count(struct store *s, const struct id *account,
			      enum store_token_kind kind, int64_t now,
			      int64_t *out, struct fault *f) MUST_USE;

/* It let somebody in, who came from FROM: that is its last use, unless the
 * one before was less than STORE_TOKEN_USE_SECONDS ago.  STATUS_LOST when it
 * was revoked meanwhile, or has expired at NOW. */
enum status store_token_used(struct store *s, const struct id *id, int64_t now,
			     const char *from, struct fault *f) MUST_USE;

/* STATUS_NOT_FOUND when there is none that is not revoked. */
enum status store_token_revoke(struct store *s, const struct id *id,
			       int64_t now, struct fault *f) MUST_USE;
/* Of either kind, and the families of its refresh tokens, of which no JWT is
 * good any more.  *REVOKED: how many. */
enum status store_token_revoke_all(struct store *s, const struct id *account,
				   int64_t now, int64_t *revoked,
				   struct fault *f) MUST_USE;

#endif
