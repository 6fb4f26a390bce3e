/* SPDX-License-Identifier: MIT */
/*
 * One login on the real libpam, for tests of many at once.
 *   login SERVICE USER RHOST [session]
 * Standard input, read to its end, answers the prompts: a line each, and the
 * last line all that follow.  Each call that was
 * made is one line on standard output, "authenticate 0", the moment it has
 * returned: a killed client has said no more than it knew.
 */
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_SIZE (2U << 20)

/* The answer to the next prompt; the last one stays. */
static char *
login_next(char **rest)
{
	char *line = *rest, *end = strchr(line, '\n');

	if (end == NULL)
		return strdup(line);
	*rest = end + 1;
	return strndup(line, (size_t)(end - line));
}

static int
login_converse(int n, const struct pam_message **msg,
	       struct pam_response **out, void *data)
{
	struct pam_response *answers = calloc((size_t)n, sizeof(*answers));

	if (answers == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < n; i++)
		if (msg[i]->msg_style == PAM_PROMPT_ECHO_OFF ||
		    msg[i]->msg_style == PAM_PROMPT_ECHO_ON)
			answers[i].resp = login_next(data);
	*out = answers;
	return PAM_SUCCESS;
}

static int
login_report(const char *call, int code)
{
	char line[64];
	int n = snprintf(line, sizeof(line), "%s %d\n", call, code);

	if (n < 0 || write(STDOUT_FILENO, line, (size_t)n) != n)
		_exit(2);
	return code;
}

static int
login_session(pam_handle_t *pam)
{
	int code =
		login_report("setcred", pam_setcred(pam, PAM_ESTABLISH_CRED));

	if (code == PAM_SUCCESS)
		code = login_report("open", pam_open_session(pam, 0));
	if (code == PAM_SUCCESS)
		code = login_report("close", pam_close_session(pam, 0));
	return code;
}

static int
login_run(pam_handle_t *pam, const char *rhost, int session)
{
	int code = PAM_SUCCESS;

	if (rhost[0] != '\0')
		code = pam_set_item(pam, PAM_RHOST, rhost);
	if (code == PAM_SUCCESS)
		code = login_report("authenticate", pam_authenticate(pam, 0));
	if (code == PAM_SUCCESS)
		code = login_report("account", pam_acct_mgmt(pam, 0));
	if (code == PAM_SUCCESS && session)
		code = login_session(pam);
	return code;
}

static char *
login_answer(void)
{
	char *text = calloc(1, ANSWER_SIZE);
	size_t len = 0;
	ssize_t n = 1;

	while (text != NULL && n > 0 && len < ANSWER_SIZE - 1) {
		n = read(STDIN_FILENO, text + len, ANSWER_SIZE - 1 - len);
		if (n > 0)
			len += (size_t)n;
	}
	return text;
}

int
main(int argc, char **argv)
{
	struct pam_conv conv = { .conv = login_converse };
	char *answers, *rest;
	pam_handle_t *pam = NULL;
	int code;

	if (argc < 4 || argc > 5) {
		(void)fprintf(stderr,
			      "usage: login SERVICE USER RHOST [session]\n");
		return 2;
	}
	rest = answers = login_answer();
	if (answers == NULL)
		return 2;
	conv.appdata_ptr = &rest;
	code = pam_start(argv[1], argv[2], &conv, &pam);
	if (code == PAM_SUCCESS)
		code = login_run(pam, argv[3], argc == 5);
	(void)pam_end(pam, code);
	free(answers);
	return code == PAM_SUCCESS ? 0 : 1;
}
