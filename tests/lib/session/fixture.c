/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "factor/otp.h"
#include "factor/password.h"
#include "session/keycheck.h"
#include "session/rules.h"
#include "store/rule.h"

static void
must(enum status st, const struct fault *f)
{
	if (st == STATUS_OK)
		return;
	printf("Bail out! %s: %s\n", status_name(st), f->text);
	exit(1);
}

static enum status
script_ask(struct io *io, const struct prompt *p, struct secret *answer,
	   struct fault *f)
{
	struct fixture *x = (struct fixture *)io;
	const struct fixture_answer *a;
	size_t used = strlen(x->asked);

	(void)snprintf(x->asked + used, sizeof(x->asked) - used, "%d/%d %s|",
		       p->kind, p->purpose, p->text);
	if (x->on_ask != NULL)
		x->on_ask(x);
	if (x->next == x->answers)
		return fault(f, STATUS_CANCELLED, "the script is over");
	a = &x->answer[x->next++];
	switch (a->act) {
	case FIXTURE_TYPE:
		return secret_set(answer, a->text, strlen(a->text), f);
	case FIXTURE_CANCEL:
		return fault(f, STATUS_CANCELLED, "Ctrl-C");
	case FIXTURE_TOO_LONG:
		return fault(f, STATUS_INVALID, "too long");
	case FIXTURE_GONE:
		break;
	}
	return fault(f, STATUS_UNAVAILABLE, "the terminal is gone");
}

static enum status
script_tell(struct io *io, const struct prompt *p, struct fault *f)
{
	struct fixture *x = (struct fixture *)io;
	size_t used = strlen(x->told);

	(void)f;
	(void)snprintf(x->told + used, sizeof(x->told) - used, "%s|", p->text);
	return STATUS_OK;
}

static enum status
script_member(struct io *io, const char *const *names, size_t n,
	      uint32_t *mask, struct fault *f)
{
	(void)names;
	(void)n;
	(void)f;
	*mask = ((struct fixture *)io)->groups;
	return STATUS_OK;
}

static int64_t
script_now(struct io *io)
{
	return ((struct fixture *)io)->now;
}

static int64_t
script_uptime(struct io *io)
{
	return ((struct fixture *)io)->uptime;
}

static void
script_pause(struct io *io, unsigned milliseconds)
{
	struct fixture *x = (struct fixture *)io;

	(void)milliseconds;
	x->now++;
	x->uptime++;
}

static void
script_sink(void *ctx, const char *line)
{
	struct fixture *x = ctx;
	size_t used = strlen(x->lines);

	(void)snprintf(x->lines + used, sizeof(x->lines) - used, "%s\n", line);
}

void
fixture_rules(struct fixture *x, const struct rule *rules, size_t n)
{
	struct fault f;
	STORE_TXN(txn);

	must(store_begin(x->store, &txn, &f), &f);
	while (store_rule_delete(x->store, 1, &f) == STATUS_OK)
		;
	for (size_t i = 0; i < n; i++) {
		struct rule r = rules[i];
		struct store_rule row;

		r.position = (int64_t)i + 1;
		crypto_id(x->now, &r.id);
		session_rule_format(&r, &row);
		must(store_rule_insert(x->store, &row, &f), &f);
	}
	must(store_commit(&txn, &f), &f);
}

void
fixture_rule(struct fixture *x, const struct rule *rule)
{
	struct rule rules[17] = { *rule };

	fixture_rules(x, rules, 1 + rule_defaults(rules + 1, 16));
}

struct rule
fixture_both(enum rule_unenrolled unenrolled)
{
	return (struct rule){
		.phases = RULE_PHASE(POLICY_PHASE_AUTH) |
			  RULE_PHASE(POLICY_PHASE_PASSWORD),
		.action = POLICY_ACTION_REQUIRE,
		.alternatives = 1,
		.require = { POLICY_BIT(POLICY_FACTOR_PASSWORD) |
			     POLICY_BIT(POLICY_FACTOR_OTP) },
		.unenrolled = unenrolled,
	};
}

