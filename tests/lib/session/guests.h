/* SPDX-License-Identifier: MIT */
/* As administrators do: organizations, invitations, codes to act as somebody,
 * service accounts and their secrets. */
#ifndef TESTS_SESSION_GUESTS_H
#define TESTS_SESSION_GUESTS_H

#include "factor/code.h"
#include "fixture.h"
#include "store/people.h"
#include "store/token.h"

/* An organization; MFA: of its members it wants two factors. */
struct id guests_org(struct fixture *x, const char *slug, bool mfa);
void guests_org_delete(struct fixture *x, const struct id *org);
/* An invitation, good for TTL; TEXT of CODE_TEXT_LENGTH + 1 bytes. */
struct id guests_invite(struct fixture *x, const struct id *org,
			const char *address, int64_t ttl, char *text);
void guests_revoke(struct fixture *x, const struct id *invitation);
/* A code by which ACTOR acts as the account; likewise. */
void guests_acts(struct fixture *x, const struct store_account *a,
		 const char *actor, int64_t ttl, char *text);
/* The account is an administrator from now on, or no more. */
void guests_administrator(struct fixture *x, const struct store_account *a,
			  bool is);
/* A service account of ORG with a secret. */
#define GUESTS_SECRET_SIZE 64
void guests_service(struct fixture *x, const struct id *org, const char *name,
		    char *text, struct store_account *out);
/* An app token of the account, otherwise like LIKE; likewise. */
void guests_token(struct fixture *x, const struct store_account *a,
		  const struct store_token *like, char *text);

/* What the newest row of this action says. */
struct guests_row {
	char actor[64], effective[64], target[64], org[64], outcome[16];
};
struct guests_row guests_audited(struct fixture *x, const char *action);

#endif
