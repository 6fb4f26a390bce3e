/* SPDX-License-Identifier: MIT */
/*
 * The key of the next row, in a file of its own beside the store, because a
 * database keeps what it overwrites.  One record, overwritten in place after
 * each commit and only ever forward, so that no older key can be read from it.
 * The file of a new key is "NAME-chain.new" until its first row has committed.
 */
#ifndef AUDIT_RATCHET_H
#define AUDIT_RATCHET_H

#include "audit/chain.h"

struct ratchet {
	char host[256]; /* whose rows they are, whatever we are called now */
	char id[STORE_CHAIN_KEY_SIZE]; /* chain_key_id() */
	int64_t start;		       /* the first row of this key */
	int64_t next;		       /* the row that is next ... */
	struct secret key;	       /* ... gets its MAC by this */
	uint8_t head[CHAIN_HEAD_SIZE]; /* of the rows before it */
};

void ratchet_wipe(struct ratchet *r);
#define RATCHET(name)                                                         \
	__attribute__((                                                       \
		cleanup(ratchet_wipe))) struct ratchet name = { .next = 0 }

/* R's row is written, and has this MAC. */
void ratchet_turn(struct ratchet *r, const uint8_t mac[STORE_MAC_SIZE]);

/* Where the files are: of the store called NAME in the directory DIR. */
struct ratchet_place {
	int dir;
	const char *name;
};
enum ratchet_which { RATCHET_FILE, RATCHET_NEW };

/* The name of the file, for sentences and to open it. */
#define RATCHET_NAME_SIZE 272
void ratchet_name(const struct ratchet_place *p, enum ratchet_which which,
		  char out[RATCHET_NAME_SIZE]);

/*
 * Read it, and keep it open in FD for ratchet_advance(), or for a lock.
 * STATUS_NOT_FOUND: there is none; STATUS_CORRUPT: it is torn, wiped or no
 * such file; STATUS_UNAVAILABLE: it is not ours alone.
 */
enum status ratchet_open(const struct ratchet_place *p,
			 enum ratchet_which which, int *fd,
			 struct ratchet *out, struct fault *f) MUST_USE;

/* Nobody else advances it until FD is closed. */
enum status ratchet_hold(int fd, struct ratchet *out, struct fault *f)
	MUST_USE;

/* The file becomes TO and is on the disk, unless it is further or has been
 * wiped; then all is well, too. */
enum status ratchet_advance(int fd, const struct ratchet *to, struct fault *f)
	MUST_USE;

/* Make the file of a new key, on the disk; one that is left of an init-key
 * that broke off is replaced. */
enum status ratchet_make(const struct ratchet_place *p,
			 const struct ratchet *r, int *fd, struct fault *f)
	MUST_USE;
/* The file of the new key takes the place of the other, whose key is wiped.
 * Good when there is no new one. */
enum status ratchet_take(const struct ratchet_place *p, struct fault *f)
	MUST_USE;
/* There is to be no new one. */
void ratchet_drop(const struct ratchet_place *p);

#endif
