/* SPDX-License-Identifier: MIT */
#include "factor/jwt.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

#define JWT_HEADER_SIZE CRYPTO_BASE64_SIZE(96)
#define JWT_CLAIMS_SIZE 384 /* more fit into no JWT of ours */
#define JWT_SIGNATURE_TEXT 86

/* Both members are base64url of 32 bytes, which fit. */
void
jwt_key(const struct crypto_keys *k, char x[JWT_KEY_ID_SIZE],
	char id[JWT_KEY_ID_SIZE])
{
	uint8_t key[CRYPTO_SIGN_KEY_SIZE], hash[CRYPTO_SHA256_SIZE];
	char text[128];
	struct buf b;

	crypto_sign_key(k, CRYPTO_JWT, key);
	if (!crypto_base64_format(key, sizeof(key), CRYPTO_BASE64_URL, x,
				  JWT_KEY_ID_SIZE))
		x[0] = '\0';
	/* RFC 7638 3 and RFC 8037 2: these members, in this order. */
	buf_start(&b, text, sizeof(text));
	buf_printf(&b, "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"%s\"}",
		   x);
	crypto_sha256(text, b.len, hash);
	if (!crypto_base64_format(hash, sizeof(hash), CRYPTO_BASE64_URL, id,
				  JWT_KEY_ID_SIZE))
		id[0] = '\0';
}

enum status
jwt_issuer(const char *configured, const char *host, char out[JWT_ISSUER_SIZE],
	   struct fault *f)
{
	char text[JWT_ISSUER_SIZE];
	struct buf b;

	buf_start(&b, text, sizeof(text));
	if (strcmp(configured, "-") == 0)
		buf_printf(&b, "sigra:%s", host);
	else
		buf_text(&b, configured);
	if (b.full)
		return fault(f, STATUS_INVALID,
			     "who issues JWTs has a name of at most %d bytes: "
			     "set jwt.issuer in sigra.conf",
			     JWT_ISSUER_SIZE - 1);
	memcpy(out, text, sizeof(text));
	return STATUS_OK;
}

/* The first part of every JWT of this store. */
static bool
jwt_header(const struct crypto_keys *k, char out[JWT_HEADER_SIZE])
{
	char x[JWT_KEY_ID_SIZE], id[JWT_KEY_ID_SIZE], text[96];
	struct buf b;

	jwt_key(k, x, id);
	buf_start(&b, text, sizeof(text));
	buf_printf(&b, "{\"alg\":\"EdDSA\",\"kid\":\"%s\",\"typ\":\"JWT\"}",
		   id);
	return !b.full && crypto_base64_format(text, b.len, CRYPTO_BASE64_URL,
					       out, JWT_HEADER_SIZE);
}

/* The claims as JSON, the caller's to free; NULL: not UTF-8, or no memory. */
static char *
jwt_claims_text(const struct jwt_claims *c)
{
	json_t *j = json_pack("{s:s, s:s, s:s, s:I, s:I, s:s, s:I}", "iss",
			      c->issuer, "sub", c->account.s, "aud",
			      c->service, "iat", (json_int_t)c->issued_at,
			      "exp", (json_int_t)c->expires_at, "jti",
			      c->row.s, "epoch", (json_int_t)c->epoch);
	char *text = j == NULL ? NULL : json_dumps(j, JSON_COMPACT);

	json_decref(j);
	return text;
}

/* Header and claims, with a dot between them: what is signed. */
static enum status
jwt_body(const struct crypto_keys *k, const struct jwt_claims *c,
	 struct buf *b, struct fault *f)
{
	char header[JWT_HEADER_SIZE], claims[JWT_SIZE_MAX + 1];
	char *text = jwt_claims_text(c);
	bool fits;

	if (text == NULL || !jwt_header(k, header)) {
		free(text);
		return fault(f, STATUS_INVALID,
			     "there is no JWT of that: issuer and service "
			     "have to be UTF-8");
	}
	fits = crypto_base64_format(text, strlen(text), CRYPTO_BASE64_URL,
				    claims, sizeof(claims));
	free(text);
	if (fits)
		buf_printf(b, "%s.%s", header, claims);
	if (!fits || b->full || b->len + 1 + JWT_SIGNATURE_TEXT > JWT_SIZE_MAX)
		return fault(f, STATUS_REFUSED,
			     "a JWT for that service would be longer than the "
			     "%zu bytes that a password prompt takes: make "
			     "jwt.issuer in sigra.conf shorter",
			     JWT_SIZE_MAX);
	return STATUS_OK;
}

enum status
jwt_make(const struct crypto_keys *k, const struct jwt_claims *c,
	 struct secret *out, struct fault *f)
{
	uint8_t signature[CRYPTO_SIGN_SIZE];
	char end[JWT_SIGNATURE_TEXT + 1];
	enum status st;
	struct buf b;
	SECRET_TEXT(text);

	buf_start(&b, text.s, sizeof(text.s));
	if ((st = jwt_body(k, c, &b, f)) != STATUS_OK)
		return st;
	crypto_sign_make(k, CRYPTO_JWT, text.s, b.len, signature);
	if (!crypto_base64_format(signature, sizeof(signature),
				  CRYPTO_BASE64_URL, end, sizeof(end)))
		return fault(f, STATUS_SYSTEM, "a signature has no text");
	buf_text(&b, ".");
	buf_text(&b, end);
	return secret_set(out, text.s, b.len, f);
}

