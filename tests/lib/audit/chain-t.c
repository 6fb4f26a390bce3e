/* SPDX-License-Identifier: MIT */
/* Vectors made by Python's hmac and hashlib; they stand in sigra-audit(5). */
#include "audit/chain.h"

#include <stdio.h>

#include "base/text.h"
#include "crypto/crypto.h"
#include "test.h"

#define KEY_TEXT                                                              \
	"SIGRA-AUDIT1-43-AAAQ-EAYE-AUDA-OCAJ-BIFQ-YDIO-B4IB-CEQT-CQKR-MFYY-"  \
	"DENB-WHA5-DYP5-YJBC"

static const struct store_audit first = {
	.host = "host.example",
	.seq = 43,
	.id = { "01890a5d-ac96-774b-bcce-b302099a8057" },
	.at = 1700000000,
	.action = "audit.key_made",
	.outcome = "success",
	.actor = "system",
	.pid = 77,
	.meta = "{}",
};
static const struct store_audit second = {
	.host = "host.example",
	.seq = 44,
	.id = { "01890a5d-ac96-774b-bcce-b302099a8058" },
	.at = -1,
	.action = "login.denied",
	.outcome = "failure",
	.actor = "uid:1000",
	.effective = "system",
	.target = "01890a5d-ac96-774b-bcce-b302099a8000",
	.org = "01890a5d-ac96-774b-bcce-b302099a8001",
	.service = "sshd",
	.tty = "pts/1",
	.rhost = "h\xc3\xa4st",
	.meta = "{\"reason\":\"wrong\"}",
};

static void
key_set(struct secret *key)
{
	uint8_t bytes[CHAIN_KEY_SIZE];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	CHECK(secret_set(key, bytes, sizeof(bytes), NULL) == STATUS_OK);
}

static void
check_hex(const uint8_t bytes[32], const char *expected)
{
	char hex[65];

	text_hex(bytes, 32, hex);
	CHECK_STR(hex, expected);
}

static void
check_key(const struct secret *key, const char *expected)
{
	uint8_t bytes[CHAIN_KEY_SIZE] = { 0 };

	CHECK(secret_bytes(key, bytes, sizeof(bytes)));
	check_hex(bytes, expected);
}

static void
test_row(void)
{
	uint8_t bytes[CHAIN_ROW_SIZE], hash[CRYPTO_SHA256_SIZE];
	struct store_audit row = first;
	size_t len = chain_row(&first, bytes);

	CHECK_EQ(len, 169);
	crypto_sha256(bytes, len, hash);
	check_hex(hash, "5b4452bcf71032dd56518fdc6d08b3ce"
			"ae0135924edd2b4348d4a107ea0c8f47");
	len = chain_row(&second, bytes);
	CHECK_EQ(len, 268);
	crypto_sha256(bytes, len, hash);
	check_hex(hash, "0c20e1aa6b75eccc621066b2b4c595a9"
			"7b94c20cc50008be2e77e5654a99910a");
	/* The largest of all fits. */
	memset(row.host, 'a', sizeof(row.host) - 1);
	memset(row.action, 'a', sizeof(row.action) - 1);
	memset(row.meta, 'a', sizeof(row.meta) - 1);
	memset(row.rhost, 'a', sizeof(row.rhost) - 1);
	memset(row.service, 'a', sizeof(row.service) - 1);
	memset(row.tty, 'a', sizeof(row.tty) - 1);
	memset(row.target, 'a', sizeof(row.target) - 1);
	memset(row.actor, 'a', sizeof(row.actor) - 1);
	memset(row.effective, 'a', sizeof(row.effective) - 1);
	memset(row.org, 'a', sizeof(row.org) - 1);
	row.seq = row.at = row.pid = INT64_MIN;
	CHECK(chain_row(&row, bytes) <= sizeof(bytes));
}

static void
test_ladder(void)
{
	uint8_t mac[STORE_MAC_SIZE], head[CHAIN_HEAD_SIZE] = { 0 };
	char id[STORE_CHAIN_KEY_SIZE];
	SECRET(key);

	key_set(&key);
	chain_key_id(&key, id);
	CHECK_STR(id, "810a89b9be52a222");
	chain_mac(&key, &first, mac);
	check_hex(mac, "d682ecd45cea62665afc7523da6cd39e"
		       "7a550dc2fc3d997877460f6ec1c343d1");
	chain_head_next(head, mac);
	check_hex(head, "7e4d7c6d6a079d8e8e3ea82732049c37"
			"0333849436b1ca859b2de54c55e83d7e");
	chain_key_next(&key);
	check_key(&key, "eac20856a4afc526904ad13445a01d69"
			"076ce3c2ae06bd7b053c299ce1ce274e");
	chain_mac(&key, &second, mac);
	check_hex(mac, "b8a335385b4dd2bab3b1cbd3f7b14d3f"
		       "f42dbd8ec586d4bd28219dc43b9c7f79");
	chain_head_next(head, mac);
	check_hex(head, "437cad7c3d3c3d6c57181c2e2c8d1595"
			"021acc6af927a8144732f8ccbff13a57");
	for (int i = 1; i < 1000; i++)
		chain_key_next(&key);
	check_key(&key, "74d5aa90c6306b356c9c50f5d11a29f5"
			"c4a04324759e48164741a4055e747845");
}

