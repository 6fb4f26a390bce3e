/* SPDX-License-Identifier: MIT */
#include "factor/code.h"

#include <string.h>

#include "base/buf.h"
#include "factor/nobody.h"
#include "factor/otp.h"
#include "factor/text.h"

#define CODE_GROUP 4

static const char code_alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
_Static_assert(sizeof(code_alphabet) == 32 + 1, "five bits a letter");
_Static_assert(CODE_LETTERS + CODE_LETTERS / CODE_GROUP - 1 ==
		       CODE_TEXT_LENGTH,
	       "the length that code.h tells");
_Static_assert(STORE_CODE_HASH_SIZE == CRYPTO_HASH_SIZE, "hash");

const char *
code_kind_name(enum store_code_kind kind)
{
	switch (kind) {
	case STORE_CODE_BACKUP:
		return "backup";
	case STORE_CODE_LOGIN:
		return "login";
	case STORE_CODE_RESET:
		return "reset";
	case STORE_CODE_TICKET:
		return "ticket";
	}
	return "unknown";
}

static const char *
code_way(enum store_code_kind kind)
{
	switch (kind) {
	case STORE_CODE_BACKUP:
		return "backup_code";
	case STORE_CODE_LOGIN:
		return "login_code";
	case STORE_CODE_RESET:
		return "reset_code";
	case STORE_CODE_TICKET:
		return "ticket";
	}
	return NULL;
}

static bool
code_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7');
}

/* The letters of ANSWER as code_make() has them, without what is between. */
static bool
code_read(const struct secret *answer, struct secret_text *out)
{
	bool plain = true; /* all of them digits */
	size_t n = 0;
	SECRET_TEXT(text);

	if (answer->len > OTP_ANSWER_MAX ||
	    !secret_string(answer, text.s, sizeof(text.s)))
		return false;
	for (const char *p = text.s; *p != '\0'; p++) {
		char c = *p;

		if (c == '-' || c == ' ' || c == '\t')
			continue;
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (!code_letter(c) || n == CODE_LETTERS)
			return false;
		plain = plain && c < 'a';
		out->s[n++] = c;
	}
	out->s[n] = '\0';
	return n == CODE_LETTERS && !plain;
}

bool
code_shaped(const struct secret *answer)
{
	SECRET_TEXT(letters);

	return code_read(answer, &letters);
}

void
code_make(struct secret *out)
{
	SECRET_TEXT(letters);
	SECRET_TEXT(text);
	size_t n;

	do {
		n = 0;
		crypto_random(letters.s, CODE_LETTERS);
		for (size_t i = 0; i < CODE_LETTERS; i++) {
			if (i > 0 && i % CODE_GROUP == 0)
				text.s[n++] = '-';
			text.s[n++] = code_alphabet[letters.s[i] & 31];
		}
		status_ignore(secret_set(out, text.s, n, NULL), "it fits");
	} while (!code_shaped(out));
}

/* Told from a code of a device by nothing but that no device made it. */
static bool
code_read_kept(const struct secret *answer, struct secret_text *out)
{
	SECRET(digits);

	return otp_answer_read(answer, &digits) &&
	       digits.len == CODE_KEPT_DIGITS &&
	       secret_string(&digits, out->s, sizeof(out->s));
}

enum status
code_hash_about(const struct crypto_keys *k, enum crypto_purpose purpose,
		const char *about, const struct secret *text,
		uint8_t out[CRYPTO_HASH_SIZE], struct fault *f)
{
	enum status st;
	struct buf b;
	SECRET_TEXT(letters);
	SECRET_TEXT(whole);
	SECRET(s);

	if (!code_read(text, &letters))
		return fault(f, STATUS_INVALID,
			     "a code has %d letters and digits 2 to 7",
			     CODE_LETTERS);
	buf_start(&b, whole.s, sizeof(whole.s));
	buf_text(&b, about);
	buf_text(&b, ":");
	buf_text(&b, letters.s);
	if ((st = secret_set(&s, whole.s, b.len, f)) == STATUS_OK)
		crypto_secret_hash(k, purpose, &s, out);
	return st;
}

/* STATUS_INVALID when it is none. */
static enum status
code_hash(const struct factor_env *env, const struct id *account,
	  enum store_code_kind kind, const struct secret *text,
	  uint8_t out[STORE_CODE_HASH_SIZE], struct fault *f)
{
	enum status st;
	struct buf b;
	SECRET_TEXT(letters);
	SECRET_TEXT(whole);
	SECRET(s);

	if (!code_read(text, &letters) &&
	    (kind != STORE_CODE_BACKUP || !code_read_kept(text, &letters)))
		return fault(f, STATUS_INVALID,
			     "a code has %d letters and digits 2 to 7",
			     CODE_LETTERS);
	buf_start(&b, whole.s, sizeof(whole.s));
	buf_text(&b, code_kind_name(kind));
	buf_text(&b, ":");
	buf_text(&b, account->s);
	buf_text(&b, ":");
	buf_text(&b, letters.s);
	if ((st = secret_set(&s, whole.s, b.len, f)) != STATUS_OK)
		return st;
	crypto_secret_hash(env->keys, CRYPTO_CODE, &s, out);
	return STATUS_OK;
}

