/* SPDX-License-Identifier: MIT */
/* Keys as sigrad tells them, asked for as sigractl does. */
#include "sigrad/keys.h"

#include <stdio.h>

#include "../lib/admin/keys.h"
#include "../lib/wire/peer.h"
#include "sigrad/self.h"

static struct fixture x;

/* The verifier, with a handle of its own; its peer is ann, or sshd's. */
static int
verifier(int fd)
{
	static struct worker w;
	static struct wire_server server;
	const struct peer ann = { .kind = PEER_SELF, .name = "ann" };
	struct fault f = { .text = "" };
	WIRE_MESSAGE(m);
	enum status st;

	w.config = &x.config;
	w.keys = x.keys;
	if (store_open(x.where, STORE_WRITE, &w.store, &f) != STATUS_OK ||
	    wire_server_start(&server, fd, &m, &f) != STATUS_OK)
		return 1;
	if (m.u.query.what == WIRE_AUTHORIZED)
		st = keys_authorized(&w, &server, m.u.query.user, &f);
	else
		st = self_answer(&w, &server, &ann, m.u.query.what, &f);
	store_close(w.store);
	return st == STATUS_OK ? 0 : 2;
}

/* The lines of authorized_keys that come of it, each with its end. */
struct lines {
	char text[20000];
	unsigned n;
};

static enum status
line(void *ctx, const struct wire_row *row, struct fault *f)
{
	struct lines *l = ctx;
	size_t at = strlen(l->text);
	char key[4000];
	const char *options = wire_row_get(row, "options");

	if (!wire_row_get_long(row, "key", key, sizeof(key)))
		return fault(f, STATUS_CORRUPT, "no key");
	snprintf(l->text + at, sizeof(l->text) - at, "%s%s%s %s\n", options,
		 *options == '\0' ? "" : " ", wire_row_get(row, "type"), key);
	l->n++;
	return STATUS_OK;
}

static enum status
item(void *ctx, const struct wire_row *row, struct fault *f)
{
	struct lines *l = ctx;
	size_t at = strlen(l->text);

	(void)f;
	snprintf(l->text + at, sizeof(l->text) - at, "%s %s %s %s\n",
		 wire_row_get(row, "row"), wire_row_get(row, "label"),
		 wire_row_get(row, "type"), wire_row_get(row, "state"));
	l->n++;
	return STATUS_OK;
}

static struct lines
authorized(const char *user)
{
	struct lines l = { .text = "" };
	struct fault f = { .text = "" };
	int fd;
	pid_t pid = peer_start(verifier, &fd);

	CHECK_OK(wire_client_hello(fd, 5, &f), &f);
	CHECK_OK(wire_client_authorized(fd, user, line, &l, &f), &f);
	CHECK_EQ(peer_end(pid, fd), 0);
	return l;
}

/* TYPE BASE64 of a line of a .pub file, behind OPTIONS. */
static bool
has(const struct lines *l, const char *options, const char *pub)
{
	char want[5000];
	size_t type = strcspn(pub, " "),
	       key = type + 1 + strcspn(pub + type + 1, " \n");

	snprintf(want, sizeof(want), "%s%.*s\n", options, (int)key, pub);
	return strstr(l->text, want) != NULL;
}

