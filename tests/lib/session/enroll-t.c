/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "base/text.h"
#include "factor/otpauth.h"
#include "person.h"
#include "qr/qr.h"
#include "session/attempt.h"

#define GOOD "correct horse 81"

static struct person p;

static void
start(const char *name, enum rule_unenrolled unenrolled)
{
	person_start(&p, name);
	person_rule(&p, "password+otp", unenrolled);
	fixture_user(&p.x, "ann", GOOD, NULL);
	p.password = GOOD;
}

/* --- inside a login --- */

static void
test_login(void)
{
	struct session_verdict v;

	start("login", RULE_UNENROLLED_ENROLL);
	v = person_login(&p, "ann");
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK_STR(person_purposes(&p), "password confirm type_back");
	CHECK(v.password_proved);
	CHECK_EQ(person_rows(&p, "otp",
			     "label = 'phone' AND kind = 1 AND "
			     "algorithm = 1 AND digits = 6 AND "
			     "period = 30"),
		 1);
	CHECK_EQ(person_rows(&p, "code", "kind = 1 AND spent_at = 0"), 10);
	CHECK_EQ(person_rows(&p, "login", "factors = 'password+totp'"), 1);
	CHECK_EQ(person_rows(&p, "account", "epoch = 1"), 1);
	CHECK_EQ(fixture_audited(&p.x, "otp.enrolled"), 1);
	CHECK_EQ(person_rows(&p, "audit",
			     "action = 'otp.enrolled' AND "
			     "outcome = 'success' AND meta LIKE "
			     "'%\"label\":%\"phone\"%' AND meta "
			     "LIKE '%\"kind\":%\"totp\"%'"),
		 1);
	CHECK(strstr(p.x.lines, "otp.enrolled") != NULL);

	/* The code that confirmed it is spent, and so is what was before. */
	person_check_denied(person_login_with(&p, 0), POLICY_SPENT);
	CHECK_STR(person_purposes(&p), "password code");
	person_check_denied(person_login_with(&p, -1), POLICY_SPENT);
	CHECK_EQ(person_login_with(&p, 1).step, POLICY_ALLOW);
	p.x.now += 60;
	CHECK_EQ(person_login_with(&p, 0).step, POLICY_ALLOW);
	CHECK_STR(person_purposes(&p), "password code");
	CHECK_EQ(person_rows(&p, "otp", "1"), 1);
	person_stop(&p);
}

static void
test_backup(void)
{
	char told[64];

	start("backup", RULE_UNENROLLED_ENROLL);
	CHECK_EQ(person_login(&p, "ann").step, POLICY_ALLOW);
	CHECK_STR(p.x.told, "");
	/* Typing it back has not spent it. */
	CHECK_EQ(person_login_typing(&p, p.backup[7]).step, POLICY_ALLOW);
	CHECK_STR(p.x.told, "9 backup codes are left.|");
	person_check_denied(person_login_typing(&p, p.backup[7]),
			    POLICY_SPENT);
	CHECK_STR(p.x.told, "");
	p.x.now += 60;
	CHECK_EQ(person_login_with(&p, 0).step, POLICY_ALLOW);
	CHECK_STR(p.x.told, "");
	for (int i = 0; i < 7; i++) {
		CHECK_EQ(person_login_typing(&p, p.backup[i]).step,
			 POLICY_ALLOW);
		if (i == 6)
			break;
		(void)snprintf(told, sizeof(told),
			       "%d backup codes are left.|", 8 - i);
		CHECK_STR(p.x.told, told);
	}
	CHECK_STR(p.x.told,
		  "Only 2 backup codes are left: ask your administrator "
		  "for new ones.|");
	CHECK_EQ(person_login_typing(&p, p.backup[8]).step, POLICY_ALLOW);
	CHECK_STR(p.x.told,
		  "Only 1 backup code is left: ask your administrator "
		  "for new ones.|");
	CHECK_EQ(person_login_typing(&p, p.backup[9]).step, POLICY_ALLOW);
	CHECK_STR(p.x.told, "No backup code is left: ask your administrator "
			    "for new ones.|");
	person_stop(&p);
}

