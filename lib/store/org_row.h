/* SPDX-License-Identifier: MIT */
/* The columns of an organization, for the nouns that yield one. */
#ifndef STORE_ORG_ROW_H
#define STORE_ORG_ROW_H

#include "store/engine.h"
#include "store/org.h"

/* id, slug, name, words, personal, require_mfa, token_expiry, token_max,
 * created_at, deleted_at, version. */
void store_org_columns(struct store_row *row, struct store_org *o);

#endif
