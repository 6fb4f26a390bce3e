/* SPDX-License-Identifier: MIT */
#include "session/rules.h"

#include "base/text.h"
#include "session/session.h"
#include "store/rule.h"

static enum status
rules_conditions(const struct store_rule *row, struct rule *r, struct fault *f)
{
	if (!text_copy(r->service, sizeof(r->service), row->service) ||
	    !text_copy(r->host, sizeof(r->host), row->host) ||
	    !text_copy(r->user, sizeof(r->user), row->user) ||
	    !text_copy(r->group, sizeof(r->group), row->group) ||
	    !text_copy(r->network, sizeof(r->network), row->network) ||
	    !text_copy(r->org, sizeof(r->org), row->org) ||
	    !text_copy(r->note, sizeof(r->note), row->note))
		return fault(f, STATUS_CORRUPT, "rule %lld: text is too long",
			     (long long)row->position);
	return STATUS_OK;
}

/* What a rule says beside its factors. */
static bool
rules_extras(const struct store_rule *row, struct rule *r)
{
	r->unenrolled_until = row->unenrolled_until;
	r->trust_days = row->trust_days;
	r->step_up = row->step_up;
	r->qr_invert = row->qr_invert;
	r->key_wait = row->key_wait;
	r->key_paste = row->key_paste;
	r->notice = row->notice;
	r->invite = row->invite;
	r->session_max = row->session_max;
	r->session_idle = row->session_idle;
	return rule_unenrolled_parse(row->unenrolled, &r->unenrolled) &&
	       rule_prompt_parse(row->prompt, &r->prompt) &&
	       rule_qr_parse(row->qr, &r->qr) &&
	       rule_uv_parse(row->uv, &r->uv) &&
	       rule_org_choice_parse(row->org_choice, &r->org_choice) &&
	       rule_new_source_parse(row->new_source, &r->new_source);
}

enum status
session_rule_parse(const struct store_rule *row, struct rule *out,
		   struct fault *f)
{
	struct rule r = { .id = row->id, .position = row->position };
	struct fault why = { .status = STATUS_OK };
	enum status st;

	if (!rule_action_parse(row->action, &r.action) ||
	    !rule_account_parse(row->account, &r.account))
		return fault(f, STATUS_CORRUPT,
			     "rule %lld: unknown action or account word",
			     (long long)row->position);
	if (!rules_extras(row, &r))
		return fault(f, STATUS_CORRUPT,
			     "rule %lld: unknown unenrolled, prompt, QR, uv, "
			     "org-choice or new-source word",
			     (long long)row->position);
	st = rule_phases_parse(row->phases, &r.phases, &why);
	if (st == STATUS_OK && r.action == POLICY_ACTION_REQUIRE)
		st = rule_require_parse(row->require, &r.alternatives,
					r.require, &why);
	if (st == STATUS_OK)
		st = rules_conditions(row, &r, &why);
	if (st == STATUS_OK)
		st = rule_valid(&r, &why);
	if (st != STATUS_OK)
		return fault(f, STATUS_CORRUPT, "rule %lld: %s",
			     (long long)row->position, why.text);
	*out = r;
	return STATUS_OK;
}

/* Every field of a valid rule fits: the sizes are the same. */
void
session_rule_format(const struct rule *r, struct store_rule *out)
{
	*out = (struct store_rule){ .id = r->id, .position = r->position };
	rule_phases_format(r->phases, out->phases, sizeof(out->phases));
	(void)text_copy(out->action, sizeof(out->action),
			rule_action_name(r->action));
	if (r->action == POLICY_ACTION_REQUIRE)
		rule_require_format(r, out->require, sizeof(out->require));
	(void)text_copy(out->account, sizeof(out->account),
			rule_account_name(r->account));
	(void)text_copy(out->service, sizeof(out->service), r->service);
	(void)text_copy(out->host, sizeof(out->host), r->host);
	(void)text_copy(out->user, sizeof(out->user), r->user);
	(void)text_copy(out->group, sizeof(out->group), r->group);
	(void)text_copy(out->network, sizeof(out->network), r->network);
	(void)text_copy(out->org, sizeof(out->org), r->org);
	(void)text_copy(out->note, sizeof(out->note), r->note);
	(void)text_copy(out->unenrolled, sizeof(out->unenrolled),
			rule_unenrolled_name(r->unenrolled));
	(void)text_copy(out->prompt, sizeof(out->prompt),
			rule_prompt_name(r->prompt));
	(void)text_copy(out->qr, sizeof(out->qr), rule_qr_name(r->qr));
	out->unenrolled_until = r->unenrolled_until;
	out->trust_days = r->trust_days;
	out->step_up = r->step_up;
	out->qr_invert = r->qr_invert;
	(void)text_copy(out->uv, sizeof(out->uv), rule_uv_name(r->uv));
	out->key_wait = r->key_wait;
	out->key_paste = r->key_paste;
	(void)text_copy(out->org_choice, sizeof(out->org_choice),
			rule_org_choice_name(r->org_choice));
	(void)text_copy(out->new_source, sizeof(out->new_source),
			rule_new_source_name(r->new_source));
	out->notice = r->notice;
	out->invite = r->invite;
	out->session_max = r->session_max;
	out->session_idle = r->session_idle;
}

struct rules_list {
	struct rule *out;
	size_t max, n;
	enum status st;
	struct fault *f;
};

static bool
rules_each(void *ctx, const struct store_rule *row)
{
	struct rules_list *l = ctx;

	if (l->n == l->max) {
		l->st = fault(l->f, STATUS_CORRUPT,
			      "there are more than %zu rules", l->max);
		return false;
	}
	l->st = session_rule_parse(row, &l->out[l->n], l->f);
	if (l->st != STATUS_OK)
		return false;
	l->n++;
	return true;
}

enum status
session_rules(struct store *s, struct rule *out, size_t max, size_t *n,
	      struct fault *f)
{
	struct rules_list l = { .out = out, .max = max, .f = f };
	enum status st;

	st = store_rule_list(s, rules_each, &l, f);
	if (st != STATUS_OK)
		return st;
	if (l.st != STATUS_OK)
		return l.st;
	*n = l.n;
	return STATUS_OK;
}