static void
test_authorized(void)
{
	struct store_account acct;
	struct admin_item added;
	struct lines l;

	CHECK_EQ(authorized("ann").n, 0);
	CHECK_OK(keys_add_ssh(&x, "ann", "laptop", sample_ed25519, false,
			      &added),
		 &x.f);
	CHECK_OK(keys_add_ssh(&x, "ann", "old", sample_rsa, false, &added),
		 &x.f);
	CHECK_OK(keys_add_ssh(&x, "ann", "house", sample_authority, true,
			      &added),
		 &x.f);
	CHECK_OK(keys_add_ssh(&x, "bob", "his", sample_ec256, false, &added),
		 &x.f);
	l = authorized("ann");
	CHECK_EQ(l.n, 3);
	CHECK(has(&l, "", sample_ed25519));
	CHECK(has(&l, "", sample_rsa));
	CHECK(has(&l, "cert-authority,principals=\"ann\" ", sample_authority));
	CHECK(!has(&l, "", sample_ec256));
	CHECK_EQ(authorized("bob").n, 1);
	CHECK_EQ(authorized("nobody-here").n, 0);
	/* Whoever may not log in has no key to do it with. */
	CHECK_OK(admin_account_disable(&x.admin, "bob", "left", &acct, &x.f),
		 &x.f);
	CHECK_EQ(authorized("bob").n, 0);
	CHECK_OK(
		admin_account_expire(&x.admin, "ann", 1700000100, &acct, &x.f),
		&x.f);
	CHECK_EQ(authorized("ann").n, 0);
	CHECK_OK(
		admin_account_expire(&x.admin, "ann", 4000000000, &acct, &x.f),
		&x.f);
	CHECK_EQ(authorized("ann").n, 3);
}

/* A row that somebody wrote beside us is told to nobody. */
static void
test_forged(void)
{
	struct store_ssh_key row;
	struct id ann, dan;
	struct store_account acct;

	CHECK_OK(store_account_by_name(x.store, "ann", &acct, &x.f), &x.f);
	ann = acct.id;
	CHECK_OK(store_account_by_name(x.store, "dan", &acct, &x.f), &x.f);
	dan = acct.id;
	CHECK_OK(store_ssh_key_get(x.store, &ann, "laptop", &row, &x.f), &x.f);
	row.account = dan;
	row.id.s[35] = row.id.s[35] == '0' ? '1' : '0';
	{
		STORE_TXN(txn);

		CHECK_OK(store_begin(x.store, &txn, &x.f), &x.f);
		CHECK_OK(store_ssh_key_insert(x.store, &row, &x.f), &x.f);
		CHECK_OK(store_commit(&txn, &x.f), &x.f);
	}
	CHECK_EQ(authorized("dan").n, 0);
}

/* A name that would say more than one principal says none. */
static void
test_names(void)
{
	static const char *const names[] = { "eve,ann", "e\"x", "e\\x", "e*",
					     "!e" };
	struct config config = x.config;
	struct store_account acct;
	struct admin_item added;

	(void)strcpy(x.config.account_name_regex, "^.*$");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct lines l;

		keys_account(&x, names[i], &acct);
		CHECK_OK(keys_add_ssh(&x, names[i], "house", sample_authority,
				      true, &added),
			 &x.f);
		CHECK_OK(keys_add_ssh(&x, names[i], "own", sample_ed25519,
				      false, &added),
			 &x.f);
		l = authorized(names[i]);
		CHECK_EQ(l.n, 1);
		CHECK(has(&l, "", sample_ed25519));
	}
	x.config = config;
}

static void
test_own(void)
{
	struct softkey key;
	struct lines l = { .text = "" };
	struct admin_item added;
	int fd;
	pid_t pid;

	softkey_make(&key, -7);
	keys_rp(&x, KEYS_RP);
	CHECK_OK(keys_add(&x, "ann", "yubi", &key, 7, &added), &x.f);
	CHECK_OK(keys_add(&x, "dan", "his", &key, 8, &added), &x.f);
	softkey_free(&key);
	pid = peer_start(verifier, &fd);
	CHECK_OK(wire_client_hello(fd, 5, &x.f), &x.f);
	CHECK_OK(wire_client_query(fd, WIRE_SELF_KEYS, item, &l, &x.f), &x.f);
	CHECK_EQ(peer_end(pid, fd), 0);
	CHECK_STR(l.text, "account   active\n"
			  "key yubi  active\n"
			  "ssh_key house ssh-ed25519 \n"
			  "ssh_key laptop ssh-ed25519 \n"
			  "ssh_key old ssh-rsa \n");
}

int
main(void)
{
	struct store_account acct;

	fixture_start(&x, "keys");
	keys_account(&x, "ann", &acct);
	keys_account(&x, "bob", &acct);
	keys_account(&x, "dan", &acct);
	test_authorized();
	test_forged();
	test_names();
	test_own();
	fixture_stop(&x);
	return test_done();
}
