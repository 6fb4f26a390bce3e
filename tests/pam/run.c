/* SPDX-License-Identifier: MIT */
/*
 * run MODULE PROBE FAKE DIRECTORY: every text script of a directory against
 * the module, through the real libpam.  With SIGRAD and SIGRACTL in the
 * environment, scripts with a [setup] run against the real verifier.
 */
#include <dirent.h>
#include <err.h>
#include <regex.h>
#include <security/pam_appl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "journal.h"
#include "root.h"
#include "script.h"
#include "test.h"

/* One script on its way. */
struct run {
	struct script script;
	const struct script_word *words;
	char dir[512];
	pam_handle_t *pamh;
	size_t prompt; /* the next one that is due */
	unsigned delay;
	unsigned failures;
};

struct run_number {
	const char *name;
	int value;
};

#define NUMBER(n) { #n, (int)(n) }

static const struct run_number run_codes[] = {
	NUMBER(PAM_SUCCESS),	  NUMBER(PAM_SERVICE_ERR),
	NUMBER(PAM_SYSTEM_ERR),	  NUMBER(PAM_PERM_DENIED),
	NUMBER(PAM_AUTH_ERR),	  NUMBER(PAM_AUTHINFO_UNAVAIL),
	NUMBER(PAM_USER_UNKNOWN), NUMBER(PAM_NEW_AUTHTOK_REQD),
	NUMBER(PAM_ACCT_EXPIRED), NUMBER(PAM_SESSION_ERR),
	NUMBER(PAM_CONV_ERR),	  NUMBER(PAM_AUTHTOK_ERR),
	NUMBER(PAM_IGNORE),	  NUMBER(PAM_MAXTRIES),
	{ NULL, 0 },
};

static const struct run_number run_flags[] = {
	NUMBER(PAM_SILENT),
	NUMBER(PAM_DISALLOW_NULL_AUTHTOK),
	NUMBER(PAM_CHANGE_EXPIRED_AUTHTOK),
	NUMBER(PAM_ESTABLISH_CRED),
	NUMBER(PAM_DELETE_CRED),
	{ NULL, 0 },
};

static const struct run_number run_items[] = {
	{ "user", PAM_USER },	{ "tty", PAM_TTY },
	{ "rhost", PAM_RHOST }, { "ruser", PAM_RUSER },
	{ NULL, 0 },
};

static const struct run_number run_styles[] = {
	{ "secret", PAM_PROMPT_ECHO_OFF },
	{ "visible", PAM_PROMPT_ECHO_ON },
	{ "info", PAM_TEXT_INFO },
	{ "error", PAM_ERROR_MSG },
	{ NULL, 0 },
};

static const struct {
	const char *name;
	int (*call)(pam_handle_t *pamh, int flags);
} run_functions[] = {
	{ "authenticate", pam_authenticate },
	{ "setcred", pam_setcred },
	{ "acct_mgmt", pam_acct_mgmt },
	{ "chauthtok", pam_chauthtok },
	{ "open_session", pam_open_session },
	{ "close_session", pam_close_session },
};

