/* SPDX-License-Identifier: MIT */
/* Rows of an answer in the making, whatever they are about. */
#ifndef SIGRAD_SELF_ROW_H
#define SIGRAD_SELF_ROW_H

#include "sigrad/worker.h"
#include "wire/wire.h"

/* One answer under way. */
struct self {
	struct worker *w;
	struct wire_server *server;
	int64_t now;
	int64_t end; /* by then all of it has to be sent */
	unsigned rows;
	enum status st;
	struct fault *f;
};
struct self self_begin(struct worker *w, struct wire_server *server,
		       struct fault *f);

/* Rows are sent when no list is being read: a peer that is slow to take them
 * must not keep the store's old pages alive. */
struct self_list {
	char *of;
	size_t each; /* bytes of one */
	size_t n, size;
	bool full;
};
void self_list_end(struct self_list *l);
#define SELF_LIST(name, type)                                                 \
	__attribute__((cleanup(self_list_end))) struct self_list name = {     \
		.of = NULL, .each = sizeof(type)                              \
	}
/* False: no more than that. */
bool self_keep(struct self_list *l, const void *row);
const void *self_kept(const struct self_list *l, size_t i);

/* A row in the making; bad when something did not fit. */
struct self_row {
	struct wire_row row;
	bool bad;
};
void self_text(struct self_row *r, const char *key, const char *value);
void self_number(struct self_row *r, const char *key, int64_t value);
/* As a long text. */
void self_long(struct self_row *r, const char *key, const char *value);
/* In base64, as a long text. */
void self_bytes(struct self_row *r, const char *key, const uint8_t *bytes,
		size_t len);
/* False: there is nothing more to be sent, and self->st says why. */
bool self_send(struct self *self, const struct self_row *r);

#endif
