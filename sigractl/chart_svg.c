/* SPDX-License-Identifier: MIT */
/* Two lists of bars side by side, and a row of columns below. */
#include "sigractl/chart.h"

#include <string.h>

#define SVG_WIDTH 760
#define SVG_HEIGHT 640
#define SVG_HEADING 70 /* of which this is for one that stands alone */
#define SVG_SIDE 24
#define SVG_PART 340
#define SVG_NUMBER 70
#define SVG_STEP 30
#define SVG_LETTERS 42
#define SVG_LISTS 92
#define SVG_HOURS 466
#define SVG_FLOOR 604
#define SVG_COLUMN_MAX 106

void
chart_markup(FILE *to, const char *text)
{
	for (; *text != '\0'; text++)
		switch (*text) {
		case '\xef':
			/* XML has no U+FFFE and U+FFFF. */
			if (strncmp(text, "\xef\xbf\xbe", 3) == 0 ||
			    strncmp(text, "\xef\xbf\xbf", 3) == 0) {
				(void)fputc('?', to);
				text += 2;
			} else {
				(void)fputc(*text, to);
			}
			break;
		case '&':
			(void)fputs("&amp;", to);
			break;
		case '<':
			(void)fputs("&lt;", to);
			break;
		case '>':
			(void)fputs("&gt;", to);
			break;
		case '"':
			(void)fputs("&quot;", to);
			break;
		case '\'':
			(void)fputs("&#39;", to);
			break;
		default:
			(void)fputc(*text, to);
			break;
		}
}

static void
svg_text(FILE *to, const char *class, double x, double y, const char *text)
{
	(void)fprintf(to, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", class,
		      x, y);
	chart_markup(to, text);
	(void)fputs("</text>\n", to);
}

static void
svg_number(FILE *to, const char *class, double x, double y, int64_t n)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%lld", (long long)n);
	svg_text(to, class, x, y, text);
}

static void
svg_box(FILE *to, const char *class, double x, double y, double w, double h)
{
	(void)fprintf(to,
		      "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" "
		      "width=\"%.1f\" height=\"%.1f\"/>\n",
		      class, x, y, w, h);
}

/* However wide its letters are, it ends before the number. */
static void
svg_label(FILE *to, double x, double y, const char *label)
{
	(void)fprintf(to,
		      "<svg x=\"%.1f\" y=\"%.1f\" width=\"%d\" "
		      "height=\"18\">\n",
		      x, y - 13, SVG_PART - SVG_NUMBER);
	svg_text(to, "label", 0, 13, label);
	(void)fputs("</svg>\n", to);
}

static void
svg_part(FILE *to, double x, const char *head, const struct chart_part *p,
	 void (*name)(const struct chart_bar *, size_t, char *))
{
	int64_t most = p->used > 0 ? p->of[0].n : 1;
	char label[CHART_LABEL];
	double y = SVG_LISTS;

	svg_text(to, "head", x, y, head);
	y += 24;
	for (size_t i = 0; i < p->used; i++, y += SVG_STEP) {
		name(&p->of[i], SVG_LETTERS, label);
		svg_label(to, x, y, label);
		svg_number(to, "end", x + SVG_PART, y, p->of[i].n);
		svg_box(to, "ground", x, y + 6, SVG_PART, 6);
		svg_box(to, "bar", x, y + 6,
			SVG_PART * (double)p->of[i].n / (double)most, 6);
	}
	if (p->others == 0)
		return;
	svg_text(to, "quiet", x, y, "all others");
	svg_number(to, "end quiet", x + SVG_PART, y, p->others);
}

static void
svg_hours(FILE *to, const int64_t hours[CHART_HOURS])
{
	const double step = (double)(SVG_WIDTH - 2 * SVG_SIDE) / CHART_HOURS;
	int64_t most = chart_most(hours, CHART_HOURS);

	svg_text(to, "head", SVG_SIDE, SVG_HOURS,
		 "By hour of the day, in UTC");
	for (size_t i = 0; i < CHART_HOURS; i++) {
		double x = SVG_SIDE + step * (double)i;
		double high = SVG_COLUMN_MAX * (double)hours[i] / (double)most;
		char hour[16];

		svg_box(to, "bar", x + 3, SVG_FLOOR - high, step - 6, high);
		(void)snprintf(hour, sizeof(hour), "%02zu", i);
		svg_text(to, "mid quiet", x + step / 2, SVG_FLOOR + 16, hour);
		if (hours[i] > 0)
			svg_number(to, "mid small", x + step / 2,
				   SVG_FLOOR - high - 4, hours[i]);
	}
	svg_box(to, "floor", SVG_SIDE, SVG_FLOOR, SVG_WIDTH - 2 * SVG_SIDE, 1);
}

/* Colours for light and dark; paper is light. */
static const char svg_style[] =
	"<style>\n"
	"svg{font-family:system-ui,\"DejaVu Sans\",sans-serif}\n"
	".paper{fill:#fff}\n"
	"text{fill:#1d2129;font-size:12px}\n"
	".title{font-size:20px;font-weight:600}\n"
	".head{font-size:14px;font-weight:600}\n"
	".end{text-anchor:end;font-variant-numeric:tabular-nums}\n"
	".mid{text-anchor:middle}\n"
	".small{font-size:9px}\n"
	".quiet{fill:#5b6470}\n"
	".ground{fill:#e9edf2}\n"
	".bar{fill:#2f6fb0}\n"
	".floor{fill:#9aa3ad}\n"
	"@media screen and (prefers-color-scheme:dark){\n"
	".paper{fill:#15181d}\n"
	"text{fill:#e7eaee}\n"
	".quiet{fill:#a3acb7}\n"
	".ground{fill:#2a3038}\n"
	".bar{fill:#74aee6}\n"
	".floor{fill:#6b7480}\n"
	"}\n"
	"</style>\n";

void
chart_svg(FILE *to, const struct chart *c, bool alone)
{
	const int above = alone ? 0 : SVG_HEADING;
	char period[CHART_PERIOD], text[CHART_PERIOD + 40];

	chart_period(c, period);
	(void)snprintf(text, sizeof(text), "Failures: %lld, %s",
		       (long long)c->failures, period);
	(void)fprintf(to,
		      "<svg xmlns=\"http://www.w3.org/2000/svg\" "
		      "viewBox=\"0 %d %d %d\" role=\"img\" aria-label=\"%s\"",
		      above, SVG_WIDTH, SVG_HEIGHT - above, text);
	if (alone)
		(void)fprintf(to, " width=\"%d\" height=\"%d\"", SVG_WIDTH,
			      SVG_HEIGHT);
	(void)fprintf(to, ">\n<title>%s</title>\n%s", text, svg_style);
	if (alone) {
		svg_box(to, "paper", 0, 0, SVG_WIDTH, SVG_HEIGHT);
		(void)snprintf(text, sizeof(text), "Failures: %lld",
			       (long long)c->failures);
		svg_text(to, "title", SVG_SIDE, 36, text);
		svg_text(to, "quiet", SVG_SIDE, 58, period);
	}
	svg_part(to, SVG_SIDE, "By source", &c->sources, chart_source);
	svg_part(to, SVG_WIDTH - SVG_SIDE - SVG_PART, "By user", &c->users,
		 chart_user);
	svg_hours(to, c->hours);
	(void)fputs("</svg>\n", to);
}
