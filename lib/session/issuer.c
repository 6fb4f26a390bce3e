/* SPDX-License-Identifier: MIT */
#include "session/issuer.h"

#include <string.h>

#include "base/text.h"
#include "store/org.h"

struct issuer_orgs {
	char name[STORE_ORG_NAME_SIZE];
	unsigned n;
};

static bool
issuer_org(void *ctx, const struct store_member *m,
	   const struct store_org *org)
{
	struct issuer_orgs *o = ctx;

	(void)m;
	if (org->personal)
		return true;
	(void)text_copy(o->name, sizeof(o->name), org->name);
	return ++o->n < 2;
}

enum status
session_issuer(struct store *s, const struct id *account, const char *host,
	       char out[OTPAUTH_NAME_SIZE], struct fault *f)
{
	struct issuer_orgs orgs = { .n = 0 };
	const char *issuer = host;
	enum status st = store_member_of(s, account, issuer_org, &orgs, f);

	if (st != STATUS_OK)
		return st;
	/* In a URI a colon parts it from the account. */
	if (orgs.n == 1 && strlen(orgs.name) <= SESSION_ISSUER_LONG &&
	    strchr(orgs.name, ':') == NULL)
		issuer = orgs.name;
	if (strlen(issuer) >= OTPAUTH_NAME_SIZE)
		return fault(f, STATUS_INVALID,
			     "this machine's name is too long");
	(void)text_copy(out, OTPAUTH_NAME_SIZE, issuer);
	return STATUS_OK;
}
