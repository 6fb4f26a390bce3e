/* SPDX-License-Identifier: MIT */
#include "admin/hook.h"

#include <stdio.h>

#include "fixture.h"

int
main(void)
{
	const struct id target = { "01970000-0000-7000-8000-000000000001" };
	struct admin_hook h = { .before = true,
				.command = "user add",
				.name = "pre-user-add/10-check",
				.why = "it ended with 3" };
	char line[512];
	struct fixture x;
	long rows;

	fixture_start(&x, "hook");
	rows = fixture_rows(&x);
	CHECK_OK(admin_hook_failed(&x.admin, &h, &x.f), &x.f);
	CHECK_EQ(fixture_rows(&x), rows + 1);
	(void)snprintf(line, sizeof(line),
		       "hook.refused failure %s - {\"command\":\"user add\","
		       "\"hook\":\"pre-user-add/10-check\","
		       "\"why\":\"it ended with 3\"}",
		       x.admin.actor);
	CHECK_STR(fixture_last(&x), line);
	CHECK(strstr(x.lines, "action=hook.refused") != NULL);

	h.before = false;
	h.name = "post-user-add/10-check";
	h.target = &target;
	CHECK_OK(admin_hook_failed(&x.admin, &h, &x.f), &x.f);
	(void)snprintf(line, sizeof(line), "hook.failed failure %s %s ",
		       x.admin.actor, target.s);
	CHECK(strncmp(fixture_last(&x), line, strlen(line)) == 0);
	fixture_stop(&x);
	return test_done();
}
