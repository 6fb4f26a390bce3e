/* SPDX-License-Identifier: MIT */
/* The key that verifies the audit, shown once. */
#include <string.h>
#include <unistd.h>

#include "admin/chain.h"
#include "sigractl/cmd.h"
#include "sigractl/codes.h"
#include "sigractl/out.h"
#include "sigractl/picture.h"

static enum status
audit_key_json(const struct audit_new_key *made, const struct secret *text,
	       struct fault *f)
{
	AUTO_JSON *j = json_object();

	out_put(j, "key", codes_json(text));
	out_put(j, "id", out_string(made->id));
	out_put(j, "host", out_string(made->host));
	out_put(j, "start", json_integer(made->start));
	out_put(j, "head_before", out_string(made->before));
	out_put(j, "missing_from", json_integer(made->missing.from));
	out_put(j, "missing_to", json_integer(made->missing.to));
	out_put(j, "bare_from", json_integer(made->bare.from));
	out_put(j, "bare_to", json_integer(made->bare.to));
	return out_json(j, f);
}

/* Past stdio, whose buffers nobody wipes. */
static enum status
audit_key_print(const struct secret *text, bool qr, struct fault *f)
{
	const struct picture_way way = { .below = 4,
					 .instead = "keep it as text" };
	enum status st = STATUS_OK;
	bool shown;
	SECRET_TEXT(line);

	if (!secret_string(text, line.s, sizeof(line.s) - 1))
		return fault(f, STATUS_SYSTEM, "the key has no text");
	if (qr)
		st = picture_show(line.s, &way, &shown, f);
	if (st != STATUS_OK)
		return st;
	line.s[text->len] = '\n';
	return out_secret(line.s, text->len + 1, f);
}

static enum status
audit_key_show(struct cmd *c, const struct audit_new_key *made,
	       const struct secret *text, struct fault *f)
{
	bool qr = isatty(STDOUT_FILENO) != 0 && cmd_option(c, "no-qr") == NULL;
	enum status st;

	if (c->json)
		return audit_key_json(made, text, f);
	out_line("The audit of %s is chained from row %lld on, with the key "
		 "%s.",
		 made->host, (long long)made->start, made->id);
	if (made->before[0] != '\0')
		out_line("The chain before it ends at %s.", made->before);
	if (made->missing.to != 0)
		out_line("Rows %lld to %lld of %s were written, and are "
			 "missing: row %lld says so.",
			 (long long)made->missing.from,
			 (long long)made->missing.to,
			 made->host_before[0] != '\0' ? made->host_before
						      : made->host,
			 (long long)made->start);
	if (made->bare.to != 0)
		out_line("Rows %lld to %lld were written without a chain: row "
			 "%lld says so.",
			 (long long)made->bare.from, (long long)made->bare.to,
			 (long long)made->start);
	out_line("This key proves it:");
	if ((st = audit_key_print(text, qr, f)) != STATUS_OK)
		return st;
	/* Under the picture, which takes all lines of a terminal. */
	out_line("It is not shown again. Keep it away from this machine.");
	return STATUS_OK;
}

enum status
cmd_audit_init_key(struct cmd *c, struct fault *f)
{
	bool replace = cmd_option(c, "replace") != NULL;
	struct audit_new_key made;
	enum status st, settled;
	struct fault why;
	SECRET(key);
	SECRET(text);

	if ((st = out_once(f, "the key is lost: run sigractl audit init-key "
			      "--replace")) != STATUS_OK ||
	    (st = admin_chain_begin(&c->admin, replace, &key, &made, f)) !=
		    STATUS_OK)
		return st;
	settled = admin_chain_settle(&c->admin, &why);
	crypto_audit_text(&key, made.start, &text);
	if ((st = audit_key_show(c, &made, &text, f)) != STATUS_OK ||
	    settled == STATUS_OK)
		return st;
	/* The key counts, and is shown once. */
	return fault(f, settled, "%s", why.text);
}
