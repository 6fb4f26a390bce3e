/* SPDX-License-Identifier: MIT */
#include "person.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/text.h"

static char person_db[700];

static void
bail(const char *what)
{
	printf("Bail out! %s\n", what);
	exit(1);
}

static enum status
person_type(struct secret *answer, const char *text, struct fault *f)
{
	return secret_set(answer, text, strlen(text), f);
}

const char *
person_code(struct person *p, int64_t ahead, char *out)
{
	struct fault f;

	p->typed = p->x.now / 30 + ahead;
	if (crypto_hotp(&p->key, CRYPTO_SHA1, (uint64_t)p->typed, 6, out,
			&f) != STATUS_OK)
		bail(f.text);
	return out;
}

/* Scanning is tested elsewhere; here the key is typed in. */
static void
person_take_key(struct person *p, const char *text)
{
	const char *at = strstr(text, "ey: ");
	struct fault f;
	SECRET(letters);

	if (at == NULL)
		return;
	at += strlen("ey: ");
	if (secret_set(&letters, at, strcspn(at, "\n"), &f) != STATUS_OK ||
	    crypto_secret_unbase32(&letters, &p->key, &f) != STATUS_OK)
		bail(f.text);
}

static void
person_take_backup(struct person *p, const char *text)
{
	const char *at = strchr(text, ':');

	for (size_t i = 0; at != NULL && i < CODE_BACKUP_COUNT; i++) {
		at += strcspn(at, "abcdefghijklmnopqrstuvwxyz234567");
		if (strlen(at) < CODE_TEXT_LENGTH)
			return;
		memcpy(p->backup[i], at, CODE_TEXT_LENGTH);
		at += CODE_TEXT_LENGTH;
	}
}

static enum status
person_wrong(struct person *p, const char *text, struct secret *answer,
	     struct fault *f)
{
	if (p->wrong == FIXTURE_TOO_LONG)
		return fault(f, STATUS_INVALID, "too long");
	return person_type(answer, text, f);
}

static enum status
person_answer(struct person *p, const struct prompt *prompt,
	      struct secret *answer, struct fault *f)
{
	char code[CRYPTO_OTP_DIGITS_MAX + 1];

	switch (prompt->purpose) {
	case PURPOSE_PASSWORD:
	case PURPOSE_OLD_PASSWORD:
		return person_type(answer, p->password, f);
	case PURPOSE_NEW_PASSWORD:
	case PURPOSE_NEW_PASSWORD_AGAIN:
		return person_type(answer, p->chosen, f);
	case PURPOSE_CODE:
		return person_type(answer,
				   p->code != NULL ? p->code
						   : person_code(p, 0, code),
				   f);
	case PURPOSE_CONFIRM:
		person_take_key(p, prompt->text);
		if (p->wrong_codes > 0) {
			p->wrong_codes--;
			/* Right a minute ago. */
			return person_wrong(p, person_code(p, -3, code),
					    answer, f);
		}
		return person_type(answer, person_code(p, 0, code), f);
	case PURPOSE_TYPE_BACK:
		person_take_backup(p, prompt->text);
		if (p->wrong_backs > 0) {
			p->wrong_backs--;
			return person_wrong(p, "aaaa-bbbb-cccc", answer, f);
		}
		return person_type(answer, p->backup[7], f);
	case PURPOSE_CHOICE:
		return person_type(answer, p->trusts ? "y" : "n", f);
	case PURPOSE_INVITATION:
		return person_type(answer, p->invitation, f);
	case PURPOSE_COMBINED:
	case PURPOSE_PIN:
	case PURPOSE_PASTE:
	case PURPOSE_CUE:
	case PURPOSE_ORG:
	case PURPOSE_NONE:
		break;
	}
	return fault(f, STATUS_CANCELLED, "nobody knows what to say");
}

static enum status
person_ask(struct io *io, const struct prompt *prompt, struct secret *answer,
	   struct fault *f)
{
	struct person *p = (struct person *)(void *)io;
	int at = (int)p->prompts;

	if (p->prompts == PERSON_PROMPTS)
		bail("too many prompts");
	p->seen[p->prompts++] = *prompt;
	if (p->on_prompt != NULL)
		p->on_prompt(p, prompt);
	if (at != p->abort_at)
		return person_answer(p, prompt, answer, f);
	if (p->how == FIXTURE_GONE)
		return fault(f, STATUS_UNAVAILABLE, "the terminal is gone");
	return fault(f, STATUS_CANCELLED, "Ctrl-C");
}

static int64_t
person_uptime(struct io *io)
{
	return ((struct person *)(void *)io)->x.now - 1799990000;
}

void
person_start(struct person *p, const char *name)
{
	memset(p, 0, sizeof(*p));
	fixture_start(&p->x, name);
	p->x.io.ask = person_ask;
	p->x.io.uptime = person_uptime;
	p->wrong = FIXTURE_TYPE;
	p->abort_at = -1;
	p->how = FIXTURE_CANCEL;
	(void)snprintf(person_db, sizeof(person_db), "%s/%s/sigra.db",
		       test_dir(), name);
}

