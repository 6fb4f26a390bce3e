/* SPDX-License-Identifier: MIT */
/* Lines that name pam_sigra, each by itself. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "sigractl/doctor_pam.h"

/* As pam_sigra(8) has them; a test holds both against each other. */
static const char *const doctor_arguments[] = {
	"config=",	  "libexec=",	    "nodelay",
	"socket=",	  "try_first_pass", "use_authtok",
	"use_first_pass", "verifier=",	    NULL,
};

bool
doctor_is_sigra(const struct stack_entry *e)
{
	const char *name = stack_module_name(e);

	return !e->broken && (strcmp(name, "pam_sigra.so") == 0 ||
			      strcmp(name, "pam_sigra") == 0);
}

bool
doctor_names_sigra(const struct stack *s, enum stack_type type)
{
	for (size_t i = 0; i < s->n; i++)
		if ((type == STACK_TYPES || s->of[i].type == type) &&
		    doctor_is_sigra(&s->of[i]))
			return true;
	return false;
}

static bool
doctor_argument_known(const char *word)
{
	for (size_t i = 0; doctor_arguments[i] != NULL; i++) {
		const char *known = doctor_arguments[i];
		size_t len = strlen(known);

		if (known[len - 1] != '=' ? strcmp(word, known) == 0
					  : strncmp(word, known, len) == 0 &&
						    word[len] == '/')
			return true;
	}
	return false;
}

static void
doctor_line_arguments(struct doctor *d, const struct doctor_service *v,
		      const struct stack_entry *e)
{
	const char *rest = e->args;

	while (*(rest += strspn(rest, " \t")) != '\0') {
		size_t len = strcspn(rest, " \t");
		char word[sizeof(e->args)];

		(void)snprintf(word, sizeof(word), "%.*s", (int)len, rest);
		if (!doctor_argument_known(word))
			doctor_say(d, DOCTOR_ERROR, "pam-argument",
				   "see OPTIONS in pam_sigra(8); until then "
				   "the line denies everybody",
				   "service %s (%s, line %u): pam_sigra does "
				   "not take '%s'",
				   v->name, e->file, e->line, word);
		rest += len;
	}
}

static void
doctor_line_module(struct doctor *d, const struct doctor_service *v,
		   const struct stack_entry *e)
{
	char path[sizeof(e->module) + sizeof(SIGRA_PAM_DIR) + 1];

	if (e->module[0] == '/')
		(void)text_copy(path, sizeof(path), e->module);
	else
		(void)snprintf(path, sizeof(path), "%s/%s", SIGRA_PAM_DIR,
			       e->module);
	if (access(path, F_OK) != 0)
		doctor_say(d, DOCTOR_ERROR, "pam-module",
			   "write the whole path, " SIGRA_MODULE ", or "
			   "install the module there",
			   "service %s (%s, line %u): there is no %s, so the "
			   "line denies everybody",
			   v->name, e->file, e->line, path);
}

/* A yes that is none: it only looks like one until something is moved. */
static void
doctor_line_control(struct doctor *d, const struct doctor_service *v,
		    const struct stack_entry *e)
{
	for (unsigned code = 0; code < STACK_CODES; code++) {
		if (code == STACK_SUCCESS || code == STACK_NEW_AUTHTOK_REQD)
			continue;
		if (e->action[code] != STACK_OK &&
		    e->action[code] != STACK_DONE)
			continue;
		doctor_say(d, DOCTOR_WARNING, "pam-control",
			   "only success, and in account new_authtok_reqd, "
			   "may be ok or done; see STACKS in pam_sigra(8)",
			   "service %s (%s, line %u): the control [%s] takes "
			   "%s for a result to go on with",
			   v->name, e->file, e->line, e->control,
			   stack_code_name(code));
		return;
	}
}

/* Several types may have the same line, as when "other" stands in. */
void
doctor_pam_lines(struct doctor *d, const struct doctor_service *v)
{
	for (size_t i = 0; i < v->stack->n; i++) {
		const struct stack_entry *e = &v->stack->of[i];

		if (e->broken)
			doctor_say(d, DOCTOR_WARNING, "pam-syntax",
				   "repair the line, see pam.conf(5); as it "
				   "is, it denies everybody",
				   "service %s (%s, line %u): libpam cannot "
				   "use this line",
				   v->name, e->file, e->line);
		if (!doctor_is_sigra(e))
			continue;
		doctor_line_module(d, v, e);
		doctor_line_arguments(d, v, e);
		doctor_line_control(d, v, e);
	}
}
