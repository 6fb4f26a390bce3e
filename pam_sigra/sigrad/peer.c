/* SPDX-License-Identifier: MIT */
#include "sigrad/peer.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/auto.h"
#include "base/text.h"

#define PEER_GIDS_MAX 65536

static enum status
peer_credentials(int fd, struct ucred *out, struct fault *f)
{
	socklen_t len = sizeof(*out);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, out, &len) != 0)
		return fault_errno(f, errno, "cannot learn who the peer is");
	return STATUS_OK;
}

enum status
peer_uid(int fd, uid_t *uid, struct fault *f)
{
	struct ucred cred;
	enum status st = peer_credentials(fd, &cred, f);

	if (st == STATUS_OK)
		*uid = cred.uid;
	return st;
}

bool
peer_has_gid(int fd, gid_t gid)
{
	AUTO_FREE gid_t *gids = calloc(PEER_GIDS_MAX, sizeof(*gids));
	socklen_t len = PEER_GIDS_MAX * sizeof(*gids);

	if (gids == NULL ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, gids, &len) != 0)
		return false;
	for (size_t i = 0; i < len / sizeof(*gids); i++)
		if (gids[i] == gid)
			return true;
	return false;
}

static bool
peer_in_group(int fd, const char *name)
{
	const struct group *gr = getgrnam(name);

	return gr != NULL && peer_has_gid(fd, gr->gr_gid);
}

/* "postgres:postgresql,exim:smtp": the service that NAME is pinned to. */
static bool
peer_pin(const char *pins, const char *name, char *service, size_t size)
{
	size_t want = strlen(name);

	while (*pins != '\0') {
		size_t len = strcspn(pins, ","), head = strcspn(pins, ":,");

		if (head == want && head < len &&
		    memcmp(pins, name, want) == 0 && len - head - 1 < size) {
			memcpy(service, pins + head + 1, len - head - 1);
			service[len - head - 1] = '\0';
			return service[0] != '\0';
		}
		pins += len;
		pins += *pins == ',';
	}
	return false;
}

static enum status
peer_groups(const struct passwd *pw, struct peer *p, struct fault *f)
{
	AUTO_FREE gid_t *gids = calloc(PEER_GIDS_MAX, sizeof(*gids));
	int n = PEER_GIDS_MAX;

	if (gids == NULL ||
	    getgrouplist(pw->pw_name, pw->pw_gid, gids, &n) < 0)
		return fault(f, STATUS_UNAVAILABLE,
			     "cannot list the peer's groups");
	for (int i = 0; i < n && p->groups < PEER_GROUPS_MAX; i++) {
		const struct group *gr = getgrgid(gids[i]);

		if (gr != NULL && text_copy(p->group[p->groups],
					    sizeof(p->group[0]), gr->gr_name))
			p->groups++;
	}
	return STATUS_OK;
}

enum status
peer_identify(int fd, const struct config *c, struct peer *out,
	      struct fault *f)
{
	const struct passwd *pw;
	struct ucred cred;
	enum status st = peer_credentials(fd, &cred, f);

	if (st != STATUS_OK)
		return st;
	*out = (struct peer){ .uid = cred.uid, .pid = cred.pid };
	if (cred.uid == 0) {
		out->kind = PEER_ROOT;
		return STATUS_OK;
	}
	pw = getpwuid(cred.uid);
	if (pw == NULL ||
	    !text_copy(out->name, sizeof(out->name), pw->pw_name))
		return fault(f, STATUS_DENIED,
			     "peer is uid %u, whom this system does not know",
			     cred.uid);
	/* Before pins and groups: it is nothing beside. */
	if (strcmp(out->name, c->service_keys) == 0) {
		out->kind = PEER_KEYS;
		return STATUS_OK;
	}
	if (peer_pin(c->service_pins, out->name, out->service,
		     sizeof(out->service)) &&
	    peer_in_group(fd, c->service_group)) {
		out->kind = PEER_SERVICE;
		return STATUS_OK;
	}
	return peer_groups(pw, out, f);
}

bool
peer_may(enum peer_kind kind, bool keys)
{
	return keys ? kind == PEER_KEYS || kind == PEER_ROOT
		    : kind != PEER_KEYS;
}

void
peer_constrain(const struct peer *p, struct request *r)
{
	struct request said = *r;

	if (p->kind == PEER_ROOT)
		return;
	*r = (struct request){ .phase = said.phase,
			       .flags = said.flags & ~(uint32_t)REQUEST_PERSON,
			       .ruid = p->uid,
			       .pid = p->pid };
	(void)text_copy(r->user, sizeof(r->user), said.user);
	(void)text_copy(r->service, sizeof(r->service),
			p->kind == PEER_SERVICE ? p->service : "self");
}