/* A JWT, taken apart: TEXT holds it, and a NUL instead of each dot. */
struct jwt_parts {
	struct secret_text text;
	size_t claims, signature; /* where they begin */
};

static void
jwt_parts_wipe(struct jwt_parts *p)
{
	crypto_wipe(p, sizeof(*p));
}

#define JWT_PARTS(name)                                                       \
	__attribute__((cleanup(                                               \
		jwt_parts_wipe))) struct jwt_parts name = { .claims = 0 }

static bool
jwt_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static bool
jwt_split(const struct secret *text, struct jwt_parts *out)
{
	size_t dot[2] = { 0, 0 }, dots = 0;
	char *s = out->text.s;

	/* "{" and a quote, as base64: what every header begins with. */
	if (text->len > JWT_SIZE_MAX || !secret_begins(text, "eyJ", 3) ||
	    !secret_string(text, s, sizeof(out->text.s)))
		return false;
	for (size_t i = 0; s[i] != '\0'; i++) {
		if (jwt_letter(s[i]))
			continue;
		if (s[i] != '.' || dots == 2)
			return false;
		dot[dots++] = i;
	}
	if (dots != 2 || dot[1] == dot[0] + 1 || s[dot[1] + 1] == '\0')
		return false;
	s[dot[0]] = s[dot[1]] = '\0';
	out->claims = dot[0] + 1;
	out->signature = dot[1] + 1;
	return true;
}

bool
jwt_shaped(const struct secret *text)
{
	JWT_PARTS(p);

	return jwt_split(text, &p);
}

/* Is the header ours, and the signature over it and the claims? */
static bool
jwt_signed(const struct crypto_keys *k, struct jwt_parts *p)
{
	uint8_t key[CRYPTO_SIGN_KEY_SIZE], signature[CRYPTO_SIGN_SIZE];
	const char *end = p->text.s + p->signature;
	char header[JWT_HEADER_SIZE];
	bool right;
	size_t len = 0;

	if (!jwt_header(k, header) || strcmp(p->text.s, header) != 0 ||
	    !crypto_base64_parse(end, strlen(end), CRYPTO_BASE64_URL,
				 signature, sizeof(signature), &len) ||
	    len != sizeof(signature))
		return false;
	crypto_sign_key(k, CRYPTO_JWT, key);
	p->text.s[p->claims - 1] = '.';
	right = crypto_sign_check(key, p->text.s, p->signature - 1, signature);
	p->text.s[p->claims - 1] = '\0';
	return right;
}

/* Of strings that JSON gave us. */
static bool
jwt_take(const char *iss, const char *sub, const char *aud, const char *jti,
	 struct jwt_claims *out)
{
	return strlen(sub) == ID_LENGTH && strlen(jti) == ID_LENGTH &&
	       aud[0] != '\0' &&
	       text_copy(out->issuer, sizeof(out->issuer), iss) &&
	       text_copy(out->account.s, sizeof(out->account.s), sub) &&
	       text_copy(out->service, sizeof(out->service), aud) &&
	       text_copy(out->row.s, sizeof(out->row.s), jti);
}

/* These members, each once, each of its type, and no other. */
static bool
jwt_read(const char *text, size_t len, struct jwt_claims *out)
{
	const char *iss, *sub, *aud, *jti;
	struct jwt_claims c = { .epoch = 0 };
	json_int_t iat, exp, epoch;
	json_error_t why;
	bool right;
	json_t *j = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);

	right = j != NULL &&
		json_unpack_ex(j, &why, JSON_STRICT,
			       "{s:s, s:s, s:s, s:I, s:I, s:s, s:I}", "iss",
			       &iss, "sub", &sub, "aud", &aud, "iat", &iat,
			       "exp", &exp, "jti", &jti, "epoch",
			       &epoch) == 0 &&
		iat >= 0 && exp > iat && epoch >= 1 &&
		jwt_take(iss, sub, aud, jti, &c);
	json_decref(j);
	if (!right)
		return false;
	c.issued_at = iat;
	c.expires_at = exp;
	c.epoch = epoch;
	*out = c;
	return true;
}

enum status
jwt_open(const struct crypto_keys *k, const struct secret *text,
	 struct jwt_claims *out, struct fault *f)
{
	uint8_t claims[JWT_CLAIMS_SIZE];
	const char *middle;
	size_t len = 0;
	JWT_PARTS(p);

	if (!jwt_split(text, &p) || !jwt_signed(k, &p))
		return fault(f, STATUS_DENIED, "that is no JWT of this store");
	middle = p.text.s + p.claims;
	if (!crypto_base64_parse(middle, strlen(middle), CRYPTO_BASE64_URL,
				 claims, sizeof(claims), &len) ||
	    !jwt_read((const char *)claims, len, out))
		return fault(f, STATUS_DENIED,
			     "that JWT does not say what is needed");
	return STATUS_OK;
}
