/* SPDX-License-Identifier: MIT */
/*
 * A new one-time code device: its key is shown, a code of it is asked for, and
 * only a right one puts anything into the store.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "factor/otpauth.h"
#include "factor/text.h"
#include "session/issuer.h"
#include "sigractl/child.h"
#include "sigractl/codes.h"
#include "sigractl/device.h"
#include "sigractl/ground.h"
#include "sigractl/picture.h"
#include "sigractl/qrfiles.h"
#include "sigractl/self_enroll.h"
#include "sigractl/tty.h"

#define ENROLL_TRIES 3
#define ENROLL_DIGITS 6 /* what apps take for granted */
#define ENROLL_PERIOD 30
#define ENROLL_COLUMNS 79
#define ENROLL_OR_TYPE "Or type in the key:"

/* One enrollment under way. */
struct enroll {
	struct cmd *c;
	struct otp_device device;
	struct store_account account;
	struct qrfiles files;
};

static void
enroll_end(struct enroll *e)
{
	qrfiles_end(&e->files);
}

/* BOUNDS: what they are, for people. */
static enum status
enroll_number(const struct cmd *c, const char *option, int64_t low,
	      int64_t high, const char *bounds, int64_t *out, struct fault *f)
{
	const char *given = cmd_option(c, option);

	if (given == NULL || text_number(given, low, high, out))
		return STATUS_OK;
	return fault(f, STATUS_INVALID, "--%s: '%s' is not %s", option, given,
		     bounds);
}

static enum status
enroll_numbers(const struct cmd *c, struct otp_device *d, struct fault *f)
{
	int64_t digits = ENROLL_DIGITS, period = ENROLL_PERIOD, counter = 0;
	char seconds[40];
	enum status st;

	(void)snprintf(seconds, sizeof(seconds), "%d to %d (seconds)",
		       OTP_PERIOD_MIN, OTP_PERIOD_MAX);
	if ((st = enroll_number(c, "digits", CRYPTO_OTP_DIGITS_MIN,
				CRYPTO_OTP_DIGITS_MAX, "6, 7 or 8", &digits,
				f)) != STATUS_OK ||
	    (st = enroll_number(c, "period", OTP_PERIOD_MIN, OTP_PERIOD_MAX,
				seconds, &period, f)) != STATUS_OK ||
	    (st = enroll_number(c, "counter", 0, OTP_COUNTER_MAX,
				"a number from 0 on", &counter, f)) !=
		    STATUS_OK)
		return st;
	d->digits = (unsigned)digits;
	d->period = d->kind == STORE_TOTP ? (unsigned)period : 0;
	d->counter = (uint64_t)counter;
	return STATUS_OK;
}

/* As apps will show it: their URI parts it from the account by ':'. */
static enum status
enroll_issuer(const struct cmd *c, struct fault *f)
{
	const char *s = cmd_option(c, "issuer");
	size_t len = s == NULL ? 0 : strlen(s);

	if (s == NULL)
		return STATUS_OK;
	if (len >= OTPAUTH_NAME_SIZE)
		return fault(f, STATUS_INVALID,
			     "--issuer: longer than %d bytes",
			     OTPAUTH_NAME_SIZE - 1);
	if (text_code_points(s, len) < 0)
		return fault(f, STATUS_INVALID, "--issuer: it is no UTF-8");
	if (strchr(s, ':') != NULL || !factor_text_plain(s))
		return fault(f, STATUS_INVALID,
			     "--issuer: no ':' and no control characters");
	if (len > 0 && (s[0] == ' ' || s[len - 1] == ' '))
		return fault(f, STATUS_INVALID,
			     "--issuer: it begins or ends with a blank");
	return STATUS_OK;
}

/* The bounds of a device are its room's to know. */
static enum status
enroll_device(const struct cmd *c, struct otp_device *d, struct fault *f)
{
	const char *algorithm = cmd_option(c, "algorithm");
	const char *label = cmd_option(c, "label");
	enum status st;

	d->algorithm = CRYPTO_SHA1;
	if (algorithm != NULL &&
	    !otp_algorithm_parse(algorithm, &d->algorithm))
		return fault(f, STATUS_INVALID,
			     "--algorithm: '%s' is none of sha1, sha256 and "
			     "sha512",
			     algorithm);
	if (label != NULL && label[0] == '\0')
		return fault(f, STATUS_INVALID, "--label: it is empty");
	if (!text_copy(d->label, sizeof(d->label), label))
		return fault(f, STATUS_INVALID,
			     "--label: longer than %d bytes",
			     STORE_LABEL_SIZE - 1);
	if ((st = enroll_numbers(c, d, f)) != STATUS_OK)
		return st;
	return enroll_issuer(c, f);
}

