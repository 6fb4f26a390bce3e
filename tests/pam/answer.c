/* SPDX-License-Identifier: MIT */
#include "answer.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "crypto/crypto.h"

#define ANSWER_PERIOD 30
#define ANSWER_DIGITS 6
#define ANSWER_CODES 32
#define ANSWER_LETTERS "abcdefghijklmnopqrstuvwxyz234567"

static char answer_code[CRYPTO_OTP_DIGITS_MAX + 1]; /* the last one made */

static char answer_key[128];		    /* the last one shown */
static char answer_codes[ANSWER_CODES][16]; /* the last ones shown */

/* "abcd-efgh-ijkl" */
static bool
answer_is_code(const char *s)
{
	for (int i = 0; i < 14; i++) {
		if (i % 5 == 4 ? s[i] != '-'
			       : s[i] == '\0' ||
					 strchr(ANSWER_LETTERS, s[i]) == NULL)
			return false;
	}
	return s[14] != '-';
}

void
answer_see(const char *prompt)
{
	const char *key = strcasestr(prompt, "key: ");
	size_t n = 0;

	if (key != NULL)
		snprintf(answer_key, sizeof(answer_key), "%.*s",
			 (int)strcspn(key + 5, "\n"), key + 5);
	for (const char *p = prompt; *p != '\0' && n < ANSWER_CODES; p++) {
		if (!answer_is_code(p))
			continue;
		snprintf(answer_codes[n++], sizeof(answer_codes[0]), "%.14s",
			 p);
		p += 13;
	}
}

static const char *
answer_otp(const char *key, uint64_t counter)
{
	SECRET(text);
	SECRET(secret);

	if (secret_set(&text, key, strlen(key), NULL) != STATUS_OK ||
	    crypto_secret_unbase32(&text, &secret, NULL) != STATUS_OK ||
	    crypto_hotp(&secret, CRYPTO_SHA1, counter, ANSWER_DIGITS,
			answer_code, NULL) != STATUS_OK)
		errx(2, "no code of key '%s'", key);
	return answer_code;
}

static const char *
answer_line(const char *dir, const char *name, int wanted)
{
	static char line[512];
	char path[1100];
	int at = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "re");
	if (f == NULL)
		err(2, "%s", path);
	while (at < wanted && fgets(line, sizeof(line), f) != NULL)
		at++;
	fclose(f);
	if (at < wanted)
		errx(2, "%s has no line %d", path, wanted);
	line[strcspn(line, "\n")] = '\0';
	return line;
}

/* What stands between the braces. */
static const char *
answer_word(char *inside, const char *dir)
{
	char *what = strsep(&inside, " "), *key = strsep(&inside, " ");
	int n = inside == NULL ? 0 : atoi(inside);
	int64_t step = (int64_t)time(NULL) / ANSWER_PERIOD;

	if (strcmp(what, "code") == 0 && key == NULL)
		return answer_code;
	if (strcmp(what, "shown") == 0)
		return answer_otp(
			answer_key,
			(uint64_t)(step + (key == NULL ? 0 : atoi(key))));
	if (key == NULL)
		errx(2, "no answer: %s", what);
	if (strcmp(what, "written") == 0)
		return answer_codes[atoi(key) % ANSWER_CODES];
	if (strcmp(what, "totp") == 0)
		return answer_otp(key, (uint64_t)(step + n));
	if (strcmp(what, "hotp") == 0)
		return answer_otp(key, (uint64_t)n);
	if (strcmp(what, "line") == 0)
		return answer_line(dir, key, n);
	errx(2, "no answer: %s", what);
}

void
answer_fill(const char *answer, const char *dir, char *out, size_t size)
{
	struct buf b;

	buf_start(&b, out, size);
	while (*answer != '\0') {
		const char *close =
			*answer == '{' ? strchr(answer, '}') : NULL;
		char inside[256];

		if (close == NULL) {
			buf_printf(&b, "%c", *answer++);
			continue;
		}
		snprintf(inside, sizeof(inside), "%.*s",
			 (int)(close - answer - 1), answer + 1);
		buf_text(&b, answer_word(inside, dir));
		answer = close + 1;
	}
	if (b.full)
		errx(2, "answer is too long");
}
