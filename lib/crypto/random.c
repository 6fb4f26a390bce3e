/* SPDX-License-Identifier: MIT */
#include "crypto/crypto.h"

#include <sodium.h>
#include <string.h>

#include "base/text.h"

enum status
crypto_start(struct fault *f)
{
	if (sodium_init() < 0)
		return fault(f, STATUS_UNAVAILABLE,
			     "libsodium cannot start: "
			     "is there a source of random bytes?");
	return STATUS_OK;
}

void
crypto_random(void *out, size_t len)
{
	randombytes_buf(out, len);
}

void
crypto_wipe(void *p, size_t len)
{
	sodium_memzero(p, len);
}

/* RFC 9562, 5.7: 48 bits of milliseconds, version, 74 random bits. */
void
crypto_id(int64_t now, struct id *out)
{
	uint64_t ms = now > 0 ? (uint64_t)now * 1000 : 0;
	uint8_t b[16];
	char hex[2 * sizeof(b) + 1];
	char *to = out->s;

	crypto_random(b, sizeof(b));
	for (int i = 5; i >= 0; i--, ms >>= 8)
		b[i] = (uint8_t)(ms & 0xff);
	b[6] = (uint8_t)((b[6] & 0x0f) | 0x70);
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	text_hex(b, sizeof(b), hex);
	for (size_t i = 0; i < sizeof(hex) - 1; i++) {
		if (i == 8 || i == 12 || i == 16 || i == 20)
			*to++ = '-';
		*to++ = hex[i];
	}
	*to = '\0';
}
