/* SPDX-License-Identifier: MIT */
#include "post/address.h"

#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

/* RFC 6890 and its successors: where nobody of the world is. */
static const struct {
	uint8_t net[4];
	unsigned bits;
} address_special[] = {
	{ { 0, 0, 0, 0 }, 8 },	    { { 10, 0, 0, 0 }, 8 },
	{ { 100, 64, 0, 0 }, 10 },  { { 127, 0, 0, 0 }, 8 },
	{ { 169, 254, 0, 0 }, 16 }, { { 172, 16, 0, 0 }, 12 },
	{ { 192, 0, 0, 0 }, 24 },   { { 192, 0, 2, 0 }, 24 },
	{ { 192, 88, 99, 0 }, 24 }, { { 192, 168, 0, 0 }, 16 },
	{ { 198, 18, 0, 0 }, 15 },  { { 198, 51, 100, 0 }, 24 },
	{ { 203, 0, 113, 0 }, 24 }, { { 224, 0, 0, 0 }, 4 },
	{ { 240, 0, 0, 0 }, 4 },
};

static bool
address_within(const uint8_t *a, const uint8_t *net, unsigned bits)
{
	unsigned rest = bits % 8;

	if (memcmp(a, net, bits / 8) != 0)
		return false;
	return rest == 0 || (a[bits / 8] ^ net[bits / 8]) >> (8 - rest) == 0;
}

static bool
address_is_public_4(const uint8_t a[4])
{
	for (size_t i = 0;
	     i < sizeof(address_special) / sizeof(address_special[0]); i++)
		if (address_within(a, address_special[i].net,
				   address_special[i].bits))
			return false;
	return true;
}

static bool
address_is_public_6(const uint8_t a[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	static const uint8_t nat64[12] = { 0x00, 0x64, 0xff, 0x9b };
	static const uint8_t global[1] = { 0x20 };
	static const uint8_t six_to_four[2] = { 0x20, 0x02 };
	static const uint8_t protocol[3] = { 0x20, 0x01, 0x00 };
	static const uint8_t examples[4] = { 0x20, 0x01, 0x0d, 0xb8 };

	if (memcmp(a, mapped, sizeof(mapped)) == 0 ||
	    memcmp(a, nat64, sizeof(nat64)) == 0)
		return address_is_public_4(a + 12);
	if (memcmp(a, six_to_four, sizeof(six_to_four)) == 0)
		return address_is_public_4(a + 2);
	/* Teredo and its like, 2001::/23. */
	return address_within(a, global, 3) &&
	       !address_within(a, protocol, 23) &&
	       !address_within(a, examples, 32);
}

bool
address_is_public(const struct sockaddr *a, socklen_t len)
{
	struct sockaddr_in four;
	struct sockaddr_in6 six;

	if (a->sa_family == AF_INET && len >= sizeof(four)) {
		memcpy(&four, a, sizeof(four));
		return address_is_public_4((const uint8_t *)&four.sin_addr);
	}
	if (a->sa_family == AF_INET6 && len >= sizeof(six)) {
		memcpy(&six, a, sizeof(six));
		return address_is_public_6(six.sin6_addr.s6_addr);
	}
	return false;
}
