/* SPDX-License-Identifier: MIT */
/* What an account may be called, and where its mail may go. */
#ifndef ADMIN_NAME_H
#define ADMIN_NAME_H

#include "config/config.h"
#include "store/store.h"

/* STATUS_INVALID and a sentence; STATUS_UNAVAILABLE: the configured
 * expression is none. */
enum status admin_name_valid(const struct config *c, const char *name,
			     struct fault *f) MUST_USE;

/* Trimmed and lower-cased (ASCII) into OUT; NULL and "" give "". */
enum status admin_email_clean(const char *email, char out[STORE_EMAIL_SIZE],
			      struct fault *f) MUST_USE;

/* Is it UTF-8 of which nothing is invisible or changes what stands around it?
 * Longer than 255 bytes: no. */
bool admin_text_plain(const char *s);

#endif
