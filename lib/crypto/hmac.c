/* SPDX-License-Identifier: MIT */
/* The HMAC of what we sign for others: nettle's. */
#include <nettle/hmac.h>

#include "crypto/crypto.h"

_Static_assert(CRYPTO_SHA256_SIZE == SHA256_DIGEST_SIZE, "as they count");

struct hmac_work {
	struct hmac_sha256_ctx sha256;
};

static void
hmac_work_wipe(struct hmac_work *w)
{
	crypto_wipe(w, sizeof(*w));
}

void
crypto_hmac_sha256(const struct secret *key, const void *bytes, size_t len,
		   uint8_t out[CRYPTO_SHA256_SIZE])
{
	__attribute__((cleanup(hmac_work_wipe))) struct hmac_work w;

	hmac_sha256_set_key(&w.sha256, key->len, key->b);
	hmac_sha256_update(&w.sha256, len, bytes);
	hmac_sha256_digest(&w.sha256, CRYPTO_SHA256_SIZE, out);
}
