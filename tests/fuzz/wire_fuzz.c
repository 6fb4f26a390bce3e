/* SPDX-License-Identifier: MIT */
/*
 * Both directions: what decodes encodes to the same bytes, and those decode
 * to the same message.  A difference aborts.
 */
#include <stdlib.h>
#include <string.h>

#include "wire/wire.h"

/* Each key of a row that came is found, and what is found is its value. */
static void
check_row(const struct wire_row *row)
{
	for (size_t i = 0; i < row->n; i++)
		if (wire_row_get(row, row->pair[i].key) != row->pair[i].value)
			abort();
}

/* A long text of a row is whole, or there is none. */
static void
check_long(const struct wire_row *row)
{
	static char all[WIRE_PAIRS_MAX * WIRE_VALUE_SIZE];
	char some[300];

	if (!wire_row_get_long(row, "key", all, sizeof(all)))
		abort();
	if (wire_row_get_long(row, "key", some, sizeof(some)) !=
	    (strlen(all) < sizeof(some)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t bytes[WIRE_MESSAGE_MAX];
	struct fault f = { .text = "" };
	WIRE_MESSAGE(m);
	WIRE_MESSAGE(again);
	size_t len = 0;

	if (wire_decode(data, size, &m, &f) != STATUS_OK) {
		if (f.status != STATUS_PROTOCOL || m.type != 0)
			abort();
		return 0;
	}
	if (wire_encode(&m, bytes, &len, &f) != STATUS_OK || len != size ||
	    memcmp(bytes, data, size) != 0)
		abort();
	if (wire_decode(bytes, len, &again, &f) != STATUS_OK ||
	    memcmp(&m, &again, sizeof(m)) != 0)
		abort();
	if (m.type == WIRE_ROW) {
		check_row(&m.u.row);
		check_long(&m.u.row);
	}
	return 0;
}
