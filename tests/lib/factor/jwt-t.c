/* SPDX-License-Identifier: MIT */
/*
 * JWTs as text: the examples of RFC 8037, and every way in which one can be
 * another.  The key is that of the RFC's example, unless it is said to be
 * another.
 */
#include "factor/jwt.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "crypto/subkey.h"
#include "kit.h"
#include "test.h"

#define HOST "host.example"
#define SERVICE "dovecot"

void __real_crypto_subkey(const struct crypto_keys *k,
			  enum crypto_purpose purpose,
			  struct crypto_subkey *out);
void __wrap_crypto_subkey(const struct crypto_keys *k,
			  enum crypto_purpose purpose,
			  struct crypto_subkey *out);

static bool other_key;
static struct fault f;

void
__wrap_crypto_subkey(const struct crypto_keys *k, enum crypto_purpose purpose,
		     struct crypto_subkey *out)
{
	static const char seed[] = "9d61b19deffd5a60ba844af492ec2cc4"
				   "4449c5697b326919703bac031cae7f60";

	if (purpose != CRYPTO_JWT || other_key)
		__real_crypto_subkey(k, purpose, out);
	else if (!text_unhex(seed, out->b, sizeof(out->b)))
		abort();
}

/* --- making them --- */

static struct id
row_id(unsigned n)
{
	struct id id;

	(void)snprintf(id.s, sizeof(id.s), "00000000-0000-7000-8000-%012u", n);
	return id;
}

static struct jwt_claims
claims(void)
{
	struct jwt_claims c = { .issuer = "sigra:" HOST,
				.account = kit.ann,
				.service = SERVICE,
				.issued_at = KIT_NOW,
				.expires_at = KIT_NOW + JWT_SECONDS,
				.row = row_id(1),
				.epoch = 1 };

	return c;
}

static void
make(const struct jwt_claims *c, struct secret *out)
{
	CHECK_OK(jwt_make(&kit.keys, c, out, &f), &f);
}

static void
text_of(const struct secret *s, char out[JWT_SIZE_MAX + 1])
{
	if (!secret_string(s, out, JWT_SIZE_MAX + 1))
		out[0] = '\0';
}

static void
base64(const void *bytes, size_t len, char *out, size_t size)
{
	if (!crypto_base64_format(bytes, len, CRYPTO_BASE64_URL, out, size))
		out[0] = '\0';
}

/* Any header and claims at all, rightly signed. */
static void
forge(const char *header, const char *body, struct secret *out)
{
	char text[2048], part[1024];
	uint8_t signature[CRYPTO_SIGN_SIZE];
	size_t len;

	base64(header, strlen(header), text, sizeof(text));
	base64(body, strlen(body), part, sizeof(part));
	len = strlen(text);
	(void)snprintf(text + len, sizeof(text) - len, ".%s", part);
	len = strlen(text);
	crypto_sign_make(&kit.keys, CRYPTO_JWT, text, len, signature);
	base64(signature, sizeof(signature), part, sizeof(part));
	(void)snprintf(text + len, sizeof(text) - len, ".%s", part);
	kit_answer(out, text);
}

#define KID "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
#define HEADER "{\"alg\":\"EdDSA\",\"kid\":\"" KID "\",\"typ\":\"JWT\"}"

static bool
opens(const struct secret *s)
{
	struct jwt_claims got = { .epoch = -7 };
	enum status st = jwt_open(&kit.keys, s, &got, &f);

	if (st != STATUS_OK) {
		CHECK_EQ(st, STATUS_DENIED);
		CHECK_EQ(got.epoch, -7);
	}
	return st == STATUS_OK;
}

/* --- what there is to read --- */

