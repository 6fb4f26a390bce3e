/* SPDX-License-Identifier: MIT */
/* One script on its way, and the directory it happens in. */
#ifndef TESTS_PAM_STAGE_H
#define TESTS_PAM_STAGE_H

#include <security/pam_appl.h>

#include "script.h"

/* What a script is, unless it says; another that may be set has its stack. */
#define STAGE_SERVICE "test"
#define STAGE_SERVICE_SINGLE "dovecot"

struct stage {
	struct script script;
	const struct script_word *words;
	char dir[512];
	pam_handle_t *pamh;
	size_t prompt; /* the next one that is due */
	unsigned delay;
	unsigned failures;
};

/* Say what is not as it should be. */
void stage_fail(struct stage *stage, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Does an extended regular expression match all of LINE? */
bool stage_match(const char *want, const char *line);

/* Write the PAM stack of the script, and what its verifier shall do. */
void stage_set(struct stage *stage);

/* Run a section of shell commands; what they print is shown when one fails. */
void stage_shell(struct stage *stage, enum script_part part, const char *name);

/* Compare what happened with [env], [log] and [saw]. */
void stage_compare(struct stage *stage);

#endif
