/* SPDX-License-Identifier: MIT */
/* The configuration, the installed programs, and the verifier's socket. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/file.h"
#include "base/text.h"
#include "sigractl/doctor.h"
#include "sigractl/ground.h"

void
doctor_config(struct doctor *d)
{
	const char *path = d->c->config_path;
	struct fault why = { .text = "" };
	enum status st = ground_config(d->c, &why);

	d->config = st == STATUS_OK;
	if (path == NULL)
		path = SIGRA_CONFIG;
	if (!d->config)
		doctor_say(d, DOCTOR_ERROR, "config",
			   "repair the file, see sigra.conf(5); on a new host "
			   "run sigractl init. Until then every login that "
			   "meets Sigra is denied.",
			   "%s", why.text);
	else if (ground_is_trial(d->c))
		doctor_say(d, DOCTOR_OK, "config", "",
			   "a trial: every option has its default");
	else
		doctor_say(d, DOCTOR_OK, "config", "", "%s is sound", path);
}

bool
doctor_installed(struct doctor *d, const char *id, const char *path)
{
	struct stat sb;

	if (stat(path, &sb) != 0)
		return false;
	if (!S_ISREG(sb.st_mode) || sb.st_uid != 0 || (sb.st_mode & 0022) != 0)
		doctor_say(d, DOCTOR_ERROR, id,
			   "chown root and chmod go-w; it runs as root",
			   "%s belongs to uid %u and has mode %04o", path,
			   sb.st_uid, sb.st_mode & 07777);
	else
		doctor_say(d, DOCTOR_OK, id, "", "%s is installed", path);
	return true;
}

static void
doctor_verifier_version(struct doctor *d)
{
	char *const argv[] = { (char[]){ SIGRA_VERIFIER },
			       (char[]){ "--version" }, NULL };
	char said[128];
	bool ran = doctor_run(argv, said, sizeof(said));

	said[strcspn(said, "\n")] = '\0';
	if (!ran)
		doctor_say(d, DOCTOR_ERROR, "verifier-version",
			   "install it again", "%s does not run: %s",
			   SIGRA_VERIFIER, said);
	else if (strcmp(said, "sigrad " SIGRA_VERSION) != 0)
		doctor_say(d, DOCTOR_ERROR, "verifier-version",
			   "install module, verifier and sigractl of one "
			   "release",
			   "%s is '%s', and this is sigractl " SIGRA_VERSION,
			   SIGRA_VERIFIER, said);
	else
		doctor_say(d, DOCTOR_OK, "verifier-version", "", "%s", said);
}

void
doctor_programs(struct doctor *d)
{
	d->module = doctor_installed(d, "module", SIGRA_MODULE);
	d->verifier = doctor_installed(d, "verifier", SIGRA_VERIFIER);
	if (d->verifier)
		doctor_verifier_version(d);
}

/* A part that is missing is bad once a stack of this host wants it. */
void
doctor_programs_needed(struct doctor *d)
{
	enum doctor_severity severity = DOCTOR_WARNING;

	for (size_t i = 0; d->pam_dir == NULL && i < d->service_count; i++)
		if (d->services[i].stack != NULL && !d->services[i].included)
			severity = DOCTOR_ERROR;
	if (!d->module)
		doctor_say(d, severity, "module",
			   "install Sigra: ninja -C build install",
			   "%s is not there", SIGRA_MODULE);
	if (!d->verifier)
		doctor_say(d, severity, "verifier",
			   "install Sigra: ninja -C build install",
			   "%s is not there", SIGRA_VERIFIER);
}

static int
doctor_connect(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd;

	if (!text_copy(to.sun_path, sizeof(to.sun_path), path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

/* Whoever can write there could put a socket of their own. */
static bool
doctor_socket_dir(struct doctor *d, const char *path)
{
	struct fault why = { .text = "" };
	char dir[PATH_MAX];
	const char *name;
	AUTO_FD int fd = -1;

	if (file_split(path, dir, sizeof(dir), &name, &why) == STATUS_OK &&
	    file_dir_open(dir, 0, 0022, &fd, &why) == STATUS_OK)
		return true;
	doctor_say(d, DOCTOR_ERROR, "socket-directory",
		   "give the directory to root and chmod go-w it; "
		   "the module does not trust the socket until then",
		   "%s", why.text);
	return false;
}

/* Who called listen(): root, or the owner of the store. */
static void
doctor_socket_peer(struct doctor *d, int fd, const char *path)
{
	struct ucred peer = { .uid = (uid_t)-1 };
	socklen_t len = sizeof(peer);
	struct fault why = { .text = "" };
	uid_t owner = 0;
	gid_t group;

	(void)getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len);
	if (d->config)
		status_ignore(store_owner(d->c->config.store_where, &owner,
					  &group, &why),
			      "without a store only root is right");
	if (peer.uid == 0 || peer.uid == owner)
		doctor_say(d, DOCTOR_OK, "socket", "", "%s answers", path);
	else
		doctor_say(d, DOCTOR_ERROR, "socket-owner",
			   "find out whose process listens there, and end it",
			   "%s is served by uid %u, neither root nor the "
			   "owner of the store",
			   path, peer.uid);
}

void
doctor_socket(struct doctor *d)
{
	const char *path = d->c->config.verifier_socket;
	AUTO_FD int fd = -1;
	struct stat sb;

	if (!d->config || ground_is_trial(d->c))
		return;
	if (lstat(path, &sb) != 0) {
		doctor_say(d, DOCTOR_WARNING, "socket",
			   "start sigrad, see sigrad(8), if programs without "
			   "privilege shall ask Sigra",
			   "no daemon at %s: root logins start their own "
			   "verifier, all others are denied",
			   path);
		return;
	}
	if (!doctor_socket_dir(d, path))
		return;
	fd = doctor_connect(path);
	if (fd >= 0)
		doctor_socket_peer(d, fd, path);
	else
		doctor_say(d, errno == EAGAIN ? DOCTOR_WARNING : DOCTOR_ERROR,
			   "socket-connect",
			   "start sigrad anew; root logins start their own "
			   "verifier meanwhile",
			   "nobody takes connections at %s: %s", path,
			   strerror(errno));
}
