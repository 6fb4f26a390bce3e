/* SPDX-License-Identifier: MIT */
/* What security keys and SSH agents need on this host, as far as the rules
 * name them. */
#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/key.h"
#include "sigractl/doctor.h"

#define DOCTOR_FIDO SIGRA_LIBEXEC "/sigra-fido"
#define DOCTOR_AGENT SIGRA_LIBEXEC "/sigra-agent"
#define DOCTOR_FIDO_GROUP "sigra-fido"
#define DOCTOR_UDEV "/run/udev"

static bool
doctor_named(const struct doctor *d, enum policy_factor factor)
{
	for (size_t i = 0; d->rules != NULL && i < d->rule_count; i++)
		for (unsigned k = 0; k < d->rules[i].alternatives; k++)
			if ((d->rules[i].require[k] & POLICY_BIT(factor)) != 0)
				return true;
	return false;
}

static void
doctor_helper(struct doctor *d, const char *id, const char *path,
	      const char *factor)
{
	if (!doctor_installed(d, id, path))
		doctor_say(d, DOCTOR_WARNING, id,
			   "install Sigra whole: ninja -C build install",
			   "rules name %s, but %s is not there: it is never "
			   "asked for",
			   factor, path);
	else if (access(path, X_OK) != 0)
		doctor_say(d, DOCTOR_ERROR, id,
			   "chmod 0755, and look at the "
			   "mount options",
			   "%s cannot be run: %s", path, strerror(errno));
}

/* Is there a file of ours among the rules of this directory? */
static bool
doctor_udev_in(const char *dir)
{
	const struct dirent *entry;
	DIR *all = opendir(dir);
	bool found = false;

	while (all != NULL && !found && (entry = readdir(all)) != NULL)
		found = strstr(entry->d_name, "sigra") != NULL &&
			strstr(entry->d_name, ".rules") != NULL;
	if (all != NULL)
		(void)closedir(all);
	return found;
}

/* The service opens keys by a group of its own; sudo and login do without. */
static void
doctor_udev(struct doctor *d)
{
	if (access(DOCTOR_UDEV, F_OK) != 0)
		return;
	if (getgrnam(DOCTOR_FIDO_GROUP) == NULL)
		doctor_say(d, DOCTOR_WARNING, "fido-group",
			   "systemd-sysusers makes it, or groupadd --system",
			   "there is no group %s, whose the keys' devices "
			   "are: sandboxed services cannot ask for a key",
			   DOCTOR_FIDO_GROUP);
	else if (!doctor_udev_in("/etc/udev/rules.d") &&
		 !doctor_udev_in("/usr/lib/udev/rules.d") &&
		 !doctor_udev_in("/lib/udev/rules.d"))
		doctor_say(d, DOCTOR_WARNING, "fido-udev",
			   "install Sigra whole, then udevadm control "
			   "--reload and udevadm trigger",
			   "no rule of udev gives the keys' devices to the "
			   "group %s: sandboxed services cannot ask for a key",
			   DOCTOR_FIDO_GROUP);
	else
		doctor_say(d, DOCTOR_OK, "fido-udev", "",
			   "udev gives keys to the group %s",
			   DOCTOR_FIDO_GROUP);
}

/* Then it is too late for another RP id. */
static bool
doctor_any_key(const struct doctor *d)
{
	struct fault ignored;
	bool any = false;

	return store_key_any(d->c->store, &any, &ignored) == STATUS_OK && any;
}

static void
doctor_rp(struct doctor *d)
{
	struct fault why = { .text = "" };
	struct store_key_policy p;

	if (store_key_policy_get(d->c->store, &p, &why) != STATUS_OK)
		doctor_say(d, DOCTOR_ERROR, "rp-id",
			   "put a backup back, see BREAK GLASS in sigra(7)",
			   "%s", why.text);
	else if (p.rp[0] == '\0')
		doctor_say(d, DOCTOR_WARNING, "rp-id",
			   "sigractl policy keys --rp-id and the domain of "
			   "this house",
			   "rules name fido2, but no RP id is set: no key can "
			   "be enrolled");
	else if (admin_rp_is_host(p.rp, d->c->host) && !doctor_any_key(d))
		doctor_say(d, DOCTOR_WARNING, "rp-id",
			   "sigractl policy keys --rp-id and the domain of "
			   "this house, before the first key is enrolled",
			   "security keys are made for %s, which looks like "
			   "the name of one machine",
			   p.rp);
	else
		doctor_say(d, DOCTOR_OK, "rp-id", "",
			   "security keys are made for %s", p.rp);
}

void
doctor_keys(struct doctor *d)
{
	if (d->rules == NULL)
		return;
	if (doctor_named(d, POLICY_FACTOR_FIDO2)) {
		doctor_helper(d, "sigra-fido", DOCTOR_FIDO, "fido2");
		doctor_udev(d);
		doctor_rp(d);
	}
	if (doctor_named(d, POLICY_FACTOR_SSH_SK))
		doctor_helper(d, "sigra-agent", DOCTOR_AGENT, "ssh-sk");
}