/* Ctrl-C, or a terminal that is gone, at each prompt in turn. */
static void
test_given_up(void)
{
	start("given-up", RULE_UNENROLLED_ENROLL);
	for (int at = 0; at < 3; at++) {
		for (int how = 0; how < 2; how++) {
			p.abort_at = at;
			p.how = how == 0 ? FIXTURE_CANCEL : FIXTURE_GONE;
			person_check_denied(person_login(&p, "ann"),
					    POLICY_CANCELLED);
			CHECK_EQ(p.prompts, at + 1);
			person_check_nothing(&p);
			p.x.now += 60;
		}
	}
	/* The right password that led there was no guess. */
	CHECK_EQ(person_rows(&p, "guess", "factor = 'password' AND state = 2"),
		 0);
	p.abort_at = -1;
	CHECK_EQ(person_login(&p, "ann").step, POLICY_ALLOW);
	person_stop(&p);
}

static void
test_wrong(void)
{
	start("wrong", RULE_UNENROLLED_ENROLL);
	for (int i = 0; i < 2; i++) {
		p.wrong = i == 0 ? FIXTURE_TYPE : FIXTURE_TOO_LONG;
		p.wrong_codes = 3;
		person_check_denied(person_login(&p, "ann"), POLICY_CANCELLED);
		CHECK_STR(person_purposes(&p),
			  "password confirm confirm confirm");
		CHECK(strstr(p.x.told, "not set up") != NULL);
		person_check_nothing(&p);
		p.wrong_backs = 3;
		person_check_denied(person_login(&p, "ann"), POLICY_CANCELLED);
		CHECK_STR(person_purposes(&p),
			  "password confirm type_back type_back type_back");
		person_check_nothing(&p);
	}
	p.wrong = FIXTURE_TYPE;
	p.wrong_codes = 2;
	p.wrong_backs = 2;
	CHECK_EQ(person_login(&p, "ann").step, POLICY_ALLOW);
	CHECK_STR(person_purposes(&p), "password confirm confirm confirm "
				       "type_back type_back type_back");
	/* Short ones, for the code is still on the terminal. */
	CHECK(strchr(p.seen[2].text, '\n') != NULL &&
	      strlen(p.seen[2].text) < 160);
	CHECK_STR(p.seen[2].text,
		  "That is not the code for now. Is the clock of the device "
		  "right?\nIt is 08:00:00 UTC here. 2 tries are left.\n"
		  "One-time code: ");
	CHECK(strstr(p.seen[3].text, "1 try is left.") != NULL);
	CHECK(strlen(p.seen[5].text) < 80);
	CHECK_EQ(person_rows(&p, "otp", "1"), 1);
	CHECK_EQ(person_rows(&p, "code", "1"), 10);
	person_stop(&p);
}

static void
test_clock(void)
{
	struct fault f;
	STORE_TXN(txn);

	start("clock", RULE_UNENROLLED_ENROLL);
	CHECK_OK(store_begin(p.x.store, &txn, &f), &f);
	CHECK_OK(store_clock_see(p.x.store, p.x.now + 3600, &f), &f);
	CHECK_OK(store_commit(&txn, &f), &f);
	person_check_denied(person_login(&p, "ann"), POLICY_CANCELLED);
	CHECK_STR(person_purposes(&p), "password");
	CHECK(strstr(p.x.told, "clock") != NULL);
	person_check_nothing(&p);
	p.x.now += 3600;
	CHECK_EQ(person_login(&p, "ann").step, POLICY_ALLOW);
	person_stop(&p);
}

/* Somebody else with the same password is quicker. */
static void
test_race(void)
{
	static struct person other;

	start("race", RULE_UNENROLLED_ENROLL);
	other = p;
	other.x.env.io = &other.x.io;
	for (unsigned i = 0; i < 3; i++) {
		struct request r =
			fixture_request(PHASE_AUTH, "ann", "192.0.2.1");
		SESSION_ATTEMPT(a);
		SESSION_ATTEMPT(b);
		struct policy_decision d;
		struct id login;
		struct fault f;

		/* Both have been told that there is no device. */
		CHECK_OK(session_gather(&p.x.env, &r, POLICY_PHASE_AUTH, &a,
					&f),
			 &f);
		CHECK_OK(session_gather(&other.x.env, &r, POLICY_PHASE_AUTH,
					&b, &f),
			 &f);
		CHECK_OK(session_ask_all(&b, &d, &f), &f);
		CHECK_OK(session_ask_all(&a, &d, &f), &f);
		CHECK(a.enrollment.device && b.enrollment.device);
		CHECK_OK(session_settle(&a, &d, &login, &f), &f);
		CHECK_EQ(d.step, POLICY_ALLOW);
		d = policy_next(&b.facts);
		CHECK_OK(session_settle(&b, &d, &login, &f), &f);
		CHECK_EQ(d.step, POLICY_DENY);
		CHECK_STR(policy_reason_name(d.reason), "spent");
		CHECK_STR(fixture_last(&p.x).action, "login.denied");
		CHECK_EQ(fixture_audited(&p.x, "otp.enrolled"), 1);
		/* The right password was no guess. */
		CHECK_EQ(person_rows(&p, "guess", "state IN (1, 2)"), 0);
		CHECK_EQ(person_rows(&p, "otp", "1"), 1);
		CHECK_EQ(person_rows(&p, "login", "1"), 1);
		break;
	}
	/* The first one's device works, the other's does not. */
	p.x.now += 60;
	CHECK_EQ(person_login_with(&p, 0).step, POLICY_ALLOW);
	p.x.now += 60;
	p.key = other.key;
	person_check_denied(person_login_with(&p, 0), POLICY_WRONG);
	person_stop(&p);
}

