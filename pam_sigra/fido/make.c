/* SPDX-License-Identifier: MIT */
/* Registrations. */
#include <string.h>

#include "fido/device.h"

struct make {
	fido_cred_t *cred;
	int algorithm;
	char transports[32];
};

static const uint8_t make_none[] = { 0xa0 }; /* the empty map (CBOR) */

/* In the order in which they are wanted. */
static const int make_algorithms[] = { COSE_ES256, COSE_EDDSA, COSE_RS256 };

static bool
make_offers(const fido_cbor_info_t *info, int algorithm)
{
	for (size_t i = 0; i < fido_cbor_info_algorithm_count(info); i++)
		if (fido_cbor_info_algorithm_cose(info, i) == algorithm)
			return true;
	return false;
}

/* Words of the key's; what is not plain is left out. */
static void
make_transports(const fido_cbor_info_t *info, struct make *m)
{
	char **words = fido_cbor_info_transports_ptr(info);
	size_t len = 0;

	for (size_t i = 0; i < fido_cbor_info_transports_len(info); i++) {
		size_t n = strlen(words[i]);

		if (n == 0 ||
		    strspn(words[i], "abcdefghijklmnopqrstuvwxyz-") != n ||
		    len + n + 2 > sizeof(m->transports))
			continue;
		if (len > 0)
			m->transports[len++] = ',';
		memcpy(m->transports + len, words[i], n);
		len += n;
	}
	m->transports[len] = '\0';
}

/* Older keys list no algorithms; all of them know ES256. */
static void
make_learn(struct device *d, struct make *m)
{
	fido_cbor_info_t *info = fido_cbor_info_new();

	m->algorithm = COSE_ES256;
	if (info != NULL && fido_dev_is_fido2(d->dev) &&
	    fido_dev_get_cbor_info(d->dev, info) == FIDO_OK) {
		for (size_t i = sizeof(make_algorithms) /
				sizeof(make_algorithms[0]);
		     i > 0; i--)
			if (make_offers(info, make_algorithms[i - 1]))
				m->algorithm = make_algorithms[i - 1];
		make_transports(info, m);
	}
	fido_cbor_info_free(&info);
}

static int
make_exclude(const struct fido_request *q, fido_cred_t *cred)
{
	int r = FIDO_OK;

	/* A key looks among its credentials of this RP only. */
	for (size_t i = 0; r == FIDO_OK && i < q->entries; i++)
		if (strcmp(q->entry[i].rp, q->rp) == 0)
			r = fido_cred_exclude(cred, q->entry[i].id,
					      q->entry[i].id_len);
	return r;
}

static int
make_prepare(const struct fido_request *q, const struct make *m)
{
	fido_cred_t *cred = m->cred;
	int r;

	if (cred == NULL)
		return FIDO_ERR_INTERNAL;
	if ((r = fido_cred_set_type(cred, m->algorithm)) == FIDO_OK)
		r = fido_cred_set_clientdata_hash(cred, q->hash,
						  sizeof(q->hash));
	if (r == FIDO_OK)
		r = fido_cred_set_rp(cred, q->rp, q->rp);
	if (r == FIDO_OK)
		r = fido_cred_set_user(cred, q->user, q->user_len, q->name,
				       NULL, NULL);
	if (r == FIDO_OK && q->resident)
		r = fido_cred_set_rk(cred, FIDO_OPT_TRUE);
	return r == FIDO_OK ? make_exclude(q, cred) : r;
}

static int
make_once(struct device *d, void *state, bool verify, const char *pin)
{
	struct make *m = state;
	int r;

	fido_cred_free(&m->cred);
	m->cred = fido_cred_new();
	r = make_prepare(d->request, m);
	if (r == FIDO_OK)
		r = fido_cred_set_uv(m->cred,
				     verify ? FIDO_OPT_TRUE : FIDO_OPT_OMIT);
	return r == FIDO_OK ? fido_dev_make_cred(d->dev, m->cred, pin) : r;
}

static bool
make_copy(const uint8_t *from, size_t n, uint8_t *to, size_t size, size_t *len)
{
	if (from == NULL || n == 0 || n > size)
		return false;
	memcpy(to, from, n);
	*len = n;
	return true;
}

/* What attests the model is not passed on unless it was asked for (WebAuthn
 * 2, 5.1.3). */
static enum fido_end
make_take(const struct device *d, const struct make *m)
{
	struct fido_reply *out = d->reply;
	const char *format = fido_cred_fmt(m->cred);
	const uint8_t *statement = fido_cred_attstmt_ptr(m->cred);
	size_t n = fido_cred_attstmt_len(m->cred);

	if (!d->request->attestation) {
		format = "none";
		statement = make_none;
		n = sizeof(make_none);
	}
	if (format == NULL || strlen(format) >= sizeof(out->format) ||
	    !make_copy(fido_cred_authdata_raw_ptr(m->cred),
		       fido_cred_authdata_raw_len(m->cred), out->authdata,
		       sizeof(out->authdata), &out->authdata_len) ||
	    !make_copy(statement, n, out->statement, sizeof(out->statement),
		       &out->statement_len))
		return FIDO_BROKEN;
	(void)memcpy(out->format, format, strlen(format) + 1);
	(void)memcpy(out->transports, m->transports, sizeof(m->transports));
	return FIDO_DONE;
}

enum fido_end
make_ask(struct device *d)
{
	struct make m = { .cred = NULL };
	const struct device_verb verb = { .ask = make_once, .state = &m };
	enum fido_end end;

	hid_for(&d->hid, 3000);
	make_learn(d, &m);
	/* U2F knows neither. */
	if (!fido_dev_is_fido2(d->dev) && d->request->resident)
		return FIDO_UNSUPPORTED;
	end = device_verify(d, &verb);
	if (end == FIDO_DONE)
		end = make_take(d, &m);
	fido_cred_free(&m.cred);
	return end;
}
