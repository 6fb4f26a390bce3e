/* SPDX-License-Identifier: MIT */
/* Between the parts of an import, and of no use elsewhere. */
#ifndef ADMIN_IMPORT_ROW_H
#define ADMIN_IMPORT_ROW_H

#include "admin/import.h"
#include "factor/otp.h"
#include "store/otp.h"

/* An import under way, inside its transaction. */
struct admin_import_run {
	const struct admin *a;
	const struct admin_import *i;
	struct factor_env env;
	struct admin_import_count count;
	size_t line; /* where we are; 0: in no line */
};

/* Is it the line that is wrong, and not the machine?  Only to be asked of what
 * was judged, before anything was written for it. */
bool admin_import_is_refusal(enum status st);

/* The fault WHY, whose sentence is escaped already, is ours. */
enum status admin_import_pass(enum status st, const struct fault *why,
			      struct fault *f) MUST_USE;

/* What ST says of writing.  A refusal that comes so late leaves half of a
 * line behind: nothing may be taken for one from here on. */
enum status admin_import_written(enum status st, struct fault *f) MUST_USE;

/* Say what became of something. */
void admin_import_say(struct admin_import_run *r, const char *user,
		      const char *what, bool taken, const char *note);
void admin_import_say_there(struct admin_import_run *r, const char *user,
			    const char *what, const char *note);

/* The account of that name; STATUS_NOT_FOUND with a sentence. */
enum status admin_import_account(struct admin_import_run *r, const char *user,
				 struct store_account *out, struct fault *f)
	MUST_USE;

/* A device for ACCT; NOTE: what to know of it when it is taken. */
struct admin_import_device {
	const struct store_account *acct;
	const struct otp_device *device; /* its label may have to give way */
	const struct secret *key;
	int64_t moved;
	const char *from; /* for the audit */
	const char *note;
};
enum status admin_import_device_take(struct admin_import_run *r,
				     const struct admin_import_device *d,
				     struct fault *f) MUST_USE;

/* A mapping file of pam_u2f(8), or an OpenSSH key; ACCT: of that account
 * alone, or NULL. */
enum status admin_import_key_text(struct admin_import_run *r,
				  const struct admin_import_text *t,
				  const struct store_account *acct,
				  struct fault *f) MUST_USE;

/* One line of shadow(5). */
enum status admin_import_password_line(struct admin_import_run *r,
				       const char *line, size_t len,
				       struct fault *f) MUST_USE;

#endif
