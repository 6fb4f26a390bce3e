/* SPDX-License-Identifier: MIT */
/* A store with a person in it, a clock that can be moved, and a script that
 * answers prompts. */
#ifndef TESTS_SESSION_FIXTURE_H
#define TESTS_SESSION_FIXTURE_H

#include "factor/code.h"
#include "session/session.h"
#include "test.h"

#define FIXTURE_BOOT "11111111-2222-4333-8444-555555555555"
#define FIXTURE_ANSWERS 16

/* What the scripted person does at a prompt. */
enum fixture_act {
	FIXTURE_TYPE = 1,
	FIXTURE_CANCEL,
	FIXTURE_TOO_LONG,
	FIXTURE_GONE
};

struct fixture_answer {
	enum fixture_act act;
	const char *text;
};

struct fixture {
	struct io io; /* first: the io functions find the fixture by it */
	struct session_env env;
	struct config config;
	struct audit audit;
	struct crypto_keys keys;
	struct store *store;
	int64_t now;
	int64_t uptime; /* moves with the clock only in pauses */
	size_t next, answers;
	struct fixture_answer answer[FIXTURE_ANSWERS];
	char asked[2048]; /* every prompt's text, one after the other */
	char told[1024];
	char lines[4096];		  /* what the audit published */
	uint32_t groups;		  /* answer to member() */
	void (*on_ask)(struct fixture *); /* before an answer is given */
};

void fixture_start(struct fixture *x, const char *name);
void fixture_stop(struct fixture *x);

/* Add an account with PASSWORD (NULL: none). */
void fixture_user(struct fixture *x, const char *name, const char *password,
		  struct store_account *out);
/* As an administrator does, in a transaction of its own. */
void fixture_reset(struct fixture *x, const struct id *account,
		   const char *password);
void fixture_update(struct fixture *x, struct store_account *a);

/* A TOTP device of SHA1, 6 digits and 30 seconds, the key made of LABEL. */
void fixture_totp(struct fixture *x, const struct store_account *a,
		  const char *label);
/* Its code, STEPS of time from now; good until the fourth call from here. */
const char *fixture_code(const struct fixture *x, const char *label,
			 int64_t steps);
/* A code that is good once, as shown; likewise. */
const char *fixture_once(struct fixture *x, const struct store_account *a,
			 enum store_code_kind kind, int64_t ttl);

/* A request of that phase by root for USER, service "sshd", from RHOST. */
struct request fixture_request(enum request_phase phase, const char *user,
			       const char *rhost);

/* Forget old answers; then N answers typed in turn. */
void fixture_type(struct fixture *x, size_t n, ...);

struct session_verdict fixture_run(struct fixture *x, const struct request *r);

/* Authenticate USER from RHOST, typing PASSWORD. */
struct session_verdict fixture_login(struct fixture *x, const char *user,
				     const char *rhost, const char *password);

/* How many audit rows have this action? */
long fixture_audited(struct fixture *x, const char *action);

/* How many failed logins does it know of, also those without a row? */
int64_t fixture_failed(struct fixture *x);

/* The answer is dropped and the store's rules are RULES[N]. */
void fixture_rules(struct fixture *x, const struct rule *rules, size_t n);
/* ... RULE in front of the default ones. */
void fixture_rule(struct fixture *x, const struct rule *rule);
/* For auth and password: password+otp. */
struct rule fixture_both(enum rule_unenrolled unenrolled);

/* The row of the audit that tells of the last login. */
struct fixture_row {
	char action[64], reason[64], factors[128], stepped[64], trusted[64];
	char style[16], refusal[128], device[128];
};
struct fixture_row fixture_last(struct fixture *x);

#endif