static void
examples(void)
{
	char x[JWT_KEY_ID_SIZE], id[JWT_KEY_ID_SIZE];
	static const char signed_text[] =
		"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
	uint8_t signature[CRYPTO_SIGN_SIZE];
	char text[88];

	/* RFC 8037 A.2, A.3 and A.4. */
	jwt_key(&kit.keys, x, id);
	CHECK_STR(x, "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
	CHECK_STR(id, KID);
	crypto_sign_make(&kit.keys, CRYPTO_JWT, signed_text,
			 strlen(signed_text), signature);
	base64(signature, sizeof(signature), text, sizeof(text));
	CHECK_STR(text, "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcN"
			"R4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
}

static void
round_trip(void)
{
	const struct jwt_claims c = claims();
	struct jwt_claims got = { .epoch = 0 };
	char text[JWT_SIZE_MAX + 1];
	uint8_t body[JWT_SIZE_MAX];
	const char *dot;
	size_t len = 0;
	SECRET(s);

	make(&c, &s);
	CHECK(jwt_shaped(&s));
	CHECK_OK(jwt_open(&kit.keys, &s, &got, &f), &f);
	CHECK_STR(got.issuer, c.issuer);
	CHECK_STR(got.account.s, c.account.s);
	CHECK_STR(got.service, c.service);
	CHECK_STR(got.row.s, c.row.s);
	CHECK_EQ(got.issued_at, c.issued_at);
	CHECK_EQ(got.expires_at, c.expires_at);
	CHECK_EQ(got.epoch, c.epoch);
	text_of(&s, text);
	dot = strchr(text, '.');
	CHECK(crypto_base64_parse(text, (size_t)(dot - text),
				  CRYPTO_BASE64_URL, body, sizeof(body),
				  &len));
	body[len] = '\0';
	CHECK_STR((char *)body, HEADER);
	/* Another store's is nobody's. */
	other_key = true;
	CHECK(!opens(&s));
	other_key = false;
	CHECK(opens(&s));
}

/* Up to 510 bytes, which is what a prompt takes. */
static void
lengths(void)
{
	struct jwt_claims c = claims();
	size_t longest = 0;
	unsigned refused = 0;
	SECRET(s);

	for (size_t n = 1; n < sizeof(c.service); n++) {
		enum status st;

		memset(c.service, 'a', n);
		c.service[n] = '\0';
		memset(c.issuer, 'i', sizeof(c.issuer) - 1);
		st = jwt_make(&kit.keys, &c, &s, &f);
		if (st == STATUS_REFUSED) {
			refused++;
			continue;
		}
		CHECK_OK(st, &f);
		CHECK_EQ(refused, 0);
		longest = s.len;
		CHECK(opens(&s));
	}
	CHECK(refused > 0);
	CHECK(longest <= JWT_SIZE_MAX && longest > JWT_SIZE_MAX - 4);
	c = claims();
	memcpy(c.issuer, "\xff", 2);
	CHECK_EQ(jwt_make(&kit.keys, &c, &s, &f), STATUS_INVALID);
}

static void
issuers(void)
{
	char out[JWT_ISSUER_SIZE] = "as before", host[128];

	CHECK_OK(jwt_issuer("-", HOST, out, &f), &f);
	CHECK_STR(out, "sigra:" HOST);
	CHECK_OK(jwt_issuer("https://id.example", HOST, out, &f), &f);
	CHECK_STR(out, "https://id.example");
	memset(host, 'h', sizeof(host) - 1);
	host[sizeof(host) - 1] = '\0';
	CHECK_EQ(jwt_issuer("-", host, out, &f), STATUS_INVALID);
	CHECK_STR(out, "https://id.example");
	host[JWT_ISSUER_SIZE - 1 - 6] = '\0';
	CHECK_OK(jwt_issuer("-", host, out, &f), &f);
	CHECK_EQ(strlen(out), JWT_ISSUER_SIZE - 1);
}

/* --- what is none --- */

static void
shapes(void)
{
	static const char *const none[] = {
		"",
		"eyJ",
		"eyJ.",
		"eyJ..",
		"eyJ.a.",
		"eyJ..a",
		"eyJ.a.b.c",
		"eyJ.a.b.",
		".eyJ.a.b",
		"eyK.a.b",
		" eyJ.a.b",
		"eyJ.a.b ",
		"eyJ.a.b\n",
		"eyJ.a=.b",
		"eyJ.a+.b",
		"eyJ.a/.b",
		"eyJ.\xc3\xa4.b",
		"hunter2",
		"sigra_sk_AAAA",
		"{\"alg\":\"none\"}.a.b",
	};
	char text[JWT_SIZE_MAX + 2];
	SECRET(s);

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		kit_answer(&s, none[i]);
		CHECK(!jwt_shaped(&s));
		CHECK(!opens(&s));
	}
	kit_answer(&s, "eyJ.a.b");
	CHECK(jwt_shaped(&s));
	CHECK(!opens(&s));
	CHECK_OK(secret_set(&s, "eyJ.a\0.b", 8, &f), &f);
	CHECK(!jwt_shaped(&s));
	memset(text, 'a', sizeof(text));
	memcpy(text, "eyJ.a.", 6);
	CHECK_OK(secret_set(&s, text, JWT_SIZE_MAX, &f), &f);
	CHECK(jwt_shaped(&s));
	CHECK_OK(secret_set(&s, text, JWT_SIZE_MAX + 1, &f), &f);
	CHECK(!jwt_shaped(&s));
}

#define BODY_IDS                                                              \
	"\"iss\":\"i\",\"sub\":\"00000000-0000-7000-8000-000000000001\","     \
	"\"aud\":\"dovecot\",\"jti\":"                                        \
	"\"00000000-0000-7000-8000-000000000002\","
#define BODY_TIMES "\"iat\":1,\"exp\":2,\"epoch\":1"

static void
headers(void)
{
	static const char *const others[] = {
		"{\"alg\":\"none\"}",
		"{\"alg\":\"none\",\"kid\":\"" KID "\",\"typ\":\"JWT\"}",
		"{\"alg\":\"HS256\",\"kid\":\"" KID "\",\"typ\":\"JWT\"}",
		"{\"alg\":\"eddsa\",\"kid\":\"" KID "\",\"typ\":\"JWT\"}",
		"{\"alg\":\"Ed25519\",\"kid\":\"" KID "\",\"typ\":\"JWT\"}",
		"{\"alg\":\"EdDSA\",\"typ\":\"JWT\"}",
		"{\"alg\":\"EdDSA\",\"kid\":\"" KID "\"}",
		"{\"alg\":\"EdDSA\",\"kid\":\"x\",\"typ\":\"JWT\"}",
		"{\"alg\":\"EdDSA\",\"kid\":\"" KID "\",\"typ\":\"jwt\"}",
		"{\"alg\":\"EdDSA\",\"kid\":\"" KID "\",\"typ\":\"JWE\"}",
		"{\"kid\":\"" KID "\",\"alg\":\"EdDSA\",\"typ\":\"JWT\"}",
		"{ \"alg\":\"EdDSA\",\"kid\":\"" KID "\",\"typ\":\"JWT\"}",
		"{\"alg\":\"EdDSA\",\"alg\":\"EdDSA\",\"kid\":\"" KID
		"\",\"typ\":\"JWT\"}",
		"{\"alg\":\"EdDSA\",\"kid\":\"" KID
		"\",\"typ\":\"JWT\",\"crit\":[\"exp\"]}",
		"{\"alg\":\"EdDSA\",\"kid\":\"" KID
		"\",\"typ\":\"JWT\",\"b64\":false}",
		"{\"alg\":\"EdDSA\",\"kid\":\"" KID
		"\",\"typ\":\"JWT\",\"jku\":\"https://evil\"}",
		"{\"alg\":\"EdDSA\",\"kid\":\"" KID "\",\"typ\":\"JWT\","
		"\"jwk\":{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"a\"}}",
		"{\"alg\":\"EdDSA\",\"kid\":\"" KID "\",\"typ\":\"JWT\"} ",
		"[]",
		"{\"\"}",
	};
	SECRET(s);

	forge(HEADER, "{" BODY_IDS BODY_TIMES "}", &s);
	CHECK(opens(&s));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		forge(others[i], "{" BODY_IDS BODY_TIMES "}", &s);
		CHECK(!opens(&s));
	}
}

