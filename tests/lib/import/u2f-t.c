/* SPDX-License-Identifier: MIT */
/* Lines as pamu2fcfg 1.1.0 made them, keys as ssh-keygen 9.2 did. */
#include "import/u2f.h"

#include <stdio.h>

#include "base/text.h"
#include "test.h"

#define HANDLE                                                                \
	"91qiqdjXvMBlyDbAb4FBCN62iaX3MQS8YwWVeV7maxYEYq63hBky/"               \
	"Vn4I8YaadLg"
#define POINT                                                                 \
	"x54mqJ8ZUIJsspzcrdYHaoEjVogqDS6PHZccXsSCElfuGjxJFzazxeLzWxGmqIFpTUI" \
	"7AURGW8d+EXw1XWxJTw=="
#define NEW HANDLE "," POINT ",es256,+presence"
/* The same as U2F had it: base64 for URLs, and a point in hex. */
#define HANDLE_OLD                                                            \
	"91qiqdjXvMBlyDbAb4FBCN62iaX3MQS8YwWVeV7maxYEYq63hBky_"               \
	"Vn4I8YaadLg"
#define X_HEX                                                                 \
	"c79e26a89f1950826cb29cdcadd6076a812356882a0d2e8f1d971c5ec4821257"
#define Y_HEX                                                                 \
	"ee1a3c491736b3c5e2f35b11a6a881694d423b0144465bc77e117c355d6c494f"
#define OLD HANDLE_OLD ",04" X_HEX Y_HEX
#define ED25519 "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA="

#define EC_BODY                                                               \
	"b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAfwAAACJzay"  \
	"1lY2\n"                                                              \
	"RzYS1zaGEyLW5pc3RwMjU2QG9wZW5zc2guY29tAAAACG5pc3RwMjU2AAAAQQQ8F/R2"  \
	"1nZc\n"                                                              \
	"zSkVz7/ZQZaleOzgimtnvKl7DWPWtVkNcHK3RDa4T8UBzywTKbLJWmv1F7RbhgDTwH"  \
	"75by\n"                                                              \
	"zRlKmAAAAABHNzaDoAAADQSBRpWEgUaVgAAAAic2stZWNkc2Etc2hhMi1uaXN0cDI1"  \
	"NkBv\n"                                                              \
	"cGVuc3NoLmNvbQAAAAhuaXN0cDI1NgAAAEEEPBf0dtZ2XM0pFc+/2UGWpXjs4IprZ7"  \
	"ypew\n"                                                              \
	"1j1rVZDXByt0Q2uE/FAc8sEymyyVpr9Re0W4YA08B++W8s0ZSpgAAAAARzc2g6AQAA"  \
	"ADDs\n"                                                              \
	"Pz7+UgVsRzpE1xFW6bYvZorp5f3NNfeEqftH8joGJDRwvVjiD6eA+ceZZFOxlUAAAA"  \
	"AAAA\n"                                                              \
	"AACWEgY29tbWVudAECAw==\n"
#define ED_BODY                                                               \
	"b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAASgAAABpzay"  \
	"1zc2\n"                                                              \
	"gtZWQyNTUxOUBvcGVuc3NoLmNvbQAAACCkcmIkjJ6pmE56hvQvxsvaxARx1ae90/ML"  \
	"AUT3\n"                                                              \
	"lQ8iqgAAAARzc2g6AAAAkC/6+4Qv+vuEAAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2"  \
	"guY2\n"                                                              \
	"9tAAAAIKRyYiSMnqmYTnqG9C/Gy9rEBHHVp73T8wsBRPeVDyKqAAAABHNzaDoBAAAA"  \
	"MOh9\n"                                                              \
	"5U79ayPJ0FU3IRDv6Iyb5zB1U0WurVE4iQOZNbCEsswqbjjE1AzT2x2jfR4FHAAAAA"  \
	"AAAA\n"                                                              \
	"ABeA==\n"
#define SSH(body)                                                             \
	"-----BEGIN OPENSSH PRIVATE KEY-----\n" body                          \
	"-----END OPENSSH PRIVATE KEY-----\n"

static struct fault f;

static enum status
parse(const char *text, struct import_u2f *u)
{
	const struct import_text t = { .at = text, .len = strlen(text) };

	return import_u2f(&t, u, &f);
}

static void
check_hex(const uint8_t *bytes, size_t len, const char *expected)
{
	char hex[2 * STORE_PUBLIC_MAX + 1];

	text_hex(bytes, len, hex);
	CHECK_STR(hex, expected);
}

