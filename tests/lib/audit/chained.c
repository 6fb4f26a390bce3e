/* SPDX-License-Identifier: MIT */
#include "chained.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "test.h"

static void
chained_sink(void *ctx, const char *line)
{
	struct chained *x = ctx;

	x->lines++;
	x->stuck += strstr(line, "chain stuck=") != NULL;
}

enum status
chained_open(struct chained *x, const char *where, const char *host)
{
	struct chained y = { .store = NULL };
	enum status st;

	(void)snprintf(y.where, sizeof(y.where), "%s", where);
	(void)snprintf(y.dir, sizeof(y.dir), "%s", strchr(y.where, '/'));
	*strrchr(y.dir, '/') = '\0';
	st = store_open(y.where, STORE_WRITE, &y.store, &y.f);
	*x = y;
	audit_start(&x->audit, x->store, host, chained_sink, x);
	return st;
}

void
chained_make(struct chained *x, const char *name)
{
	struct fault f;
	char where[300];

	(void)snprintf(where, sizeof(where), "sqlite:%s/%s/t.db", test_dir(),
		       name);
	CHECK_OK(store_prepare(where, geteuid(), getegid(), &f), &f);
	CHECK_OK(store_create(where, CHAINED_NOW, &f), &f);
	CHECK_OK(chained_open(x, where, CHAINED_HOST), &x->f);
}

void
chained_close(struct chained *x)
{
	audit_discard(&x->audit);
	store_close(x->store);
	x->store = NULL;
}

static enum status
chained_write(struct chained *x, const char *action)
{
	return audit_write(&x->audit, CHAINED_NOW,
			   &(struct audit_entry){ .action = action,
						  .outcome = AUDIT_SUCCESS,
						  .actor = "system" },
			   &x->f);
}

enum status
chained_key(struct chained *x, bool replace, struct secret *key,
	    struct audit_new_key *out)
{
	enum status st;
	STORE_TXN(t);

	if ((st = store_begin(x->store, &t, &x->f)) != STATUS_OK ||
	    (st = audit_key_make(&x->audit, CHAINED_NOW, replace, key, out,
				 &x->f)) != STATUS_OK ||
	    (st = chained_write(x, "audit.key_made")) != STATUS_OK)
		return st;
	return audit_commit(&x->audit, &t, &x->f);
}

enum status
chained_row(struct chained *x, const char *action)
{
	enum status st;
	STORE_TXN(t);

	if ((st = store_begin(x->store, &t, &x->f)) != STATUS_OK)
		return st;
	st = chained_write(x, action);
	if (st == STATUS_OK)
		return audit_commit(&x->audit, &t, &x->f);
	audit_discard(&x->audit);
	return st;
}

struct chained_walk {
	struct ratchet at;
	bool good;
};

static bool
chained_each(void *ctx, const struct store_audit *row)
{
	struct chained_walk *w = ctx;

	w->good = row->seq == w->at.next && chain_mac_right(&w->at.key, row);
	if (w->good)
		ratchet_turn(&w->at, row->mac);
	return w->good;
}

int64_t
chained_proved(struct chained *x, const char *host, int64_t start,
	       const struct secret *key, uint8_t head[CHAIN_HEAD_SIZE])
{
	struct chained_walk w = { .at = { .next = start }, .good = true };
	int64_t n;

	secret_copy(&w.at.key, key);
	CHECK_OK(store_audit_walk(x->store, host, start, 0, chained_each, &w,
				  &x->f),
		 &x->f);
	memcpy(head, w.at.head, CHAIN_HEAD_SIZE);
	n = w.good ? w.at.next - start : -1;
	ratchet_wipe(&w.at);
	return n;
}

void
chained_agrees(struct chained *x, const struct audit_new_key *made,
	       const struct secret *key, int64_t rows)
{
	uint8_t head[CHAIN_HEAD_SIZE];
	AUDIT_LINK(l);

	CHECK_EQ(chained_proved(x, made->host, made->start, key, head), rows);
	CHECK_OK(audit_link_find(x->store, &l, &x->f), &x->f);
	CHECK(l.chained && l.at.next == made->start + rows);
	CHECK(memcmp(l.at.head, head, sizeof(head)) == 0);
}

void
chained_file(struct chained *x, int *fd, struct ratchet *r)
{
	struct ratchet_place p = { .dir = -1 };

	store_beside(x->store, &p.dir, &p.name);
	CHECK_OK(ratchet_open(&p, RATCHET_FILE, fd, r, &x->f), &x->f);
}

bool
chained_has(const struct chained *x, const char *name)
{
	char path[400];

	(void)snprintf(path, sizeof(path), "%s/%s", x->dir, name);
	return access(path, F_OK) == 0;
}

void
chained_move(const struct chained *x, const char *from, const char *to)
{
	char a[400], b[400];

	(void)snprintf(a, sizeof(a), "%s/%s", x->dir, from);
	(void)snprintf(b, sizeof(b), "%s/%s", x->dir, to);
	CHECK(rename(a, b) == 0);
}