/* --- what is shown --- */

/* The widest line in characters, and how many lines a terminal scrolls. */
static void
measure(const char *text, size_t *columns, size_t *rows)
{
	*columns = *rows = 0;
	for (;;) {
		size_t len = strcspn(text, "\n");
		long wide = text_code_points(text, len);

		if (wide > (long)*columns)
			*columns = (size_t)wide;
		++*rows;
		if (text[len] == '\0')
			return;
		text += len + 1;
	}
}

/* The picture that belongs to the device whose key was shown. */
static const char *
expected(const char *host, enum qr_glyphs glyphs, bool invert)
{
	static struct qr_picture picture;
	struct otpauth o = { .device = { .kind = STORE_TOTP,
					 .label = "phone",
					 .algorithm = CRYPTO_SHA1,
					 .digits = 6,
					 .period = 30 } };
	char text[OTPAUTH_MAX + 1];
	struct fault f;
	QR_CODE(code);
	SECRET(uri);

	(void)text_copy(o.issuer, sizeof(o.issuer), host);
	(void)text_copy(o.account, sizeof(o.account), "ann");
	CHECK_OK(otpauth_format(&o, &p.key, &uri, &f), &f);
	CHECK(secret_string(&uri, text, sizeof(text)));
	CHECK_OK(qr_encode(text, &code, &f), &f);
	CHECK_OK(qr_draw(&code,
			 &(struct qr_style){ .glyphs = glyphs,
					     .invert = invert },
			 &picture, &f),
		 &f);
	return picture.text;
}

static struct rule
shown_rule(enum rule_qr qr, bool invert)
{
	return (struct rule){ .phases = RULE_PHASE(POLICY_PHASE_AUTH),
			      .action = POLICY_ACTION_REQUIRE,
			      .alternatives = 1,
			      .require = { POLICY_BIT(POLICY_FACTOR_PASSWORD) |
					   POLICY_BIT(POLICY_FACTOR_OTP) },
			      .unenrolled = RULE_UNENROLLED_ENROLL,
			      .qr = qr,
			      .qr_invert = invert };
}

/* The prompt that a login with this rule shows first. */
static const char *
shown(enum rule_qr qr, bool invert, uint32_t flags)
{
	struct rule rule = shown_rule(qr, invert);
	struct request r = fixture_request(PHASE_AUTH, "ann", "192.0.2.1");

	fixture_rules(&p.x, &rule, 1);
	r.flags = flags;
	p.prompts = 0;
	p.wrong_codes = 3;
	(void)fixture_run(&p.x, &r);
	CHECK(p.prompts == 4);
	CHECK_EQ(p.seen[1].kind, PROMPT_SECRET);
	CHECK_EQ(p.seen[1].purpose, PURPOSE_CONFIRM);
	CHECK(strchr(p.seen[1].text, '\033') == NULL);
	CHECK_EQ(p.seen[1].text[0], '\n');
	return p.seen[1].text;
}

static bool
ends(const char *text, const char *end)
{
	return strlen(text) >= strlen(end) &&
	       strcmp(text + strlen(text) - strlen(end), end) == 0;
}