static void
test_new(void)
{
	struct import_u2f u;

	CHECK_OK(parse(NEW, &u), &f);
	CHECK(!u.old && !u.verification && !u.resident);
	CHECK_EQ(u.algorithm, -7);
	CHECK_EQ(u.credential_len, 48);
	CHECK_EQ(u.credential[0], 0xf7);
	check_hex(u.public, u.public_len, X_HEX Y_HEX);
	CHECK_STR(u.application, "");
	CHECK_OK(parse(HANDLE "," POINT ",es256,", &u), &f);
	CHECK_OK(parse(HANDLE "," POINT ",es256", &u), &f);
	CHECK(!u.old);
	CHECK_OK(parse(HANDLE "," POINT ",es256,+presence+verification", &u),
		 &f);
	CHECK(u.verification);
	CHECK_OK(parse(HANDLE "," POINT ",es256,+pin", &u), &f);
	CHECK(u.verification);
	CHECK_OK(parse(HANDLE "," ED25519 ",eddsa,+presence", &u), &f);
	CHECK_EQ(u.algorithm, -8);
	CHECK_EQ(u.public_len, 32);
	CHECK_EQ(u.public[31], 0x20);
}

/* 256 bytes of the modulus and 3 of the exponent, as libfido2 has them. */
static void
test_rsa(void)
{
	uint8_t key[259] = { 0xc1 };
	char base64[CRYPTO_BASE64_SIZE(sizeof(key))], line[512];
	struct import_u2f u;

	key[256] = key[258] = 1;
	CHECK(crypto_base64_format(key, sizeof(key), CRYPTO_BASE64, base64,
				   sizeof(base64)));
	(void)snprintf(line, sizeof(line), HANDLE ",%s,rs256,+presence",
		       base64);
	CHECK_OK(parse(line, &u), &f);
	CHECK_EQ(u.algorithm, -257);
	CHECK_EQ(u.public_len, 259);
	CHECK(memcmp(u.public, key, sizeof(key)) == 0);
}

static void
test_old(void)
{
	struct import_u2f u;

	CHECK_OK(parse(OLD, &u), &f);
	CHECK(u.old);
	CHECK_EQ(u.algorithm, -7);
	CHECK_EQ(u.credential_len, 48);
	check_hex(u.public, u.public_len, X_HEX Y_HEX);
	CHECK_OK(parse(HANDLE ",04" X_HEX Y_HEX, &u), &f);
	CHECK(u.old);
}

static void
test_bad(void)
{
	static const char *const bad[] = {
		"",
		",",
		HANDLE,
		HANDLE ",",
		"," POINT ",es256,+presence",
		"*," POINT ",es256,+presence",
		"**," POINT ",es256,+presence",
		HANDLE_OLD "," POINT ",es256,+presence",
		HANDLE "=," POINT ",es256,+presence",
		HANDLE "," POINT ",ES256,+presence",
		HANDLE "," POINT ",,+presence",
		HANDLE "," POINT ",eddsa,+presence",
		HANDLE "," POINT ",rs256,+presence",
		HANDLE "," ED25519 ",es256,+presence",
		HANDLE ",,es256,+presence",
		HANDLE "," POINT ",es256,presence",
		HANDLE "," POINT ",es256,+presence+",
		HANDLE "," POINT ",es256,+presence+x",
		HANDLE "," POINT ",es256,+presence,",
		HANDLE_OLD ",05" X_HEX Y_HEX,
		HANDLE_OLD ",02" X_HEX,
		HANDLE_OLD ",04" X_HEX Y_HEX "00",
		HANDLE_OLD ",04" X_HEX "zz" Y_HEX,
		HANDLE_OLD "," POINT,
		"!," POINT ",es256,+presence",
	};
	struct import_u2f u = { .algorithm = 99 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		f.text[0] = '\0';
		test_note("%s", bad[i]);
		CHECK_EQ(parse(bad[i], &u), STATUS_INVALID);
		CHECK(f.text[0] != '\0');
		CHECK_EQ(u.algorithm, 99);
	}
	CHECK_EQ(parse("*," POINT ",es256,+presence", &u), STATUS_INVALID);
	CHECK(strstr(f.text, "enroll key") != NULL);
}

