/* SPDX-License-Identifier: MIT */
#include "module/caller.h"

#include <errno.h>
#include <grp.h>
#include <langinfo.h>
#include <pwd.h>
#include <string.h>

#include "base/auto.h"
#include "base/io.h"
#include "base/text.h"
#include "module/device.h"
#include "module/process.h"
#include "wire/wire.h"

#define CALLER_ENTRY_MAX (1 << 20) /* bytes of one passwd or group entry */
#define CALLER_NOBODY 65534	   /* the kernel's overflow uid */
#define CALLER_PERSON_MIN 1000	   /* UID_MIN of Debian's login.defs */
#define CALLER_GROUPS_MAX 65536	   /* what the kernel allows a process */

static enum status
caller_item(const pam_handle_t *pamh, int item, const char *name, char *out,
	    size_t size, struct fault *f)
{
	const void *value = NULL;

	if (pam_get_item(pamh, item, &value) != PAM_SUCCESS)
		return fault(f, STATUS_SYSTEM, "cannot read %s", name);
	if (!text_copy(out, size, value))
		return fault(f, STATUS_INVALID, "%s is longer than %zu bytes",
			     name, size - 1);
	return STATUS_OK;
}

static enum status
caller_user(pam_handle_t *pamh, struct request *r, struct fault *f)
{
	const char *user = NULL;

	/* login(1) may leave it to the stack to ask for the name. */
	if (r->phase == PHASE_AUTH &&
	    pam_get_user(pamh, &user, NULL) != PAM_SUCCESS)
		return fault(f, STATUS_CANCELLED, "no user name was given");
	return caller_item(pamh, PAM_USER, "PAM_USER", r->user,
			   sizeof(r->user), f);
}

static enum status
caller_items(pam_handle_t *pamh, struct request *r, struct fault *f)
{
	enum status st;

	if ((st = caller_user(pamh, r, f)) != STATUS_OK)
		return st;
	if (r->user[0] == '\0')
		return fault(f, STATUS_CANCELLED, "PAM_USER is empty");
	st = caller_item(pamh, PAM_SERVICE, "PAM_SERVICE", r->service,
			 sizeof(r->service), f);
	if (st != STATUS_OK)
		return st;
	st = caller_item(pamh, PAM_TTY, "PAM_TTY", r->tty, sizeof(r->tty), f);
	if (st != STATUS_OK)
		return st;
	st = caller_item(pamh, PAM_RHOST, "PAM_RHOST", r->rhost,
			 sizeof(r->rhost), f);
	if (st != STATUS_OK)
		return st;
	return caller_item(pamh, PAM_RUSER, "PAM_RUSER", r->ruser,
			   sizeof(r->ruser), f);
}

static enum status
caller_ssh(pam_handle_t *pamh, struct request *r, struct fault *f)
{
	if (!text_copy(r->ssh_connection, sizeof(r->ssh_connection),
		       pam_getenv(pamh, "SSH_CONNECTION")))
		return fault(f, STATUS_INVALID, "SSH_CONNECTION is too long");
	/*
	 * What does not fit (the public half of a very large RSA key) proves
	 * nothing, and proving less never lets more people in.
	 */
	if (!text_copy(r->ssh_auth_info, sizeof(r->ssh_auth_info),
		       pam_getenv(pamh, "SSH_AUTH_INFO_0")))
		r->ssh_auth_info[0] = '\0';
	return STATUS_OK;
}

/* Do these answers of getpwnam_r() and getgrnam_r() mean "no such entry"? */
static bool
caller_absent(int err)
{
	return err == 0 || err == ENOENT || err == ESRCH;
}

/* Uid and primary group; *FOUND false when there is no such user. */
static enum status
caller_passwd(const char *user, bool *found, uid_t *uid, gid_t *gid,
	      struct fault *f)
{
	for (size_t size = 4096; size <= CALLER_ENTRY_MAX; size *= 4) {
		AUTO_FREE char *room = malloc(size);
		struct passwd pw, *got = NULL;
		int err;

		if (room == NULL)
			return fault_errno(f, ENOMEM, "cannot look up a user");
		err = getpwnam_r(user, &pw, room, size, &got);
		if (err == ERANGE)
			continue;
		if (got == NULL && !caller_absent(err))
			return fault_errno(f, err, "cannot look up a user");
		*found = got != NULL;
		if (got != NULL) {
			*uid = got->pw_uid;
			*gid = got->pw_gid;
		}
		return STATUS_OK;
	}
	return fault(f, STATUS_SYSTEM, "entry of a user is too long");
}

