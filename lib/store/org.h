/* SPDX-License-Identifier: MIT */
/*
 * Organizations, who belongs to them, and who is invited.  Statuses and
 * transactions as in store/store.h.  Rows of one organization are reached
 * only with its id.
 */
#ifndef STORE_ORG_H
#define STORE_ORG_H

#include "store/store.h"

#define STORE_SLUG_SIZE 64 /* with the NUL */
#define STORE_ORG_NAME_SIZE 129
#define STORE_ORG_WORDS_SIZE 256
#define STORE_ORG_TOKEN_MAX 315360000 /* seconds: ten years */
#define STORE_HASH_SIZE 32 /* a keyed hash of something shown once */

struct store_org {
	struct id id;
	char slug[STORE_SLUG_SIZE];
	char name[STORE_ORG_NAME_SIZE];
	char words[STORE_ORG_WORDS_SIZE]; /* no password is made of; blanks */
	bool personal;
	bool require_mfa;
	/* Of its members' app tokens. */
	bool token_expiry; /* each has one */
	int64_t token_max; /* seconds that one is good at most; 0: no limit */
	int64_t created_at;
	int64_t deleted_at; /* 0: it is there */
	int64_t version;    /* for compare-and-set; 1 when new */
};

/* STATUS_CONFLICT when a not-deleted one has the slug, or another one had it
 * and still answers to it at NOW. */
enum status store_org_insert(struct store *s, const struct store_org *o,
			     int64_t now, struct fault *f) MUST_USE;
/* Not-deleted; by its slug, or by one it had and answers to at NOW. */
enum status store_org_by_slug(struct store *s, const char *slug, int64_t now,
			      struct store_org *out, struct fault *f) MUST_USE;
/* Is there one, or was there ever, that is not personal? */
enum status store_org_any(struct store *s, bool *out, struct fault *f)
	MUST_USE;
/* Deleted ones too. */
enum status store_org_by_id(struct store *s, const struct id *id,
			    struct store_org *out, struct fault *f) MUST_USE;
/* Compare-and-set by version, as store_account_update(); STATUS_CONFLICT when
 * a not-deleted one has the slug.  Whether another still answers to it,
 * store_org_by_slug() says. */
enum status store_org_update(struct store *s, const struct store_org *o,
			     struct fault *f) MUST_USE;
/* How many app tokens of its members, good at NOW, would be good for longer
 * than O lets them? */
enum status store_org_tokens(struct store *s, const struct store_org *o,
			     int64_t now, int64_t *out, struct fault *f)
	MUST_USE;
/* In the same transaction: SLUG, which it had, answers until UNTIL. */
enum status store_org_past(struct store *s, const char *slug,
			   const struct id *org, int64_t until,
			   struct fault *f) MUST_USE;
/* Not-deleted ones in order of slug, from the first greater than AFTER. */
enum status store_org_list(struct store *s, const char *after,
			   bool (*each)(void *ctx, const struct store_org *),
			   void *ctx, struct fault *f) MUST_USE;

enum store_role {
	STORE_ROLE_OWNER = 1,
	STORE_ROLE_ADMIN,
	STORE_ROLE_MEMBER,
};

struct store_member {
	struct id org, account;
	enum store_role role;
	int64_t joined_at;
	int64_t used_at; /* 0: no login yet with this organization active */
};

/* STATUS_CONFLICT when it is one already. */
enum status store_member_insert(struct store *s, const struct store_member *m,
				struct fault *f) MUST_USE;
/* STATUS_NOT_FOUND also when the organization is deleted. */
enum status store_member_get(struct store *s, const struct id *org,
			     const struct id *account,
			     struct store_member *out, struct fault *f)
	MUST_USE;
enum status store_member_role(struct store *s, const struct id *org,
			      const struct id *account, enum store_role role,
			      struct fault *f) MUST_USE;
