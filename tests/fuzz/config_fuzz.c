/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a sigra.conf: either refused with a sentence and nothing
 * written, or every value is within its limits and reads back the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

struct fuzz_dump {
	char text[16384];
	size_t len;
};

static void
fuzz_one(void *ctx, const char *name, const char *value)
{
	struct fuzz_dump *d = ctx;
	const char *dot = strchr(name, '.');
	int n;

	if (dot == NULL || value[0] == '\0')
		abort();
	n = snprintf(d->text + d->len, sizeof(d->text) - d->len,
		     "[%.*s]\n%s = %s\n", (int)(dot - name), name, dot + 1,
		     value);
	if (n < 0 || (size_t)n >= sizeof(d->text) - d->len)
		abort();
	d->len += (size_t)n;
}

static void
fuzz_limits(const struct config *c)
{
#define TEXT(section, name, size, value)                                      \
	if (memchr(c->section##_##name, '\0', size) == NULL)                  \
		abort();
#define NUMBER(section, name, low, high, value)                               \
	if (c->section##_##name < low || c->section##_##name > high)          \
		abort();
#define FLAG(section, name, value)                                            \
	if (c->section##_##name != 0 && c->section##_##name != 1)             \
		abort();
#include "config/options.def"
#undef TEXT
#undef NUMBER
#undef FLAG
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct config first, second;
	static struct fuzz_dump dump;
	struct fault f = { .text = "" };

	if (config_parse("fuzz", (const char *)bytes, len, &first, &f) !=
	    STATUS_OK) {
		if (f.status == STATUS_OK || f.text[0] == '\0')
			abort();
		return 0;
	}
	fuzz_limits(&first);
	dump.len = 0;
	config_each(&first, fuzz_one, &dump);
	if (config_parse("dump", dump.text, dump.len, &second, &f) ==
		    STATUS_OK &&
	    memcmp(&first, &second, sizeof(first)) != 0)
		abort();
	return 0;
}
