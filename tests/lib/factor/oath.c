/* SPDX-License-Identifier: MIT */
/*
 * Judges codes that others have made, for oath-t.py.  Each line of the input
 * is KIND ALGORITHM DIGITS PERIOD KEY MOVED NOW CODE, KEY in base32; the
 * answer is "wrong", or "right" or "spent" and the step or counter.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "factor/otp.h"

static void
oath_need(enum status st, const struct fault *f)
{
	if (st == STATUS_OK)
		return;
	(void)fprintf(stderr, "%s\n", f->text);
	exit(1);
}

static void
oath_judge(const char *kind, const char *algorithm, struct otp_device *d,
	   const char *key_text, int64_t moved, int64_t now, const char *code)
{
	struct otp_match m = { .result = FACTOR_WRONG };
	struct fault f = { .text = "no such algorithm" };
	SECRET(text);
	SECRET(key);

	d->kind = strcmp(kind, "hotp") == 0 ? STORE_HOTP : STORE_TOTP;
	memcpy(d->label, "oath", sizeof("oath"));
	if (!otp_algorithm_parse(algorithm, &d->algorithm))
		oath_need(STATUS_INVALID, &f);
	oath_need(otp_device_valid(d, &f), &f);
	oath_need(secret_set(&text, key_text, strlen(key_text), &f), &f);
	oath_need(crypto_secret_unbase32(&text, &key, &f), &f);
	oath_need(secret_set(&text, code, strlen(code), &f), &f);
	oath_need(otp_match(d, &key, moved, now, &text, &m, &f), &f);
	if (m.result == FACTOR_RIGHT || m.result == FACTOR_SPENT)
		printf("%s %" PRId64 "\n",
		       m.result == FACTOR_RIGHT ? "right" : "spent", m.at);
	else
		printf("wrong\n");
}

int
main(void)
{
	char line[512], kind[8], algorithm[8], key[256], code[16];
	struct fault f = { .text = "" };
	int64_t moved, now;

	oath_need(crypto_start(&f), &f);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		struct otp_device d = { .digits = 0 };

		if (sscanf(line,
			   "%7s %7s %u %u %255s %" SCNd64 " %" SCNd64 " %15s",
			   kind, algorithm, &d.digits, &d.period, key, &moved,
			   &now, code) != 8) {
			(void)fprintf(stderr, "no line of ours: %s", line);
			return 1;
		}
		oath_judge(kind, algorithm, &d, key, moved, now, code);
	}
	return 0;
}
