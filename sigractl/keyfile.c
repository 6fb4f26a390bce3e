/* SPDX-License-Identifier: MIT */
#include "sigractl/keyfile.h"

#include <string.h>

#include "base/file.h"
#include "sigractl/errand.h"

#define KEYFILE_SIZE 512 /* blanks and newlines are free */

enum status
keyfile_read(const struct actor *a, const char *path, struct crypto_keys *out,
	     struct fault *f)
{
	char bytes[KEYFILE_SIZE];
	struct fault why = { .text = "" };
	enum status st;
	size_t len = 0;
	SECRET(text);
	ERRAND(e);

	if ((st = errand_read(a, path, &e, f)) != STATUS_OK)
		return st;
	if ((st = file_read(e.fd, bytes, sizeof(bytes), &len, &why)) ==
	    STATUS_OK)
		st = secret_set(&text, bytes, len, &why);
	explicit_bzero(bytes, sizeof(bytes));
	if (st == STATUS_OK)
		st = crypto_keys_parse(&text, out, &why);
	return st == STATUS_OK ? st : fault(f, st, "%s: %s", path, why.text);
}
