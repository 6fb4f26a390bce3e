/* SPDX-License-Identifier: MIT */
#include "notify/notify.h"

#include <jansson.h>
#include <stdlib.h>

#include "test.h"

#define ID "01890a5d-ac96-774b-bcce-b302099a8057"

static struct fault f;

static void
test_wait(void)
{
	static const int64_t waits[] = { 60, 300, 900, 3600, 10800, 0, 0 };

	for (int64_t i = 0; i < 7; i++)
		CHECK_EQ(notify_wait(i + 1), waits[i]);
	CHECK_EQ(notify_wait(0), 0);
	CHECK_EQ(notify_wait(-1), 0);
	CHECK_EQ(notify_wait(INT64_MAX), 0);
}

static void
test_url(void)
{
	static const char *const good[] = {
		"https://example.org",
		"https://example.org/a/b?c=d&e=%20",
		"https://192.0.2.1:8443/x@y",
		"https://[2001:db8::1]/",
	};
	static const char *const bad[] = {
		"",
		"http://example.org/",
		"HTTPS://example.org/",
		"https://",
		"https:///path",
		"https://:443/",
		"https://ann:pw@example.org/",
		"https://example.org/a b",
		"https://example.org/a\nheader: x",
		"https://example.org/\x7f",
		"https://ex\xc3\xa4mple.org/",
		"https://example.org/#part",
		"ftp://example.org/",
	};
	char longest[STORE_URL_SIZE + 1] = "https://example.org/";
	size_t len = strlen(longest);

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK_OK(notify_url_valid(good[i], &f), &f);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_EQ(notify_url_valid(bad[i], &f), STATUS_INVALID);
	memset(longest + len, 'x', sizeof(longest) - 2 - len);
	CHECK_OK(notify_url_valid(longest, &f), &f);
	longest[sizeof(longest) - 2] = 'x';
	CHECK_EQ(notify_url_valid(longest, &f), STATUS_INVALID);
}

static void
test_events(void)
{
	char many[STORE_EVENTS_SIZE + 1];

	CHECK_OK(notify_events_valid("", &f), &f);
	CHECK_OK(notify_events_valid("password.changed", &f), &f);
	CHECK_OK(notify_events_valid("password.changed,factor.added", &f), &f);
	CHECK_EQ(notify_events_valid("password", &f), STATUS_INVALID);
	CHECK_EQ(notify_events_valid("password.changed,", &f), STATUS_INVALID);
	CHECK_EQ(notify_events_valid(",password.changed", &f), STATUS_INVALID);
	CHECK_EQ(notify_events_valid("factor.added, factor.removed", &f),
		 STATUS_INVALID);
	CHECK_EQ(notify_events_valid("factor.added,factor.added", &f),
		 STATUS_INVALID);
	memset(many, 'x', sizeof(many));
	many[sizeof(many) - 1] = '\0';
	CHECK_EQ(notify_events_valid(many, &f), STATUS_INVALID);
	CHECK(notify_wants("", "factor.added"));
	CHECK(notify_wants("factor.added", "factor.added"));
	CHECK(notify_wants("password.reset,factor.added", "factor.added"));
	CHECK(!notify_wants("factor.added", "factor.remove"));
	CHECK(!notify_wants("factor.added", "factor.add"));
	CHECK(!notify_wants("factor.added", ""));
}

static void
test_sign(void)
{
	char out[NOTIFY_SIGNATURE_SIZE];
	SECRET(key);

	/* printf 'id.17.{}' | openssl dgst -sha256 -hmac whsec_x */
	CHECK_OK(secret_set(&key, "whsec_x", 7, &f), &f);
	CHECK_OK(notify_sign(&key, "id", "17", "{}", out, &f), &f);
	CHECK_STR(out, "v1=a0b5841f74fe6614b4e4dc7000ba3676"
		       "60a5d7021bbe0c101a4c08c4925d50f0");
}

