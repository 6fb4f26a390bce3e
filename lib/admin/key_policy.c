/* SPDX-License-Identifier: MIT */
/* What holds for all security keys. */
#include <string.h>

#include "admin/key.h"
#include "base/buf.h"
#include "base/text.h"

static const struct {
	enum store_sign_count how;
	const char *name;
} key_policy_counts[] = {
	{ STORE_SIGN_COUNT_WARN, "warn" },
	{ STORE_SIGN_COUNT_REAUTH, "reauth" },
	{ STORE_SIGN_COUNT_REVOKE, "revoke" },
};
#define KEY_POLICY_COUNTS                                                     \
	(sizeof(key_policy_counts) / sizeof(key_policy_counts[0]))

const char *
admin_sign_count_name(enum store_sign_count how)
{
	for (size_t i = 0; i < KEY_POLICY_COUNTS; i++)
		if (key_policy_counts[i].how == how)
			return key_policy_counts[i].name;
	return "unknown";
}

bool
admin_sign_count_parse(const char *s, enum store_sign_count *out)
{
	for (size_t i = 0; i < KEY_POLICY_COUNTS; i++) {
		if (strcmp(s, key_policy_counts[i].name) != 0)
			continue;
		*out = key_policy_counts[i].how;
		return true;
	}
	return false;
}

bool
admin_rp_is_host(const char *rp, const char *host)
{
	size_t len = strlen(rp);

	if (strchr(rp, '.') == NULL)
		return true;
	return strncmp(host, rp, len) == 0 && host[len] == '\0';
}

enum status
admin_rp_valid(const char *rp, struct fault *f)
{
	const char *dot = strrchr(rp, '.'), *last = dot == NULL ? rp : dot + 1;

	/* The last label of a domain is no number: that is an address. */
	if (fido2_rp_valid(rp) && strspn(last, "0123456789") != strlen(last))
		return STATUS_OK;
	return fault(f, STATUS_INVALID,
		     "'%s' is no RP id: give a domain in lower case, as in "
		     "example.org",
		     rp);
}

static enum status
key_policy_rp(struct store_key_policy *p, const char *rp, struct fault *f)
{
	enum status st = admin_rp_valid(rp, f);

	if (st == STATUS_OK)
		(void)text_copy(p->rp, sizeof(p->rp), rp);
	return st;
}

static enum status
key_policy_take(struct store_key_policy *p,
		const struct admin_key_change *change, struct fault *f)
{
	enum status st;

	if (change->rp != NULL &&
	    (st = key_policy_rp(p, change->rp, f)) != STATUS_OK)
		return st;
	if (change->attestation != NULL)
		p->attestation = *change->attestation;
	if (change->sign_count != 0)
		p->sign_count = change->sign_count;
	if (change->models) {
		p->aaguids = change->aaguids;
		memcpy(p->aaguid, change->aaguid, sizeof(p->aaguid));
	}
	return STATUS_OK;
}

/* Who reads the audit later wants to know which models, all of them. */
static void
key_policy_models(const struct store_key_policy *p, char *out, size_t size)
{
	struct buf b;

	buf_start(&b, out, size);
	for (size_t i = 0; i < p->aaguids; i++) {
		char aaguid[37];

		fido2_aaguid_text(p->aaguid[i], aaguid);
		buf_printf(&b, "%s%s", i == 0 ? "" : ",", aaguid);
	}
	if (p->aaguids == 0)
		buf_text(&b, "any");
}

enum status
admin_key_policy_change(const struct admin *a,
			const struct admin_key_change *change,
			struct store_key_policy *out, struct fault *f)
{
	char models[STORE_AAGUIDS_MAX * 37 + 8];
	struct store_key_policy p;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = store_key_policy_get(a->store, &p, f)) != STATUS_OK ||
	    (st = key_policy_take(&p, change, f)) != STATUS_OK ||
	    (st = store_key_policy_put(a->store, &p, f)) != STATUS_OK)
		return st;
	key_policy_models(&p, models, sizeof(models));
	if ((st = admin_audit(a, "key_policy.changed", NULL,
			      (const struct audit_pair[ADMIN_PAIRS_MAX]){
				      { "rp", p.rp },
				      { "attestation",
					p.attestation ? "direct" : "none" },
				      { "sign_count",
					admin_sign_count_name(p.sign_count) },
				      { "models", models } },
			      f)) != STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	*out = p;
	return STATUS_OK;
}

enum status
admin_key_policy_install(const struct admin *a, const char *rp,
			 struct fault *f)
{
	struct store_key_policy p;
	enum status st;

	if (text_empty(rp))
		return STATUS_OK;
	if ((st = store_key_policy_get(a->store, &p, f)) != STATUS_OK ||
	    (st = key_policy_rp(&p, rp, f)) != STATUS_OK)
		return st;
	return store_key_policy_put(a->store, &p, f);
}
