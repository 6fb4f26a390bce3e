/* SPDX-License-Identifier: MIT */
/*
 * The record, its numbers in big-endian order:
 *
 *    0 magic, 8    16 start, 8    32 id, 8      72 key, 32
 *    8 version, 4  24 next, 8     40 head, 32  104 host, 256
 *   12 zero, 4                                 480 SHA-256 of all before
 */
#include "audit/ratchet.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "crypto/crypto.h"

#define RATCHET_SIZE 512
#define RATCHET_SUM 480 /* where it stands */
#define RATCHET_MAGIC "SIGRACHN"
#define RATCHET_VERSION 1
#define RATCHET_ID_BYTES 8

struct ratchet_record {
	uint8_t b[RATCHET_SIZE];
};

static void
ratchet_record_wipe(struct ratchet_record *r)
{
	crypto_wipe(r, sizeof(*r));
}

#define RATCHET_RECORD(name)                                                  \
	__attribute__((cleanup(                                               \
		ratchet_record_wipe))) struct ratchet_record name = { { 0 } }

void
ratchet_wipe(struct ratchet *r)
{
	crypto_wipe(r, sizeof(*r));
}

void
ratchet_turn(struct ratchet *r, const uint8_t mac[STORE_MAC_SIZE])
{
	chain_head_next(r->head, mac);
	chain_key_next(&r->key);
	r->next++;
}

void
ratchet_name(const struct ratchet_place *p, enum ratchet_which which,
	     char out[RATCHET_NAME_SIZE])
{
	struct buf b;

	buf_start(&b, out, RATCHET_NAME_SIZE);
	buf_printf(&b, "%s-chain%s", p->name,
		   which == RATCHET_NEW ? ".new" : "");
}

static void
ratchet_number_put(uint8_t *to, uint64_t n, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		to[i] = (uint8_t)(n >> (8 * (bytes - 1 - i)));
}

static uint64_t
ratchet_number_get(const uint8_t *from, size_t bytes)
{
	uint64_t n = 0;

	for (size_t i = 0; i < bytes; i++)
		n = n << 8 | from[i];
	return n;
}

/* False: it is none of ours, which cannot be. */
static bool
ratchet_pack(const struct ratchet *r, struct ratchet_record *out)
{
	memset(out, 0, sizeof(*out));
	memcpy(out->b, RATCHET_MAGIC, 8);
	ratchet_number_put(out->b + 8, RATCHET_VERSION, 4);
	ratchet_number_put(out->b + 16, (uint64_t)r->start, 8);
	ratchet_number_put(out->b + 24, (uint64_t)r->next, 8);
	memcpy(out->b + 40, r->head, sizeof(r->head));
	memcpy(out->b + 104, r->host, sizeof(r->host));
	if (!text_unhex(r->id, out->b + 32, RATCHET_ID_BYTES) ||
	    !secret_bytes(&r->key, out->b + 72, CHAIN_KEY_SIZE))
		return false;
	crypto_sha256(out->b, RATCHET_SUM, out->b + RATCHET_SUM);
	return true;
}

static bool
ratchet_unpack(const struct ratchet_record *in, struct ratchet *out)
{
	uint8_t sum[CRYPTO_SHA256_SIZE];
	int64_t start = (int64_t)ratchet_number_get(in->b + 16, 8);
	int64_t next = (int64_t)ratchet_number_get(in->b + 24, 8);

	crypto_sha256(in->b, RATCHET_SUM, sum);
	if (memcmp(sum, in->b + RATCHET_SUM, sizeof(sum)) != 0 ||
	    memcmp(in->b, RATCHET_MAGIC, 8) != 0 ||
	    ratchet_number_get(in->b + 8, 4) != RATCHET_VERSION || start < 1 ||
	    next < start || in->b[104] == '\0' ||
	    memchr(in->b + 104, '\0', sizeof(out->host)) == NULL)
		return false;
	out->start = start;
	out->next = next;
	text_hex(in->b + 32, RATCHET_ID_BYTES, out->id);
	memcpy(out->head, in->b + 40, sizeof(out->head));
	memcpy(out->host, in->b + 104, sizeof(out->host));
	status_ignore(secret_set(&out->key, in->b + 72, CHAIN_KEY_SIZE, NULL),
		      "it fits");
	return true;
}

