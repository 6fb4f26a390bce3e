/* SPDX-License-Identifier: MIT */
/*
 * What new security keys are made for.  A key is good only for the RP id it
 * was made for, so it has to be one that all machines of the house share, and
 * that stays when this one is renamed.
 */
#include "sigractl/init_rp.h"

#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

#include "admin/key.h"
#include "base/text.h"
#include "sigractl/ground.h"

#define INIT_RP_HOST                                                          \
	"the RP id of security keys looks like the name of one machine: set " \
	"a domain before the first is enrolled, sigractl policy keys "        \
	"--rp-id "                                                            \
	"example.org"
#define INIT_RP_NONE                                                          \
	"this host's name can be no RP id, so no security key can be "        \
	"enrolled yet: sigractl policy keys --rp-id example.org"

/* The full name, in lower case; the host's own where nobody knows more. */
static void
init_rp_name(const struct cmd *c, char out[256])
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
					.ai_flags = AI_CANONNAME };
	struct addrinfo *found = NULL;

	(void)text_copy(out, 256, c->host);
	if (strchr(out, '.') == NULL && !ground_is_trial(c) &&
	    getaddrinfo(c->host, NULL, &hints, &found) == 0) {
		if (found->ai_canonname != NULL &&
		    strchr(found->ai_canonname, '.') != NULL)
			(void)text_copy(out, 256, found->ai_canonname);
		freeaddrinfo(found);
	}
	for (char *p = out; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
}

enum status
init_rp(const struct cmd *c, char out[STORE_RP_SIZE], const char **why,
	struct fault *f)
{
	const char *given = cmd_option(c, "rp-id"), *dot;
	struct fault bad = { .text = "" };
	char name[256];

	*why = NULL;
	if (given != NULL) {
		if (admin_rp_valid(given, &bad) != STATUS_OK)
			return fault(f, STATUS_INVALID, "--rp-id: %s",
				     bad.text);
		(void)text_copy(out, STORE_RP_SIZE, given);
		if (admin_rp_is_host(out, c->host))
			*why = INIT_RP_HOST;
		return STATUS_OK;
	}
	init_rp_name(c, name);
	dot = strchr(name, '.');
	/* "host.example.org"; of "host.lan" the end is shared by too many. */
	if (dot != NULL && strchr(dot + 1, '.') != NULL &&
	    admin_rp_valid(dot + 1, &bad) == STATUS_OK) {
		(void)text_copy(out, STORE_RP_SIZE, dot + 1);
		return STATUS_OK;
	}
	*why = INIT_RP_HOST;
	if (admin_rp_valid(name, &bad) == STATUS_OK) {
		(void)text_copy(out, STORE_RP_SIZE, name);
		return STATUS_OK;
	}
	out[0] = '\0';
	*why = INIT_RP_NONE;
	return STATUS_OK;
}
