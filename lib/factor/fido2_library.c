/* SPDX-License-Identifier: MIT */
#include "factor/fido2_library.h"

#include <dlfcn.h>
#include <fido.h>
#include <string.h>

#include "base/text.h"

#define LIBRARY_NAME "libfido2.so.1"

/* As fido/es256.h, fido/eddsa.h and fido/rs256.h have them. */
es256_pk_t *es256_pk_new(void);
void es256_pk_free(es256_pk_t **);
int es256_pk_from_ptr(es256_pk_t *, const void *, size_t);
eddsa_pk_t *eddsa_pk_new(void);
void eddsa_pk_free(eddsa_pk_t **);
int eddsa_pk_from_ptr(eddsa_pk_t *, const void *, size_t);
rs256_pk_t *rs256_pk_new(void);
void rs256_pk_free(rs256_pk_t **);
int rs256_pk_from_ptr(rs256_pk_t *, const void *, size_t);

#define LIBRARY_FUNCTIONS(F)                                                  \
	F(fido_init)                                                          \
	F(fido_set_log_handler)                                               \
	F(fido_assert_new)                                                    \
	F(fido_assert_free)                                                   \
	F(fido_assert_set_rp)                                                 \
	F(fido_assert_set_clientdata_hash)                                    \
	F(fido_assert_set_up)                                                 \
	F(fido_assert_set_uv)                                                 \
	F(fido_assert_set_count)                                              \
	F(fido_assert_set_authdata_raw)                                       \
	F(fido_assert_set_sig)                                                \
	F(fido_assert_verify)                                                 \
	F(es256_pk_new)                                                       \
	F(es256_pk_free)                                                      \
	F(es256_pk_from_ptr)                                                  \
	F(eddsa_pk_new)                                                       \
	F(eddsa_pk_free)                                                      \
	F(eddsa_pk_from_ptr)                                                  \
	F(rs256_pk_new)                                                       \
	F(rs256_pk_free)                                                      \
	F(rs256_pk_from_ptr)

struct library {
#define LIBRARY_MEMBER(name) __typeof__(name) *name;
	LIBRARY_FUNCTIONS(LIBRARY_MEMBER)
#undef LIBRARY_MEMBER
};

static const struct {
	const char *name;
	size_t offset;
} library_functions[] = {
#define LIBRARY_ROW(name) { #name, offsetof(struct library, name) },
	LIBRARY_FUNCTIONS(LIBRARY_ROW)
#undef LIBRARY_ROW
};

/* Once loaded it stays, as long as the process. */
static struct {
	bool loaded;
	struct library f;
} library;

/* FIDO_DEBUG in the environment makes the library talk to stderr. */
static void
library_silent(const char *line)
{
	(void)line;
}

static enum status
library_open(struct library *out, struct fault *f)
{
	const size_t n =
		sizeof(library_functions) / sizeof(library_functions[0]);
	void *handle = dlopen(LIBRARY_NAME, RTLD_NOW | RTLD_LOCAL);

	if (handle == NULL)
		return fault(f, STATUS_UNAVAILABLE,
			     "security keys need %s, which cannot be loaded",
			     LIBRARY_NAME);
	for (size_t i = 0; i < n; i++) {
		void *at = dlsym(handle, library_functions[i].name);

		if (at == NULL) {
			(void)dlclose(handle);
			return fault(f, STATUS_UNAVAILABLE, "%s has no %s",
				     LIBRARY_NAME, library_functions[i].name);
		}
		memcpy((char *)out + library_functions[i].offset, &at,
		       sizeof(at));
	}
	return STATUS_OK;
}

static void
library_assert_free(fido_assert_t **a)
{
	library.f.fido_assert_free(a);
}
#define LIBRARY_ASSERT __attribute__((cleanup(library_assert_free)))

/* A FIDO_ERR; FIDO_ERR_INVALID_ARGUMENT for what is no public key. */
static int
library_es256(const fido_assert_t *a, const struct fido2_claim *c)
{
	es256_pk_t *pk = library.f.es256_pk_new();
	int r = FIDO_ERR_INTERNAL;

	if (pk != NULL)
		r = library.f.es256_pk_from_ptr(pk, c->public, c->public_len);
	if (r == FIDO_OK)
		r = library.f.fido_assert_verify(a, 0, COSE_ES256, pk);
	library.f.es256_pk_free(&pk);
	return r;
}

static int
library_eddsa(const fido_assert_t *a, const struct fido2_claim *c)
{
	eddsa_pk_t *pk = library.f.eddsa_pk_new();
	int r = FIDO_ERR_INTERNAL;

	if (pk != NULL)
		r = library.f.eddsa_pk_from_ptr(pk, c->public, c->public_len);
	if (r == FIDO_OK)
		r = library.f.fido_assert_verify(a, 0, COSE_EDDSA, pk);
	library.f.eddsa_pk_free(&pk);
	return r;
}

