/* SPDX-License-Identifier: MIT */
/*
 * A challenge that is copied from one machine and answered by a key at
 * another: one line each way, base64url (RFC 4648 5) behind a word, with a
 * checksum so that a torn paste is told from a wrong key.
 *
 *   sigra-challenge:...   who asks for what (service, user, host), what is to
 *                         be hashed, RP ids and credential ids
 *   sigra-answer:...      entry, authenticator data, signature
 *
 * The answering side computes the hash itself, from what it shows.
 */
#ifndef FIDO_PASTE_H
#define FIDO_PASTE_H

#include "fido/fido.h"

#define PASTE_CHALLENGE_SIZE 7168 /* of text, with the NUL */
#define PASTE_ANSWER_SIZE 511	  /* ... which no conversation cuts */

struct paste_challenge {
	uint8_t random[32];
	char user[257];
	char service[65];
	char host[256];
	char attempt[37];
	enum fido_uv uv;
	size_t entries;
	struct fido_entry entry[FIDO_KEYS_MAX];
};
struct paste_answer {
	size_t entry;
	uint8_t authdata[37];
	uint8_t signature[256];
	size_t signature_len;
};

/* STATUS_INVALID: too long for one line (too many keys, or an RSA key). */
enum status paste_challenge_format(const struct paste_challenge *c, char *out,
				   size_t size, struct fault *f) MUST_USE;
/* STATUS_INVALID: none, torn, or of a later version. */
enum status paste_challenge_parse(const char *text, size_t len,
				  struct paste_challenge *out, struct fault *f)
	MUST_USE;
enum status paste_answer_format(const struct paste_answer *a, char *out,
				size_t size, struct fault *f) MUST_USE;
enum status paste_answer_parse(const struct secret *text,
			       struct paste_answer *out, struct fault *f)
	MUST_USE;

#endif