static void
test_shown(void)
{
	size_t columns, rows;
	const char *text;

	start("shown", RULE_UNENROLLED_ENROLL);
	text = shown(RULE_QR_AUTO, false, 0);
	CHECK(strstr(text, expected("testhost", QR_BLOCKS, false)) != NULL);
	CHECK(ends(text, "\nOne-time code: "));
	measure(text, &columns, &rows);
	CHECK(columns <= 79);
	CHECK(rows <= 29);
	measure(expected("testhost", QR_BLOCKS, false), &columns, &rows);
	CHECK(rows - 1 <= 23 && columns <= 45);
	text = shown(RULE_QR_AUTO, true, 0);
	CHECK(strstr(text, expected("testhost", QR_BLOCKS, true)) != NULL);
	/* Lines of more than 80 columns would be broken. */
	text = shown(RULE_QR_AUTO, false, REQUEST_ASCII);
	CHECK(strstr(text, "##") == NULL && strstr(text, "scan this") == NULL);
	CHECK(ends(text, "\nOne-time code: "));
	text = shown(RULE_QR_ASCII, false, REQUEST_ASCII);
	CHECK(strstr(text, expected("testhost", QR_ASCII, false)) != NULL);
	text = shown(RULE_QR_ASCII, true, 0);
	CHECK(strstr(text, expected("testhost", QR_ASCII, true)) != NULL);
	text = shown(RULE_QR_UTF8, false, REQUEST_ASCII);
	CHECK(strstr(text, expected("testhost", QR_BLOCKS, false)) != NULL);
	text = shown(RULE_QR_NONE, false, 0);
	CHECK(strstr(text, "\u2588") == NULL && strstr(text, "##") == NULL);
	CHECK(ends(text, "\nOne-time code: ") && strlen(text) < 300);
	person_stop(&p);
}

static void
test_long_host(void)
{
	char host[256];
	const char *text;

	start("long-host", RULE_UNENROLLED_ENROLL);
	p.x.env.host = host;
	/* Drawn as long as it fits; the key stands there in any case. */
	for (size_t i = 0; i < 4; i++) {
		const size_t len = (const size_t[]){ 20, 60, 200, 255 }[i];

		memset(host, 'h', len);
		host[len] = '\0';
		text = shown(RULE_QR_AUTO, false, 0);
		CHECK(ends(text, "\nOne-time code: "));
		CHECK((strstr(text, "\u2588") != NULL) == (len < 100));
		CHECK((strstr(text, "scan this") != NULL) == (len < 100));
		CHECK_EQ(p.key.len, 20);
	}
	/* In half blocks it would fit. */
	host[60] = '\0';
	text = shown(RULE_QR_AUTO, false, REQUEST_ASCII);
	CHECK(strstr(text, "##") == NULL && strstr(text, "scan this") == NULL);
	CHECK(ends(text, "\nOne-time code: "));
	CHECK_EQ(p.key.len, 20);
	person_stop(&p);
}

static void
test_backup_shown(void)
{
	size_t columns, rows;

	start("backup-shown", RULE_UNENROLLED_ENROLL);
	CHECK_EQ(person_login(&p, "ann").step, POLICY_ALLOW);
	CHECK_EQ(p.seen[2].kind, PROMPT_SECRET);
	CHECK_EQ(p.seen[2].text[0], '\n');
	CHECK(ends(p.seen[2].text, "\nType one of them back: "));
	measure(p.seen[2].text, &columns, &rows);
	CHECK(columns <= 79);
	CHECK_EQ(rows, 8);
	for (int i = 0; i < CODE_BACKUP_COUNT; i++)
		for (int j = 0; j < i; j++)
			CHECK(strcmp(p.backup[i], p.backup[j]) != 0);
	/* Nobody can read it in the audit's lines. */
	CHECK(strstr(p.x.lines, p.backup[0]) == NULL);
	person_stop(&p);
}

static void
test_until(void)
{
	start("until", RULE_UNENROLLED_UNTIL);
	CHECK_EQ(person_login(&p, "ann").step, POLICY_ALLOW);
	CHECK_STR(person_purposes(&p), "password");
	CHECK_STR(
		p.x.told,
		"Set up one-time codes before 2027-01-25 (UTC): run 'sigractl "
		"enroll totp'|");
	CHECK_EQ(person_run(&p, PHASE_ENROLL, "ann").step, POLICY_ALLOW);
	CHECK_STR(p.x.told, "");
	p.x.now += 60;
	CHECK_EQ(person_login_with(&p, 0).step, POLICY_ALLOW);
	CHECK_STR(p.x.told, "");
	person_stop(&p);
}

int
main(void)
{
	test_login();
	test_backup();
	test_given_up();
	test_wrong();
	test_clock();
	test_race();
	test_shown();
	test_long_host();
	test_backup_shown();
	test_until();
	return test_done();
}
