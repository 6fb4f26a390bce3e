/* SPDX-License-Identifier: MIT */
/*
 * Before the first byte of a peer is read, a verifier gives up what it does
 * not need any more: landlock leaves it the store's directory, that of touches
 * and the reading of what kernel and logind say of processes, seccomp the
 * calls that a transaction, a hash and a conversation take.
 */
#ifndef SIGRAD_SANDBOX_H
#define SIGRAD_SANDBOX_H

#include "base/fault.h"

/*
 * Shut it, for good.  STORE_DIR stays writable, as does TOUCH_DIR, which may
 * be empty.  A
 * kernel without landlock is no fault (the seccomp filter still stands); a
 * filter that cannot be loaded is.
 */
enum status sandbox_shut(const char *store_dir, const char *touch_dir,
			 struct fault *f) MUST_USE;

#endif
