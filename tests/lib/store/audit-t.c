/* SPDX-License-Identifier: MIT */
#include "fixture.h"
#include "store/audit.h"
#include "store/outbox.h"

#include <stdio.h>

static struct fault f;

static struct store_audit
audit(unsigned n, int64_t at, const char *action)
{
	struct store_audit a = { .id = fixture_id(n), .at = at, .pid = 77 };

	(void)strcpy(a.host, "one");
	(void)strcpy(a.action, action);
	(void)strcpy(a.outcome, "success");
	(void)strcpy(a.meta, "{}");
	return a;
}

static enum status
insert(struct store *s, struct store_audit *a)
{
	enum status st;

	ALONE(s, st, store_audit_insert(s, a, &f));
	return st;
}

static bool
keep(void *ctx, const struct store_audit *a)
{
	*(struct store_audit *)ctx = *a;
	return false;
}

static void
test_seq(struct store *s)
{
	struct store_audit a = audit(1, NOW, "store.created"), got;
	const struct store_audit_filter all = { .limit = 0 };

	memset(a.meta, 'x', sizeof(a.meta) - 1);
	(void)strcpy(a.actor, "system");
	(void)strcpy(a.effective, "e");
	(void)strcpy(a.target, "t");
	(void)strcpy(a.org, "o");
	(void)strcpy(a.service, "s");
	(void)strcpy(a.tty, "y");
	(void)strcpy(a.rhost, "r");
	CHECK_EQ(insert(s, &a), STATUS_OK);
	CHECK_EQ(a.seq, 1);
	memset(&got, 0, sizeof(got));
	CHECK_OK(store_audit_list(s, &all, keep, &got, &f), &f);
	CHECK(memcmp(&a, &got, sizeof(a)) == 0);
	memset(&got, 0, sizeof(got));
	CHECK_OK(store_audit_by_id(s, &a.id, &got, &f), &f);
	CHECK(memcmp(&a, &got, sizeof(a)) == 0);
	CHECK_EQ(insert(s, &a), STATUS_CONFLICT); /* the id */
	CHECK_EQ(a.seq, 1);
	a = audit(2, NOW, "user.created");
	CHECK_EQ(insert(s, &a), STATUS_OK);
	CHECK_EQ(a.seq, 2);
	a = audit(3, NOW, "user.created");
	(void)strcpy(a.host, "two");
	CHECK_EQ(insert(s, &a), STATUS_OK);
	CHECK_EQ(a.seq, 1);
	a = audit(4, NOW, "user.created");
	(void)strcpy(a.outcome, "maybe");
	CHECK_EQ(insert(s, &a), STATUS_INVALID);
	{
		STORE_TXN(t);
		CHECK_OK(store_begin(s, &t, &f), &f);
		a = audit(5, NOW, "user.created");
		CHECK_OK(store_audit_insert(s, &a, &f), &f);
		CHECK_EQ(a.seq, 3);
	}
	/* What was rolled back leaves no gap. */
	a = audit(6, NOW, "user.created");
	CHECK_EQ(insert(s, &a), STATUS_OK);
	CHECK_EQ(a.seq, 3);
}

struct seqs {
	char text[256];
	int64_t at, seq;
	char host[256];
};

static bool
collect(void *ctx, const struct store_audit *a)
{
	struct seqs *n = ctx;
	size_t used = strlen(n->text);

	(void)snprintf(n->text + used, sizeof(n->text) - used, "%lld ",
		       (long long)a->seq);
	n->at = a->at;
	n->seq = a->seq;
	(void)strcpy(n->host, a->host);
	return true;
}

static struct seqs
list(struct store *s, const struct store_audit_filter *filter)
{
	struct seqs n = { .text = "" };

	CHECK_OK(store_audit_list(s, filter, collect, &n, &f), &f);
	return n;
}

/* 1..8: every filter has something to find and something to leave out. */
static void
fill(struct store *s)
{
	static const struct {
		const char *action, *actor, *effective, *target, *outcome;
		const char *service, *rhost;
		int64_t at;
	} row[] = {
		{ "login.granted", "a", "", "a", "success", "sshd", "x", 1 },
		{ "login.denied", "a", "", "b", "failure", "sshd", "x", 2 },
		{ "logins.odd", "b", "", "a", "success", "su", "y", 3 },
		{ "login.granted_twice", "b", "a", "b", "success", "", "", 4 },
		{ "user.created", "system", "", "a", "success", "", "", 4 },
		{ "user.deleted", "system", "", "b", "error", "", "", 4 },
		{ "login.granted", "c", "", "c", "success", "su", "x", 3 },
		{ "login.granted", "", "", "", "success", "su", "x", 9 },
	};

	for (unsigned i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct store_audit a =
			audit(100 + i, NOW + row[i].at, row[i].action);

		(void)strcpy(a.actor, row[i].actor);
		(void)strcpy(a.effective, row[i].effective);
		(void)strcpy(a.target, row[i].target);
		(void)strcpy(a.outcome, row[i].outcome);
		(void)strcpy(a.service, row[i].service);
		(void)strcpy(a.rhost, row[i].rhost);
		(void)strcpy(a.org, i == 2 || i == 5 ? "o"
				    : i == 6	     ? "p"
						     : "");
		CHECK_EQ(insert(s, &a), STATUS_OK);
	}
}

