/* SPDX-License-Identifier: MIT */
/* What becomes of root at the console, which is the service login. */
#include "base/buf.h"
#include "rule/check.h"

/* Sshd shows the one, and an agent that nobody has there yet the other; a
 * token is for services. */
#define ROOT_TOKEN POLICY_BIT(POLICY_FACTOR_TOKEN)
#define ROOT_NEVER                                                            \
	(POLICY_BIT(POLICY_FACTOR_SSH_KEY) |                                  \
	 POLICY_BIT(POLICY_FACTOR_SSH_SK) | ROOT_TOKEN)
#define ROOT_USABLE (RULE_FACTORS_ALL & ~ROOT_NEVER)

/* What root at the console meets, or NULL. */
static const struct rule *
root_first(const struct rule *rules, size_t n, bool known,
	   enum policy_phase phase)
{
	static const char *const groups[] = { "root" };
	struct rule_subject root = {
		.phase = phase,
		.service = "login",
		.host = "localhost",
		.user = "root",
		.known = known,
		.groups = groups,
		.group_count = 1,
	};

	return rule_first(rules, n, &root);
}

bool
rule_root_left(const struct rule *rules, size_t n, enum policy_phase phase)
{
	const struct rule *r = root_first(rules, n, true, phase);

	return r != NULL && r->action == POLICY_ACTION_ABSTAIN;
}

static bool
root_lets(const struct rule *rules, size_t n, bool known,
	  enum policy_phase phase)
{
	const struct rule *r = root_first(rules, n, known, phase);

	return r != NULL && rule_lets_in(r, phase, known);
}

static bool
root_has(const struct rule *r, const struct rule_root *root, int64_t now)
{
	const struct rule_way way = { .enrolled = root->enrolled,
				      .weak = root->weak,
				      .usable = ROOT_USABLE };

	return r->action != POLICY_ACTION_REQUIRE || rule_way_in(r, &way, now);
}

bool
rule_root_in(const struct rule *rules, size_t n, const struct rule_root *root,
	     int64_t now)
{
	const struct rule *r =
		root_first(rules, n, root->known, POLICY_PHASE_AUTH);

	return r != NULL && rule_lets_in(r, POLICY_PHASE_AUTH, root->known) &&
	       root_has(r, root, now);
}

/* The factors that R names and root has not, as a list. */
static void
root_missing(const struct rule *r, const struct rule_root *root, struct buf *b)
{
	const char *between = "it has none of: ";
	uint32_t named = 0;

	for (unsigned i = 0; i < r->alternatives; i++)
		named |= r->require[i];
	if ((named & ROOT_USABLE) == 0) {
		buf_text(b, "it asks for a token, which is for services");
		return;
	}
	named &= ROOT_USABLE & ~root->enrolled;
	for (unsigned i = 0; i < POLICY_FACTOR_COUNT; i++)
		if ((named & POLICY_BIT(i)) != 0) {
			buf_printf(b, "%s%s", between,
				   policy_factor_name((enum policy_factor)i));
			between = ", ";
		}
	if (named == 0)
		buf_text(b, "its key cannot verify its user");
}

static void
root_check_has(const struct rule *r, const struct rule_root *root, int64_t now,
	       struct rule_findings *all)
{
	char text[RULE_TEXT_SIZE];
	struct buf b;

	if (r->action == POLICY_ACTION_REQUIRE && rule_ssh_only(r)) {
		rule_find(all, RULE_ERROR, r->position,
			  "strands root: at the console (service login) it "
			  "asks root for an SSH key, which nothing can show "
			  "there; add an alternative without one, as in "
			  "'ssh-key | password', or another rule before it");
		return;
	}
	if (root_has(r, root, now))
		return;
	buf_start(&b, text, sizeof(text));
	buf_printf(&b,
		   "strands root: at the console (service login) root could "
		   "not get in by rule %lld, because ",
		   (long long)r->position);
	root_missing(r, root, &b);
	buf_text(&b, "; enroll root first, add an alternative, or put another "
		     "rule for root before it");
	rule_find(all, RULE_ERROR, r->position, text);
}

void
rule_check_root(const struct rule *rules, size_t n,
		const struct rule_root *root, int64_t now,
		struct rule_findings *all)
{
	if (root_lets(rules, n, root->known, POLICY_PHASE_AUTH) &&
	    root_lets(rules, n, root->known, POLICY_PHASE_ACCOUNT)) {
		root_check_has(
			root_first(rules, n, root->known, POLICY_PHASE_AUTH),
			root, now, all);
		return;
	}
	rule_find(all, RULE_ERROR, 0,
		  root->known
			  ? "strands root: at the console (service login) no "
			    "rule lets root, who is in the store, in; add a "
			    "'require' rule for auth and an 'admit' rule for "
			    "account that match root"
			  : "strands root: at the console (service login) no "
			    "rule leaves root, who is not in the store, to "
			    "the rest of the stack; add an 'abstain' rule for "
			    "account unknown and user root");
}
