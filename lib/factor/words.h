/* SPDX-License-Identifier: MIT */
/*
 * Words that go with an account, and that no password is made of: its name,
 * its address, and what its organizations are called.
 */
#ifndef FACTOR_WORDS_H
#define FACTOR_WORDS_H

#include "factor/factor.h"
#include "store/org.h"

#define WORDS_MAX 128 /* more are not looked for */
#define WORDS_SIZE STORE_ORG_NAME_SIZE
#define WORDS_LEAST 4 /* characters: a shorter one is in too many others */

/* A to Z are a to z in all of them. */
struct words {
	char login[STORE_NAME_SIZE];  /* however short it is; or empty */
	char email[STORE_EMAIL_SIZE]; /* all of it; or empty */
	size_t n;
	char of[WORDS_MAX][WORDS_SIZE];
};

/* Nobody's: there are none. */
void words_start(struct words *w);
void words_login(struct words *w, const char *name);
/* TEXT as a whole, if it has no blanks, and its parts: whatever stands between
 * blanks and signs. */
void words_text(struct words *w, const char *text);
/* All of it, the part before the @, and the labels behind it. */
void words_email(struct words *w, const char *address);
void words_org(struct words *w, const struct store_org *o);

/* All of an account's: login name, address, its organizations. */
enum status words_account(struct words *w, const struct factor_env *env,
			  const struct store_account *account, struct fault *f)
	MUST_USE;

/*
 * Pure: is PASSWORD, which went through factor_lower(), made of them?  With
 * them taken out, it has less than LEAST characters, or nothing but digits and
 * signs.  Without any of them in it, it is not.
 */
bool words_make(const struct words *w, const char *password, long least);

#endif
