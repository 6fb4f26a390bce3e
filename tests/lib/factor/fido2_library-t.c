/* SPDX-License-Identifier: MIT */
/* The library is absent, of another kind, or there: linked with --wrap=dlopen
 * and --wrap=dlsym. */
#include "factor/fido2_library.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "test.h"

void *__real_dlopen(const char *name, int flags);
void *__wrap_dlopen(const char *name, int flags);
void *__real_dlsym(void *handle, const char *name);
void *__wrap_dlsym(void *handle, const char *name);

static bool absent;
static unsigned opened;
static const char *lacking, *liar;

void *
__wrap_dlopen(const char *name, int flags)
{
	opened++;
	CHECK_STR(name, "libfido2.so.1");
	return absent ? NULL : __real_dlopen(name, flags);
}

static int
always_right(void)
{
	return 0;
}

void *
__wrap_dlsym(void *handle, const char *name)
{
	void *at = __real_dlsym(handle, name);
	int (*lie)(void) = always_right;

	if (lacking != NULL && strcmp(name, lacking) == 0)
		return NULL;
	if (liar != NULL && strcmp(name, liar) == 0)
		memcpy(&at, &lie, sizeof(at));
	return at;
}

static void
load(enum status expected, const char *word)
{
	struct fault f = { .text = "" };

	CHECK_EQ(fido2_library_load(&f), expected);
	if (word != NULL)
		CHECK(strstr(f.text, word) != NULL);
}

/* FIDO_DEBUG must not make a verifier talk. */
static void
silent(void)
{
	char path[512];
	FILE *err;

	(void)snprintf(path, sizeof(path), "%s/err", test_dir());
	CHECK(setenv("FIDO_DEBUG", "1", 1) == 0);
	CHECK((err = freopen(path, "w", stderr)) != NULL);
	load(STATUS_OK, NULL);
	CHECK(err != NULL && fflush(err) == 0 && ftell(err) == 0);
}

int
main(void)
{
	struct fault f = { .text = "" };

	/* What cannot be looked at is not refused: nothing is known. */
	absent = true;
	load(STATUS_UNAVAILABLE, "libfido2.so.1");
	CHECK_EQ(fido2_library_load(NULL), STATUS_UNAVAILABLE);
	absent = false;
	lacking = "fido_assert_verify";
	load(STATUS_UNAVAILABLE, "fido_assert_verify");
	lacking = NULL;
	/* One that takes every signature. */
	liar = "fido_assert_verify";
	load(STATUS_UNAVAILABLE, "as it should");
	liar = NULL;
	silent();
	/* Once is enough. */
	opened = 0;
	absent = true;
	CHECK_OK(fido2_library_load(&f), &f);
	CHECK_EQ(opened, 0);
	return test_done();
}
