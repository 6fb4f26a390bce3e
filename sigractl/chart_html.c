/* SPDX-License-Identifier: MIT */
/* A page for a person: the picture, and its numbers as tables below. */
#include "sigractl/chart.h"

#define HTML_LETTERS 48 /* so that even the longest ten fit the sheet */

/* Nothing is loaded, and nothing runs, whatever text a row holds. */
static const char html_head[] =
	"<meta http-equiv=\"Content-Security-Policy\" "
	"content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	"<meta name=\"viewport\" "
	"content=\"width=device-width, initial-scale=1\">\n"
	"<style>\n"
	":root{color-scheme:light dark}\n"
	"body{margin:0 auto;max-width:800px;padding:24px;"
	"font:14px/1.4 system-ui,\"DejaVu Sans\",sans-serif;"
	"background:#fff;color:#1d2129}\n"
	"h1{font-size:22px;margin:0}\n"
	"p{margin:4px 0 12px;color:#5b6470}\n"
	"svg{display:block;width:100%;height:auto}\n"
	"div{float:left;width:35%;padding-right:3%;box-sizing:border-box;"
	"margin-top:16px}\n"
	"div.hours{width:14%}\n"
	"table{border-collapse:collapse;table-layout:fixed;width:100%;"
	"font-size:12px}\n"
	"caption{text-align:left;font-weight:600;padding-bottom:4px}\n"
	"th,td{text-align:left;vertical-align:top;padding:1px 0;"
	"border-bottom:1px solid #dfe4ea;font-weight:400;"
	"overflow-wrap:anywhere}\n"
	"td{text-align:right;font-variant-numeric:tabular-nums;width:30%}\n"
	".hours td{width:60%}\n"
	"@media screen and (max-width:600px){div{width:100%}"
	"div.hours{width:50%}}\n"
	"@media screen and (prefers-color-scheme:dark){"
	"body{background:#15181d;color:#e7eaee}p{color:#a3acb7}"
	"th,td{border-color:#39414b}}\n"
	"@page{size:A4;margin:12mm}\n"
	"@media print{body{max-width:none;padding:0;font-size:9pt}"
	"svg{max-height:135mm}"
	"table{font-size:7pt;line-height:1.15}}\n"
	"</style>\n";

static void
html_row(FILE *to, const char *label, int64_t n)
{
	(void)fputs("<tr><th scope=\"row\">", to);
	chart_markup(to, label);
	(void)fprintf(to, "</th><td>%lld</td></tr>\n", (long long)n);
}

static void
html_part(FILE *to, const char *caption, const struct chart_part *p,
	  void (*name)(const struct chart_bar *, size_t, char *))
{
	char label[CHART_LABEL];

	(void)fprintf(to, "<div><table><caption>%s</caption>\n", caption);
	for (size_t i = 0; i < p->used; i++) {
		name(&p->of[i], HTML_LETTERS, label);
		html_row(to, label, p->of[i].n);
	}
	if (p->others > 0)
		html_row(to, "all others", p->others);
	(void)fputs("</table></div>\n", to);
}

static void
html_hours(FILE *to, const int64_t hours[CHART_HOURS], size_t from)
{
	char hour[32];

	(void)fprintf(to,
		      "<div class=\"hours\"><table><caption>%s</caption>\n",
		      from == 0 ? "By hour, UTC" : "&#160;");
	for (size_t i = from; i < from + CHART_HOURS / 2; i++) {
		(void)snprintf(hour, sizeof(hour), "%02zu:00", i);
		html_row(to, hour, hours[i]);
	}
	(void)fputs("</table></div>\n", to);
}

void
chart_html(FILE *to, const struct chart *c)
{
	char period[CHART_PERIOD];

	chart_period(c, period);
	(void)fprintf(to,
		      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
		      "<meta charset=\"utf-8\">\n%s"
		      "<title>Failures, %s</title>\n</head>\n<body>\n"
		      "<h1>Failures: %lld</h1>\n<p>%s</p>\n",
		      html_head, period, (long long)c->failures, period);
	chart_svg(to, c, false);
	html_part(to, "By source", &c->sources, chart_source);
	html_part(to, "By user", &c->users, chart_user);
	html_hours(to, c->hours, 0);
	html_hours(to, c->hours, CHART_HOURS / 2);
	(void)fputs("</body>\n</html>\n", to);
}
