/* SPDX-License-Identifier: MIT */
#include "stage.h"

#include <err.h>
#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "journal.h"

void
stage_fail(struct stage *stage, const char *fmt, ...)
{
	static char text[SCRIPT_LINE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	printf("# %s\n", text);
	stage->failures++;
}

static FILE *
stage_create(const struct stage *stage, const char *name)
{
	char path[1100];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", stage->dir, name);
	f = fopen(path, "we");
	if (f == NULL)
		err(2, "%s", path);
	return f;
}

static const char *
stage_options(struct stage *stage, const char *type)
{
	static char line[2048];
	const struct script_section *s = &stage->script.part[SCRIPT_OPTIONS];
	char *name, *value;

	for (size_t i = 0; i < s->n; i++) {
		text_copy(line, sizeof(line), s->line[i]);
		if (!script_split(line, &name, &value))
			errx(2, "no option: %s", line);
		if (strcmp(name, type) == 0 || strcmp(name, "all") == 0)
			return value;
	}
	return "";
}

static void
stage_stack(struct stage *stage, const char *service)
{
	static const char *const types[] = { "auth", "account", "password",
					     "session" };
	const struct script_section *s = &stage->script.part[SCRIPT_STACK];
	char name[64], line[8192];
	FILE *f;

	snprintf(name, sizeof(name), "pam.d/%s", service);
	f = stage_create(stage, name);
	for (size_t i = 0; i < s->n; i++)
		fprintf(f, "%s\n", s->line[i]);
	for (size_t i = 0; i < 4 && !s->present; i++) {
		script_expand("required @MODULE@ @ARGS@", stage->words, line,
			      sizeof(line));
		fprintf(f, "%s %s %s\n", types[i], line,
			stage_options(stage, types[i]));
	}
	fclose(f);
}

static void
stage_stacks(struct stage *stage)
{
	char path[600];
	FILE *f;

	snprintf(path, sizeof(path), "%s/pam.d", stage->dir);
	if (mkdir(path, 0700) != 0)
		err(2, "%s", path);
	stage_stack(stage, STAGE_SERVICE);
	stage_stack(stage, STAGE_SERVICE_SINGLE);
	/* libpam would log that it is missing. */
	f = stage_create(stage, "pam.d/other");
	fputs("auth requisite pam_deny.so\naccount requisite pam_deny.so\n"
	      "password requisite pam_deny.so\n"
	      "session requisite pam_deny.so\n",
	      f);
	fclose(f);
}

static void
stage_lines(struct stage *stage, enum script_part part, const char *name)
{
	const struct script_section *s = &stage->script.part[part];
	FILE *f;

	if (!s->present)
		return;
	f = stage_create(stage, name);
	for (size_t i = 0; i < s->n; i++)
		fprintf(f, "%s\n", s->line[i]);
	fclose(f);
}

/* A section of shell commands; what they print is shown when one fails. */
void
stage_shell(struct stage *stage, enum script_part part, const char *name)
{
	char command[2048];

	if (!stage->script.part[part].present)
		return;
	stage_lines(stage, part, name);
	snprintf(command, sizeof(command),
		 "cd '%s' && { sh -eu %s >%s.out 2>&1 </dev/null || "
		 "{ sed 's/^/# /' %s.out; false; }; }",
		 stage->dir, name, name, name);
	fflush(stdout);
	if (system(command) != 0)
		stage_fail(stage, "%s failed", name);
}

bool
stage_match(const char *want, const char *line)
{
	char pattern[4096];
	regex_t re;
	bool is;

	snprintf(pattern, sizeof(pattern), "^%s$", want);
	if (regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		errx(2, "no regex: %s", want);
	is = regexec(&re, line, 0, NULL, 0) == 0;
	regfree(&re);
	return is;
}

/* Lines against as many regular expressions, in order. */
static void
stage_compare_lines(struct stage *stage, const char *what,
		    const char *const *got, size_t n,
		    const struct script_section *due)
{
	for (size_t i = 0; i < n || i < due->n; i++) {
		const char *line = i < n ? got[i] : "(nothing)";
		const char *want = i < due->n ? due->line[i] : "(nothing)";

		if (i >= n || i >= due->n || !stage_match(want, line))
			stage_fail(stage, "%s: got %s instead of %s", what,
				   line, want);
	}
}

static void
stage_compare_log(struct stage *stage)
{
	const char *got[SCRIPT_LINES];
	size_t n = journal_count();

	for (size_t i = 0; i < n; i++)
		got[i] = journal_line(i);
	stage_compare_lines(stage, "log", got, n,
			    &stage->script.part[SCRIPT_LOG]);
}

static void
stage_compare_env(struct stage *stage)
{
	char **env = pam_getenvlist(stage->pamh);
	size_t n = 0;

	while (env[n] != NULL)
		n++;
	stage_compare_lines(stage, "env", (const char *const *)env, n,
			    &stage->script.part[SCRIPT_ENV]);
	for (size_t i = 0; i < n; i++)
		free(env[i]);
	free(env);
}

static void
stage_compare_saw(struct stage *stage)
{
	const struct script_section *due = &stage->script.part[SCRIPT_SAW];
	static char lines[SCRIPT_LINES][4096];
	const char *got[SCRIPT_LINES];
	char path[600];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/verifier.log", stage->dir);
	f = fopen(path, "re");
	while (f != NULL && n < SCRIPT_LINES &&
	       fgets(lines[n], sizeof(lines[n]), f) != NULL) {
		lines[n][strcspn(lines[n], "\n")] = '\0';
		if (strncmp(lines[n], "FAIL", 4) == 0)
			stage_fail(stage, "verifier: %s", lines[n]);
		got[n] = lines[n];
		n++;
	}
	if (f != NULL)
		fclose(f);
	if (due->present)
		stage_compare_lines(stage, "saw", got, n, due);
}

void
stage_compare(struct stage *stage)
{
	stage_compare_env(stage);
	stage_compare_log(stage);
	stage_compare_saw(stage);
}

void
stage_set(struct stage *stage)
{
	stage_stacks(stage);
	stage_lines(stage, SCRIPT_VERIFIER, "verifier");
}
