/* SPDX-License-Identifier: MIT */
#include "admin/rules.h"

#include <string.h>

#include "admin/root.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"
#include "session/rules.h"
#include "session/session.h"
#include "store/rule.h"

#define RULES_DEFAULT_MAX 16

/* All rules, on the heap. */
struct admin_rule_set {
	struct rule *rules;
	size_t n;
};

static void
admin_rule_set_end(struct admin_rule_set *s)
{
	free(s->rules);
}

#define RULE_SET(name)                                                        \
	__attribute__((                                                       \
		cleanup(admin_rule_set_end))) struct admin_rule_set name = {  \
		.rules = NULL                                                 \
	}

static enum status
admin_rule_set_read(const struct admin *a, struct admin_rule_set *s,
		    struct fault *f)
{
	if (s->rules == NULL)
		s->rules = calloc(RULES_MAX, sizeof(*s->rules));
	if (s->rules == NULL)
		return fault(f, STATUS_SYSTEM, "out of memory");
	return session_rules(a->store, s->rules, RULES_MAX, &s->n, f);
}

static enum status
admin_rule_set_at(const struct admin_rule_set *s, int64_t position,
		  struct rule *out, struct fault *f)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->rules[i].position == position) {
			*out = s->rules[i];
			return STATUS_OK;
		}
	return fault(f, STATUS_NOT_FOUND,
		     "there is no rule %lld: see sigractl policy list",
		     (long long)position);
}

/* Errors first; no error is left out because there is no room. */
static void
admin_rules_found(struct admin_findings *found, const struct rule_finding *one)
{
	struct rule_finding *of = found->of;
	size_t n = found->n;

	if (one->severity == RULE_ERROR) {
		n = n < ADMIN_FINDINGS_MAX ? n : ADMIN_FINDINGS_MAX - 1;
		memmove(of + 1, of, n * sizeof(*of));
		of[0] = *one;
		found->n = n + 1;
	} else if (n < ADMIN_FINDINGS_MAX) {
		of[n] = *one;
		found->n = n + 1;
	}
}

static enum status
admin_rules_verdict(const struct admin_findings *found, struct fault *f)
{
	const struct rule_finding *wrong = NULL;

	for (size_t i = 0; i < found->n && wrong == NULL; i++)
		if (found->of[i].severity == RULE_ERROR)
			wrong = &found->of[i];
	if (wrong == NULL)
		return STATUS_OK;
	if (wrong->position == 0)
		return fault(f, STATUS_REFUSED, "%s", wrong->text);
	return fault(f, STATUS_REFUSED, "rule %lld: %s",
		     (long long)wrong->position, wrong->text);
}

/*
 * Judge the set as the store has it now, the open transaction included.  What
 * is wrong with root's account is no fault of the set: STRANDED is how bad
 * that is.
 */
static enum status
admin_rules_judge(const struct admin *a, enum rule_severity stranded,
		  struct admin_findings *found, struct fault *f)
{
	struct rule_finding one;
	struct admin_root root;
	struct rule_root has;
	enum status st;
	RULE_SET(set);

	if ((st = admin_rule_set_read(a, &set, f)) != STATUS_OK ||
	    (st = admin_root_read(a, &root, f)) != STATUS_OK)
		return st;
	has = admin_root_judged(&root);
	found->n = rule_check(set.rules, set.n, &has, a->now, found->of,
			      ADMIN_FINDINGS_MAX);
	if (found->n > ADMIN_FINDINGS_MAX)
		found->n = ADMIN_FINDINGS_MAX;
	st = admin_rules_verdict(found, f);
	if (!admin_root_stranded(&root, a->now, set.rules, set.n, &one))
		return st;
	one.severity = stranded;
	admin_rules_found(found, &one);
	return st != STATUS_OK ? st : admin_rules_verdict(found, f);
}

enum status
admin_rules_check(const struct admin *a, struct admin_findings *found,
		  struct fault *f)
{
	return admin_rules_judge(a, RULE_ERROR, found, f);
}

/* What a rule says beside its factors, as `policy add` takes it. */
static void
admin_rules_options(const struct store_rule *row, struct buf *b)
{
	buf_printf(b, "unenrolled=%s", row->unenrolled);
	if (row->unenrolled_until != 0)
		buf_printf(b, ":%lld", (long long)row->unenrolled_until);
	buf_printf(b, " trust_days=%lld step_up=%lld prompt=%s qr=%s%s",
		   (long long)row->trust_days, (long long)row->step_up,
		   row->prompt, row->qr, row->qr_invert ? " qr_invert" : "");
	buf_printf(b, " uv=%s wait=%lld%s", row->uv, (long long)row->key_wait,
		   row->key_paste ? " paste" : "");
	buf_printf(b, " org_choice=%s new_source=%s%s%s", row->org_choice,
		   row->new_source, row->notice ? " notice" : "",
		   row->invite ? " invite" : "");
}

/* How long a session lasts, where it says so. */
static void
admin_rules_lasting(const struct store_rule *row, struct buf *b)
{
	const char *blank = b->len == 0 ? "" : " ";

	if (row->session_max != RULE_SESSION_MAX_AUTO)
		buf_printf(b, "%ssession_max=%lld", blank,
			   (long long)row->session_max);
	if (row->session_idle != 0)
		buf_printf(b, "%ssession_idle=%lld", b->len == 0 ? "" : " ",
			   (long long)row->session_idle);
}

