/* SPDX-License-Identifier: MIT */
/* The metadata of an audit row: a JSON object without secrets in it. */
#ifndef AUDIT_META_H
#define AUDIT_META_H

#include <jansson.h>

#include "audit/audit.h"

#define AUDIT_META_DEPTH 8

/*
 * Pairs to a new object, which is the caller's.  Pairs without a key or value
 * are left out; a value that is no UTF-8 goes through text_encode().
 * STATUS_INVALID when a key stands twice.
 */
enum status audit_meta_object(const struct audit_pair *pairs, size_t n,
			      json_t **out, struct fault *f) MUST_USE;

/*
 * META as compact ASCII JSON into OUT.  STATUS_INVALID, and OUT untouched:
 * a key, at any depth, that is not ^[a-z][a-z0-9_]*$ or has a word that
 * smells of a secret; nesting deeper than AUDIT_META_DEPTH; longer than 8 KiB.
 */
enum status audit_meta_text(json_t *meta, char out[STORE_META_SIZE],
			    struct fault *f) MUST_USE;

#endif
