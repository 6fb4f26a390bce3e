/* SPDX-License-Identifier: MIT */
/*
 * What is pasted, as text as it is, and as bytes whose checksum is right,
 * since random ones never are: what parses formats to the same line.
 */
#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"
#include "fido/paste.h"

static void
fuzz_challenge(const char *text, size_t len)
{
	static struct paste_challenge c, again;
	char line[PASTE_CHALLENGE_SIZE];
	struct fault f;

	if (paste_challenge_parse(text, len, &c, &f) != STATUS_OK)
		return;
	if (paste_challenge_format(&c, line, sizeof(line), &f) != STATUS_OK ||
	    strlen(line) > len ||
	    paste_challenge_parse(line, strlen(line), &again, &f) !=
		    STATUS_OK ||
	    memcmp(&c, &again, sizeof(c)) != 0)
		abort();
}

static void
fuzz_answer(const char *text, size_t len)
{
	static struct paste_answer a, again;
	char line[PASTE_ANSWER_SIZE];
	struct fault f;
	SECRET(secret);

	if (len > SECRET_SIZE ||
	    secret_set(&secret, text, len, &f) != STATUS_OK ||
	    paste_answer_parse(&secret, &a, &f) != STATUS_OK)
		return;
	if (paste_answer_format(&a, line, sizeof(line), &f) != STATUS_OK ||
	    secret_set(&secret, line, strlen(line), &f) != STATUS_OK ||
	    paste_answer_parse(&secret, &again, &f) != STATUS_OK ||
	    memcmp(&a, &again, sizeof(a)) != 0)
		abort();
}

/* The line of these bytes; 0 when they are too many. */
static size_t
fuzz_line(const char *word, const uint8_t *data, size_t size, char *out,
	  size_t out_size)
{
	uint8_t both[PASTE_CHALLENGE_SIZE], digest[CRYPTO_HASH_SIZE];
	size_t n = strlen(word);

	if (size > sizeof(both) - 64)
		return 0;
	memcpy(both, word, n);
	memcpy(both + n, data, size);
	crypto_digest(both, n + size, digest);
	memcpy(both + n + size, digest, 4);
	memcpy(out, word, n);
	if (!crypto_base64_format(both + n, size + 4, CRYPTO_BASE64_URL,
				  out + n, out_size - n))
		return 0;
	return strlen(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char line[2 * PASTE_CHALLENGE_SIZE];
	size_t len;

	fuzz_challenge((const char *)data, size);
	fuzz_answer((const char *)data, size);
	len = fuzz_line("sigra-challenge:", data, size, line, sizeof(line));
	fuzz_challenge(line, len);
	len = fuzz_line("sigra-answer:", data, size, line, sizeof(line));
	fuzz_answer(line, len);
	return 0;
}
