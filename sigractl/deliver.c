/* SPDX-License-Identifier: MIT */
#include "sigractl/deliver.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"
#include "sigractl/program.h"

#define DELIVER_SAID 512  /* of what a program says */
#define DELIVER_SLACK 5	  /* seconds that sigra-post has to tell of its end */
#define DELIVER_HEAD 4096 /* of a request beside its URL and body */
#define DELIVER_NONE "-"  /* an option that is off */

static const char *const deliver_env[] = {
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	"LC_ALL=C.UTF-8", NULL
};

struct deliver {
	struct cmd *c;
	const struct store_delivery *d;
	const char *libexec;
	char *why; /* DELIVER_WHY_SIZE */
	struct notify_news news;
};

bool
deliver_has_command(const struct cmd *c)
{
	return strcmp(c->config.notify_command, DELIVER_NONE) != 0;
}

/* What it says is one line, as far as we are concerned. */
static void
deliver_why(struct deliver *r, const char *what, const char *said)
{
	struct buf b;

	buf_start(&b, r->why, DELIVER_WHY_SIZE);
	buf_text(&b, what);
	if (said[0] != '\0')
		buf_printf(&b, ": %.*s",
			   (int)(DELIVER_WHY_SIZE - strlen(what) - 3), said);
	r->why[strcspn(r->why, "\r\n")] = '\0';
}

/* False: it did not run, or failed, and why stands there. */
static bool
deliver_run(struct deliver *r, const struct program *p,
	    char said[DELIVER_SAID])
{
	struct fault why = { .text = "" };
	char what[48];
	int code = 0;

	if (program_run(p, said, DELIVER_SAID, &code, &why) != STATUS_OK) {
		deliver_why(r, why.text, "");
		return false;
	}
	if (code == 0)
		return true;
	(void)snprintf(what, sizeof(what), "it ended with %d", code);
	deliver_why(r, what, said);
	return false;
}

static enum status
deliver_mail(struct deliver *r, struct fault *f)
{
	const char *path = r->c->config.notify_sendmail;
	const char *const argv[] = { path, "-t", "-i", NULL };
	struct program p = {
		.path = path,
		.argv = argv,
		.env = deliver_env,
		.seconds = (unsigned)r->c->config.notify_timeout,
	};
	char address[STORE_EMAIL_SIZE], said[DELIVER_SAID];
	enum status st;
	SECRET(code);
	NOTIFY_MAIL(mail);

	st = admin_notify_address(&r->c->admin, &r->news.message, address,
				  &code, f);
	if (st == STATUS_OK)
		st = notify_mail_make(&r->news, address, &code, &mail, f);
	if (st == STATUS_REFUSED || st == STATUS_INVALID) {
		deliver_why(r, f->text, "");
		return STATUS_OK;
	}
	if (st != STATUS_OK)
		return st;
	p.input = mail.s;
	p.len = strlen(mail.s);
	(void)deliver_run(r, &p, said);
	return STATUS_OK;
}

static enum status
deliver_command(struct deliver *r, const char *json)
{
	const char *path = r->c->config.notify_command;
	const char *const argv[] = { path, NULL };
	const struct program p = {
		.path = path,
		.argv = argv,
		.env = deliver_env,
		.input = json,
		.len = strlen(json),
		.seconds = (unsigned)r->c->config.notify_timeout,
	};
	char said[DELIVER_SAID];

	if (deliver_has_command(r->c))
		(void)deliver_run(r, &p, said);
	else
		deliver_why(r, "notify.command is not set any more", "");
	return STATUS_OK;
}

/* The request, as sigra-post reads it. */
static enum status
deliver_request(const struct deliver *r, const struct store_webhook *w,
		const struct secret *key, const char *json, char **out,
		struct fault *f)
{
	const struct config *c = &r->c->config;
	size_t size = strlen(json) + strlen(w->url) + DELIVER_HEAD +
		      sizeof(c->webhook_ca_file);
	char sign[NOTIFY_SIGNATURE_SIZE], stamp[24];
	AUTO_FREE char *text = malloc(size);
	enum status st;
	struct buf b;