/* Every byte of a row counts, and where it stands. */
static void
test_right(void)
{
	struct store_audit row = second, other;
	SECRET(key);

	key_set(&key);
	CHECK(!chain_mac_right(&key, &row));
	chain_mac(&key, &row, row.mac);
	row.mac_len = sizeof(row.mac);
	CHECK(chain_mac_right(&key, &row));
	other = row;
	other.mac_len = 31;
	CHECK(!chain_mac_right(&key, &other));
	other = row;
	other.seq++;
	CHECK(!chain_mac_right(&key, &other));
	other = row;
	other.at++;
	CHECK(!chain_mac_right(&key, &other));
	other = row;
	other.pid++;
	CHECK(!chain_mac_right(&key, &other));
	/* The end of one word is not the beginning of the next. */
	other = row;
	(void)snprintf(other.service, sizeof(other.service), "sshdp");
	(void)snprintf(other.tty, sizeof(other.tty), "ts/1");
	CHECK(!chain_mac_right(&key, &other));
	other = row;
	memcpy(other.org, row.effective, sizeof(row.effective));
	memcpy(other.effective, row.org, sizeof(row.org));
	CHECK(!chain_mac_right(&key, &other));
	chain_key_next(&key);
	CHECK(!chain_mac_right(&key, &row));
}

static void
test_anchor(void)
{
	static const char *const bad[] = {
		"",
		":",
		"1",
		"1:",
		"1:00",
		"-1:7e4d7c6d6a079d8e8e3ea82732049c37"
		"0333849436b1ca859b2de54c55e83d7e",
		"01:7e4d7c6d6a079d8e8e3ea82732049c37"
		"0333849436b1ca859b2de54c55e83d7e",
		"99999999999999999999999:7e4d7c6d6a079d8e8e3ea82732049c37"
		"0333849436b1ca859b2de54c55e83d7e",
		"1:7e4d7c6d6a079d8e8e3ea82732049c37"
		"0333849436b1ca859b2de54c55e83d7e0",
		"1:7e4d7c6d6a079d8e8e3ea82732049c37"
		"0333849436b1ca859b2de54c55e83d7g",
	};
	uint8_t head[CHAIN_HEAD_SIZE] = { 1 }, back[CHAIN_HEAD_SIZE] = { 0 };
	char text[CHAIN_ANCHOR_SIZE];
	int64_t seq = 7;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!chain_anchor_parse(bad[i], &seq, back));
	CHECK_EQ(seq, 7);
	CHECK_EQ(back[0], 0);
	chain_anchor_format(INT64_MAX, head, text);
	CHECK_STR(text, "9223372036854775807:01000000000000000000000000000000"
			"00000000000000000000000000000000");
	CHECK(chain_anchor_parse(text, &seq, back));
	CHECK(seq == INT64_MAX && memcmp(head, back, sizeof(head)) == 0);
}

static enum status
key_parse(const char *s, struct secret *key, int64_t *start)
{
	struct fault f;
	SECRET(text);

	CHECK(secret_set(&text, s, strlen(s), NULL) == STATUS_OK);
	return crypto_audit_parse(&text, key, start, &f);
}

static void
test_key_text(void)
{
	static const char *const bad[] = {
		"",
		"SIGRA-AUDIT1-43",
		/* another number, another digit */
		"SIGRA-AUDIT1-44-AAAQ-EAYE-AUDA-OCAJ-BIFQ-YDIO-B4IB-CEQT-CQKR"
		"-MFYY-DENB-WHA5-DYP5-YJBC",
		"SIGRA-AUDIT1-43-ABAQ-EAYE-AUDA-OCAJ-BIFQ-YDIO-B4IB-CEQT-CQKR"
		"-MFYY-DENB-WHA5-DYP5-YJBC",
		"SIGRA-AUDIT1-0-AAAQ-EAYE-AUDA-OCAJ-BIFQ-YDIO-B4IB-CEQT-CQKR"
		"-MFYY-DENB-WHA5-DYP5-YJBC",
		"SIGRA-AUDIT2-43-AAAQ-EAYE-AUDA-OCAJ-BIFQ-YDIO-B4IB-CEQT-CQKR"
		"-MFYY-DENB-WHA5-DYP5-YJBC",
		/* of the store's kind */
		"SIGRA1-AAAQ-EAYE-AUDA-OCAJ-BIFQ-YDIO-B4IB-CEQT-CQKR-MFYY-DENB"
		"-WHA5-DYP5-YJBC",
	};
	int64_t start = 7;
	SECRET(key);
	SECRET(text);
	SECRET(back);

	key_set(&key);
	crypto_audit_text(&key, 43, &text);
	CHECK(secret_is(&text, KEY_TEXT, strlen(KEY_TEXT)));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(key_parse(bad[i], &back, &start) == STATUS_INVALID);
	CHECK(start == 7 && back.len == 0);
	CHECK(key_parse(KEY_TEXT, &back, &start) == STATUS_OK);
	CHECK(start == 43 && secret_equal(&key, &back));
	secret_wipe(&back);
	CHECK(key_parse(" sigraaudit1 43 aaaqeayeaudaocajbifqydiob4ib\n"
			"CEQT-CQKR-MFYY-DENB-WHA5-DYP5-YJBC\r\n",
			&back, &start) == STATUS_OK);
	CHECK(secret_equal(&key, &back));
	crypto_audit_text(&key, INT64_MAX, &text);
	secret_wipe(&back);
	CHECK(crypto_audit_parse(&text, &back, &start, NULL) == STATUS_OK);
	CHECK(start == INT64_MAX && secret_equal(&key, &back));
}

int
main(void)
{
	struct fault f;

	CHECK_OK(crypto_start(&f), &f);
	test_row();
	test_ladder();
	test_right();
	test_anchor();
	test_key_text();
	return test_done();
}
