/* SPDX-License-Identifier: MIT */
/*
 * Stacks by hand, and thousands made by chance that the real libpam walks,
 * too: pam_debug(8) answers what its line says, and both must agree.
 */
#include "sigractl/stack.h"

#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/test.h"

#define STACK_ROUNDS 1500

struct stack_text {
	const char *name, *text;
};

static bool
read_text(void *ctx, const char *name, char *out, size_t size)
{
	const char *slash = strrchr(name, '/');

	/* Some releases of libpam include below their own directory only. */
	name = slash == NULL ? name : slash + 1;
	for (const struct stack_text *t = ctx; t->name != NULL; t++)
		if (strcmp(t->name, name) == 0)
			return snprintf(out, size, "%s", t->text) >= 0;
	return false;
}

static void
load(const struct stack_text *texts, struct stack *out)
{
	struct stack_files files = { .read = read_text };

	memcpy(&files.ctx, &texts, sizeof(texts));
	stack_load(&files, "t", out);
}

/* "auth=CODE" says what the module answers. */
static uint32_t
codes(void *ctx, const struct stack_entry *e)
{
	const char *is = strstr(e->args, "auth=");

	(void)ctx;
	for (unsigned i = 0; is != NULL && i < STACK_CODES; i++)
		if (strcmp(is + 5, stack_code_name(i)) == 0)
			return STACK_CODE(i);
	return 0;
}

static bool
ours(void *ctx, const struct stack_entry *e)
{
	(void)ctx;
	return strstr(e->args, "ours") != NULL;
}

static enum stack_answer
ask(const struct stack_text *texts, bool met)
{
	static struct stack s;
	const struct stack_question q = { .codes = codes,
					  .ours = ours,
					  .met = met };

	load(texts, &s);
	return stack_grants(&s, STACK_AUTH, &q);
}

static void
test_parse(void)
{
	static struct stack s;

	load(
		(const struct stack_text[]){
			{ "t", "# comment\n"
			       "auth\trequired pam_a.so one two # three\n"
			       "AUTH [success=2 default=die] \\\n"
			       "  /x/pam_b.so [with ] blank\\] end]\n"
			       "-account sufficient pam_c.so\n"
			       "auth include more\n"
			       "auth substack more\n"
			       "@include all\n"
			       "auth include missing\n"
			       "lunch required pam_d.so\n"
			       "auth [success=maybe] pam_e.so\n"
			       "auth required\n" },
			{ "more", "auth required pam_m.so\n"
				  "account required pam_n.so\n" },
			{ "all", "session optional pam_s.so" },
			{ "other", "password required pam_o.so\n"
				   "auth required pam_never.so\n" },
			{ NULL, NULL } },
		&s);
	CHECK_EQ(s.n, 12);
	CHECK_STR(s.of[0].module, "pam_a.so");
	CHECK_STR(s.of[0].args, "one two");
	CHECK_EQ(s.of[0].line, 2);
	CHECK_EQ(s.of[1].line, 3);
	CHECK_EQ(s.of[1].action[STACK_SUCCESS], 2);
	CHECK_EQ(s.of[1].action[STACK_AUTH_ERR], STACK_DIE);
	CHECK_STR(stack_module_name(&s.of[1]), "pam_b.so");
	CHECK_EQ(s.of[2].type, STACK_ACCOUNT);
	CHECK_EQ(s.of[2].action[STACK_SUCCESS], STACK_DONE);
	CHECK_STR(s.of[3].module, "pam_m.so");
	CHECK_STR(s.of[3].file, "more");
	CHECK(s.of[4].substack);
	CHECK_EQ(s.of[5].level, 1);
	CHECK_EQ(s.of[6].type, STACK_SESSION);
	for (size_t i = 7; i < 9; i++)
		CHECK(s.of[i].broken && s.of[i].type == STACK_AUTH);
	CHECK_EQ(s.of[9].action[STACK_SUCCESS], STACK_BAD);
	CHECK(s.of[10].broken);
	CHECK_STR(s.of[11].file, "other");
	CHECK_EQ(s.of[11].type, STACK_PASSWORD);
}

static void
test_hostile(void)
{
	static char text[STACK_FILE_SIZE];
	static struct stack s;
	const struct stack_text all[] = { { "t", text }, { NULL, NULL } };
	size_t len = 0;

	load((const struct stack_text[]){ { "t", "@include t\n" },
					  { NULL, NULL } },
	     &s);
	CHECK(s.n > 0 && s.of[0].broken);
	while (len + 30 < sizeof(text))
		len += (size_t)sprintf(text + len, "auth required x.so\n");
	load(all, &s);
	CHECK(s.cut && s.n == STACK_ENTRIES_MAX);
	memset(text, 'a', sizeof(text) - 1);
	load(all, &s);
	CHECK(s.cut);
	load((const struct stack_text[]){ { NULL, NULL } }, &s);
	CHECK_EQ(s.n, 0);
}

