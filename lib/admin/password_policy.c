/* SPDX-License-Identifier: MIT */
/* What holds for all passwords. */
#include "admin/password.h"

#include "base/buf.h"
#include "factor/password.h"

/* *TO becomes VALUE, if there is one. */
static enum status
password_policy_number(int64_t *to, const int64_t *value, int64_t low,
		       int64_t high, const char *what, struct fault *f)
{
	if (value == NULL)
		return STATUS_OK;
	if (*value < low || *value > high)
		return fault(f, STATUS_INVALID,
			     "%s may be from %lld to %lld, not %lld", what,
			     (long long)low, (long long)high,
			     (long long)*value);
	*to = *value;
	return STATUS_OK;
}

static enum status
password_policy_take(struct store_password_policy *p,
		     const struct admin_password_change *c, struct fault *f)
{
	enum status st;

	if ((st = password_policy_number(&p->min_length, c->min_length, 8, 128,
					 "the least length", f)) !=
		    STATUS_OK ||
	    (st = password_policy_number(
		     &p->history, c->history, 0, PASSWORD_HISTORY_MAX,
		     "the number of old passwords", f)) != STATUS_OK ||
	    (st = password_policy_number(&p->max_days, c->max_days, 0, 3650,
					 "the days of the greatest age", f)) !=
		    STATUS_OK ||
	    (st = password_policy_number(&p->warn_days, c->warn_days, 0, 365,
					 "the days of warning", f)) !=
		    STATUS_OK ||
	    (st = password_policy_number(&p->min_days, c->min_days, 0, 365,
					 "the days of the least age", f)) !=
		    STATUS_OK)
		return st;
	if (c->breached != NULL)
		p->breached = *c->breached;
	if (p->max_days != 0 && p->min_days >= p->max_days)
		return fault(f, STATUS_INVALID,
			     "a password would expire after %lld days, and "
			     "could be changed after %lld only: give a least "
			     "age below the greatest",
			     (long long)p->max_days, (long long)p->min_days);
	return STATUS_OK;
}

struct password_policy_text {
	char text[24];
};

static const char *
password_policy_text(int64_t n, struct password_policy_text *out)
{
	struct buf b;

	buf_start(&b, out->text, sizeof(out->text));
	buf_printf(&b, "%lld", (long long)n);
	return out->text;
}

static enum status
password_policy_audit(const struct admin *a,
		      const struct store_password_policy *p, struct fault *f)
{
	struct password_policy_text text[5];

	return admin_audit(
		a, "policy.passwords_changed", NULL,
		(const struct audit_pair[ADMIN_PAIRS_MAX]){
			{ "min_length",
			  password_policy_text(p->min_length, &text[0]) },
			{ "history",
			  password_policy_text(p->history, &text[1]) },
			{ "max_days",
			  password_policy_text(p->max_days, &text[2]) },
			{ "warn_days",
			  password_policy_text(p->warn_days, &text[3]) },
			{ "min_days",
			  password_policy_text(p->min_days, &text[4]) },
			{ "breached", p->breached ? "yes" : "no" },
		},
		f);
}

enum status
admin_password_policy_change(const struct admin *a,
			     const struct admin_password_change *change,
			     struct store_password_policy *out,
			     struct fault *f)
{
	struct store_password_policy p;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = store_password_policy_get(a->store, &p, f)) != STATUS_OK ||
	    (st = password_policy_take(&p, change, f)) != STATUS_OK ||
	    (st = store_password_policy_put(a->store, &p, f)) != STATUS_OK ||
	    (st = password_policy_audit(a, &p, f)) != STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	*out = p;
	return STATUS_OK;
}
