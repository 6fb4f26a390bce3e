/* SPDX-License-Identifier: MIT */
/* A process that logs somebody in: what its cases have in common. */
#ifndef TESTS_PAM_HOST_H
#define TESTS_PAM_HOST_H

#include <security/pam_appl.h>
#include <stdbool.h>

extern char host_dir[512];
extern volatile int *host_line; /* of the first thing that was not so */
extern bool host_closed;	/* descriptors 0 to 2 are, and shall stay so */

/* Within a case: a thing that must be so. */
#define NEED(cond)                                                            \
	do {                                                                  \
		if (!(cond)) {                                                \
			*host_line = __LINE__;                                \
			return;                                               \
		}                                                             \
	} while (0)

/* The stack, the verifier's script and the programs of devices, once. */
void host_files(const char *module, const char *fake, const char *device);

/* A script of the verifier's own for authenticate, until the case ends. */
void host_verifier(const char *script);

/* Run it in a child of its own, without an older verifier's log. */
void host_case(const char *name, void (*run)(void));

pam_handle_t *host_start(char *password);

/* One authentication from pam_start to pam_end. */
int host_login(void);

/* Has the verifier's log a line with this in it? */
bool host_verifier_was(const char *part);
void host_forget(void);

/* The cases of host_facts.c: what the verifier is told of its host. */
void host_facts(bool privileged);

/* The cases of host_device.c: programs of devices, and Ctrl-C. */
void host_devices(bool privileged);

#endif
