/* SPDX-License-Identifier: MIT */
/* A row and its message are one; and every row of events.def is of an action
 * that something writes. */
#include "audit/event.h"

#include <glob.h>
#include <stdio.h>
#include <unistd.h>

#include "audit/message.h"
#include "test.h"

#define NOW 1700000000
#define ANN "01890a5d-ac96-774b-bcce-b302099a8057"
#define ACME "01890a5d-ac96-774b-bcce-b302099a8058"

static struct store *store;
static struct audit audit;
static struct fault f;

static struct store_message messages[16];
static size_t message_count;

static bool
message_keep(void *ctx, const struct store_message *m)
{
	(void)ctx;
	messages[message_count++] = *m;
	return message_count < 16;
}

static void
messages_read(void)
{
	message_count = 0;
	CHECK_OK(store_message_new(store, message_keep, NULL, &f), &f);
}

static enum status
write_row(const char *action, enum audit_outcome outcome, const char *target,
	  const char *effective, const char *key, const char *value)
{
	return audit_write(&audit, NOW,
			   &(struct audit_entry){ .action = action,
						  .outcome = outcome,
						  .actor = "system",
						  .effective = effective,
						  .target = target,
						  .org = ACME,
						  .meta = { { key, value } } },
			   &f);
}

static const char *
event_of(const char *action, enum audit_outcome outcome, const char *effective,
	 const char *key, const char *value)
{
	const struct audit_entry e = { .action = action,
				       .outcome = outcome,
				       .effective = effective,
				       .meta = { { "other", "reset" },
						 { key, value } } };
	const struct audit_event *event = audit_event_of(&e);

	return event == NULL ? "none" : event->name;
}

static void
test_which(void)
{
	CHECK_STR(
		event_of("password.changed", AUDIT_SUCCESS, NULL, NULL, NULL),
		"password.changed");
	CHECK_STR(
		event_of("password.changed", AUDIT_FAILURE, NULL, NULL, NULL),
		"none");
	CHECK_STR(
		event_of("password.refused", AUDIT_SUCCESS, NULL, NULL, NULL),
		"none");
	CHECK_STR(
		event_of("code.issued", AUDIT_SUCCESS, NULL, "kind", "reset"),
		"reset.issued");
	CHECK_STR(
		event_of("code.issued", AUDIT_SUCCESS, NULL, "kind", "login"),
		"none");
	CHECK_STR(event_of("account.locked", AUDIT_FAILURE, NULL, NULL, NULL),
		  "account.locked");
	CHECK_STR(event_of("login.granted", AUDIT_SUCCESS, NULL, NULL, NULL),
		  "none");
	CHECK_STR(event_of("login.granted", AUDIT_SUCCESS, ANN, NULL, NULL),
		  "impersonation.started");
	CHECK_STR(event_of("login.granted", AUDIT_FAILURE, ANN, NULL, NULL),
		  "none");
}

static void
test_together(void)
{
	struct store_audit row;

	{
		STORE_TXN(t);

		CHECK_OK(store_begin(store, &t, &f), &f);
		CHECK_OK(write_row("password.set", AUDIT_SUCCESS, ANN, NULL,
				   "by", "test"),
			 &f);
	}
	audit_discard(&audit);
	messages_read();
	CHECK_EQ(message_count, 0);

	STORE_TXN(t);

	CHECK_OK(store_begin(store, &t, &f), &f);
	CHECK_OK(write_row("password.set", AUDIT_SUCCESS, ANN, NULL, "by",
			   "test"),
		 &f);
	CHECK_OK(write_row("user.renamed", AUDIT_SUCCESS, ANN, NULL, NULL,
			   NULL),
		 &f);
	/* Nobody can be told, but a webhook can. */
	CHECK_OK(write_row("admin.granted", AUDIT_SUCCESS, "uid:7", NULL, NULL,
			   NULL),
		 &f);
	CHECK_OK(store_commit(&t, &f), &f);
	audit_publish(&audit);
	messages_read();
	CHECK_EQ(message_count, 2);
	for (size_t i = 0; i < message_count; i++)
		if (strcmp(messages[i].event, "password.changed") == 0) {
			CHECK_STR(messages[i].account.s, ANN);
			CHECK_STR(messages[i].org.s, ACME);
			CHECK_EQ(messages[i].at, NOW);
			CHECK_EQ(messages[i].sealed_len, 0);
			CHECK_OK(store_audit_by_id(store, &messages[i].audit,
						   &row, &f),
				 &f);
			CHECK_STR(row.action, "password.set");
		} else {
			CHECK_STR(messages[i].event, "administrator.granted");
			CHECK_STR(messages[i].account.s, "");
		}
}

