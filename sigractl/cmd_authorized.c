/* SPDX-License-Identifier: MIT */
/*
 * What sshd(8) calls as its AuthorizedKeysCommand.  The verifier is asked, by
 * root as well: what opens a store has no business in the way of a login.
 * Nothing is printed before all of it is there.
 */
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/text.h"
#include "factor/sshkey.h"
#include "sigractl/ground.h"
#include "sigractl/out.h"
#include "wire/wire.h"

#define AUTHORIZED_SECONDS 10
#define AUTHORIZED_KEY_SIZE CRYPTO_BASE64_SIZE(STORE_SSH_BLOB_MAX)
#define AUTHORIZED_AUTHORITY "cert-authority"

/* One answer under way. */
struct authorized {
	json_t *keys;
	bool only;
	struct sshkey wanted; /* what a client offers, if ONLY */
};

/* The service of sshd, and root, may ask; the verifier looks, too. */
static enum status
authorized_may(const struct cmd *c, struct fault *f)
{
	const struct passwd *pw;

	if (geteuid() == 0)
		return STATUS_OK;
	pw = getpwnam(c->config.service_keys);
	if (pw != NULL && pw->pw_uid == geteuid())
		return STATUS_OK;
	return fault(f, STATUS_DENIED,
		     "only root and '%s' (service.keys) may ask for "
		     "somebody's keys",
		     c->config.service_keys);
}

/* *NONE: nobody can have such a key. */
static enum status
authorized_wanted(const struct cmd *c, struct authorized *a, bool *none,
		  struct fault *f)
{
	const char *type = cmd_option(c, "type"), *key = cmd_option(c, "key");
	char pair[STORE_SSH_TYPE_SIZE + AUTHORIZED_KEY_SIZE];
	struct fault ignored;
	int n;

	*none = false;
	a->only = type != NULL;
	if ((type == NULL) != (key == NULL))
		return fault(f, STATUS_INVALID,
			     "--type and --key belong together: --type %%t "
			     "--key %%k");
	if (type == NULL)
		return STATUS_OK;
	/* From a client that may be anybody's: what is none is nobody's. */
	n = snprintf(pair, sizeof(pair), "%s %s", type, key);
	*none = n < 0 || (size_t)n >= sizeof(pair) ||
		sshkey_pair_parse(pair, (size_t)n, &a->wanted, &ignored) !=
			STATUS_OK;
	return STATUS_OK;
}

static bool
authorized_fits(const struct authorized *a, const struct sshkey *key,
		bool authority)
{
	const struct sshkey *w = &a->wanted;
	const uint8_t *blob = w->certificate ? w->authority : w->blob;
	size_t len = w->certificate ? w->authority_len : w->blob_len;

	return !a->only ||
	       (w->certificate == authority && key->blob_len == len &&
		memcmp(key->blob, blob, len) == 0);
}

/* A comment that ends nothing and begins nothing. */
static void
authorized_label(const char *label, char out[STORE_LABEL_SIZE])
{
	size_t n = 0;

	for (; *label != '\0' && n + 1 < STORE_LABEL_SIZE; label++)
		out[n++] = *label < ' ' || *label > '~' || *label == '"' ||
					   *label == '\\'
				   ? '_'
				   : *label;
	out[n] = '\0';
}

static bool
authorized_plain(const char *s)
{
	while (*s >= ' ' && *s <= '~')
		s++;
	return *s == '\0';
}

static enum status
authorized_row(void *ctx, const struct wire_row *row, struct fault *f)
{
	const char *type = wire_row_get(row, "type");
	const char *options = wire_row_get(row, "options");
	char text[AUTHORIZED_KEY_SIZE], label[STORE_LABEL_SIZE];
	char pair[STORE_SSH_TYPE_SIZE + AUTHORIZED_KEY_SIZE];
	struct authorized *a = ctx;
	struct fault ignored;
	struct sshkey key;
	json_t *j;
	int n;

	if (!wire_row_get_long(row, "key", text, sizeof(text)))
		text[0] = '\0';
	n = snprintf(pair, sizeof(pair), "%s %s", type, text);
	if (n < 0 || (size_t)n >= sizeof(pair) || !authorized_plain(options) ||
	    sshkey_pair_parse(pair, (size_t)n, &key, &ignored) != STATUS_OK)
		return fault(f, STATUS_PROTOCOL,
			     "the verifier's answer is not understood");
	if (!authorized_fits(a, &key,
			     strncmp(options, AUTHORIZED_AUTHORITY,
				     sizeof(AUTHORIZED_AUTHORITY) - 1) == 0))
		return STATUS_OK;
	authorized_label(wire_row_get(row, "label"), label);
	j = json_object();
	out_put(j, "options", out_string(options));
	out_put(j, "type", out_string(type));
	out_put(j, "key", out_string(text));
	out_put(j, "label", out_string(label));
	out_push(a->keys, j);
	return STATUS_OK;
}

static const char *
authorized_get(const json_t *row, const char *name)
{
	const char *s = json_string_value(json_object_get(row, name));

	return s == NULL ? "" : s;
}

static enum status
authorized_print(const struct cmd *c, json_t *keys, struct fault *f)
{
	AUTO_JSON *j = NULL;
	const json_t *row;
	size_t i;

	if (!c->json) {
		json_array_foreach(keys, i, row) {
			const char *options = authorized_get(row, "options");
			const char *label = authorized_get(row, "label");

			out_line("%s%s%s %s%s%s", options,
				 options[0] == '\0' ? "" : " ",
				 authorized_get(row, "type"),
				 authorized_get(row, "key"),
				 label[0] == '\0' ? "" : " ", label);
		}
		return STATUS_OK;
	}
	j = json_object();
	out_put(j, "keys", json_incref(keys));
	return out_json(j, f);
}

static enum status
authorized_ask(const struct cmd *c, struct authorized *a, struct fault *f)
{
	struct fault why = { .text = "" };
	AUTO_FD int fd = -1;
	enum status st;

	st = wire_client_connect(c->config.verifier_socket, AUTHORIZED_SECONDS,
				 &fd, &why);
	if (st != STATUS_OK)
		return fault(f, STATUS_UNAVAILABLE,
			     "%s: start sigrad, see sigrad(8)", why.text);
	st = wire_client_authorized(fd, c->arg[0], authorized_row, a, &why);
	if (st == STATUS_OK)
		return STATUS_OK;
	return fault(f, st == STATUS_DENIED ? st : STATUS_UNAVAILABLE, "%s",
		     why.text);
}

enum status
cmd_authorized_keys(struct cmd *c, struct fault *f)
{
	AUTO_JSON *keys = json_array();
	struct authorized a = { .keys = keys };
	enum status st;
	bool none;

	if (c->where != NULL)
		return fault(f, STATUS_INVALID,
			     "-s: the verifier is asked, and knows its store");
	if ((st = crypto_start(f)) != STATUS_OK ||
	    (st = ground_config(c, f)) != STATUS_OK ||
	    (st = authorized_wanted(c, &a, &none, f)) != STATUS_OK ||
	    (st = authorized_may(c, f)) != STATUS_OK)
		return st;
	/* No account has such a name, and no verifier would take it. */
	if (!none && strlen(c->arg[0]) <= USER_MAX)
		st = authorized_ask(c, &a, f);
	return st == STATUS_OK ? authorized_print(c, keys, f) : st;
}