static struct notify_news
news(void)
{
	return (struct notify_news){
		.message = { .id = { ID },
			     .at = 1700000000,
			     .event = "factor.added",
			     .account = { ID } },
		.audit = { .host = "gate",
			   .action = "otp.enrolled",
			   .outcome = "success",
			   .service = "sshd",
			   .rhost = "evil\r\nBcc: all@example.org",
			   .meta = "{\"label\":\"my\\nphone\",\"kind\":"
				   "\"totp\",\"hidden\":\"xyzzy\"}" },
		.host = "gate",
		.user = "ann",
		.actor = "bob",
	};
}

static void
test_json(void)
{
	struct notify_news n = news();
	const json_t *meta;
	char *text = NULL;
	json_t *j;

	CHECK_OK(notify_json(&n, &text, &f), &f);
	CHECK(strchr(text, '\n') == NULL);
	j = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	CHECK(j != NULL);
	CHECK_STR(json_string_value(json_object_get(j, "id")), ID);
	CHECK_STR(json_string_value(json_object_get(j, "event")),
		  "factor.added");
	CHECK_STR(json_string_value(json_object_get(j, "at")),
		  "2023-11-14T22:13:20Z");
	CHECK_STR(json_string_value(json_object_get(j, "user")), "ann");
	CHECK_STR(json_string_value(json_object_get(j, "actor")), "bob");
	CHECK(json_is_null(json_object_get(j, "org")));
	CHECK_EQ(json_object_size(j), 16);
	meta = json_object_get(j, "meta");
	CHECK_STR(json_string_value(json_object_get(meta, "label")),
		  "my\nphone");
	json_decref(j);
	free(text);
	/* No audit row, and bytes that are no UTF-8. */
	memset(&n.audit, 0, sizeof(n.audit));
	memcpy(n.user, "\xff", 2);
	CHECK_OK(notify_json(&n, &text, &f), &f);
	CHECK(strstr(text, "\"user\":\"\\\\xff\"") != NULL);
	CHECK(strstr(text, "\"meta\":{}") != NULL);
	free(text);
}

static void
test_mail(void)
{
	struct notify_news n = news();
	SECRET(code);
	NOTIFY_MAIL(mail);

	CHECK_OK(notify_mail_make(&n, "ann@example.org", &code, &mail, &f),
		 &f);
	CHECK(strncmp(mail.s, "To: ann@example.org\nSubject: [gate] ", 36) ==
	      0);
	CHECK(strstr(mail.s, "\n\nA device, a key") != NULL);
	CHECK(strstr(mail.s, "\n  Account:      ann\n") != NULL);
	CHECK(strstr(mail.s, "\n  When:         2023-11-14T22:13:20Z\n") !=
	      NULL);
	CHECK(strstr(mail.s, "\n  Label:        my\\x0aphone\n") != NULL);
	CHECK(strstr(mail.s, "\nBcc:") == NULL);
	CHECK(strchr(mail.s, '\r') == NULL);
	CHECK(strstr(mail.s, "xyzzy") == NULL);
	CHECK(strstr(mail.s, "Code:") == NULL);
	CHECK_OK(secret_set(&code, "abcd-efgh-2345", 14, &f), &f);
	CHECK_OK(notify_mail_make(&n, "ann@example.org", &code, &mail, &f),
		 &f);
	CHECK(strstr(mail.s, "\n    Code: abcd-efgh-2345\n") != NULL);
	CHECK_EQ(notify_mail_make(&n, "ann@example.org,eve@example.org", &code,
				  &mail, &f),
		 STATUS_INVALID);
	memcpy(n.message.event, "future.event", 13);
	CHECK_EQ(notify_mail_make(&n, "ann@example.org", &code, &mail, &f),
		 STATUS_INVALID);
}

int
main(void)
{
	CHECK_OK(crypto_start(&f), &f);
	test_wait();
	test_url();
	test_events();
	test_sign();
	test_json();
	test_mail();
	return test_done();
}