static void
test_met(void)
{
	const struct stack_text around[] = {
		{ "t", "auth [success=1 default=ignore] a.so auth=success\n"
		       "auth required b.so ours auth=auth_err\n"
		       "auth required c.so auth=success\n" },
		{ NULL, NULL },
	};
	const struct stack_text through[] = {
		{ "t", "auth sufficient b.so ours auth=auth_err\n"
		       "auth required c.so auth=success\n" },
		{ NULL, NULL },
	};

	CHECK_EQ(ask(around, false), STACK_SOMETIMES);
	CHECK_EQ(ask(around, true), STACK_NEVER);
	CHECK_EQ(ask(through, true), STACK_SOMETIMES);
	CHECK_EQ(ask(through, false), STACK_NEVER);
}

static unsigned
chance(unsigned n)
{
	static uint32_t x = 2463534242;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x % n;
}

static const char *
chance_code(void)
{
	static const char *const some[] = {
		"success",  "success",	    "success",
		"auth_err", "perm_denied",  "ignore",
		"ignore",   "user_unknown", "new_authtok_reqd",
	};

	return some[chance(sizeof(some) / sizeof(some[0]))];
}

static size_t
chance_line(char *out, bool deep)
{
	static const char *const words[] = { "required", "requisite",
					     "sufficient", "optional" };
	static const char *const actions[] = { "ignore", "ok",	"done",
					       "bad",	 "die", "reset",
					       "1",	 "2",	"3" };
	unsigned which = chance(deep ? 10 : 12);

	if (which >= 10)
		return (size_t)sprintf(out, "auth %s %s/%s\n",
				       chance(2) ? "substack" : "include",
				       test_dir(), chance(2) ? "u" : "v");
	if (which < 4)
		return (size_t)sprintf(out, "auth %s pam_debug.so auth=%s\n",
				       words[which], chance_code());
	return (size_t)sprintf(out,
			       "auth [%s=%s %s=%s default=%s] "
			       "pam_debug.so auth=%s\n",
			       chance_code(), actions[chance(9)],
			       chance_code(), actions[chance(9)],
			       actions[chance(9)], chance_code());
}

static void
chance_file(const char *name, char *text, bool deep)
{
	size_t len = 0;
	FILE *to = fopen(name, "w");

	for (unsigned n = 1 + chance(5); n > 0; n--)
		len += chance_line(text + len, deep);
	if (to == NULL || fputs(text, to) < 0 || fclose(to) != 0)
		abort();
}

static int
no_conversation(int n, const struct pam_message **m, struct pam_response **r,
		void *p)
{
	(void)n;
	(void)m;
	(void)r;
	(void)p;
	return PAM_CONV_ERR;
}

static int
libpam_says(void)
{
	const struct pam_conv conv = { .conv = no_conversation };
	pam_handle_t *h;
	int result;

	if (pam_start_confdir("t", "nobody", &conv, ".", &h) != PAM_SUCCESS)
		return -1;
	result = pam_authenticate(h, PAM_SILENT);
	(void)pam_end(h, result);
	return result;
}

static void
test_libpam(void)
{
	char t[4096], u[4096], v[4096];
	const struct stack_text texts[] = {
		{ "t", t }, { "u", u }, { "v", v }, { NULL, NULL }
	};
	unsigned wrong = 0, in = 0;

	CHECK(chdir(test_dir()) == 0);
	for (unsigned i = 0; i < STACK_ROUNDS; i++) {
		enum stack_answer said;
		int real;

		chance_file("t", t, false);
		chance_file("u", u, true);
		chance_file("v", v, true);
		real = libpam_says();
		said = ask(texts, false);
		if (real == PAM_SUCCESS)
			in++;
		if ((said == STACK_SOMETIMES) == (real == PAM_SUCCESS) &&
		    said != STACK_UNKNOWN && real >= 0)
			continue;
		if (wrong++ == 0)
			test_note("libpam %d, we %d: %s-- u: %s-- v: %s", real,
				  said, t, u, v);
	}
	test_note("%u of %u get in", in, STACK_ROUNDS);
	CHECK_EQ(wrong, 0);
	CHECK(in > STACK_ROUNDS / 10 && in < STACK_ROUNDS / 10 * 9);
}

int
main(void)
{
	test_parse();
	test_hostile();
	test_met();
	if (access(SIGRA_PAM_DIR "/pam_debug.so", F_OK) == 0)
		test_libpam();
	else
		test_skip("there is no pam_debug");
	return test_done();
}
