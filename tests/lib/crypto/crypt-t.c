/* SPDX-License-Identifier: MIT */
#include "crypto/crypto.h"

#include <crypt.h>
#include <stdlib.h>

#include "test.h"

#define PASSWORD "correct horse"

static bool
verify(const char *password, size_t len, const char *setting, enum status *out)
{
	struct fault f = { 0 };
	bool right = false;
	SECRET(s);

	if (secret_set(&s, password, len, &f) != STATUS_OK)
		return false;
	*out = crypto_crypt_verify(&s, setting, &right, &f);
	return right;
}

static void
kind(const char *prefix, unsigned long cost)
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE], bad[CRYPT_OUTPUT_SIZE + 1];
	struct crypt_data *d = calloc(1, sizeof(*d));
	enum status st = STATUS_SYSTEM;
	unsigned passed = 0;
	size_t len;

	CHECK(d != NULL && crypt_gensalt_rn(prefix, cost, NULL, 0, setting,
					    sizeof(setting)) != NULL);
	CHECK(d != NULL && crypt_r(PASSWORD, setting, d) != NULL);
	if (d == NULL)
		return;
	test_note("%s", d->output);
	CHECK(crypto_crypt_known(d->output));
	CHECK(verify(PASSWORD, strlen(PASSWORD), d->output, &st));
	CHECK_EQ(st, STATUS_OK);
	CHECK(!verify("correct horsf", strlen(PASSWORD), d->output, &st));
	CHECK_EQ(st, STATUS_OK);
	CHECK(!verify(PASSWORD, strlen(PASSWORD) - 1, d->output, &st));
	CHECK(!verify("", 0, d->output, &st));
	CHECK(!verify(PASSWORD "\0", sizeof(PASSWORD), d->output, &st));
	CHECK_EQ(st, STATUS_OK);
	/* A setting is no hash, and a cut hash is none. */
	CHECK(!crypto_crypt_known(setting));
	len = strlen(d->output);
	memcpy(bad, d->output, len + 1);
	for (size_t n = 0; n < len; n++) {
		bad[n] = '\0';
		passed += crypto_crypt_known(bad);
		bad[n] = d->output[n];
	}
	CHECK_EQ(passed, 0);
	memcpy(bad + len, ".", 2);
	CHECK(!crypto_crypt_known(bad));
	/* The hash itself counts to its last but one character (the last
	 * may hold bits that nobody looks at). */
	memcpy(bad, d->output, len + 1);
	bad[len - 2] = bad[len - 2] == 'a' ? 'b' : 'a';
	CHECK(!verify(PASSWORD, strlen(PASSWORD), bad, &st));
	free(d);
}

/* Known answers: crypt_blowfish's, and of SHA-crypt as OpenSSL's passwd(1)
 * gives them. */
static void
known_answers(void)
{
	enum status st = STATUS_SYSTEM;

	CHECK(verify("U*U", 3,
		     "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0X"
		     "ouQYb4YMJKvyOeW",
		     &st));
	CHECK(verify("Hello world!", 12,
		     "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWE"
		     "c5",
		     &st));
	CHECK(verify("Hello world!", 12,
		     "$5$rounds=10000$saltstringsaltst$3xv.VbSHBb41AL9AvLeujZ"
		     "kZRBAwqFMz2.opqey6IcA",
		     &st));
	CHECK(verify("Hello world!", 12,
		     "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G"
		     "3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
		     &st));
}

#define SALT22 "CCCCCCCCCCCCCCCCCCCCC."
#define HASH31 "E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
#define HASH43 "5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc8"
#define HASH86 HASH43 HASH43

