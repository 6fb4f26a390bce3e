/* SPDX-License-Identifier: MIT */
/* A key as text, in a file of the actor's. */
#ifndef SIGRACTL_KEYFILE_H
#define SIGRACTL_KEYFILE_H

#include "crypto/crypto.h"
#include "sigractl/actor.h"

/* What `key export` wrote there; before owner_become(). */
enum status keyfile_read(const struct actor *a, const char *path,
			 struct crypto_keys *out, struct fault *f) MUST_USE;

#endif
