/* SPDX-License-Identifier: MIT */
/* Somebody at a terminal who reads what is shown: finds the key of a device
 * and makes codes of it, notes backup codes, types them back, or gives up. */
#ifndef TESTS_SESSION_PERSON_H
#define TESTS_SESSION_PERSON_H

#include "factor/code.h"
#include "factor/otp.h"
#include "fixture.h"

#define PERSON_PROMPTS 24

struct person {
	struct fixture x; /* first: the io functions find the person by it */
	const char *password; /* to log in with */
	const char *chosen;   /* as a new one */
	const char *code;     /* instead of one of the device's */
	const char *invitation;
	/* So many are typed before the right ones, and how they are wrong:
	 * FIXTURE_TYPE or FIXTURE_TOO_LONG. */
	unsigned wrong_codes, wrong_backs;
	enum fixture_act wrong;
	bool trusts;  /* this device, when asked */
	int abort_at; /* at this prompt, from 0; -1: never */
	enum fixture_act how;
	void (*on_prompt)(struct person *, const struct prompt *);

	struct secret key; /* of the last device that was shown */
	int64_t typed;	   /* step of the last code that was typed */
	char backup[CODE_BACKUP_COUNT][CODE_TEXT_LENGTH + 1];
	unsigned prompts;
	struct prompt seen[PERSON_PROMPTS];
};

/* A store of its own below test_dir(), and patient answers. */
void person_start(struct person *p, const char *name);
void person_stop(struct person *p);

/* One rule for auth and password, and the default one for the rest. */
void person_rule(struct person *p, const char *require,
		 enum rule_unenrolled unenrolled);

/* USER runs PHASE from 192.0.2.1. */
struct session_verdict person_run(struct person *p, enum request_phase phase,
				  const char *user);
struct session_verdict person_login(struct person *p, const char *user);

/* With a code of the device's, of the step that is AHEAD of now; or with what
 * is typed at the prompt for one. */
struct session_verdict person_login_with(struct person *p, int64_t ahead);
struct session_verdict person_login_typing(struct person *p, const char *code);

/* Denied for that reason, and nothing was handed out. */
void person_check_denied(struct session_verdict v, enum policy_reason reason);
/* Nothing of an enrollment, nor of a login, has been written. */
void person_check_nothing(struct person *p);

/* The prompts seen, by their purposes: "password confirm type_back". */
const char *person_purposes(const struct person *p);

/* The code of the step that is AHEAD of now; OUT of 9 bytes. */
const char *person_code(struct person *p, int64_t ahead, char *out);

/* Rows of a table that a condition fits, past all of our own code. */
long person_rows(const struct person *p, const char *table,
		 const char *condition);

/* As an administrator: a code that opens the account; OUT of 15 bytes. */
void person_issue(struct person *p, const struct store_account *a,
		  enum store_code_kind kind, char *out);

#endif
