/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as the file of another module: what is taken is within bounds,
 * what is not says why, and both always the same.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "import/google.h"
#include "import/oath.h"
#include "import/shadow.h"
#include "import/text.h"
#include "import/u2f.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void
fuzz_device(const struct otp_device *d, const struct secret *key,
	    int64_t moved)
{
	bool totp = d->kind == STORE_TOTP;

	if ((!totp && d->kind != STORE_HOTP) || d->algorithm != CRYPTO_SHA1 ||
	    d->digits < CRYPTO_OTP_DIGITS_MIN ||
	    d->digits > CRYPTO_OTP_DIGITS_MAX || moved < 0 ||
	    key->len < CRYPTO_OTP_SECRET_MIN ||
	    key->len > CRYPTO_OTP_SECRET_MAX)
		abort();
	if (totp ? d->period < OTP_PERIOD_MIN || d->period > OTP_PERIOD_MAX ||
			    d->counter != 0
		 : d->period != 0 || d->counter != (uint64_t)moved)
		abort();
}

static void
fuzz_refused(enum status st, const struct fault *f, const struct secret *out)
{
	if (out->len != 0 || (st == STATUS_INVALID ? text_empty(f->text)
						   : st != STATUS_NOT_FOUND))
		abort();
}

static void
fuzz_google(const char *text, size_t len)
{
	struct import_google g = { .scratch = 0 };
	struct fault f = { .text = "" };
	enum status st;
	unsigned n = 0;
	SECRET(key);
	SECRET(code);

	st = import_google(text, len, &g, &key, &f);
	if (st != STATUS_OK) {
		fuzz_refused(st, &f, &key);
		return;
	}
	fuzz_device(&g.device, &key, g.moved);
	while (import_google_scratch(text, len, n, &code)) {
		if (code.len != IMPORT_SCRATCH_DIGITS)
			abort();
		n++;
	}
	if (n != g.scratch || n > IMPORT_SCRATCH_MAX)
		abort();
}

static void
fuzz_oath(const struct import_text *line)
{
	struct import_oath o = { .user = "" };
	struct fault f = { .text = "" };
	enum status st;
	SECRET(key);

	st = import_oath(line->at, line->len, &o, &key, &f);
	if (st != STATUS_OK) {
		fuzz_refused(st, &f, &key);
		return;
	}
	fuzz_device(&o.device, &key, o.moved);
	if (text_empty(o.user) || o.last_local < 0 ||
	    import_oath_step(&o, &key, o.last_local) < 0)
		abort();
}

static void
fuzz_shadow(const struct import_text *line)
{
	struct import_shadow s = { .user = "" };
	char setting[512];
	struct fault f = { .text = "" };
	enum status st;
	SECRET(text);

	st = import_shadow(line->at, line->len, &s, &text, &f);
	if (st != STATUS_OK) {
		fuzz_refused(st, &f, &text);
		return;
	}
	if (!secret_string(&text, setting, sizeof(setting)) ||
	    !crypto_crypt_known(setting) || text_empty(s.user) ||
	    (s.changed == 0 && import_shadow_age(&s, 1) != IMPORT_AGED))
		abort();
}

static void
fuzz_u2f_is(enum status st, const struct import_u2f *u, const struct fault *f)
{
	size_t public = u->algorithm == -7   ? 64
			: u->algorithm == -8 ? 32
					     : 259;

	if (st != STATUS_OK) {
		if (st != STATUS_INVALID || text_empty(f->text))
			abort();
		return;
	}
	if (u->credential_len == 0 ||
	    u->credential_len > sizeof(u->credential) ||
	    u->public_len != public ||
	    (u->algorithm != -7 && u->algorithm != -8 &&
	     u->algorithm != -257) ||
	    (u->old && u->algorithm != -7) ||
	    (u->application[0] != '\0' &&
	     !fido2_rp_kept_valid(u->application)))
		abort();
}

static void
fuzz_u2f(const struct import_text *line)
{
	struct import_u2f u = { .old = false };
	struct import_text rest, one;
	struct fault f = { .text = "" };
	char user[USER_MAX + 1];
	enum status st;

	st = import_u2f_line(line, user, &rest, &f);
	if (st != STATUS_OK) {
		if (user[0] != '\0' ||
		    (st == STATUS_INVALID ? text_empty(f.text)
					  : st != STATUS_NOT_FOUND))
			abort();
		return;
	}
	if (text_empty(user))
		abort();
	while (import_u2f_next(&rest, &one))
		fuzz_u2f_is(import_u2f(&one, &u, &f), &u, &f);
}

static void
fuzz_u2f_ssh(const char *text, size_t len)
{
	struct import_u2f u = { .old = false };
	struct fault f = { .text = "" };
	enum status st = import_u2f_ssh(text, len, &u, &f);

	fuzz_u2f_is(st, &u, &f);
	if (st == STATUS_OK && (import_u2f_kind(text, len) != IMPORT_U2F_SSH ||
				u.application[0] == '\0'))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct import_text rest = { .at = (const char *)bytes, .len = len };
	struct import_text line;

	fuzz_google(rest.at, rest.len);
	fuzz_u2f_ssh(rest.at, rest.len);
	while (import_line(&rest, &line)) {
		fuzz_oath(&line);
		fuzz_shadow(&line);
		fuzz_u2f(&line);
	}
	return 0;
}
