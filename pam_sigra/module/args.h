/* SPDX-License-Identifier: MIT */
/* The words behind pam_sigra.so in a PAM stack. */
#ifndef PAM_SIGRA_MODULE_ARGS_H
#define PAM_SIGRA_MODULE_ARGS_H

#include <stdbool.h>

#include "base/fault.h"

/* The strings stay the caller's, who has them from libpam. */
struct args {
	const char *config;   /* NULL: the verifier's own default */
	const char *libexec;  /* NULL: where sigra-fido is installed */
	const char *socket;   /* NULL: the installed sigrad's */
	const char *verifier; /* NULL: the installed sigrad */
	bool try_first_pass;
	bool use_first_pass;
	bool use_authtok;
	bool nodelay;
};

/* STATUS_INVALID names the first word that is unknown, repeated or wrong. */
enum status args_parse(int argc, const char **argv, struct args *out,
		       struct fault *f) MUST_USE;

#endif