/* Even signed by ourselves. */
static void
bodies(void)
{
	static const char *const others[] = {
		"",
		"null",
		"[]",
		"\"a\"",
		"{}",
		"{" BODY_IDS "\"iat\":1,\"exp\":2}",
		"{" BODY_IDS BODY_TIMES ",\"nbf\":1}",
		"{" BODY_IDS BODY_TIMES ",\"iat\":1}",
		"{" BODY_IDS BODY_TIMES "} x",
		"{" BODY_IDS BODY_TIMES "}{}",
		"{" BODY_IDS BODY_TIMES ",}",
		"{" BODY_IDS "\"iat\":1.0,\"exp\":2,\"epoch\":1}",
		"{" BODY_IDS "\"iat\":\"1\",\"exp\":2,\"epoch\":1}",
		"{" BODY_IDS "\"iat\":1,\"exp\":true,\"epoch\":1}",
		"{" BODY_IDS "\"iat\":1,\"exp\":null,\"epoch\":1}",
		"{" BODY_IDS "\"iat\":1,\"exp\":1,\"epoch\":1}",
		"{" BODY_IDS "\"iat\":-1,\"exp\":2,\"epoch\":1}",
		"{" BODY_IDS "\"iat\":1,\"exp\":2,\"epoch\":0}",
		"{" BODY_IDS "\"iat\":1,\"exp\":9223372036854775808,"
		"\"epoch\":1}",
		"{\"iss\":\"i\",\"sub\":\"x\",\"aud\":\"dovecot\",\"jti\":"
		"\"00000000-0000-7000-8000-000000000002\"," BODY_TIMES "}",
		"{\"iss\":\"i\",\"sub\":\"00000000-0000-7000-8000-"
		"000000000001\",\"aud\":[\"dovecot\"],\"jti\":"
		"\"00000000-0000-7000-8000-000000000002\"," BODY_TIMES "}",
		"{\"iss\":\"i\",\"sub\":\"00000000-0000-7000-8000-"
		"000000000001\",\"aud\":\"\",\"jti\":"
		"\"00000000-0000-7000-8000-000000000002\"," BODY_TIMES "}",
		"{\"iss\":\"i\\u0000\",\"sub\":\"00000000-0000-7000-8000-"
		"000000000001\",\"aud\":\"dovecot\",\"jti\":"
		"\"00000000-0000-7000-8000-000000000002\"," BODY_TIMES "}",
		"{\"iss\":\"\xff\",\"sub\":\"00000000-0000-7000-8000-"
		"000000000001\",\"aud\":\"dovecot\",\"jti\":"
		"\"00000000-0000-7000-8000-000000000002\"," BODY_TIMES "}",
		"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
	};
	SECRET(s);

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		forge(HEADER, others[i], &s);
		CHECK(!opens(&s));
	}
}

