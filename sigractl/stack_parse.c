/* SPDX-License-Identifier: MIT */
/* pam.conf(5), as Linux-PAM and Debian's @include have it. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"
#include "sigractl/stack.h"

#define STACK_LINE_SIZE 2048
#define STACK_BLANKS " \t\r\n"
#define STACK_ANY STACK_TYPES
#define STACK_UNSET 1000000

static const char *const stack_codes[STACK_CODES + 1] = {
	"success",
	"open_err",
	"symbol_err",
	"service_err",
	"system_err",
	"buf_err",
	"perm_denied",
	"auth_err",
	"cred_insufficient",
	"authinfo_unavail",
	"user_unknown",
	"maxtries",
	"new_authtok_reqd",
	"acct_expired",
	"session_err",
	"cred_unavail",
	"cred_expired",
	"cred_err",
	"no_module_data",
	"conv_err",
	"authtok_err",
	"authtok_recover_err",
	"authtok_lock_busy",
	"authtok_disable_aging",
	"try_again",
	"ignore",
	"abort",
	"authtok_expired",
	"module_unknown",
	"bad_item",
	"conv_again",
	"incomplete",
	"default",
};

static const char *const stack_types[] = { "auth", "account", "password",
					   "session" };

/* One file while it is read. */
struct stack_reader {
	const struct stack_files *files;
	struct stack *out;
	const char *file;
	unsigned line;
	unsigned depth, level;
	enum stack_type only; /* STACK_ANY: lines of every type */
};

static void stack_file(const struct stack_reader *up, const char *name,
		       enum stack_type only, unsigned level, bool *there);

const char *
stack_code_name(unsigned code)
{
	return code <= STACK_CODES ? stack_codes[code] : NULL;
}

const char *
stack_type_name(enum stack_type type)
{
	return type < STACK_TYPES ? stack_types[type] : "any";
}

const char *
stack_module_name(const struct stack_entry *e)
{
	const char *slash = strrchr(e->module, '/');

	return slash == NULL ? e->module : slash + 1;
}

/*
 * The next word: up to a blank, or what stands between brackets, in which a
 * backslash lets a closing one be.  NULL when there is none.
 */
static char *
stack_word(char **rest)
{
	char *begin = *rest + strspn(*rest, STACK_BLANKS), *to, *from;

	*rest = begin;
	if (*begin == '\0')
		return NULL;
	if (*begin != '[') {
		from = begin + strcspn(begin, STACK_BLANKS);
		*rest = *from == '\0' ? from : from + 1;
		*from = '\0';
		return begin;
	}
	to = ++begin;
	for (from = begin; *from != '\0' && *from != ']'; from++) {
		if (from[0] == '\\' && from[1] == ']')
			from++;
		*to++ = *from;
	}
	*rest = *from == '\0' ? from : from + 1;
	*to = '\0';
	return begin;
}

static void
stack_rest_of(int action[STACK_CODES], int value)
{
	for (size_t i = 0; i < STACK_CODES; i++)
		if (action[i] == STACK_UNSET)
			action[i] = value;
}

static bool
stack_action_parse(const char *s, int *out)
{
	static const char *const names[] = { "ignore", "ok",  "done",
					     "bad",    "die", "reset" };
	int64_t n;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(s, names[i]) == 0) {
			*out = -(int)i;
			return true;
		}
	if (!text_number(s, 0, STACK_UNSET - 1, &n))
		return false;
	*out = (int)n;
	return true;
}

/* "success=ok default=bad"; false when libpam would not take it. */
static bool
stack_pairs(char *text, int action[STACK_CODES])
{
	for (char *word = stack_word(&text); word != NULL;
	     word = stack_word(&text)) {
		char *equals = strchr(word, '=');
		size_t code = 0;
		int value;

		if (equals == NULL)
			return false;
		*equals = '\0';
		while (code <= STACK_CODES &&
		       strcasecmp(word, stack_codes[code]) != 0)
			code++;
		if (code > STACK_CODES ||
		    !stack_action_parse(equals + 1, &value))
			return false;
		if (code == STACK_CODES)
			stack_rest_of(action, value);
		else
			action[code] = value;
	}
	return true;
}

static void
stack_control(struct stack_entry *e)
{
	static const struct {
		const char *name;
		int yes, no, ignore;
	} words[] = {
		{ "required", STACK_OK, STACK_BAD, STACK_IGNORE },
		{ "requisite", STACK_OK, STACK_DIE, STACK_IGNORE },
		{ "optional", STACK_OK, STACK_IGNORE, STACK_IGNORE },
		{ "sufficient", STACK_DONE, STACK_IGNORE, STACK_IGNORE },
	};
	char text[sizeof(e->control)];

	for (size_t i = 0; i < STACK_CODES; i++)
		e->action[i] = STACK_UNSET;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(e->control, words[i].name) != 0)
			continue;
		e->action[STACK_SUCCESS] = words[i].yes;
		e->action[STACK_NEW_AUTHTOK_REQD] = words[i].yes;
		e->action[STACK_PAM_IGNORE] = words[i].ignore;
		stack_rest_of(e->action, words[i].no);
		return;
	}
	(void)text_copy(text, sizeof(text), e->control);
	if (!stack_pairs(text, e->action))
		for (size_t i = 0; i < STACK_CODES; i++)
			e->action[i] = STACK_BAD;
	stack_rest_of(e->action, STACK_BAD);
}