static void
fixture_key(struct fixture *x)
{
	struct fault f;
	STORE_TXN(txn);

	must(store_begin(x->store, &txn, &f), &f);
	must(session_key_check_put(x->store, &x->keys, &f), &f);
	must(store_commit(&txn, &f), &f);
}

void
fixture_start(struct fixture *x, const char *name)
{
	char path[512], where[600];
	struct rule rules[16];
	struct fault f;

	*x = (struct fixture){ .now = 1800000000, .uptime = 100000 };
	x->io = (struct io){ .ask = script_ask,
			     .tell = script_tell,
			     .member = script_member,
			     .now = script_now,
			     .uptime = script_uptime,
			     .pause = script_pause };
	must(crypto_start(&f), &f);
	(void)snprintf(path, sizeof(path), "%s/%s.key", test_dir(), name);
	must(crypto_keys_create(path, getuid(), &x->keys, &f), &f);
	(void)snprintf(where, sizeof(where), "sqlite:%s/%s/sigra.db",
		       test_dir(), name);
	must(store_prepare(where, getuid(), getgid(), &f), &f);
	must(store_create(where, x->now, &f), &f);
	must(store_open(where, STORE_WRITE, &x->store, &f), &f);
	fixture_key(x);
	fixture_rules(x, rules, rule_defaults(rules, 16));
	config_defaults(&x->config);
	x->config.argon2_memory_kib = CRYPTO_ARGON2_MEMORY_MIN;
	x->config.argon2_passes = 1;
	audit_start(&x->audit, x->store, "testhost", script_sink, x);
	x->env = (struct session_env){ .store = x->store,
				       .keys = &x->keys,
				       .config = &x->config,
				       .audit = &x->audit,
				       .io = &x->io,
				       .host = "testhost",
				       .boot = FIXTURE_BOOT };
}

void
fixture_stop(struct fixture *x)
{
	store_close(x->store);
	crypto_keys_wipe(&x->keys);
}

static struct factor_env
fixture_env(const struct fixture *x)
{
	return (struct factor_env){
		.store = x->store,
		.keys = &x->keys,
		.cost = { CRYPTO_ARGON2_MEMORY_MIN, 1, 1 },
		.now = x->now,
	};
}

static struct store_password
fixture_made(const struct fixture *x, const struct id *account,
	     const char *password)
{
	struct factor_env env = fixture_env(x);
	struct store_password made;
	struct fault f;
	SECRET(secret);

	must(secret_set(&secret, password, strlen(password), &f), &f);
	must(password_make(&env, account, &secret, &made, &f), &f);
	return made;
}

static void
fixture_password(struct fixture *x, const struct store_account *a,
		 const char *password)
{
	struct store_password made = fixture_made(x, &a->id, password);
	struct fault f;

	must(store_password_put(x->store, &a->id, &made, &f), &f);
}

void
fixture_reset(struct fixture *x, const struct id *account,
	      const char *password)
{
	struct store_password made = fixture_made(x, account, password);
	struct factor_env env = fixture_env(x);
	struct fault f;
	STORE_TXN(txn);

	must(store_begin(x->store, &txn, &f), &f);
	must(password_replace(&env, account, &made, &f), &f);
	must(store_commit(&txn, &f), &f);
}

void
fixture_user(struct fixture *x, const char *name, const char *password,
	     struct store_account *out)
{
	struct store_account a = { .kind = STORE_PERSON,
				   .state = STORE_ACTIVE,
				   .strategy = STORE_SOFT,
				   .created_at = x->now,
				   .updated_at = x->now,
				   .epoch = 1,
				   .version = 1 };
	struct fault f;
	STORE_TXN(txn);

	crypto_id(x->now, &a.id);
	(void)text_copy(a.name, sizeof(a.name), name);
	must(store_begin(x->store, &txn, &f), &f);
	must(store_account_insert(x->store, &a, &f), &f);
	if (password != NULL)
		fixture_password(x, &a, password);
	must(store_commit(&txn, &f), &f);
	if (out != NULL)
		*out = a;
}

