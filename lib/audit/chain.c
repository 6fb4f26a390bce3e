/* SPDX-License-Identifier: MIT */
#include "audit/chain.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "crypto/crypto.h"

#define CHAIN_ROW_WORD "sigra-audit-row-1\n"
#define CHAIN_NEXT_WORD "sigra audit next key"
#define CHAIN_ID_WORD "sigra audit key id"
#define CHAIN_ID_BYTES 8
#define CHAIN_NUMBER_SIZE 24

_Static_assert(STORE_MAC_SIZE == CRYPTO_SHA256_SIZE, "an HMAC-SHA256");
_Static_assert(CHAIN_KEY_SIZE == CRYPTO_SHA256_SIZE, "made by one");
_Static_assert(CHAIN_HEAD_SIZE == CRYPTO_SHA256_SIZE, "a SHA-256");

static size_t
chain_text(uint8_t *out, const char *s)
{
	size_t len = strlen(s);

	for (unsigned i = 0; i < 4; i++)
		out[i] = (uint8_t)(len >> (24 - 8 * i));
	memcpy(out + 4, s, len);
	return 4 + len;
}

static size_t
chain_number(uint8_t *out, int64_t n)
{
	char text[CHAIN_NUMBER_SIZE];
	struct buf b;

	buf_start(&b, text, sizeof(text));
	buf_printf(&b, "%lld", (long long)n);
	return chain_text(out, text);
}

size_t
chain_row(const struct store_audit *row, uint8_t out[CHAIN_ROW_SIZE])
{
	const char *const words[] = {
		row->action,	row->outcome, row->actor,
		row->effective, row->target,  row->org,
		row->service,	row->tty,     row->rhost
	};
	size_t n = sizeof(CHAIN_ROW_WORD) - 1;

	memcpy(out, CHAIN_ROW_WORD, n);
	n += chain_text(out + n, row->host);
	n += chain_number(out + n, row->seq);
	n += chain_text(out + n, row->id.s);
	n += chain_number(out + n, row->at);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		n += chain_text(out + n, words[i]);
	n += chain_number(out + n, row->pid);
	return n + chain_text(out + n, row->meta);
}

void
chain_mac(const struct secret *key, const struct store_audit *row,
	  uint8_t out[STORE_MAC_SIZE])
{
	uint8_t bytes[CHAIN_ROW_SIZE];

	crypto_hmac_sha256(key, bytes, chain_row(row, bytes), out);
}

bool
chain_mac_right(const struct secret *key, const struct store_audit *row)
{
	uint8_t mac[STORE_MAC_SIZE];

	chain_mac(key, row, mac);
	return row->mac_len == sizeof(mac) && crypto_equal(mac, row->mac);
}

void
chain_key_next(struct secret *key)
{
	uint8_t next[CHAIN_KEY_SIZE];

	crypto_hmac_sha256(key, CHAIN_NEXT_WORD, sizeof(CHAIN_NEXT_WORD) - 1,
			   next);
	status_ignore(secret_set(key, next, sizeof(next), NULL), "it fits");
	crypto_wipe(next, sizeof(next));
}

void
chain_key_id(const struct secret *key, char out[STORE_CHAIN_KEY_SIZE])
{
	uint8_t hash[CRYPTO_SHA256_SIZE];

	crypto_secret_sha256(CHAIN_ID_WORD, key, hash);
	text_hex(hash, CHAIN_ID_BYTES, out);
}

void
chain_head_next(uint8_t head[CHAIN_HEAD_SIZE],
		const uint8_t mac[STORE_MAC_SIZE])
{
	uint8_t both[CHAIN_HEAD_SIZE + STORE_MAC_SIZE];

	memcpy(both, head, CHAIN_HEAD_SIZE);
	memcpy(both + CHAIN_HEAD_SIZE, mac, STORE_MAC_SIZE);
	crypto_sha256(both, sizeof(both), head);
}

void
chain_anchor_format(int64_t seq, const uint8_t head[CHAIN_HEAD_SIZE],
		    char out[CHAIN_ANCHOR_SIZE])
{
	char hex[2 * CHAIN_HEAD_SIZE + 1];
	struct buf b;

	text_hex(head, CHAIN_HEAD_SIZE, hex);
	buf_start(&b, out, CHAIN_ANCHOR_SIZE);
	buf_printf(&b, "%lld:%s", (long long)seq, hex);
}

bool
chain_anchor_parse(const char *s, int64_t *seq, uint8_t head[CHAIN_HEAD_SIZE])
{
	const char *colon = strchr(s, ':');
	uint8_t bytes[CHAIN_HEAD_SIZE];
	char number[CHAIN_NUMBER_SIZE];
	int64_t n = 0;

	if (colon == NULL || (size_t)(colon - s) >= sizeof(number))
		return false;
	memcpy(number, s, (size_t)(colon - s));
	number[colon - s] = '\0';
	if (!text_number(number, 0, INT64_MAX, &n) ||
	    !text_unhex(colon + 1, bytes, sizeof(bytes)))
		return false;
	memcpy(head, bytes, sizeof(bytes));
	*seq = n;
	return true;
}
