/* SPDX-License-Identifier: MIT */
/* Lines that are copied from one machine to another, torn, and made up. */
#include "fido/paste.h"
#include "test.h"

#include <stdlib.h>

#include "crypto/crypto.h"

static struct paste_challenge c, got;
static struct paste_answer a, back;
static char text[PASTE_CHALLENGE_SIZE];
static struct fault f;

static void
challenge(size_t entries, size_t id_len)
{
	memset(&c, 0, sizeof(c));
	memset(c.random, 0x11, sizeof(c.random));
	strcpy(c.user, "ann");
	strcpy(c.service, "sudo");
	strcpy(c.host, "web1.example.org");
	strcpy(c.attempt, "0198a1b2-0000-7000-8000-000000000001");
	c.uv = FIDO_UV_REQUIRED;
	c.entries = entries;
	for (size_t i = 0; i < entries; i++) {
		strcpy(c.entry[i].rp, "example.org");
		memset(c.entry[i].id, (int)i + 1, id_len);
		c.entry[i].id_len = id_len;
	}
}

static enum status
parse(const char *s)
{
	size_t len = strlen(s);
	char *exact = malloc(len == 0 ? 1 : len);
	enum status st;

	if (exact == NULL)
		abort();
	memcpy(exact, s, len);
	memset(&got, 0xa5, sizeof(got));
	st = paste_challenge_parse(exact, len, &got, &f);
	free(exact);
	return st;
}

static enum status
parse_answer(const char *s)
{
	SECRET(secret);

	CHECK_OK(secret_set(&secret, s, strlen(s), &f), &f);
	memset(&back, 0xa5, sizeof(back));
	return paste_answer_parse(&secret, &back, &f);
}

static void
test_challenge(void)
{
	challenge(2, 64);
	CHECK_OK(paste_challenge_format(&c, text, sizeof(text), &f), &f);
	CHECK(strncmp(text, "sigra-challenge:", 16) == 0);
	CHECK_EQ(strspn(text + 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno"
				   "pqrstuvwxyz0123456789-_"),
		 strlen(text) - 16);
	CHECK_OK(parse(text), &f);
	CHECK(memcmp(&got, &c, sizeof(c)) == 0);
}

/* A terminal that wraps, a mail that indents. */
static void
test_blanks(void)
{
	char spread[sizeof(text) * 2] = " \r\n";
	size_t w = strlen(spread);

	challenge(1, 32);
	CHECK_OK(paste_challenge_format(&c, text, sizeof(text), &f), &f);
	for (size_t i = 0; text[i] != '\0'; i++) {
		spread[w++] = text[i];
		if (i % 70 == 69)
			spread[w++] = '\n';
	}
	strcpy(spread + w, "\t\n");
	CHECK_OK(parse(spread), &f);
	CHECK(memcmp(&got, &c, sizeof(c)) == 0);
}

static void
test_torn(void)
{
	size_t len, good = 0;

	challenge(1, 32);
	CHECK_OK(paste_challenge_format(&c, text, sizeof(text), &f), &f);
	len = strlen(text);
	for (size_t i = 0; i < len; i++) {
		char kept = text[i];

		text[i] = '\0';
		good += parse(text) == STATUS_OK;
		text[i] = kept == 'A' ? 'B' : 'A';
		good += parse(text) == STATUS_OK;
		text[i] = kept;
	}
	CHECK_EQ(good, 0);
	CHECK(got.random[0] == 0xa5); /* untouched */
	text[len - 10] = '\0';
	CHECK_EQ(parse(text), STATUS_INVALID);
	CHECK_STR(f.text, "it was not copied whole");
	CHECK_EQ(parse(""), STATUS_INVALID);
	CHECK_EQ(parse("sigra-challenge:"), STATUS_INVALID);
	CHECK_EQ(parse("sigra-challenge:AAAA"), STATUS_INVALID);
	CHECK_EQ(parse("sigra-answer:AAAA"), STATUS_INVALID);
	CHECK_STR(f.text, "it does not begin with sigra-challenge:");
	CHECK_EQ(paste_challenge_parse("sigra-challenge:AA\0AA", 21, &got, &f),
		 STATUS_INVALID);
}

/* Bytes behind WORD with a sum that fits. */
static void
made_up(const char *word, const uint8_t *bytes, size_t len)
{
	uint8_t both[2000], digest[CRYPTO_HASH_SIZE];
	size_t n = strlen(word);

	memcpy(both, word, n);
	memcpy(both + n, bytes, len);
	crypto_digest(both, n + len, digest);
	memcpy(both + n + len, digest, 4);
	strcpy(text, word);
	CHECK(crypto_base64_format(both + n, len + 4, CRYPTO_BASE64_URL,
				   text + n, sizeof(text) - n));
}

