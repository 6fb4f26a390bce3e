/* SPDX-License-Identifier: MIT */
#include "sigrad/self_row.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "crypto/crypto.h"
#include "store/key.h"

void
self_list_end(struct self_list *l)
{
	free(l->of);
}

bool
self_keep(struct self_list *l, const void *row)
{
	if (l->n == l->size) {
		size_t size = l->size == 0 ? 16 : l->size * 2;
		char *more = reallocarray(l->of, size, l->each);

		l->full = more == NULL;
		if (l->full)
			return false;
		l->of = more;
		l->size = size;
	}
	memcpy(l->of + l->n++ * l->each, row, l->each);
	return l->n < WIRE_ROWS_MAX;
}

const void *
self_kept(const struct self_list *l, size_t i)
{
	return l->of + i * l->each;
}

static int64_t
self_clock(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

struct self
self_begin(struct worker *w, struct wire_server *server, struct fault *f)
{
	return (struct self){ .w = w,
			      .server = server,
			      .now = server->io.now(&server->io),
			      .end = self_clock() + WIRE_REPLY_SECONDS,
			      .st = STATUS_OK,
			      .f = f };
}

void
self_text(struct self_row *r, const char *key, const char *value)
{
	if (!wire_row_put(&r->row, key, value))
		r->bad = true;
}

void
self_number(struct self_row *r, const char *key, int64_t value)
{
	char text[24];
	struct buf b;

	buf_start(&b, text, sizeof(text));
	buf_printf(&b, "%lld", (long long)value);
	self_text(r, key, text);
}

void
self_long(struct self_row *r, const char *key, const char *value)
{
	if (!wire_row_put_long(&r->row, key, value))
		r->bad = true;
}

void
self_bytes(struct self_row *r, const char *key, const uint8_t *bytes,
	   size_t len)
{
	char text[CRYPTO_BASE64_SIZE(STORE_SSH_BLOB_MAX)];

	if (!crypto_base64_format(bytes, len, CRYPTO_BASE64, text,
				  sizeof(text)) ||
	    !wire_row_put_long(&r->row, key, text))
		r->bad = true;
}

bool
self_send(struct self *self, const struct self_row *r)
{
	if (r->bad)
		self->st = fault(self->f, STATUS_CORRUPT,
				 "a value of the store is too long");
	else if (self_clock() > self->end)
		self->st = fault(self->f, STATUS_UNAVAILABLE,
				 "the peer let its time pass");
	else
		self->st = wire_server_row(self->server, &r->row, self->f);
	self->rows++;
	return self->st == STATUS_OK && self->rows < WIRE_ROWS_MAX;
}
