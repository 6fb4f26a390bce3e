/* SPDX-License-Identifier: MIT */
/* One committed row as one parseable line. */
#ifndef AUDIT_LINE_H
#define AUDIT_LINE_H

#include "audit/audit.h"

/*
 * "sigra audit seq=N action=A outcome=O ...": what the machine chose first,
 * what anybody else chose last and quoted.  A field that does not fit is left
 * out whole, and "cut=yes" then ends the line.
 */
void audit_line(const struct audit_entry *e, int64_t seq,
		char out[AUDIT_LINE_SIZE]);

/* Is S one plain word that needs no quotes in a line (not empty, no longer
 * than 63 bytes)? */
bool audit_plain(const char *s);

#endif
