/* SPDX-License-Identifier: MIT */
#include "wire/wire.h"

enum status
wire_client_query(int fd, enum wire_self what,
		  enum status (*each)(void *ctx, const struct wire_row *,
				      struct fault *),
		  void *ctx, struct fault *f)
{
	WIRE_MESSAGE(m);
	enum status st;

	m.type = WIRE_QUERY;
	m.u.query.what = what;
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
