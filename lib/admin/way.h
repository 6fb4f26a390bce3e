/* SPDX-License-Identifier: MIT */
/* Can this account still get in?  The pure policy says so, asked about each
 * rule as if everything that is enrolled were at hand and right. */
#ifndef ADMIN_WAY_H
#define ADMIN_WAY_H

#include "admin/admin.h"
#include "rule/rule.h"

struct admin_way {
	uint32_t enrolled; /* factors */
	uint32_t weak;	   /* of those, what can never do alone: keys that
			      cannot verify their user, or of which nobody
			      knows that they can */
};

/* What the account has now. */
enum status admin_way_read(const struct admin *a, const struct id *account,
			   struct admin_way *out, struct fault *f) MUST_USE;

/* Does RULE (of action require) let a known, active account in that has this?
 */
bool admin_way_in(const struct rule *rule, const struct admin_way *way,
		  int64_t now);

/* Pure: go on from FACTS to the end as if whatever is asked for, and enrolled,
 * were at hand and right; WEAK as above.  Never POLICY_ASK. */
struct policy_decision admin_way_walk(uint32_t weak,
				      struct policy_facts *facts);

/* Pure: has the last second factor gone under a rule that exempts who has
 * none?  What is enough then, or 0. */
uint32_t admin_way_exempt(const struct rule *rule,
			  const struct admin_way *before,
			  const struct admin_way *after, int64_t now);

/* What the step from one to the other means under the rules for auth that can
 * decide a login; of several, the first. */
struct admin_way_change {
	bool lost; /* LOST_UNDER lets in before, but not after */
	struct rule lost_under;
	uint32_t alone; /* not 0: enough from then on, ALONE_UNDER */
	struct rule alone_under;
};
enum status admin_way_changed(const struct admin *a, const char *name,
			      const struct admin_way *before,
			      const struct admin_way *after,
			      struct admin_way_change *out, struct fault *f)
	MUST_USE;

#endif
