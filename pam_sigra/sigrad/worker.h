/* SPDX-License-Identifier: MIT */
/*
 * One verifier process: its ground (store, key, slots) opened once, then one
 * connection, one request, one verdict, and the end.
 */
#ifndef SIGRAD_WORKER_H
#define SIGRAD_WORKER_H

#include "audit/audit.h"
#include "config/config.h"
#include "crypto/crypto.h"
#include "factor/breach.h"
#include "sigrad/peer.h"
#include "sigrad/slots.h"
#include "sigrad/touch.h"

struct worker {
	const struct config *config;
	struct crypto_keys keys;
	struct store *store;
	struct slots slots;
	struct audit audit;
	char host[256];
	char boot[ID_LENGTH + 1];
	char store_dir[4096];
	struct touch touch;
	struct breach breach;
	int control; /* the master's socket, or -1 */
	bool preloaded;
};

void worker_close(struct worker *w);
#define WORKER(name)                                                          \
	__attribute__((cleanup(worker_close))) struct worker name = {         \
		.store = NULL, .touch = TOUCH_NONE, .control = -1             \
	}

/* Already as the store's owner. */
enum status worker_open(struct worker *w, const struct config *config,
			struct fault *f) MUST_USE;

/* Load the libraries that security keys need, before a sandbox forbids it;
 * and only where the store has such keys, so that whoever has none does not
 * pay for them. */
void worker_preload(void);
enum status worker_preload_if_needed(struct worker *w, struct fault *f)
	MUST_USE;

/*
 * Load the key, shut the sandbox, then serve the peer at FD.  A status other
 * than OK means that no verdict or a denial went out; F says why.
 */
enum status worker_serve(struct worker *w, int fd, const struct peer *peer,
			 struct fault *f) MUST_USE;

/* Is FD a packet socket? */
enum status worker_check_socket(int fd, struct fault *f) MUST_USE;

#endif
