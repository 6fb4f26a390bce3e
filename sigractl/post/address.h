/* SPDX-License-Identifier: MIT */
/* Is an address everybody's, or of a network behind some door? */
#ifndef POST_ADDRESS_H
#define POST_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* Only what is routed everywhere is public: not loopback, private networks,
 * link-local, shared (CGNAT), multicast, reserved, nor any of those inside an
 * IPv6 address.  What is neither IPv4 nor IPv6 is not public either. */
bool address_is_public(const struct sockaddr *a, socklen_t len);

#endif
