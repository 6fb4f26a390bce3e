/* SPDX-License-Identifier: MIT */
/* The writer over a real store. */
#include "audit/audit.h"

#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#include "base/text.h"
#include "test.h"

#define NOW 1700000000
#define ANN "01890a5d-ac96-774b-bcce-b302099a8057"

static struct store *store;
static struct audit audit;
static struct fault f;

/* What the sink was given, a newline behind each. */
static char sunk[32768];
static size_t sunk_lines;

static void
sink(void *ctx, const char *line)
{
	size_t len = strlen(sunk);

	CHECK(ctx == &sunk_lines);
	sunk_lines++;
	(void)snprintf(sunk + len, sizeof(sunk) - len, "%s\n", line);
}

static void
sink_reset(void)
{
	sunk[0] = '\0';
	sunk_lines = 0;
}

/* Newest first, as the store hands them out. */
static struct store_audit rows[16];
static size_t row_count;

static bool
row_keep(void *ctx, const struct store_audit *row)
{
	(void)ctx;
	rows[row_count++] = *row;
	return row_count < 16;
}

static void
rows_read(void)
{
	struct store_audit_filter all = { .limit = 16 };

	row_count = 0;
	CHECK_OK(store_audit_list(store, &all, row_keep, NULL, &f), &f);
}

static enum status
write_action(const char *action)
{
	return audit_write(&audit, NOW,
			   &(struct audit_entry){ .action = action,
						  .outcome = AUDIT_SUCCESS,
						  .actor = "system" },
			   &f);
}

static void
test_commit(void)
{
	STORE_TXN(t);

	CHECK_OK(store_begin(store, &t, &f), &f);
	CHECK_OK(audit_write(&audit, NOW,
			     &(struct audit_entry){
				     .action = "user.renamed",
				     .outcome = AUDIT_ERROR,
				     .actor = "uid:1000",
				     .effective = "system",
				     .target = ANN,
				     .org = "acme",
				     .service = "sshd",
				     .tty = "pts/1",
				     .rhost = "192.0.2.1",
				     .pid = 77,
				     .meta = { { "reason", "why not" } } },
			     &f),
		 &f);
	CHECK_OK(write_action("user.disabled"), &f);
	CHECK_EQ(sunk_lines, 0);
	CHECK_OK(store_commit(&t, &f), &f);
	CHECK_EQ(sunk_lines, 0);
	audit_publish(&audit);
	CHECK_EQ(sunk_lines, 2);
	CHECK_STR(sunk, "sigra audit seq=1 action=user.renamed outcome=error "
			"actor=uid:1000 effective=system target=" ANN
			" org=acme pid=77 service=\"sshd\" tty=\"pts/1\" "
			"rhost=\"192.0.2.1\" reason=\"why not\"\n"
			"sigra audit seq=2 action=user.disabled "
			"outcome=success actor=system\n");
	audit_publish(&audit);
	CHECK_EQ(sunk_lines, 2);
	rows_read();
	CHECK_EQ(row_count, 2);
	CHECK_STR(rows[1].action, "user.renamed");
	CHECK_STR(rows[1].outcome, "error");
	CHECK_STR(rows[1].host, "host.example");
	CHECK_EQ(rows[1].seq, 1);
	CHECK_EQ(rows[1].at, NOW);
	CHECK_STR(rows[1].actor, "uid:1000");
	CHECK_STR(rows[1].effective, "system");
	CHECK_STR(rows[1].target, ANN);
	CHECK_STR(rows[1].org, "acme");
	CHECK_STR(rows[1].service, "sshd");
	CHECK_STR(rows[1].tty, "pts/1");
	CHECK_STR(rows[1].rhost, "192.0.2.1");
	CHECK_EQ(rows[1].pid, 77);
	CHECK_STR(rows[1].meta, "{\"reason\":\"why not\"}");
	CHECK_EQ(strlen(rows[1].id.s), ID_LENGTH);
	CHECK(strcmp(rows[0].id.s, rows[1].id.s) != 0);
	CHECK_STR(rows[0].meta, "{}");
}

static void
test_rollback(void)
{
	sink_reset();
	{
		STORE_TXN(t);

		CHECK_OK(store_begin(store, &t, &f), &f);
		CHECK_OK(write_action("user.enabled"), &f);
	}
	audit_discard(&audit);
	audit_publish(&audit);
	CHECK_EQ(sunk_lines, 0);
	rows_read();
	CHECK_EQ(row_count, 2);
	/* No row outside a transaction, and no line without a row. */
	CHECK_EQ(write_action("user.enabled"), STATUS_CONFLICT);
	audit_publish(&audit);
	CHECK_EQ(sunk_lines, 0);
	/* The number that was rolled back is used again: no gap. */
	{
		STORE_TXN(t);

		CHECK_OK(store_begin(store, &t, &f), &f);
		CHECK_OK(write_action("user.enabled"), &f);
		CHECK_OK(store_commit(&t, &f), &f);
	}
	audit_publish(&audit);
	CHECK_STR(sunk, "sigra audit seq=3 action=user.enabled "
			"outcome=success actor=system\n");
}

