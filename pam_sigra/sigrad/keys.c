/* SPDX-License-Identifier: MIT */
#include "sigrad/keys.h"

#include <string.h>
#include <syslog.h>

#include "admin/account.h"
#include "base/buf.h"
#include "factor/sshkey.h"
#include "store/key.h"

static bool
keys_keep(void *ctx, const struct store_key *row)
{
	return self_keep(ctx, row);
}

static bool
keys_keep_ssh(void *ctx, const struct store_ssh_key *row)
{
	return self_keep(ctx, row);
}

static bool
keys_send(struct self *self, const struct store_key *k)
{
	struct self_row r = { .bad = false };
	char aaguid[37];

	fido2_aaguid_text(k->aaguid, aaguid);
	self_text(&r, "row", "key");
	self_text(&r, "id", k->id.s);
	self_text(&r, "label", k->label);
	self_text(&r, "rp_id", k->rp);
	self_text(&r, "algorithm", fido2_algorithm_name(k->algorithm));
	self_text(&r, "aaguid", aaguid);
	self_text(&r, "transports", k->transports);
	self_number(&r, "flags", k->flags);
	self_text(&r, "state",
		  k->state == STORE_KEY_REVOKED ? "revoked" : "active");
	self_number(&r, "sign_count", k->sign_count);
	self_number(&r, "created_at", k->created_at);
	self_number(&r, "used_at", k->used_at);
	return self_send(self, &r);
}

static bool
keys_send_ssh(struct self *self, const struct store_ssh_key *k)
{
	struct self_row r = { .bad = false };

	self_text(&r, "row", "ssh_key");
	self_text(&r, "id", k->id.s);
	self_text(&r, "label", k->label);
	self_text(&r, "type", k->type);
	self_bytes(&r, "key", k->blob, k->blob_len);
	self_number(&r, "authority", k->authority);
	self_number(&r, "sign_count", k->sign_count);
	self_number(&r, "created_at", k->created_at);
	self_number(&r, "used_at", k->used_at);
	return self_send(self, &r);
}

enum status
keys_own(struct self *self, const struct store_account *a)
{
	SELF_LIST(keys, struct store_key);
	SELF_LIST(ssh, struct store_ssh_key);
	enum status st;

	st = store_key_list(self->w->store, &a->id, keys_keep, &keys, self->f);
	if (st == STATUS_OK)
		st = store_ssh_key_list(self->w->store, &a->id, keys_keep_ssh,
					&ssh, self->f);
	if (st != STATUS_OK)
		return st;
	if (keys.full || ssh.full)
		return fault(self->f, STATUS_SYSTEM, "out of memory");
	for (size_t i = 0; i < keys.n; i++)
		if (!keys_send(self, self_kept(&keys, i)))
			return self->st;
	for (size_t i = 0; i < ssh.n; i++)
		if (!keys_send_ssh(self, self_kept(&ssh, i)))
			return self->st;
	return STATUS_OK;
}

/* In a list of authorized_keys(5), names are quoted and apart by commas; one
 * that could end either is a principal of nobody's. */
static bool
keys_principal(const char *name, char *out, size_t size)
{
	struct buf b;

	if (name[strcspn(name, ",\"\\*?!")] != '\0')
		return false;
	buf_start(&b, out, size);
	buf_printf(&b, "cert-authority,principals=\"%s\"", name);
	return !b.full;
}

/* A row that somebody without the key of the store has written is nobody's
 * key; the others count all the same. */
static void
keys_line(struct self *self, const struct store_account *a,
	  const struct store_ssh_key *k)
{
	const struct factor_env env = { .store = self->w->store,
					.keys = &self->w->keys,
					.now = self->now };
	struct self_row r = { .bad = false };
	char options[WIRE_VALUE_SIZE] = "";
	struct fault why;

	if (sshkey_row_check(&env, k, &why) != STATUS_OK) {
		syslog(LOG_ERR, "an SSH key is not told to sshd: %s",
		       why.text);
		return;
	}
	if (k->authority && !keys_principal(a->name, options, sizeof(options)))
		return;
	self_text(&r, "type", k->type);
	self_text(&r, "options", options);
	self_text(&r, "label", k->label);
	self_bytes(&r, "key", k->blob, k->blob_len);
	(void)self_send(self, &r);
}

static enum status
keys_lines(struct self *self, const struct store_account *a)
{
	SELF_LIST(list, struct store_ssh_key);
	enum status st = store_ssh_key_list(self->w->store, &a->id,
					    keys_keep_ssh, &list, self->f);

	if (st != STATUS_OK)
		return st;
	if (list.full)
		return fault(self->f, STATUS_SYSTEM, "out of memory");
	for (size_t i = 0; i < list.n && self->st == STATUS_OK; i++)
		keys_line(self, a, self_kept(&list, i));
	return self->st;
}

enum status
keys_authorized(struct worker *w, struct wire_server *server, const char *user,
		struct fault *f)
{
	struct self self = self_begin(w, server, f);
	enum status st = STATUS_NOT_FOUND;
	struct store_account a;

	if (strlen(user) < STORE_NAME_SIZE)
		st = store_account_by_name(w->store, user, &a, f);
	if (st == STATUS_OK && a.state == STORE_ACTIVE &&
	    !admin_account_expired(&a, self.now))
		st = keys_lines(&self, &a);
	if (st != STATUS_OK && st != STATUS_NOT_FOUND)
		return st;
	return wire_server_end(server, f);
}
