/* SPDX-License-Identifier: MIT */
/* QR codes into the files that --png and --svg name. */
#ifndef SIGRACTL_QRFILES_H
#define SIGRACTL_QRFILES_H

#include "sigractl/cmd.h"
#include "sigractl/errand.h"
#include "sigractl/image.h"

#define QRFILES_MAX 2

struct qrfiles {
	size_t n; /* 0: neither was given */
	struct qrfile {
		const char *path;
		enum image_kind kind;
		struct errand errand;
	} file[QRFILES_MAX];
};

/* Removes what was not kept. */
void qrfiles_end(struct qrfiles *q);
#define QRFILES(name)                                                         \
	__attribute__((cleanup(qrfiles_end))) struct qrfiles name = { .n = 0 }

/* Make them, as who we are: the files are the actor's. */
enum status qrfiles_open(const struct cmd *c, struct qrfiles *q,
			 struct fault *f) MUST_USE;

/* TEXT into each, to be looked at. */
enum status qrfiles_show(struct qrfiles *q, const char *text, struct fault *f)
	MUST_USE;

/* Warns of one that cannot be kept. */
void qrfiles_keep(struct qrfiles *q);

#endif
