/* SPDX-License-Identifier: MIT */
/*
 * Where a login comes from, as the key that guess limits count by: an IPv4
 * address or IPv6 /64 ("ip:192.0.2.1", "ip:2001:db8::/64"), the physical
 * console ("console"), the real uid of a local person ("uid:1000"), or a host
 * name nobody can check ("name:...").
 */
#ifndef SESSION_SOURCE_H
#define SESSION_SOURCE_H

#include <netinet/in.h>

#include "base/request.h"
#include "store/store.h"

struct source {
	char key[STORE_SOURCE_SIZE];
	bool console;
	bool has_address;
	struct in6_addr address; /* IPv4 as v4-mapped */
};

/* For sshd (PAM_TTY "ssh") SSH_CONNECTION wins over PAM_RHOST, which may be a
 * DNS name.  A terminal's name counts only if it is a virtual console and
 * the real uid is 0. */
void source_of(const struct request *r, struct source *out);

#endif
