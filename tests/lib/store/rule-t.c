/* SPDX-License-Identifier: MIT */
/* Positions stay 1..n whatever is done; the model is an array. */
#include "fixture.h"
#include "store/rule.h"

#include <stdio.h>
#include <stdlib.h>

#define MOST 12

static struct fault f;

static struct store_rule
rule(unsigned n, int64_t position)
{
	struct store_rule r = { .id = fixture_id(n), .position = position };

	(void)strcpy(r.phases, "auth");
	(void)strcpy(r.action, "require");
	(void)strcpy(r.require, "password");
	(void)strcpy(r.account, "any");
	(void)strcpy(r.unenrolled, "deny");
	(void)strcpy(r.prompt, "auto");
	(void)strcpy(r.qr, "auto");
	(void)strcpy(r.uv, "preferred");
	(void)strcpy(r.org_choice, "last");
	(void)strcpy(r.new_source, "audit");
	r.key_wait = 15;
	r.session_max = -1;
	return r;
}

static enum status
insert(struct store *s, unsigned n, int64_t position)
{
	const struct store_rule r = rule(n, position);
	enum status st;

	ALONE(s, st, store_rule_insert(s, &r, &f));
	return st;
}

static enum status delete (struct store *s, int64_t position) {
	enum status st;

	ALONE(s, st, store_rule_delete(s, position, &f));
	return st;
}

static enum status
move(struct store *s, int64_t from, int64_t to)
{
	enum status st;

	ALONE(s, st, store_rule_move(s, from, to, &f));
	return st;
}

struct order {
	char text[512];
	int64_t next;
	bool contiguous;
};

static bool
collect(void *ctx, const struct store_rule *r)
{
	struct order *o = ctx;

	if (r->position != o->next++)
		o->contiguous = false;
	(void)strcat(o->text, r->id.s + ID_LENGTH - 3);
	(void)strcat(o->text, " ");
	return true;
}

static void
is(struct store *s, const char *expected)
{
	struct order o = { .next = 1, .contiguous = true };

	CHECK_OK(store_rule_list(s, collect, &o, &f), &f);
	CHECK_STR(o.text, expected);
	CHECK(o.contiguous);
}

static void
test_edges(struct store *s)
{
	is(s, "");
	CHECK_EQ(insert(s, 1, 0), STATUS_NOT_FOUND);
	CHECK_EQ(insert(s, 1, -1), STATUS_NOT_FOUND);
	CHECK_EQ(insert(s, 1, 2), STATUS_NOT_FOUND);
	CHECK_EQ(delete (s, 1), STATUS_NOT_FOUND);
	CHECK_EQ(move(s, 1, 1), STATUS_NOT_FOUND);
	CHECK_EQ(insert(s, 1, 1), STATUS_OK);
	CHECK_EQ(insert(s, 2, 1), STATUS_OK);
	CHECK_EQ(insert(s, 3, 3), STATUS_OK);
	is(s, "002 001 003 ");
	CHECK_EQ(insert(s, 3, 1), STATUS_CONFLICT);
	is(s, "002 001 003 ");
	CHECK_EQ(move(s, 1, 3), STATUS_OK);
	is(s, "001 003 002 ");
	CHECK_EQ(move(s, 3, 1), STATUS_OK);
	is(s, "002 001 003 ");
	CHECK_EQ(move(s, 2, 2), STATUS_OK);
	CHECK_EQ(move(s, 1, 4), STATUS_NOT_FOUND);
	CHECK_EQ(move(s, 0, 1), STATUS_NOT_FOUND);
	CHECK_EQ(move(s, 4, 1), STATUS_NOT_FOUND);
	CHECK_EQ(delete (s, 4), STATUS_NOT_FOUND);
	CHECK_EQ(delete (s, 0), STATUS_NOT_FOUND);
	is(s, "002 001 003 ");
	CHECK_EQ(delete (s, 2), STATUS_OK);
	is(s, "002 003 ");
	CHECK_EQ(delete (s, 1), STATUS_OK);
	CHECK_EQ(delete (s, 1), STATUS_OK);
	is(s, "");
}

static bool
keep(void *ctx, const struct store_rule *r)
{
	*(struct store_rule *)ctx = *r;
	return false;
}

