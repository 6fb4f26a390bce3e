/* SPDX-License-Identifier: MIT */
/*
 * A row of the audit as a line: for people, for spreadsheets, for programs.
 * No control byte of a row ever gets out, so a row is always one line.
 */
#ifndef SIGRACTL_AUDIT_LINE_H
#define SIGRACTL_AUDIT_LINE_H

#include <stdio.h>

#include "sigractl/shape.h"

/*
 * Some lines, kept until nothing is read from the store any more: whoever
 * reads us may take his time.
 */
struct audit_page {
	FILE *to;
	char *text;
	size_t len;
	bool broken;
};
void audit_page_drop(struct audit_page *p);
#define AUDIT_PAGE_OF(name)                                                   \
	__attribute__((cleanup(                                               \
		audit_page_drop))) struct audit_page name = { .to = NULL }
enum status audit_page_begin(struct audit_page *p, struct fault *f) MUST_USE;
/* To FD; WHAT is for the sentence.  Then it has to be begun again. */
enum status audit_page_write(struct audit_page *p, int fd, const char *what,
			     struct fault *f) MUST_USE;

/* Everything as it is stored, as sigra-audit(5) says. */
void audit_line_jsonl(struct audit_page *p, const struct store_audit *a);

/* RFC 4180, with nothing in it that a spreadsheet would run. */
void audit_line_csv_head(struct audit_page *p);
void audit_line_csv(struct audit_page *p, const struct store_audit *a,
		    const struct shape_people *people);

/* As `audit list --json` has it. */
void audit_line_json(struct audit_page *p, const struct store_audit *a,
		     const struct shape_people *people);
void audit_line_text(struct audit_page *p, const struct store_audit *a,
		     const struct shape_people *people);

#endif
