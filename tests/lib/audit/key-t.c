/* SPDX-License-Identifier: MIT */
/* How a key begins, and what it says of the chain before. */
#include "audit/link.h"

#include <string.h>

#include "base/auto.h"
#include "chained.h"
#include "store/audit.h"
#include "test.h"

#define FILE_NAME "t.db-chain"

static void
test_begun(void)
{
	struct audit_new_key made = { .start = 0 };
	struct chained x;
	uint8_t head[CHAIN_HEAD_SIZE];
	SECRET(key);
	SECRET(other);

	chained_make(&x, "begun");
	CHECK_OK(chained_row(&x, "a.before"), &x.f);
	CHECK_EQ(chained_proved(&x, CHAINED_HOST, 1, &key, head), -1);
	CHECK_OK(chained_key(&x, false, &key, &made), &x.f);
	CHECK_OK(audit_key_settle(&x.audit, &x.f), &x.f);
	CHECK_STR(made.host, CHAINED_HOST);
	CHECK_STR(made.before, "");
	CHECK_EQ(made.start, 2);
	chained_agrees(&x, &made, &key, 1);
	for (int i = 0; i < 5; i++)
		CHECK_OK(chained_row(&x, "a.after"), &x.f);
	chained_agrees(&x, &made, &key, 6);
	CHECK(chained_key(&x, false, &other, &made) == STATUS_CONFLICT);
	CHECK(strstr(x.f.text, "--replace") != NULL);
	CHECK_EQ(other.len, 0);
	audit_discard(&x.audit);
	CHECK_EQ(x.stuck, 0);
	/* Undone, with nothing left behind. */
	{
		STORE_TXN(t);

		CHECK_OK(store_begin(x.store, &t, &x.f), &x.f);
		CHECK_OK(audit_write(&x.audit, CHAINED_NOW,
				     &(struct audit_entry){
					     .action = "a.undone",
					     .outcome = AUDIT_ERROR },
				     &x.f),
			 &x.f);
	}
	audit_discard(&x.audit);
	CHECK_OK(chained_row(&x, "a.after"), &x.f);
	chained_agrees(&x, &made, &key, 7);
	chained_close(&x);
}

static void
test_replaced(void)
{
	struct audit_new_key one = { .start = 0 }, two = one, three = one;
	char anchor[CHAIN_ANCHOR_SIZE];
	uint8_t head[CHAIN_HEAD_SIZE];
	struct chained x;
	SECRET(key);
	SECRET(next);
	SECRET(last);

	chained_make(&x, "replaced");
	CHECK_OK(chained_key(&x, true, &key, &one), &x.f);
	CHECK_OK(audit_key_settle(&x.audit, &x.f), &x.f);
	CHECK_OK(chained_row(&x, "a.one"), &x.f);
	CHECK_EQ(chained_proved(&x, one.host, one.start, &key, head), 2);
	chain_anchor_format(2, head, anchor);
	CHECK_OK(chained_key(&x, true, &next, &two), &x.f);
	CHECK_STR(two.before, anchor);
	CHECK_STR(two.host_before, CHAINED_HOST);
	CHECK_EQ(two.start, 3);
	CHECK(strcmp(one.id, two.id) != 0);
	/* Its file is in no place yet, and all goes on. */
	CHECK_OK(chained_row(&x, "a.two"), &x.f);
	chained_agrees(&x, &two, &next, 2);
	CHECK_OK(audit_key_settle(&x.audit, &x.f), &x.f);
	CHECK_OK(chained_row(&x, "a.two"), &x.f);
	chained_agrees(&x, &two, &next, 3);
	/* One that broke off there is finished by the next. */
	CHECK_OK(chained_key(&x, true, &next, &two), &x.f);
	CHECK_OK(chained_key(&x, true, &last, &three), &x.f);
	CHECK_EQ(three.start, two.start + 1);
	CHECK_OK(audit_key_settle(&x.audit, &x.f), &x.f);
	CHECK_OK(chained_row(&x, "a.three"), &x.f);
	chained_agrees(&x, &three, &last, 2);
	chained_close(&x);
}

/* An init-key that was killed before its commit has done nothing. */
static void
test_broke_off(void)
{
	struct audit_new_key made = { .start = 0 }, gone = made;
	struct chained x;
	SECRET(key);
	SECRET(lost);

	chained_make(&x, "broke");
	for (int i = 0; i < 2; i++) {
		STORE_TXN(t);

		CHECK_OK(store_begin(x.store, &t, &x.f), &x.f);
		CHECK_OK(audit_key_make(&x.audit, CHAINED_NOW, true, &lost,
					&gone, &x.f),
			 &x.f);
		store_txn_end(&t);
		audit_discard(&x.audit);
		CHECK_OK(chained_row(&x, "a.on"), &x.f);
		if (i == 0)
			CHECK_OK(chained_key(&x, false, &key, &made), &x.f);
		if (i == 0)
			CHECK_OK(audit_key_settle(&x.audit, &x.f), &x.f);
	}
	chained_agrees(&x, &made, &key, 2);
	/* Its file goes, and the one that counts stays. */
	CHECK(chained_has(&x, FILE_NAME ".new"));
	CHECK_OK(audit_key_settle(&x.audit, &x.f), &x.f);
	CHECK(!chained_has(&x, FILE_NAME ".new"));
	CHECK_OK(chained_row(&x, "a.on"), &x.f);
	chained_agrees(&x, &made, &key, 3);
	chained_close(&x);
}

