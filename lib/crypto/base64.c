/* SPDX-License-Identifier: MIT */
#include "crypto/crypto.h"

#include <sodium.h>

static bool
base64_variant(enum crypto_base64 variant, int *out)
{
	switch (variant) {
	case CRYPTO_BASE64:
		*out = sodium_base64_VARIANT_ORIGINAL;
		return true;
	case CRYPTO_BASE64_URL:
		*out = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
		return true;
	}
	return false;
}

bool
crypto_base64_format(const void *bytes, size_t len, enum crypto_base64 variant,
		     char *out, size_t size)
{
	int which;

	/* Shorter than what it needs, libsodium ends the process. */
	if (!base64_variant(variant, &which) ||
	    size < sodium_base64_encoded_len(len, which))
		return false;
	(void)sodium_bin2base64(out, size, bytes, len, which);
	return true;
}

/* libsodium 1.0.18 takes some bytes above 127 for letters, where a char has a
 * sign. */
static bool
base64_ascii(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] > 127)
			return false;
	return true;
}

bool
crypto_base64_parse(const char *text, size_t len, enum crypto_base64 variant,
		    void *out, size_t size, size_t *out_len)
{
	size_t n = 0;
	int which;

	/* No character is passed over, and none left behind the end. */
	if (!base64_variant(variant, &which) || !base64_ascii(text, len) ||
	    sodium_base642bin(out, size, text, len, NULL, &n, NULL, which) !=
		    0)
		return false;
	*out_len = n;
	return true;
}
