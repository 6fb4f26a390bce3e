/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "wire/wire.h"

static enum status
wire_client_rows(int fd, enum wire_self what, const char *user,
		 enum status (*each)(void *ctx, const struct wire_row *,
				     struct fault *),
		 void *ctx, struct fault *f)
{
	WIRE_MESSAGE(m);
	enum status st;

	m.type = WIRE_QUERY;
	m.u.query.what = what;
	if (!text_copy(m.u.query.user, sizeof(m.u.query.user), user))
		return fault(f, STATUS_INVALID, "user name is too long");
	if ((st = wire_send(fd, &m, f)) != STATUS_OK)
		return st;
	for (unsigned rows = 0;; rows++) {
		st = wire_receive(fd, WIRE_REPLY_SECONDS, &m, f);
		if (st != STATUS_OK || m.type == WIRE_END)
			return st;
		if (m.type != WIRE_ROW)
			return fault(f, STATUS_PROTOCOL,
				     "message of type %u came from the "
				     "verifier",
				     (unsigned)m.type);
		if (rows == WIRE_ROWS_MAX)
			return fault(f, STATUS_PROTOCOL,
				     "verifier answers with more than %d rows",
				     WIRE_ROWS_MAX);
		if ((st = each(ctx, &m.u.row, f)) != STATUS_OK)
			return st;
	}
}

enum status
wire_client_query(int fd, enum wire_self what,
		  enum status (*each)(void *ctx, const struct wire_row *,
				      struct fault *),
		  void *ctx, struct fault *f)
{
	return wire_client_rows(fd, what, "", each, ctx, f);
}

enum status
wire_client_authorized(int fd, const char *user,
		       enum status (*each)(void *ctx, const struct wire_row *,
					   struct fault *),
		       void *ctx, struct fault *f)
{
	return wire_client_rows(fd, WIRE_AUTHORIZED, user, each, ctx, f);
}
