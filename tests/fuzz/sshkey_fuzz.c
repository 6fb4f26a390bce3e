/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as an SSH key, as a line of a .pub file and as what sshd says was
 * proved: what is taken is written and read back the same, what is refused is
 * refused with a sentence and changes nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "factor/sshkey.h"
#include "store/sealed.h"

#define FUZZ_MAX 6000

/* The parsers ask the store for nothing. */
const char *
store_sealed_name(enum store_sealed which)
{
	(void)which;
	return "";
}

static void
fuzz_need(bool well)
{
	if (!well)
		abort();
}

static void
fuzz_same(const struct sshkey *key)
{
	struct sshkey again = { .blob_len = 0 };
	char text[SSHKEY_TEXT_SIZE], print[51];
	struct fault f = { .text = "" };

	fuzz_need(sshkey_text(key->type, key->blob, key->blob_len, text,
			      sizeof(text), &f) == STATUS_OK);
	fuzz_need(sshkey_pair_parse(text, strlen(text), &again, &f) ==
		  STATUS_OK);
	fuzz_need(memcmp(key, &again, sizeof(again)) == 0);
	fuzz_need(key->public_len <= sizeof(key->public) &&
		  key->authority_len <= sizeof(key->authority) &&
		  key->principals <= 16 &&
		  key->certificate == (key->authority_len > 0) &&
		  key->sk == (key->public_len > 0));
	sshkey_fingerprint(key->blob, key->blob_len, print);
	fuzz_need(strlen(print) == 50);
}

static void
fuzz_blob(const uint8_t *bytes, size_t len)
{
	struct sshkey key = { .blob_len = 12345 };
	struct fault f = { .text = "" };

	if (sshkey_blob_parse(bytes, len, NULL, &key, &f) == STATUS_OK) {
		fuzz_need(key.blob_len == len);
		fuzz_same(&key);
		return;
	}
	fuzz_need(f.status == STATUS_INVALID && f.text[0] != '\0' &&
		  key.blob_len == 12345);
}

static void
fuzz_line(const char *text, size_t len)
{
	struct sshkey key = { .blob_len = 12345 };
	char comment[65] = "before", shown[300];
	struct fault f = { .text = "" };

	if (sshkey_line_parse(text, len, &key, comment, sizeof(comment), &f) !=
	    STATUS_OK) {
		fuzz_need(f.status == STATUS_INVALID && f.text[0] != '\0' &&
			  key.blob_len == 12345 &&
			  strcmp(comment, "before") == 0);
		return;
	}
	text_encode(comment, strlen(comment), shown, sizeof(shown));
	fuzz_need(strcmp(comment, shown) == 0);
	fuzz_same(&key);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct sshkey keys[3];
	char *text;
	size_t n;

	if (len > FUZZ_MAX)
		return 0;
	fuzz_blob(bytes, len);
	fuzz_line((const char *)bytes, len);
	text = malloc(len + 1);
	fuzz_need(text != NULL);
	memcpy(text, bytes, len);
	text[len] = '\0';
	n = sshkey_auth_info(text, keys, 3);
	fuzz_need(n <= 3);
	for (size_t i = 0; i < n; i++)
		fuzz_same(&keys[i]);
	free(text);
	return 0;
}