/* By kind, by shape, by cost: none of them reaches libcrypt. */
static const char *const bad[] = {
	"",
	"x",
	"*",
	"!",
	"!!",
	"!$5$salt$" HASH43,
	"$",
	"$$",
	"abJnggxhB/yWI",
	"_J9..rasmBYk8r9AiWNc",
	"$1$salt$" HASH43,
	"$2a$05$" SALT22 HASH31,
	"$2y$05$" SALT22 HASH31,
	"$2x$05$" SALT22 HASH31,
	"$7$CU..../....salt$" HASH43,
	"$gy$j9T$salt$" HASH43,
	"$3$$" HASH43,
	"$sha1$1$salt$" HASH43,
	"$argon2id$v=19$m=8192,t=1,p=1$c2FsdA$" HASH43,
	/* bcrypt */
	"$2b$17$" SALT22 HASH31,
	"$2b$31$" SALT22 HASH31,
	"$2b$03$" SALT22 HASH31,
	"$2b$99$" SALT22 HASH31,
	"$2b$5$$" SALT22 HASH31,
	"$2b$05$" SALT22 HASH31 "x",
	"$2b$05$" SALT22 ":5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
	/* SHA-crypt */
	"$6$rounds=999999999$salt$" HASH86,
	"$6$rounds=1000001$salt$" HASH86,
	"$5$rounds=999$salt$" HASH43,
	"$5$rounds=05000$salt$" HASH43,
	"$5$rounds=-5000$salt$" HASH43,
	"$5$rounds=$salt$" HASH43,
	"$5$rounds=5000salt$" HASH43,
	"$5$rounds=5000",
	"$5$rounds=99999999999999999999$salt$" HASH43,
	"$5$12345678901234567$" HASH43,
	"$5$salt$" HASH86,
	"$6$salt$" HASH43,
	"$5$salt" HASH43,
	"$5$sa:t$" HASH43,
	"$5$sa\nt$" HASH43,
	"$5$salt$" HASH43 "\n",
	/* yescrypt: 4 GiB, 512 MiB, a digit that wants another, other
	   flavours, more parameters */
	"$y$jHT$salt$" HASH43,
	"$y$jET$salt$" HASH43,
	"$y$jzT$salt$" HASH43,
	"$y$j9z$salt$" HASH43,
	"$y$.9T$salt$" HASH43,
	"$y$/9T$salt$" HASH43,
	"$y$j9T.$salt$" HASH43,
	"$y$j9T5.$salt$" HASH43,
	"$y$j9$salt$" HASH43,
	"$y$j9T$salt",
	"$y$j",
	"$y$",
	"$y$j9T$salt$" HASH86,
};

static void
refused(void)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		enum status st = STATUS_OK;

		test_note("%s", bad[i]);
		CHECK(!crypto_crypt_known(bad[i]));
		CHECK(!verify(PASSWORD, strlen(PASSWORD), bad[i], &st));
		CHECK_EQ(st, STATUS_REFUSED);
	}
	CHECK(!crypto_crypt_known(NULL));
	/* The neighbours of those costs. */
	CHECK(crypto_crypt_known("$2b$16$" SALT22 HASH31));
	CHECK(crypto_crypt_known("$6$rounds=1000000$salt$" HASH86));
	CHECK(crypto_crypt_known("$5$rounds=1000$salt$" HASH43));
	CHECK(crypto_crypt_known("$5$1234567890123456$" HASH43));
	CHECK(crypto_crypt_known("$y$jDT$salt$" HASH43));
}

int
main(void)
{
	struct fault f = { 0 };
	char longest[511];
	enum status st = STATUS_SYSTEM;

	CHECK_OK(crypto_start(&f), &f);
	kind("$2b$", 4);
	kind("$5$", 1000);
	kind("$5$", 0);
	kind("$6$", 1000);
	kind("$y$", 1);
	kind("$y$", 3);
	known_answers();
	refused();
	memset(longest, 'x', sizeof(longest));
	CHECK(!verify(longest, sizeof(longest), "$5$salt$" HASH43, &st));
	CHECK_EQ(st, STATUS_OK);
	return test_done();
}
