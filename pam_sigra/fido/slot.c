/* SPDX-License-Identifier: MIT */
#include "fido/slot.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>

#include "base/auto.h"
#include "base/text.h"
#include "fido/link.h"

#define SLOT_PROBE_MS 9000 /* above what a child gives itself */
#define SLOT_LEAVE_MS 500  /* to tell a key that it is cancelled */
#define SLOT_STEP_MS 5

static const struct slot slot_none = { .child.fd = -1 };

void
slots_begin(struct slots *s, unsigned life)
{
	for (size_t i = 0; i < LIST_MAX; i++)
		s->slot[i] = slot_none;
	s->life = life;
}

size_t
slots_count(const struct slots *s, enum slot_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < LIST_MAX; i++)
		n += s->slot[i].state == state;
	return n;
}

struct slot *
slots_first(struct slots *s, enum slot_state state)
{
	for (size_t i = 0; i < LIST_MAX; i++)
		if (s->slot[i].state == state)
			return &s->slot[i];
	return NULL;
}

/* A child that was told to leave is reaped later; the slot waits for it. */
void
slot_over(struct slot *slot, enum fido_end end)
{
	child_leave(&slot->child);
	slot->state = SLOT_OVER;
	slot->end = end;
	slot->until = link_clock() + SLOT_LEAVE_MS;
}

void
slots_reap(struct slots *s)
{
	for (size_t i = 0; i < LIST_MAX; i++) {
		struct slot *slot = &s->slot[i];

		if (slot->state == SLOT_OVER && !child_gone(&slot->child) &&
		    link_clock() >= slot->until)
			child_end(&slot->child);
	}
}

void
slots_end(struct slots *s)
{
	const int64_t until = link_clock() + SLOT_LEAVE_MS;
	bool left = true;

	for (size_t i = 0; i < LIST_MAX; i++)
		child_leave(&s->slot[i].child);
	while (left && link_clock() < until) {
		left = false;
		for (size_t i = 0; i < LIST_MAX; i++)
			if (!child_gone(&s->slot[i].child))
				left = true;
		if (left)
			(void)poll(NULL, 0, SLOT_STEP_MS);
	}
	for (size_t i = 0; i < LIST_MAX; i++)
		child_end(&s->slot[i].child);
}

/* The node, if it is one; -1 and errno. */
static int
slot_open(struct slot *slot)
{
	struct stat st;
	AUTO_FD int fd = open(slot->path, O_RDWR | O_NONBLOCK | O_NOCTTY |
						  O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0 || fstat(fd, &st) != 0)
		return -1;
	if (!S_ISCHR(st.st_mode)) {
		errno = ENODEV;
		return -1;
	}
	return steal_fd(&fd);
}

static void
slot_start(const struct slots *s, struct slot *slot,
	   const struct fido_request *request)
{
	AUTO_FD int fd = slot_open(slot);

	if (fd < 0 && (errno == EACCES || errno == EPERM)) {
		slot->state = SLOT_DENIED;
		return;
	}
	if (fd < 0 && errno == EBUSY) {
		slot->state = SLOT_DENIED;
		slot->busy = true;
		return;
	}
	if (fd < 0 || child_start(request, fd, s->life, &slot->child, NULL) !=
			      STATUS_OK) {
		slot_over(slot, FIDO_BROKEN);
		return;
	}
	slot->state = SLOT_PROBING;
	slot->busy = false;
	slot->until = link_clock() + SLOT_PROBE_MS;
}

static struct slot *
slot_find(struct slots *s, const char *path, const struct stat *st)
{
	for (size_t i = 0; i < LIST_MAX; i++) {
		struct slot *slot = &s->slot[i];

		if (slot->state != SLOT_EMPTY &&
		    strcmp(slot->path, path) == 0 &&
		    slot->device == st->st_dev && slot->inode == st->st_ino)
			return slot;
	}
	return NULL;
}

static void
slots_see(struct slots *s, const char *path,
	  const struct fido_request *request)
{
	struct slot *slot;
	struct stat st;

	if (stat(path, &st) != 0)
		return;
	if ((slot = slot_find(s, path, &st)) == NULL) {
		if ((slot = slots_first(s, SLOT_EMPTY)) == NULL)
			return;
		*slot = slot_none;
		slot->device = st.st_dev;
		slot->inode = st.st_ino;
		slot->since = link_clock();
		if (!text_copy(slot->path, sizeof(slot->path), path))
			return;
		slot_start(s, slot, request);
	} else if (slot->state == SLOT_DENIED) {
		slot_start(s, slot, request);
	}
	slot->listed = true;
}

/* Once it was pulled out, nothing remains of it. */
static void
slots_drop(struct slots *s)
{
	for (size_t i = 0; i < LIST_MAX; i++) {
		struct slot *slot = &s->slot[i];

		if (slot->listed || slot->state == SLOT_EMPTY)
			continue;
		/* The child of one that is at work sees for itself. */
		if (slot->state == SLOT_DENIED ||
		    (slot->state == SLOT_OVER && slot->child.pid == 0))
			*slot = slot_none;
	}
}

void
slots_scan(struct slots *s, const struct fido_request *request)
{
	char paths[LIST_MAX][LIST_PATH_SIZE];
	size_t n = list_nodes(paths);

	for (size_t i = 0; i < LIST_MAX; i++)
		s->slot[i].listed = false;
	for (size_t i = 0; i < n; i++)
		slots_see(s, paths[i], request);
	slots_drop(s);
}
