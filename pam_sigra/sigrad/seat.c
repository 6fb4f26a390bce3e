/* SPDX-License-Identifier: MIT */
#include "sigrad/seat.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

#define SEAT_FIRST "seat0" /* the one that has virtual consoles */
#define SEAT_MAJOR_TTY 4   /* /dev/tty1 to 63; ttyS0 is 64 */
#define SEAT_MAJOR_CONSOLE 5
#define SEAT_MINOR_CONSOLE 1

bool
seat_name_valid(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

	return len > 0 && name[len] == '\0' && len < IO_SEAT_SIZE;
}

static void
seat_place(struct io_place *out, enum io_where where, const char *seat,
	   const char *why)
{
	out->where = where;
	out->why = why;
	if (!text_copy(out->seat, sizeof(out->seat), seat))
		out->where = IO_UNKNOWN;
}

/* Programs that bring somebody here from elsewhere; the kernel cuts names at
 * 15 bytes. */
static bool
seat_carrier(const char *comm)
{
	static const char *const names[] = {
		"sshd",	      "sshd-session", "sshd-auth",	 "dropbear",
		"in.telnetd", "telnetd",      "in.rlogind",	 "rlogind",
		"in.rshd",    "rshd",	      "mosh-server",	 "etserver",
		"ttyd",	      "shellinaboxd", "Xtigervnc",	 "Xtightvnc",
		"x11vnc",     "x0vncserver",  "gnome-remote-de",
	};
	static const char *const beginnings[] = { "xrdp", "Xvnc", "cockpit-" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(comm, names[i]) == 0)
			return true;
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
		if (strncmp(comm, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	return false;
}

static bool
seat_carried(const struct seat_facts *f)
{
	for (size_t i = 0; i < f->processes; i++)
		if (seat_carrier(f->comm[i]))
			return true;
	return false;
}

/* A virtual console, which only who is here types at. */
static bool
seat_console(const struct seat_facts *f)
{
	if (f->major == SEAT_MAJOR_CONSOLE)
		return f->minor == SEAT_MINOR_CONSOLE;
	return f->major == SEAT_MAJOR_TTY && f->minor >= 1 && f->minor <= 63;
}

/*
 * A pseudo-terminal, or none at all: nobody knows who is at its other end.
 * A multiplexer that was started here may be attached to from anywhere, so
 * whoever is logged in from elsewhere, too, is there.
 */
static void
seat_of_session(const struct seat_facts *f, struct io_place *out)
{
	if (f->session && f->remote)
		seat_place(out, IO_REMOTE, "", "logind");
	else if (!f->session || !f->active || !seat_name_valid(f->seat))
		seat_place(out, IO_UNKNOWN, "", "logind");
	else if (f->user_remote && !seat_console(f))
		seat_place(out, IO_UNKNOWN, "", "remote-session");
	else
		seat_place(out, IO_LOCAL, f->seat, "logind");
}

/* Started by the manager of all of a user's sessions: from which of them? */
static void
seat_of_manager(const struct seat_facts *f, struct io_place *out)
{
	if (f->user_remote)
		seat_place(out, IO_UNKNOWN, "", "remote-session");
	else if (!seat_name_valid(f->user_seat))
		seat_place(out, IO_UNKNOWN, "", "logind");
	else
		seat_place(out, IO_LOCAL, f->user_seat, "logind");
}

/* ":0" or "tty7" is what a display manager calls the screen it shows on. */
static bool
seat_greeter(const struct seat_facts *f)
{
	const char *tty = f->tty;
	int64_t n;

	if (!f->root || f->major != 0 ||
	    strcmp(f->unit.slice, "system.slice") != 0 || !f->unit.service)
		return false;
	if (tty[0] == ':')
		return text_number(tty + 1, 0, 63, &n);
	if (strncmp(tty, "/dev/", 5) == 0)
		tty += 5;
	return strncmp(tty, "tty", 3) == 0 && text_number(tty + 3, 1, 63, &n);
}

void
seat_judge(const struct seat_facts *f, struct io_place *out)
{
	*out = (struct io_place){ .where = IO_UNKNOWN };
	if (f->rhost[0] != '\0')
		seat_place(out, IO_REMOTE, "", "rhost");
	else if (seat_carried(f))
		seat_place(out, IO_REMOTE, "", "ancestor");
	else if (!f->known)
		seat_place(out, IO_UNKNOWN, "", "process");
	else if (f->unit.session[0] != '\0')
		seat_of_session(f, out);
	else if (f->unit.manager)
		seat_of_manager(f, out);
	else if (seat_console(f))
		seat_place(out, IO_LOCAL, SEAT_FIRST, "console");
	else if (seat_greeter(f))
		seat_place(out, IO_LOCAL, SEAT_FIRST, "greeter");
	else
		seat_place(out, IO_UNKNOWN, "", "nothing");
}

/* The part of TEXT between HEAD and TAIL, when it has both. */
static bool
seat_between(const char *text, size_t len, const char *head, const char *tail,
	     char *out, size_t size)
{
	size_t before = strlen(head), behind = strlen(tail);

	if (len <= before + behind || len - before - behind >= size ||
	    memcmp(text, head, before) != 0 ||
	    memcmp(text + len - behind, tail, behind) != 0)
		return false;
	memcpy(out, text + before, len - before - behind);
	out[len - before - behind] = '\0';
	return true;
}

static void
seat_unit_name(const char *name, size_t len, struct seat_unit *out)
{
	char uid[16], other[SEAT_UNIT_SIZE];
	int64_t n;

	if (seat_between(name, len, "session-", ".scope", out->session,
			 sizeof(out->session)))
		return;
	if (seat_between(name, len, "user@", ".service", uid, sizeof(uid)) &&
	    text_number(uid, 0, UINT32_MAX - 1, &n)) {
		out->manager = true;
		out->uid = (uid_t)n;
		return;
	}
	out->service =
		seat_between(name, len, "", ".service", other, sizeof(other));
}

/* Slices, then the unit; what is below that is its own affair, and perhaps
 * its user's. */
static void
seat_unit_path(const char *path, size_t len, struct seat_unit *out)
{
	while (len > 0) {
		const char *end;
		char slice[SEAT_UNIT_SIZE];
		size_t part;

		if (*path == '/') {
			path++;
			len--;
			continue;
		}
		end = memchr(path, '/', len);
		part = end == NULL ? len : (size_t)(end - path);
		if (!seat_between(path, part, "", ".slice", slice,
				  sizeof(slice) - 8)) {
			seat_unit_name(path, part, out);
			return;
		}
		if (out->slice[0] == '\0') {
			memcpy(out->slice, path, part);
			out->slice[part] = '\0';
		}
		path += part;
		len -= part;
	}
}

void
seat_unit_parse(const char *text, struct seat_unit *out)
{
	static const char *const trees[] = { ":name=systemd:", "0::" };

	*out = (struct seat_unit){ .manager = false };
	for (size_t i = 0; i < 2 && out->slice[0] == '\0'; i++) {
		for (const char *line = text; *line != '\0';) {
			size_t len = strcspn(line, "\n");
			size_t digits = strspn(line, "0123456789");
			const char *tree = i == 0 ? line + digits : line;

			if (strncmp(tree, trees[i], strlen(trees[i])) == 0) {
				tree += strlen(trees[i]);
				seat_unit_path(tree,
					       len - (size_t)(tree - line),
					       out);
			}
			line += len;
			line += *line == '\n';
		}
	}
}
