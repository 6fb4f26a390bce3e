/* SPDX-License-Identifier: MIT */
/*
 * Strings made by crypt(3) elsewhere.  Their shape and their cost are checked
 * here, before libcrypt sees them: a string that would take minutes is a lock
 * on every login of that account.
 */
#include "crypto/crypto.h"

#include <crypt.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define CRYPTO_SHA_ROUNDS_MIN 1000
#define CRYPTO_SHA_ROUNDS_MAX 1000000
#define CRYPTO_SHA_SALT_MAX 16
#define CRYPTO_BCRYPT_COST_MIN 4
#define CRYPTO_BCRYPT_COST_MAX 16
#define CRYPTO_YESCRYPT_SALT_MAX 86
#define CRYPTO_YESCRYPT_HASH 43
#define CRYPTO_YESCRYPT_BYTES_MAX (UINT64_C(256) << 20)

static const char crypto_base64[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz";

/* crypt(3)'s base 64 and nothing else, LOW to HIGH of them. */
static bool
crypto_crypt_run(const char *s, size_t len, size_t low, size_t high)
{
	return len >= low && len <= high && strspn(s, crypto_base64) >= len;
}

/* "SALT$HASH" to the end of the string. */
static bool
crypto_crypt_tail(const char *s, size_t salt_max, size_t hash)
{
	const char *dollar = strchr(s, '$');

	return dollar != NULL &&
	       crypto_crypt_run(s, (size_t)(dollar - s), 0, salt_max) &&
	       crypto_crypt_run(dollar + 1, strlen(dollar + 1), hash, hash);
}

/* $5$ and $6$: [rounds=N$]SALT$HASH. */
static bool
crypto_crypt_sha(const char *s, size_t hash)
{
	static const char word[] = "rounds=";
	char digits[8];
	int64_t rounds;

	if (strncmp(s, word, sizeof(word) - 1) == 0) {
		size_t n = strcspn(s += sizeof(word) - 1, "$");

		if (n >= sizeof(digits) || s[n] != '$')
			return false;
		memcpy(digits, s, n);
		digits[n] = '\0';
		if (!text_number(digits, CRYPTO_SHA_ROUNDS_MIN,
				 CRYPTO_SHA_ROUNDS_MAX, &rounds))
			return false;
		s += n + 1;
	}
	return crypto_crypt_tail(s, CRYPTO_SHA_SALT_MAX, hash);
}

/* $2b$: two digits of cost, then 22 of salt and 31 of hash in one run. */
static bool
crypto_crypt_bcrypt(const char *s)
{
	int cost;

	if (s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9' ||
	    s[2] != '$')
		return false;
	cost = 10 * (s[0] - '0') + (s[1] - '0');
	return cost >= CRYPTO_BCRYPT_COST_MIN &&
	       cost <= CRYPTO_BCRYPT_COST_MAX &&
	       crypto_crypt_run(s + 3, strlen(s + 3), 53, 53);
}

/*
 * $y$: three characters of parameters as crypt_gensalt(3) writes them: 'j'
 * for yescrypt's defaults, the logarithm of N less one, r less one.  Longer
 * forms exist in the format (more lanes, passes, a ROM) and nowhere else.
 */
static bool
crypto_crypt_yescrypt(const char *s)
{
	const char *log, *blocks;
	uint64_t n, r;

	if (s[0] != 'j' || s[1] == '\0' || s[2] == '\0' || s[3] != '$')
		return false;
	log = strchr(crypto_base64, s[1]);
	blocks = strchr(crypto_base64, s[2]);
	/* From 48 on a digit says that another one follows. */
	if (log == NULL || blocks == NULL || log - crypto_base64 > 30 ||
	    blocks - crypto_base64 > 47)
		return false;
	n = UINT64_C(1) << (log - crypto_base64 + 1);
	r = (uint64_t)(blocks - crypto_base64) + 1;
	return 128 * r * n <= CRYPTO_YESCRYPT_BYTES_MAX &&
	       crypto_crypt_tail(s + 4, CRYPTO_YESCRYPT_SALT_MAX,
				 CRYPTO_YESCRYPT_HASH);
}

bool
crypto_crypt_known(const char *setting)
{
	bool shaped = false;

	if (setting == NULL || strlen(setting) >= CRYPT_OUTPUT_SIZE)
		return false;
	if (strncmp(setting, "$2b$", 4) == 0)
		shaped = crypto_crypt_bcrypt(setting + 4);
	else if (strncmp(setting, "$5$", 3) == 0)
		shaped = crypto_crypt_sha(setting + 3, 43);
	else if (strncmp(setting, "$6$", 3) == 0)
		shaped = crypto_crypt_sha(setting + 3, 86);
	else if (strncmp(setting, "$y$", 3) == 0)
		shaped = crypto_crypt_yescrypt(setting + 3);
	/* libcrypt may be built without one of them; "legacy" is what it
	 * calls $5$, and what we make of it is Argon2id anyhow. */
	if (!shaped)
		return false;
	switch (crypt_checksalt(setting)) {
	case CRYPT_SALT_OK:
	case CRYPT_SALT_METHOD_LEGACY:
	case CRYPT_SALT_TOO_CHEAP:
		return true;
	default:
		return false;
	}
}

/* 32 KiB that end up holding the password and its hash. */
static void
crypto_crypt_free(struct crypt_data **d)
{
	if (*d == NULL)
		return;
	sodium_memzero(*d, sizeof(**d));
	free(*d);
}

enum status
crypto_crypt_verify(const struct secret *password, const char *setting,
		    bool *right, struct fault *f)
{
	__attribute__((cleanup(crypto_crypt_free))) struct crypt_data *d =
		calloc(1, sizeof(*d));
	const char *got;
	size_t len;

	if (d == NULL)
		return fault(f, STATUS_UNAVAILABLE, "memory is short");
	if (!crypto_crypt_known(setting))
		return fault(f, STATUS_REFUSED,
			     "only whole crypt(3) strings "
			     "of the kinds $2b$, $5$, $6$ and $y$ at a "
			     "bearable cost are taken");
	/* crypt(3) cannot have made it from bytes that it cannot take. */
	if (!secret_string(password, d->input, sizeof(d->input))) {
		*right = false;
		return STATUS_OK;
	}
	got = crypt_r(d->input, setting, d);
	if (got == NULL || got[0] == '*')
		return fault(f, STATUS_UNAVAILABLE,
			     "libcrypt cannot verify "
			     "this kind of password");
	len = strlen(setting);
	*right = strlen(got) == len && sodium_memcmp(got, setting, len) == 0;
	return STATUS_OK;
}
