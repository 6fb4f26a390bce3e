/* SPDX-License-Identifier: MIT */
/* What the commands about organizations share. */
#ifndef SIGRACTL_ORG_H
#define SIGRACTL_ORG_H

#include "admin/invite.h"
#include "admin/service.h"
#include "sigractl/cmd.h"
#include "sigractl/out.h"

/* The members of each, as a row's `json` says them. */
#define SHAPE_ORG                                                             \
	"id,slug,name,words,personal,require_mfa,token_expiry,"               \
	"token_max_days,created_at"
#define SHAPE_MEMBER "user,account,role,joined_at,used_at"
#define SHAPE_INVITATION                                                      \
	"id,address,role,state,made_by,created_at,expires_at,ended_at,"       \
	"account"
#define SHAPE_SERVICE "id,name,state,created_at,expires_at,secrets"
#define SHAPE_SECRET "id,label,state,created_at,expires_at,used_at,revoked_at"

json_t *shape_org(const struct store_org *org);

/* With the organization's slug as `org`. */
json_t *shape_member_of(const struct admin_member *m);

/* The role that --role says, or else member's. */
enum status org_role(const struct cmd *c, enum store_role *out,
		     struct fault *f) MUST_USE;

#endif
