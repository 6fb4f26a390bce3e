/* SPDX-License-Identifier: MIT */
/*
 * Choosing a new password: what is refused, and the sentence that says so to
 * the person who typed it.
 */
#include "factor/password.h"

#include <string.h>

#include "base/text.h"
#include "factor/common.h"
#include "factor/stored.h"
#include "factor/text.h"

_Static_assert(PASSWORD_MAX_BYTES < SECRET_TEXT_SIZE, "secret_text");

bool
password_is_sshd_junk(const struct secret *answer)
{
	static const char junk[] = "\b\n\r\177INCORRECT";
	size_t len = sizeof(junk) - 1;

	if (answer->len == 0)
		return false;
	if (answer->len < len)
		return secret_is(answer, junk, answer->len);
	return secret_begins(answer, junk, len);
}

/* Keys that edit a line instead of standing in it: whoever has such a
 * password can type it nowhere. */
static bool
password_has_control(const struct secret *password)
{
	for (uint8_t c = 0; c < 0x20; c++)
		if (secret_has_byte(password, c))
			return true;
	return secret_has_byte(password, 0x7f);
}

static enum status
password_form(const struct secret *password, struct fault *f)
{
	long points;

	if (password->len > PASSWORD_MAX_BYTES)
		return fault(f, STATUS_REFUSED,
			     "the password is longer than "
			     "%d bytes",
			     PASSWORD_MAX_BYTES);
	if ((points = secret_code_points(password)) < 0)
		return fault(f, STATUS_REFUSED,
			     "the password is not valid "
			     "UTF-8");
	if (points < PASSWORD_MIN_CODE_POINTS)
		return fault(f, STATUS_REFUSED,
			     "the password is shorter than "
			     "%d characters",
			     PASSWORD_MIN_CODE_POINTS);
	if (password_has_control(password))
		return fault(f, STATUS_REFUSED,
			     "the password has control "
			     "characters in it");
	return STATUS_OK;
}

static enum status
password_guessable(const char *name, const struct secret *password,
		   struct fault *f)
{
	SECRET_TEXT(word);
	SECRET_TEXT(login);

	if (!secret_string(password, word.s, sizeof(word.s)))
		return fault(f, STATUS_REFUSED, "the password is too long");
	factor_lower(word.s);
	if (factor_common(word.s))
		return fault(f, STATUS_REFUSED,
			     "the password is one of the "
			     "most common ones");
	/* One that does not fit is left empty, and equals no password. */
	(void)text_copy(login.s, sizeof(login.s), name);
	factor_lower(login.s);
	if (strcmp(word.s, login.s) == 0)
		return fault(f, STATUS_REFUSED,
			     "the password is the login "
			     "name");
	return STATUS_OK;
}

struct password_past {
	size_t n;
	struct id row[PASSWORD_HISTORY];
	struct store_password kept[PASSWORD_HISTORY];
};

/* Taken down first: no hash is computed while the store is being read. */
static bool
password_past_each(void *ctx, const struct id *row,
		   const struct store_password *p)
{
	struct password_past *past = ctx;

	if (past->n == PASSWORD_HISTORY)
		return false;
	past->row[past->n] = *row;
	past->kept[past->n++] = *p;
	return true;
}

enum status
password_fresh(const struct factor_env *env, const struct id *account,
	       const struct secret *password, struct fault *f)
{
	struct password_place place = password_current_place(account);
	struct password_past past = { .n = 0 };
	struct store_password now;
	bool found = false, same = false;
	enum status st;

	st = password_find(env, account, &found, &now, f);
	if (st == STATUS_OK && found)
		st = password_verify(env, &place, &now, password, &same, f);
	if (st == STATUS_OK && same)
		return fault(f, STATUS_REFUSED,
			     "the password is the one you "
			     "have now");
	if (st == STATUS_OK)
		st = store_history_list(env->store, account,
					password_past_each, &past, f);
	for (size_t i = 0; st == STATUS_OK && i < past.n; i++) {
		place = password_history_place(&past.row[i]);
		st = password_verify(env, &place, &past.kept[i], password,
				     &same, f);
		if (st == STATUS_OK && same)
			return fault(f, STATUS_REFUSED,
				     "the password was in "
				     "use before: choose one that is not "
				     "among the last %d",
				     PASSWORD_HISTORY);
	}
	return st;
}

enum status
password_acceptable(const struct factor_env *env, const struct id *account,
		    const char *name, const struct secret *password,
		    struct fault *f)
{
	enum status st = password_form(password, f);

	if (st == STATUS_OK)
		st = password_guessable(name, password, f);
	if (st == STATUS_OK && account != NULL)
		st = password_fresh(env, account, password, f);
	return st;
}
