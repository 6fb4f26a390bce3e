/* SPDX-License-Identifier: MIT */
#include "base/status.h"

const char *
status_name(enum status st)
{
	switch (st) {
	case STATUS_OK:
		return "ok";
	case STATUS_NOT_FOUND:
		return "not_found";
	case STATUS_CONFLICT:
		return "conflict";
	case STATUS_LOST:
		return "lost";
	case STATUS_BUSY:
		return "busy";
	case STATUS_UNAVAILABLE:
		return "unavailable";
	case STATUS_IN_DOUBT:
		return "in_doubt";
	case STATUS_DENIED:
		return "denied";
	case STATUS_REFUSED:
		return "refused";
	case STATUS_SCHEMA:
		return "schema";
	case STATUS_CORRUPT:
		return "corrupt";
	case STATUS_INVALID:
		return "invalid";
	case STATUS_CANCELLED:
		return "cancelled";
	case STATUS_PROTOCOL:
		return "protocol";
	case STATUS_SYSTEM:
		return "system";
	}
	return "unknown";
}