static enum status
enroll_uri(const struct enroll *e, const struct secret *key,
	   struct secret_text *out, struct fault *f)
{
	const char *issuer = cmd_option(e->c, "issuer");
	struct otpauth o = { .device = e->device };
	enum status st;
	SECRET(uri);

	/* Every letter makes the code larger: the issuer has the host. */
	(void)text_copy(o.issuer, sizeof(o.issuer), issuer);
	(void)text_copy(o.account, sizeof(o.account), e->account.name);
	if (issuer == NULL &&
	    (st = session_issuer(e->c->store, &e->account.id, e->c->host,
				 o.issuer, f)) != STATUS_OK)
		return st;
	if ((st = otpauth_format(&o, key, &uri, f)) != STATUS_OK)
		return st;
	if (!secret_string(&uri, out->s, sizeof(out->s)))
		return fault(f, STATUS_INVALID, "the URI is too long");
	return STATUS_OK;
}

/* What an app cannot know that has the key alone; apps think of TOTP. */
static void
enroll_unusual(const struct otp_device *d, char *out, size_t size)
{
	struct buf b;

	buf_start(&b, out, size);
	if (d->kind == STORE_HOTP)
		buf_printf(&b, ", hotp, counter %llu",
			   (unsigned long long)d->counter);
	if (d->algorithm != CRYPTO_SHA1)
		buf_printf(&b, ", %s", otp_algorithm_name(d->algorithm));
	if (d->digits != ENROLL_DIGITS)
		buf_printf(&b, ", %u digits", d->digits);
	if (d->kind == STORE_TOTP && d->period != ENROLL_PERIOD)
		buf_printf(&b, ", %u seconds", d->period);
}

/* What an app without a camera wants to know: a line, or more of them when
 * the key is long. */
static void
enroll_words(const struct enroll *e, const char *key, struct buf *b)
{
	char more[96];
	size_t column = b->len;

	for (const char *s = key; *s != '\0'; s += strspn(s, " ")) {
		size_t len = strcspn(s, " ");

		if (column + 1 + len > ENROLL_COLUMNS) {
			buf_text(b, "\n   ");
			column = 3;
		}
		buf_printf(b, " %.*s", (int)len, s);
		column += 1 + len;
		s += len;
	}
	enroll_unusual(&e->device, more, sizeof(more));
	if (more[0] != '\0')
		buf_printf(b, "%s(%s)",
			   column + strlen(more) + 1 > ENROLL_COLUMNS
				   ? "\n    "
				   : " ",
			   more + 2);
	buf_text(b, "\n");
}

static enum status
enroll_on_terminal(const struct enroll *e, const struct secret *key,
		   const char *uri, struct fault *f)
{
	struct picture_way way = {
		.invert = cmd_option(e->c, "invert") != NULL,
		.above = "Scan this with an authenticator app:",
		.below = 1, /* the prompt */
		.instead = "use --png FILE"
	};
	bool shown = false;
	enum status st;
	struct buf b;
	int kept;
	SECRET(groups);
	SECRET_TEXT(text);
	SECRET_TEXT(words);

	if ((st = otp_key_text(key, &groups, f)) != STATUS_OK)
		return st;
	if (!secret_string(&groups, text.s, sizeof(text.s)))
		return fault(f, STATUS_SYSTEM, "the key has no text");
	buf_start(&b, words.s, sizeof(words.s));
	buf_text(&b, ENROLL_OR_TYPE);
	enroll_words(e, text.s, &b);
	for (const char *s = words.s; *s != '\0'; s++)
		way.below += *s == '\n';
	/* Standard output may be for JSON. */
	if ((st = tty_output_begin(&kept, f)) != STATUS_OK)
		return st;
	st = picture_show(uri, &way, &shown, f);
	tty_output_end(kept);
	if (st != STATUS_OK ||
	    (!shown && (st = tty_show("Type in the key:", f)) != STATUS_OK))
		return st;
	return tty_show(words.s + (shown ? 0 : strlen(ENROLL_OR_TYPE)), f);
}

static enum status
enroll_in_files(struct enroll *e, const char *uri, struct fault *f)
{
	char line[512], safe[400];
	enum status st = qrfiles_show(&e->files, uri, f);

	for (size_t i = 0; st == STATUS_OK && i < e->files.n; i++) {
		const char *path = e->files.file[i].path;

		text_encode(path, strlen(path), safe, sizeof(safe));
		(void)snprintf(line, sizeof(line),
			       "Scan %s with an authenticator app.\n", safe);
		st = tty_show(line, f);
	}
	return st;
}

