/* SPDX-License-Identifier: MIT */
#include "factor/sshkey.h"

#include <stdarg.h>
#include <stdio.h>

#include "sshkey_samples.h"
#include "test.h"

static enum status
parse(const char *text, size_t len, char *comment, size_t size,
      struct fault *f)
{
	struct sshkey key;

	return sshkey_line_parse(text, len, &key, comment, size, f);
}

static void
refused(const char *text, const char *words)
{
	struct fault f = { .text = "" };
	char comment[65];

	CHECK_EQ(parse(text, strlen(text), comment, sizeof(comment), &f),
		 STATUS_INVALID);
	if (strstr(f.text, words) == NULL)
		test_note("%s: %s", text, f.text);
	CHECK(strstr(f.text, words) != NULL);
}

static void
lines(void)
{
	struct fault f = { .text = "" };
	char text[2000], comment[65];
	const size_t pair = strlen(sample_ed25519) - strlen(" ann@laptop");

	(void)snprintf(text, sizeof(text), "%s\n", sample_ed25519);
	CHECK_OK(parse(text, strlen(text), comment, sizeof(comment), &f), &f);
	CHECK_STR(comment, "ann@laptop");
	(void)snprintf(text, sizeof(text), "%s\r\n", sample_ed25519);
	CHECK_OK(parse(text, strlen(text), comment, sizeof(comment), &f), &f);
	CHECK_STR(comment, "ann@laptop");
	CHECK_OK(parse(sample_ed25519, pair, comment, sizeof(comment), &f),
		 &f);
	CHECK_STR(comment, "");
	CHECK_OK(parse(sample_ed25519, pair, NULL, 0, &f), &f);
	/* One key, no more, and nothing else that is found in .pub files. */
	(void)snprintf(text, sizeof(text), "%s\n%s\n", sample_ed25519,
		       sample_ec256);
	refused(text, "several lines");
	(void)snprintf(text, sizeof(text), "%s\n\n", sample_ed25519);
	refused(text, "several lines");
	(void)snprintf(text, sizeof(text), "\n%s\n", sample_ed25519);
	refused(text, "several lines");
	(void)snprintf(text, sizeof(text), "cert-authority %s",
		       sample_ed25519);
	refused(text, "options");
	(void)snprintf(text, sizeof(text), "command=\"a b\" %s",
		       sample_ed25519);
	refused(text, "options");
	refused("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n", "private key");
	refused("-----BEGIN RSA PRIVATE KEY-----\nb3Bl\n", "private key");
	refused("PuTTY-User-Key-File-3: ssh-ed25519\n", "private key");
	refused("---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n", "another format");
	refused("-----BEGIN PUBLIC KEY-----\nAAAA\n", "another format");
	refused("", "TYPE BASE64");
	refused("ssh-ed25519", "TYPE BASE64");
	refused("ssh-ed25519 ", "TYPE BASE64");
	refused("ssh-ed25519  AAAA", "TYPE BASE64");
	refused(" ssh-ed25519 AAAA", "options");
	refused("ssh-ed25519 A!AA", "base64");
	refused("ssh-ed25519 AAAA", "no SSH public key");
	refused("# a comment", "base64");
	/* The type outside is the one inside. */
	(void)snprintf(text, sizeof(text), "ecdsa-sha2-nistp256%s",
		       strchr(sample_ed25519, ' '));
	refused(text, "another type");
	memcpy(text, sample_ed25519, pair + 1);
	text[20] = '\0';
	CHECK_EQ(parse(text, pair, comment, sizeof(comment), &f),
		 STATUS_INVALID);
}

static void
comment(const char *from, size_t size, const char *expected)
{
	const int pair = (int)(strlen(sample_ed25519) - strlen(" ann@laptop"));
	struct fault f = { .text = "" };
	char text[2000], out[65] = "before";

	(void)snprintf(text, sizeof(text), "%.*s %s", pair, sample_ed25519,
		       from);
	CHECK_OK(parse(text, strlen(text), out, size, &f), &f);
	CHECK_STR(out, expected);
}

