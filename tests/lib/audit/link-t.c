/* SPDX-License-Identifier: MIT */
/* The rows of a store and the file of their chain. */
#include "audit/link.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/auto.h"
#include "chained.h"
#include "test.h"

#define FILE_NAME "t.db-chain"

/* Killed between the commit and the file; or another process there. */
static void
test_behind(void)
{
	struct audit_new_key made = { .start = 0 };
	struct chained x;
	AUTO_FD int fd = -1;
	SECRET(key);
	RATCHET(r);

	chained_make(&x, "behind");
	CHECK_OK(chained_key(&x, false, &key, &made), &x.f);
	CHECK_OK(audit_key_settle(&x.audit, &x.f), &x.f);
	for (int i = 0; i < 3; i++) {
		STORE_TXN(t);
		AUDIT_LINK(l);

		CHECK_OK(store_begin(x.store, &t, &x.f), &x.f);
		CHECK_OK(audit_write(&x.audit, CHAINED_NOW,
				     &(struct audit_entry){
					     .action = "a.killed",
					     .outcome = AUDIT_SUCCESS },
				     &x.f),
			 &x.f);
		CHECK_OK(store_commit(&t, &x.f), &x.f);
		audit_discard(&x.audit);
		CHECK_OK(audit_link_find(x.store, &l, &x.f), &x.f);
		CHECK_EQ(l.rolled, i + 1);
	}
	chained_file(&x, &fd, &r);
	CHECK_EQ(r.next, made.start + 1);
	CHECK_OK(chained_row(&x, "a.next"), &x.f);
	CHECK_OK(ratchet_hold(fd, &r, &x.f), &x.f);
	CHECK_EQ(r.next, made.start + 5);
	(void)close(fd);
	fd = -1;
	chained_agrees(&x, &made, &key, 5);
	chained_close(&x);
}

static void
refused(struct chained *x, enum status why)
{
	enum status st = chained_row(x, "a.refused");
	int64_t before = 0, after = 0;

	if (st != why)
		test_note("%s: %s", status_name(st), x->f.text);
	CHECK(st == why);
	CHECK(strstr(x->f.text, "sigra(7)") != NULL ||
	      strstr(x->f.text, "audit verify") != NULL ||
	      why == STATUS_UNAVAILABLE || strstr(x->f.text, "damaged"));
	CHECK_OK(store_audit_last(x->store, CHAINED_HOST, &before, &x->f),
		 &x->f);
	CHECK(chained_row(x, "a.refused") == why);
	CHECK_OK(store_audit_last(x->store, CHAINED_HOST, &after, &x->f),
		 &x->f);
	CHECK_EQ(before, after);
}

/* A file that does not fit the rows. */
static void
test_misfits(struct chained *x)
{
	uint8_t mac[STORE_MAC_SIZE] = { 1 };
	struct ratchet_place p = { .dir = -1 };
	AUTO_FD int fd = -1;
	AUTO_FD int again = -1;
	AUTO_FD int back = -1;
	RATCHET(good);
	RATCHET(bad);

	/* Further than the rows: those of yesterday were put there. */
	chained_file(x, &fd, &good);
	bad = good;
	ratchet_turn(&bad, mac);
	CHECK_OK(ratchet_advance(fd, &bad, &x->f), &x->f);
	refused(x, STATUS_CORRUPT);
	CHECK(strstr(x->f.text, "older") != NULL);
	/* Rows that are not as the file's key says. */
	bad = good;
	bad.next -= 1;
	store_beside(x->store, &p.dir, &p.name);
	CHECK_OK(ratchet_make(&p, &bad, &again, &x->f), &x->f);
	CHECK_OK(ratchet_take(&p, &x->f), &x->f);
	refused(x, STATUS_CORRUPT);
	CHECK(strstr(x->f.text, "row 2 ") != NULL);
	CHECK_OK(ratchet_make(&p, &good, &back, &x->f), &x->f);
	CHECK_OK(ratchet_take(&p, &x->f), &x->f);
}

/* No row can be written, so nobody gets in. */
static void
test_refused(void)
{
	struct audit_new_key made = { .start = 0 }, foreign = made;
	struct chained x, y;
	char path[400], aside[400];
	SECRET(key);
	SECRET(other);

	chained_make(&x, "refused");
	chained_make(&y, "foreign");
	CHECK_OK(chained_key(&x, false, &key, &made), &x.f);
	CHECK_OK(audit_key_settle(&x.audit, &x.f), &x.f);
	CHECK_OK(chained_key(&y, false, &other, &foreign), &y.f);
	CHECK_OK(audit_key_settle(&y.audit, &y.f), &y.f);
	chained_move(&x, FILE_NAME, "away");
	refused(&x, STATUS_UNAVAILABLE);
	CHECK(strstr(x.f.text, FILE_NAME) != NULL);
	/* Of another store. */
	(void)snprintf(path, sizeof(path), "%s/" FILE_NAME, y.dir);
	(void)snprintf(aside, sizeof(aside), "%s/" FILE_NAME, x.dir);
	CHECK(rename(path, aside) == 0);
	refused(&x, STATUS_CORRUPT);
	CHECK(rename(aside, path) == 0);
	chained_move(&x, "away", FILE_NAME);
	CHECK_OK(chained_row(&x, "a.good"), &x.f);
	chained_agrees(&x, &made, &key, 2);
	test_misfits(&x);
	CHECK_OK(chained_row(&x, "a.good"), &x.f);
	chained_agrees(&x, &made, &key, 3);
	/* All is lost: a new key is begun. */
	chained_move(&x, FILE_NAME, "away");
	CHECK(chained_key(&x, false, &other, &made) == STATUS_CONFLICT);
	audit_discard(&x.audit);
	CHECK_OK(chained_key(&x, true, &other, &made), &x.f);
	CHECK_OK(audit_key_settle(&x.audit, &x.f), &x.f);
	CHECK_STR(made.before, "");
	CHECK_EQ(made.start, 4);
	CHECK_OK(chained_row(&x, "a.good"), &x.f);
	chained_agrees(&x, &made, &other, 2);
	chained_close(&x);
	chained_close(&y);
}

