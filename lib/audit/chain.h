/* SPDX-License-Identifier: MIT */
/*
 * The chain of one host's audit rows (sigra-audit(5)): pure functions.  Row n
 * has the MAC of its bytes under K_n; K_n+1 is made of K_n, which is then
 * erased.  The head runs over the MACs: one number and one hash, written down
 * elsewhere as an anchor, say what all rows up to it were.
 */
#ifndef AUDIT_CHAIN_H
#define AUDIT_CHAIN_H

#include "base/secret.h"
#include "store/chain.h"

#define CHAIN_KEY_SIZE 32
#define CHAIN_HEAD_SIZE 32
/* More than any row has: its texts, numbers, lengths, and what begins it. */
#define CHAIN_ROW_SIZE (sizeof(struct store_audit) + 256)
#define CHAIN_ANCHOR_SIZE 88 /* "SEQ:HEX" */

/* What a row's MAC is made of, into OUT; the length. */
size_t chain_row(const struct store_audit *row, uint8_t out[CHAIN_ROW_SIZE]);

void chain_mac(const struct secret *key, const struct store_audit *row,
	       uint8_t out[STORE_MAC_SIZE]);
/* Has the row the MAC that KEY makes?  Constant time. */
bool chain_mac_right(const struct secret *key, const struct store_audit *row);

/* KEY becomes that of the next row. */
void chain_key_next(struct secret *key);

/* Of the key of a chain's first row: 16 hex digits. */
void chain_key_id(const struct secret *key, char out[STORE_CHAIN_KEY_SIZE]);

/* HEAD, which is all zero before the first row, takes one more MAC. */
void chain_head_next(uint8_t head[CHAIN_HEAD_SIZE],
		     const uint8_t mac[STORE_MAC_SIZE]);

void chain_anchor_format(int64_t seq, const uint8_t head[CHAIN_HEAD_SIZE],
			 char out[CHAIN_ANCHOR_SIZE]);
/* False when it is none; a seq of 0 or more. */
bool chain_anchor_parse(const char *s, int64_t *seq,
			uint8_t head[CHAIN_HEAD_SIZE]);

#endif