static int
library_rs256(const fido_assert_t *a, const struct fido2_claim *c)
{
	rs256_pk_t *pk = library.f.rs256_pk_new();
	int r = FIDO_ERR_INTERNAL;

	if (pk != NULL)
		r = library.f.rs256_pk_from_ptr(pk, c->public, c->public_len);
	if (r == FIDO_OK)
		r = library.f.fido_assert_verify(a, 0, COSE_RS256, pk);
	library.f.rs256_pk_free(&pk);
	return r;
}

static int
library_fill(fido_assert_t *a, const struct fido2_claim *c)
{
	const struct fido2_assertion *from = c->assertion;
	const struct library *l = &library.f;
	int r = l->fido_assert_set_rp(a, c->rp);

	if (r == FIDO_OK)
		r = l->fido_assert_set_clientdata_hash(a, c->hash,
						       CRYPTO_SHA256_SIZE);
	if (r == FIDO_OK)
		r = l->fido_assert_set_up(a, FIDO_OPT_TRUE);
	if (r == FIDO_OK)
		r = l->fido_assert_set_uv(a, c->uv ? FIDO_OPT_TRUE
						   : FIDO_OPT_OMIT);
	if (r == FIDO_OK)
		r = l->fido_assert_set_count(a, 1);
	if (r == FIDO_OK)
		r = l->fido_assert_set_authdata_raw(a, 0, from->authdata,
						    from->authdata_len);
	if (r == FIDO_OK)
		r = l->fido_assert_set_sig(a, 0, from->signature,
					   from->signature_len);
	return r;
}

static enum status
library_judge(const struct fido2_claim *c, bool *right, struct fault *f)
{
	LIBRARY_ASSERT fido_assert_t *a = library.f.fido_assert_new();
	int r;

	if (a == NULL || library_fill(a, c) != FIDO_OK)
		return fault(f, STATUS_UNAVAILABLE,
			     "%s does not take an assertion", LIBRARY_NAME);
	if (c->algorithm == FIDO2_ES256)
		r = library_es256(a, c);
	else if (c->algorithm == FIDO2_EDDSA)
		r = library_eddsa(a, c);
	else if (c->algorithm == FIDO2_RS256)
		r = library_rs256(a, c);
	else
		r = FIDO_ERR_INVALID_ARGUMENT;
	if (r == FIDO_ERR_INVALID_ARGUMENT)
		return fault(f, STATUS_CORRUPT, "a public key is none");
	if (r != FIDO_OK && r != FIDO_ERR_INVALID_SIG)
		return fault(f, STATUS_UNAVAILABLE,
			     "%s cannot verify: error %d", LIBRARY_NAME, r);
	*right = r == FIDO_OK;
	return STATUS_OK;
}

/* Right is right, and over another hash it is wrong. */
static bool
library_knows(const struct fido2_known *known)
{
	uint8_t authdata[FIDO2_AUTHDATA_SIZE], hash[CRYPTO_SHA256_SIZE];
	uint8_t public[STORE_PUBLIC_MAX], signature[FIDO2_SIGNATURE_MAX];
	const struct fido2_assertion a = {
		.authdata = authdata,
		.authdata_len = sizeof(authdata),
		.signature = signature,
		.signature_len = strlen(known->signature) / 2,
	};
	const struct fido2_claim c = {
		.rp = fido2_known_rp,
		.algorithm = known->algorithm,
		.public = public,
		.public_len = strlen(known->public) / 2,
		.hash = hash,
		.uv = true,
		.assertion = &a,
	};
	bool right = false, wrong = true;

	if (!text_unhex(fido2_known_authdata, authdata, sizeof(authdata)) ||
	    !text_unhex(fido2_known_hash, hash, sizeof(hash)) ||
	    !text_unhex(known->public, public, c.public_len) ||
	    !text_unhex(known->signature, signature, a.signature_len) ||
	    library_judge(&c, &right, NULL) != STATUS_OK)
		return false;
	hash[0] ^= 1;
	return library_judge(&c, &wrong, NULL) == STATUS_OK && right && !wrong;
}

enum status
fido2_library_load(struct fault *f)
{
	enum status st;

	if (library.loaded)
		return STATUS_OK;
	if ((st = library_open(&library.f, f)) != STATUS_OK)
		return st;
	library.f.fido_init(0);
	library.f.fido_set_log_handler(library_silent);
	for (size_t i = 0; i < FIDO2_KNOWN_COUNT; i++)
		if (!library_knows(&fido2_known[i]))
			return fault(f, STATUS_UNAVAILABLE,
				     "%s does not verify %s as it should",
				     LIBRARY_NAME,
				     fido2_algorithm_name(
					     fido2_known[i].algorithm));
	library.loaded = true;
	return STATUS_OK;
}

enum status
fido2_library_verify(const struct fido2_claim *claim, bool *right,
		     struct fault *f)
{
	enum status st = fido2_library_load(f);

	return st == STATUS_OK ? library_judge(claim, right, f) : st;
}