static void
test_filters(struct store *s)
{
	CHECK_STR(list(s, &(struct store_audit_filter){ .limit = 0 }).text,
		  "8 6 5 4 7 3 2 1 ");
#define FINDS(what, ...)                                                      \
	CHECK_STR(list(s, &(struct store_audit_filter){ __VA_ARGS__ }).text,  \
		  what)
	FINDS("8 6 ", .limit = 2);
	FINDS("8 7 1 ", .action = "login.granted");
	FINDS("8 4 7 2 1 ", .action = "login.");
	FINDS("", .action = "login");
	FINDS("", .action = "log%");
	FINDS("6 5 ", .action = "user.");
	FINDS("6 ", .outcome = "error");
	FINDS("4 3 ", .actor = "b");
	FINDS("4 ", .actor = "b", .action = "login.");
	FINDS("5 4 3 1 ", .target = "a");
	FINDS("3 ", .target = "a", .actor = "b", .action = "logins.odd");
	FINDS("", .target = "a", .actor = "c");
	FINDS("8 7 3 ", .service = "su");
	FINDS("7 1 ", .rhost = "x", .until = NOW + 3,
	      .action = "login.granted");
	FINDS("8 7 2 1 ", .rhost = "x");
	FINDS("8 7 2 1 ", .rhost = "x*");
	FINDS("8 6 5 4 7 3 2 1 ", .rhost = "*");
	FINDS("", .rhost = "xy*");
	FINDS("", .rhost = "x*y");
	FINDS("6 ", .rhost = "*", .outcome = "error");
	FINDS("8 6 5 4 7 3 2 1 ", .host = "one");
	FINDS("", .host = "two");
	FINDS("8 6 ", .host = "one", .limit = 2);
	FINDS("7 3 2 ", .since = NOW + 2, .until = NOW + 3);
	FINDS("4 7 3 2 1 ", .before = NOW + 4, .before_seq = 5);
	FINDS("3 1 ", .before = NOW + 4, .before_seq = 4, .target = "a");
	FINDS("3 ", .before = NOW + 4, .before_seq = 4, .actor = "b");
	FINDS("", .since = NOW + 100);
	FINDS("6 3 ", .org = "o");
	FINDS("7 ", .org = "p");
	FINDS("", .org = "q");
	FINDS("3 ", .org = "o", .target = "a");
	FINDS("6 ", .org = "o", .actor = "system");
	FINDS("", .org = "p", .actor = "system");
	FINDS("3 ", .org = "o", .before = NOW + 4, .before_seq = 6);
	FINDS("6 ", .org = "o", .action = "user.");
}

static void
test_by_id(struct store *s)
{
	struct store_audit got = { .seq = 77 };
	const struct id one = fixture_id(105), none = fixture_id(999);

	CHECK_OK(store_audit_by_id(s, &one, &got, &f), &f);
	CHECK_EQ(got.seq, 6);
	CHECK_STR(got.action, "user.deleted");
	CHECK_EQ(store_audit_by_id(s, &none, &got, &f), STATUS_NOT_FOUND);
	CHECK_EQ(got.seq, 6);
}

static void
recent(struct store *s, const char *target, int64_t limit,
       const char *expected)
{
	struct seqs n = { .text = "" };
	struct id id = { .s = "" };

	(void)strcpy(id.s, target);
	CHECK_OK(store_audit_recent(s, &id, limit, collect, &n, &f), &f);
	CHECK_STR(n.text, expected);
}

static void
test_recent(struct store *s)
{
	recent(s, "a", 9, "5 3 1 ");
	recent(s, "a", 2, "5 3 ");
	recent(s, "z", 9, "");
}

static void
test_pages(struct store *s)
{
	struct store_audit_filter filter = { .limit = 3 };
	char all[256] = "";

	for (int page = 0; page < 9; page++) {
		const struct seqs n = list(s, &filter);

		if (n.text[0] == '\0')
			break;
		(void)strcat(all, n.text);
		filter.before = n.at;
		filter.before_seq = n.seq;
		(void)strcpy(filter.before_host, n.host);
	}
	CHECK_STR(all, "8 6 5 4 7 3 2 1 ");
}

/* Two hosts that wrote a row of the same number in the same second. */
static void
test_hosts(struct store *s)
{
	struct store_audit_filter filter = { .limit = 1 };
	char host[STORE_HOST_SIZE] = "", all[64] = "";

	CHECK_EQ(store_audit_host(s, "", host, &f), STATUS_NOT_FOUND);
	for (unsigned i = 0; i < 3; i++) {
		static const char *const names[] = { "two", "one", "b" };
		struct store_audit a = audit(200 + i, NOW, "user.created");

		(void)strcpy(a.host, names[i]);
		CHECK_EQ(insert(s, &a), STATUS_OK);
	}
	for (int page = 0; page < 9; page++) {
		struct seqs n = list(s, &filter);

		if (n.text[0] == '\0')
			break;
		(void)strcat(strcat(all, n.host), " ");
		filter.before = n.at;
		filter.before_seq = n.seq;
		(void)strcpy(filter.before_host, n.host);
	}
	CHECK_STR(all, "two one b ");
	all[0] = '\0';
	while (store_audit_host(s, host, host, &f) == STATUS_OK)
		(void)strcat(strcat(all, host), " ");
	CHECK_STR(all, "b one two ");
}

int
main(void)
{
	struct store *s = fixture_store("seq");

	test_seq(s);
	store_close(s);
	s = fixture_store("list");
	fill(s);
	test_filters(s);
	test_by_id(s);
	test_recent(s);
	test_pages(s);
	store_close(s);
	s = fixture_store("hosts");
	test_hosts(s);
	store_close(s);
	return test_done();
}
