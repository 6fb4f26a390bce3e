/* SPDX-License-Identifier: MIT */
/* A store to test on, and rows to put into it. */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include "store/key.h"
#include "store/org.h"
#include "store/store.h"
#include "test.h"

#define NOW 1700000000

/* "sqlite:" and a path below test_dir(); the directory is made.  Another one
 * for each NAME; the result lives until the next call. */
const char *fixture_where(const char *name);
/* The path of it. */
const char *fixture_path(const char *where);

/* Make a store and open it for writing; exits when that fails. */
struct store *fixture_store(const char *name);
struct store *fixture_open(const char *where);

/* The N-th id. */
struct id fixture_id(unsigned n);

/* An active account with that id and "userN" for a name, not inserted. */
struct store_account fixture_account(unsigned n);
/* ... and inserted, in a transaction of its own. */
void fixture_add_account(struct store *s, unsigned n);

/* An organization with that id and "orgN" for a slug, inserted. */
void fixture_add_org(struct store *s, unsigned n);

/* A device and a code of account 1, each of N its own, not inserted: the
 * device is called "labelN", and its last step or next counter is 100. */
struct store_otp fixture_otp(unsigned n, enum store_otp_kind kind);
struct store_code fixture_code(unsigned n, enum store_code_kind kind);

/* Keys of account 1, each of N its own, not inserted: called "keyN" and
 * "sshN", with a counter of 100. */
struct store_key fixture_key(unsigned n);
struct store_ssh_key fixture_ssh_key(unsigned n);

/* One change in a transaction of its own; st is what the change said. */
#define ALONE(s, st, call)                                                    \
	do {                                                                  \
		struct fault alone_f_ = { .text = "" };                       \
		STORE_TXN(alone_);                                            \
		CHECK_OK(store_begin((s), &alone_, &alone_f_), &alone_f_);    \
		(st) = (call);                                                \
		if ((st) == STATUS_OK)                                        \
			CHECK_OK(store_commit(&alone_, &alone_f_),            \
				 &alone_f_);                                  \
	} while (0)

#endif
