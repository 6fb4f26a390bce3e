/* SPDX-License-Identifier: MIT */
/*
 * TAP for unit tests: each CHECK is one test point, a failed one says where
 * and what.  main() ends in `return test_done();`.
 */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/fault.h"

void test_point(bool ok, const char *file, int line, const char *what);
/* Are the two strings equal?  NULL equals nothing. */
void test_string(const char *got, const char *expected, const char *file,
		 int line, const char *what);
/* Values for the diagnosis of the point that comes next. */
void test_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int test_done(void);
/* The rest cannot be tested here, and why. */
void test_skip(const char *why);

#define CHECK(cond) test_point((cond), __FILE__, __LINE__, #cond)

#define CHECK_EQ(a, b)                                                        \
	do {                                                                  \
		long long check_a_ = (long long)(a),                          \
			  check_b_ = (long long)(b);                          \
		if (check_a_ != check_b_)                                     \
			test_note("got %lld, expected %lld", check_a_,        \
				  check_b_);                                  \
		test_point(check_a_ == check_b_, __FILE__, __LINE__,          \
			   #a " == " #b);                                     \
	} while (0)

#define CHECK_STR(a, b) test_string((a), (b), __FILE__, __LINE__, #a " is " #b)

/* The status is OK, or the fault's sentence is the diagnosis. */
#define CHECK_OK(call, f)                                                     \
	do {                                                                  \
		enum status check_st_ = (call);                               \
		if (check_st_ != STATUS_OK)                                   \
			test_note("%s: %s", status_name(check_st_),           \
				  (f)->text);                                 \
		test_point(check_st_ == STATUS_OK, __FILE__, __LINE__,        \
			   #call);                                            \
	} while (0)

/*
 * A fresh private directory (0700) below $TMPDIR or /tmp, removed with all
 * that is in it by test_done().  Constant for the whole process.
 */
const char *test_dir(void);

#endif
