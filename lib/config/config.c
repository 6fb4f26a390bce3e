/* SPDX-License-Identifier: MIT */
#include "config/config.h"

#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "config/parse.h"

#define CONFIG_FILE_MAX 65536

void
config_defaults(struct config *c)
{
	memset(c, 0, sizeof(*c));
#define FLAG(section, name, value)                                            \
	c->section##_##name = strcmp(#value, "yes") == 0;
#define TEXT(section, name, size, value)                                      \
	(void)text_copy(c->section##_##name, size, value);
#define NUMBER(section, name, low, high, value) c->section##_##name = value;
#include "config/options.def"
#undef TEXT
#undef NUMBER
#undef FLAG
}

static enum status
config_file_read(const char *path, uid_t owner, char *bytes, size_t size,
		 size_t *len, struct fault *f)
{
	struct file_trust trust = { .owner = owner,
				    .or_root = true,
				    .forbidden = 0022,
				    .size_max = CONFIG_FILE_MAX };
	AUTO_FD int dirfd = -1, fd = -1;
	char dir[sizeof(((struct config *)0)->store_key)];
	const char *name;
	enum status st;

	if ((st = file_split(path, dir, sizeof(dir), &name, f)) != STATUS_OK)
		return st;
	st = file_dir_open(dir, owner, 0022, &dirfd, f);
	if (st == STATUS_OK)
		st = file_open(dirfd, name, &trust, &fd, f);
	if (st == STATUS_NOT_FOUND)
		return fault(f, st,
			     "there is no configuration at %s: run 'sigractl "
			     "init'",
			     path);
	if (st != STATUS_OK)
		return st;
	return file_read(fd, bytes, size, len, f);
}

/* A relative key lies beside the file at PATH. */
static enum status
config_key_place(const char *path, struct config *c, struct fault *f)
{
	char whole[sizeof(c->store_key)];
	size_t dir = (size_t)(strrchr(path, '/') - path);
	struct buf b;

	if (c->store_key[0] == '/')
		return STATUS_OK;
	buf_start(&b, whole, sizeof(whole));
	buf_printf(&b, "%.*s/%s", (int)dir, path, c->store_key);
	if (b.full)
		return fault(f, STATUS_INVALID,
			     "%s: the path of store.key is longer than %zu "
			     "bytes",
			     path, sizeof(whole) - 1);
	memcpy(c->store_key, whole, sizeof(whole));
	return STATUS_OK;
}

enum status
config_load(const char *path, uid_t owner, struct config *c, struct fault *f)
{
	char bytes[CONFIG_FILE_MAX];
	struct config parsed;
	size_t len;
	enum status st;

	st = config_file_read(path, owner, bytes, sizeof(bytes), &len, f);
	if (st != STATUS_OK)
		return st;
	if ((st = config_parse(path, bytes, len, &parsed, f)) != STATUS_OK)
		return st;
	if ((st = config_key_place(path, &parsed, f)) != STATUS_OK)
		return st;
	*c = parsed;
	return STATUS_OK;
}

static void
config_number_each(int64_t n, const char *name,
		   void (*each)(void *ctx, const char *name,
				const char *value),
		   void *ctx)
{
	char text[24];
	struct buf b;

	buf_start(&b, text, sizeof(text));
	buf_printf(&b, "%lld", (long long)n);
	each(ctx, name, text);
}

void
config_each(const struct config *c,
	    void (*each)(void *ctx, const char *name, const char *value),
	    void *ctx)
{
#define TEXT(section, name, size, value)                                      \
	each(ctx, #section "." #name, c->section##_##name);
#define NUMBER(section, name, low, high, value)                               \
	config_number_each(c->section##_##name, #section "." #name, each, ctx);
#define FLAG(section, name, value)                                            \
	each(ctx, #section "." #name, c->section##_##name ? "yes" : "no");
#include "config/options.def"
#undef TEXT
#undef NUMBER
#undef FLAG
}