/* Nor does it become the chain of a copy that is brought in. */
static void
test_left(void)
{
	struct audit_new_key gone = { .start = 0 };
	struct audit_gap gap = { .ended = true };
	struct chained x;
	SECRET(lost);
	STORE_TXN(t);
	STORE_TXN(again);

	chained_make(&x, "left");
	CHECK_OK(store_begin(x.store, &t, &x.f), &x.f);
	CHECK_OK(audit_key_make(&x.audit, CHAINED_NOW, true, &lost, &gone,
				&x.f),
		 &x.f);
	store_txn_end(&t);
	audit_discard(&x.audit);
	CHECK(chained_has(&x, FILE_NAME ".new"));
	CHECK_OK(store_begin(x.store, &again, &x.f), &x.f);
	CHECK_OK(audit_restore(&x.audit, "t.db", CHAINED_NOW, &gap, &x.f),
		 &x.f);
	CHECK(!x.audit.link.chained && !gap.ended && gap.to == 0);
	store_txn_end(&again);
	chained_close(&x);
}

/* The rows of the old name were cut off before it was given up. */
static void
test_renamed_short(void)
{
	struct audit_new_key one = { .start = 0 }, two = one;
	uint8_t mac[STORE_MAC_SIZE] = { 1 };
	struct store_chain row;
	struct chained x, y;
	AUTO_FD int fd = -1;
	SECRET(key);
	SECRET(next);
	RATCHET(r);

	chained_make(&x, "renamed-short");
	CHECK_OK(chained_key(&x, false, &key, &one), &x.f);
	CHECK_OK(audit_key_settle(&x.audit, &x.f), &x.f);
	chained_file(&x, &fd, &r);
	ratchet_turn(&r, mac);
	CHECK_OK(ratchet_advance(fd, &r, &x.f), &x.f);
	CHECK_OK(chained_open(&y, x.where, "other.example"), &y.f);
	CHECK_OK(chained_key(&y, true, &next, &two), &y.f);
	CHECK_EQ(two.start, 1);
	CHECK_STR(two.host_before, CHAINED_HOST);
	CHECK(strncmp(two.before, "2:", 2) == 0);
	CHECK(two.missing.from == 2 && two.missing.to == 2);
	/* No number is used twice. */
	CHECK_OK(store_chain_newest(x.store, CHAINED_HOST, &row, &x.f), &x.f);
	CHECK(row.start == 3 && row.key[0] == '\0');
	chained_close(&x);
	chained_close(&y);
}

/* Rows are cut off: the next key begins behind what the file knows of. */
static void
test_short(void)
{
	struct audit_new_key one = { .start = 0 }, two = one;
	struct ratchet_place p = { .dir = -1 };
	uint8_t mac[STORE_MAC_SIZE] = { 1 };
	char anchor[CHAIN_ANCHOR_SIZE];
	struct chained x;
	AUTO_FD int fd = -1;
	SECRET(key);
	SECRET(next);
	RATCHET(r);

	chained_make(&x, "short");
	CHECK_OK(chained_key(&x, false, &key, &one), &x.f);
	CHECK_OK(audit_key_settle(&x.audit, &x.f), &x.f);
	store_beside(x.store, &p.dir, &p.name);
	chained_file(&x, &fd, &r);
	ratchet_turn(&r, mac);
	ratchet_turn(&r, mac);
	CHECK_OK(ratchet_advance(fd, &r, &x.f), &x.f);
	chain_anchor_format(3, r.head, anchor);
	CHECK_EQ(chained_row(&x, "a.refused"), STATUS_CORRUPT);
	CHECK_OK(chained_key(&x, true, &next, &two), &x.f);
	CHECK_OK(audit_key_settle(&x.audit, &x.f), &x.f);
	CHECK_EQ(two.start, 4);
	CHECK_STR(two.host_before, CHAINED_HOST);
	CHECK_STR(two.before, anchor);
	CHECK(two.missing.from == 2 && two.missing.to == 3);
	CHECK_EQ(two.bare.to, 0);
	chained_agrees(&x, &two, &next, 1);
	chained_close(&x);
}

