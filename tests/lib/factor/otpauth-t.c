/* SPDX-License-Identifier: MIT */
#include "factor/otpauth.h"

#include <stdio.h>

#include "base/text.h"
#include "kit.h"
#include "test.h"

#define KEY "12345678901234567890"
#define KEY32 "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

static struct otpauth
example(const char *issuer, const char *account)
{
	struct otpauth o = { .device = { .kind = STORE_TOTP,
					 .algorithm = CRYPTO_SHA1,
					 .digits = 6,
					 .period = 30 } };

	CHECK(text_copy(o.issuer, sizeof(o.issuer), issuer));
	CHECK(text_copy(o.account, sizeof(o.account), account));
	return o;
}

static enum status
format(const struct otpauth *o, char uri[OTPAUTH_MAX + 1])
{
	struct fault f = { .text = "" };
	enum status st;
	SECRET(key);
	SECRET(made);

	kit_answer(&key, KEY);
	kit_answer(&made, "before");
	st = otpauth_format(o, &key, &made, &f);
	CHECK(secret_string(&made, uri, OTPAUTH_MAX + 1));
	CHECK_EQ(strcmp(uri, "before") == 0, st != STATUS_OK);
	CHECK_EQ(f.text[0] != '\0', st != STATUS_OK);
	CHECK(strstr(f.text, KEY32) == NULL);
	return st;
}

static enum status
parse(const char *uri, struct otpauth *o, struct secret *key)
{
	struct fault f = { .text = "" };
	enum status st;
	SECRET(s);

	kit_answer(&s, uri);
	st = otpauth_parse(&s, o, key, &f);
	CHECK_EQ(f.text[0] != '\0', st != STATUS_OK);
	CHECK(strstr(f.text, "GEZDGNBV") == NULL);
	test_note("%s: %s", uri, f.text);
	return st;
}

static void
formats(void)
{
	struct otpauth o = example("", "ann@host");
	char uri[OTPAUTH_MAX + 1];

	CHECK_EQ(format(&o, uri), STATUS_OK);
	CHECK_STR(uri, "otpauth://totp/ann%40host?secret=" KEY32);
	o = example("Sigra", "ann@host.example");
	CHECK_EQ(format(&o, uri), STATUS_OK);
	CHECK_STR(uri, "otpauth://totp/Sigra:ann%40host.example?secret=" KEY32
		       "&issuer=Sigra");
	o.device.algorithm = CRYPTO_SHA512;
	o.device.digits = 8;
	o.device.period = 60;
	CHECK_EQ(format(&o, uri), STATUS_OK);
	CHECK_STR(uri, "otpauth://totp/Sigra:ann%40host.example?secret=" KEY32
		       "&issuer=Sigra&algorithm=SHA512&digits=8&period=60");
	o = example("", "a-b._~Z9");
	o.device.kind = STORE_HOTP;
	o.device.period = 0;
	CHECK_EQ(format(&o, uri), STATUS_OK);
	CHECK_STR(uri, "otpauth://hotp/a-b._~Z9?secret=" KEY32 "&counter=0");
	o.device.counter = 12;
	CHECK_EQ(format(&o, uri), STATUS_OK);
	CHECK_STR(uri, "otpauth://hotp/a-b._~Z9?secret=" KEY32 "&counter=12");
}

/* No name can end the label, or add a parameter. */
static void
hostile_names(void)
{
	static const char *const names[] = {
		"&secret=AAAAAAAAAAAAAAAA",
		"a?digits=8&b",
		"100%",
		"%41%00",
		"a#b",
		"a/../b",
		"a=b;c+d e",
		"\xc3\xa4\xe2\x82\xac \xf0\x9f\x94\x91",
		"\"'<>\\^`{|}",
		"a%0Ab",
	};
	char uri[OTPAUTH_MAX + 1];
	struct otpauth back;
	SECRET(key);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct otpauth o = example(names[i], names[i]);

		CHECK_EQ(format(&o, uri), STATUS_OK);
		test_note("%s", uri);
		CHECK_EQ(strspn(uri, "abcdefghijklmnopqrstuvwxyz0123456789"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "-._~%:/?&="),
			 strlen(uri));
		CHECK(strchr(uri, '&') == strrchr(uri, '&'));
		CHECK(strchr(uri, '?') == strrchr(uri, '?'));
		CHECK_EQ(parse(uri, &back, &key), STATUS_OK);
		CHECK_STR(back.issuer, names[i]);
		CHECK_STR(back.account, names[i]);
		CHECK_STR(back.device.label, names[i]);
		CHECK(secret_is(&key, KEY, 20));
		CHECK_EQ(back.device.digits, 6);
	}
}

