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
#include "store/people.h"

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
password_form(const struct secret *password, int64_t least, struct fault *f)
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
	if (points < least)
		return fault(f, STATUS_REFUSED,
			     "the password is shorter than "
			     "%lld characters",
			     (long long)least);
	if (password_has_control(password))
		return fault(f, STATUS_REFUSED,
			     "the password has control "
			     "characters in it");
	return STATUS_OK;
}

static enum status
password_guessable(const struct words *words, int64_t least,
		   const struct secret *password, struct fault *f)
{
	SECRET_TEXT(word);

	if (!secret_string(password, word.s, sizeof(word.s)))
		return fault(f, STATUS_REFUSED, "the password is too long");
	factor_lower(word.s);
	if (factor_common(word.s))
		return fault(f, STATUS_REFUSED,
			     "the password is one of the "
			     "most common ones");
	if (words == NULL)
		return STATUS_OK;
	if (strcmp(word.s, words->login) == 0)
		return fault(f, STATUS_REFUSED,
			     "the password is the login "
			     "name");
	if (words->email[0] != '\0' && strcmp(word.s, words->email) == 0)
		return fault(f, STATUS_REFUSED,
			     "the password is the e-mail "
			     "address");
	if (words_make(words, word.s, (long)least))
		return fault(f, STATUS_REFUSED,
			     "the password is made of a name that goes with "
			     "this account: its own, its address or its "
			     "organization's; that part does not count");
	return STATUS_OK;
}

struct password_past {
	size_t n, most;
	struct id row[PASSWORD_HISTORY_MAX];
	struct store_password kept[PASSWORD_HISTORY_MAX];
};

/* Taken down first: no hash is computed while the store is being read. */
static bool
password_past_each(void *ctx, const struct id *row,
		   const struct store_password *p)
{
	struct password_past *past = ctx;

	if (past->n == past->most)
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
	struct store_password_policy policy;
	struct store_password now;
	bool found = false, same = false;
	enum status st;

	if ((st = store_password_policy_get(env->store, &policy, f)) !=
	    STATUS_OK)
		return st;
	past.most = (size_t)policy.history;
	st = password_find(env, account, &found, &now, f);
	if (st == STATUS_OK && found)
		st = password_verify(env, &place, &now, password, &same, f);
	if (st == STATUS_OK && same)
		return fault(f, STATUS_REFUSED,
			     "the password is the one you "
			     "have now");
	if (st == STATUS_OK && past.most > 0)
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
				     "among the last %zu",
				     past.most);
	}
	return st;
}

enum status
password_acceptable(const struct factor_env *env, const struct id *account,
		    const struct words *words, const struct secret *password,
		    struct fault *f)
{
	struct store_password_policy policy;
	enum status st;

	st = store_password_policy_get(env->store, &policy, f);
	if (st == STATUS_OK)
		st = password_form(password, policy.min_length, f);
	if (st == STATUS_OK)
		st = password_guessable(words, policy.min_length, password, f);
	if (st == STATUS_OK && policy.breached)
		st = breach_refuse(env->breach, password, f);
	if (st == STATUS_OK && account != NULL)
		st = password_fresh(env, account, password, f);
	return st;
}
