/* SPDX-License-Identifier: MIT */
#include "sigractl/progress.h"

#include <stdio.h>
#include <unistd.h>

#define PROGRESS_QUIET 1 /* seconds before there is something to tell */

void
progress_begin(struct progress *p)
{
	p->seen = -1;
	(void)clock_gettime(CLOCK_MONOTONIC, &p->begun);
}

void
progress_say(struct progress *p, int64_t done, int64_t total)
{
	struct timespec now;
	int percent;

	if (total <= 0 || isatty(STDERR_FILENO) == 0 ||
	    clock_gettime(CLOCK_MONOTONIC, &now) != 0 ||
	    now.tv_sec - p->begun.tv_sec <= PROGRESS_QUIET)
		return;
	percent = done < total ? (int)(100.0 * (double)done / (double)total)
			       : 100;
	if (percent != p->seen)
		(void)fprintf(stderr, "\r%3d %%", percent);
	p->seen = percent;
}

void
progress_end(struct progress *p)
{
	if (p->seen >= 0)
		(void)fputs("\r     \r", stderr);
	p->seen = -1;
}
