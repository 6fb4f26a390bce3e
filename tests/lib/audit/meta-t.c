/* SPDX-License-Identifier: MIT */
#include "audit/meta.h"

#include <stdio.h>

#include "test.h"

static struct fault f;

static enum status
text(const char *json, char out[STORE_META_SIZE])
{
	json_auto_t *meta = json_loads(json, 0, NULL);

	CHECK(meta != NULL);
	return audit_meta_text(meta, out, &f);
}

static void
test_secrets(void)
{
	static const char *const smells[] = {
		"password", "user_password", "passwords", "password_2",
		"token",    "api_token",     "tokens",	  "secret",
		"pin",	    "new_pin",	     "key",	  "keys",
		"key1",	    "hash",	     "code",	  "backup_codes",
		"passwd",   "otp",	     "totp_seed", "credential",
		"salt",
	};
	static const char *const fine[] = {
		"reason",      "source",   "factors", "rule",  "login",
		"spinning",    "keyboard", "monkey",  "coded", "hashed",
		"pinned",      "passed",   "encode",  "a",     "a1",
		"must_change", "a__b_",
	};
	static const char *const malformed[] = {
		"Token", "userPassword", "a-b",	 "a b",	     "1a", "_a",
		"a.b",	 "\u00e4",	 "a\\n", "reason=x", "",
	};
	char json[128], out[STORE_META_SIZE];

	for (size_t i = 0; i < sizeof(smells) / sizeof(smells[0]); i++) {
		(void)snprintf(json, sizeof(json), "{\"%s\":\"x\"}",
			       smells[i]);
		CHECK_EQ(text(json, out), STATUS_INVALID);
		CHECK(strstr(f.text, smells[i]) != NULL);
		(void)snprintf(json, sizeof(json),
			       "{\"a\":[1,{\"b\":{\"%s\":null}}]}", smells[i]);
		CHECK_EQ(text(json, out), STATUS_INVALID);
	}
	for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++) {
		(void)snprintf(json, sizeof(json), "{\"%s\":1}", malformed[i]);
		CHECK_EQ(text(json, out), STATUS_INVALID);
	}
	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
		(void)snprintf(json, sizeof(json), "{\"%s\":1}", fine[i]);
		CHECK_OK(text(json, out), &f);
	}
}

static void
test_shape(void)
{
	char out[STORE_META_SIZE] = "as it was", json[64] = "";

	CHECK_EQ(text("[]", out), STATUS_INVALID);
	CHECK_EQ(audit_meta_text(NULL, out, &f), STATUS_INVALID);
	CHECK_STR(out, "as it was");
	CHECK_OK(text("{ \"b\": [ 1, true ], \"a\": \"\\u202e\" }", out), &f);
	CHECK_STR(out, "{\"b\":[1,true],\"a\":\"\\u202E\"}");
	for (int i = 0; i < AUDIT_META_DEPTH; i++)
		(void)strcat(json, "{\"a\":");
	(void)strcat(json, "1}}}}}}}}");
	CHECK_OK(text(json, out), &f);
	memset(json, 0, sizeof(json));
	for (int i = 0; i <= AUDIT_META_DEPTH; i++)
		(void)strcat(json, "{\"a\":");
	(void)strcat(json, "1}}}}}}}}}");
	CHECK_EQ(text(json, out), STATUS_INVALID);
}

/* 8192 bytes of JSON are the most. */
static void
test_size(void)
{
	static char value[STORE_META_SIZE], out[STORE_META_SIZE];
	struct audit_pair pair = { "a", value };

	for (size_t n = 8180; n <= 8190; n++) {
		json_t *object = NULL;
		bool fits = n + strlen("{\"a\":\"\"}") < STORE_META_SIZE;

		memset(value, 'v', n);
		value[n] = '\0';
		CHECK_OK(audit_meta_object(&pair, 1, &object, &f), &f);
		CHECK_EQ(audit_meta_text(object, out, &f),
			 fits ? STATUS_OK : STATUS_INVALID);
		if (fits)
			CHECK_EQ(strlen(out), n + 8);
		json_decref(object);
	}
}

static void
test_pairs(void)
{
	const struct audit_pair pairs[] = {
		{ NULL, "x" },
		{ "a", "1" },
		{ "none", "" },
		{ "none", NULL },
		{ "b", "\xff\x1b" },
		{ "c", "\"}\\\n\x7f" },
		{ "d", "{\"password\":1}" },
	};
	const struct audit_pair twice[] = { { "a", "1" }, { "a", "2" } };
	const struct audit_pair bytes[] = { { "\xff", "1" } };
	json_t *object = NULL, *same;
	char out[STORE_META_SIZE];

	CHECK_OK(audit_meta_object(pairs, 7, &object, &f), &f);
	CHECK_OK(audit_meta_text(object, out, &f), &f);
	CHECK_STR(out,
		  "{\"a\":\"1\",\"b\":\"\\\\xff\\\\x1b\",\"c\":\"\\\"}\\\\"
		  "\\n\x7f\",\"d\":\"{\\\"password\\\":1}\"}");
	same = json_loads(out, 0, NULL);
	CHECK(json_equal(same, object));
	json_decref(same);
	json_decref(object);
	CHECK_EQ(audit_meta_object(twice, 2, &object, &f), STATUS_INVALID);
	CHECK_EQ(audit_meta_object(bytes, 1, &object, &f), STATUS_INVALID);
	CHECK_OK(audit_meta_object(NULL, 0, &object, &f), &f);
	CHECK_OK(audit_meta_text(object, out, &f), &f);
	CHECK_STR(out, "{}");
	json_decref(object);
}

int
main(void)
{
	test_secrets();
	test_shape();
	test_size();
	test_pairs();
	return test_done();
}
