/* SPDX-License-Identifier: MIT */
#include "sigractl/item.h"

#include <string.h>

#include "base/buf.h"

#define ITEM_FINGERPRINT_SIZE 51

static const struct {
	enum store_key_flag flag;
	const char *word;
} item_flags[] = {
	{ STORE_KEY_RESIDENT, "resident" },
	{ STORE_KEY_UV, "uv" },
	{ STORE_KEY_ATTESTED, "attested" },
	{ STORE_KEY_U2F, "u2f" },
};
#define ITEM_FLAGS (sizeof(item_flags) / sizeof(item_flags[0]))

void
item_key_flags(const struct store_key *row, char *out, size_t size)
{
	struct buf b;

	buf_start(&b, out, size);
	for (size_t i = 0; i < ITEM_FLAGS; i++)
		if ((row->flags & item_flags[i].flag) != 0)
			buf_printf(&b, "%s%s", b.len == 0 ? "" : " ",
				   item_flags[i].word);
}

const char *
item_key_state(enum store_key_state state)
{
	return state == STORE_KEY_REVOKED ? "revoked" : "active";
}

const char *
item_model(const struct store_key *row)
{
	const char *name = fido2_model(row->aaguid);

	return name == NULL ? "not known" : name;
}

json_t *
item_shape_key(const struct store_key *row)
{
	const char *model = fido2_model(row->aaguid);
	json_t *j = json_object();
	char aaguid[37];

	fido2_aaguid_text(row->aaguid, aaguid);
	out_put(j, "id", out_string(row->id.s));
	out_put(j, "label", out_string(row->label));
	out_put(j, "rp_id", out_string(row->rp));
	out_put(j, "algorithm",
		json_string(fido2_algorithm_name(row->algorithm)));
	out_put(j, "aaguid", json_string(aaguid));
	out_put(j, "model", out_string(model == NULL ? "" : model));
	out_put(j, "transports", out_string(row->transports));
	for (size_t i = 0; i < ITEM_FLAGS; i++)
		out_put(j, item_flags[i].word,
			json_boolean((row->flags & item_flags[i].flag) != 0));
	out_put(j, "state", json_string(item_key_state(row->state)));
	out_put(j, "sign_count", json_integer(row->sign_count));
	out_put(j, "created_at", out_time(row->created_at));
	out_put(j, "used_at", out_time(row->used_at));
	return j;
}

json_t *
item_shape_ssh_key(const struct store_ssh_key *row)
{
	char fingerprint[ITEM_FINGERPRINT_SIZE];
	json_t *j = json_object();

	sshkey_fingerprint(row->blob, row->blob_len, fingerprint);
	out_put(j, "id", out_string(row->id.s));
	out_put(j, "label", out_string(row->label));
	out_put(j, "kind", json_string(admin_ssh_key_word(row)));
	out_put(j, "type", out_string(row->type));
	out_put(j, "fingerprint", json_string(fingerprint));
	out_put(j, "sign_count", json_integer(row->sign_count));
	out_put(j, "created_at", out_time(row->created_at));
	out_put(j, "used_at", out_time(row->used_at));
	return j;
}

json_t *
item_shape_of(const struct admin_item *item)
{
	json_t *j = json_object();

	out_put(j, "user", out_string(item->account.name));
	out_put(j, "account", out_string(item->account.id.s));
	out_put(j, "device",
		item->kind == ADMIN_ITEM_OTP ? device_shape(&item->row.otp)
					     : json_null());
	out_put(j, "key",
		item->kind == ADMIN_ITEM_KEY ? item_shape_key(&item->row.key)
					     : json_null());
	out_put(j, "ssh_key",
		item->kind == ADMIN_ITEM_SSH_KEY
			? item_shape_ssh_key(&item->row.ssh_key)
			: json_null());
	return j;
}

enum status
item_end(const struct cmd *c, const struct admin_item *item, const char *done,
	 struct fault *f)
{
	if (c->json) {
		AUTO_JSON *j = item_shape_of(item);

		return out_json(j, f);
	}
	out_line("%s", done);
	return STATUS_OK;
}