static enum status
ratchet_lock(int fd, int how, struct fault *f)
{
	while (flock(fd, how) != 0)
		if (errno != EINTR)
			return fault(f, STATUS_UNAVAILABLE,
				     "cannot lock the file of the audit's "
				     "chain: %s",
				     strerrordesc_np(errno));
	return STATUS_OK;
}

static enum status
ratchet_read(int fd, struct ratchet_record *out, struct fault *f)
{
	size_t n = 0;

	while (n < sizeof(out->b)) {
		ssize_t got =
			pread(fd, out->b + n, sizeof(out->b) - n, (off_t)n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fault(f, STATUS_UNAVAILABLE,
				     "cannot read the file of the audit's "
				     "chain: %s",
				     strerrordesc_np(errno));
		if (got == 0)
			return fault(f, STATUS_CORRUPT,
				     "the file of the audit's chain is too "
				     "short");
		n += (size_t)got;
	}
	return STATUS_OK;
}

static enum status
ratchet_write(int fd, const struct ratchet_record *r, struct fault *f)
{
	size_t n = 0;

	while (n < sizeof(r->b)) {
		ssize_t put = pwrite(fd, r->b + n, sizeof(r->b) - n, (off_t)n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return fault(f, STATUS_UNAVAILABLE,
				     "cannot write the file of the audit's "
				     "chain: %s",
				     strerrordesc_np(errno));
		n += (size_t)put;
	}
	return STATUS_OK;
}

static enum status
ratchet_last(int fd, struct fault *f)
{
	if (fdatasync(fd) == 0)
		return STATUS_OK;
	return fault(f, STATUS_UNAVAILABLE,
		     "the file of the audit's chain may not last: %s",
		     strerrordesc_np(errno));
}

static enum status
ratchet_file(const struct ratchet_place *p, enum ratchet_which which, int *out,
	     struct fault *f)
{
	const struct file_trust trust = { .owner = geteuid(),
					  .forbidden = 0177,
					  .size_max = RATCHET_SIZE };
	char name[RATCHET_NAME_SIZE];
	struct fault why = { .text = "" };

	ratchet_name(p, which, name);

	AUTO_FD int fd = openat(p->dir, name,
				O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return fault(f, STATUS_NOT_FOUND, "there is no %s", name);
	if (fd < 0)
		return fault(f, STATUS_UNAVAILABLE, "cannot open %s: %s", name,
			     strerrordesc_np(errno));
	if (file_check(fd, name, &trust, &why) != STATUS_OK)
		return fault(f, STATUS_UNAVAILABLE, "%s", why.text);
	*out = steal_fd(&fd);
	return STATUS_OK;
}

static enum status
ratchet_load(int fd, int how, struct ratchet *out, struct fault *f)
{
	enum status st;
	RATCHET_RECORD(record);

	if ((st = ratchet_lock(fd, how, f)) != STATUS_OK ||
	    (st = ratchet_read(fd, &record, f)) != STATUS_OK)
		return st;
	if (!ratchet_unpack(&record, out))
		return fault(f, STATUS_CORRUPT,
			     "the file of the audit's chain is damaged");
	return STATUS_OK;
}

enum status
ratchet_open(const struct ratchet_place *p, enum ratchet_which which, int *fd,
	     struct ratchet *out, struct fault *f)
{
	AUTO_FD int file = -1;
	enum status st;

	if ((st = ratchet_file(p, which, &file, f)) != STATUS_OK ||
	    (st = ratchet_load(file, LOCK_SH, out, f)) != STATUS_OK ||
	    (st = ratchet_lock(file, LOCK_UN, f)) != STATUS_OK)
		return st;
	*fd = steal_fd(&file);
	return STATUS_OK;
}

enum status
ratchet_hold(int fd, struct ratchet *out, struct fault *f)
{
	return ratchet_load(fd, LOCK_EX, out, f);
}

/* Whoever wiped it has begun another key: nothing of this one is left. */
static bool
ratchet_wiped(const struct ratchet_record *r)
{
	static const struct ratchet_record none;

	return memcmp(r, &none, sizeof(none)) == 0;
}

/* With the lock: is there something to be written? */
static enum status
ratchet_due(int fd, const struct ratchet *to, bool *due, struct fault *f)
{
	enum status st;
	RATCHET_RECORD(record);
	RATCHET(now);

	if ((st = ratchet_read(fd, &record, f)) != STATUS_OK)
		return st;
	if (ratchet_wiped(&record))
		return STATUS_OK;
	if (!ratchet_unpack(&record, &now) || strcmp(now.id, to->id) != 0)
		return fault(f, STATUS_CORRUPT,
			     "the file of the audit's chain is damaged");
	*due = now.next < to->next;
	return STATUS_OK;
}

enum status
ratchet_advance(int fd, const struct ratchet *to, struct fault *f)
{
	bool due = false;
	enum status st, end;
	RATCHET_RECORD(record);

	if (!ratchet_pack(to, &record))
		return fault(f, STATUS_CORRUPT, "that is no key of a chain");
	if ((st = ratchet_lock(fd, LOCK_EX, f)) != STATUS_OK)
		return st;
	st = ratchet_due(fd, to, &due, f);
	if (st == STATUS_OK && due)
		st = ratchet_write(fd, &record, f);
	/* Who waits to read it need not wait for the disk. */
	end = ratchet_lock(fd, LOCK_UN, st == STATUS_OK ? f : NULL);
	if (st == STATUS_OK && due)
		st = ratchet_last(fd, f);
	return st == STATUS_OK ? end : st;
}

static enum status
ratchet_dir_last(const struct ratchet_place *p, struct fault *f)
{
	if (fsync(p->dir) == 0)
		return STATUS_OK;
	return fault(f, STATUS_UNAVAILABLE,
		     "the file of the audit's chain may not last: %s",
		     strerrordesc_np(errno));
}

enum status
ratchet_make(const struct ratchet_place *p, const struct ratchet *r, int *fd,
	     struct fault *f)
{
	char name[RATCHET_NAME_SIZE];
	enum status st;
	RATCHET_RECORD(record);

	if (!ratchet_pack(r, &record))
		return fault(f, STATUS_CORRUPT, "that is no key of a chain");
	ratchet_name(p, RATCHET_NEW, name);
	ratchet_drop(p);

	AUTO_FD int file = openat(
		p->dir, name,
		O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (file < 0 || fchmod(file, 0600) != 0)
		return fault(f, STATUS_UNAVAILABLE, "cannot make %s: %s", name,
			     strerrordesc_np(errno));
	if ((st = ratchet_write(file, &record, f)) != STATUS_OK ||
	    (st = ratchet_last(file, f)) != STATUS_OK ||
	    (st = ratchet_dir_last(p, f)) != STATUS_OK) {
		ratchet_drop(p);
		return st;
	}
	*fd = steal_fd(&file);
	return STATUS_OK;
}

/* Its key is not to be read from what the disk has freed. */
static enum status
ratchet_clear(const struct ratchet_place *p, struct fault *f)
{
	static const struct ratchet_record none;
	struct fault why = { .text = "" };
	AUTO_FD int fd = -1;
	enum status st = ratchet_file(p, RATCHET_FILE, &fd, &why);

	if (st == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (st != STATUS_OK)
		return fault(f, st, "%s", why.text);
	if ((st = ratchet_lock(fd, LOCK_EX, f)) != STATUS_OK ||
	    (st = ratchet_write(fd, &none, f)) != STATUS_OK)
		return st;
	return ratchet_last(fd, f);
}

enum status
ratchet_take(const struct ratchet_place *p, struct fault *f)
{
	char from[RATCHET_NAME_SIZE], to[RATCHET_NAME_SIZE];
	enum status st;

	ratchet_name(p, RATCHET_NEW, from);
	ratchet_name(p, RATCHET_FILE, to);
	if (faccessat(p->dir, from, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
		return STATUS_OK;
	if ((st = ratchet_clear(p, f)) != STATUS_OK)
		return st;
	/* rename(2) is declared in stdio.h, which is not for libraries. */
	if (syscall(SYS_renameat2, p->dir, from, p->dir, to, 0) != 0)
		return fault(f, STATUS_UNAVAILABLE, "cannot rename %s: %s",
			     from, strerrordesc_np(errno));
	return ratchet_dir_last(p, f);
}

void
ratchet_drop(const struct ratchet_place *p)
{
	char name[RATCHET_NAME_SIZE];

	ratchet_name(p, RATCHET_NEW, name);
	(void)unlinkat(p->dir, name, 0);
}
