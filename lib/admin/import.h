/* SPDX-License-Identifier: MIT */
/*
 * Taking over what other modules keep: devices of google-authenticator(1) and
 * pam_oath(8), devices as otpauth URIs, security keys of pam_u2f(8), passwords
 * of shadow(5).
 */
#ifndef ADMIN_IMPORT_H
#define ADMIN_IMPORT_H

#include "admin/admin.h"

#define ADMIN_IMPORT_MAX 100000 /* lines of a file; files */

enum admin_import_kind {
	ADMIN_IMPORT_GOOGLE, /* a file holds one device, and its codes */
	ADMIN_IMPORT_OATH,
	ADMIN_IMPORT_OTPAUTH,
	ADMIN_IMPORT_SHADOW,
	ADMIN_IMPORT_U2F,
};

/* One file; everything stays the caller's. */
struct admin_import_text {
	const char *user; /* GOOGLE and OTPAUTH: whose it is; U2F: likewise,
			     and nobody else's lines count; else NULL */
	const char *bytes;
	size_t len;
	const char *why; /* not NULL: it could not be read */
};

/* What became of one thing in it; good during the call that says it. */
struct admin_import_row {
	const char *user; /* from outside; may be empty */
	size_t line;	  /* 0: the whole file */
	const char *what; /* "totp 'oath'", "password" ... */
	bool taken;
	/* Why not, or what to know; may be empty.  Escaped already, as a
	 * fault's sentence is. */
	const char *note;
};

struct admin_import_count {
	size_t rows, taken;
	size_t there; /* not taken, since it is there already */
};

struct admin_import {
	enum admin_import_kind kind;
	const struct admin_import_text *of;
	size_t n;
	bool add_accounts; /* SHADOW: those that are missing */
	bool go_on;	   /* a text whose user is missing is a row, too */
	bool dry_run;	   /* say the same, and change nothing */
	/* OATH: from seconds of a clock that shows local time. */
	int64_t (*from_local)(int64_t local);
	const char *origin; /* U2F: the RP id that the keys were made for */
	void (*say)(void *ctx, const struct admin_import_row *row);
	void *ctx;
};

/*
 * One transaction for all of it.  What cannot be taken is a row that says why
 * and no failure; whatever has a status but OK has changed nothing.
 * STATUS_NOT_FOUND: no account has the name of a text's user, without GO_ON.
 * STATUS_REFUSED: more than ADMIN_IMPORT_MAX of anything.
 */
enum status admin_import(const struct admin *a, const struct admin_import *i,
			 struct admin_import_count *out, struct fault *f)
	MUST_USE;

#endif
