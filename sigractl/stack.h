/* SPDX-License-Identifier: MIT */
/*
 * PAM stacks as Linux-PAM reads and walks them: text to entries, and whether
 * a stack can end in PAM_SUCCESS while its modules answer so and so.  Pure:
 * whoever calls brings the files, and no module is loaded.
 */
#ifndef SIGRACTL_STACK_H
#define SIGRACTL_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

enum stack_type {
	STACK_AUTH,
	STACK_ACCOUNT,
	STACK_PASSWORD,
	STACK_SESSION,
	STACK_TYPES,
};

/* What a control says to do; greater than zero: jump over so many. */
enum stack_action {
	STACK_IGNORE = 0,
	STACK_OK = -1,
	STACK_DONE = -2,
	STACK_BAD = -3,
	STACK_DIE = -4,
	STACK_RESET = -5,
};

/* The results of modules that somebody here has to name; all of them are
 * numbers below STACK_CODES, as libpam has them. */
enum stack_code {
	STACK_SUCCESS = 0,
	STACK_SERVICE_ERR = 3,
	STACK_PERM_DENIED = 6,
	STACK_AUTH_ERR = 7,
	STACK_AUTHINFO_UNAVAIL = 9,
	STACK_NEW_AUTHTOK_REQD = 12,
	STACK_ACCT_EXPIRED = 13,
	STACK_SESSION_ERR = 14,
	STACK_CONV_ERR = 19,
	STACK_AUTHTOK_ERR = 20,
	STACK_PAM_IGNORE = 25,
	STACK_MODULE_UNKNOWN = 28,
	STACK_CODES = 32,
};
#define STACK_CODE(code) (UINT32_C(1) << (code))

#define STACK_LEVELS 16 /* how deep files may include each other */

struct stack_entry {
	enum stack_type type;
	bool broken;   /* a line libpam cannot use: it fails */
	bool substack; /* only marks where one begins */
	unsigned level;
	int action[STACK_CODES];
	char file[64]; /* where it stands */
	unsigned line;
	char control[128], module[256], args[512];
};

#define STACK_ENTRIES_MAX 512
struct stack {
	size_t n;
	bool cut; /* there was no room for all */
	struct stack_entry of[STACK_ENTRIES_MAX];
};

#define STACK_FILE_SIZE 65536
struct stack_files {
	/* The file's text, ended by a NUL; false: there is none. */
	bool (*read)(void *ctx, const char *name, char *out, size_t size);
	/* Told of every file that another one includes; may be NULL. */
	void (*included)(void *ctx, const char *name);
	void *ctx;
};

/*
 * The entries of all four types of SERVICE, in order; a type it does not have
 * comes from the file "other".  Far too much text is a stack that is cut.
 */
void stack_load(const struct stack_files *files, const char *service,
		struct stack *out);

/* "success", ... "default"; NULL when there is no such number. */
const char *stack_code_name(unsigned code);
const char *stack_type_name(enum stack_type type);
/* The module's name without its directory. */
const char *stack_module_name(const struct stack_entry *e);

/* What may the modules answer, and what is asked? */
struct stack_question {
	/* STACK_CODE bits; none: it has no say and is passed over. */
	uint32_t (*codes)(void *ctx, const struct stack_entry *e);
	/* Is this the entry whose being called counts? */
	bool (*ours)(void *ctx, const struct stack_entry *e);
	void *ctx;
	bool met; /* look only at ends where ours was called, or was not */
};

enum stack_answer {
	STACK_NEVER,
	STACK_SOMETIMES, /* there are such answers */
	STACK_UNKNOWN,	 /* too tangled to tell */
};

/* Can the stack of TYPE end in PAM_SUCCESS, all answers considered? */
enum stack_answer stack_grants(const struct stack *s, enum stack_type type,
			       const struct stack_question *q);

#endif
