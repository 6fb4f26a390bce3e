/* SPDX-License-Identifier: MIT */
/* The host's PAM conversation as a struct io. */
#ifndef PAM_SIGRA_MODULE_IO_PAM_H
#define PAM_SIGRA_MODULE_IO_PAM_H

#include <security/pam_modules.h>
#include <stdbool.h>

#include "base/io.h"
#include "base/request.h"
#include "module/args.h"
#include "wire/wire_device.h"

/* One phase.  Wiped when its scope ends; declare it by IO_PAM(). */
struct io_pam {
	struct io io; /* first: its functions find the rest by it */
	pam_handle_t *pamh;
	const struct args *args;
	const struct request *request;
	unsigned spent;	     /* stored tokens used, 1 << enum prompt_purpose */
	struct secret token; /* what this phase may prove; see io_pam_keep */
	struct wire_device device;
};

void io_pam_wipe(struct io_pam *p);
#define IO_PAM(name)                                                          \
	__attribute__((                                                       \
		cleanup(io_pam_wipe))) struct io_pam name = { .pamh = NULL }

/* ARGS and REQUEST stay the caller's, and must outlive P. */
void io_pam_start(struct io_pam *p, pam_handle_t *pamh,
		  const struct args *args, const struct request *request);

/*
 * The verifier has proved the answer to this phase's question: keep it as
 * PAM_AUTHTOK, or PAM_OLDAUTHTOK after PRELIM, for the modules behind us.
 * Nothing is kept when nothing was asked.
 */
enum status io_pam_keep(struct io_pam *p, struct fault *f) MUST_USE;

#endif
