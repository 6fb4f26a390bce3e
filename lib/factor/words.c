/* SPDX-License-Identifier: MIT */
#include "factor/words.h"

#include <string.h>

#include "base/text.h"
#include "factor/common.h"

void
words_start(struct words *w)
{
	*w = (struct words){ .n = 0 };
}

/* Letters of other scripts are not in ASCII, and are letters nevertheless. */
static bool
words_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c & 0x80) != 0;
}

static bool
words_within(char c)
{
	return words_letter(c) || (c >= '0' && c <= '9');
}

static bool
words_known(const struct words *w, const char *one)
{
	for (size_t i = 0; i < w->n; i++)
		if (strcmp(w->of[i], one) == 0)
			return true;
	return false;
}

static void
words_add(struct words *w, const char *text, size_t len)
{
	char one[WORDS_SIZE];

	if (len >= sizeof(one) || text_code_points(text, len) < WORDS_LEAST)
		return;
	memcpy(one, text, len);
	one[len] = '\0';
	factor_lower(one);
	if (w->n < WORDS_MAX && !words_known(w, one))
		memcpy(w->of[w->n++], one, len + 1);
}

static void
words_parts(struct words *w, const char *text, size_t len)
{
	size_t from = 0;

	while (from < len) {
		size_t n = 0;

		while (from + n < len && words_within(text[from + n]))
			n++;
		words_add(w, text + from, n);
		from += n + 1;
	}
}

static void
words_span(struct words *w, const char *text, size_t len)
{
	if (memchr(text, ' ', len) == NULL)
		words_add(w, text, len);
	words_parts(w, text, len);
}

void
words_login(struct words *w, const char *name)
{
	(void)text_copy(w->login, sizeof(w->login), name);
	factor_lower(w->login);
	words_add(w, name, strlen(name));
}

void
words_text(struct words *w, const char *text)
{
	words_span(w, text, strlen(text));
}

void
words_email(struct words *w, const char *address)
{
	const char *at = strrchr(address, '@');

	if (at == NULL)
		return;
	if (!text_copy(w->email, sizeof(w->email), address))
		w->email[0] = '\0';
	factor_lower(w->email);
	words_span(w, address, (size_t)(at - address));
	words_parts(w, at + 1, strlen(at + 1));
}

void
words_org(struct words *w, const struct store_org *o)
{
	words_text(w, o->slug);
	words_text(w, o->name);
	words_text(w, o->words);
}

static bool
words_org_each(void *ctx, const struct store_member *m,
	       const struct store_org *o)
{
	(void)m;
	words_org(ctx, o);
	return true;
}

enum status
words_account(struct words *w, const struct factor_env *env,
	      const struct store_account *account, struct fault *f)
{
	words_start(w);
	words_login(w, account->name);
	words_email(w, account->email);
	return store_member_of(env->store, &account->id, words_org_each, w, f);
}

/* The longest that TEXT begins with. */
static size_t
words_begins(const struct words *w, const char *text)
{
	size_t longest = 0;

	for (size_t i = 0; i < w->n; i++) {
		size_t len = strlen(w->of[i]);

		if (len > longest && strncmp(text, w->of[i], len) == 0)
			longest = len;
	}
	return longest;
}

bool
words_make(const struct words *w, const char *password, long least)
{
	bool taken = false, letters = false;
	long left = 0;

	while (*password != '\0') {
		size_t word = words_begins(w, password);

		if (word > 0) {
			taken = true;
			password += word;
			continue;
		}
		letters = letters || words_letter(*password);
		/* A byte that goes on with a character counts for none. */
		if (((unsigned char)*password & 0xc0) != 0x80)
			left++;
		password++;
	}
	return taken && (left < least || !letters);
}
