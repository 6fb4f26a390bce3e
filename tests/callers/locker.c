/* SPDX-License-Identifier: MIT */
/*
 * A screen locker, as swaylock is one: run by the user, without privilege.
 *   locker SERVICE [USER]
 * Each line of standard input is one password typed; each try is a line on
 * standard output, "unlocked", or what the first call that failed returned.
 * Ends when unlocked, or with status 1 at the end of the input.
 */
#include <pwd.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct locker {
	char typed[1024];
};

static int
locker_converse(int n, const struct pam_message **msg,
		struct pam_response **out, void *data)
{
	const struct locker *l = data;
	struct pam_response *answers = calloc((size_t)n, sizeof(*answers));

	if (answers == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < n; i++)
		if (msg[i]->msg_style == PAM_PROMPT_ECHO_OFF)
			answers[i].resp = strdup(l->typed);
	*out = answers;
	return PAM_SUCCESS;
}

/* One transaction; what the person sees of it. */
static int
locker_try(const char *service, const char *user, struct locker *l)
{
	struct pam_conv conv = { locker_converse, l };
	const char *call = "start";
	pam_handle_t *pam = NULL;
	int code = pam_start(service, user, &conv, &pam);

	if (code == PAM_SUCCESS) {
		call = "authenticate";
		code = pam_authenticate(pam, 0);
	}
	if (code == PAM_SUCCESS) {
		call = "account";
		code = pam_acct_mgmt(pam, 0);
	}
	if (code == PAM_SUCCESS) {
		call = "setcred";
		code = pam_setcred(pam, PAM_REFRESH_CRED);
	}
	(void)pam_end(pam, code);
	if (code == PAM_SUCCESS)
		(void)printf("unlocked\n");
	else
		(void)printf("%s %d\n", call, code);
	(void)fflush(stdout);
	return code;
}

int
main(int argc, char **argv)
{
	const struct passwd *me = getpwuid(getuid());
	struct locker l;

	if (argc < 2 || argc > 3 || me == NULL) {
		(void)fprintf(stderr, "usage: locker SERVICE [USER]\n");
		return 2;
	}
	while (fgets(l.typed, sizeof(l.typed), stdin) != NULL) {
		l.typed[strcspn(l.typed, "\n")] = '\0';
		if (locker_try(argv[1], argc == 3 ? argv[2] : me->pw_name,
			       &l) == PAM_SUCCESS)
			return 0;
	}
	return 1;
}
