/* SPDX-License-Identifier: MIT */
/* Security keys, as pam_u2f(8) has them. */
#include <stdio.h>

#include "factor/fido2.h"
#include "import/u2f.h"
#include "sigractl/import.h"
#include "sigractl/out.h"

#define U2F_ORIGIN "pam://"

/* What pam_u2f takes where its line names nothing. */
static enum status
u2f_origin(const struct cmd *c, char out[STORE_RP_SIZE], struct fault *f)
{
	const char *given = cmd_option(c, "origin");
	int n = snprintf(out, STORE_RP_SIZE, "%s%s",
			 given == NULL ? U2F_ORIGIN : "",
			 given == NULL ? c->host : given);

	if (n < 0 || n >= STORE_RP_SIZE || !fido2_rp_kept_valid(out))
		return fault(f, STATUS_INVALID,
			     "--origin: 1 to %d characters without blanks are "
			     "wanted, as origin= or appid= has them in the "
			     "PAM line of pam_u2f",
			     STORE_RP_SIZE - 1);
	return STATUS_OK;
}

/* Kinds that a mapping file is not, and whose place is elsewhere. */
static enum status
u2f_kind(const struct cmd *c, const struct admin_import_text *t,
	 struct fault *f)
{
	switch (import_u2f_kind(t->bytes, t->len)) {
	case IMPORT_U2F_PUBLIC:
		return fault(f, STATUS_INVALID,
			     "%s is an SSH public key: sigractl enroll "
			     "ssh-key USER %s",
			     c->arg[0], c->arg[0]);
	case IMPORT_U2F_SSH:
		if (t->user == NULL)
			return fault(f, STATUS_INVALID,
				     "%s is a key of OpenSSH's, which does "
				     "not say whose it is: give --user",
				     c->arg[0]);
		break;
	case IMPORT_U2F_MAPPING:
		break;
	}
	return STATUS_OK;
}

static enum status
u2f_read(struct cmd *c, struct import_files *files, struct fault *f)
{
	static const struct import_homes homes = {
		.file = ".config/Yubico/u2f_keys",
		.command = "import u2f-keys",
		.max = IMPORT_U2F_MAX,
	};
	enum status st;

	if (cmd_option(c, "all-homes") != NULL)
		return import_read_homes(c, &homes, files, f);
	st = import_read_file(&c->actor, c->arg[0], cmd_option(c, "user"),
			      IMPORT_LIST_MAX, files, f);
	return st == STATUS_OK ? u2f_kind(c, &files->of[0], f) : st;
}

enum status
cmd_import_u2f(struct cmd *c, struct fault *f)
{
	bool all = cmd_option(c, "all-homes") != NULL;
	char origin[STORE_RP_SIZE];
	size_t taken = 0;
	enum status st;
	IMPORT_FILES(files);

	if (c->args != (all ? 0 : 1) || (all && cmd_option(c, "user") != NULL))
		return fault(f, STATUS_INVALID,
			     "give either FILE, maybe with --user, or "
			     "--all-homes");
	if ((st = u2f_origin(c, origin, f)) != STATUS_OK ||
	    (st = u2f_read(c, &files, f)) != STATUS_OK ||
	    (st = import_run(c, &files, ADMIN_IMPORT_U2F, origin, &taken,
			     f)) != STATUS_OK)
		return st;
	if (!c->json && cmd_option(c, "origin") == NULL && taken > 0 &&
	    import_u2f_kind(files.of[0].bytes, files.of[0].len) ==
		    IMPORT_U2F_MAPPING)
		out_line("Their RP id was taken to be %s, as pam_u2f has it "
			 "when its line says neither origin= nor appid=; "
			 "--origin names another.",
			 origin);
	return STATUS_OK;
}
