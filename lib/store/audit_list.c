/* SPDX-License-Identifier: MIT */
/* What an index can find is asked of the engine; the rest of a filter is
 * looked at here, row by row. */
#include "base/text.h"
#include "store/audit.h"
#include "store/engine.h"

struct store_audit_view {
	const struct store_audit_filter *filter;
	bool (*each)(void *ctx, const struct store_audit *);
	void *ctx;
	int64_t n;
};

static bool
store_audit_word(const char *wanted, const char *is)
{
	return wanted[0] == '\0' || strcmp(wanted, is) == 0;
}

/* "user." is the beginning of an action, and "192.0.*" one of an address. */
static bool
store_audit_begin(const char *wanted, char mark, bool marked, const char *is)
{
	size_t len = strlen(wanted);

	if (len == 0 || wanted[len - 1] != mark)
		return store_audit_word(wanted, is);
	return strncmp(wanted, is, marked ? len : len - 1) == 0;
}

bool
store_audit_matches(const struct store_audit_filter *filter,
		    const struct store_audit *a)
{
	if ((filter->since != 0 && a->at < filter->since) ||
	    (filter->until != 0 && a->at > filter->until))
		return false;
	if (filter->target[0] != '\0' &&
	    strcmp(filter->target, a->target) != 0 &&
	    strcmp(filter->target, a->effective) != 0)
		return false;
	return store_audit_word(filter->org, a->org) &&
	       store_audit_word(filter->actor, a->actor) &&
	       store_audit_word(filter->outcome, a->outcome) &&
	       store_audit_word(filter->service, a->service) &&
	       store_audit_word(filter->host, a->host) &&
	       store_audit_begin(filter->action, '.', true, a->action) &&
	       store_audit_begin(filter->rhost, '*', false, a->rhost);
}

static enum store_next
store_audit_take_match(void *ctx, struct store_row *row)
{
	struct store_audit_view *v = ctx;
	struct store_audit a = { .seq = 0 };

	if (!store_row_audit(row, &a))
		return STORE_NEXT_BAD;
	if (!store_audit_matches(v->filter, &a))
		return STORE_NEXT_MORE;
	if (!v->each(v->ctx, &a) || ++v->n == v->filter->limit)
		return STORE_NEXT_STOP;
	return STORE_NEXT_MORE;
}

/* The one that leaves the fewest rows to look at, and what it is led by. */
static enum store_statement
store_audit_lead(const struct store_audit_filter *filter, const char **value)
{
	const struct {
		const char *value;
		enum store_statement statement;
	} leads[] = {
		{ filter->target, STORE_SQL_AUDIT_LIST_TARGET },
		{ filter->actor, STORE_SQL_AUDIT_LIST_ACTOR },
		{ filter->rhost, STORE_SQL_AUDIT_LIST_RHOST },
		{ filter->org, STORE_SQL_AUDIT_LIST_ORG },
	};

	for (size_t i = 0; i < STORE_LEN(leads); i++) {
		size_t len = strlen(leads[i].value);

		if (len == 0 || (leads[i].value == filter->rhost &&
				 filter->rhost[len - 1] == '*'))
			continue;
		*value = leads[i].value;
		return leads[i].statement;
	}
	*value = "";
	return STORE_SQL_AUDIT_LIST;
}

enum status
store_audit_list(struct store *s, const struct store_audit_filter *filter,
		 bool (*each)(void *ctx, const struct store_audit *),
		 void *ctx, struct fault *f)
{
	struct store_audit_view v = { .filter = filter,
				      .each = each,
				      .ctx = ctx };
	const struct store_sink sink = { store_audit_take_match, &v };
	int64_t before = filter->before == 0 ? INT64_MAX : filter->before;
	const char *value = "";
	enum store_statement statement = store_audit_lead(filter, &value);
	bool cursor = filter->before != 0;

	if (filter->until != 0 && filter->until < before) {
		before = filter->until + 1;
		cursor = false;
	}

	const struct store_value in[] = {
		store_integer(filter->since == 0 ? INT64_MIN : filter->since),
		store_integer(before),
		store_integer(cursor ? filter->before_seq : 0),
		store_text(cursor ? filter->before_host : ""),
		store_text(value),
	};

	return store_query(s, statement, in,
			   statement == STORE_SQL_AUDIT_LIST
				   ? STORE_LEN(in) - 1
				   : STORE_LEN(in),
			   &sink, f);
}

static enum store_next
store_audit_take_host(void *ctx, struct store_row *row)
{
	char host[STORE_HOST_SIZE];

	store_row_text(row, host, sizeof(host));
	if (!store_row_done(row))
		return STORE_NEXT_BAD;
	(void)text_copy(ctx, STORE_HOST_SIZE, host);
	return STORE_NEXT_MORE;
}

enum status
store_audit_host(struct store *s, const char *after, char out[STORE_HOST_SIZE],
		 struct fault *f)
{
	const struct store_value in[] = { store_text(after) };
	char host[STORE_HOST_SIZE] = "";
	const struct store_sink sink = { store_audit_take_host, host };
	enum status st;

	/* AFTER may be OUT. */
	st = store_query_one(s, STORE_SQL_AUDIT_HOST, in, STORE_LEN(in), &sink,
			     "further host", f);
	if (st == STATUS_OK)
		(void)text_copy(out, STORE_HOST_SIZE, host);
	return st;
}
