/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "sigractl/doctor.h"
#include "sigractl/ground.h"

#define DOCTOR_TEXT 1024

static const char *const doctor_severities[] = {
	[DOCTOR_OK] = "ok",
	[DOCTOR_WARNING] = "warning",
	[DOCTOR_ERROR] = "error",
};

static void
doctor_print(const char *severity, const char *id, const char *text,
	     const char *advice)
{
	char safe[DOCTOR_TEXT];

	out_line("%s: %s", severity, id);
	text_encode(text, strlen(text), safe, sizeof(safe));
	out_folded(safe, 4);
	if (advice[0] == '\0')
		return;
	(void)snprintf(safe, sizeof(safe), "To do: %s", advice);
	out_folded(safe, 4);
}

void
doctor_say(struct doctor *d, enum doctor_severity severity, const char *id,
	   const char *advice, const char *fmt, ...)
{
	const char *word = doctor_severities[severity];
	char text[DOCTOR_TEXT];
	va_list ap;
	json_t *j;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	d->count[severity]++;
	if (severity == DOCTOR_OK && !d->all)
		return;
	if (d->list == NULL) {
		doctor_print(word, id, text, advice);
		return;
	}
	j = json_object();
	out_put(j, "severity", json_string(word));
	out_put(j, "id", json_string(id));
	out_put(j, "text", out_string(text));
	out_put(j, "advice", out_string(advice));
	out_push(d->list, j);
}

/* Root opens these for whoever calls: not for callers of sudo. */
static enum status
doctor_allowed(const struct cmd *c, struct fault *f)
{
	if (c->actor.delegated && (cmd_option(c, "pam-dir") != NULL ||
				   cmd_option(c, "sshd") != NULL))
		return fault(f, STATUS_DENIED,
			     "--pam-dir and --sshd are not for sudo: root "
			     "would read and run for you; leave them out, or "
			     "use a root shell");
	return ground_where_valid(c, f);
}

/* What root can see comes first; it is given up on the way. */
static void
doctor_examine(struct doctor *d)
{
	doctor_config(d);
	doctor_programs(d);
	doctor_socket(d);
	doctor_pam_read(d);
	doctor_sshd_read(d, cmd_option(d->c, "sshd"));
	doctor_store(d);
	doctor_programs_needed(d);
	doctor_keys(d);
	doctor_pam(d);
	doctor_sshd(d);
}

static enum status
doctor_end(const struct doctor *d, struct fault *f)
{
	unsigned errors = d->count[DOCTOR_ERROR];
	unsigned warnings = d->count[DOCTOR_WARNING];
	AUTO_JSON *j = NULL;

	if (d->list == NULL) {
		if (errors + warnings == 0)
			out_line("Nothing is wrong.");
		else
			out_line("%u error%s, %u warning%s.", errors,
				 errors == 1 ? "" : "s", warnings,
				 warnings == 1 ? "" : "s");
		return STATUS_OK;
	}
	j = json_object();
	out_put(j, "findings", json_incref(d->list));
	out_put(j, "errors", json_integer(errors));
	out_put(j, "warnings", json_integer(warnings));
	return out_json(j, f);
}

enum status
cmd_doctor(struct cmd *c, struct fault *f)
{
	struct doctor d = { .c = c,
			    .all = cmd_option(c, "all") != NULL,
			    .pam_dir = cmd_option(c, "pam-dir") };
	enum status st;

	if ((st = crypto_start(f)) != STATUS_OK ||
	    (st = doctor_allowed(c, f)) != STATUS_OK)
		return st;
	if (c->json)
		d.list = json_array();
	d.services = calloc(DOCTOR_SERVICES_MAX, sizeof(*d.services));
	if (d.services == NULL)
		st = fault(f, STATUS_SYSTEM, "out of memory");
	if (st == STATUS_OK && gethostname(c->host, sizeof(c->host) - 1) != 0)
		st = fault(f, STATUS_SYSTEM, "cannot learn the host's name");
	if (st == STATUS_OK) {
		doctor_examine(&d);
		if (d.count[DOCTOR_ERROR] > 0)
			c->exit = CMD_FAILED;
		st = doctor_end(&d, f);
	}
	json_decref(d.list);
	for (size_t i = 0; i < d.service_count; i++)
		free(d.services[i].stack);
	free(d.services);
	free(d.rules);
	free(d.sshd);
	return st;
}
