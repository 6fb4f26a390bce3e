/* SPDX-License-Identifier: MIT */
/*
 * A test of the module as text.  Lines of sections; blank lines and lines
 * that begin with # say nothing.  @DIR@ and the other words of a struct
 * script_word are replaced, and @xN@ by N times the letter x.
 *
 *   [setup]     shell commands that run first (with a real verifier only)
 *   [verifier]  what the scripted verifier does; see fake.c
 *   [options]   module arguments: TYPE = ARGUMENTS, or all = ARGUMENTS
 *   [stack]     PAM lines instead of the usual ones; @ARGS@ are the arguments
 *               that name the verifier
 *   [call]      in order: ITEM = VALUE (service: test, or dovecot), putenv =
 * NAME=VALUE, or FUNCTION(FLAG|FLAG) = CODE [delayed] [prompts]   what the
 * conversation must be asked: STYLE = TEXT|ANSWER, or STYLE ~ REGEX|ANSWER; \n
 * in TEXT is a new line; !null, !none, !conv_err, !buf_err are no answers, and
 *               !as NAME ANSWER changes PAM_USER meanwhile.  In an ANSWER
 *               {totp KEY [N]} is the code of a device now, or N steps on,
 *               {hotp KEY N} that of counter N, KEY in base32, {code} the
 *               last such code once more, {line FILE N} line N of a file
 *               that [setup] has made, {shown [N]} as {totp} of the key that
 *               a prompt has shown, {written N} one of the codes it has, the
 *               first being 0
 *   [env]       the PAM environment at the end, one regex a variable
 *   [log]       what must be logged to syslog, one regex a line
 *   [saw]       what the scripted verifier must have logged, likewise
 *   [check]     shell commands that must succeed at the end
 *
 * [prompts], [env] and [log] are complete: what they do not list fails.
 */
#ifndef TESTS_PAM_SCRIPT_H
#define TESTS_PAM_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#define SCRIPT_LINES 64
#define SCRIPT_LINE 16384 /* bytes of one, its words replaced */

enum script_part {
	SCRIPT_SETUP,
	SCRIPT_VERIFIER,
	SCRIPT_OPTIONS,
	SCRIPT_STACK,
	SCRIPT_CALL,
	SCRIPT_PROMPTS,
	SCRIPT_ENV,
	SCRIPT_LOG,
	SCRIPT_SAW,
	SCRIPT_CHECK,
	SCRIPT_PARTS,
};

struct script_section {
	bool present;
	size_t n;
	char *line[SCRIPT_LINES];
};

struct script {
	struct script_section part[SCRIPT_PARTS];
};

struct script_word {
	const char *name; /* without the @s */
	const char *value;
};

/* Exits with a message when the file cannot be read or makes no sense. */
void script_read(const char *path, const struct script_word *words,
		 struct script *out);
void script_free(struct script *s);

/* Write LINE with its words replaced to OUT. */
void script_expand(const char *line, const struct script_word *words,
		   char *out, size_t size);

/* Make a new line of each \n, in place. */
void script_newlines(char *s);

/* "NAME = VALUE" in two, in place; false when it is not of that form. */
bool script_split(char *line, char **name, char **value);

#endif