static void run_fail(struct run *run, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void
run_fail(struct run *run, const char *fmt, ...)
{
	char text[8192];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	printf("# %s\n", text);
	run->failures++;
}

static int
run_number(const struct run_number *list, const char *name)
{
	for (; list->name != NULL; list++) {
		if (strcmp(list->name, name) == 0)
			return list->value;
	}
	errx(2, "unknown word '%s'", name);
}

static const char *
run_name(const struct run_number *list, int value)
{
	for (; list->name != NULL; list++) {
		if (list->value == value)
			return list->name;
	}
	return "another";
}

/* What the person does: a response as a host would make it. */
static int
run_answer(const char *answer, struct pam_response **resp)
{
	if (strcmp(answer, "!conv_err") == 0)
		return PAM_CONV_ERR;
	if (strcmp(answer, "!buf_err") == 0)
		return PAM_BUF_ERR;
	if (strcmp(answer, "!none") == 0)
		return PAM_SUCCESS;
	*resp = calloc(1, sizeof(**resp));
	if (strcmp(answer, "!null") != 0)
		(*resp)->resp = strdup(answer);
	return PAM_SUCCESS;
}

static int
run_conversation(int n, const struct pam_message **msg,
		 struct pam_response **resp, void *appdata)
{
	struct run *run = appdata;
	const struct script_section *due = &run->script.part[SCRIPT_PROMPTS];
	const char *style = run_name(run_styles, msg[0]->msg_style);
	char line[2048], *name, *text, *answer;

	if (n != 1)
		run_fail(run, "%d messages at once", n);
	if (run->prompt == due->n) {
		run_fail(run, "unexpected: %s = %s", style, msg[0]->msg);
		return PAM_CONV_ERR;
	}
	text_copy(line, sizeof(line), due->line[run->prompt++]);
	if (!script_split(line, &name, &text))
		errx(2, "no prompt: %s", line);
	answer = strchr(text, '|');
	if (answer != NULL)
		*answer++ = '\0';
	if (strcmp(name, style) != 0 || strcmp(text, msg[0]->msg) != 0)
		run_fail(run, "got %s = %s instead of %s = %s", style,
			 msg[0]->msg, name, text);
	return run_answer(answer == NULL ? "!null" : answer, resp);
}

/* Instead of sleeping. */
static void
run_delay(int code, unsigned microseconds, void *appdata)
{
	if (code != PAM_SUCCESS)
		((struct run *)appdata)->delay = microseconds;
}

static void
run_start(struct run *run)
{
	const struct pam_conv conv = { run_conversation, run };
	union {
		void (*function)(int, unsigned, void *);
		const void *item;
	} delay = { run_delay };
	char pam_d[600];

	snprintf(pam_d, sizeof(pam_d), "%s/pam.d", run->dir);
	if (pam_start_confdir("test", NULL, &conv, pam_d, &run->pamh) !=
	    PAM_SUCCESS)
		errx(2, "pam_start");
	if (pam_set_item(run->pamh, PAM_FAIL_DELAY, delay.item) != PAM_SUCCESS)
		errx(2, "PAM_FAIL_DELAY");
}

static int
run_flags_of(char *list)
{
	int flags = 0;
	char *word;

	while ((word = strsep(&list, "|")) != NULL && word[0] != '\0')
		flags |= run_number(run_flags, word);
	return flags;
}

static void
run_function(struct run *run, char *name, char *value)
{
	char *flags = strchr(name, '('), *late = strchr(value, ' ');
	size_t i = 0;
	int code;

	*flags++ = '\0';
	flags[strcspn(flags, ")")] = '\0';
	if (late != NULL)
		*late++ = '\0';
	while (i < 6 && strcmp(run_functions[i].name, name) != 0)
		i++;
	if (i == 6)
		errx(2, "unknown function %s", name);
	run->delay = 0;
	code = run_functions[i].call(run->pamh, run_flags_of(flags));
	if (code != run_number(run_codes, value))
		run_fail(run, "%s returned %s (%d, %s) instead of %s", name,
			 run_name(run_codes, code), code,
			 pam_strerror(run->pamh, code), value);
	if ((run->delay > 500000) != (late != NULL))
		run_fail(run, "%s failed with a delay of %u us", name,
			 run->delay);
}

static void
run_call(struct run *run, char *line)
{
	char *name, *value;

	if (!script_split(line, &name, &value))
		errx(2, "no call: %s", line);
	if (strcmp(name, "putenv") == 0) {
		pam_putenv(run->pamh, value);
	} else if (strchr(name, '(') != NULL) {
		run_function(run, name, value);
	} else if (pam_set_item(run->pamh, run_number(run_items, name),
				value) != PAM_SUCCESS) {
		errx(2, "pam_set_item");
	}
}

/* Lines against as many regular expressions, in order. */
static void
run_compare(struct run *run, const char *what, const char *const *got,
	    size_t n, const struct script_section *due)
{
	for (size_t i = 0; i < n || i < due->n; i++) {
		const char *line = i < n ? got[i] : "(nothing)";
		const char *want = i < due->n ? due->line[i] : "(nothing)";
		char pattern[4096];
		regex_t re;

		snprintf(pattern, sizeof(pattern), "^%s$", want);
		if (regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB) != 0)
			errx(2, "no regex: %s", want);
		if (i >= n || i >= due->n ||
		    regexec(&re, line, 0, NULL, 0) != 0)
			run_fail(run, "%s: got %s instead of %s", what, line,
				 want);
		regfree(&re);
	}
}

static void
run_compare_log(struct run *run)
{
	const char *got[SCRIPT_LINES];
	size_t n = journal_count();

	for (size_t i = 0; i < n; i++)
		got[i] = journal_line(i);
	run_compare(run, "log", got, n, &run->script.part[SCRIPT_LOG]);
}

static void
run_compare_env(struct run *run)
{
	char **env = pam_getenvlist(run->pamh);
	size_t n = 0;

	while (env[n] != NULL)
		n++;
	run_compare(run, "env", (const char *const *)env, n,
		    &run->script.part[SCRIPT_ENV]);
	for (size_t i = 0; i < n; i++)
		free(env[i]);
	free(env);
}

static void
run_compare_saw(struct run *run)
{
	const struct script_section *due = &run->script.part[SCRIPT_SAW];
	static char lines[SCRIPT_LINES][4096];
	const char *got[SCRIPT_LINES];
	char path[600];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/verifier.log", run->dir);
	f = fopen(path, "re");
	while (f != NULL && n < SCRIPT_LINES &&
	       fgets(lines[n], sizeof(lines[n]), f) != NULL) {
		lines[n][strcspn(lines[n], "\n")] = '\0';
		if (strncmp(lines[n], "FAIL", 4) == 0)
			run_fail(run, "verifier: %s", lines[n]);
		got[n] = lines[n];
		n++;
	}
	if (f != NULL)
		fclose(f);
	if (due->present)
		run_compare(run, "saw", got, n, due);
}

