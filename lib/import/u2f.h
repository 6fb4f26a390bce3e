/* SPDX-License-Identifier: MIT */
/*
 * What pam_u2f(8) keeps: a mapping file with a line a user,
 *
 *   USER:HANDLE,KEY,TYPE,OPTIONS:HANDLE,KEY,TYPE,OPTIONS...
 *   USER:HANDLE,KEY:HANDLE,KEY...         (as U2F had it)
 *
 * or, with its option sshformat, the private key file of a security key, as
 * ssh-keygen(1) makes it.  Hostile input, all of it.
 */
#ifndef IMPORT_U2F_H
#define IMPORT_U2F_H

#include "base/request.h"
#include "factor/sshkey.h"
#include "import/text.h"

#define IMPORT_U2F_MAX 65536 /* bytes of a user's own file */

/* One credential. */
struct import_u2f {
	bool old;	   /* made by U2F */
	bool resident;	   /* the key remembers it, too */
	bool verification; /* it was used with PIN or fingerprint */
	uint8_t credential[STORE_CREDENTIAL_MAX];
	size_t credential_len;
	int64_t algorithm; /* COSE */
	uint8_t public[STORE_PUBLIC_MAX];
	size_t public_len;
	char application[SSHKEY_APPLICATION_SIZE]; /* what a key of SSH's was
						      made for; else empty */
};

enum import_u2f_kind {
	IMPORT_U2F_MAPPING = 1,
	IMPORT_U2F_SSH,	   /* a private key file */
	IMPORT_U2F_PUBLIC, /* a .pub file, which pam_u2f does not take */
};
enum import_u2f_kind import_u2f_kind(const char *bytes, size_t len);

/*
 * Whose line it is; REST is for import_u2f_next().  STATUS_NOT_FOUND: an empty
 * line, or one that begins with a hash; STATUS_INVALID: it is no line of a
 * user's.
 */
enum status import_u2f_line(const struct import_text *line,
			    char user[USER_MAX + 1], struct import_text *rest,
			    struct fault *f) MUST_USE;
/* The text of the next credential; false behind the last. */
bool import_u2f_next(struct import_text *rest, struct import_text *credential);

/* STATUS_INVALID: none that we could ask a key for, and what to do. */
enum status import_u2f(const struct import_text *credential,
		       struct import_u2f *out, struct fault *f) MUST_USE;

/* A private key file, whole. */
enum status import_u2f_ssh(const char *bytes, size_t len,
			   struct import_u2f *out, struct fault *f) MUST_USE;

#endif
