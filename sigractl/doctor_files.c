/* SPDX-License-Identifier: MIT */
/* The files of pam.d: which services there are, and their stacks. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/file.h"
#include "base/text.h"
#include "sigractl/doctor.h"

/* Where libpam looks, the first that has the file; ended by a NULL. */
static const char *const doctor_dirs[] = { "/etc/pam.d", "/usr/lib/pam.d",
					   NULL };

static struct doctor_service *
doctor_service(const struct doctor *d, const char *name)
{
	for (size_t i = 0; i < d->service_count; i++)
		if (strcmp(d->services[i].name, name) == 0)
			return &d->services[i];
	return NULL;
}

const struct stack *
doctor_stack(const struct doctor *d, const char *service)
{
	const struct doctor_service *v = doctor_service(d, service);

	return v == NULL ? NULL : v->stack;
}

static bool
doctor_file_at(const char *dir, const char *name, char *out, size_t size)
{
	struct fault why = { .text = "" };
	char path[PATH_MAX];
	struct stat sb;
	size_t len = 0;
	int n = name[0] == '/'
			? snprintf(path, sizeof(path), "%s", name)
			: snprintf(path, sizeof(path), "%s/%s", dir, name);
	AUTO_FD int fd = -1;

	if (n < 0 || (size_t)n >= sizeof(path))
		return false;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &sb) != 0 || !S_ISREG(sb.st_mode) ||
	    file_read(fd, out, size - 1, &len, &why) != STATUS_OK)
		return false;
	out[len] = '\0';
	return true;
}

static bool
doctor_file_read(void *ctx, const char *name, char *out, size_t size)
{
	const struct doctor *d = ctx;

	if (d->pam_dir != NULL)
		return doctor_file_at(d->pam_dir, name, out, size);
	for (size_t i = 0; doctor_dirs[i] != NULL; i++)
		if (doctor_file_at(doctor_dirs[i], name, out, size))
			return true;
	return false;
}

static void
doctor_file_included(void *ctx, const char *name)
{
	const struct doctor *d = ctx;
	const char *slash = strrchr(name, '/');
	struct doctor_service *v =
		doctor_service(d, slash == NULL ? name : slash + 1);

	if (v != NULL)
		v->included = true;
}

/* Editors and dpkg leave files behind that nobody opens as a service. */
static bool
doctor_is_service(const char *name)
{
	size_t len = strlen(name);

	return name[0] != '.' && len > 0 && name[len - 1] != '~' &&
	       strstr(name, ".dpkg-") == NULL &&
	       strstr(name, ".rpm") == NULL &&
	       len < sizeof(((struct doctor_service *)NULL)->name);
}

static void
doctor_services(struct doctor *d, const char *dir, bool needed)
{
	struct dirent *entry;
	DIR *all = opendir(dir);

	if (all == NULL && needed)
		doctor_say(d, DOCTOR_ERROR, "pam-directory",
			   "name the directory with the stacks: --pam-dir",
			   "cannot read %s: %s", dir, strerror(errno));
	if (all == NULL)
		return;
	while ((entry = readdir(all)) != NULL) {
		struct doctor_service *to = &d->services[d->service_count];

		if (!doctor_is_service(entry->d_name) ||
		    doctor_service(d, entry->d_name) != NULL)
			continue;
		if (d->service_count == DOCTOR_SERVICES_MAX) {
			doctor_say(d, DOCTOR_WARNING, "pam-directory",
				   "remove files that are no services",
				   "%s has more than %d services; some were "
				   "not looked at",
				   dir, DOCTOR_SERVICES_MAX);
			break;
		}
		(void)text_copy(to->name, sizeof(to->name), entry->d_name);
		d->service_count++;
	}
	(void)closedir(all);
}

static int
doctor_service_order(const void *a, const void *b)
{
	const struct doctor_service *left = a, *right = b;

	return strcmp(left->name, right->name);
}

/* Keep only as much of it as it has. */
static struct stack *
doctor_stack_keep(const struct stack *from)
{
	size_t size =
		offsetof(struct stack, of) + from->n * sizeof(from->of[0]);
	struct stack *to = malloc(sizeof(*to));

	if (to != NULL)
		memcpy(to, from, size);
	return to;
}

void
doctor_pam_read(struct doctor *d)
{
	const struct stack_files files = { .read = doctor_file_read,
					   .included = doctor_file_included,
					   .ctx = d };
	AUTO_FREE struct stack *s = malloc(sizeof(*s));

	if (d->pam_dir != NULL)
		doctor_services(d, d->pam_dir, true);
	for (size_t i = 0; d->pam_dir == NULL && doctor_dirs[i] != NULL; i++)
		doctor_services(d, doctor_dirs[i], i == 0);
	qsort(d->services, d->service_count, sizeof(d->services[0]),
	      doctor_service_order);
	for (size_t i = 0; s != NULL && i < d->service_count; i++) {
		stack_load(&files, d->services[i].name, s);
		if (doctor_names_sigra(s, STACK_TYPES))
			d->services[i].stack = doctor_stack_keep(s);
	}
}