static FILE *
run_create(const struct run *run, const char *name)
{
	char path[1100];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", run->dir, name);
	f = fopen(path, "we");
	if (f == NULL)
		err(2, "%s", path);
	return f;
}

static const char *
run_options(struct run *run, const char *type)
{
	static char line[2048];
	const struct script_section *s = &run->script.part[SCRIPT_OPTIONS];
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
run_write_stack(struct run *run)
{
	static const char *const types[] = { "auth", "account", "password",
					     "session" };
	const struct script_section *s = &run->script.part[SCRIPT_STACK];
	char path[600], line[8192];
	FILE *f;

	snprintf(path, sizeof(path), "%s/pam.d", run->dir);
	if (mkdir(path, 0700) != 0)
		err(2, "%s", path);
	f = run_create(run, "pam.d/test");
	for (size_t i = 0; i < s->n; i++)
		fprintf(f, "%s\n", s->line[i]);
	for (size_t i = 0; i < 4 && !s->present; i++) {
		script_expand("required @MODULE@ @ARGS@", run->words, line,
			      sizeof(line));
		fprintf(f, "%s %s %s\n", types[i], line,
			run_options(run, types[i]));
	}
	fclose(f);
}

static void
run_lines(struct run *run, enum script_part part, const char *name)
{
	const struct script_section *s = &run->script.part[part];
	FILE *f;

	if (!s->present)
		return;
	f = run_create(run, name);
	for (size_t i = 0; i < s->n; i++)
		fprintf(f, "%s\n", s->line[i]);
	fclose(f);
}

/* A section of shell commands; what they print is shown when one fails. */
static void
run_shell(struct run *run, enum script_part part, const char *name)
{
	char command[2048];

	if (!run->script.part[part].present)
		return;
	run_lines(run, part, name);
	snprintf(command, sizeof(command),
		 "cd '%s' && { sh -eu %s >%s.out 2>&1 </dev/null || "
		 "{ sed 's/^/# /' %s.out; false; }; }",
		 run->dir, name, name, name);
	fflush(stdout);
	if (system(command) != 0)
		run_fail(run, "%s failed", name);
}

/* In a process of its own: libpam, module and namespace begin anew. */
static int
run_script(const char *path, const char *dir, struct script_word *words)
{
	static struct run run;

	run.words = words;
	text_copy(run.dir, sizeof(run.dir), dir);
	if (mkdir(dir, 0700) != 0)
		err(2, "%s", dir);
	script_read(path, words, &run.script);
	if (run.script.part[SCRIPT_SETUP].present && getenv("SIGRAD") == NULL)
		return 77;
	run_write_stack(&run);
	run_lines(&run, SCRIPT_VERIFIER, "verifier");
	run_shell(&run, SCRIPT_SETUP, "setup");
	run_start(&run);
	for (size_t i = 0; i < run.script.part[SCRIPT_CALL].n; i++)
		run_call(&run, run.script.part[SCRIPT_CALL].line[i]);
	for (size_t i = run.prompt; i < run.script.part[SCRIPT_PROMPTS].n; i++)
		run_fail(&run, "never asked: %s",
			 run.script.part[SCRIPT_PROMPTS].line[i]);
	run_compare_env(&run);
	run_compare_log(&run);
	run_compare_saw(&run);
	pam_end(run.pamh, PAM_SUCCESS);
	run_shell(&run, SCRIPT_CHECK, "check");
	script_free(&run.script);
	fflush(stdout);
	return run.failures == 0 ? 0 : 1;
}

static void
run_one(const char *path, const char *name, char **argv)
{
	static char dir[512], args[1200];
	const char *sigrad = getenv("SIGRAD");
	struct script_word words[] = {
		{ "MODULE", argv[1] }, { "PROBE", argv[2] },
		{ "FAKE", argv[3] },   { "DIR", dir },
		{ "ARGS", args },      { NULL, NULL },
	};
	int status = 0;
	pid_t pid;

	snprintf(dir, sizeof(dir), "%s/%s", test_dir(), name);
	snprintf(args, sizeof(args), "verifier=%s config=%s/%s",
		 sigrad == NULL ? argv[3] : sigrad, dir,
		 sigrad == NULL ? "verifier" : "sigra.conf");
	setenv("DIR", dir, 1);
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		exit(run_script(path, dir, words));
	if (waitpid(pid, &status, 0) != pid)
		err(2, "waitpid");
	if (status == 77 << 8)
		test_skip("no verifier to run it against");
	else
		test_point(status == 0, path, 0, name);
}

static int
run_visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

int
main(int argc, char **argv)
{
	struct dirent **names;
	int n;

	if (argc != 5)
		errx(2, "usage: run MODULE PROBE FAKE DIRECTORY");
	if (!root_become()) {
		test_skip("neither root nor user namespaces");
		return test_done();
	}
	n = scandir(argv[4], &names, run_visible, alphasort);
	for (int i = 0; i < n; i++) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", argv[4],
			 names[i]->d_name);
		run_one(path, names[i]->d_name, argv);
		free(names[i]);
	}
	if (n > 0)
		free(names);
	return test_done();
}
