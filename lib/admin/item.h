/* SPDX-License-Identifier: MIT */
/*
 * What an account has enrolled, of every kind: one-time code devices, security
 * keys, SSH keys.  They share their labels, so one name says which is meant.
 */
#ifndef ADMIN_ITEM_H
#define ADMIN_ITEM_H

#include "admin/admin.h"
#include "rule/rule.h"
#include "store/key.h"

enum admin_item_kind {
	ADMIN_ITEM_OTP = 1,
	ADMIN_ITEM_KEY,
	ADMIN_ITEM_SSH_KEY,
};

/* One of them, and whose it is. */
struct admin_item {
	struct store_account account;
	enum admin_item_kind kind;
	union {
		struct store_otp otp;
		struct store_key key;
		struct store_ssh_key ssh_key;
	} row;
};

const char *admin_item_label(const struct admin_item *item);
/* "totp", "hotp", "fido2", "ssh-key", "ssh-sk" or "ssh-ca". */
const char *admin_item_word(const struct admin_item *item);
const char *admin_ssh_key_word(const struct store_ssh_key *row);

/* STATUS_NOT_FOUND with a sentence. */
enum status admin_item_find(const struct admin *a, const char *name,
			    const char *label, struct admin_item *out,
			    struct fault *f) MUST_USE;

/* STATUS_CONFLICT: the account has something of that name. */
enum status admin_item_rename(const struct admin *a, const char *name,
			      const char *label, const char *new_label,
			      struct admin_item *out, struct fault *f)
	MUST_USE;

/* What came of a removal, or would. */
struct admin_removal {
	struct admin_item item;
	bool last;     /* it was the last one-time code device, and the backup
			  codes are gone, too */
	bool stranded; /* under RULE the account got in before, and now does
			  not any more */
	struct rule rule;
	uint32_t alone; /* not 0: no second factor is left, and these
			   factors are enough, under RULE_ALONE */
	struct rule rule_alone;
};

/*
 * Remove it: the account's epoch becomes a later one, so that no device stays
 * trusted and no login of before is good for a step-up.  STATUS_REFUSED when
 * it strands the account, unless FORCE; OUT is filled in then, too.
 */
enum status admin_item_remove(const struct admin *a, const char *name,
			      const char *label, bool force,
			      struct admin_removal *out, struct fault *f)
	MUST_USE;
/* The same, and nothing is changed. */
enum status admin_item_would(const struct admin *a, const char *name,
			     const char *label, struct admin_removal *out,
			     struct fault *f) MUST_USE;

/* --- labels --- */

/* Has the account anything of this name? */
enum status admin_label_taken(const struct admin *a, const struct id *account,
			      const char *label, bool *out, struct fault *f)
	MUST_USE;
/* WORD, or else "WORD 2" and so on. */
enum status admin_label_make(const struct admin *a, const struct id *account,
			     const char *word, char out[STORE_LABEL_SIZE],
			     struct fault *f) MUST_USE;
/* An empty LABEL becomes one of WORD; STATUS_INVALID, STATUS_CONFLICT. */
enum status admin_label_ready(const struct admin *a,
			      const struct store_account *acct,
			      const char *word, char label[STORE_LABEL_SIZE],
			      struct fault *f) MUST_USE;
/* STATUS_CONFLICT with the sentence for it. */
enum status admin_label_conflict(const struct store_account *acct,
				 const char *label, struct fault *f);

#endif
