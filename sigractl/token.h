/* SPDX-License-Identifier: MIT */
/* What the commands about app tokens share. */
#ifndef SIGRACTL_TOKEN_H
#define SIGRACTL_TOKEN_H

#include "admin/token.h"
#include "sigractl/cmd.h"
#include "sigractl/out.h"

/* The members, as a row's `json` says them. */
#define SHAPE_TOKEN                                                           \
	"id,user,account,label,state,scopes[],sources[],created_at,made_by,"  \
	"expires_at,ends_at,used_at,used_from,revoked_at"

json_t *shape_token(const struct admin_token *t, int64_t now);

#endif
