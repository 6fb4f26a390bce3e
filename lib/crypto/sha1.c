/* SPDX-License-Identifier: MIT */
/* SHA-1 hides nothing and proves nothing; the lists of breached passwords are
 * made of it. */
#include <nettle/sha1.h>

#include "crypto/crypto.h"

_Static_assert(CRYPTO_SHA1_SIZE == SHA1_DIGEST_SIZE, "as they count");

struct sha1_work {
	struct sha1_ctx sha1;
};

static void
sha1_work_wipe(struct sha1_work *w)
{
	crypto_wipe(w, sizeof(*w));
}

void
crypto_secret_sha1(const struct secret *s, uint8_t out[CRYPTO_SHA1_SIZE])
{
	__attribute__((cleanup(sha1_work_wipe))) struct sha1_work w;

	sha1_init(&w.sha1);
	sha1_update(&w.sha1, s->len, s->b);
	sha1_digest(&w.sha1, CRYPTO_SHA1_SIZE, out);
}
