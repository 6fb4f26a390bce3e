/* SPDX-License-Identifier: MIT */
#include "base/buf.h"
#include "base/text.h"
#include "store/engine.h"

#define STORE_CLOCK "clock_seen" /* statements.sql has it too */
#define STORE_CLOCK_SIZE 24

enum status
store_clock_get(struct store *s, int64_t *seen, struct fault *f)
{
	struct fault why = { .text = "" };
	char text[STORE_CLOCK_SIZE];
	enum status st;

	st = store_meta_get(s, STORE_CLOCK, text, sizeof(text), &why);
	if (st == STATUS_NOT_FOUND) {
		*seen = 0;
		return STATUS_OK;
	}
	if (st != STATUS_OK)
		return fault(f, st, "%s", why.text);
	if (!text_number(text, 1, INT64_MAX, seen))
		return fault(f, STATUS_CORRUPT,
			     "the store does not say what time it was");
	return STATUS_OK;
}

static void
store_clock_text(int64_t now, char out[STORE_CLOCK_SIZE])
{
	struct buf b;

	buf_start(&b, out, STORE_CLOCK_SIZE);
	buf_printf(&b, "%lld", (long long)now);
}

/* Part of every login, and mostly not the first of its second: where nothing
 * moves, no page is written. */
enum status
store_clock_see(struct store *s, int64_t now, struct fault *f)
{
	char text[STORE_CLOCK_SIZE];

	if (now < 1)
		return fault(f, STATUS_INVALID, "the clock stands at zero");
	store_clock_text(now, text);

	const struct store_value in[] = { store_text(text) };

	return store_change(s, STORE_SQL_CLOCK_SEE, in, STORE_LEN(in), NULL,
			    f);
}

enum status
store_clock_accept(struct store *s, int64_t now, struct fault *f)
{
	char text[STORE_CLOCK_SIZE];

	if (now < 1)
		return fault(f, STATUS_INVALID, "the clock stands at zero");
	store_clock_text(now, text);
	return store_meta_put(s, STORE_CLOCK, text, f);
}
