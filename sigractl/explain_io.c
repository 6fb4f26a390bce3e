/* SPDX-License-Identifier: MIT */
#include "sigractl/explain_io.h"

#include <grp.h>
#include <pwd.h>

#define EXPLAIN_GROUPS_MAX 1024

static enum status
explain_ask(struct io *io, const struct prompt *p, struct secret *answer,
	    struct fault *f)
{
	(void)io;
	(void)p;
	(void)answer;
	return fault(f, STATUS_CANCELLED, "nobody is asked");
}

static enum status
explain_tell(struct io *io, const struct prompt *p, struct fault *f)
{
	(void)io;
	(void)p;
	(void)f;
	return STATUS_OK;
}

static bool
explain_in_group(const gid_t *gids, int n, const char *name)
{
	const struct group *g = getgrnam(name);

	for (int i = 0; g != NULL && i < n; i++)
		if (gids[i] == g->gr_gid)
			return true;
	return false;
}

static enum status
explain_member(struct io *io, const char *const *names, size_t n,
	       uint32_t *mask, struct fault *f)
{
	const struct explain_io *e = (const struct explain_io *)io;
	const struct passwd *pw = getpwnam(e->user);
	gid_t gids[EXPLAIN_GROUPS_MAX];
	int count = EXPLAIN_GROUPS_MAX;
	uint32_t bits = 0;

	if (pw == NULL) {
		*mask = 0;
		return STATUS_OK;
	}
	if (getgrouplist(e->user, pw->pw_gid, gids, &count) < 0)
		return fault(f, STATUS_SYSTEM, "'%s' is in too many groups",
			     e->user);
	for (size_t i = 0; i < n; i++)
		if (explain_in_group(gids, count, names[i]))
			bits |= UINT32_C(1) << i;
	*mask = bits;
	return STATUS_OK;
}

static int64_t
explain_now(struct io *io)
{
	return ((const struct explain_io *)io)->now;
}

static int64_t
explain_uptime(struct io *io)
{
	(void)io;
	return 0;
}

static void
explain_pause(struct io *io, unsigned milliseconds)
{
	(void)io;
	(void)milliseconds;
}

/* Keys are there as far as anybody can say; none is ever opened. */
static enum status
explain_open(struct io *io, enum io_device which, struct fault *f)
{
	(void)io;
	(void)which;
	return fault(f, STATUS_UNAVAILABLE, "no device is opened");
}

static enum status
explain_send(struct io *io, const uint8_t *bytes, size_t len, struct fault *f)
{
	(void)io;
	(void)bytes;
	(void)len;
	return fault(f, STATUS_LOST, "no device is open");
}

static enum status
explain_receive(struct io *io, int seconds, uint8_t *bytes, size_t *len,
		struct fault *f)
{
	(void)io;
	(void)seconds;
	(void)bytes;
	(void)len;
	return fault(f, STATUS_LOST, "no device is open");
}

static void
explain_close(struct io *io)
{
	(void)io;
}

static enum status
explain_place(struct io *io, struct io_place *out, struct fault *f)
{
	const struct explain_io *e = (const struct explain_io *)(void *)io;

	(void)f;
	*out = (struct io_place){ .where = e->where, .why = "assumed" };
	return STATUS_OK;
}

void
explain_io_start(struct explain_io *e)
{
	e->io = (struct io){
		.ask = explain_ask,
		.tell = explain_tell,
		.member = explain_member,
		.now = explain_now,
		.uptime = explain_uptime,
		.pause = explain_pause,
		.device_open = explain_open,
		.device_send = explain_send,
		.device_receive = explain_receive,
		.device_close = explain_close,
		.place = explain_place,
	};
}
