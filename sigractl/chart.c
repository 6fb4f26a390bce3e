/* SPDX-License-Identifier: MIT */
#include "sigractl/chart.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "sigractl/out.h"

#define CHART_WIDTH 80
#define CHART_NARROW 40
#define CHART_NUMBER 9
#define CHART_EIGHTHS 8

/* So many letters of it, the last two dots if there are more. */
static void
chart_cut(char *text, size_t width)
{
	size_t letters = 0;
	char *end = NULL;

	for (char *p = text; *p != '\0'; p++) {
		if (((unsigned char)*p & 0xc0) == 0x80)
			continue;
		if (letters++ == width - 2)
			end = p;
	}
	if (letters > width && end != NULL)
		(void)memcpy(end, "..", 3);
}

static void
chart_label(const struct chart_bar *bar, const char *none, size_t width,
	    char out[CHART_LABEL])
{
	if (bar->text[0] == '\0')
		(void)text_copy(out, CHART_LABEL,
				bar->id[0] != '\0' ? bar->id : none);
	else
		text_encode(bar->text, strlen(bar->text), out, CHART_LABEL);
	chart_cut(out, width);
}

void
chart_source(const struct chart_bar *bar, size_t width, char out[CHART_LABEL])
{
	chart_label(bar, "(no address)", width, out);
}

void
chart_user(const struct chart_bar *bar, size_t width, char out[CHART_LABEL])
{
	chart_label(bar, "(no known user)", width, out);
}

void
chart_period(const struct chart *c, char out[CHART_PERIOD])
{
	char since[TEXT_TIME_SIZE], until[TEXT_TIME_SIZE];

	text_time(c->since, since);
	text_time(c->until, until);
	(void)snprintf(out, CHART_PERIOD, "%s to %s", since, until);
}

int64_t
chart_most(const int64_t *of, size_t n)
{
	int64_t most = 1;

	for (size_t i = 0; i < n; i++)
		if (of[i] > most)
			most = of[i];
	return most;
}

/* What fits a line: of a terminal that is narrower than we would like. */
static size_t
chart_columns(void)
{
	struct winsize w = { .ws_col = 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) != 0 || w.ws_col == 0 ||
	    w.ws_col >= CHART_WIDTH)
		return CHART_WIDTH;
	return w.ws_col < CHART_NARROW ? CHART_NARROW : w.ws_col;
}

/* Blocks of eighths, or number signs where the locale has no blocks. */
static void
chart_bar(FILE *to, int64_t n, int64_t most, size_t columns)
{
	static const char *const part[CHART_EIGHTHS] = {
		"",	  "\u258f", "\u258e", "\u258d",
		"\u258c", "\u258b", "\u258a", "\u2589",
	};
	bool blocks = out_utf8();
	size_t steps = blocks ? CHART_EIGHTHS : 1;
	size_t left =
		(size_t)((double)n / (double)most * (double)(columns * steps));

	if (left == 0 && n > 0)
		left = 1;
	for (; left >= steps; left -= steps)
		(void)fputs(blocks ? "\u2588" : "#", to);
	if (blocks)
		(void)fputs(part[left], to);
}

/* Cut so that a terminal shows it in at most WIDTH columns, filled up to that
 * with blanks. */
static void
chart_fit(FILE *to, char *text, size_t width)
{
	size_t used = 0, mark = 0, mark_used = 0, len = strlen(text);
	mbstate_t state = { 0 };
	wchar_t c;

	for (size_t at = 0, n; at < len; at += n) {
		int columns;

		n = mbrtowc(&c, text + at, len - at, &state);
		if (n == 0 || n > len - at)
			break;
		columns = wcwidth(c) < 0 ? 1 : wcwidth(c);
		if (used + (size_t)columns > width) {
			memcpy(text + mark, "..", 3);
			used = mark_used + 2;
			break;
		}
		used += (size_t)columns;
		if (used <= width - 2) {
			mark = at + n;
			mark_used = used;
		}
	}
	(void)fprintf(to, "  %s%*s", text, (int)(width - used), "");
}

/* How a chart is laid out on a terminal. */
struct chart_frame {
	FILE *to;
	size_t columns;
	int number; /* columns of a count */
};

static void
chart_line(const struct chart_frame *fr, char *label, size_t width, int64_t n,
	   int64_t most)
{
	chart_fit(fr->to, label, width);
	(void)fprintf(fr->to, " %*lld", fr->number, (long long)n);
	if (n > 0)
		(void)fputs("  ", fr->to);
	chart_bar(fr->to, n, most,
		  fr->columns - width - (size_t)fr->number - 5);
	(void)fputc('\n', fr->to);
}

static void
chart_part(const struct chart_frame *fr, const struct chart_part *p,
	   const char *head,
	   void (*name)(const struct chart_bar *, size_t, char *))
{
	size_t width = (fr->columns - (size_t)fr->number - 5) / 2;
	int64_t most = p->used > 0 ? p->of[0].n : 1;
	char label[CHART_LABEL], plain[CHART_LABEL];

	(void)fprintf(fr->to, "\n%s\n", head);
	for (size_t i = 0; i < p->used; i++) {
		name(&p->of[i], CHART_LABEL, label);
		out_plain(label, plain, sizeof(plain));
		chart_line(fr, plain, width, p->of[i].n, most);
	}
	if (p->others > 0)
		(void)fprintf(fr->to, "  %-*s %*lld\n", (int)width,
			      "all others", fr->number, (long long)p->others);
}

void
chart_text(FILE *to, const struct chart *c)
{
	int64_t most = chart_most(c->hours, CHART_HOURS);
	struct chart_frame fr = { .to = to, .columns = chart_columns() };
	char period[CHART_PERIOD], hour[16];

	chart_period(c, period);
	/* No count is more than all of them. */
	fr.number = snprintf(NULL, 0, "%lld", (long long)c->failures);
	if (fr.number < CHART_NUMBER)
		fr.number = CHART_NUMBER;
	(void)fprintf(to, "Failures: %lld, %s\n", (long long)c->failures,
		      period);
	if (c->failures == 0)
		return;
	chart_part(&fr, &c->sources, "By source", chart_source);
	chart_part(&fr, &c->users, "By user", chart_user);
	(void)fputs("\nBy hour of the day, in UTC\n", to);
	for (size_t i = 0; i < CHART_HOURS; i++) {
		(void)snprintf(hour, sizeof(hour), "%02zu", i);
		chart_line(&fr, hour, 2, c->hours[i], most);
	}
}
