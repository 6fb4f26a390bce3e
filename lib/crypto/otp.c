/* SPDX-License-Identifier: MIT */
/* HOTP: the HMAC is nettle's; what becomes of it is RFC 4226, 5.3. */
#include <nettle/hmac.h>

#include "crypto/crypto.h"

/* One code on its way; nothing of it outlives its making. */
struct otp_work {
	union {
		struct hmac_sha1_ctx sha1;
		struct hmac_sha256_ctx sha256;
		struct hmac_sha512_ctx sha512;
	} hmac;
	uint8_t digest[SHA512_DIGEST_SIZE];
	uint32_t number;
};

static void
otp_work_wipe(struct otp_work *w)
{
	crypto_wipe(w, sizeof(*w));
}

#define OTP_WORK(name)                                                        \
	__attribute__((cleanup(                                               \
		otp_work_wipe))) struct otp_work name = { .number = 0 }

/* How long the digest is; 0: there is no such algorithm. */
static size_t
otp_hmac(struct otp_work *w, enum crypto_otp_algorithm algorithm,
	 const struct secret *key, const uint8_t counter[8])
{
	switch (algorithm) {
	case CRYPTO_SHA1:
		hmac_sha1_set_key(&w->hmac.sha1, key->len, key->b);
		hmac_sha1_update(&w->hmac.sha1, 8, counter);
		hmac_sha1_digest(&w->hmac.sha1, SHA1_DIGEST_SIZE, w->digest);
		return SHA1_DIGEST_SIZE;
	case CRYPTO_SHA256:
		hmac_sha256_set_key(&w->hmac.sha256, key->len, key->b);
		hmac_sha256_update(&w->hmac.sha256, 8, counter);
		hmac_sha256_digest(&w->hmac.sha256, SHA256_DIGEST_SIZE,
				   w->digest);
		return SHA256_DIGEST_SIZE;
	case CRYPTO_SHA512:
		hmac_sha512_set_key(&w->hmac.sha512, key->len, key->b);
		hmac_sha512_update(&w->hmac.sha512, 8, counter);
		hmac_sha512_digest(&w->hmac.sha512, SHA512_DIGEST_SIZE,
				   w->digest);
		return SHA512_DIGEST_SIZE;
	}
	return 0;
}

/* The low half of the last byte says where the 31 bits are. */
static uint32_t
otp_truncate(const uint8_t *digest, size_t len)
{
	const uint8_t *p = digest + (digest[len - 1] & 0x0f);

	return (uint32_t)(p[0] & 0x7f) << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

enum status
crypto_hotp(const struct secret *key, enum crypto_otp_algorithm algorithm,
	    uint64_t counter, unsigned digits, char *out, struct fault *f)
{
	uint8_t text[8];
	size_t len;
	OTP_WORK(w);

	if (key->len < CRYPTO_OTP_SECRET_MIN ||
	    key->len > CRYPTO_OTP_SECRET_MAX)
		return fault(f, STATUS_INVALID,
			     "the key of a one-time code has %d to %d bytes",
			     CRYPTO_OTP_SECRET_MIN, CRYPTO_OTP_SECRET_MAX);
	if (digits < CRYPTO_OTP_DIGITS_MIN || digits > CRYPTO_OTP_DIGITS_MAX)
		return fault(f, STATUS_INVALID,
			     "a one-time code has %d to %d digits",
			     CRYPTO_OTP_DIGITS_MIN, CRYPTO_OTP_DIGITS_MAX);
	for (int i = 7; i >= 0; i--, counter >>= 8)
		text[i] = (uint8_t)(counter & 0xff);
	if ((len = otp_hmac(&w, algorithm, key, text)) == 0)
		return fault(f, STATUS_INVALID,
			     "one-time codes are made by SHA1, SHA256 or "
			     "SHA512");
	w.number = otp_truncate(w.digest, len);
	for (unsigned i = digits; i > 0; i--, w.number /= 10)
		out[i - 1] = (char)('0' + w.number % 10);
	out[digits] = '\0';
	return STATUS_OK;
}
