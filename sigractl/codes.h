/* SPDX-License-Identifier: MIT */
/* Codes that are shown once. */
#ifndef SIGRACTL_CODES_H
#define SIGRACTL_CODES_H

#include "factor/code.h"
#include "sigractl/out.h"
#include "store/restore.h"

/* Lines for people, wiped when their scope ends. */
#define CODES_TEXT_SIZE (1024 + 8 * STORE_NAME_SIZE)
struct codes_text {
	char s[CODES_TEXT_SIZE];
};
void codes_text_wipe(struct codes_text *t);
#define CODES_TEXT(name)                                                      \
	__attribute__((cleanup(                                               \
		codes_text_wipe))) struct codes_text name = { .s = "" }

/* The backup codes of the account NAME. */
void codes_text_set(const struct code_set *set, const char *name,
		    struct codes_text *out);

/* For out_once(), of a code that another call of the command replaces. */
#define CODES_LOST "the code is lost: run it again, for another"

/* To standard output, past stdio, whose buffers nobody wipes. */
enum status codes_print(const struct codes_text *t, struct fault *f) MUST_USE;

/* What another key has ended, or going back in time. */
void codes_say_voided(const struct store_voided *v);
void codes_put_voided(const struct store_voided *v, json_t *j);

/* As JSON: a string, and an array of those. */
json_t *codes_json(const struct secret *code);
json_t *codes_json_set(const struct code_set *set);

#endif
