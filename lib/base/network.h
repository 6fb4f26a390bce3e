/* SPDX-License-Identifier: MIT */
/* Addresses and networks as text, without DNS. */
#ifndef BASE_NETWORK_H
#define BASE_NETWORK_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

struct network {
	struct in6_addr address; /* IPv4 as v4-mapped; no bits beyond prefix */
	unsigned prefix;	 /* 0..128 */
};

/* An address alone, an IPv6 one also with the zone it is of ("fe80::1%eth0").
 * S NULL is none. */
bool network_address_parse(const char *s, struct in6_addr *out);

/*
 * "10.0.0.0/8", "fd00::/8", or an address alone.  A network of IPv6 that is
 * wider than the mapped block (::ffff:0:0/96) holds no IPv4.
 */
bool network_parse(const char *s, struct network *out);
bool network_holds(const struct network *n, const struct in6_addr *a);

/* The one way to write it, with its prefix, as network_parse() reads it. */
#define NETWORK_TEXT_SIZE 64
void network_format(const struct network *n, char out[NETWORK_TEXT_SIZE]);

#endif