static size_t many_lines;
static char many_last[AUDIT_LINE_SIZE];

static void
many_sink(void *ctx, const char *line)
{
	char want[64];

	(void)ctx;
	(void)snprintf(want, sizeof(want), " action=test.row%zu ",
		       many_lines++);
	CHECK(strstr(line, want) != NULL);
	(void)text_copy(many_last, sizeof(many_last), line);
}

/* As many as an import has lines: each goes out, once and in order, and what
 * was given up does not. */
static void
test_many(void)
{
	static const char rest[] = "v0123456789v0123456789v0123456789";
	struct audit_entry e = { .action = NULL,
				 .outcome = AUDIT_SUCCESS,
				 .meta = { { "rest", rest } } };
	struct audit many;
	char action[32];

	audit_start(&many, store, "many", many_sink, NULL);
	for (int round = 0; round < 2; round++) {
		STORE_TXN(t);

		many_lines = 0;
		CHECK_OK(store_begin(store, &t, &f), &f);
		for (int i = 0; i < 300; i++) {
			(void)snprintf(action, sizeof(action), "test.row%d",
				       i);
			e.action = action;
			CHECK_OK(audit_write(&many, NOW, &e, &f), &f);
		}
		if (round == 0)
			audit_discard(&many);
		else
			audit_publish(&many);
		CHECK_EQ(many.pending, 0);
		CHECK(many.more == NULL);
	}
	CHECK_EQ(many_lines, 300);
	CHECK(strstr(many_last, rest) != NULL);
	many_lines = 0;
	audit_publish(&many);
	CHECK_EQ(many_lines, 0);
}

/* More rows than lines are kept for: refused, and nothing is lost. */
static void
test_overflow(void)
{
	char action[32];
	STORE_TXN(t);

	sink_reset();
	rows_read();
	CHECK_EQ(row_count, 3);
	CHECK_OK(store_begin(store, &t, &f), &f);
	for (int i = 0; i < 8; i++) {
		(void)snprintf(action, sizeof(action), "test.row%d", i);
		CHECK_OK(write_action(action), &f);
	}
	audit.pending = AUDIT_PENDING_MAX;
	CHECK_EQ(write_action("test.over"), STATUS_SYSTEM);
	CHECK_OK(store_commit(&t, &f), &f);
	audit_publish(&audit);
	CHECK_EQ(sunk_lines, 8);
	CHECK(strstr(sunk, "row0") != NULL);
	CHECK(strstr(sunk, "row0") < strstr(sunk, "row7"));
	CHECK(strstr(sunk, "test.over") == NULL);
	rows_read();
	CHECK_EQ(row_count, 3 + 8);
}

static void
test_refused(void)
{
	static const char long_one[] = /* 64 bytes; 63 are the most */
		"a.b4567890123456789012345678901234"
		"567890123456789012345678901234";
	static const char *const bad[] = {
		"",
		"login",
		"Login.denied",
		"login.",
		".login",
		"login..a",
		"login.1a",
		"1login.a",
		"login.de nied",
		"login.denied\n",
		"login.d-e",
		"_a.b",
		"a._b",
		"a.b=c",
		long_one,
	};
	struct audit_entry e = { .action = "a.b", .outcome = AUDIT_SUCCESS };
	struct audit_entry broken;
	char most[64] = "";
	STORE_TXN(t);

	sink_reset();
	CHECK_OK(store_begin(store, &t, &f), &f);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_EQ(write_action(bad[i]), STATUS_INVALID);
	CHECK_EQ(write_action(NULL), STATUS_INVALID);
	broken = e;
	broken.outcome = 0;
	CHECK_EQ(audit_write(&audit, NOW, &broken, &f), STATUS_INVALID);
	broken = e;
	broken.actor = "Ann Example";
	CHECK_EQ(audit_write(&audit, NOW, &broken, &f), STATUS_INVALID);
	broken = e;
	broken.target = "a\nb";
	CHECK_EQ(audit_write(&audit, NOW, &broken, &f), STATUS_INVALID);
	broken = e;
	broken.meta[3] = (struct audit_pair){ "user_password", "x" };
	CHECK_EQ(audit_write(&audit, NOW, &broken, &f), STATUS_INVALID);
	broken = e;
	broken.meta[0] = (struct audit_pair){ "Token", "x" };
	CHECK_EQ(audit_write(&audit, NOW, &broken, &f), STATUS_INVALID);
	CHECK_OK(write_action("a.b_2.c"), &f);
	memcpy(most, long_one, sizeof(most) - 1);
	CHECK_OK(write_action(most), &f);
	CHECK_OK(store_commit(&t, &f), &f);
	audit_publish(&audit);
	CHECK_EQ(sunk_lines, 2);
	rows_read();
	CHECK_EQ(row_count, 5 + 8);
	CHECK_STR(rows[0].action, most);
}

