/* SPDX-License-Identifier: MIT */
/* Was the audit changed behind its back?  Of the store, or of an export on a
 * machine that has no store. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "sigractl/audit_source.h"
#include "sigractl/errand.h"
#include "sigractl/ground.h"
#include "sigractl/out.h"
#include "sigractl/tty.h"

#define CHECK_KEYS_SIZE 8192 /* of a file with keys, one a line */

/* Text with keys in it, which nobody else wipes. */
struct check_keys {
	char s[CHECK_KEYS_SIZE];
};

static void
check_keys_wipe(struct check_keys *k)
{
	explicit_bzero(k, sizeof(*k));
}

static enum status
check_key(struct verify *v, const char *line, size_t len, struct fault *f)
{
	enum status st;
	SECRET(text);

	if (len == 0 || line[0] == '#')
		return STATUS_OK;
	st = secret_set(&text, line, len, f);
	return st == STATUS_OK ? verify_key_add(v, &text, f) : st;
}

static enum status
check_keys_read(struct verify *v, int fd, const char *name, struct fault *f)
{
	__attribute__((cleanup(check_keys_wipe))) struct check_keys k;
	struct fault why = { .text = "" };
	size_t len = 0, at = 0;
	enum status st;

	st = file_read(fd, k.s, sizeof(k.s), &len, &why);
	while (st == STATUS_OK && at < len) {
		const char *end = memchr(k.s + at, '\n', len - at);
		size_t n = end == NULL ? len - at : (size_t)(end - k.s) - at;

		st = check_key(v, k.s + at, n, &why);
		at += n + 1;
	}
	if (st == STATUS_OK && v->keys == 0)
		st = fault(&why, STATUS_INVALID, "there is no key in it");
	return st == STATUS_OK ? st : fault(f, st, "%s: %s", name, why.text);
}

static enum status
check_key_typed(struct verify *v, struct fault *f)
{
	enum status st;
	SECRET(text);

	if ((st = tty_ask_secret("Verification key: ", &text, f)) != STATUS_OK)
		return st;
	return verify_key_add(v, &text, f);
}

/* "12" or "3-9". */
static bool
check_lost(const char *s, size_t len, struct verify_range *out)
{
	struct verify_range r;
	char text[48], *dash;

	if (len >= sizeof(text))
		return false;
	memcpy(text, s, len);
	text[len] = '\0';
	if ((dash = strchr(text, '-')) != NULL)
		*dash++ = '\0';
	if (!text_number(text, 1, INT64_MAX, &r.from) ||
	    !text_number(dash == NULL ? text : dash, r.from, INT64_MAX, &r.to))
		return false;
	*out = r;
	return true;
}

static enum status
check_lost_all(struct verify *v, const char *s, struct fault *f)
{
	const char *end;

	do {
		end = strchrnul(s, ',');
		if (v->alloweds == VERIFY_ALLOWED_MAX)
			return fault(f, STATUS_INVALID,
				     "--allow-lost: more than %d ranges",
				     VERIFY_ALLOWED_MAX);
		if (!check_lost(s, (size_t)(end - s),
				&v->allowed[v->alloweds++]))
			return fault(f, STATUS_INVALID,
				     "--allow-lost: '%s' is not rows as "
				     "3-9,12",
				     s);
		s = end + 1;
	} while (*end != '\0');
	return STATUS_OK;
}

/* As the actor, like every file that is named. */
static enum status
check_options(const struct cmd *c, struct verify *v, struct fault *f)
{
	const char *key = cmd_option(c, "key");
	const char *anchor = cmd_option(c, "anchor");
	const char *lost = cmd_option(c, "allow-lost");
	enum status st;
	ERRAND(e);

	v->only = cmd_option(c, "host");
	v->anchored = anchor != NULL;
	if (anchor != NULL &&
	    !chain_anchor_parse(anchor, &v->anchor, v->anchor_head))
		return fault(f, STATUS_INVALID,
			     "--anchor: '%s' is not a number, ':' and 64 hex "
			     "digits, as audit head prints it",
			     anchor);
	if (lost != NULL && (st = check_lost_all(v, lost, f)) != STATUS_OK)
		return st;
	if (key == NULL)
		return STATUS_OK;
	if (strcmp(key, "-") == 0)
		return isatty(STDIN_FILENO) != 0
			       ? check_key_typed(v, f)
			       : check_keys_read(v, STDIN_FILENO,
						 "standard input", f);
	if ((st = errand_read(&c->actor, key, &e, f)) != STATUS_OK)
		return st;
	return check_keys_read(v, e.fd, key, f);
}

/* --- what came of it --- */

static void
check_anchor(const struct verify_host *h, char out[CHAIN_ANCHOR_SIZE])
{
	out[0] = '\0';
	if (h->sound && h->end > 0)
		chain_anchor_format(h->end, h->head, out);
}

static json_t *
check_json_one(const struct verify_finding *x)
{
	char text[VERIFY_SAID_SIZE];
	json_t *j = json_object();

	verify_say(x, text);
	out_put(j, "kind", json_string(verify_kind_name(x->kind)));
	out_put(j, "host", out_string(x->host));
	out_put(j, "first", json_integer(x->first));
	out_put(j, "last", json_integer(x->last));
	out_put(j, "other",
		x->other == 0 ? json_null() : json_integer(x->other));
	out_put(j, "key", out_string(x->key));
	out_put(j, "at", out_time(x->at));
	out_put(j, "text", out_string(text));
	return j;
}