static void
test_columns(struct store *s)
{
	struct store_rule r = rule(1, 1), got = { .position = 0 };
	enum status st;

	(void)strcpy(r.account, "known");
	memset(r.service, 's', sizeof(r.service) - 1);
	(void)strcpy(r.host, "*.example.org");
	(void)strcpy(r.user, "ann");
	(void)strcpy(r.group, "wheel");
	(void)strcpy(r.network, "192.0.2.0/24");
	(void)strcpy(r.note, "why");
	(void)strcpy(r.unenrolled, "until");
	r.unenrolled_until = NOW;
	r.trust_days = 365;
	r.step_up = 86400;
	(void)strcpy(r.prompt, "single");
	(void)strcpy(r.qr, "ascii");
	r.qr_invert = true;
	(void)strcpy(r.uv, "discouraged");
	r.key_wait = 120;
	r.key_paste = true;
	memset(r.org, 'o', sizeof(r.org) - 1);
	(void)strcpy(r.org_choice, "ask");
	(void)strcpy(r.new_source, "second");
	r.notice = true;
	r.invite = true;
	r.session_max = 31536000;
	r.session_idle = 2592000;
	ALONE(s, st, store_rule_insert(s, &r, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_OK(store_rule_list(s, keep, &got, &f), &f);
	CHECK(memcmp(&r, &got, sizeof(r)) == 0);
	(void)strcpy(r.action, "perhaps");
	r.id = fixture_id(2);
	ALONE(s, st, store_rule_insert(s, &r, &f));
	CHECK_EQ(st, STATUS_INVALID);
	CHECK_EQ(delete (s, 1), STATUS_OK);
}

/* What no rule may say, one at a time. */
static void
test_form(struct store *s)
{
	struct store_rule wrong[17];
	enum status st;

	for (size_t i = 0; i < 17; i++)
		wrong[i] = rule(1, 1);
	(void)strcpy(wrong[0].unenrolled, "never");
	(void)strcpy(wrong[1].unenrolled, "until"); /* but when? */
	wrong[2].unenrolled_until = NOW;	    /* of what? */
	wrong[3].trust_days = 366;
	wrong[4].step_up = -1;
	wrong[5].step_up = 86401;
	(void)strcpy(wrong[6].prompt, "double");
	(void)strcpy(wrong[7].qr, "png");
	(void)strcpy(wrong[8].uv, "perhaps");
	wrong[9].key_wait = 121;
	wrong[10].key_wait = -1;
	(void)strcpy(wrong[11].org_choice, "first");
	(void)strcpy(wrong[12].new_source, "deny");
	wrong[13].session_max = -2;
	wrong[14].session_max = 31536001;
	wrong[15].session_idle = -1;
	wrong[16].session_idle = 2592001;
	for (size_t i = 0; i < 17; i++) {
		ALONE(s, st, store_rule_insert(s, &wrong[i], &f));
		CHECK_EQ(st, STATUS_INVALID);
	}
	is(s, "");
}

static void
model_move(unsigned *model, size_t from, size_t to)
{
	unsigned carried = model[from];

	for (; from < to; from++)
		model[from] = model[from + 1];
	for (; from > to; from--)
		model[from] = model[from - 1];
	model[to] = carried;
}

static void
model_is(struct store *s, const unsigned *model, size_t n)
{
	char text[512] = "";

	for (size_t i = 0; i < n; i++)
		(void)snprintf(text + strlen(text),
			       sizeof(text) - strlen(text), "%03u ", model[i]);
	is(s, text);
}

static void
test_random(struct store *s)
{
	unsigned model[MOST + 1], next = 100, seed = 4711;
	size_t n = 0;

	for (int round = 0; round < 150; round++) {
		unsigned what = (unsigned)rand_r(&seed) % 3;
		size_t a = (size_t)rand_r(&seed) % (n + 1);
		size_t b = n == 0 ? 0 : (size_t)rand_r(&seed) % n;

		if (what == 0 && n < MOST) {
			CHECK_EQ(insert(s, ++next, (int64_t)a + 1), STATUS_OK);
			model[n] = next;
			model_move(model, n++, a);
		} else if (what == 1 && n > 0) {
			CHECK_EQ(delete (s, (int64_t)b + 1), STATUS_OK);
			model_move(model, b, --n);
		} else if (n > 0 && a < n) {
			CHECK_EQ(move(s, (int64_t)a + 1, (int64_t)b + 1),
				 STATUS_OK);
			model_move(model, a, b);
		}
	}
	CHECK(n > 0);
	model_is(s, model, n);
}

int
main(void)
{
	struct store *s = fixture_store("rule");

	test_edges(s);
	test_columns(s);
	test_form(s);
	test_random(s);
	store_close(s);
	return test_done();
}