void
person_stop(struct person *p)
{
	fixture_stop(&p->x);
	secret_wipe(&p->key);
}

void
person_rule(struct person *p, const char *require,
	    enum rule_unenrolled unenrolled)
{
	struct rule rules[17] = {
		{ .phases = RULE_PHASE(POLICY_PHASE_AUTH) |
			    RULE_PHASE(POLICY_PHASE_PASSWORD),
		  .action = POLICY_ACTION_REQUIRE,
		  .unenrolled = unenrolled },
	};
	struct fault f;

	if (rule_require_parse(require, &rules[0].alternatives,
			       rules[0].require, &f) != STATUS_OK)
		bail(f.text);
	if (unenrolled == RULE_UNENROLLED_UNTIL)
		rules[0].unenrolled_until = p->x.now + 10 * 86400;
	fixture_rules(&p->x, rules, 1 + rule_defaults(rules + 1, 16));
}

struct session_verdict
person_run(struct person *p, enum request_phase phase, const char *user)
{
	struct request r = fixture_request(phase, user, "192.0.2.1");

	p->prompts = 0;
	return fixture_run(&p->x, &r);
}

struct session_verdict
person_login(struct person *p, const char *user)
{
	return person_run(p, PHASE_AUTH, user);
}

static const char *
person_purpose(enum prompt_purpose purpose)
{
	static const char *const names[] = {
		[PURPOSE_PASSWORD] = "password",
		[PURPOSE_OLD_PASSWORD] = "old",
		[PURPOSE_NEW_PASSWORD] = "new",
		[PURPOSE_NEW_PASSWORD_AGAIN] = "again",
		[PURPOSE_CODE] = "code",
		[PURPOSE_COMBINED] = "combined",
		[PURPOSE_CONFIRM] = "confirm",
		[PURPOSE_TYPE_BACK] = "type_back",
		[PURPOSE_CHOICE] = "choice",
		[PURPOSE_INVITATION] = "invitation",
	};

	return names[purpose] == NULL ? "none" : names[purpose];
}

const char *
person_purposes(const struct person *p)
{
	static char text[512];
	struct buf b;

	buf_start(&b, text, sizeof(text));
	for (unsigned i = 0; i < p->prompts; i++)
		buf_printf(&b, "%s%s", i == 0 ? "" : " ",
			   person_purpose(p->seen[i].purpose));
	return text;
}

long
person_rows(const struct person *p, const char *table, const char *condition)
{
	sqlite3_stmt *stmt = NULL;
	sqlite3 *db = NULL;
	char sql[256];
	long n = -1;

	(void)p;
	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s WHERE %s",
		       table, condition);
	if (sqlite3_open_v2(person_db, &db, SQLITE_OPEN_READWRITE, NULL) !=
		    SQLITE_OK ||
	    sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK ||
	    sqlite3_step(stmt) != SQLITE_ROW)
		bail(sqlite3_errmsg(db));
	n = (long)sqlite3_column_int64(stmt, 0);
	(void)sqlite3_finalize(stmt);
	(void)sqlite3_close(db);
	return n;
}

void
person_issue(struct person *p, const struct store_account *a,
	     enum store_code_kind kind, char *out)
{
	struct factor_env env = { .store = p->x.store,
				  .keys = &p->x.keys,
				  .now = p->x.now };
	struct fault f;
	STORE_TXN(txn);
	SECRET(text);

	code_make(&text);
	if (store_begin(p->x.store, &txn, &f) != STATUS_OK ||
	    code_issue(&env, &a->id, kind, &text, p->x.now + 3600, &f) !=
		    STATUS_OK ||
	    store_commit(&txn, &f) != STATUS_OK ||
	    !secret_string(&text, out, CODE_TEXT_LENGTH + 1))
		bail(f.text);
}

struct session_verdict
person_login_typing(struct person *p, const char *code)
{
	struct session_verdict v;

	p->code = code;
	v = person_login(p, "ann");
	p->code = NULL;
	return v;
}

struct session_verdict
person_login_with(struct person *p, int64_t ahead)
{
	char code[CRYPTO_OTP_DIGITS_MAX + 1];

	return person_login_typing(p, person_code(p, ahead, code));
}

void
person_check_denied(struct session_verdict v, enum policy_reason reason)
{
	CHECK_EQ(v.step, POLICY_DENY);
	CHECK_STR(policy_reason_name(v.reason), policy_reason_name(reason));
	CHECK_STR(v.login.s, "");
	CHECK(!v.password_proved);
}

void
person_check_nothing(struct person *p)
{
	CHECK_EQ(person_rows(p, "otp", "1"), 0);
	CHECK_EQ(person_rows(p, "code", "1"), 0);
	CHECK_EQ(person_rows(p, "login", "1"), 0);
	CHECK_EQ(fixture_audited(&p->x, "otp.enrolled"), 0);
	CHECK_EQ(fixture_audited(&p->x, "login.granted"), 0);
}
