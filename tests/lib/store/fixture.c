/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void
fixture_must(enum status st, const struct fault *f)
{
	if (st == STATUS_OK)
		return;
	printf("Bail out! %s: %s\n", status_name(st), f->text);
	exit(1);
}

const char *
fixture_where(const char *name)
{
	static char where[512];
	struct fault f = { .text = "" };

	(void)snprintf(where, sizeof(where), "sqlite:%s/%s/sigra.db",
		       test_dir(), name);
	fixture_must(store_prepare(where, geteuid(), getegid(), &f), &f);
	return where;
}

const char *
fixture_path(const char *where)
{
	return where + strlen("sqlite:");
}

struct store *
fixture_open(const char *where)
{
	struct fault f = { .text = "" };
	struct store *s = NULL;

	fixture_must(store_open(where, STORE_WRITE, &s, &f), &f);
	return s;
}

struct store *
fixture_store(const char *name)
{
	const char *where = fixture_where(name);
	struct fault f = { .text = "" };

	fixture_must(store_create(where, NOW, &f), &f);
	return fixture_open(where);
}

struct id
fixture_id(unsigned n)
{
	struct id id;

	(void)snprintf(id.s, sizeof(id.s), "0188b733-f800-7000-8000-%012u", n);
	return id;
}

struct store_account
fixture_account(unsigned n)
{
	struct store_account a = {
		.id = fixture_id(n),
		.kind = STORE_PERSON,
		.state = STORE_ACTIVE,
		.strategy = STORE_SOFT,
		.created_at = NOW,
		.updated_at = NOW,
		.epoch = 1,
		.version = 1,
	};

	(void)snprintf(a.name, sizeof(a.name), "user%u", n);
	return a;
}

void
fixture_add_account(struct store *s, unsigned n)
{
	const struct store_account a = fixture_account(n);
	struct fault f = { .text = "" };
	STORE_TXN(t);

	fixture_must(store_begin(s, &t, &f), &f);
	fixture_must(store_account_insert(s, &a, &f), &f);
	fixture_must(store_commit(&t, &f), &f);
}

void
fixture_add_org(struct store *s, unsigned n)
{
	struct store_org o = { .id = fixture_id(n),
			       .created_at = NOW,
			       .version = 1 };
	struct fault f = { .text = "" };
	STORE_TXN(t);

	(void)snprintf(o.slug, sizeof(o.slug), "org%u", n);
	(void)snprintf(o.name, sizeof(o.name), "Org %u", n);
	fixture_must(store_begin(s, &t, &f), &f);
	fixture_must(store_org_insert(s, &o, NOW, &f), &f);
	fixture_must(store_commit(&t, &f), &f);
}

struct store_otp
fixture_otp(unsigned n, enum store_otp_kind kind)
{
	struct store_otp d = {
		.id = fixture_id(n),
		.account = fixture_id(1),
		.kind = kind,
		.algorithm = 1,
		.digits = 6,
		.period = kind == STORE_TOTP ? 30 : 0,
		.sealed_len = 5,
		.state = STORE_OTP_ACTIVE,
		.moved = 100,
		.created_at = NOW,
	};

	(void)snprintf(d.label, sizeof(d.label), "label%u", n);
	memcpy(d.sealed, "s\0ea\377", 5);
	return d;
}

struct store_code
fixture_code(unsigned n, enum store_code_kind kind)
{
	struct store_code c = {
		.id = fixture_id(n),
		.account = fixture_id(1),
		.kind = kind,
		.created_at = NOW,
	};

	memset(c.hash, 0xa5, sizeof(c.hash));
	memcpy(c.hash, &n, sizeof(n));
	return c;
}

struct store_key
fixture_key(unsigned n)
{
	struct store_key k = {
		.id = fixture_id(n),
		.account = fixture_id(1),
		.rp = "example.org",
		.credential_len = 64,
		.algorithm = -7,
		.public_len = 64,
		.transports = "usb,nfc",
		.flags = STORE_KEY_RESIDENT | STORE_KEY_UV,
		.state = STORE_KEY_ACTIVE,
		.sign_count = 100,
		.sealed_len = 5,
		.created_at = NOW,
	};

	(void)snprintf(k.label, sizeof(k.label), "key%u", n);
	memset(k.credential, 0xc3, k.credential_len);
	memcpy(k.credential, &n, sizeof(n));
	memset(k.public, 0x9b, k.public_len);
	memset(k.aaguid, 0xaa, sizeof(k.aaguid));
	memcpy(k.sealed, "s\0ea\377", 5);
	return k;
}

struct store_ssh_key
fixture_ssh_key(unsigned n)
{
	struct store_ssh_key k = {
		.id = fixture_id(n),
		.account = fixture_id(1),
		.type = "sk-ssh-ed25519@openssh.com",
		.blob_len = 90,
		.sign_count = 100,
		.sealed_len = 5,
		.created_at = NOW,
	};

	(void)snprintf(k.label, sizeof(k.label), "ssh%u", n);
	memset(k.blob, 0x5b, k.blob_len);
	memcpy(k.blob, &n, sizeof(n));
	memcpy(k.sealed, "s\0ea\377", 5);
	return k;
}
