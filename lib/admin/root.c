/* SPDX-License-Identifier: MIT */
#include "admin/root.h"

#include <string.h>

#include "admin/account.h"
#include "base/buf.h"

enum status
admin_root_read(const struct admin *a, struct admin_root *out, struct fault *f)
{
	struct admin_root root = { .known = false };
	struct store_password password;
	enum status st;

	st = store_account_by_name(a->store, ADMIN_ROOT, &root.account, f);
	if (st == STATUS_NOT_FOUND) {
		st = store_account_gone(a->store, ADMIN_ROOT, &root.account,
					f);
		root.gone = st == STATUS_OK;
	} else if (st == STATUS_OK) {
		st = admin_way_read(a, &root.account.id, &root.way, f);
	}
	if (st == STATUS_OK) {
		root.known = true;
		st = store_password_get(a->store, &root.account.id, &password,
					f);
		root.has_password = st == STATUS_OK;
	}
	if (st != STATUS_OK && st != STATUS_NOT_FOUND)
		return st;
	*out = root;
	return STATUS_OK;
}

static struct rule_root
admin_root_has(const struct admin_root *root)
{
	return (struct rule_root){ .known = root->known,
				   .enrolled = root->way.enrolled,
				   .weak = root->way.weak };
}

struct rule_root
admin_root_judged(const struct admin_root *root)
{
	struct rule_root has = admin_root_has(root);
	const uint32_t never = POLICY_BIT(POLICY_FACTOR_SSH_KEY) |
			       POLICY_BIT(POLICY_FACTOR_SSH_SK) |
			       POLICY_BIT(POLICY_FACTOR_TOKEN);

	if (root->gone)
		has.enrolled = RULE_FACTORS_ALL;
	else if ((has.enrolled & ~never) == 0)
		has.enrolled |= POLICY_BIT(POLICY_FACTOR_PASSWORD);
	return has;
}

/* Why its state refuses root, or NULL. */
static const char *
admin_root_refused(const struct admin_root *root, int64_t now)
{
	if (strcmp(admin_account_state(&root->account, now), "deleted") == 0)
		return "was deleted: run sigractl user add root and sigractl "
		       "password set root";
	if (root->account.state == STORE_PENDING)
		return "is to be deleted: run sigractl user undelete root";
	if (root->account.state != STORE_ACTIVE)
		return "is disabled: run sigractl user enable root";
	if (admin_account_expired(&root->account, now))
		return "has expired: run sigractl user expire root never";
	return NULL;
}

bool
admin_root_stranded(const struct admin_root *root, int64_t now,
		    const struct rule *rules, size_t n,
		    struct rule_finding *out)
{
	const struct rule_root has = admin_root_has(root);
	const char *refused;
	struct buf b;

	if (!root->known)
		return false;
	refused = admin_root_refused(root, now);
	if (refused == NULL &&
	    (root->has_password || rule_root_in(rules, n, &has, now)))
		return false;
	/* A state that refuses does so in the account phase, too. */
	if (rule_root_left(rules, n, POLICY_PHASE_AUTH) &&
	    (refused == NULL ||
	     rule_root_left(rules, n, POLICY_PHASE_ACCOUNT)))
		return false;
	out->severity = RULE_ERROR;
	out->position = 0;
	buf_start(&b, out->text, sizeof(out->text));
	buf_printf(&b,
		   "strands root: no rule leaves root at the console (service "
		   "login) to the rest of the stack, and its account %s",
		   refused != NULL ? refused
				   : "has no password: run sigractl password "
				     "set root");
	return true;
}