static enum status
put(const struct crypto_keys *k, const char *event, const char *address,
    const struct secret *code)
{
	const struct id org = { .s = ACME };
	const struct audit_message m = {
		.event = event, .org = &org, .address = address, .code = code
	};
	enum status st;
	STORE_TXN(t);

	if ((st = store_begin(store, &t, &f)) != STATUS_OK ||
	    (st = audit_message_put(&audit, k, NOW + 1, &m, &f)) != STATUS_OK)
		return st;
	return store_commit(&t, &f);
}

static void
test_explicit(void)
{
	char address[STORE_EMAIL_SIZE] = "before";
	struct store_message m;
	CRYPTO_KEYS(k);
	CRYPTO_KEYS(other);
	SECRET(code);
	SECRET(back);

	crypto_random(k.master, sizeof(k.master));
	CHECK_OK(secret_set(&code, "abcd-efgh-2345", 14, &f), &f);
	CHECK_OK(put(&k, "invitation.created", "ann@example.org", &code), &f);
	CHECK_EQ(put(&k, "invitation.made", "ann@example.org", &code),
		 STATUS_INVALID);
	CHECK_EQ(put(&k, "invitation.created", "", &code), STATUS_INVALID);
	CHECK_EQ(put(&k, "invitation.created", "a@b\nBcc: c@d", &code),
		 STATUS_INVALID);
	CHECK_EQ(put(&k, "invitation.created", "a@b,c@d", &code),
		 STATUS_INVALID);
	messages_read();
	CHECK_EQ(message_count, 3);
	m = messages[2];
	CHECK_STR(m.event, "invitation.created");
	CHECK_STR(m.org.s, ACME);
	CHECK_OK(audit_message_get(&k, &m, address, &back, &f), &f);
	CHECK_STR(address, "ann@example.org");
	CHECK(secret_equal(&code, &back));
	/* Another key, another message's seal, and nothing sealed. */
	(void)memcpy(address, "before", 7);
	CHECK_EQ(audit_message_get(&other, &m, address, &back, &f),
		 STATUS_CORRUPT);
	m.id = messages[0].id;
	CHECK_EQ(audit_message_get(&k, &m, address, &back, &f),
		 STATUS_CORRUPT);
	CHECK_EQ(audit_message_get(&k, &messages[0], address, &back, &f),
		 STATUS_NOT_FOUND);
	CHECK_STR(address, "before");
}

/* Does a source of this folder have the action between quotes? */
static bool
written_in(const char *pattern, const char *action)
{
	static char text[65536];
	char path[512], quoted[80];
	bool found = false;
	glob_t files;

	(void)snprintf(path, sizeof(path), "%s/%s", SIGRA_SOURCE, pattern);
	(void)snprintf(quoted, sizeof(quoted), "\"%s\"", action);
	if (glob(path, 0, NULL, &files) != 0)
		return false;
	for (size_t i = 0; i < files.gl_pathc; i++) {
		FILE *from = fopen(files.gl_pathv[i], "r");
		size_t n = 0;

		if (from == NULL)
			continue;
		n = fread(text, 1, sizeof(text) - 1, from);
		(void)fclose(from);
		text[n] = '\0';
		found = found || strstr(text, quoted) != NULL;
	}
	globfree(&files);
	return found;
}

static void
test_written(void)
{
	const char *action;

	CHECK(!written_in("lib/admin/*.c", "password.imagined"));
	for (size_t i = 0; (action = audit_event_action(i)) != NULL; i++) {
		bool found = written_in("lib/admin/*.c", action) ||
			     written_in("lib/session/*.c", action);

		if (!found)
			test_note("nothing writes %s", action);
		CHECK(found);
	}
	for (size_t i = 0; audit_event_at(i) != NULL; i++)
		CHECK(audit_event_named(audit_event_at(i)->name) ==
		      audit_event_at(i));
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
	audit_start(&audit, store, "host.example", NULL, NULL);
	test_which();
	test_together();
	test_explicit();
	test_written();
	store_close(store);
	return test_done();
}
