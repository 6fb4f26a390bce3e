/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a JWT: none is one.  And any bytes as the claims of one that is
 * rightly signed: what is taken is within the bounds, and made again it says
 * the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "factor/jwt.h"

static const struct crypto_keys fuzz_keys;

static void
fuzz_again(const struct jwt_claims *c)
{
	struct jwt_claims again;
	struct fault f = { .text = "" };
	enum status st;
	SECRET(text);

	if (c->expires_at <= c->issued_at || c->issued_at < 0 ||
	    c->epoch < 1 || strlen(c->account.s) != ID_LENGTH ||
	    strlen(c->row.s) != ID_LENGTH || c->service[0] == '\0')
		abort();
	st = jwt_make(&fuzz_keys, c, &text, &f);
	if (st == STATUS_REFUSED && strstr(f.text, "longer than") != NULL)
		return;
	if (st != STATUS_OK || text.len > JWT_SIZE_MAX || !jwt_shaped(&text) ||
	    jwt_open(&fuzz_keys, &text, &again, &f) != STATUS_OK)
		abort();
	if (strcmp(again.issuer, c->issuer) != 0 ||
	    strcmp(again.account.s, c->account.s) != 0 ||
	    strcmp(again.service, c->service) != 0 ||
	    strcmp(again.row.s, c->row.s) != 0 || again.epoch != c->epoch ||
	    again.issued_at != c->issued_at ||
	    again.expires_at != c->expires_at)
		abort();
}

/* Any claims at all, rightly signed; false: too long for that. */
static bool
fuzz_sign(const uint8_t *bytes, size_t len, struct secret *out)
{
	static const struct jwt_claims like = {
		.issuer = "i", .service = "s", .expires_at = 1, .epoch = 1
	};
	char text[1024], part[512];
	uint8_t signature[CRYPTO_SIGN_SIZE];
	size_t head;
	SECRET(made);

	/* The header is that of any. */
	if (jwt_make(&fuzz_keys, &like, &made, NULL) != STATUS_OK ||
	    !secret_string(&made, text, sizeof(text)))
		abort();
	head = strcspn(text, ".") + 1;
	if (!crypto_base64_format(bytes, len, CRYPTO_BASE64_URL, part,
				  sizeof(part)))
		return false;
	memcpy(text + head, part, strlen(part) + 1);
	head += strlen(part);
	crypto_sign_make(&fuzz_keys, CRYPTO_JWT, text, head, signature);
	if (!crypto_base64_format(signature, sizeof(signature),
				  CRYPTO_BASE64_URL, part, sizeof(part)))
		abort();
	(void)snprintf(text + head, sizeof(text) - head, ".%s", part);
	return secret_set(out, text, strlen(text), NULL) == STATUS_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct jwt_claims c = { .epoch = -7 };
	struct fault f = { .text = "" };
	SECRET(text);

	if (secret_set(&text, bytes, len, &f) == STATUS_OK &&
	    (jwt_open(&fuzz_keys, &text, &c, &f) != STATUS_DENIED ||
	     c.epoch != -7 || f.text[0] == '\0'))
		abort();
	if (!fuzz_sign(bytes, len, &text))
		return 0;
	if (jwt_open(&fuzz_keys, &text, &c, &f) == STATUS_OK)
		fuzz_again(&c);
	else if (c.epoch != -7)
		abort();
	return 0;
}
