/* SPDX-License-Identifier: MIT */
/* The vectors are those of RFC 4231, 4.2 to 4.8 (without 4.6, which cuts). */
#include "base/text.h"
#include "crypto/crypto.h"
#include "test.h"

static const char *
hmac(const void *key, size_t key_len, const void *bytes, size_t len)
{
	static char hex[2 * CRYPTO_SHA256_SIZE + 1];
	struct fault f = { .text = "" };
	uint8_t out[CRYPTO_SHA256_SIZE];
	SECRET(k);

	CHECK_OK(secret_set(&k, key, key_len, &f), &f);
	crypto_hmac_sha256(&k, bytes, len, out);
	text_hex(out, sizeof(out), hex);
	return hex;
}

static void
rfc4231(void)
{
	static const char larger[] =
		"Test Using Larger Than Block-Size Key - Hash Key First";
	static const char both[] =
		"This is a test using a larger than block-size key and a "
		"larger than block-size data. The key needs to be hashed "
		"before being used by the HMAC algorithm.";
	uint8_t key[131], data[50];

	memset(key, 0x0b, 20);
	CHECK_STR(hmac(key, 20, "Hi There", 8),
		  "b0344c61d8db38535ca8afceaf0bf12b"
		  "881dc200c9833da726e9376c2e32cff7");
	CHECK_STR(hmac("Jefe", 4, "what do ya want for nothing?", 28),
		  "5bdcc146bf60754e6a042426089575c7"
		  "5a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof(key));
	memset(data, 0xdd, sizeof(data));
	CHECK_STR(hmac(key, 20, data, sizeof(data)),
		  "773ea91e36800e46854db8ebd09181a7"
		  "2959098b3ef8c122d9635514ced565fe");
	CHECK_STR(hmac(key, 131, larger, sizeof(larger) - 1),
		  "60e431591ee0b67f0d8a26aacbf5b77f"
		  "8e0bc6213728c5140546040f0ee37f54");
	CHECK_STR(hmac(key, 131, both, sizeof(both) - 1),
		  "9b09ffa71b942fcb27635fbcd5b0e944"
		  "bfdc63644f0713938a7f51535c3a35e2");
	memset(data, 0xcd, sizeof(data));
	for (uint8_t i = 0; i < 25; i++)
		key[i] = (uint8_t)(i + 1);
	CHECK_STR(hmac(key, 25, data, sizeof(data)),
		  "82558a389a443c0ea4cc819899f2083a"
		  "85f0faa3e578f8077a2e3ff46729665b");
}

static void
as_text(void)
{
	struct fault f = { .text = "" };
	SECRET(s);
	SECRET(text);

	CHECK_OK(secret_set(&s, "\xfb\xff\xfe!", 4, &f), &f);
	crypto_secret_base64(&s, CRYPTO_BASE64, "whsec_", &text);
	CHECK(secret_is(&text, "whsec_+//+IQ==", 14));
	crypto_secret_base64(&s, CRYPTO_BASE64_URL, "", &text);
	CHECK(secret_is(&text, "-__-IQ", 6));
	crypto_secret_random(&s, SECRET_SIZE);
	crypto_secret_base64(&s, CRYPTO_BASE64, "", &text);
	CHECK_EQ(text.len, 0);
}

int
main(void)
{
	struct fault f = { .text = "" };

	CHECK_OK(crypto_start(&f), &f);
	rfc4231();
	as_text();
	return test_done();
}
