/* SPDX-License-Identifier: MIT */
#include "base/secret.h"

#include <stdlib.h>

#include "test.h"

static void
test_yes(void)
{
	static const char *const no[] = { "",	"n",  "no", "yess",
					  "ye", "Y ", "yES" };
	struct fault f;
	SECRET(s);

	CHECK_OK(secret_set(&s, "y", 1, &f), &f);
	CHECK(secret_is_yes(&s));
	CHECK_OK(secret_set(&s, "YES", 3, &f), &f);
	CHECK(secret_is_yes(&s));
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		CHECK_OK(secret_set(&s, no[i], strlen(no[i]), &f), &f);
		CHECK(!secret_is_yes(&s));
	}
}

int
main(void)
{
	SECRET(a);
	SECRET(b);
	struct fault f = { 0 };
	char out[8];
	char *big = malloc(600);

	CHECK_OK(secret_take(&a, strdup("hunter2"), 511, &f), &f);
	CHECK_EQ(a.len, 7);
	CHECK(secret_is(&a, "hunter2", 7));
	CHECK(!secret_is(&a, "hunter3", 7));
	CHECK(!secret_is(&a, "hunter", 6));
	CHECK(secret_begins(&a, "hunt", 4));
	CHECK(!secret_begins(&a, "hunter22", 8));
	CHECK(secret_string(&a, out, sizeof(out)));
	CHECK_STR(out, "hunter2");
	CHECK(!secret_string(&a, out, 7));
	CHECK(secret_bytes(&a, out, 7) && memcmp(out, "hunter2", 7) == 0);
	memset(out, 'x', sizeof(out));
	CHECK(!secret_bytes(&a, out, 6) && out[0] == 'x');
	secret_copy(&b, &a);
	CHECK(secret_equal(&a, &b));

	/* Never cut, and untouched by a refusal. */
	memset(big, 'x', 599);
	big[599] = '\0';
	CHECK_EQ(secret_take(&b, big, 511, &f), STATUS_INVALID);
	CHECK(secret_equal(&a, &b));
	CHECK_EQ(secret_take(&b, NULL, 511, &f), STATUS_CANCELLED);
	CHECK_EQ(secret_set(&b, a.b, SECRET_SIZE + 1, &f), STATUS_INVALID);
	CHECK_OK(secret_set(&b, "a\0b", 3, &f), &f);
	CHECK(!secret_string(&b, out, sizeof(out)));
	CHECK_OK(secret_set(&b, "M\xc3\xbcller", 7, &f), &f);
	CHECK_EQ(secret_code_points(&b), 6);

	secret_wipe(&a);
	CHECK_EQ(a.len, 0);
	CHECK_EQ(a.b[0], 0);
	test_yes();
	return test_done();
}
