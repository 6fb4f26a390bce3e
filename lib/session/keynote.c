/* SPDX-License-Identifier: MIT */
/* What has to be known about a key beside how the login ended: a counter that
 * went back, a row that nobody of ours has made.  Written, and done, in the
 * transaction that ends the login. */
#include "session/key.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "store/trust.h"

static const char *
keynote_policy(enum store_sign_count policy)
{
	switch (policy) {
	case STORE_SIGN_COUNT_WARN:
		return "warn";
	case STORE_SIGN_COUNT_REAUTH:
		return "reauth";
	case STORE_SIGN_COUNT_REVOKE:
		return "revoke";
	}
	return "reauth";
}

/* Those that do not fit are of the same kind. */
static void
keynote_add(struct session_attempt *a, const char *action, const char *why,
	    const char *label, int64_t kept, int64_t seen)
{
	struct session_key_note *n = &a->note[a->notes];

	if (a->notes == SESSION_KEY_NOTES)
		return;
	*n = (struct session_key_note){
		.action = action, .why = why, .kept = kept, .seen = seen
	};
	(void)text_copy(n->label, sizeof(n->label), label);
	a->notes++;
}

void
session_key_bad_row(struct session_attempt *a, const char *label)
{
	for (size_t i = 0; i < a->notes; i++)
		if (strcmp(a->note[i].action, "key.refused") == 0 &&
		    strcmp(a->note[i].label, label) == 0)
			return;
	keynote_add(a, "key.refused", fido2_refusal_name(FIDO2_ROW), label, -1,
		    -1);
}

enum status
session_key_went_back(struct session_attempt *a, const struct id *id,
		      const char *label, int64_t kept, int64_t seen,
		      bool *counts, struct fault *f)
{
	struct store_key_policy policy;
	enum status st = store_key_policy_get(a->env->store, &policy, f);

	/* Without a word on it the key does not count, and others do. */
	if (st == STATUS_CORRUPT)
		policy.sign_count = STORE_SIGN_COUNT_REAUTH;
	else if (st != STATUS_OK)
		return st;
	keynote_add(a, "key.counter", keynote_policy(policy.sign_count), label,
		    kept, seen);
	*counts = policy.sign_count == STORE_SIGN_COUNT_WARN;
	if (policy.sign_count == STORE_SIGN_COUNT_REVOKE && id != NULL) {
		a->revoked = *id;
		keynote_add(a, "key.revoked", "counter", label, kept, seen);
	}
	return STATUS_OK;
}

static void
keynote_number(int64_t n, char out[24])
{
	struct buf b;

	buf_start(&b, out, 24);
	if (n >= 0)
		buf_printf(&b, "%lld", (long long)n);
}

/* Told of the key, not of a person's doing. */
static enum status
keynote_audit(const struct session_attempt *a,
	      const struct session_key_note *n, struct fault *f)
{
	char kept[24], seen[24];

	keynote_number(n->kept, kept);
	keynote_number(n->seen, seen);
	return audit_write(a->env->audit, session_now(a->env),
			   &(struct audit_entry){
				   .action = n->action,
				   .outcome = AUDIT_FAILURE,
				   .actor = "system",
				   .target = a->account.id.s,
				   .service = a->request->service,
				   .tty = a->request->tty,
				   .rhost = a->request->rhost,
				   .pid = a->request->pid,
				   .meta = {
					   { "why", n->why },
					   { "device", n->label },
					   { "kept", kept },
					   { "seen", seen },
				   },
			   },
			   f);
}

/* The account as session_refresh() has read it, under a later epoch. */
static enum status
keynote_epoch(struct session_attempt *a, struct fault *f)
{
	struct store_account changed = a->account;
	enum status st;

	if (changed.epoch == INT64_MAX || changed.version == INT64_MAX)
		return fault(f, STATUS_CORRUPT,
			     "account %s has had too many epochs or versions",
			     changed.id.s);
	changed.epoch++;
	changed.updated_at = session_now(a->env);
	st = store_account_update(a->env->store, &changed, f);
	if (st != STATUS_OK)
		return st;
	changed.version++;
	a->account = changed;
	return STATUS_OK;
}

/* Whoever has a copy may have had a device trusted by it, or hold a login that
 * another phase or a step-up would still take. */
enum status
session_keys_revoke(struct session_attempt *a, struct fault *f)
{
	struct store *s = a->env->store;
	int64_t dropped;
	enum status st;

	if (a->revoked.s[0] == '\0')
		return STATUS_OK;
	st = store_key_state(s, &a->revoked, STORE_KEY_REVOKED, f);
	/* Removed meanwhile, and all that hung on it by whoever did. */
	if (st == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (st == STATUS_OK)
		st = store_trust_delete_all(s, &a->account.id, &dropped, f);
	if (st == STATUS_OK)
		st = store_login_void(s, &a->account.id, session_now(a->env),
				      f);
	if (st == STATUS_OK)
		st = keynote_epoch(a, f);
	if (st == STATUS_OK)
		a->trust_wanted = false;
	return st;
}

enum status
session_keys_end(struct session_attempt *a, struct fault *f)
{
	enum status st = STATUS_OK;

	for (size_t i = 0; st == STATUS_OK && i < a->notes; i++)
		st = keynote_audit(a, &a->note[i], f);
	return st;
}
