/* SPDX-License-Identifier: MIT */
#include "admin/key.h"

#include <string.h>

#include "admin/account.h"
#include "base/text.h"

#define KEY_LABEL "security key"

struct key_excluded {
	struct admin_key_draft *d;
	size_t keys;
};

static bool
key_exclude(void *ctx, const struct store_key *row)
{
	struct key_excluded *x = ctx;
	struct fido_entry *to = &x->d->exclude[x->d->excluded];

	x->keys++;
	if (strcmp(row->rp, x->d->rp) == 0 && x->d->excluded < FIDO_KEYS_MAX) {
		(void)text_copy(to->rp, sizeof(to->rp), row->rp);
		memcpy(to->id, row->credential, row->credential_len);
		to->id_len = row->credential_len;
		x->d->excluded++;
	}
	return true;
}

static enum status
key_many(const struct store_account *acct, struct fault *f)
{
	return fault(f, STATUS_REFUSED,
		     "'%s' has %d keys, which is the limit: remove one first",
		     acct->name, STORE_KEYS_MAX);
}

/* The draft's, or else the store's. */
static enum status
key_rp(const struct store_key_policy *policy, struct admin_key_draft *d,
       struct fault *f)
{
	if (d->rp[0] == '\0' && policy->rp[0] == '\0')
		return fault(f, STATUS_REFUSED,
			     "no RP id is set, which keys are made for: "
			     "sigractl policy keys --rp-id example.org");
	if (d->rp[0] == '\0')
		(void)text_copy(d->rp, sizeof(d->rp), policy->rp);
	return admin_rp_valid(d->rp, f);
}

enum status
admin_key_ready(const struct admin *a, const char *name,
		struct admin_key_draft *d, struct fault *f)
{
	struct admin_key_draft draft = *d;
	struct key_excluded x = { .d = &draft };
	struct store_key_policy policy;
	enum status st;

	draft.excluded = 0;
	if ((st = admin_account_person(a, name, &draft.account, f)) !=
		    STATUS_OK ||
	    (st = store_key_policy_get(a->store, &policy, f)) != STATUS_OK ||
	    (st = key_rp(&policy, &draft, f)) != STATUS_OK ||
	    (st = admin_label_ready(a, &draft.account, KEY_LABEL, draft.label,
				    f)) != STATUS_OK ||
	    (st = store_key_list(a->store, &draft.account.id, key_exclude, &x,
				 f)) != STATUS_OK)
		return st;
	if (x.keys >= STORE_KEYS_MAX)
		return key_many(&draft.account, f);
	draft.attestation = policy.attestation;
	*d = draft;
	return STATUS_OK;
}

enum status
admin_key_row(const struct admin_key_draft *d, const struct fido_reply *made,
	      const struct fido_reply *parsed, bool resident,
	      struct store_key *out, struct fault *f)
{
	struct store_key row = {
		.account = d->account.id,
		.credential_len = parsed->id_len,
		.algorithm = parsed->algorithm,
		.public_len = parsed->public_len,
		.state = STORE_KEY_ACTIVE,
		.sign_count = parsed->sign_count,
	};

	if (parsed->id_len == 0 || parsed->id_len > sizeof(row.credential) ||
	    parsed->public_len == 0 ||
	    parsed->public_len > sizeof(row.public) || parsed->sign_count < 0)
		return fault(f, STATUS_PROTOCOL,
			     "the security key made something that is no "
			     "key");
	memcpy(row.credential, parsed->id, parsed->id_len);
	memcpy(row.public, parsed->public, parsed->public_len);
	memcpy(row.aaguid, parsed->aaguid, sizeof(row.aaguid));
	(void)text_copy(row.label, sizeof(row.label), d->label);
	(void)text_copy(row.rp, sizeof(row.rp), d->rp);
	(void)text_copy(row.transports, sizeof(row.transports),
			made->transports);
	row.flags |= resident ? STORE_KEY_RESIDENT : 0U;
	row.flags |= parsed->uv ? STORE_KEY_UV : 0U;
	row.flags |= parsed->attested ? STORE_KEY_ATTESTED : 0U;
	row.flags |=
		strcmp(made->format, "fido-u2f") == 0 ? STORE_KEY_U2F : 0U;
	*out = row;
	return STATUS_OK;
}

