/* SPDX-License-Identifier: MIT */
/*
 * An ordinary user, who may not open the store: the verifier that listens
 * tells him about himself, by the uid that the kernel knows him by.
 */
#ifndef SIGRACTL_SELF_H
#define SIGRACTL_SELF_H

#include "admin/lock.h"
#include "admin/token.h"
#include "store/key.h"
#include "store/people.h"
#include "store/trust.h"
#include "sigractl/cmd.h"
#include "wire/wire.h"

/*
 * Set c->self, with the config read.  STATUS_DENIED when the command is about
 * anybody else.
 */
enum status self_enter(struct cmd *c, struct fault *f) MUST_USE;

/* Connect to the verifier.  STATUS_UNAVAILABLE when that cannot be. */
enum status self_connect(const struct cmd *c, int *out, struct fault *f)
	MUST_USE;

/* What the first row of every answer says. */
struct self_account {
	struct store_account account; /* without the reason */
	bool has_password;
	struct store_password password; /* kind and time only */
	int64_t password_due; /* when it has to be changed; 0: never */
	int64_t open_sessions;
};

/*
 * Ask; EACH is called with every further row.  STATUS_NOT_FOUND: there is no
 * account.
 */
enum status self_query(const struct cmd *c, enum wire_self what,
		       struct self_account *out,
		       enum status (*each)(void *ctx, const struct wire_row *,
					   struct fault *),
		       void *ctx, struct fault *f) MUST_USE;

/* A row, as one of these.  STATUS_PROTOCOL: it is another. */
enum status self_lock(const struct wire_row *row, struct admin_lock *out,
		      struct fault *f) MUST_USE;
enum status self_attribute(const struct wire_row *row,
			   struct store_attribute *out, struct fault *f)
	MUST_USE;
/* Without the ids of M. */
enum status self_belongs(const struct wire_row *row, struct store_member *m,
			 struct store_org *o, struct fault *f) MUST_USE;
/* ORG: the slug of the one that is active, or empty. */
enum status self_session(const struct wire_row *row, struct store_session *out,
			 char org[STORE_SLUG_SIZE], struct fault *f) MUST_USE;
enum status self_device(const struct wire_row *row, struct store_otp *out,
			struct fault *f) MUST_USE;
enum status self_key(const struct wire_row *row, struct store_key *out,
		     struct fault *f) MUST_USE;
enum status self_ssh_key(const struct wire_row *row, struct store_ssh_key *out,
			 struct fault *f) MUST_USE;
enum status self_backup(const struct wire_row *row,
			struct store_code_count *out, struct fault *f)
	MUST_USE;
/* Without the account. */
enum status self_token(const struct wire_row *row, struct admin_token *out,
		       struct fault *f) MUST_USE;
enum status self_trust(const struct wire_row *row, struct store_trust *out,
		       struct fault *f) MUST_USE;

/* Does the row say that it is a KIND? */
bool self_is(const struct wire_row *row, const char *kind);

#endif
