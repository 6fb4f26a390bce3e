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
		[CRYPTO_EMAIL_CHANGE] = "09abdbf8117ce9a88280ceafc5467c7b"
					"056ec0c2c5fd9566b695c9ab220fd96e",
		[CRYPTO_INVITATION] = "3b004750faf4e4ecc42da52f2c336092"
				      "7dd4375bb0e838d7d787eaf470e1d985",
		[CRYPTO_IMPERSONATION] = "9087b1bd8df1520cb8c88f07f67befe8"
					 "5528ed4fe94e9f37d5726b2e2542e7cc",
		[CRYPTO_SERVICE_SECRET] = "52b1317ee792be848fcd5fcbc9a12202"
					  "ddc304c3436ade35e4cf58531cfe1ec1",
		[CRYPTO_TOKEN] = "89b309b452b5b5caafc54812f688121f"
				 "3f42a8946ec97f4a90eb08b8d1b1c1b4",
		[CRYPTO_JWT] = "1c3366128837bcbda07bad8ca5303fa0"
			       "b3c1221299de4ff58b89e556975df2b0",
		[CRYPTO_REFRESH] = "04dc2e37cfade6dea1e644d025c6704e"
				   "b66ba4f3a9849a5636408fdcd5efe69f",
	};
	uint8_t hash[CRYPTO_HASH_SIZE];
	char hex[2 * CRYPTO_HASH_SIZE + 1];
	CRYPTO_KEYS(k);

	for (unsigned i = 0; i < CRYPTO_KEY_SIZE; i++)
		k.master[i] = (uint8_t)i;
	for (enum crypto_purpose p = CRYPTO_SEAL; p <= CRYPTO_REFRESH; p++) {
		crypto_keyed_hash(&k, p, "abc", 3, hash);
		text_hex(hash, sizeof(hash), hex);
		CHECK_STR(hex, want[p]);
	}
	k.master[31] ^= 1;
	crypto_keyed_hash(&k, CRYPTO_KEY_CHECK, "abc", 3, hash);
	text_hex(hash, sizeof(hash), hex);
	CHECK(strcmp(hex, want[CRYPTO_KEY_CHECK]) != 0);
}

/* FIPS 180-4's own example, and what the lists of breaches hold for
 * "password". */
static void
sha1(void)
{
	static const char *const known[][2] = {
		{ "abc", "a9993e364706816aba3e25717850c26c9cd0d89d" },
		{ "", "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
		{ "password", "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct fault f = { .status = STATUS_OK };
		uint8_t hash[CRYPTO_SHA1_SIZE];
		char hex[2 * CRYPTO_SHA1_SIZE + 1];
		SECRET(s);

		CHECK_OK(secret_set(&s, known[i][0], strlen(known[i][0]), &f),
			 &f);
		crypto_secret_sha1(&s, hash);
		text_hex(hash, sizeof(hash), hex);
		CHECK_STR(hex, known[i][1]);
	}
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
	sha1();
	sha256();
	return test_done();
}