/* Each character by others, each bit of the parts, and lengths. */
static void
mutations(void)
{
	static const char letters[] = "ABQRZabgwz09-_.=+ \n\x80";
	const struct jwt_claims c = claims();
	char text[JWT_SIZE_MAX + 1];
	unsigned taken = 0, tried = 0;
	size_t len;
	SECRET(s);

	make(&c, &s);
	text_of(&s, text);
	len = strlen(text);
	for (size_t i = 0; i < len; i++) {
		const char was = text[i];

		for (size_t j = 0; letters[j] != '\0'; j++) {
			struct jwt_claims got;

			if (letters[j] == was)
				continue;
			text[i] = letters[j];
			kit_answer(&s, text);
			taken += jwt_open(&kit.keys, &s, &got, NULL) ==
				 STATUS_OK;
			tried++;
		}
		text[i] = was;
	}
	for (size_t i = 0; i < len; i++) {
		struct jwt_claims got;

		kit_answer(&s, text);
		CHECK_OK(secret_set(&s, text, i, &f), &f);
		taken += jwt_open(&kit.keys, &s, &got, NULL) == STATUS_OK;
	}
	CHECK(tried > 5000);
	CHECK_EQ(taken, 0);
	kit_answer(&s, text);
	CHECK(opens(&s));
}

/* S plus the order of the group is the same to the curve. */
static void
malleable(void)
{
	static const uint8_t order[32] = { 0xed, 0xd3,	     0xf5, 0x5c, 0x1a,
					   0x63, 0x12,	     0x58, 0xd6, 0x9c,
					   0xf7, 0xa2,	     0xde, 0xf9, 0xde,
					   0x14, [31] = 0x10 };
	const struct jwt_claims c = claims();
	uint8_t signature[CRYPTO_SIGN_SIZE];
	char text[JWT_SIZE_MAX + 1], *end;
	unsigned sum = 0;
	size_t len = 0;
	SECRET(s);

	make(&c, &s);
	text_of(&s, text);
	end = strrchr(text, '.') + 1;
	CHECK(crypto_base64_parse(end, strlen(end), CRYPTO_BASE64_URL,
				  signature, sizeof(signature), &len));
	for (unsigned i = 0; i < 32; i++) {
		sum += signature[32 + i] + order[i];
		signature[32 + i] = (uint8_t)sum;
		sum >>= 8;
	}
	base64(signature, sizeof(signature), end, 88);
	kit_answer(&s, text);
	CHECK(jwt_shaped(&s));
	CHECK(!opens(&s));
}

int
main(void)
{
	kit_start();
	examples();
	round_trip();
	lengths();
	issuers();
	shapes();
	headers();
	bodies();
	mutations();
	malleable();
	kit_end();
	return test_done();
}
