/* SPDX-License-Identifier: MIT */
/*
 * Positions are 1..n without a gap.  A rule enters and leaves at the end and
 * is moved from or to where it belongs, so that one pair of statements does
 * all the shifting.
 */
#include "base/text.h"
#include "store/engine.h"
#include "store/rule.h"

struct store_rule_walk {
	bool (*each)(void *ctx, const struct store_rule *);
	void *ctx;
};

/* Columns: id, position, phases, action, require, account, service, host,
 * user, unix_group, network, note, unenrolled, unenrolled_until, trust_days,
 * step_up, prompt, qr, qr_invert, uv, key_wait, key_paste, org, org_choice,
 * notice, new_source, invite, session_max, session_idle. */
static enum store_next
store_rule_step(void *ctx, struct store_row *row)
{
	const struct store_rule_walk *w = ctx;
	struct store_rule r = { .position = 0 };

	store_row_id(row, &r.id);
	store_row_integer(row, 1, INT64_MAX, &r.position);
	store_row_text(row, r.phases, sizeof(r.phases));
	store_row_text(row, r.action, sizeof(r.action));
	store_row_text(row, r.require, sizeof(r.require));
	store_row_text(row, r.account, sizeof(r.account));
	store_row_text(row, r.service, sizeof(r.service));
	store_row_text(row, r.host, sizeof(r.host));
	store_row_text(row, r.user, sizeof(r.user));
	store_row_text(row, r.group, sizeof(r.group));
	store_row_text(row, r.network, sizeof(r.network));
	store_row_text(row, r.note, sizeof(r.note));
	store_row_text(row, r.unenrolled, sizeof(r.unenrolled));
	store_row_integer(row, 0, INT64_MAX, &r.unenrolled_until);
	store_row_integer(row, 0, INT64_MAX, &r.trust_days);
	store_row_integer(row, 0, INT64_MAX, &r.step_up);
	store_row_text(row, r.prompt, sizeof(r.prompt));
	store_row_text(row, r.qr, sizeof(r.qr));
	store_row_bool(row, &r.qr_invert);
	store_row_text(row, r.uv, sizeof(r.uv));
	store_row_integer(row, 0, INT64_MAX, &r.key_wait);
	store_row_bool(row, &r.key_paste);
	store_row_text(row, r.org, sizeof(r.org));
	store_row_text(row, r.org_choice, sizeof(r.org_choice));
	store_row_bool(row, &r.notice);
	store_row_text(row, r.new_source, sizeof(r.new_source));
	store_row_bool(row, &r.invite);
	store_row_integer(row, -1, INT64_MAX, &r.session_max);
	store_row_integer(row, 0, INT64_MAX, &r.session_idle);
	if (!store_row_done(row))
		return STORE_NEXT_BAD;
	return w->each(w->ctx, &r) ? STORE_NEXT_MORE : STORE_NEXT_STOP;
}

enum status
store_rule_list(struct store *s,
		bool (*each)(void *ctx, const struct store_rule *), void *ctx,
		struct fault *f)
{
	struct store_rule_walk w = { .each = each, .ctx = ctx };
	const struct store_sink sink = { store_rule_step, &w };

	return store_query(s, STORE_SQL_RULE_LIST, NULL, 0, &sink, f);
}

static enum status
store_rule_within(int64_t position, int64_t last, struct fault *f)
{
	if (position < 1 || position > last)
		return fault(f, STATUS_NOT_FOUND,
			     "position %lld is outside 1 to %lld",
			     (long long)position, (long long)last);
	return STATUS_OK;
}

static enum status
store_rule_carry(struct store *s, int64_t from, int64_t to, struct fault *f)
{
	const struct store_value in[] = { store_integer(from),
					  store_integer(to) };
	enum status st;

	if (from == to)
		return STATUS_OK;
	if ((st = store_change(s, STORE_SQL_RULE_CARRY, in, STORE_LEN(in),
			       NULL, f)) == STATUS_OK)
		st = store_change(s, STORE_SQL_RULE_SETTLE, NULL, 0, NULL, f);
	if (st != STATUS_OK)
		store_doom(s);
	return st;
}

enum status
store_rule_insert(struct store *s, const struct store_rule *r, struct fault *f)
{
	int64_t count = 0;
	enum status st;

	if ((st = store_query_count(s, STORE_SQL_RULE_COUNT, NULL, 0, &count,
				    f)) != STATUS_OK ||
	    (st = store_rule_within(r->position, count + 1, f)) != STATUS_OK)
		return st;

	const struct store_value in[] = {
		store_text(r->id.s),
		store_integer(count + 1),
		store_text(r->phases),
		store_text(r->action),
		store_text(r->require),
		store_text(r->account),
		store_text(r->service),
		store_text(r->host),
		store_text(r->user),
		store_text(r->group),
		store_text(r->network),
		store_text(r->note),
		store_text(r->unenrolled),
		store_integer(r->unenrolled_until),
		store_integer(r->trust_days),
		store_integer(r->step_up),
		store_text(r->prompt),
		store_text(r->qr),
		store_integer(r->qr_invert),
		store_text(r->uv),
		store_integer(r->key_wait),
		store_integer(r->key_paste),
		store_text(r->org),
		store_text(r->org_choice),
		store_integer(r->notice),
		store_text(r->new_source),
		store_integer(r->invite),
		store_integer(r->session_max),
		store_integer(r->session_idle),
	};

	if ((st = store_change(s, STORE_SQL_RULE_INSERT, in, STORE_LEN(in),
			       NULL, f)) != STATUS_OK)
		return st;
	return store_rule_carry(s, count + 1, r->position, f);
}

enum status
store_rule_delete(struct store *s, int64_t position, struct fault *f)
{
	int64_t count = 0;
	size_t rows = 0;
	enum status st;

	if ((st = store_query_count(s, STORE_SQL_RULE_COUNT, NULL, 0, &count,
				    f)) != STATUS_OK ||
	    (st = store_rule_within(position, count, f)) != STATUS_OK ||
	    (st = store_rule_carry(s, position, count, f)) != STATUS_OK)
		return st;

	const struct store_value in[] = { store_integer(count) };

	st = store_change(s, STORE_SQL_RULE_DELETE, in, STORE_LEN(in), &rows,
			  f);
	if (st == STATUS_OK && rows != 1)
		st = fault(f, STATUS_CORRUPT,
			   "the rules are not numbered 1 to %lld",
			   (long long)count);
	if (st != STATUS_OK)
		store_doom(s);
	return st;
}

enum status
store_rule_move(struct store *s, int64_t from, int64_t to, struct fault *f)
{
	int64_t count = 0;
	enum status st;

	if ((st = store_query_count(s, STORE_SQL_RULE_COUNT, NULL, 0, &count,
				    f)) != STATUS_OK ||
	    (st = store_rule_within(from, count, f)) != STATUS_OK ||
	    (st = store_rule_within(to, count, f)) != STATUS_OK)
		return st;
	return store_rule_carry(s, from, to, f);
}