enum status
admin_key_allowed(const struct store_key_policy *policy,
		  const struct store_key *row, struct fault *f)
{
	char aaguid[37];

	if (policy->attestation && (row->flags & STORE_KEY_ATTESTED) == 0)
		return fault(f, STATUS_REFUSED,
			     "the key does not prove which model it is, which "
			     "'policy keys --attestation' asks for");
	for (size_t i = 0; i < policy->aaguids; i++)
		if (memcmp(policy->aaguid[i], row->aaguid,
			   sizeof(row->aaguid)) == 0)
			return STATUS_OK;
	if (policy->aaguids == 0)
		return STATUS_OK;
	fido2_aaguid_text(row->aaguid, aaguid);
	return fault(f, STATUS_REFUSED,
		     "keys of this model (%s) are not allowed: see sigractl "
		     "policy keys",
		     aaguid);
}

/* In the open transaction: why it may not be added.  STATUS_REFUSED. */
static enum status
key_judge(const struct admin *a, const struct factor_env *env,
	  struct store_key *row, const struct admin_key_proof *proof,
	  const char **word, struct fault *f)
{
	struct fido2_verdict v = { .refusal = FIDO2_REFUSED };
	struct store_key_policy policy;
	enum status st;

	*word = "policy";
	if ((st = store_key_policy_get(a->store, &policy, f)) != STATUS_OK ||
	    (st = admin_key_allowed(&policy, row, f)) != STATUS_OK ||
	    (st = fido2_verify(env, row, proof->hash, proof->uv,
			       &proof->assertion, &v, f)) != STATUS_OK)
		return st;
	*word = fido2_refusal_name(v.refusal);
	if (v.refusal == FIDO2_GOOD && v.went_back)
		*word = "counter";
	if (v.refusal != FIDO2_GOOD || v.went_back)
		return fault(f, STATUS_REFUSED,
			     "the key has not proved itself (%s): nothing was "
			     "enrolled",
			     *word);
	row->sign_count = v.sign_count;
	return STATUS_OK;
}

static enum status
key_audit(const struct admin *a, const struct store_key *row, struct fault *f)
{
	char aaguid[37];

	fido2_aaguid_text(row->aaguid, aaguid);
	return admin_audit(
		a, "key.enrolled", &row->account,
		(const struct audit_pair[ADMIN_PAIRS_MAX]){
			{ "device", row->id.s },
			{ "label", row->label },
			{ "kind", "fido2" },
			{ "rp", row->rp },
			{ "aaguid", aaguid },
			{ "algorithm", fido2_algorithm_name(row->algorithm) },
			{ "uv",
			  (row->flags & STORE_KEY_UV) != 0 ? "yes" : "" },
			{ "attested", (row->flags & STORE_KEY_ATTESTED) != 0
					      ? "yes"
					      : "" } },
		f);
}

/* In the open transaction: what the store refuses, in words of ours. */
static enum status
key_insert(const struct admin *a, const struct store_account *acct,
	   const struct store_key *row, struct fault *f)
{
	struct fault why = { .text = "" };
	enum status st;
	bool taken;

	/* Somebody may have taken the label since it was asked for. */
	st = admin_label_taken(a, &acct->id, row->label, &taken, f);
	if (st != STATUS_OK)
		return st;
	if (taken)
		return admin_label_conflict(acct, row->label, f);
	st = store_key_insert(a->store, row, &why);
	if (st == STATUS_CONFLICT)
		return fault(f, st, "this key is enrolled already");
	if (st == STATUS_REFUSED)
		return key_many(acct, f);
	return st == STATUS_OK ? st : fault(f, st, "%s", why.text);
}

enum status
admin_key_add(const struct admin *a, const struct store_key *made,
	      const struct admin_key_proof *proof, struct admin_item *out,
	      struct fault *f)
{
	struct factor_env env = admin_factor_env(a);
	struct admin_item item = { .kind = ADMIN_ITEM_KEY };
	struct fault why = { .text = "" };
	const char *word = "";
	enum status st;
	STORE_TXN(txn);

	item.row.key = *made;
	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_account_there(a, &made->account, &item.account, f)) !=
		    STATUS_OK ||
	    (st = fido2_row_make(&env, &item.row.key, f)) != STATUS_OK)
		return st;
	st = key_judge(a, &env, &item.row.key, proof, &word, &why);
	if (st == STATUS_REFUSED)
		return admin_refused(
			a, &txn, "key.enrolled", &made->account,
			(const struct audit_pair[ADMIN_PAIRS_MAX]){
				{ "label", made->label },
				{ "rp", made->rp },
				{ "reason", word } },
			&why, f);
	if (st != STATUS_OK)
		return fault(f, st, "%s", why.text);
	if ((st = key_insert(a, &item.account, &item.row.key, f)) !=
		    STATUS_OK ||
	    (st = key_audit(a, &item.row.key, f)) != STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	*out = item;
	return STATUS_OK;
}
