/* SPDX-License-Identifier: MIT */
/* Organizations as people name them: rules keep their ids. */
#ifndef SIGRACTL_SLUGS_H
#define SIGRACTL_SLUGS_H

#include <jansson.h>

#include "rule/rule.h"
#include "store/org.h"

#define SLUGS_SIZE (RULE_ORGS_ONE * STORE_SLUG_SIZE)

/* "acme,mill" to ids with commas; WHAT is for the sentence.  Of a slug that an
 * organization had until lately, that one's. */
enum status slugs_take(struct store *s, const char *slugs, const char *what,
		       int64_t now, char out[RULE_TEXT_SIZE], struct fault *f)
	MUST_USE;

/* Back.  What is deleted keeps its id. */
enum status slugs_text(struct store *s, const char *ids, char out[SLUGS_SIZE],
		       struct fault *f) MUST_USE;

/* Where the account of this name belongs, if there is one: a new array of
 * slugs. */
enum status slugs_of(struct store *s, const char *name, json_t **out,
		     struct fault *f) MUST_USE;

#endif