static void
stack_add(const struct stack_reader *r, const struct stack_entry *e)
{
	struct stack_entry *to;

	if (r->out->n == STACK_ENTRIES_MAX) {
		r->out->cut = true;
		return;
	}
	to = &r->out->of[r->out->n++];
	*to = *e;
	to->level = r->level;
	to->line = r->line;
	(void)text_copy(to->file, sizeof(to->file), r->file);
}

static void
stack_add_broken(const struct stack_reader *r, struct stack_entry *e)
{
	e->broken = true;
	for (size_t i = 0; i < STACK_CODES; i++)
		e->action[i] = STACK_BAD;
	stack_add(r, e);
}

static void
stack_include(const struct stack_reader *r, const char *name,
	      enum stack_type type, bool substack)
{
	struct stack_entry e = { .type = type == STACK_ANY ? STACK_AUTH
							   : type };
	bool there = false;

	e.substack = substack;
	if (substack)
		stack_add(r, &e);
	e.substack = false;
	if (name != NULL && r->depth + 1 < STACK_LEVELS)
		stack_file(r, name, type, r->level + substack, &there);
	if (!there)
		stack_add_broken(r, &e);
}

static void
stack_trim(char *s)
{
	size_t len = strlen(s);

	while (len > 0 && strchr(STACK_BLANKS, s[len - 1]) != NULL)
		s[--len] = '\0';
}

/* The words behind the type. */
static void
stack_module(const struct stack_reader *r, struct stack_entry *e, char *rest)
{
	char *control = stack_word(&rest), *module;
	bool substack;

	if (control == NULL) {
		stack_add_broken(r, e);
		return;
	}
	module = stack_word(&rest);
	substack = strcasecmp(control, "substack") == 0;
	if (substack || strcasecmp(control, "include") == 0) {
		stack_include(r, module, e->type, substack);
		return;
	}
	rest += strspn(rest, STACK_BLANKS);
	stack_trim(rest);
	if (module == NULL ||
	    !text_copy(e->control, sizeof(e->control), control) ||
	    !text_copy(e->module, sizeof(e->module), module) ||
	    !text_copy(e->args, sizeof(e->args), rest)) {
		stack_add_broken(r, e);
		return;
	}
	stack_control(e);
	stack_add(r, e);
}

static void
stack_line(const struct stack_reader *r, char *rest)
{
	struct stack_entry e = { .type = STACK_AUTH };
	char *word = stack_word(&rest);
	bool known = false;

	if (word == NULL)
		return;
	if (strcmp(word, "@include") == 0) {
		stack_include(r, stack_word(&rest), r->only, false);
		return;
	}
	if (*word == '-')
		word++;
	for (size_t i = 0; i < STACK_TYPES; i++)
		if (strcasecmp(word, stack_types[i]) == 0) {
			e.type = (enum stack_type)i;
			known = true;
		}
	if (!known && r->only != STACK_ANY)
		e.type = r->only;
	if (r->only != STACK_ANY && e.type != r->only)
		return;
	if (known)
		stack_module(r, &e, rest);
	else
		stack_add_broken(r, &e);
}

/* Lines, of which a backslash at the end makes one of two; a comment ends
 * whatever it stands in. */
static void
stack_text(struct stack_reader *r, char *text)
{
	char line[STACK_LINE_SIZE];
	struct buf b;
	bool more = false;

	buf_start(&b, line, sizeof(line));
	for (unsigned n = 1; *text != '\0'; n++) {
		size_t len = strcspn(text, "\n");
		char *next = text + len + (text[len] == '\n'), *hash, *end;

		text[len] = '\0';
		if (!more) {
			buf_start(&b, line, sizeof(line));
			r->line = n;
		}
		hash = strchr(text, '#');
		if (hash != NULL)
			*hash = '\0';
		end = text + strlen(text);
		while (end > text && strchr(" \t\r", end[-1]) != NULL)
			end--;
		more = hash == NULL && end > text && end[-1] == '\\';
		*(more ? end - 1 : end) = '\0';
		buf_printf(&b, "%s ", text);
		text = next;
		if (more && *text != '\0')
			continue;
		if (b.full)
			r->out->cut = true;
		stack_line(r, line);
		more = false;
	}
}

/* UP->file has been asked for by somebody else: then NAME is a service. */
static void
stack_file(const struct stack_reader *up, const char *name,
	   enum stack_type only, unsigned level, bool *there)
{
	struct stack_reader r = { .files = up->files,
				  .out = up->out,
				  .file = name,
				  .depth = up->depth + 1,
				  .level = level,
				  .only = only };
	AUTO_FREE char *text = malloc(STACK_FILE_SIZE);

	if (up->depth > 0 && r.files->included != NULL)
		r.files->included(r.files->ctx, name);
	*there = text != NULL &&
		 r.files->read(r.files->ctx, name, text, STACK_FILE_SIZE);
	if (*there)
		stack_text(&r, text);
}

static bool
stack_has(const struct stack *s, enum stack_type type)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->of[i].type == type)
			return true;
	return false;
}

void
stack_load(const struct stack_files *files, const char *service,
	   struct stack *out)
{
	const struct stack_reader top = { .files = files, .out = out };
	bool there;

	out->n = 0;
	out->cut = false;
	stack_file(&top, service, STACK_ANY, 0, &there);
	for (unsigned i = 0; i < STACK_TYPES; i++)
		if (!stack_has(out, (enum stack_type)i))
			stack_file(&top, "other", (enum stack_type)i, 0,
				   &there);
}
