/* SPDX-License-Identifier: MIT */
#include "base/fault.h"

#include <errno.h>

#include "test.h"

int
main(void)
{
	struct fault f = { 0 };
	char longer[1000];

	CHECK_EQ(fault(&f, STATUS_INVALID, "no user '%s'", "a\nb"),
		 STATUS_INVALID);
	CHECK_STR(f.text, "no user 'a\\x0ab'");
	CHECK_EQ(f.status, STATUS_INVALID);
	CHECK_EQ(fault_errno(&f, ENOENT, "cannot open %s", "x"),
		 STATUS_SYSTEM);
	CHECK_STR(f.text, "cannot open x: No such file or directory");
	CHECK_EQ(fault(NULL, STATUS_BUSY, "x"), STATUS_BUSY);
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	CHECK_EQ(fault(&f, STATUS_BUSY, "%s", longer), STATUS_BUSY);
	CHECK(strlen(f.text) < FAULT_TEXT_SIZE);
	for (int st = STATUS_OK; st <= STATUS_SYSTEM; st++)
		CHECK(strcmp(status_name((enum status)st), "unknown") != 0);
	return test_done();
}