static void
comments(void)
{
	comment("", 65, "");
	comment("two  words", 65, "two  words");
	comment("  ends  ", 65, "ends");
	comment("\x1b[31mred\x07", 65, "[31mred");
	comment("\xc3\xa4nn\xff\xfe", 65, "\xc3\xa4nn");
	comment("a\xe2\x80\xae"
		"b\xc2\x9b"
		"c\\",
		65, "abc");
	comment("\xf0\x9f\x94\x91 key", 65, "\xf0\x9f\x94\x91 key");
	comment("abcdef", 4, "abc");
	comment("abc\xc3\xa4", 5, "abc");
	comment("ab c", 4, "ab");
	comment("abc", 1, "");
	comment("\x80\x80\x80\x80\x80\x80\x80x", 65, "x");
}

static void
fingerprints(void)
{
	struct sshkey key;
	struct fault f = { .text = "" };
	char print[51];

	CHECK_OK(sshkey_line_parse(sample_rsa, strlen(sample_rsa), &key, NULL,
				   0, &f),
		 &f);
	sshkey_fingerprint(key.blob, key.blob_len, print);
	CHECK_STR(print, sample_rsa_fingerprint);
	CHECK_EQ(strlen(print), 50);
}

static size_t __attribute__((format(printf, 3, 4)))
info(struct sshkey *out, size_t max, const char *fmt, ...)
{
	static char text[12000];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return sshkey_auth_info(text, out, max);
}

/* What sshd writes: a line a method that was proved. */
static void
proved(void)
{
	struct sshkey out[3];
	char one[300], two[300], longer[5000];
	size_t len = strlen(sample_ed25519) - strlen(" ann@laptop");

	(void)snprintf(one, sizeof(one), "%.*s", (int)len, sample_ed25519);
	len = strlen(sample_ec256) - strlen(" ec 256");
	(void)snprintf(two, sizeof(two), "%.*s", (int)len, sample_ec256);
	CHECK_EQ(info(out, 3, "publickey %s\npublickey %s\n", one, two), 2);
	CHECK_STR(out[0].type, "ssh-ed25519");
	CHECK_STR(out[1].type, "ecdsa-sha2-nistp256");
	CHECK_EQ(info(out, 3, "publickey %s\npublickey %s", one, two), 2);
	CHECK_EQ(info(out, 1, "publickey %s\npublickey %s\n", one, two), 1);
	CHECK_EQ(info(out, 0, "publickey %s\npublickey %s\n", one, two), 0);
	CHECK_EQ(info(out, 3,
		      "password\npublickey %s\nkeyboard-interactive/pam\n%s",
		      one, ""),
		 1);
	CHECK_EQ(info(out, 3, "%s", ""), 0);
	CHECK_EQ(info(out, 3, "\n\n%s%s", "", ""), 0);
	CHECK_EQ(info(out, 3, "publickey %s%s\n", one, " ann@laptop"), 0);
	CHECK_EQ(info(out, 3, "publickey  %s%s\n", one, ""), 0);
	CHECK_EQ(info(out, 3, "publickey %s%s\n", one, "\r"), 0);
	CHECK_EQ(info(out, 3, "publickey %s%s\n", one, "\t"), 0);
	CHECK_EQ(info(out, 3, " publickey %s%s\n", one, ""), 0);
	CHECK_EQ(info(out, 3, "hostbased %s%s\n", one, ""), 0);
	CHECK_EQ(info(out, 3, "publickey%s%s\n", one, ""), 0);
	CHECK_EQ(info(out, 3, "xpublickey %s%s\n", one, ""), 0);
	CHECK_EQ(info(out, 3, "publickey %.30s%s\n", one, ""), 0);
	memset(longer, 'A', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	CHECK_EQ(info(out, 3, "publickey ssh-rsa %s\npublickey %s", longer,
		      one),
		 1);
	CHECK_STR(out[0].type, "ssh-ed25519");
	/* A certificate is a key, too; what it is worth others say. */
	(void)snprintf(longer, sizeof(longer), "%.*s",
		       (int)(strlen(sample_user_cert) - strlen(" ann@laptop")),
		       sample_user_cert);
	CHECK_EQ(info(out, 3, "publickey %s%s", longer, "\n"), 1);
	CHECK(out[0].certificate);
}

int
main(void)
{
	lines();
	comments();
	fingerprints();
	proved();
	return test_done();
}
