/* SPDX-License-Identifier: MIT */
#include "factor/breach.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "crypto/crypto.h"

#define BREACH_HEX (2 * CRYPTO_SHA1_SIZE)
#define BREACH_DIGITS 19 /* of a count */
/* The longest line: hash, colon, count, and two bytes of an end. */
#define BREACH_LINE (BREACH_HEX + 1 + BREACH_DIGITS + 2)

#define BREACH_WAY_OUT                                                        \
	"password.breach_file of sigra.conf names it; sigractl policy "       \
	"passwords --breached no does without"

/* What is left of the list to look at. */
struct breach_walk {
	int fd;
	off_t low, high; /* LOW is where a line begins */
	char wanted[BREACH_HEX + 1];
	/* Of the lines around; empty: none was seen yet. */
	char below[BREACH_HEX + 1], above[BREACH_HEX + 1];
};

static void
breach_walk_wipe(struct breach_walk *w)
{
	crypto_wipe(w, sizeof(*w));
}

struct breach_line {
	off_t at, end;
	char hash[BREACH_HEX + 1];
};

void
breach_close(struct breach *b)
{
	if (b->state == BREACH_OPEN)
		(void)close(b->fd);
	b->state = BREACH_ABSENT;
}

static enum status
breach_open_file(const char *path, uid_t owner, int *out, struct fault *f)
{
	const struct file_trust trust = { .owner = owner,
					  .or_root = true,
					  .forbidden = 022 };
	AUTO_FD int dir = -1;
	char parent[4096];
	const char *name;
	enum status st;

	if ((st = file_split(path, parent, sizeof(parent), &name, f)) !=
		    STATUS_OK ||
	    (st = file_dir_open(parent, owner, 022, &dir, f)) != STATUS_OK)
		return st;
	return file_open(dir, name, &trust, out, f);
}

void
breach_open(struct breach *b, const char *path, uid_t owner)
{
	struct breach made = { .state = BREACH_OPEN, .fd = -1 };

	struct fault why;
	enum status st;

	if (strcmp(path, BREACH_NONE) == 0) {
		made.state = BREACH_ABSENT;
	} else if ((st = breach_open_file(path, owner, &made.fd, &why)) !=
		   STATUS_OK) {
		made.state = BREACH_BROKEN;
		status_ignore(fault(&made.why, st, "%s: %s", path, why.text),
			      "whoever looks into it is told");
	}
	*b = made;
}

void
breach_take(struct breach *b, int fd)
{
	*b = (struct breach){ .state = BREACH_OPEN, .fd = fd };
}

static enum status
breach_bad(const char *what, off_t at, struct fault *f)
{
	return fault(
		f, STATUS_UNAVAILABLE,
		"the list of breached passwords cannot be used: at byte "
		"%lld %s; fetch it again, ordered by hash (" BREACH_WAY_OUT
		")",
		(long long)at, what);
}

/* As much as there is, up to SIZE. */
static enum status
breach_read(int fd, char *out, size_t size, off_t at, size_t *len,
	    struct fault *f)
{
	size_t n = 0;

	while (n < size) {
		ssize_t got = pread(fd, out + n, size - n, at + (off_t)n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fault(f, STATUS_UNAVAILABLE,
				     "the list of breached passwords cannot "
				     "be read (" BREACH_WAY_OUT ")");
		if (got == 0)
			break;
		n += (size_t)got;
	}
	*len = n;
	return STATUS_OK;
}

/* The length of the line that TEXT begins with, without its end; false when it
 * has not the form of one.  *END: how long it is with its end. */
static bool
breach_form(const char *text, size_t len, size_t *end)
{
	size_t n = 0, digits;

	while (n < len && n < BREACH_HEX &&
	       ((text[n] >= '0' && text[n] <= '9') ||
		(text[n] >= 'A' && text[n] <= 'F')))
		n++;
	if (n != BREACH_HEX || n == len || text[n++] != ':')
		return false;
	for (digits = 0; n < len && text[n] >= '0' && text[n] <= '9'; n++)
		digits++;
	if (digits == 0 || digits > BREACH_DIGITS)
		return false;
	if (n < len && text[n] == '\r')
		n++;
	if (n < len && text[n++] != '\n')
		return false;
	*end = n;
	return true;
}

/* The first line that begins at MIDDLE or later; *OUT.at is w->high or more
 * when none does that is left to look at. */
static enum status
breach_line(const struct breach_walk *w, off_t middle, struct breach_line *out,
	    struct fault *f)
{
	char text[2 * BREACH_LINE];
	struct breach_line got = { .at = middle };
	const char *line = text, *before;
	size_t len = 0, rest;
	enum status st;

