/* SPDX-License-Identifier: MIT */
/* How old a password may become. */
#ifndef SESSION_AGE_H
#define SESSION_AGE_H

#include "store/people.h"

/* When one that was set at SET_AT has to be changed; 0: never. */
int64_t session_age_due(const struct store_password_policy *policy,
			int64_t set_at);

#endif
