/* SPDX-License-Identifier: MIT */
/*
 * The expected values were computed by another implementation of BLAKE2b
 * (noble-hashes, in JavaScript, and later Python's), from RFC 7693 and
 * libsodium's description of its key derivation.  They may never change:
 * stores depend on them.
 */
#include "crypto/crypto.h"

#include "base/text.h"
#include "test.h"

static void
keyed(void)
{
	static const char *const want[] = {
		[CRYPTO_SEAL] = "9a891f43b2374506baaaf8af128db0ee"
				"3117de4ec6d21da854e6fefbd7784874",
		[CRYPTO_UNKNOWN_NAME] = "73d6594e1c522f370b47aca798e02886"
					"32b8e76c2c9dbb1e305bcbe02da2f0ed",
		[CRYPTO_KEY_CHECK] = "b6fc51163142c6876e9f930d9dbbc3de"
				     "6323df309e17703bbd6f0303f2eba337",
		[CRYPTO_CODE] = "405b0082b52249d4b472907a625913bd"
				"ac2d30cb2e293d4ac00762e6de9bb8bd",
		[CRYPTO_TRUST] = "1febfc30ac5a8116c0de2e7c718cf48c"
				 "4336456a95f714de7c8f73117c496177",
	};
	uint8_t hash[CRYPTO_HASH_SIZE];
	char hex[2 * CRYPTO_HASH_SIZE + 1];
	CRYPTO_KEYS(k);

	for (unsigned i = 0; i < CRYPTO_KEY_SIZE; i++)
		k.master[i] = (uint8_t)i;
	for (enum crypto_purpose p = CRYPTO_SEAL; p <= CRYPTO_TRUST; p++) {
		crypto_keyed_hash(&k, p, "abc", 3, hash);
		text_hex(hash, sizeof(hash), hex);
		CHECK_STR(hex, want[p]);
	}
	k.master[31] ^= 1;
	crypto_keyed_hash(&k, CRYPTO_KEY_CHECK, "abc", 3, hash);
	text_hex(hash, sizeof(hash), hex);
	CHECK(strcmp(hex, want[CRYPTO_KEY_CHECK]) != 0);
}

/* FIPS 180-4's own examples, and the empty text. */
static void
sha256(void)
{
	static const struct {
		const char *text, *hex;
	} known[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb924"
		      "27ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223"
			 "b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		  "248d6a61d20638b8e5c026930c3e6039"
		  "a33ce45964ff2167f6ecedd419db06c1" },
	};
	uint8_t hash[CRYPTO_SHA256_SIZE];
	char hex[2 * CRYPTO_SHA256_SIZE + 1];

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		crypto_sha256(known[i].text, strlen(known[i].text), hash);
		text_hex(hash, sizeof(hash), hex);
		CHECK_STR(hex, known[i].hex);
	}
}

int
main(void)
{
	struct fault f = { 0 };
	uint8_t a[CRYPTO_HASH_SIZE], b[CRYPTO_HASH_SIZE];
	char hex[2 * CRYPTO_HASH_SIZE + 1];
	unsigned equal = 0;

	CHECK_OK(crypto_start(&f), &f);
	crypto_digest("abc", 3, a);
	text_hex(a, sizeof(a), hex);
	CHECK_STR(hex, "bddd813c634239723171ef3fee98579b"
		       "94964e3bb1cb3e427262c8c068d52319");
	memcpy(b, a, sizeof(a));
	CHECK(crypto_equal(a, b));
	for (size_t i = 0; i < sizeof(b); i++) {
		b[i] ^= 0x10;
		equal += crypto_equal(a, b);
		b[i] ^= 0x10;
	}
	CHECK_EQ(equal, 0);
	keyed();
	sha256();
	return test_done();
}
