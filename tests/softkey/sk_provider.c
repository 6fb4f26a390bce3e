/* SPDX-License-Identifier: MIT */
/*
 * For tests: an SSH_SK_PROVIDER (the interface of OpenSSH 9.2, version 10) of
 * Ed25519 keys without hardware.  The private key is its own key handle.
 */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define PROVIDER_VERSION 0x000a0000U
#define PROVIDER_ED25519 1
#define PROVIDER_PRESENT 0x01
#define PROVIDER_VERIFIED 0x04
#define PROVIDER_FAILED (-1)
#define PROVIDER_UNSUPPORTED (-2)
#define PROVIDER_EXPORT __attribute__((visibility("default")))

struct sk_enroll_response {
	uint8_t flags;
	uint8_t *public_key;
	size_t public_key_len;
	uint8_t *key_handle;
	size_t key_handle_len;
	uint8_t *signature;
	size_t signature_len;
	uint8_t *attestation_cert;
	size_t attestation_cert_len;
	uint8_t *authdata;
	size_t authdata_len;
};

struct sk_sign_response {
	uint8_t flags;
	uint32_t counter;
	uint8_t *sig_r;
	size_t sig_r_len;
	uint8_t *sig_s;
	size_t sig_s_len;
};

struct sk_resident_key;
struct sk_option;

uint32_t sk_api_version(void);
int sk_enroll(uint32_t alg, const uint8_t *challenge, size_t challenge_len,
	      const char *application, uint8_t flags, const char *pin,
	      struct sk_option **options, struct sk_enroll_response **out);
int sk_sign(uint32_t alg, const uint8_t *data, size_t data_len,
	    const char *application, const uint8_t *key_handle,
	    size_t key_handle_len, uint8_t flags, const char *pin,
	    struct sk_option **options, struct sk_sign_response **out);
int sk_load_resident_keys(const char *pin, struct sk_option **options,
			  struct sk_resident_key ***keys, size_t *count);

PROVIDER_EXPORT uint32_t
sk_api_version(void)
{
	return PROVIDER_VERSION;
}

static const char *
provider_file(const char *variable, const char *otherwise)
{
	const char *named = getenv(variable);

	return named != NULL ? named : otherwise;
}

/* Counts on from one use to the next, where there is a file for it. */
static uint32_t
provider_counter(void)
{
	const char *path =
		provider_file("SK_PROVIDER_COUNTER", "/run/sk-counter");
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	char text[16] = "";
	uint32_t n = 1;

	if (fd < 0)
		return n;
	(void)flock(fd, LOCK_EX);
	if (pread(fd, text, sizeof(text) - 1, 0) > 0)
		n = (uint32_t)strtoul(text, NULL, 10) + 1;
	memset(text, 0, sizeof(text));
	for (uint32_t left = n, at = 10; left > 0 && at > 0; left /= 10)
		text[--at] = (char)('0' + left % 10);
	for (size_t i = 0; i < 10 && text[i] == '\0'; i++)
		text[i] = '0';
	if (pwrite(fd, text, 10, 0) != 10)
		n = 1;
	(void)close(fd);
	return n;
}

static uint8_t *
provider_copy(const uint8_t *from, size_t len)
{
	uint8_t *out = malloc(len);

	if (out != NULL)
		memcpy(out, from, len);
	return out;
}

PROVIDER_EXPORT int
sk_enroll(uint32_t alg, const uint8_t *challenge, size_t challenge_len,
	  const char *application, uint8_t flags, const char *pin,
	  struct sk_option **options, struct sk_enroll_response **out)
{
	uint8_t public[crypto_sign_PUBLICKEYBYTES];
	uint8_t private[crypto_sign_SECRETKEYBYTES];
	struct sk_enroll_response *r = calloc(1, sizeof(*r));

	(void)challenge;
	(void)challenge_len;
	(void)application;
	(void)pin;
	(void)options;
	if (r == NULL || alg != PROVIDER_ED25519 || sodium_init() < 0) {
		free(r);
		return PROVIDER_UNSUPPORTED;
	}
	(void)crypto_sign_keypair(public, private);
	r->flags = flags;
	r->public_key = provider_copy(public, sizeof(public));
	r->public_key_len = sizeof(public);
	r->key_handle = provider_copy(private, sizeof(private));
	r->key_handle_len = sizeof(private);
	*out = r;
	return 0;
}

/* PROTOCOL.u2f: the application's hash, flags, counter, the data's hash. */
static void
provider_message(const char *application, uint8_t flags, uint32_t counter,
		 const uint8_t *data, size_t len, uint8_t out[69])
{
	crypto_hash_sha256(out, (const uint8_t *)application,
			   strlen(application));
	out[32] = flags;
	for (int i = 0; i < 4; i++)
		out[33 + i] = (uint8_t)(counter >> (24 - 8 * i));
	crypto_hash_sha256(out + 37, data, len);
}

PROVIDER_EXPORT int
sk_sign(uint32_t alg, const uint8_t *data, size_t data_len,
	const char *application, const uint8_t *key_handle,
	size_t key_handle_len, uint8_t flags, const char *pin,
	struct sk_option **options, struct sk_sign_response **out)
{
	const char *untouched =
		provider_file("SK_PROVIDER_UNTOUCHED", "/run/sk-untouched");
	uint8_t message[69], signature[crypto_sign_BYTES];
	struct sk_sign_response *r;

	(void)pin;
	(void)options;
	if (alg != PROVIDER_ED25519 || sodium_init() < 0 ||
	    key_handle_len != crypto_sign_SECRETKEYBYTES)
		return PROVIDER_UNSUPPORTED;
	if ((r = calloc(1, sizeof(*r))) == NULL)
		return PROVIDER_FAILED;
	r->flags = flags & (PROVIDER_PRESENT | PROVIDER_VERIFIED);
	if (access(untouched, F_OK) == 0)
		r->flags = 0;
	r->counter = provider_counter();
	provider_message(application, r->flags, r->counter, data, data_len,
			 message);
	(void)crypto_sign_detached(signature, NULL, message, sizeof(message),
				   key_handle);
	r->sig_r = provider_copy(signature, sizeof(signature));
	r->sig_r_len = sizeof(signature);
	*out = r;
	return 0;
}

PROVIDER_EXPORT int
sk_load_resident_keys(const char *pin, struct sk_option **options,
		      struct sk_resident_key ***keys, size_t *count)
{
	(void)pin;
	(void)options;
	*keys = NULL;
	*count = 0;
	return 0;
}
