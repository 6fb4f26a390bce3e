/* SPDX-License-Identifier: MIT */
#include "base/network.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define NETWORK_MAPPED_BITS 96U /* the prefix of ::ffff:0:0/96 */
#define NETWORK_ZONE_MAX 64U

static void
network_map(const struct in_addr *v4, struct in6_addr *out)
{
	*out = (struct in6_addr){ .s6_addr = { 0 } };
	out->s6_addr[10] = 0xff;
	out->s6_addr[11] = 0xff;
	memcpy(out->s6_addr + 12, v4, sizeof(*v4));
}

/* An address alone; *V4: it was written as IPv4. */
static bool
network_plain(const char *s, struct in6_addr *out, bool *v4)
{
	struct in6_addr six;
	struct in_addr four;

	if (inet_pton(AF_INET, s, &four) == 1) {
		network_map(&four, out);
		*v4 = true;
		return true;
	}
	if (inet_pton(AF_INET6, s, &six) != 1)
		return false;
	*out = six;
	*v4 = false;
	return true;
}

/* What an interface may be called, or its number. */
static bool
network_zone_valid(const char *zone)
{
	size_t len = strspn(zone, "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789._-:@");

	return len > 0 && len <= NETWORK_ZONE_MAX && zone[len] == '\0';
}

bool
network_address_parse(const char *s, struct in6_addr *out)
{
	const char *zone = s == NULL ? NULL : strchr(s, '%');
	char plain[INET6_ADDRSTRLEN];
	struct in6_addr address;
	size_t len;
	bool v4;

	if (s == NULL)
		return false;
	len = zone != NULL ? (size_t)(zone - s) : strlen(s);
	if (len >= sizeof(plain))
		return false;
	memcpy(plain, s, len);
	plain[len] = '\0';
	if (!network_plain(plain, &address, &v4))
		return false;
	/* A zone tells interfaces apart, which only IPv6 needs. */
	if (zone != NULL && (v4 || !network_zone_valid(zone + 1)))
		return false;
	*out = address;
	return true;
}

static void
network_mask(struct in6_addr *a, unsigned prefix)
{
	for (unsigned i = 0; i < 16; i++) {
		unsigned bits = prefix > 8 * i ? prefix - 8 * i : 0;

		if (bits < 8)
			a->s6_addr[i] &= (uint8_t)(0xff00U >> bits);
	}
}

bool
network_parse(const char *s, struct network *out)
{
	const char *slash = strchr(s, '/');
	char plain[INET6_ADDRSTRLEN];
	struct network n;
	int64_t prefix;
	size_t len;
	bool v4;

	len = slash != NULL ? (size_t)(slash - s) : strlen(s);
	if (len >= sizeof(plain))
		return false;
	memcpy(plain, s, len);
	plain[len] = '\0';
	if (!network_plain(plain, &n.address, &v4))
		return false;
	prefix = v4 ? 32 : 128;
	if (slash != NULL && !text_number(slash + 1, 0, prefix, &prefix))
		return false;
	n.prefix = (unsigned)prefix + (v4 ? NETWORK_MAPPED_BITS : 0);
	network_mask(&n.address, n.prefix);
	*out = n;
	return true;
}

bool
network_holds(const struct network *n, const struct in6_addr *a)
{
	struct in6_addr masked = *a;

	/* ::/0 is all of IPv6, as everywhere, and not the mapped IPv4. */
	if (n->prefix < NETWORK_MAPPED_BITS && IN6_IS_ADDR_V4MAPPED(a))
		return false;
	network_mask(&masked, n->prefix);
	return memcmp(&masked, &n->address, sizeof(masked)) == 0;
}

void
network_format(const struct network *n, char out[NETWORK_TEXT_SIZE])
{
	char text[INET6_ADDRSTRLEN] = "";
	bool v4 = n->prefix >= NETWORK_MAPPED_BITS &&
		  IN6_IS_ADDR_V4MAPPED(&n->address);

	(void)inet_ntop(v4 ? AF_INET : AF_INET6,
			v4 ? (const void *)&n->address.s6_addr[12]
			   : (const void *)&n->address,
			text, sizeof(text));
	(void)snprintf(out, NETWORK_TEXT_SIZE, "%s/%u", text,
		       n->prefix - (v4 ? NETWORK_MAPPED_BITS : 0));
}
