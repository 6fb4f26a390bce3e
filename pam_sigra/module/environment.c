/* SPDX-License-Identifier: MIT */
#include "module/environment.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

/* With the sign behind a whole name. */
static const char *const environment_ours[] = {
	"SIGRA_ORG=",
	"SIGRA_ROLE=",
	"SIGRA_IMPERSONATOR=",
	"SIGRA_ATTR_",
};

static bool
environment_is_ours(const char *word)
{
	for (size_t i = 0;
	     i < sizeof(environment_ours) / sizeof(environment_ours[0]); i++)
		if (strncmp(word, environment_ours[i],
			    strlen(environment_ours[i])) == 0)
			return true;
	return false;
}

void
environment_clear(pam_handle_t *pamh)
{
	char **list = pam_getenvlist(pamh);

	for (char **word = list; word != NULL && *word != NULL; word++) {
		/* A name without a value takes it out. */
		if (environment_is_ours(*word)) {
			(*word)[strcspn(*word, "=")] = '\0';
			(void)pam_putenv(pamh, *word);
		}
		free(*word);
	}
	free(list);
}

enum status
environment_set(pam_handle_t *pamh, const struct exports *e, struct fault *f)
{
	for (size_t i = 0; i < e->n; i++) {
		char word[EXPORT_NAME_SIZE + EXPORT_VALUE_SIZE];
		struct buf b;

		buf_start(&b, word, sizeof(word));
		buf_printf(&b, "%s=%s", e->one[i].name, e->one[i].value);
		if (b.full || !environment_is_ours(word) ||
		    pam_putenv(pamh, word) != PAM_SUCCESS)
			return fault(f, STATUS_SYSTEM,
				     "cannot put %s into the environment of "
				     "the session",
				     e->one[i].name);
	}
	return STATUS_OK;
}