/* The checksum keeps nobody out: what is behind it is looked at. */
static void
test_made_up(void)
{
	uint8_t bytes[1000] = { 1 };
	/* version, random, four empty texts, uv, one entry, "", id of 1 */
	const size_t uv = 1 + 32 + 4 * 2, len = uv + 2 + 2 + 2 + 1;

	bytes[uv] = 1;
	bytes[uv + 1] = 1;
	bytes[uv + 5] = 1;
	made_up("sigra-challenge:", bytes, len);
	CHECK_OK(parse(text), &f);
	CHECK_EQ(got.entries, 1);
	made_up("sigra-challenge:", bytes, len + 1);
	CHECK_EQ(parse(text), STATUS_INVALID);
	CHECK_STR(f.text, "it is no challenge of ours");
	for (size_t n = 1; n < len; n++) {
		made_up("sigra-challenge:", bytes, n);
		CHECK_EQ(parse(text), STATUS_INVALID);
	}
	bytes[0] = 2;
	made_up("sigra-challenge:", bytes, len);
	CHECK_EQ(parse(text), STATUS_INVALID);
	CHECK_STR(f.text, "it is of version 2, and this program knows 1");
	bytes[0] = 1;
	bytes[uv] = 4;
	made_up("sigra-challenge:", bytes, len);
	CHECK_EQ(parse(text), STATUS_INVALID);
	bytes[uv] = 1;
	bytes[uv + 1] = FIDO_KEYS_MAX + 1;
	made_up("sigra-challenge:", bytes, sizeof(bytes));
	CHECK_EQ(parse(text), STATUS_INVALID);
	/* A name that would not fit. */
	memset(bytes, 0, sizeof(bytes));
	bytes[0] = 1;
	bytes[33] = 0x01;
	bytes[34] = 0x01;
	memset(bytes + 35, 'u', 257);
	made_up("sigra-challenge:", bytes, sizeof(bytes));
	CHECK_EQ(parse(text), STATUS_INVALID);
}

static void
test_too_long(void)
{
	char small[64];

	challenge(FIDO_KEYS_MAX, 480);
	CHECK_OK(paste_challenge_format(&c, text, sizeof(text), &f), &f);
	CHECK_OK(parse(text), &f);
	CHECK(memcmp(&got, &c, sizeof(c)) == 0);
	for (size_t i = 0; i < c.entries; i++) {
		memset(c.entry[i].rp, 'x', sizeof(c.entry[i].rp) - 1);
		c.entry[i].rp[sizeof(c.entry[i].rp) - 1] = '\0';
	}
	CHECK_EQ(paste_challenge_format(&c, text, sizeof(text), &f),
		 STATUS_INVALID);
	CHECK_STR(f.text, "too long for one line");
	c.entries = 5;
	CHECK_OK(paste_challenge_format(&c, text, sizeof(text), &f), &f);
	CHECK_EQ(paste_challenge_format(&c, small, sizeof(small), &f),
		 STATUS_INVALID);
	c.entries = 0;
	CHECK_EQ(paste_challenge_format(&c, text, sizeof(text), &f),
		 STATUS_INVALID);
	c.entries = FIDO_KEYS_MAX + 1;
	CHECK_EQ(paste_challenge_format(&c, text, sizeof(text), &f),
		 STATUS_INVALID);
}

static void
test_answer(void)
{
	size_t good = 0, len;

	memset(&a, 0, sizeof(a));
	a.entry = 9;
	memset(a.authdata, 0x22, sizeof(a.authdata));
	memset(a.signature, 0x33, sizeof(a.signature));
	a.signature_len = sizeof(a.signature);
	CHECK_OK(paste_answer_format(&a, text, PASTE_ANSWER_SIZE, &f), &f);
	len = strlen(text);
	CHECK(len < PASTE_ANSWER_SIZE);
	CHECK_OK(parse_answer(text), &f);
	CHECK(memcmp(&a, &back, sizeof(a)) == 0);
	for (size_t i = 0; i < len; i += 7) {
		char kept = text[i];

		text[i] = kept == 'A' ? 'B' : 'A';
		good += parse_answer(text) == STATUS_OK;
		text[i] = '\0';
		good += parse_answer(text) == STATUS_OK;
		text[i] = kept;
	}
	CHECK_EQ(good, 0);
	a.entry = FIDO_KEYS_MAX;
	CHECK_EQ(paste_answer_format(&a, text, PASTE_ANSWER_SIZE, &f),
		 STATUS_INVALID);
	a.entry = 0;
	a.signature_len = 0;
	CHECK_EQ(paste_answer_format(&a, text, PASTE_ANSWER_SIZE, &f),
		 STATUS_INVALID);
	a.signature_len = sizeof(a.signature) + 1;
	CHECK_EQ(paste_answer_format(&a, text, PASTE_ANSWER_SIZE, &f),
		 STATUS_INVALID);
}

static void
test_answer_made_up(void)
{
	uint8_t bytes[1 + 1 + 37 + 2 + 400] = { 1 };
	SECRET(nul);

	bytes[40] = 1;
	made_up("sigra-answer:", bytes, 42);
	CHECK_OK(parse_answer(text), &f);
	made_up("sigra-answer:", bytes, 43);
	CHECK_EQ(parse_answer(text), STATUS_INVALID);
	bytes[1] = FIDO_KEYS_MAX;
	made_up("sigra-answer:", bytes, 42);
	CHECK_EQ(parse_answer(text), STATUS_INVALID);
	bytes[1] = 0;
	bytes[39] = 1;
	bytes[40] = 1;
	made_up("sigra-answer:", bytes, 41 + 257);
	CHECK_EQ(parse_answer(text), STATUS_INVALID);
	memset(text, 'A', 1500);
	text[1500] = '\0';
	CHECK_EQ(parse_answer(text), STATUS_INVALID);
	CHECK_EQ(parse_answer(""), STATUS_INVALID);
	CHECK_OK(secret_set(&nul, "sigra-answer:\0", 14, &f), &f);
	CHECK_EQ(paste_answer_parse(&nul, &back, &f), STATUS_INVALID);
	/* A challenge is no answer. */
	challenge(1, 8);
	CHECK_OK(paste_challenge_format(&c, text, sizeof(text), &f), &f);
	CHECK_EQ(parse_answer(text), STATUS_INVALID);
}

int
main(void)
{
	CHECK_OK(crypto_start(&f), &f);
	test_challenge();
	test_blanks();
	test_torn();
	test_made_up();
	test_too_long();
	test_answer();
	test_answer_made_up();
	return test_done();
}