enum status store_member_used(struct store *s, const struct id *org,
			      const struct id *account, int64_t now,
			      struct fault *f) MUST_USE;
enum status store_member_delete(struct store *s, const struct id *org,
				const struct id *account, struct fault *f)
	MUST_USE;
/* How many owners whose account is neither deleted nor about to be; how many
 * members. */
enum status store_member_owners(struct store *s, const struct id *org,
				int64_t *out, struct fault *f) MUST_USE;
enum status store_member_count(struct store *s, const struct id *org,
			       int64_t *out, struct fault *f) MUST_USE;
/* With the name of each account, in that order, from the first greater than
 * AFTER; accounts that are deleted are none. */
enum status store_member_list(
	struct store *s, const struct id *org, const char *after,
	bool (*each)(void *ctx, const struct store_member *, const char *name),
	void *ctx, struct fault *f) MUST_USE;
/* Where an account belongs: organizations that are not deleted, the last used
 * first, then the one joined first. */
enum status store_member_of(struct store *s, const struct id *account,
			    bool (*each)(void *ctx,
					 const struct store_member *,
					 const struct store_org *),
			    void *ctx, struct fault *f) MUST_USE;

enum store_invitation_state {
	STORE_INVITATION_PENDING = 1, /* good until expires_at */
	STORE_INVITATION_ACCEPTED,
	STORE_INVITATION_REVOKED,
};

struct store_invitation {
	struct id id, org;
	char address[STORE_EMAIL_SIZE]; /* of mail, or a login name */
	enum store_role role;
	uint8_t hash[STORE_HASH_SIZE];
	char made_by[64]; /* as audit.actor */
	int64_t created_at, expires_at;
	enum store_invitation_state state;
	int64_t ended_at;  /* 0: pending */
	struct id account; /* that accepted it; or empty */
};

/* STATUS_CONFLICT when one is pending for the same organization and address;
 * one that had expired by created_at is revoked. */
enum status store_invitation_insert(struct store *s,
				    const struct store_invitation *i,
				    struct fault *f) MUST_USE;
/* By its hash, in any state. */
enum status store_invitation_find(struct store *s,
				  const uint8_t hash[STORE_HASH_SIZE],
				  struct store_invitation *out,
				  struct fault *f) MUST_USE;
enum status store_invitation_get(struct store *s, const struct id *org,
				 const struct id *id,
				 struct store_invitation *out, struct fault *f)
	MUST_USE;
/* Is one pending at NOW for this name or address, of an organization that is
 * not deleted? */
enum status store_invitation_pending(struct store *s, const char *address,
				     int64_t now, bool *out, struct fault *f)
	MUST_USE;
/* From pending to STATE, by one conditional UPDATE; STATUS_LOST when it has
 * ended, or is to be accepted and has expired at NOW.  ACCOUNT: who accepted
 * it, or NULL. */
enum status store_invitation_end(struct store *s, const struct id *id,
				 enum store_invitation_state state,
				 const struct id *account, int64_t now,
				 struct fault *f) MUST_USE;
/* Of an organization, newest first; PENDING: only those. */
enum status
store_invitation_list(struct store *s, const struct id *org, bool pending,
		      bool (*each)(void *ctx, const struct store_invitation *),
		      void *ctx, struct fault *f) MUST_USE;
/* How many were made since then: by MADE_BY, of ORG. */
enum status store_invitation_counts(struct store *s, const char *made_by,
				    const struct id *org, int64_t since,
				    int64_t *by_maker, int64_t *by_org,
				    struct fault *f) MUST_USE;
/* Every pending one that MADE_BY made, of whatever organization. */
enum status store_invitation_end_by(struct store *s, const char *made_by,
				    int64_t now, int64_t *ended,
				    struct fault *f) MUST_USE;
/* Every pending one of an organization is revoked. */
enum status store_invitation_end_all(struct store *s, const struct id *org,
				     int64_t now, int64_t *ended,
				     struct fault *f) MUST_USE;

#endif
