/* SPDX-License-Identifier: MIT */
/* What an account has enrolled, as it is printed. */
#ifndef SIGRACTL_ITEM_H
#define SIGRACTL_ITEM_H

#include "admin/key.h"
#include "sigractl/device.h"

#define SHAPE_KEY                                                             \
	"id,label,rp_id,algorithm,aaguid,model,transports,resident,uv,"       \
	"attested,u2f,state,sign_count,created_at,used_at"
#define SHAPE_SSH_KEY                                                         \
	"id,label,kind,type,fingerprint,sign_count,created_at,used_at"
/* One of the three; the others are null. */
#define SHAPE_ITEM_OF                                                         \
	"user,account,device{" SHAPE_DEVICE "},key{" SHAPE_KEY                \
	"},ssh_key{" SHAPE_SSH_KEY "}"

json_t *item_shape_key(const struct store_key *row);
json_t *item_shape_ssh_key(const struct store_ssh_key *row);
/* The members of SHAPE_ITEM_OF. */
json_t *item_shape_of(const struct admin_item *item);

/* Print the JSON of SHAPE_ITEM_OF, or else the line DONE. */
enum status item_end(const struct cmd *c, const struct admin_item *item,
		     const char *done, struct fault *f) MUST_USE;

/* The model's name; "not known" when its AAGUID is none that we know. */
const char *item_model(const struct store_key *row);
/* "active", "revoked". */
const char *item_key_state(enum store_key_state state);
/* "resident uv ..." */
void item_key_flags(const struct store_key *row, char *out, size_t size);

#endif
