/* SPDX-License-Identifier: MIT */
/* A store with a person in it, a clock that can be moved, and a script that
 * answers prompts. */
#ifndef TESTS_SESSION_FIXTURE_H
#define TESTS_SESSION_FIXTURE_H

#include "session/session.h"
#include "test.h"

#define FIXTURE_BOOT "11111111-2222-4333-8444-555555555555"
#define FIXTURE_ANSWERS 8

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
	size_t next, answers;
	struct fixture_answer answer[FIXTURE_ANSWERS];
	char asked[512]; /* every prompt's text, one after the other */
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

/* The answer is dropped and the store's rules are RULES[N]. */
void fixture_rules(struct fixture *x, const struct rule *rules, size_t n);

#endif
