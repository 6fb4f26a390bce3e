/* SPDX-License-Identifier: MIT */
/* A row out of a line that was exported: sigra-audit(5). */
#include <jansson.h>
#include <string.h>

#include "audit/verify.h"
#include "base/text.h"

static bool
line_text(const json_t *j, const char *name, char *out, size_t size)
{
	const json_t *s = json_object_get(j, name);

	return json_is_string(s) &&
	       strlen(json_string_value(s)) == json_string_length(s) &&
	       text_copy(out, size, json_string_value(s));
}

static bool
line_number(const json_t *j, const char *name, int64_t *out)
{
	const json_t *n = json_object_get(j, name);

	if (!json_is_integer(n))
		return false;
	*out = json_integer_value(n);
	return true;
}

static bool
line_mac(const json_t *j, struct store_audit *row)
{
	char hex[2 * STORE_MAC_SIZE + 1];

	if (!line_text(j, "mac", hex, sizeof(hex)))
		return false;
	row->mac_len = hex[0] == '\0' ? 0 : sizeof(row->mac);
	return row->mac_len == 0 ||
	       text_unhex(hex, row->mac, sizeof(row->mac));
}

/* Whoever reads the line looks at "meta", the MAC is of "meta_text". */
static bool
line_meta_same(const json_t *j, const struct store_audit *row)
{
	json_auto_t *meta = json_loads(row->meta, 0, NULL);
	const json_t *shown = json_object_get(j, "meta");

	return meta == NULL ? json_is_null(shown) : json_equal(meta, shown);
}

enum status
verify_line(const char *line, size_t len, struct store_audit *out,
	    struct fault *f)
{
	json_auto_t *j = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
	struct store_audit row = { .seq = 0 };
	const struct {
		const char *name;
		char *to;
		size_t size;
	} all[] = {
		{ "host", row.host, sizeof(row.host) },
		{ "id", row.id.s, sizeof(row.id.s) },
		{ "action", row.action, sizeof(row.action) },
		{ "outcome", row.outcome, sizeof(row.outcome) },
		{ "actor", row.actor, sizeof(row.actor) },
		{ "effective", row.effective, sizeof(row.effective) },
		{ "target", row.target, sizeof(row.target) },
		{ "org", row.org, sizeof(row.org) },
		{ "service", row.service, sizeof(row.service) },
		{ "tty", row.tty, sizeof(row.tty) },
		{ "rhost", row.rhost, sizeof(row.rhost) },
		{ "meta_text", row.meta, sizeof(row.meta) },
	};
	bool good = json_is_object(j) && line_number(j, "seq", &row.seq) &&
		    row.seq >= 1 && line_number(j, "at", &row.at) &&
		    line_number(j, "pid", &row.pid) && line_mac(j, &row);

	for (size_t i = 0; good && i < sizeof(all) / sizeof(all[0]); i++)
		good = line_text(j, all[i].name, all[i].to, all[i].size);
	if (!good)
		return fault(f, STATUS_INVALID,
			     "it is no row as 'sigractl audit export --format "
			     "jsonl' writes it");
	/* Such a row is no more what was written than one with another text,
	 * and nothing was ever written with none. */
	if (!line_meta_same(j, &row))
		row.meta[0] = '\0';
	*out = row;
	return STATUS_OK;
}