	if (middle > w->low)
		got.at--;
	st = breach_read(w->fd, text, sizeof(text), got.at, &len, f);
	if (st != STATUS_OK)
		return st;
	if (middle > w->low) {
		before = memchr(text, '\n',
				len < BREACH_LINE ? len : BREACH_LINE);
		if (before == NULL && len >= BREACH_LINE)
			return breach_bad("a line is too long", got.at, f);
		line = before == NULL ? text + len : before + 1;
		got.at += line - text;
	}
	rest = len - (size_t)(line - text);
	if (got.at < w->high) {
		if (!breach_form(line, rest, &len))
			return breach_bad("there is no hash, colon and count",
					  got.at, f);
		memcpy(got.hash, line, BREACH_HEX);
		got.end = got.at + (off_t)len;
	}
	*out = got;
	return STATUS_OK;
}

/* A list that is not in order would hide what is in it. */
static bool
breach_ordered(const struct breach_walk *w, const char *hash)
{
	return (w->below[0] == '\0' || strcmp(w->below, hash) < 0) &&
	       (w->above[0] == '\0' || strcmp(hash, w->above) < 0);
}

static enum status
breach_step(struct breach_walk *w, bool *found, struct fault *f)
{
	off_t middle = w->low + (w->high - w->low) / 2;
	struct breach_line line = { .at = 0 };
	enum status st = breach_line(w, middle, &line, f);
	int order;

	if (st != STATUS_OK)
		return st;
	if (line.at >= w->high) {
		w->high = middle;
		return STATUS_OK;
	}
	if (!breach_ordered(w, line.hash))
		return breach_bad("it is not in order", line.at, f);
	order = strcmp(w->wanted, line.hash);
	*found = order == 0;
	if (order < 0) {
		w->high = middle;
		memcpy(w->above, line.hash, sizeof(w->above));
	} else {
		w->low = line.end;
		memcpy(w->below, line.hash, sizeof(w->below));
	}
	return STATUS_OK;
}

static void
breach_wanted(const struct secret *password, char out[BREACH_HEX + 1])
{
	uint8_t sha1[CRYPTO_SHA1_SIZE];

	crypto_secret_sha1(password, sha1);
	text_hex(sha1, sizeof(sha1), out);
	crypto_wipe(sha1, sizeof(sha1));
	for (size_t i = 0; i < BREACH_HEX; i++)
		if (out[i] >= 'a')
			out[i] = (char)(out[i] - 'a' + 'A');
}

enum status
breach_find(const struct breach *b, const struct secret *password, bool *found,
	    struct fault *f)
{
	__attribute__((cleanup(
		breach_walk_wipe))) struct breach_walk w = { .low = 0 };
	bool hit = false;
	enum status st = STATUS_OK;
	struct stat sb;

	if (b == NULL || b->state == BREACH_ABSENT) {
		*found = false;
		return STATUS_OK;
	}
	if (b->state == BREACH_BROKEN)
		return fault(f, STATUS_UNAVAILABLE,
			     "the list of breached passwords cannot be used: "
			     "%s (" BREACH_WAY_OUT ")",
			     b->why.text);
	if (fstat(b->fd, &sb) != 0 || sb.st_size <= 0)
		return breach_bad("it is empty", 0, f);
	w.fd = b->fd;
	w.high = sb.st_size;
	breach_wanted(password, w.wanted);
	while (st == STATUS_OK && !hit && w.low < w.high)
		st = breach_step(&w, &hit, f);
	if (st == STATUS_OK)
		*found = hit;
	return st;
}

enum status
breach_refuse(const struct breach *b, const struct secret *password,
	      struct fault *f)
{
	bool found = false;
	enum status st = breach_find(b, password, &found, f);

	if (st == STATUS_OK && found)
		return fault(f, STATUS_REFUSED,
			     "the password is known from a breach somewhere "
			     "else: others will try it");
	return st;
}