static void
unformatted(void)
{
	static const char *const bad[] = { "a:b",  "a\nb", "a\x7f",
					   "\xff", " a",   "a ",
					   "\t",   ":",	   "\xc2\x9b" };
	char uri[OTPAUTH_MAX + 1];
	struct fault f = { .text = "" };
	struct otpauth o;
	SECRET(key);
	SECRET(out);

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		o = example("Sigra", bad[i]);
		CHECK_EQ(format(&o, uri), STATUS_INVALID);
		o = example(bad[i], "ann");
		CHECK_EQ(format(&o, uri), STATUS_INVALID);
	}
	o = example("Sigra", "");
	CHECK_EQ(format(&o, uri), STATUS_INVALID);
	o = example("", "ann");
	o.device.digits = 5;
	CHECK_EQ(format(&o, uri), STATUS_INVALID);
	memset(o.account, 'x', sizeof(o.account));
	o.device.digits = 6;
	CHECK_EQ(format(&o, uri), STATUS_INVALID);
	/* Three times as long as the names: too long for a URI. */
	memset(o.account, '@', OTPAUTH_NAME_SIZE - 1);
	o.account[OTPAUTH_NAME_SIZE - 1] = '\0';
	CHECK_EQ(format(&o, uri), STATUS_OK);
	memcpy(o.issuer, o.account, sizeof(o.issuer));
	CHECK_EQ(format(&o, uri), STATUS_INVALID);
	o = example("", "ann");
	crypto_secret_random(&key, CRYPTO_OTP_SECRET_MIN - 1);
	CHECK_EQ(otpauth_format(&o, &key, &out, &f), STATUS_INVALID);
	crypto_secret_random(&key, CRYPTO_OTP_SECRET_MAX + 1);
	CHECK_EQ(otpauth_format(&o, &key, &out, &f), STATUS_INVALID);
	crypto_secret_random(&key, CRYPTO_OTP_SECRET_MAX);
	CHECK_OK(otpauth_format(&o, &key, &out, &f), &f);
}

