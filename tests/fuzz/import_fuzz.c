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

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct import_text rest = { .at = (const char *)bytes, .len = len };
	struct import_text line;

	fuzz_google(rest.at, rest.len);
	while (import_line(&rest, &line)) {
		fuzz_oath(&line);
		fuzz_shadow(&line);
	}
	return 0;
}
