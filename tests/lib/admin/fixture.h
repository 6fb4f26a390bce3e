/* SPDX-License-Identifier: MIT */
/* A new store with an administrator at it, and a clock that can be moved. */
#ifndef TESTS_ADMIN_FIXTURE_H
#define TESTS_ADMIN_FIXTURE_H

#include "admin/admin.h"
#include "test.h"

struct fixture {
	struct admin admin; /* admin.now is the clock */
	struct config config;
	struct crypto_keys keys;
	struct store *store;
	struct audit audit;
	char where[512];
	char lines[8192]; /* what the audit published, a line each */
	struct fault f;
};

/* Ends the test when there can be none. */
void fixture_start(struct fixture *x, const char *name);
void fixture_stop(struct fixture *x);

/* The newest audit row's "action outcome actor target meta". */
const char *fixture_last(struct fixture *x);
long fixture_rows(struct fixture *x);

#endif
