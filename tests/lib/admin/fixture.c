/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "admin/init.h"

static void
fixture_sink(void *ctx, const char *line)
{
	struct fixture *x = ctx;
	size_t used = strlen(x->lines);

	(void)snprintf(x->lines + used, sizeof(x->lines) - used, "%s\n", line);
}

static void
fixture_must(enum status st, const struct fault *f)
{
	if (st == STATUS_OK)
		return;
	printf("Bail out! %s\n", f->text);
	exit(1);
}

void
fixture_start(struct fixture *x, const char *name)
{
	*x = (struct fixture){ .store = NULL };
	(void)snprintf(x->where, sizeof(x->where), "sqlite:%s/%s/s.db",
		       test_dir(), name);
	config_defaults(&x->config);
	x->config.argon2_memory_kib = CRYPTO_ARGON2_MEMORY_MIN;
	x->config.argon2_passes = 1;
	fixture_must(crypto_start(&x->f), &x->f);
	crypto_random(x->keys.master, sizeof(x->keys.master));
	fixture_must(store_prepare(x->where, geteuid(), getegid(), &x->f),
		     &x->f);
	fixture_must(store_create(x->where, 1000, &x->f), &x->f);
	fixture_must(store_open(x->where, STORE_WRITE, &x->store, &x->f),
		     &x->f);
	audit_start(&x->audit, x->store, "host", fixture_sink, x);
	x->admin = (struct admin){ .store = x->store,
				   .keys = &x->keys,
				   .config = &x->config,
				   .audit = &x->audit,
				   .actor = "uid:1000",
				   .now = 1700000000 };
	fixture_must(admin_init_store(&x->admin, NULL, &x->f), &x->f);
}

void
fixture_stop(struct fixture *x)
{
	store_close(x->store);
	crypto_keys_wipe(&x->keys);
}

struct fixture_row {
	char text[STORE_META_SIZE + 512];
	long n;
};

static bool
fixture_each(void *ctx, const struct store_audit *a)
{
	struct fixture_row *row = ctx;

	if (row->n++ == 0)
		(void)snprintf(row->text, sizeof(row->text), "%s %s %s %s %s",
			       a->action, a->outcome, a->actor,
			       a->target[0] == '\0' ? "-" : a->target,
			       a->meta);
	return true;
}

static const struct fixture_row *
fixture_look(struct fixture *x)
{
	static struct fixture_row row;
	struct store_audit_filter all = { .limit = 1000 };

	row = (struct fixture_row){ .n = 0 };
	fixture_must(
		store_audit_list(x->store, &all, fixture_each, &row, &x->f),
		&x->f);
	return &row;
}

const char *
fixture_last(struct fixture *x)
{
	return fixture_look(x)->text;
}

long
fixture_rows(struct fixture *x)
{
	return fixture_look(x)->n;
}