static void
test_handle_size(void)
{
	uint8_t bytes[STORE_CREDENTIAL_MAX + 1] = { 1 };
	char base64[CRYPTO_BASE64_SIZE(sizeof(bytes))], line[1024];
	struct import_u2f u;

	for (size_t len = STORE_CREDENTIAL_MAX; len <= sizeof(bytes); len++) {
		CHECK(crypto_base64_format(bytes, len, CRYPTO_BASE64, base64,
					   sizeof(base64)));
		(void)snprintf(line, sizeof(line), "%s," POINT ",es256,",
			       base64);
		CHECK_EQ(parse(line, &u), len == STORE_CREDENTIAL_MAX
						  ? STATUS_OK
						  : STATUS_INVALID);
	}
	CHECK_EQ(u.credential_len, STORE_CREDENTIAL_MAX);
}

static enum status
line_of(const char *text, char user[USER_MAX + 1], struct import_text *rest)
{
	const struct import_text t = { .at = text, .len = strlen(text) };

	return import_u2f_line(&t, user, rest, &f);
}

static void
test_line(void)
{
	char user[USER_MAX + 1], longest[USER_MAX + 16];
	struct import_text rest, one;

	CHECK_OK(line_of("ann:" NEW ":" OLD, user, &rest), &f);
	CHECK_STR(user, "ann");
	CHECK(import_u2f_next(&rest, &one) && import_is(&one, NEW));
	CHECK(import_u2f_next(&rest, &one) && import_is(&one, OLD));
	CHECK(!import_u2f_next(&rest, &one));
	CHECK_OK(line_of("ann::" NEW "::", user, &rest), &f);
	CHECK(import_u2f_next(&rest, &one) && import_is(&one, NEW));
	CHECK(!import_u2f_next(&rest, &one));
	CHECK_OK(line_of("ann:", user, &rest), &f);
	CHECK(!import_u2f_next(&rest, &one));
	CHECK_EQ(line_of("", user, &rest), STATUS_NOT_FOUND);
	CHECK_EQ(line_of("# ann:" NEW, user, &rest), STATUS_NOT_FOUND);
	CHECK_EQ(line_of(":" NEW, user, &rest), STATUS_INVALID);
	CHECK(strstr(f.text, "no user") != NULL);
	CHECK_EQ(line_of("ann", user, &rest), STATUS_INVALID);
	CHECK_STR(user, "");
	memset(longest, 'a', sizeof(longest));
	memcpy(longest + USER_MAX, ":x", 3);
	CHECK_OK(line_of(longest, user, &rest), &f);
	CHECK_EQ(strlen(user), USER_MAX);
	memcpy(longest + USER_MAX, "a:x", 4);
	CHECK_EQ(line_of(longest, user, &rest), STATUS_INVALID);
}