static void
test_oversize(void)
{
	static char value[8300];
	STORE_TXN(t);

	memset(value, 'v', sizeof(value) - 1);
	CHECK_OK(store_begin(store, &t, &f), &f);
	CHECK_EQ(audit_write(&audit, NOW,
			     &(struct audit_entry){
				     .action = "a.b",
				     .outcome = AUDIT_SUCCESS,
				     .meta = { { "note", value } } },
			     &f),
		 STATUS_INVALID);
	value[8000] = '\0';
	CHECK_OK(audit_write(&audit, NOW,
			     &(struct audit_entry){
				     .action = "a.b",
				     .outcome = AUDIT_SUCCESS,
				     .meta = { { "note", value } } },
			     &f),
		 &f);
	audit_discard(&audit);
}

static void
check_encoded(const char *s)
{
	static char again[16384];

	CHECK(text_code_points(s, strlen(s)) >= 0);
	text_encode(s, strlen(s), again, sizeof(again));
	/* Nothing left to escape but the escapes themselves. */
	for (size_t i = 0, k = 0; s[i] != '\0'; i++, k++) {
		k += s[i] == '\\';
		if (again[k] != s[i]) {
			CHECK(again[k] == s[i]);
			return;
		}
	}
}

/* Every byte there is, in every field that somebody outside may fill. */
static void
test_hostile(void)
{
	char bytes[256];
	json_auto_t *meta = NULL;
	STORE_TXN(t);

	for (int i = 1; i < 256; i++)
		bytes[i - 1] = (char)i;
	bytes[255] = '\0';
	sink_reset();
	CHECK_OK(store_begin(store, &t, &f), &f);
	CHECK_OK(audit_write(&audit, NOW,
			     &(struct audit_entry){
				     .action = "login.denied",
				     .outcome = AUDIT_FAILURE,
				     .service = bytes,
				     .tty = "\x1b]0;x\x07",
				     .rhost = "\xe2\x80\xae.example\n",
				     .meta = { { "source", bytes },
					       { "note", "\xff\"\n" } } },
			     &f),
		 &f);
	CHECK_OK(store_commit(&t, &f), &f);
	audit_publish(&audit);
	CHECK_EQ(sunk_lines, 1);
	sunk[strlen(sunk) - 1] = '\0';
	check_encoded(sunk);
	CHECK(strncmp(sunk, "sigra audit seq=", 16) == 0);
	CHECK(strstr(sunk, " action=login.denied outcome=failure ") != NULL);
	rows_read();
	CHECK_STR(rows[0].tty, "\\x1b]0;x\\x07");
	CHECK_STR(rows[0].rhost, "\\xe2\\x80\\xae.example\\x0a");
	check_encoded(rows[0].service);
	CHECK_EQ(strlen(rows[0].service), 63);
	check_encoded(rows[0].meta);
	meta = json_loads(rows[0].meta, 0, NULL);
	CHECK_EQ(json_object_size(meta), 2);
	CHECK_STR(json_string_value(json_object_get(meta, "note")),
		  "\\xff\"\\x0a");
}

static void
test_no_sink(void)
{
	struct audit quiet;
	STORE_TXN(t);

	audit_start(&quiet, store, "host\n.example", NULL, NULL);
	CHECK_OK(store_begin(store, &t, &f), &f);
	CHECK_OK(audit_write(&quiet, NOW + 1,
			     &(struct audit_entry){ .action = "a.b",
						    .outcome = AUDIT_SUCCESS },
			     &f),
		 &f);
	CHECK_OK(store_commit(&t, &f), &f);
	audit_publish(&quiet);
	CHECK_EQ(quiet.pending, 0);
	rows_read();
	/* Another host's row, counted on its own. */
	CHECK_STR(rows[0].host, "host\\x0a.example");
	CHECK_EQ(rows[0].seq, 1);
}

int
main(void)
{
	char where[300];

	(void)snprintf(where, sizeof(where), "sqlite:%s/s/t.db", test_dir());
	CHECK_OK(crypto_start(&f), &f);
	CHECK_OK(store_prepare(where, geteuid(), getegid(), &f), &f);
	CHECK_OK(store_create(where, NOW, &f), &f);
	CHECK_OK(store_open(where, STORE_WRITE, &store, &f), &f);
	if (store == NULL)
		return test_done();
	audit_start(&audit, store, "host.example", sink, &sunk_lines);
	test_commit();
	test_rollback();
	test_many();
	test_overflow();
	test_refused();
	test_oversize();
	test_hostile();
	test_no_sink();
	store_close(store);
	return test_done();
}
