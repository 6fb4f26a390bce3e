/* SPDX-License-Identifier: MIT */
/*
 * sigractl doctor: what is wrong with this host.  Each doctor_SUBJECT.c finds
 * what is wrong with one thing, and never fails itself: what cannot be looked
 * at is a finding, too.  Nothing is changed.
 */
#ifndef SIGRACTL_DOCTOR_H
#define SIGRACTL_DOCTOR_H

#include "rule/rule.h"
#include "sigractl/cmd.h"
#include "sigractl/out.h"
#include "sigractl/stack.h"

enum doctor_severity {
	DOCTOR_OK,
	DOCTOR_WARNING,
	DOCTOR_ERROR,
};

#define DOCTOR_SSHD_TEXT 32768
#define DOCTOR_SERVICES_MAX 256

struct doctor {
	struct cmd *c;
	bool all;     /* print what is well, too */
	json_t *list; /* with --json */
	unsigned count[DOCTOR_ERROR + 1];

	bool config;	       /* c->config is filled in */
	bool module, verifier; /* are installed */
	struct rule *rules;    /* of the store; NULL: could not be read */
	size_t rule_count;
	bool root_known; /* root has an account */

	const char *pam_dir; /* NULL: the host's own */
	size_t service_count;
	struct doctor_service {
		char name[64];
		bool included;	     /* by another file: no service, a part */
		struct stack *stack; /* NULL: it does not name the module */
	} * services;

	char *sshd; /* what sshd -T said; NULL: nothing */
};

/* ID is a word that stays, ADVICE what to do ("" where all is well). */
void doctor_say(struct doctor *d, enum doctor_severity severity,
		const char *id, const char *advice, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/* --- as whoever calls --- */

void doctor_config(struct doctor *d);
void doctor_programs(struct doctor *d);
void doctor_socket(struct doctor *d);
/* Read the stacks, and what sshd says of itself. */
void doctor_pam_read(struct doctor *d);
void doctor_sshd_read(struct doctor *d, const char *sshd);

/* --- as the owner of the store --- */

void doctor_store(struct doctor *d);
/* With the store open: is what is over ended? */
void doctor_gc(struct doctor *d);
/* How large it is, and is there room for more? */
void doctor_size(struct doctor *d);
void doctor_passwords(struct doctor *d);
void doctor_notify(struct doctor *d);
void doctor_chain(struct doctor *d);
void doctor_tokens(struct doctor *d);

/* --- with all that is known --- */

void doctor_keys(struct doctor *d);

void doctor_programs_needed(struct doctor *d);
void doctor_pam(struct doctor *d);
void doctor_sshd(struct doctor *d);

/* Is PATH there?  And nobody but root may put another in its place. */
bool doctor_installed(struct doctor *d, const char *id, const char *path);

/* The stack of this service, if it names the module; else NULL. */
const struct stack *doctor_stack(const struct doctor *d, const char *service);
bool doctor_is_sigra(const struct stack_entry *e);
bool doctor_names_sigra(const struct stack *s, enum stack_type type);

/*
 * Run ARGV with a fixed environment and nothing as input, at most ten
 * seconds; what it prints, errors included, is cut at SIZE.  False when it
 * did not end with exit status 0; OUT is what it said all the same.
 */
bool doctor_run(char *const argv[], char *out, size_t size);

#endif