	if (text == NULL)
		return fault(f, STATUS_SYSTEM, "out of memory");
	(void)snprintf(stamp, sizeof(stamp), "%lld", (long long)r->c->now);
	st = notify_sign(key, r->d->id.s, stamp, json, sign, f);
	if (st != STATUS_OK)
		return st;
	buf_start(&b, text, size);
	buf_printf(&b, "url: %s\nseconds: %lld\n", w->url,
		   (long long)c->notify_timeout);
	if (w->allow_private)
		buf_text(&b, "private: yes\n");
	if (strcmp(c->webhook_ca_file, DELIVER_NONE) != 0)
		buf_printf(&b, "ca: %s\n", c->webhook_ca_file);
	buf_printf(&b,
		   "header: Content-Type: application/json\n"
		   "header: User-Agent: Sigra/" SIGRA_VERSION "\n"
		   "header: X-Sigra-Id: %s\n"
		   "header: X-Sigra-Timestamp: %s\n"
		   "header: X-Sigra-Signature: %s\n\n%s",
		   r->d->id.s, stamp, sign, json);
	if (b.full)
		return fault(f, STATUS_SYSTEM, "the request is too long");
	*out = steal(&text);
	return STATUS_OK;
}

/* SAID is "200", or "error: " and why. */
static void
deliver_answer(struct deliver *r, char *said)
{
	int64_t code;

	said[strcspn(said, "\r\n")] = '\0';
	if (strncmp(said, "error: ", 7) == 0) {
		deliver_why(r, said + 7, "");
		return;
	}
	if (!text_number(said, 100, 999, &code))
		deliver_why(r, "sigra-post said what it does not say", said);
	else if (code < 200 || code > 299)
		deliver_why(r, "the receiver answered", said);
}

static enum status
deliver_webhook(struct deliver *r, const char *json, struct fault *f)
{
	static const char *const none[] = { NULL };
	static const char *const argv[] = { "sigra-post", NULL };
	struct program p = { .argv = argv,
			     .env = none,
			     .seconds = (unsigned)r->c->config.notify_timeout +
					DELIVER_SLACK };
	AUTO_FREE char *request = NULL;
	char path[PATH_MAX], said[DELIVER_SAID];
	struct store_webhook w;
	enum status st;
	SECRET(key);

	st = store_webhook_get(r->c->store, &r->d->webhook, &w, f);
	if (st == STATUS_NOT_FOUND) {
		deliver_why(r, "the webhook was removed", "");
		return STATUS_OK;
	}
	if (st != STATUS_OK ||
	    (st = admin_webhook_secret(&r->c->admin, &w, &key, f)) !=
		    STATUS_OK ||
	    (st = deliver_request(r, &w, &key, json, &request, f)) !=
		    STATUS_OK)
		return st;
	(void)snprintf(path, sizeof(path), "%s/sigra-post", r->libexec);
	p.path = path;
	p.input = request;
	p.len = strlen(request);
	if (deliver_run(r, &p, said))
		deliver_answer(r, said);
	return STATUS_OK;
}

enum status
deliver_make(struct cmd *c, const struct store_delivery *d,
	     const char *libexec, char why[DELIVER_WHY_SIZE], struct fault *f)
{
	struct deliver r = { .c = c, .d = d, .libexec = libexec, .why = why };
	AUTO_FREE char *json = NULL;
	enum status st;

	why[0] = '\0';
	if ((st = admin_notify_news(&c->admin, &d->message, &r.news, f)) !=
		    STATUS_OK ||
	    (st = notify_json(&r.news, &json, f)) != STATUS_OK)
		return st;
	switch (d->channel) {
	case STORE_MAIL:
		return deliver_mail(&r, f);
	case STORE_COMMAND:
		return deliver_command(&r, json);
	case STORE_WEBHOOK:
		return deliver_webhook(&r, json, f);
	}
	return fault(f, STATUS_CORRUPT, "delivery %s goes nowhere", d->id.s);
}