/* A machine that is called something else now is no way round the chain. */
static void
test_renamed(void)
{
	struct audit_new_key made = { .start = 0 }, fresh = made;
	struct store_chain row;
	struct chained x, y;
	SECRET(key);
	SECRET(next);

	chained_make(&x, "renamed");
	CHECK_OK(chained_key(&x, false, &key, &made), &x.f);
	CHECK_OK(audit_key_settle(&x.audit, &x.f), &x.f);
	CHECK_OK(chained_open(&y, x.where, "other.example"), &y.f);
	CHECK_OK(chained_row(&y, "a.row"), &y.f);
	chained_agrees(&y, &made, &key, 2);
	chained_move(&x, FILE_NAME, "away");
	CHECK(chained_row(&y, "a.row") == STATUS_UNAVAILABLE);
	chained_move(&x, "away", FILE_NAME);
	/* A new key takes the new name, and the old one ends. */
	CHECK_OK(chained_key(&y, true, &next, &fresh), &y.f);
	CHECK_OK(audit_key_settle(&y.audit, &y.f), &y.f);
	CHECK_STR(fresh.host, "other.example");
	CHECK_STR(fresh.host_before, CHAINED_HOST);
	CHECK_EQ(fresh.start, 1);
	chained_agrees(&y, &fresh, &next, 1);
	CHECK_OK(store_chain_newest(x.store, CHAINED_HOST, &row, &x.f), &x.f);
	CHECK(row.start == 3 && row.key[0] == '\0');
	CHECK_OK(chained_row(&x, "a.row"), &x.f);
	chained_agrees(&x, &fresh, &next, 2);
	chained_close(&x);
	chained_close(&y);
}

#define RACERS 3
#define RACE_ROWS 60

static void
race_run(const char *where, int number)
{
	struct chained x;
	char host[32];

	(void)snprintf(host, sizeof(host), "host%d", number);
	if (chained_open(&x, where, host) != STATUS_OK)
		_exit(3);
	for (int i = 0; i < RACE_ROWS; i++)
		if (chained_row(&x, "a.race") != STATUS_OK)
			_exit(1);
	chained_close(&x);
	_exit(x.stuck == 0 ? 0 : 2);
}

/* Whoever only reads meanwhile finds that all fits. */
static void
race_watch(const char *where)
{
	struct store *s = NULL;
	struct fault f;
	int wrong = 0;

	CHECK_OK(store_open(where, STORE_READ, &s, &f), &f);
	for (int i = 0; s != NULL && i < 300; i++) {
		AUDIT_LINK(l);

		if (audit_link_find(s, &l, &f) == STATUS_OK && l.chained)
			continue;
		test_note("%s", f.text);
		wrong++;
	}
	CHECK_EQ(wrong, 0);
	store_close(s);
}

static void
test_race(void)
{
	struct audit_new_key made = { .start = 0 };
	pid_t child[RACERS];
	struct chained x;
	SECRET(key);

	chained_make(&x, "race");
	CHECK_OK(chained_key(&x, false, &key, &made), &x.f);
	CHECK_OK(audit_key_settle(&x.audit, &x.f), &x.f);
	/* A handle of the store never crosses fork(2). */
	chained_close(&x);
	(void)fflush(stdout);
	for (int i = 0; i < RACERS; i++) {
		child[i] = fork();
		if (child[i] == 0)
			race_run(x.where, i);
	}
	race_watch(x.where);
	for (int i = 0; i < RACERS; i++) {
		int status = -1;

		CHECK(waitpid(child[i], &status, 0) == child[i]);
		CHECK_EQ(status, 0);
	}
	CHECK_OK(chained_open(&x, x.where, CHAINED_HOST), &x.f);
	chained_agrees(&x, &made, &key, 1 + RACERS * RACE_ROWS);
	chained_close(&x);
}

int
main(void)
{
	struct fault f;

	CHECK_OK(crypto_start(&f), &f);
	test_behind();
	test_refused();
	test_renamed();
	test_race();
	return test_done();
}