static void
test_kind(void)
{
	static const struct {
		const char *text;
		enum import_u2f_kind kind;
	} kinds[] = {
		{ "", IMPORT_U2F_MAPPING },
		{ "\n \n", IMPORT_U2F_MAPPING },
		{ "ann:" NEW, IMPORT_U2F_MAPPING },
		{ "ssh-ann:" NEW, IMPORT_U2F_MAPPING },
		{ "\n" SSH(EC_BODY), IMPORT_U2F_SSH },
		{ "-----BEGIN RSA PRIVATE KEY-----", IMPORT_U2F_SSH },
		{ "ssh-ed25519 AAAA ann", IMPORT_U2F_PUBLIC },
		{ "\nsk-ssh-ed25519@openssh.com AAAA", IMPORT_U2F_PUBLIC },
		{ "ecdsa-sha2-nistp256 AAAA", IMPORT_U2F_PUBLIC },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		CHECK_EQ(import_u2f_kind(kinds[i].text, strlen(kinds[i].text)),
			 kinds[i].kind);
}

static enum status
ssh(const char *text, struct import_u2f *u)
{
	f.text[0] = '\0';
	return import_u2f_ssh(text, strlen(text), u, &f);
}

static void
test_ssh(void)
{
	struct import_u2f u;

	CHECK_OK(ssh(SSH(EC_BODY), &u), &f);
	CHECK_EQ(u.algorithm, -7);
	CHECK_STR(u.application, "ssh:");
	CHECK_EQ(u.credential_len, 48);
	CHECK_EQ(u.credential[0], 0xec);
	CHECK(!u.old && !u.verification && !u.resident);
	check_hex(u.public, u.public_len,
		  "3c17f476d6765ccd2915cfbfd94196a578ece08a6b67bca97b0d63d6b5"
		  "590d7072b74436b84fc501cf2c1329b2c95a6bf517b45b8600d3c07ef9"
		  "6f2cd194a980");
	CHECK_OK(ssh("\r\n" SSH(ED_BODY) "\n\n", &u), &f);
	CHECK_EQ(u.algorithm, -8);
	CHECK_EQ(u.public_len, 32);
	CHECK_EQ(u.public[0], 0xa4);
	CHECK_EQ(u.credential_len, 48);
	CHECK_EQ(u.credential[0], 0xe8);
}

/* Each byte of the key changed, and each end cut off. */
static void
test_ssh_broken(void)
{
	uint8_t whole[512], bytes[512];
	char body[1024] = "", text[2048];
	struct import_u2f u = { .algorithm = 99 }, good;
	size_t len = 0, taken = 0;

	for (const char *p = ED_BODY; *p != '\0'; p++)
		if (*p != '\n')
			body[len++] = *p;
	CHECK(crypto_base64_parse(body, len, CRYPTO_BASE64, whole,
				  sizeof(whole), &len));
	CHECK_OK(ssh(SSH(ED_BODY), &good), &f);
	for (size_t i = 0; i < 2 * len; i++) {
		size_t n = i < len ? len : i - len;

		memcpy(bytes, whole, len);
		if (i < len)
			bytes[i] ^= 0x20;
		CHECK(crypto_base64_format(bytes, n, CRYPTO_BASE64, body,
					   sizeof(body)));
		(void)snprintf(text, sizeof(text), SSH("%s\n"), body);
		if (ssh(text, &u) == STATUS_OK)
			taken++;
		else if (f.text[0] == '\0')
			CHECK(f.text[0] != '\0');
	}
	/* The 48 bytes of the handle, one of the flags, one of the comment, 8
	 * of the words for no cipher's key. */
	test_note("taken %zu", taken);
	CHECK(taken >= 49 && taken <= 60);
}

static void
test_ssh_refused(void)
{
	static const char *const bad[] = {
		"",
		"-----BEGIN OPENSSH PRIVATE KEY-----\n",
		"-----BEGIN OPENSSH PRIVATE KEY-----\n" EC_BODY,
		"-----BEGIN RSA PRIVATE KEY-----\n" EC_BODY
		"-----END RSA PRIVATE KEY-----\n",
		SSH(""),
		SSH("AAAA\n"),
		SSH("!\n"),
		SSH(EC_BODY EC_BODY),
		SSH(EC_BODY) "more\n",
		SSH(EC_BODY) SSH(EC_BODY),
		"x\n" SSH(EC_BODY),
	};
	static char big[65536];
	struct import_u2f u = { .algorithm = 99 };
	size_t n;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_EQ(ssh(bad[i], &u), STATUS_INVALID);
		CHECK(f.text[0] != '\0');
		CHECK_EQ(u.algorithm, 99);
	}
	n = (size_t)snprintf(big, sizeof(big),
			     "-----BEGIN OPENSSH PRIVATE KEY-----\n");
	memset(big + n, 'A', sizeof(big) - 1 - n);
	CHECK_EQ(ssh(big, &u), STATUS_INVALID);
	for (size_t i = n; i < sizeof(big) - 1; i += 71)
		big[i] = '\n';
	CHECK_EQ(ssh(big, &u), STATUS_INVALID);
	CHECK(strstr(f.text, "long") != NULL);
}

/* An ordinary private key of OpenSSH's, and one with a passphrase. */
static void
test_ssh_other(void)
{
	static const char plain[] = SSH(
		"b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAA"
		"AAtzc2gtZWQyNTUxOQAAACABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhsc"
		"HR4fIAAAAAA=\n");
	static const char locked[] = SSH(
		"b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAAAAA"
		"AAEAAAAAAAAAAA==\n");
	struct import_u2f u;

	CHECK_EQ(ssh(plain, &u), STATUS_INVALID);
	CHECK(strstr(f.text, "no business here") != NULL);
	CHECK_EQ(ssh(locked, &u), STATUS_INVALID);
	CHECK(strstr(f.text, "passphrase") != NULL);
}

int
main(void)
{
	CHECK_OK(crypto_start(&f), &f);
	test_new();
	test_rsa();
	test_old();
	test_bad();
	test_handle_size();
	test_line();
	test_kind();
	test_ssh();
	test_ssh_broken();
	test_ssh_refused();
	test_ssh_other();
	return test_done();
}
