/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as an otpauth URI, or as the end of one: what is taken is within
 * the bounds of a device, and written and read back it is the same.
 */
#include <stdlib.h>
#include <string.h>

#include "factor/otpauth.h"

static void
fuzz_again(const struct otpauth *o, const struct secret *key)
{
	struct otpauth again = { .issuer = "" };
	struct fault f = { .text = "" };
	enum status st;
	SECRET(uri);
	SECRET(same);

	st = otpauth_format(o, key, &uri, &f);
	if (st == STATUS_INVALID && strstr(f.text, "longer than") != NULL)
		return;
	if (st != STATUS_OK || uri.len > OTPAUTH_MAX ||
	    otpauth_parse(&uri, &again, &same, &f) != STATUS_OK)
		abort();
	if (strcmp(again.issuer, o->issuer) != 0 ||
	    strcmp(again.account, o->account) != 0 ||
	    strcmp(again.device.label, o->device.label) != 0 ||
	    !secret_equal(&same, key))
		abort();
	if (again.device.kind != o->device.kind ||
	    again.device.algorithm != o->device.algorithm ||
	    again.device.digits != o->device.digits ||
	    again.device.period != o->device.period ||
	    again.device.counter != o->device.counter)
		abort();
}

static void
fuzz_parse(const struct secret *uri)
{
	struct otpauth o = { .account = "before" };
	struct fault f = { .text = "" };
	SECRET(key);

	if (otpauth_parse(uri, &o, &key, &f) != STATUS_OK) {
		if (f.status != STATUS_INVALID || f.text[0] == '\0' ||
		    strcmp(o.account, "before") != 0 || key.len != 0)
			abort();
		return;
	}
	if (otp_device_valid(&o.device, &f) != STATUS_OK ||
	    key.len < CRYPTO_OTP_SECRET_MIN || key.len > CRYPTO_OTP_SECRET_MAX)
		abort();
	fuzz_again(&o, &key);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const char *const begins[] = {
		"", "otpauth://totp/",
		"otpauth://hotp/ann?secret=GEZDGNBVGY3TQOJQ&",
		"otpauth://totp/ann?secret="
	};
	char text[OTPAUTH_MAX + 100];
	struct fault f;
	SECRET(uri);

	if (len == 0 || len > OTPAUTH_MAX + 1)
		return 0;
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		size_t n = strlen(begins[i]);

		memcpy(text, begins[i], n);
		memcpy(text + n, bytes, len);
		if (secret_set(&uri, text, n + len, &f) != STATUS_OK)
			abort();
		fuzz_parse(&uri);
	}
	return 0;
}