/* URI, issuer, account; all of them with the usual device. */
static void
names(void)
{
	static const char *const rows[][3] = {
		{ "otpauth://totp/ann?secret=" KEY32, "", "ann" },
		{ "OTPAUTH://TOTP/ann?secret=" KEY32, "", "ann" },
		{ "otpauth://totp/ACME:ann?secret=" KEY32, "ACME", "ann" },
		{ "otpauth://totp/ACME%3Aann?secret=" KEY32, "ACME", "ann" },
		{ "otpauth://totp/ACME%3a%20%20ann?secret=" KEY32, "ACME",
		  "ann" },
		{ "otpauth://totp/ACME Co: ann ?secret=" KEY32, "ACME Co",
		  "ann" },
		{ "otpauth://totp/:ann?secret=" KEY32, "", "ann" },
		/* The parameter comes first, wherever it stands. */
		{ "otpauth://totp/ann?secret=" KEY32 "&issuer=ACME%20Co",
		  "ACME Co", "ann" },
		{ "otpauth://totp/ACME:ann?issuer=ACME&secret=" KEY32, "ACME",
		  "ann" },
		{ "otpauth://totp/ACME:ann?issuer=Other&secret=" KEY32,
		  "Other", "ann" },
		{ "otpauth://totp/ACME:ann?issuer=&secret=" KEY32, "ACME",
		  "ann" },
		/* What we do not know, and pieces that are nothing. */
		{ "otpauth://totp/ann?image=x&image=y&secret=" KEY32, "",
		  "ann" },
		{ "otpauth://totp/ann?&&secret=" KEY32 "&&Secret=x&=&x", "",
		  "ann" },
		{ "otpauth://totp/ann?secret=" KEY32 "&counter=x", "", "ann" },
		{ "otpauth://totp/a%26b?secret=" KEY32 "&issuer=a?b=c",
		  "a?b=c", "a&b" },
		{ "otpauth://totp/%C3%A4@h/x?secret=" KEY32, "",
		  "\xc3\xa4@h/x" },
		{ "otpauth://totp/\xc3\xa4?secret=" KEY32, "", "\xc3\xa4" },
		/* However a secret is written down. */
		{ "otpauth://totp/ann?secret=gezdgnbvgy3tqojqgezdgnbvgy3tqojq",
		  "", "ann" },
		{ "otpauth://totp/ann?secret=GEZD GNBV GY3T QOJQ GEZD%20GNBV "
		  "GY3T-QOJQ",
		  "", "ann" },
		{ "otpauth://totp/ann?secret=" KEY32 "%3D%3D===", "", "ann" },
		{ "otpauth://totp/ann?secret=" KEY32
		  "&algorithm=sha1&digits=6&period=30",
		  "", "ann" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct otpauth o = { .issuer = "x" };
		SECRET(key);

		CHECK_EQ(parse(rows[i][0], &o, &key), STATUS_OK);
		CHECK_STR(o.issuer, rows[i][1]);
		CHECK_STR(o.account, rows[i][2]);
		CHECK_STR(o.device.label, rows[i][2]);
		CHECK(secret_is(&key, KEY, 20));
		CHECK(o.device.kind == STORE_TOTP &&
		      o.device.algorithm == CRYPTO_SHA1 &&
		      o.device.digits == 6 && o.device.period == 30 &&
		      o.device.counter == 0);
	}
}

/* What is no URI of ours; nothing of it may stay behind. */
static const char *const refusals[] = {
	"",
	"otpauth",
	"otpauth://",
	"otpauth:///ann?secret=" KEY32,
	"otpauth://totp",
	"otpauth://totp/",
	"otpauth://totp/?secret=" KEY32,
	"otpauth://totp/ann",
	"otpauth://totp/ann?",
	"otpauth://totp/ann?secret",
	"otpauth://totp/ann?secret=",
	"otpauth://totp/ann?secret=%3D",
	"otpauth://totpann?secret=" KEY32,
	"otpauth://steam/ann?secret=" KEY32,
	"otpauth-migration://offline?data=" KEY32,
	"https://totp/ann?secret=" KEY32,
	" otpauth://totp/ann?secret=" KEY32,
	"otpauth://totp/ann?SECRET=" KEY32,
	"otpauth://totp/ann&secret=" KEY32,
	/* Names. */
	"otpauth://totp/a:b:c?secret=" KEY32,
	"otpauth://totp/ACME:?secret=" KEY32,
	"otpauth://totp/ACME:%20?secret=" KEY32,
	"otpauth://totp/a\nb?secret=" KEY32,
	"otpauth://totp/a%0Ab?secret=" KEY32,
	"otpauth://totp/a%00b?secret=" KEY32,
	"otpauth://totp/a%7F?secret=" KEY32,
	"otpauth://totp/a%C2%9B?secret=" KEY32,
	"otpauth://totp/a%FF?secret=" KEY32,
	"otpauth://totp/a\xff?secret=" KEY32,
	"otpauth://totp/a%?secret=" KEY32,
	"otpauth://totp/a%4?secret=" KEY32,
	"otpauth://totp/a%4G?secret=" KEY32,
	"otpauth://totp/a%%41?secret=" KEY32,
	"otpauth://totp/a#b?secret=" KEY32,
	"otpauth://totp/ann?secret=" KEY32 "#",
	"otpauth://totp/ann?secret=" KEY32 "\n",
	"otpauth://totp/ann?secret=" KEY32 "&issuer=a%0Db",
	"otpauth://totp/ann?secret=" KEY32 "&issuer=a%3Ab",
	"otpauth://totp/ann?secret=" KEY32 "&issuer=%",
	"otpauth://totp/"
	"0123456789012345678901234567890123456789012345678901234567"
	"8901234?secret=" KEY32,
	/* Twice. */
	"otpauth://totp/ann?secret=" KEY32 "&secret=" KEY32,
	"otpauth://totp/ann?secret=" KEY32 "&issuer=a&issuer=a",
	"otpauth://totp/ann?secret=" KEY32 "&digits=6&digits=6",
	"otpauth://totp/ann?secret=" KEY32 "&counter=1&counter=1",
	"otpauth://totp/ann?secret=" KEY32 "&period=30&period",
	"otpauth://totp/ann?secret=" KEY32 "&algorithm=SHA1&algorithm=SHA1",
	/* Secrets. */
	"otpauth://totp/ann?secret=GEZDGNBVGY3TQOJ0",
	"otpauth://totp/ann?secret=GEZDGNBVGY3TQO1Q",
	"otpauth://totp/ann?secret=GEZDGNBV+GY3TQOJQ",
	"otpauth://totp/ann?secret=GEZDGNBVGY3TQOJQA",
	"otpauth://totp/ann?secret=GEZDGNBVGY3TQOJQ=A",
	"otpauth://totp/ann?secret=GEZDGNBVGY3TQ%ZZ",
	"otpauth://totp/ann?secret=GEZDGNBVGY3TQOI",
	"otpauth://totp/ann?secret=" KEY32 "========",
	/* Numbers and words. */
	"otpauth://totp/ann?secret=" KEY32 "&digits=5",
	"otpauth://totp/ann?secret=" KEY32 "&digits=9",
	"otpauth://totp/ann?secret=" KEY32 "&digits=06",
	"otpauth://totp/ann?secret=" KEY32 "&digits=",
	"otpauth://totp/ann?secret=" KEY32 "&digits",
	"otpauth://totp/ann?secret=" KEY32 "&digits=+6",
	"otpauth://totp/ann?secret=" KEY32 "&digits=6.0",
	"otpauth://totp/ann?secret=" KEY32 "&digits=4294967302",
	"otpauth://totp/ann?secret=" KEY32 "&period=14",
	"otpauth://totp/ann?secret=" KEY32 "&period=121",
	"otpauth://totp/ann?secret=" KEY32 "&period=0",
	"otpauth://totp/ann?secret=" KEY32 "&period=-30",
	"otpauth://totp/ann?secret=" KEY32 "&period=30x",
	"otpauth://totp/ann?secret=" KEY32 "&algorithm=",
	"otpauth://totp/ann?secret=" KEY32 "&algorithm=MD5",
	"otpauth://totp/ann?secret=" KEY32 "&algorithm=SHA-256",
	"otpauth://hotp/ann?secret=" KEY32,
	"otpauth://hotp/ann?secret=" KEY32 "&counter=",
	"otpauth://hotp/ann?secret=" KEY32 "&counter=-1",
	"otpauth://hotp/ann?secret=" KEY32 "&counter=9223372036854775807",
	"otpauth://hotp/ann?secret=" KEY32 "&counter=18446744073709551616",
};

static void
refused(void)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		struct otpauth o = { .issuer = "before" };
		SECRET(key);

		kit_answer(&key, "before");
		CHECK_EQ(parse(refusals[i], &o, &key), STATUS_INVALID);
		CHECK_STR(o.issuer, "before");
		CHECK(secret_is(&key, "before", 6));
	}
}

