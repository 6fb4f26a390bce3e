/* SPDX-License-Identifier: MIT */
/* Failures of some time, drawn: on a terminal, as a picture, as a page. */
#ifndef SIGRACTL_CHART_H
#define SIGRACTL_CHART_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/text.h"

#define CHART_TOP 10
#define CHART_HOURS 24
#define CHART_TEXT 256

struct chart_bar {
	char text[CHART_TEXT]; /* from outside; empty: none */
	char id[64];	       /* of an account; or empty */
	int64_t n;
};

struct chart_part {
	struct chart_bar of[CHART_TOP]; /* the most frequent first */
	size_t used;
	int64_t others;
};

struct chart {
	int64_t since, until, failures;
	struct chart_part sources, users;
	int64_t hours[CHART_HOURS]; /* of the day, in UTC */
};

/* What it is called; OUT is escaped, of at most WIDTH letters. */
#define CHART_LABEL (4 * CHART_TEXT + 4)
void chart_source(const struct chart_bar *bar, size_t width,
		  char out[CHART_LABEL]);
void chart_user(const struct chart_bar *bar, size_t width,
		char out[CHART_LABEL]);
/* "2026-01-01T00:00:00Z to ..." */
#define CHART_PERIOD (2 * TEXT_TIME_SIZE + 8)
void chart_period(const struct chart *c, char out[CHART_PERIOD]);
int64_t chart_most(const int64_t *of, size_t n);

void chart_text(FILE *to, const struct chart *c);

/* One that stands alone; or a part of a page, which has its own heading. */
void chart_svg(FILE *to, const struct chart *c, bool alone);
/* Text where markup is. */
void chart_markup(FILE *to, const char *text);

/* One file that needs no other. */
void chart_html(FILE *to, const struct chart *c);

#endif
