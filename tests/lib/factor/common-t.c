/* SPDX-License-Identifier: MIT */
#include "factor/common.h"

#include "test.h"

int
main(void)
{
	static const char *const common[] = { "password",  "12345678",
					      "iloveyou",  "qwertyuiop",
					      "password1", "!qaz2wsx" };
	static const char *const rare[] = { "",
					    "p",
					    "passwor",
					    "passwordx9q",
					    "Password",
					    "correct horse",
					    "zzzzzzzzzzzzzzzzzzzzzzzzzzzz",
					    "# SPDX-License-Identifier: MIT" };
	char word[] = "PassWORD-\xc3\x84[@`{";
	unsigned bad = 0;

	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
		test_note("%s", common[i]);
		CHECK(factor_common(common[i]));
	}
	for (size_t i = 0; i < sizeof(rare) / sizeof(rare[0]); i++) {
		test_note("%s", rare[i]);
		CHECK(!factor_common(rare[i]));
	}
	CHECK(factor_common_count > 5000);
	for (size_t i = 0; i < factor_common_count; i++)
		bad += !factor_common(factor_common_words[i]) ||
		       strlen(factor_common_words[i]) < 8;
	CHECK_EQ(bad, 0);
	factor_lower(word);
	CHECK_STR(word, "password-\xc3\x84[@`{");
	return test_done();
}