static void
sizes(void)
{
	char uri[OTPAUTH_MAX + 2] = "otpauth://totp/ann?secret=" KEY32 "&x=";
	struct fault f = { .text = "" };
	size_t len = strlen(uri);
	struct otpauth o;
	SECRET(s);
	SECRET(key);

	memset(uri + len, 'x', sizeof(uri) - len);
	CHECK_OK(secret_set(&s, uri, OTPAUTH_MAX, &f), &f);
	CHECK_OK(otpauth_parse(&s, &o, &key, &f), &f);
	CHECK_OK(secret_set(&s, uri, OTPAUTH_MAX + 1, &f), &f);
	CHECK_EQ(otpauth_parse(&s, &o, &key, &f), STATUS_INVALID);
	uri[len] = '\0';
	CHECK_OK(secret_set(&s, uri, OTPAUTH_MAX, &f), &f);
	CHECK_EQ(otpauth_parse(&s, &o, &key, &f), STATUS_INVALID);
	/* Keys of 10 to 128 bytes, no more and no less. */
	for (size_t n = 1; n <= 140; n++) {
		char digits[256];
		uint8_t bytes[140] = { 1, 2, 3 };

		text_base32(bytes, n, digits);
		(void)snprintf(uri, sizeof(uri),
			       "otpauth://totp/ann?secret=%s", digits);
		kit_answer(&s, uri);
		CHECK_EQ(otpauth_parse(&s, &o, &key, &f),
			 n >= 10 && n <= 128 ? STATUS_OK : STATUS_INVALID);
		CHECK(n < 10 || n > 128 || secret_is(&key, bytes, n));
	}
}

static void
devices(void)
{
	struct otpauth o;
	SECRET(key);

	CHECK_EQ(parse("otpauth://totp/ann?secret=" KEY32
		       "&algorithm=SHA256&digits=7&period=120",
		       &o, &key),
		 STATUS_OK);
	CHECK(o.device.algorithm == CRYPTO_SHA256 && o.device.digits == 7 &&
	      o.device.period == 120);
	CHECK_EQ(parse("otpauth://hotp/ann?counter=77&period=x&digits=8"
		       "&algorithm=Sha512&secret=" KEY32,
		       &o, &key),
		 STATUS_OK);
	CHECK(o.device.kind == STORE_HOTP && o.device.counter == 77 &&
	      o.device.period == 0 && o.device.digits == 8 &&
	      o.device.algorithm == CRYPTO_SHA512);
	CHECK_EQ(parse("otpauth://totp/ann?secret=" KEY32 "&d%69gits=8", &o,
		       &key),
		 STATUS_OK);
	CHECK_EQ(o.device.digits, 6);
	CHECK_EQ(parse("otpauth://totp/ann?secret=" KEY32 "&digits=%38", &o,
		       &key),
		 STATUS_OK);
	CHECK_EQ(o.device.digits, 8);
}

int
main(void)
{
	struct fault f = { .text = "" };

	CHECK_OK(crypto_start(&f), &f);
	formats();
	hostile_names();
	unformatted();
	names();
	refused();
	sizes();
	devices();
	return test_done();
}
