/* SPDX-License-Identifier: MIT */
/* What holds for all security keys, shown and changed. */
#include <string.h>

#include "admin/key.h"
#include "base/text.h"
#include "sigractl/cmd.h"
#include "sigractl/out.h"

/* "A,B" or "any". */
static enum status
policy_models_take(const char *list, struct admin_key_change *change,
		   struct fault *f)
{
	char one[64];

	change->models = true;
	if (strcmp(list, "any") == 0)
		return STATUS_OK;
	for (;;) {
		size_t len = strcspn(list, ",");

		if (change->aaguids == STORE_AAGUIDS_MAX)
			return fault(f, STATUS_INVALID,
				     "--allow-aaguid: at most %d models",
				     STORE_AAGUIDS_MAX);
		one[0] = '\0';
		if (len < sizeof(one)) {
			memcpy(one, list, len);
			one[len] = '\0';
		}
		if (!fido2_aaguid_parse(one, change->aaguid[change->aaguids]))
			return fault(f, STATUS_INVALID,
				     "--allow-aaguid: '%s' is no AAGUID "
				     "(00000000-0000-0000-0000-000000000000), "
				     "nor any",
				     one);
		change->aaguids++;
		if (list[len] == '\0')
			return STATUS_OK;
		list += len + 1;
	}
}

/* *GIVEN false: nothing is to be changed. */
static enum status
policy_keys_take(const struct cmd *c, struct admin_key_change *change,
		 bool *attestation, bool *given, struct fault *f)
{
	const char *how = cmd_option(c, "attestation");
	const char *count = cmd_option(c, "sign-count");
	const char *models = cmd_option(c, "allow-aaguid");
	enum status st;

	change->rp = cmd_option(c, "rp-id");
	if (how != NULL) {
		*attestation = strcmp(how, "direct") == 0;
		change->attestation = attestation;
		if (!*attestation && strcmp(how, "none") != 0)
			return fault(f, STATUS_INVALID,
				     "--attestation: '%s' is not none or "
				     "direct",
				     how);
	}
	if (count != NULL &&
	    !admin_sign_count_parse(count, &change->sign_count))
		return fault(f, STATUS_INVALID,
			     "--sign-count: '%s' is not warn, reauth or "
			     "revoke",
			     count);
	if (models != NULL &&
	    (st = policy_models_take(models, change, f)) != STATUS_OK)
		return st;
	*given = change->rp != NULL || how != NULL || count != NULL ||
		 models != NULL;
	return STATUS_OK;
}

static enum status
policy_keys_json(const struct store_key_policy *p, struct fault *f)
{
	AUTO_JSON *j = json_object();
	json_t *list = json_array();

	for (size_t i = 0; i < p->aaguids; i++) {
		const char *model = fido2_model(p->aaguid[i]);
		json_t *one = json_object();
		char aaguid[37];

		fido2_aaguid_text(p->aaguid[i], aaguid);
		out_put(one, "aaguid", json_string(aaguid));
		out_put(one, "model", out_string(model == NULL ? "" : model));
		out_push(list, one);
	}
	out_put(j, "rp_id", out_string(p->rp));
	out_put(j, "attestation",
		json_string(p->attestation ? "direct" : "none"));
	out_put(j, "sign_count",
		json_string(admin_sign_count_name(p->sign_count)));
	out_put(j, "allowed", list);
	return out_json(j, f);
}

static void
policy_keys_text(const struct store_key_policy *p)
{
	out_field("RP id", "%s",
		  p->rp[0] == '\0' ? "none yet: give --rp-id" : p->rp);
	out_field("Attestation", "%s", p->attestation ? "direct" : "none");
	out_field("Sign count", "%s", admin_sign_count_name(p->sign_count));
	if (p->aaguids == 0)
		out_field("Models", "any");
	for (size_t i = 0; i < p->aaguids; i++) {
		const char *model = fido2_model(p->aaguid[i]);
		char aaguid[37];

		fido2_aaguid_text(p->aaguid[i], aaguid);
		out_field("Model", "%s%s%s", aaguid, model == NULL ? "" : " ",
			  model == NULL ? "" : model);
	}
}

enum status
cmd_policy_keys(struct cmd *c, struct fault *f)
{
	struct admin_key_change change = { .rp = NULL };
	bool attestation = false, given = false;
	struct store_key_policy p;
	enum status st;

	st = policy_keys_take(c, &change, &attestation, &given, f);
	if (st == STATUS_OK && given)
		st = admin_key_policy_change(&c->admin, &change, &p, f);
	else if (st == STATUS_OK)
		st = store_key_policy_get(c->store, &p, f);
	if (st != STATUS_OK)
		return st;
	if (change.rp != NULL && strchr(p.rp, '.') == NULL)
		out_warning("--rp-id: a name without a dot is that of one "
			    "machine, or a whole top-level domain; give the "
			    "domain of this house, as in example.org");
	else if (change.rp != NULL && admin_rp_is_host(p.rp, c->host))
		out_warning("--rp-id: that looks like the name of one "
			    "machine; a key that is enrolled for a domain is "
			    "good on all of its machines");
	if ((change.models || change.attestation != NULL) && p.aaguids > 0 &&
	    !p.attestation)
		out_warning("--allow-aaguid: a key says itself which model it "
			    "is, and nobody checks that without "
			    "--attestation direct");
	if (c->json)
		return policy_keys_json(&p, f);
	policy_keys_text(&p);
	return STATUS_OK;
}
