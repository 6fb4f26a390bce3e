/* SPDX-License-Identifier: MIT */
/*
 * A module for the stacks of tests, before and behind the one that is tested.
 *
 *   authtok=X oldauthtok=X user=X   set the item
 *   show                            log what is in them
 *
 * Returns PAM_IGNORE, so that it changes no result.
 */
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <string.h>
#include <syslog.h>

#define EXPORT __attribute__((visibility("default")))

static const char *
probe_item(const pam_handle_t *pamh, int item)
{
	const void *value = NULL;

	if (pam_get_item(pamh, item, &value) != PAM_SUCCESS || value == NULL)
		return "-";
	return value;
}

static int
probe(pam_handle_t *pamh, int argc, const char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "authtok=", 8) == 0)
			pam_set_item(pamh, PAM_AUTHTOK, argv[i] + 8);
		else if (strncmp(argv[i], "oldauthtok=", 11) == 0)
			pam_set_item(pamh, PAM_OLDAUTHTOK, argv[i] + 11);
		else if (strncmp(argv[i], "user=", 5) == 0)
			pam_set_item(pamh, PAM_USER, argv[i] + 5);
		else if (strcmp(argv[i], "show") == 0)
			pam_syslog(pamh, LOG_INFO, "authtok=%s oldauthtok=%s",
				   probe_item(pamh, PAM_AUTHTOK),
				   probe_item(pamh, PAM_OLDAUTHTOK));
		else
			return PAM_SERVICE_ERR;
	}
	return PAM_IGNORE;
}

#define PROBE(name)                                                           \
	EXPORT int name(pam_handle_t *pamh, int flags, int argc,              \
			const char **argv)                                    \
	{                                                                     \
		(void)flags;                                                  \
		return probe(pamh, argc, argv);                               \
	}

PROBE(pam_sm_authenticate)
PROBE(pam_sm_setcred)
PROBE(pam_sm_acct_mgmt)
PROBE(pam_sm_open_session)
PROBE(pam_sm_close_session)
PROBE(pam_sm_chauthtok)