/* A row that is not right: the head before it is all that the file tells. */
static void
test_wrong(void)
{
	struct audit_new_key one = { .start = 0 }, two = one;
	char anchor[CHAIN_ANCHOR_SIZE];
	struct store_audit row = { .at = CHAINED_NOW, .seq = 2 };
	struct chained x;
	uint8_t head[CHAIN_HEAD_SIZE];
	SECRET(key);
	SECRET(next);
	STORE_TXN(t);

	chained_make(&x, "wrong");
	CHECK_OK(chained_key(&x, false, &key, &one), &x.f);
	CHECK_OK(audit_key_settle(&x.audit, &x.f), &x.f);
	CHECK_EQ(chained_proved(&x, one.host, one.start, &key, head), 1);
	chain_anchor_format(1, head, anchor);
	crypto_id(CHAINED_NOW, &row.id);
	(void)strcpy(row.host, CHAINED_HOST);
	(void)strcpy(row.action, "a.forged");
	(void)strcpy(row.outcome, "success");
	(void)strcpy(row.meta, "{}");
	CHECK_OK(store_begin(x.store, &t, &x.f), &x.f);
	CHECK_OK(store_audit_insert(x.store, &row, &x.f), &x.f);
	CHECK_OK(store_commit(&t, &x.f), &x.f);
	CHECK_EQ(chained_row(&x, "a.refused"), STATUS_CORRUPT);
	CHECK_OK(chained_key(&x, true, &next, &two), &x.f);
	CHECK_EQ(two.start, 3);
	CHECK_STR(two.before, anchor);
	CHECK(two.missing.to == 0 && two.bare.to == 0);
	chained_close(&x);
}

/* Renamed, and back: each name's chain goes on where it ended. */
static void
test_back(void)
{
	struct audit_new_key one = { .start = 0 }, two = one, three = one;
	struct chained x, y;
	SECRET(key);
	SECRET(other);
	SECRET(last);

	chained_make(&x, "back");
	CHECK_OK(chained_key(&x, false, &key, &one), &x.f);
	CHECK_OK(audit_key_settle(&x.audit, &x.f), &x.f);
	CHECK_OK(chained_row(&x, "a.row"), &x.f);
	CHECK_OK(chained_open(&y, x.where, "other.example"), &y.f);
	CHECK_OK(chained_key(&y, true, &other, &two), &y.f);
	CHECK_OK(audit_key_settle(&y.audit, &y.f), &y.f);
	CHECK_OK(chained_key(&x, true, &last, &three), &x.f);
	CHECK_OK(audit_key_settle(&x.audit, &x.f), &x.f);
	CHECK_STR(three.host_before, "other.example");
	CHECK_EQ(three.start, 3);
	CHECK(three.missing.to == 0 && three.bare.to == 0);
	CHECK_OK(chained_row(&y, "a.row"), &y.f);
	chained_agrees(&x, &three, &last, 2);
	/* And again there. */
	CHECK_OK(chained_key(&y, true, &other, &two), &y.f);
	CHECK_OK(audit_key_settle(&y.audit, &y.f), &y.f);
	CHECK_EQ(two.start, 2);
	chained_agrees(&y, &two, &other, 1);
	chained_close(&x);
	chained_close(&y);
}

/* A chain ended, as by a restore without its file. */
static void
test_ended(void)
{
	struct audit_new_key one = { .start = 0 }, two = one;
	bool ended = false;
	struct chained x;
	SECRET(key);
	SECRET(next);
	STORE_TXN(t);

	chained_make(&x, "ended");
	CHECK_OK(chained_key(&x, false, &key, &one), &x.f);
	CHECK_OK(audit_key_settle(&x.audit, &x.f), &x.f);
	CHECK_OK(store_begin(x.store, &t, &x.f), &x.f);
	CHECK_OK(
		audit_link_end(x.store, NULL, NULL, CHAINED_NOW, &ended, &x.f),
		&x.f);
	CHECK_OK(store_commit(&t, &x.f), &x.f);
	CHECK(ended);
	chained_move(&x, FILE_NAME, "away");
	CHECK_OK(chained_row(&x, "a.bare"), &x.f);
	CHECK_OK(chained_row(&x, "a.bare"), &x.f);
	CHECK_OK(chained_key(&x, false, &next, &two), &x.f);
	CHECK_EQ(two.start, 4);
	CHECK_STR(two.before, "");
	CHECK(two.bare.from == 2 && two.bare.to == 3);
	CHECK_EQ(two.missing.to, 0);
	chained_agrees(&x, &two, &next, 1);
	chained_close(&x);
}

int
main(void)
{
	struct fault f;

	CHECK_OK(crypto_start(&f), &f);
	test_begun();
	test_replaced();
	test_broke_off();
	test_left();
	test_renamed_short();
	test_short();
	test_wrong();
	test_back();
	test_ended();
	return test_done();
}
