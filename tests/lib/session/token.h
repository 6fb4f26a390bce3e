/* SPDX-License-Identifier: MIT */
/* A security key in software, plugged in where a fixture's person sits: it
 * answers the frames of sigra-fido and of sigra-agent, and lies if told to. */
#ifndef TESTS_SESSION_TOKEN_H
#define TESTS_SESSION_TOKEN_H

#include "factor/sshkey.h"
#include "fido/agent.h"
#include "fixture.h"
#include "store/key.h"

#define TOKEN_RP "example.org"
#define TOKEN_CREDENTIAL "a credential of the token"

/* How it lies; TOKEN_HONEST: not. */
enum token_lie {
	TOKEN_HONEST,
	TOKEN_SIGNATURE,    /* one bit of it is wrong */
	TOKEN_OTHER_RP,	    /* for another relying party */
	TOKEN_UNTOUCHED,    /* without presence */
	TOKEN_UNVERIFIED,   /* says done, without the verification asked for */
	TOKEN_REPLAY,	    /* what it signed the last time */
	TOKEN_OTHER_ENTRY,  /* claims the entry after its own */
	TOKEN_NO_SUCH_ENTRY /* claims any, and signs for none */
};

struct token {
	struct fixture x; /* first: the io functions find the token by it */
	enum io_where where;
	bool no_program; /* it cannot be started */
	bool busy;	 /* another touch is wanted at this seat */
	bool plugged;
	bool can_verify;      /* has a PIN or a fingerprint reader */
	enum fido_end end;    /* if not 0: how it ends, whatever is asked */
	enum agent_end agent; /* likewise */
	enum status broken;   /* if not OK: what is received */
	enum token_lie lie;
	uint32_t counter; /* of the next signature */
	int64_t fetch;	  /* seconds until it is there to be touched ... */
	int64_t slow;	  /* ... and from the touch to the answer */
	void (*on_touch)(struct token *); /* or the agent has found its key */

	/* What was seen. */
	unsigned opened, closed, placed, begun, ended;
	int inside; /* how often the seat was entered and not left */
	struct fido_request request;
	struct agent_request asked;
	char seat[IO_SEAT_SIZE], service[65], user[USER_MAX + 1];

	enum io_device which;
	unsigned step;
	uint8_t public[32], secret[64];
	uint8_t authdata[FIDO2_AUTHDATA_SIZE], signature[64];
	uint8_t blob[128];
	size_t blob_len;
};

/* A store with ann in it, who has a password and the default rules; the token
 * is plugged in, at seat0, can verify, and is enrolled for nobody. */
void token_start(struct token *t, const char *name, struct store_account *ann);
void token_stop(struct token *t);

void token_enroll(struct token *t, const struct store_account *a,
		  const char *label);
/* Likewise another key's, which nobody has. */
void token_enroll_other(struct token *t, const struct store_account *a,
			const char *label);
/* As an SSH key; "TYPE BASE64" of it. */
const char *token_enroll_ssh(struct token *t, const struct store_account *a,
			     const char *label, bool sk);
const char *token_ssh_text(struct token *t, bool sk);

/* A rule for auth and password, in front of the default ones. */
struct rule token_rule(const char *require, enum rule_unenrolled unenrolled);
void token_require(struct token *t, const char *require,
		   enum rule_unenrolled unenrolled);
void token_sign_count(struct token *t, enum store_sign_count policy);

/* The line that sigractl answer would print for the challenge in x.asked. */
const char *token_answer(struct token *t);

/* ann's login at the console, after fixture_type(). */
struct session_verdict token_login(struct token *t, const char *user);

#endif