static enum status
caller_group(const char *name, bool *found, gid_t *gid, struct fault *f)
{
	for (size_t size = 4096; size <= CALLER_ENTRY_MAX; size *= 4) {
		AUTO_FREE char *room = malloc(size);
		struct group gr, *got = NULL;
		int err;

		if (room == NULL)
			return fault_errno(f, ENOMEM,
					   "cannot look up a group");
		err = getgrnam_r(name, &gr, room, size, &got);
		if (err == ERANGE)
			continue;
		if (got == NULL && !caller_absent(err))
			return fault_errno(f, err, "cannot look up group '%s'",
					   name);
		*found = got != NULL;
		if (got != NULL)
			*gid = got->gr_gid;
		return STATUS_OK;
	}
	return fault(f, STATUS_SYSTEM, "entry of group '%s' is too long",
		     name);
}

/* The person behind the host process: who started it, or asked it to act. */
static uid_t
caller_ruid(const struct request *r)
{
	uid_t uid = getuid();
	bool found = false;
	gid_t gid;

	/* With a remote host, PAM_RUSER is a name on that host. */
	if (uid != 0 || r->rhost[0] != '\0' || r->ruser[0] == '\0')
		return uid;
	/* Somebody is named: nobody we know, perhaps, but never root. */
	if (caller_passwd(r->ruser, &found, &uid, &gid, NULL) != STATUS_OK ||
	    !found)
		return CALLER_NOBODY;
	return uid;
}

/* Where nobody can say, there is none. */
static bool
caller_person(const char *user)
{
	bool found = false;
	uid_t uid = 0;
	gid_t gid;

	return caller_passwd(user, &found, &uid, &gid, NULL) == STATUS_OK &&
	       found && uid >= CALLER_PERSON_MIN && uid != CALLER_NOBODY;
}

static uint32_t
caller_flags(int flags)
{
	unsigned given = (unsigned)flags;
	uint32_t out = 0;

	if ((given & PAM_SILENT) != 0)
		out |= REQUEST_SILENT;
	if ((given & PAM_DISALLOW_NULL_AUTHTOK) != 0)
		out |= REQUEST_DISALLOW_NULL;
	if ((given & PAM_CHANGE_EXPIRED_AUTHTOK) != 0)
		out |= REQUEST_CHANGE_EXPIRED;
	return out;
}

/*
 * sshd hands prompts to a terminal at the other end, whatever its own locale.
 * Any other host shows them itself, by the one it has set.
 */
