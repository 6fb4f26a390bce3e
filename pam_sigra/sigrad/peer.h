/* SPDX-License-Identifier: MIT */
/*
 * Who is at the other end, by the kernel's word alone.  Only root is believed
 * in what it says about a login; everybody else is believed in nothing but
 * the answers to prompts.
 */
#ifndef SIGRAD_PEER_H
#define SIGRAD_PEER_H

#include <sys/types.h>

#include "base/io.h"
#include "base/request.h"
#include "config/config.h"

#define PEER_GROUPS_MAX 64

enum peer_kind {
	PEER_SELF = 0, /* may be verified as itself, as service "self" */
	PEER_SERVICE,  /* named in sigra.conf: any user, its own service */
	PEER_KEYS,     /* named in sigra.conf: may ask for SSH keys of
			  anybody, and for nothing else */
	PEER_ROOT,     /* supplies facts */
};

struct peer {
	enum peer_kind kind;
	uid_t uid;
	pid_t pid;
	char name[USER_MAX + 1]; /* PEER_SELF: its login name */
	char service[65];	 /* PEER_SERVICE: what it serves */
	size_t groups;
	char group[PEER_GROUPS_MAX][33]; /* PEER_SELF: names of its groups */
};

/*
 * Ask the kernel about the peer of FD, and NSS about its name.  Must come
 * before the sandbox.  STATUS_DENIED: an unprivileged uid without a name.
 */
enum status peer_identify(int fd, const struct config *c, struct peer *out,
			  struct fault *f) MUST_USE;

/* May a peer of this kind ask for what WIRE_AUTHORIZED tells (KEYS), or for
 * anything else? */
bool peer_may(enum peer_kind kind, bool keys);

/* The uid alone, for admission. */
enum status peer_uid(int fd, uid_t *uid, struct fault *f) MUST_USE;

/* Is the peer's process in that group, by the list of supplementary ones,
 * which it cannot choose? */
bool peer_has_gid(int fd, gid_t gid);

/* Take from the request every fact that this peer is not believed in. */
void peer_constrain(const struct peer *p, struct request *r);

#endif