/* What may be wrong, and how often it may be tried again. */
static void
enroll_prompt(const struct enroll *e, unsigned left, char *out, size_t size)
{
	char now[TEXT_TIME_SIZE];
	struct buf b;

	text_time(e->c->now, now);
	buf_start(&b, out, size);
	/* Of 2026-02-03T08:28:40Z the time of the day. */
	if (left < ENROLL_TRIES && e->device.kind == STORE_TOTP)
		buf_printf(&b,
			   "That is not the code for now. Is the clock of the "
			   "device right?\nIt is %.8s UTC here. ",
			   now + strcspn(now, "T") + 1);
	else if (left < ENROLL_TRIES)
		buf_printf(&b, "That is none of its next codes. ");
	if (left < ENROLL_TRIES)
		buf_printf(&b, "%u %s left.\n", left,
			   left == 1 ? "try is" : "tries are");
	buf_text(&b, "One-time code: ");
}

static enum status
enroll_confirm(struct enroll *e, const struct secret *key, int64_t *moved,
	       struct fault *f)
{
	for (unsigned left = ENROLL_TRIES; left > 0; left--) {
		char prompt[256], answer[OTP_ANSWER_MAX + 1] = "";
		struct fault why = { .text = "" };
		enum status st;
		SECRET(code);

		cmd_clock(e->c);
		enroll_prompt(e, left, prompt, sizeof(prompt));
		st = tty_ask_visible(prompt, answer, sizeof(answer), f);
		cmd_clock(e->c);
		if (st == STATUS_OK)
			st = secret_set(&code, answer, strlen(answer), f);
		if (st == STATUS_OK)
			st = admin_enroll_confirm(&e->c->admin, &e->device,
						  key, &code, moved, &why);
		explicit_bzero(answer, sizeof(answer));
		/* INVALID: too long to be one, which is as wrong. */
		if (st != STATUS_REFUSED && st != STATUS_INVALID)
			return st;
	}
	return fault(f, STATUS_REFUSED,
		     "no right code in %d tries: nothing was enrolled",
		     ENROLL_TRIES);
}

static enum status
enroll_done(struct enroll *e, const struct admin_device *d,
	    const struct code_set *backup, bool codes, struct fault *f)
{
	AUTO_JSON *j = NULL;
	enum status st;
	CODES_TEXT(text);

	/* The device is there, whatever becomes of a picture of its key. */
	qrfiles_keep(&e->files);
	if (e->c->json) {
		j = device_shape_of(d);
		out_put(j, "backup_codes",
			codes ? codes_json_set(backup) : json_array());
		if ((st = out_json(j, f)) != STATUS_OK)
			return st;
		return out_finish(f);
	}
	if (codes) {
		codes_text_set(backup, d->account.name, &text);
		if ((st = tty_show(text.s, f)) != STATUS_OK)
			return st;
	}
	out_line("Added '%s' to the devices of %s.", d->row.label,
		 d->account.name);
	return STATUS_OK;
}

/* As the store's owner, from here on. */
static enum status
enroll_owner(struct enroll *e, struct fault *f)
{
	struct cmd *c = e->c;
	struct admin_device d;
	int64_t moved;
	enum status st;
	bool codes;
	SECRET(key);
	SECRET_TEXT(uri);
	CODE_SET(backup);

	if ((st = ground_become(c, f)) != STATUS_OK ||
	    (st = ground_open(c, STORE_WRITE, f)) != STATUS_OK ||
	    (st = admin_enroll_ready(&c->admin, c->arg[0], &e->device,
				     &e->account, f)) != STATUS_OK ||
	    (st = tty_there(f)) != STATUS_OK)
		return st;
	otp_key_make(e->device.algorithm, &key);
	if ((st = enroll_uri(e, &key, &uri, f)) != STATUS_OK)
		return st;
	st = e->files.n > 0 ? enroll_in_files(e, uri.s, f)
			    : enroll_on_terminal(e, &key, uri.s, f);
	if (st != STATUS_OK ||
	    (st = enroll_confirm(e, &key, &moved, f)) != STATUS_OK)
		return st;
	/* Backup codes that are in the store have to be seen. */
	child_signals_hold();
	st = admin_enroll_add(&c->admin, &e->account.id, &e->device, &key,
			      moved, &d, &backup, &codes, f);
	if (st == STATUS_OK)
		st = enroll_done(e, &d, &backup, codes, f);
	child_signals_free();
	return st;
}

static enum status
enroll(struct cmd *c, enum store_otp_kind kind, struct fault *f)
{
	__attribute__((cleanup(enroll_end))) struct enroll e = {
		.c = c, .device = { .kind = kind }
	};
	enum status st;

	if ((st = enroll_device(c, &e.device, f)) != STATUS_OK ||
	    (st = qrfiles_open(c, &e.files, f)) != STATUS_OK)
		return st;
	return enroll_owner(&e, f);
}

enum status
cmd_enroll_totp(struct cmd *c, struct fault *f)
{
	if (c->self[0] != '\0')
		return self_enroll(c, f);
	return enroll(c, STORE_TOTP, f);
}

enum status
cmd_enroll_hotp(struct cmd *c, struct fault *f)
{
	return enroll(c, STORE_HOTP, f);
}