static enum status
admin_rules_audit(const struct admin *a, const char *action,
		  const struct rule *r, int64_t to, struct fault *f)
{
	char at[24], moved[24] = "", options[384];
	struct store_rule row;
	struct buf b;

	session_rule_format(r, &row);
	buf_start(&b, at, sizeof(at));
	buf_printf(&b, "%lld", (long long)r->position);
	buf_start(&b, moved, sizeof(moved));
	if (to != 0)
		buf_printf(&b, "%lld", (long long)to);
	buf_start(&b, options, sizeof(options));
	if (r->action == POLICY_ACTION_REQUIRE)
		admin_rules_options(&row, &b);
	admin_rules_lasting(&row, &b);
	return admin_audit(a, action, &r->id,
			   (const struct audit_pair[ADMIN_PAIRS_MAX]){
				   { "position", at },
				   { "to", moved },
				   { "action", row.action },
				   { "require", row.require },
				   { "phases", row.phases },
				   { "account", row.account },
				   { "options", options },
				   { "service", row.service },
				   { "host", row.host },
				   { "user", row.user },
				   { "group", row.group },
				   { "network", row.network },
				   { "org", row.org } },
			   f);
}

/* Judge, audit, commit; the change itself is in the open transaction. */
static enum status
admin_rules_finish(const struct admin *a, struct store_txn *txn,
		   const char *action, const struct rule *r, int64_t to,
		   struct admin_findings *found, struct fault *f)
{
	enum status st;

	if ((st = admin_rules_judge(a, RULE_WARNING, found, f)) != STATUS_OK ||
	    (st = admin_rules_audit(a, action, r, to, f)) != STATUS_OK)
		return st;
	return admin_commit(a, txn, f);
}

static enum status
admin_rules_place(const struct admin_rule_set *set, struct rule *r,
		  struct fault *f)
{
	if (set->n >= RULES_MAX)
		return fault(f, STATUS_CONFLICT,
			     "there are %d rules, which is the limit: remove "
			     "one first",
			     RULES_MAX);
	if (r->position == 0)
		r->position = (int64_t)set->n + 1;
	if (r->position < 1 || r->position > (int64_t)set->n + 1)
		return fault(f, STATUS_INVALID,
			     "a new rule's place is 1 to %zu, not %lld",
			     set->n + 1, (long long)r->position);
	return STATUS_OK;
}

enum status
admin_rules_add(const struct admin *a, const struct rule *r, struct rule *out,
		struct admin_findings *found, struct fault *f)
{
	struct rule rule = *r;
	struct store_rule row;
	enum status st;
	RULE_SET(set);
	STORE_TXN(txn);

	if ((st = rule_valid(&rule, f)) != STATUS_OK ||
	    (st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_rule_set_read(a, &set, f)) != STATUS_OK ||
	    (st = admin_rules_place(&set, &rule, f)) != STATUS_OK)
		return st;
	crypto_id(a->now, &rule.id);
	session_rule_format(&rule, &row);
	if ((st = store_rule_insert(a->store, &row, f)) != STATUS_OK ||
	    (st = admin_rules_finish(a, &txn, "policy.added", &rule, 0, found,
				     f)) != STATUS_OK)
		return st;
	*out = rule;
	return STATUS_OK;
}

enum status
admin_rules_move(const struct admin *a, int64_t from, int64_t to,
		 struct rule *out, struct admin_findings *found,
		 struct fault *f)
{
	struct rule rule, other;
	enum status st;
	RULE_SET(set);
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_rule_set_read(a, &set, f)) != STATUS_OK ||
	    (st = admin_rule_set_at(&set, from, &rule, f)) != STATUS_OK ||
	    (st = admin_rule_set_at(&set, to, &other, f)) != STATUS_OK)
		return st;
	if (from == to)
		return fault(f, STATUS_CONFLICT, "rule %lld is there already",
			     (long long)from);
	if ((st = store_rule_move(a->store, from, to, f)) != STATUS_OK ||
	    (st = admin_rules_finish(a, &txn, "policy.moved", &rule, to, found,
				     f)) != STATUS_OK)
		return st;
	*out = rule;
	out->position = to;
	return STATUS_OK;
}

enum status
admin_rules_remove(const struct admin *a, int64_t position, struct rule *out,
		   struct admin_findings *found, struct fault *f)
{
	struct rule rule;
	enum status st;
	RULE_SET(set);
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_rule_set_read(a, &set, f)) != STATUS_OK ||
	    (st = admin_rule_set_at(&set, position, &rule, f)) != STATUS_OK ||
	    (st = store_rule_delete(a->store, position, f)) != STATUS_OK ||
	    (st = admin_rules_finish(a, &txn, "policy.removed", &rule, 0,
				     found, f)) != STATUS_OK)
		return st;
	*out = rule;
	return STATUS_OK;
}

enum status
admin_rules_name_org(const struct admin *a, const struct id *org,
		     int64_t *position, struct fault *f)
{
	enum status st;
	RULE_SET(set);

	if ((st = admin_rule_set_read(a, &set, f)) != STATUS_OK)
		return st;
	*position = 0;
	for (size_t i = 0; i < set.n && *position == 0; i++)
		if (set.rules[i].org[0] != '\0' &&
		    rule_names_org(&set.rules[i], org))
			*position = set.rules[i].position;
	return STATUS_OK;
}

enum status
admin_rules_install(const struct admin *a, struct fault *f)
{
	struct rule rules[RULES_DEFAULT_MAX];
	size_t n = rule_defaults(rules, RULES_DEFAULT_MAX);

	for (size_t i = 0; i < n; i++) {
		struct store_rule row;
		enum status st;

		crypto_id(a->now, &rules[i].id);
		session_rule_format(&rules[i], &row);
		st = store_rule_insert(a->store, &row, f);
		if (st != STATUS_OK)
			return st;
	}
	return STATUS_OK;
}
