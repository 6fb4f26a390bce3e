/* SPDX-License-Identifier: MIT */
#include "session/source.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/buf.h"
#include "base/network.h"
#include "base/text.h"
#include "rule/rule.h"

/* IPv4 counts by address, IPv6 by /64: a subscriber owns at least that. */
static void
source_from_address(const struct in6_addr *address, struct source *out)
{
	char text[INET6_ADDRSTRLEN] = "";
	struct in6_addr net = *address;
	struct buf b;

	out->has_address = true;
	out->address = *address;
	buf_start(&b, out->key, sizeof(out->key));
	if (IN6_IS_ADDR_V4MAPPED(address)) {
		(void)inet_ntop(AF_INET, &address->s6_addr[12], text,
				sizeof(text));
		buf_printf(&b, "ip:%s", text);
		return;
	}
	memset(&net.s6_addr[8], 0, 8);
	(void)inet_ntop(AF_INET6, &net, text, sizeof(text));
	buf_printf(&b, "ip:%s/64", text);
}

/* A name nobody can check: a bucket of its own, cut to the key's size. */
static void
source_from_name(const char *name, struct source *out)
{
	char safe[STORE_SOURCE_SIZE - 8];
	struct buf b;

	text_encode(name, strlen(name), safe, sizeof(safe));
	buf_start(&b, out->key, sizeof(out->key));
	buf_printf(&b, "name:%s", safe);
}

/* The client's address is the first word of SSH_CONNECTION. */
static bool
source_ssh_address(const struct request *r, struct in6_addr *out)
{
	char word[INET6_ADDRSTRLEN + 32];
	size_t len = strcspn(r->ssh_connection, " ");

	if (strcmp(r->tty, "ssh") != 0 || len == 0 || len >= sizeof(word))
		return false;
	memcpy(word, r->ssh_connection, len);
	word[len] = '\0';
	return network_address_parse(word, out);
}

/* "tty1" or "/dev/tty1": a virtual console, which only a person at the
 * machine can have. */
static bool
source_is_console(const char *tty)
{
	int64_t n;

	if (strncmp(tty, "/dev/", 5) == 0)
		tty += 5;
	return strncmp(tty, "tty", 3) == 0 && text_number(tty + 3, 1, 63, &n);
}

void
source_of(const struct request *r, struct source *out)
{
	struct in6_addr address;
	struct buf b;

	*out = (struct source){ .console = false };
	if (source_ssh_address(r, &address) ||
	    network_address_parse(r->rhost, &address)) {
		source_from_address(&address, out);
		return;
	}
	if (r->rhost[0] != '\0') {
		source_from_name(r->rhost, out);
		return;
	}
	buf_start(&b, out->key, sizeof(out->key));
	if (r->ruid == 0 && source_is_console(r->tty)) {
		out->console = true;
		buf_text(&b, "console");
		return;
	}
	buf_printf(&b, "uid:%u", r->ruid);
}
