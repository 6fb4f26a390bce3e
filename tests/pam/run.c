/* SPDX-License-Identifier: MIT */
/*
 * run MODULE PROBE FAKE DIRECTORY: every text script of a directory against
 * the module, through the real libpam.  With SIGRAD and SIGRACTL in the
 * environment, scripts with a [setup] run against the real verifier.
 */
#include <dirent.h>
#include <err.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "answer.h"
#include "base/text.h"
#include "root.h"
#include "script.h"
#include "stage.h"
#include "test.h"

#define RUN_KEY "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP" /* of a device */

struct run_number {
	const char *name;
	int value;
};

#define NUMBER(n)                                                             \
	{                                                                     \
#n, (int)(n)                                                  \
	}

static const struct run_number run_codes[] = {
	NUMBER(PAM_SUCCESS),
	NUMBER(PAM_SERVICE_ERR),
	NUMBER(PAM_SYSTEM_ERR),
	NUMBER(PAM_PERM_DENIED),
	NUMBER(PAM_AUTH_ERR),
	NUMBER(PAM_AUTHINFO_UNAVAIL),
	NUMBER(PAM_USER_UNKNOWN),
	NUMBER(PAM_NEW_AUTHTOK_REQD),
	NUMBER(PAM_ACCT_EXPIRED),
	NUMBER(PAM_SESSION_ERR),
	NUMBER(PAM_CONV_ERR),
	NUMBER(PAM_AUTHTOK_ERR),
	NUMBER(PAM_IGNORE),
	NUMBER(PAM_MAXTRIES),
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
	{ "user", PAM_USER },
	{ "service", PAM_SERVICE },
	{ "tty", PAM_TTY },
	{ "rhost", PAM_RHOST },
	{ "ruser", PAM_RUSER },
	{ "user_prompt", PAM_USER_PROMPT },
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
run_answer(struct stage *stage, char *answer, struct pam_response **resp)
{
	if (strcmp(answer, "!conv_err") == 0)
		return PAM_CONV_ERR;
	if (strcmp(answer, "!buf_err") == 0)
		return PAM_BUF_ERR;
	if (strcmp(answer, "!none") == 0)
		return PAM_SUCCESS;
	*resp = calloc(1, sizeof(**resp));
	if (strcmp(answer, "!null") == 0)
		return PAM_SUCCESS;
	if (strncmp(answer, "!as ", 4) == 0) {
		(void)strsep(&answer, " ");
		pam_set_item(stage->pamh, PAM_USER, strsep(&answer, " "));
	}
	(*resp)->resp = strdup(answer);
	return PAM_SUCCESS;
}

/* Is that what is due?  "STYLE = TEXT", or "STYLE ~ REGEX". */
static void
run_expect(struct stage *stage, const char *style, const char *msg,
	   const char *name, char *text, bool regex)
{
	bool is;

	if (regex) {
		is = stage_match(text, msg);
	} else {
		script_newlines(text);
		is = strcmp(text, msg) == 0;
	}
	if (strcmp(name, style) != 0 || !is)
		stage_fail(stage, "got %s = %s instead of %s %c %s", style,
			   msg, name, regex ? '~' : '=', text);
}

static int
run_conversation(int n, const struct pam_message **msg,
		 struct pam_response **resp, void *appdata)
{
	struct stage *stage = appdata;
	const struct script_section *due = &stage->script.part[SCRIPT_PROMPTS];
	const char *style = run_name(run_styles, msg[0]->msg_style);
	static char line[SCRIPT_LINE], typed[2048];
	char *name, *text, *answer;
	bool regex;

	if (n != 1)
		stage_fail(stage, "%d messages at once", n);
	answer_see(msg[0]->msg);
	if (stage->prompt == due->n) {
		stage_fail(stage, "unexpected: %s = %s", style, msg[0]->msg);
		return PAM_CONV_ERR;
	}
	text_copy(line, sizeof(line), due->line[stage->prompt++]);
	text = strchr(line, ' ');
	regex = text != NULL && text[1] == '~';
	if (regex)
		text[1] = '=';
	if (!script_split(line, &name, &text))
		errx(2, "no prompt: %s", line);
	answer = strchr(text, '|');
	if (answer != NULL)
		*answer++ = '\0';
	run_expect(stage, style, msg[0]->msg, name, text, regex);
	answer_fill(answer == NULL ? "!null" : answer, stage->dir, typed,
		    sizeof(typed));
	return run_answer(stage, typed, resp);
}

/* Instead of sleeping. */
static void
run_delay(int code, unsigned microseconds, void *appdata)
{
	if (code != PAM_SUCCESS)
		((struct stage *)appdata)->delay = microseconds;
}

static void
run_start(struct stage *stage)
{
	const struct pam_conv conv = { run_conversation, stage };
	union {
		void (*function)(int, unsigned, void *);
		const void *item;
	} delay = { run_delay };
	char pam_d[600];

	snprintf(pam_d, sizeof(pam_d), "%s/pam.d", stage->dir);
	if (pam_start_confdir(STAGE_SERVICE, NULL, &conv, pam_d,
			      &stage->pamh) != PAM_SUCCESS)
		errx(2, "pam_start");
	if (pam_set_item(stage->pamh, PAM_FAIL_DELAY, delay.item) !=
	    PAM_SUCCESS)
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
run_function(struct stage *stage, char *name, char *value)
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
	stage->delay = 0;
	code = run_functions[i].call(stage->pamh, run_flags_of(flags));
	if (code != run_number(run_codes, value))
		stage_fail(stage, "%s returned %s (%d, %s) instead of %s",
			   name, run_name(run_codes, code), code,
			   pam_strerror(stage->pamh, code), value);
	/* libpam goes on to report it to the phases behind authenticate. */
	if (i == 0 && (stage->delay > 500000) != (late != NULL))
		stage_fail(stage, "%s failed with a delay of %u us", name,
			   stage->delay);
}

static void
run_call(struct stage *stage, char *line)
{
	char *name, *value;

	if (!script_split(line, &name, &value))
		errx(2, "no call: %s", line);
	if (strcmp(name, "putenv") == 0) {
		pam_putenv(stage->pamh, value);
	} else if (strchr(name, '(') != NULL) {
		run_function(stage, name, value);
	} else if (pam_set_item(stage->pamh, run_number(run_items, name),
				value) != PAM_SUCCESS) {
		errx(2, "pam_set_item");
	}
}

/* In a process of its own: libpam, module and namespace begin anew. */
static int
run_script(const char *path, const char *dir, struct script_word *words)
{
	static struct stage stage;

	stage.words = words;
	text_copy(stage.dir, sizeof(stage.dir), dir);
	if (mkdir(dir, 0700) != 0)
		err(2, "%s", dir);
	script_read(path, words, &stage.script);
	if (stage.script.part[SCRIPT_SETUP].present &&
	    getenv("SIGRAD") == NULL)
		return 77;
	stage_set(&stage);
	stage_shell(&stage, SCRIPT_SETUP, "setup");
	run_start(&stage);
	for (size_t i = 0; i < stage.script.part[SCRIPT_CALL].n; i++)
		run_call(&stage, stage.script.part[SCRIPT_CALL].line[i]);
	for (size_t i = stage.prompt; i < stage.script.part[SCRIPT_PROMPTS].n;
	     i++)
		stage_fail(&stage, "never asked: %s",
			   stage.script.part[SCRIPT_PROMPTS].line[i]);
	stage_compare(&stage);
	pam_end(stage.pamh, PAM_SUCCESS);
	stage_shell(&stage, SCRIPT_CHECK, "check");
	script_free(&stage.script);
	fflush(stdout);
	return stage.failures == 0 ? 0 : 1;
}

static void
run_one(const char *path, const char *name, char **argv)
{
	static char dir[512], args[1200], host[256];
	const char *sigrad = getenv("SIGRAD");
	struct script_word words[] = {
		{ "MODULE", argv[1] }, { "PROBE", argv[2] },
		{ "FAKE", argv[3] },   { "DIR", dir },
		{ "ARGS", args },      { "HOST", host },
		{ "KEY", RUN_KEY },    { NULL, NULL },
	};
	int status = 0;
	pid_t pid;

	if (gethostname(host, sizeof(host) - 1) != 0)
		err(2, "gethostname");
	snprintf(dir, sizeof(dir), "%s/%s", test_dir(), name);
	snprintf(args, sizeof(args), "verifier=%s config=%s/%s",
		 sigrad == NULL ? argv[3] : sigrad, dir,
		 sigrad == NULL ? "verifier" : "sigra.conf");
	setenv("DIR", dir, 1);
	setenv("SCRIPTS", argv[4], 1);
	setenv("KEY", RUN_KEY, 1);
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