void
fixture_update(struct fixture *x, struct store_account *a)
{
	struct fault f;
	STORE_TXN(txn);

	must(store_begin(x->store, &txn, &f), &f);
	must(store_account_update(x->store, a, &f), &f);
	must(store_commit(&txn, &f), &f);
	must(store_account_by_id(x->store, &a->id, a, &f), &f);
}

static struct otp_device
fixture_device(const char *label)
{
	struct otp_device d = { .kind = STORE_TOTP,
				.algorithm = CRYPTO_SHA1,
				.digits = 6,
				.period = 30 };

	(void)text_copy(d.label, sizeof(d.label), label);
	return d;
}

static void
fixture_seed(const char *label, struct secret *key)
{
	char seed[21];
	struct fault f;

	(void)snprintf(seed, sizeof(seed), "%-20s", label);
	must(secret_set(key, seed, 20, &f), &f);
}

void
fixture_totp(struct fixture *x, const struct store_account *a,
	     const char *label)
{
	struct factor_env env = fixture_env(x);
	struct otp_device d = fixture_device(label);
	struct store_otp row;
	struct fault f;
	SECRET(key);
	STORE_TXN(txn);

	fixture_seed(label, &key);
	must(otp_row_make(&env, &a->id, &d, &key, 0, &row, &f), &f);
	must(store_begin(x->store, &txn, &f), &f);
	must(otp_row_add(&env, &row, &f), &f);
	must(store_commit(&txn, &f), &f);
}

const char *
fixture_code(const struct fixture *x, const char *label, int64_t steps)
{
	static char code[4][CRYPTO_OTP_DIGITS_MAX + 1];
	static unsigned turn;
	char *out = code[turn++ % 4];
	struct fault f;
	SECRET(key);

	fixture_seed(label, &key);
	must(crypto_hotp(&key, CRYPTO_SHA1, (uint64_t)(x->now / 30 + steps), 6,
			 out, &f),
	     &f);
	return out;
}

const char *
fixture_once(struct fixture *x, const struct store_account *a,
	     enum store_code_kind kind, int64_t ttl)
{
	static char text[4][32];
	static unsigned turn;
	struct factor_env env = fixture_env(x);
	char *out = text[turn++ % 4];
	struct fault f;
	SECRET(code);
	STORE_TXN(txn);

	code_make(&code);
	(void)secret_string(&code, out, sizeof(text[0]));
	must(store_begin(x->store, &txn, &f), &f);
	must(code_issue(&env, &a->id, kind, &code, ttl == 0 ? 0 : x->now + ttl,
			&f),
	     &f);
	must(store_commit(&txn, &f), &f);
	return out;
}

struct request
fixture_request(enum request_phase phase, const char *user, const char *rhost)
{
	struct request r = { .phase = phase, .pid = 4711, .pid_start = 42 };

	(void)text_copy(r.user, sizeof(r.user), user);
	(void)text_copy(r.service, sizeof(r.service), "sshd");
	(void)text_copy(r.tty, sizeof(r.tty), "ssh");
	(void)text_copy(r.rhost, sizeof(r.rhost), rhost);
	return r;
}

void
fixture_type(struct fixture *x, size_t n, ...)
{
	va_list ap;

	x->next = 0;
	x->answers = n;
	va_start(ap, n);
	for (size_t i = 0; i < n; i++)
		x->answer[i] =
			(struct fixture_answer){ FIXTURE_TYPE,
						 va_arg(ap, const char *) };
	va_end(ap);
}

struct session_verdict
fixture_run(struct fixture *x, const struct request *r)
{
	struct session_verdict v;
	struct fault f = { .text = "" };

	x->asked[0] = x->told[0] = x->lines[0] = '\0';
	x->next = 0;
	if (session_run(&x->env, r, &v, &f) != STATUS_OK)
		test_note("%s", f.text);
	return v;
}

struct session_verdict
fixture_login(struct fixture *x, const char *user, const char *rhost,
	      const char *password)
{
	struct request r = fixture_request(PHASE_AUTH, user, rhost);

	fixture_type(x, 1, password);
	return fixture_run(x, &r);
}