static enum factor_result
code_judge(const struct factor_env *env, const struct store_code *code)
{
	if (code->spent_at != 0)
		return FACTOR_SPENT;
	if (code->expires_at == 0)
		return FACTOR_RIGHT;
	if (code->expires_at <= env->now)
		return FACTOR_SPENT;
	/* Set back far enough, a clock makes any old code good again. */
	return env->clock_behind ? FACTOR_UNTIMELY : FACTOR_RIGHT;
}

enum status
code_check(const struct factor_env *env, const struct id *account,
	   enum store_code_kind kind, const struct secret *answer,
	   struct factor_outcome *out, struct fault *f)
{
	const struct id *whose = account != NULL ? account : &factor_nobody;
	struct factor_outcome got = { .result = FACTOR_WRONG };
	struct fault why = { .status = STATUS_OK };
	uint8_t hash[STORE_CODE_HASH_SIZE];
	struct store_code code;
	enum status st;

	if (code_hash(env, whose, kind, answer, hash, NULL) != STATUS_OK) {
		*out = got;
		return STATUS_OK;
	}
	st = store_code_find(env->store, whose, kind, hash, &code, &why);
	if (st != STATUS_OK && st != STATUS_NOT_FOUND) {
		if (f != NULL)
			*f = why;
		return st;
	}
	if (account != NULL && st == STATUS_OK) {
		got.result = code_judge(env, &code);
		got.row = code.id;
		got.code = true;
		if (got.result == FACTOR_RIGHT)
			got.way = code_way(kind);
	}
	*out = got;
	return STATUS_OK;
}

enum status
code_check_either(const struct factor_env *env, const struct id *account,
		  enum store_code_kind one, enum store_code_kind other,
		  const struct secret *answer, struct factor_outcome *out,
		  struct fault *f)
{
	struct factor_outcome a, b;
	enum status st = code_check(env, account, one, answer, &a, f);

	if (st == STATUS_OK)
		st = code_check(env, account, other, answer, &b, f);
	if (st == STATUS_OK)
		*out = a.result != FACTOR_WRONG ? a : b;
	return st;
}

enum status
code_left(const struct factor_env *env, const struct id *account,
	  enum store_code_kind kind, bool *out, struct fault *f)
{
	struct store_code_count count;
	enum status st;

	st = store_code_counted(env->store, account, kind, env->now, &count,
				f);
	if (st == STATUS_OK)
		*out = count.left > 0;
	return st;
}

/* One of as many as there may be. */
static enum status
code_add(const struct factor_env *env, const struct id *account,
	 enum store_code_kind kind, const struct secret *text,
	 int64_t expires_at, struct fault *f)
{
	struct store_code code = { .account = *account,
				   .kind = kind,
				   .created_at = env->now,
				   .expires_at = expires_at };
	enum status st = code_hash(env, account, kind, text, code.hash, f);

	if (st != STATUS_OK)
		return st;
	crypto_id(env->now, &code.id);
	return store_code_insert(env->store, &code, f);
}

enum status
code_keep(const struct factor_env *env, const struct id *account,
	  const struct secret *text, struct fault *f)
{
	SECRET_TEXT(digits);

	if (!code_read_kept(text, &digits))
		return fault(f, STATUS_INVALID, "such a code has %d digits",
			     CODE_KEPT_DIGITS);
	return code_add(env, account, STORE_CODE_BACKUP, text, 0, f);
}

enum status
code_issue(const struct factor_env *env, const struct id *account,
	   enum store_code_kind kind, const struct secret *text,
	   int64_t expires_at, struct fault *f)
{
	enum status st = store_code_delete(env->store, account, kind, f);

	if (st != STATUS_OK)
		return st;
	return code_add(env, account, kind, text, expires_at, f);
}

void
code_set_wipe(struct code_set *s)
{
	crypto_wipe(s, sizeof(*s));
}

void
code_set_make(struct code_set *out)
{
	for (size_t i = 0; i < CODE_BACKUP_COUNT; i++)
		code_make(&out->text[i]);
}

bool
code_set_has(const struct code_set *s, const struct secret *answer)
{
	bool has = false;
	SECRET(want);
	SECRET_TEXT(given);
	SECRET_TEXT(one);

	if (!code_read(answer, &given) ||
	    secret_set(&want, given.s, CODE_LETTERS, NULL) != STATUS_OK)
		return false;
	for (size_t i = 0; i < CODE_BACKUP_COUNT; i++)
		if (code_read(&s->text[i], &one) &&
		    secret_is(&want, one.s, CODE_LETTERS))
			has = true;
	return has;
}

enum status
code_set_store(const struct factor_env *env, const struct id *account,
	       const struct code_set *s, struct fault *f)
{
	enum status st =
		store_code_delete(env->store, account, STORE_CODE_BACKUP, f);

	for (size_t i = 0; st == STATUS_OK && i < CODE_BACKUP_COUNT; i++)
		st = code_add(env, account, STORE_CODE_BACKUP, &s->text[i], 0,
			      f);
	return st;
}