static json_t *
check_json_all(const struct verify_finding *x, size_t n, size_t most)
{
	json_t *j = json_array();

	for (size_t i = 0; i < n && i < most; i++)
		out_push(j, check_json_one(&x[i]));
	return j;
}

static enum status
check_json(const struct verify *v, struct fault *f)
{
	AUTO_JSON *j = json_object();
	json_t *hosts = json_array();
	char anchor[CHAIN_ANCHOR_SIZE];

	for (size_t i = 0; i < v->hosts; i++) {
		const struct verify_host *h = &v->host[i];
		json_t *one = json_object();

		check_anchor(h, anchor);
		out_put(one, "host", out_string(h->name));
		out_put(one, "rows", json_integer(h->rows));
		out_put(one, "first",
			json_integer(h->from == 0 ? 0 : h->begin));
		out_put(one, "last", json_integer(h->end));
		out_put(one, "proved", json_integer(h->proved));
		out_put(one, "earlier", json_integer(h->earlier));
		out_put(one, "anchor", out_string(anchor));
		out_push(hosts, one);
	}
	out_put(j, "proved", json_boolean(v->keys > 0 && v->findings == 0));
	out_put(j, "keys", json_integer((json_int_t)v->keys));
	out_put(j, "found", json_integer((json_int_t)v->findings));
	out_put(j, "findings",
		check_json_all(v->finding, v->findings, VERIFY_FINDINGS_MAX));
	out_put(j, "notes",
		check_json_all(v->note, v->notes, VERIFY_NOTES_MAX));
	out_put(j, "hosts", hosts);
	return out_json(j, f);
}

/* Folded on a terminal; a sentence a line for what reads it elsewhere. */
static void __attribute__((format(printf, 1, 2)))
check_line(const char *fmt, ...)
{
	char text[2 * VERIFY_SAID_SIZE];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (isatty(STDOUT_FILENO) == 1)
		out_text(text, 0);
	else
		out_line("%s", text);
}

static void
check_say_all(const struct verify_finding *x, size_t n, size_t most)
{
	char text[VERIFY_SAID_SIZE], when[TEXT_TIME_SIZE];

	for (size_t i = 0; i < n && i < most; i++) {
		verify_say(&x[i], text);
		if (x[i].at == 0)
			check_line("%s.", text);
		else
			check_line("%s (%s).", text, out_when(x[i].at, when));
	}
	if (n > most)
		out_line("And %zu more.", n - most);
}

static void
check_say_host(const struct verify *v, const struct verify_host *h)
{
	char anchor[CHAIN_ANCHOR_SIZE];
	const char *is = v->keys == 0 ? "are there and in order; that none "
					"was altered is proved by --key"
				      : "are as they were written";

	if (h->from == 0 || h->end < h->begin || v->findings > 0)
		return;
	if (h->holes == 0)
		check_line("%s: rows %lld to %lld %s.", h->name,
			   (long long)h->begin, (long long)h->end, is);
	else
		check_line("%s: of rows %lld to %lld all but %lld %s.",
			   h->name, (long long)h->begin, (long long)h->end,
			   (long long)h->holes, is);
	check_anchor(h, anchor);
	if (anchor[0] != '\0')
		out_line("Anchor: %s", anchor);
}

static void
check_say(const struct verify *v, bool of_file)
{
	bool chained = false;

	check_say_all(v->note, v->notes, VERIFY_NOTES_MAX);
	check_say_all(v->finding, v->findings, VERIFY_FINDINGS_MAX);
	for (size_t i = 0; i < v->hosts; i++)
		chained = chained || v->host[i].from != 0;
	if (v->findings > 0)
		out_line("Not proved: %zu finding%s.", v->findings,
			 v->findings == 1 ? "" : "s");
	else if (!chained)
		out_line("There is no chain to verify: run sigractl audit "
			 "init-key.");
	else if (of_file && !v->anchored)
		out_line("Whether the end was cut off of the file only "
			 "--anchor proves.");
	for (size_t i = 0; i < v->hosts; i++)
		check_say_host(v, &v->host[i]);
}

static enum status
check_end(struct cmd *c, const struct verify *v, bool of_file, struct fault *f)
{
	bool there = v->only == NULL;

	for (size_t i = 0; i < v->hosts; i++)
		there = there || strcmp(v->host[i].name, v->only) == 0;
	if (!there)
		return fault(f, STATUS_NOT_FOUND,
			     "there is no row of the host '%s'", v->only);
	if (v->findings > 0)
		c->exit = CMD_FAILED;
	if (c->json)
		return check_json(v, f);
	check_say(v, of_file);
	return STATUS_OK;
}

enum status
cmd_audit_verify(struct cmd *c, struct fault *f)
{
	AUTO_VERIFY *v = verify_new();
	const char *in = cmd_option(c, "in");
	enum status st;
	ERRAND(file);

	if (v == NULL)
		return fault(f, STATUS_SYSTEM, "out of memory");
	if ((st = crypto_start(f)) != STATUS_OK ||
	    (st = check_options(c, v, f)) != STATUS_OK)
		return st;
	if (in != NULL) {
		if ((st = errand_read(&c->actor, in, &file, f)) != STATUS_OK ||
		    (st = audit_source_file(file.fd, in, v, f)) != STATUS_OK)
			return st;
		return check_end(c, v, true, f);
	}
	if ((st = ground_become(c, f)) != STATUS_OK ||
	    (st = store_open(c->config.store_where, STORE_READ, &c->store,
			     f)) != STATUS_OK ||
	    (st = audit_source_store(c, v, f)) != STATUS_OK)
		return st;
	return check_end(c, v, false, f);
}