static bool
caller_reads_utf8(const struct request *r)
{
	return strcmp(r->tty, "ssh") == 0 ||
	       strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* Not of a server, whose environment is that of whoever started it, and never
 * root's: an agent is somebody's, who runs the host. */
static bool
caller_has_agent(const struct request *r)
{
	char path[DEVICE_SOCKET_SIZE];

	return r->phase == PHASE_AUTH && strcmp(r->tty, "ssh") != 0 &&
	       r->rhost[0] == '\0' && getuid() != 0 && r->ruid == getuid() &&
	       device_agent(path);
}

/* What pam_systemd has left; a name that logind would not give is none. */
static void
caller_logind(pam_handle_t *pamh, struct request *r)
{
	if (!text_copy(r->logind, sizeof(r->logind),
		       pam_getenv(pamh, "XDG_SESSION_ID")) ||
	    !wire_logind_valid(r->logind, sizeof(r->logind)))
		r->logind[0] = '\0';
}

enum status
caller_request(pam_handle_t *pamh, enum request_phase phase, int flags,
	       struct request *out, struct fault *f)
{
	struct request r = { .phase = phase, .flags = caller_flags(flags) };
	enum status st;

	if ((st = caller_items(pamh, &r, f)) != STATUS_OK)
		return st;
	if ((st = caller_ssh(pamh, &r, f)) != STATUS_OK)
		return st;
	if (phase == PHASE_SESSION_OPEN)
		caller_logind(pamh, &r);
	r.ruid = caller_ruid(&r);
	process_facts(&r);
	if (!caller_reads_utf8(&r))
		r.flags |= REQUEST_ASCII;
	if (caller_has_agent(&r))
		r.flags |= REQUEST_AGENT;
	if (phase == PHASE_AUTH && caller_person(r.user))
		r.flags |= REQUEST_PERSON;
	*out = r;
	return STATUS_OK;
}

bool
caller_user_is(const pam_handle_t *pamh, const char *user)
{
	const void *now = NULL;

	return pam_get_item(pamh, PAM_USER, &now) == PAM_SUCCESS &&
	       now != NULL && strcmp(now, user) == 0;
}

void
caller_login(pam_handle_t *pamh, struct id *out)
{
	if (!text_copy(out->s, sizeof(out->s),
		       pam_getenv(pamh, CALLER_LOGIN)) ||
	    !wire_id_valid(out))
		*out = (struct id){ .s = "" };
}

/* The groups of a user, in LIST of *N; the caller frees it. */
static enum status
caller_groups(const char *user, gid_t gid, gid_t **list, int *n,
	      struct fault *f)
{
	for (int room = 64; room <= CALLER_GROUPS_MAX; room *= 4) {
		AUTO_FREE gid_t *gids = calloc((size_t)room, sizeof(*gids));
		int got = room;

		if (gids == NULL)
			return fault_errno(f, ENOMEM, "cannot list groups");
		if (getgrouplist(user, gid, gids, &got) < 0)
			continue;
		*list = steal(&gids);
		*n = got;
		return STATUS_OK;
	}
	return fault(f, STATUS_SYSTEM, "user is in more than %d groups",
		     CALLER_GROUPS_MAX);
}

enum status
caller_groups_of(uid_t uid, gid_t *gid, gid_t **list, int *n, struct fault *f)
{
	for (size_t size = 4096; size <= CALLER_ENTRY_MAX; size *= 4) {
		AUTO_FREE char *room = malloc(size);
		struct passwd pw, *got = NULL;
		int err;

		if (room == NULL)
			return fault_errno(f, ENOMEM, "cannot look up a user");
		err = getpwuid_r(uid, &pw, room, size, &got);
		if (err == ERANGE)
			continue;
		if (got == NULL)
			return fault(f, STATUS_UNAVAILABLE,
				     "uid %u is not to be found", uid);
		*gid = got->pw_gid;
		return caller_groups(got->pw_name, got->pw_gid, list, n, f);
	}
	return fault(f, STATUS_SYSTEM, "entry of a user is too long");
}

enum status
caller_member(const char *user, const char *const *names, size_t n,
	      uint32_t *mask, struct fault *f)
{
	AUTO_FREE gid_t *gids = NULL;
	bool found = false;
	uint32_t in = 0;
	enum status st;
	int count = 0;
	uid_t uid;
	gid_t gid;

	st = caller_passwd(user, &found, &uid, &gid, f);
	if (st == STATUS_OK && found)
		st = caller_groups(user, gid, &gids, &count, f);
	if (st != STATUS_OK)
		return st;
	for (size_t i = 0; i < n && count > 0; i++) {
		if ((st = caller_group(names[i], &found, &gid, f)) !=
		    STATUS_OK)
			return st;
		/* A rule names it: without its directory, who knows? */
		if (!found)
			return fault(f, STATUS_UNAVAILABLE,
				     "group '%s' of a policy rule is not to "
				     "be found",
				     names[i]);
		for (int k = 0; k < count; k++) {
			if (gids[k] == gid)
				in |= UINT32_C(1) << i;
		}
	}
	*mask = in;
	return STATUS_OK;
}

bool
caller_known(const char *user)
{
	bool found = false;
	uid_t uid;
	gid_t gid;

	return caller_passwd(user, &found, &uid, &gid, NULL) == STATUS_OK &&
	       found;
}
