/* SPDX-License-Identifier: MIT */
/*
 * Ids are made by the program, never by the database: UUID version 7
 * (RFC 9562) in its 36-character lower-case text form.  crypto/random.h
 * makes them.
 */
#ifndef BASE_ID_H
#define BASE_ID_H

#define ID_LENGTH 36

struct id {
	char s[ID_LENGTH + 1]; /* empty: no id */
};

#endif
