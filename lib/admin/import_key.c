/* SPDX-License-Identifier: MIT */
/* Security keys of pam_u2f(8), with the RP id that they were made for. */
#include <stdlib.h>
#include <string.h>

#include "admin/import_row.h"
#include "admin/key.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"
#include "import/u2f.h"

#define IMPORT_FROM "pam_u2f"
#define IMPORT_NOTE_SIZE 256
#define IMPORT_WHAT_SIZE (STORE_LABEL_SIZE + 16)

/* "u2f-1", or the first of its like that is free. */
static enum status
import_key_label(const struct admin_import_run *r, const struct id *account,
		 char out[STORE_LABEL_SIZE], struct fault *f)
{
	enum status st = STATUS_OK;
	bool taken = true;
	struct buf b;

	for (unsigned n = 1; taken && st == STATUS_OK; n++) {
		buf_start(&b, out, STORE_LABEL_SIZE);
		buf_printf(&b, "u2f-%u", n);
		st = admin_label_taken(r->a, account, out, &taken, f);
	}
	return st;
}

static void
import_key_what(const char *label, char out[IMPORT_WHAT_SIZE])
{
	struct buf b;

	buf_start(&b, out, IMPORT_WHAT_SIZE);
	buf_printf(&b, "fido2 '%s'", label);
}

static void
import_key_note(const struct import_u2f *u, const struct store_key *row,
		char out[IMPORT_NOTE_SIZE])
{
	struct buf b;

	buf_start(&b, out, IMPORT_NOTE_SIZE);
	if (u->old)
		buf_text(&b, "made by U2F: it cannot verify its user");
	else if (u->verification)
		buf_text(&b, "its PIN or fingerprint was asked for: a rule "
			     "does that by --uv required");
	if (u->application[0] != '\0')
		buf_printf(&b, "%smade for %s", b.len > 0 ? "; " : "",
			   row->rp);
}

/* A row without label and seal.  False: the RP id is none. */
static bool
import_key_row(const struct admin_import_run *r, const struct import_u2f *u,
	       const struct store_account *acct, struct store_key *out)
{
	const char *rp =
		u->application[0] != '\0' ? u->application : r->i->origin;
	struct store_key row = {
		.account = acct->id,
		.credential_len = u->credential_len,
		.algorithm = u->algorithm,
		.public_len = u->public_len,
		.flags = (u->old ? STORE_KEY_U2F : 0U) |
			 (u->resident ? STORE_KEY_RESIDENT : 0U),
		.state = STORE_KEY_ACTIVE,
	};

	memcpy(row.credential, u->credential, u->credential_len);
	memcpy(row.public, u->public, u->public_len);
	if (!text_copy(row.rp, sizeof(row.rp), rp))
		return false;
	*out = row;
	return true;
}

/* Does the account have it?  *SAME false: its credential id is another key's.
 */
static enum status
import_key_known(const struct admin_import_run *r, const struct store_key *row,
		 struct store_key *known, bool *same, struct fault *f)
{
	enum status st;

	st = store_key_find(r->a->store, &row->account, row->credential,
			    row->credential_len, known, f);
	if (st == STATUS_OK)
		*same = strcmp(known->rp, row->rp) == 0 &&
			known->algorithm == row->algorithm &&
			known->public_len == row->public_len &&
			memcmp(known->public, row->public, row->public_len) ==
				0;
	return st;
}

static void
import_key_there(struct admin_import_run *r, const struct store_account *acct,
		 const struct store_key *known, bool same)
{
	char what[IMPORT_WHAT_SIZE];

	import_key_what(known->label, what);
	if (!same)
		admin_import_say(r, acct->name, what, false,
				 "the account has it with another public key "
				 "or RP id: remove that one first, if this "
				 "is right");
	else
		admin_import_say_there(r, acct->name, what,
				       known->state == STORE_KEY_REVOKED
					       ? "already there, and revoked"
					       : "already there");
}

/* Whatever it may be refused for, up to its row; what is refused here has
 * written nothing. */
static enum status
import_key_insert(struct admin_import_run *r, struct store_key *row,
		  struct fault *f)
{
	struct store_key_policy policy;
	struct fault why = { .text = "" };
	enum status st;

	if ((st = store_key_policy_get(r->a->store, &policy, f)) !=
		    STATUS_OK ||
	    (st = admin_key_allowed(&policy, row, f)) != STATUS_OK ||
	    (st = fido2_row_make(&r->env, row, f)) != STATUS_OK)
		return st;
	st = store_key_insert(r->a->store, row, &why);
	if (st == STATUS_CONFLICT)
		return fault(f, st, "another account has this key");
	return admin_import_pass(st, &why, f);
}

static enum status
import_key_audit(struct admin_import_run *r, const struct store_key *row,
		 struct fault *f)
{
	enum status st;

	st = admin_audit(
		r->a, "key.adopted", &row->account,
		(const struct audit_pair[ADMIN_PAIRS_MAX]){
			{ "device", row->id.s },
			{ "label", row->label },
			{ "kind", "fido2" },
			{ "rp", row->rp },
			{ "algorithm", fido2_algorithm_name(row->algorithm) },
			{ "from", IMPORT_FROM } },
		f);
	return admin_import_written(st, f);
}

static enum status
import_key_new(struct admin_import_run *r, const struct import_u2f *u,
	       const struct store_account *acct, struct store_key *row,
	       struct fault *f)
{
	char what[IMPORT_WHAT_SIZE], note[IMPORT_NOTE_SIZE];
	struct fault why = { .text = "" };
	enum status st;

	st = import_key_label(r, &acct->id, row->label, f);
	if (st != STATUS_OK)
		return st;
	import_key_what(row->label, what);
	st = import_key_insert(r, row, &why);
	if (st != STATUS_OK && !admin_import_is_refusal(st))
		return admin_import_pass(st, &why, f);
	if (st != STATUS_OK) {
		admin_import_say(r, acct->name, "fido2", false, why.text);
		return STATUS_OK;
	}
	if ((st = import_key_audit(r, row, f)) != STATUS_OK)
		return st;
	import_key_note(u, row, note);
	admin_import_say(r, acct->name, what, true, note);
	return STATUS_OK;
}

static enum status
import_key_take(struct admin_import_run *r, const struct import_u2f *u,
		const struct store_account *acct, struct fault *f)
{
	struct store_key row, known;
	enum status st;
	bool same = false;

	if (!import_key_row(r, u, acct, &row)) {
		admin_import_say(r, acct->name, "fido2", false,
				 "its RP id is too long");
		return STATUS_OK;
	}
	st = import_key_known(r, &row, &known, &same, f);
	if (st == STATUS_NOT_FOUND)
		return import_key_new(r, u, acct, &row, f);
	if (st == STATUS_OK)
		import_key_there(r, acct, &known, same);
	return st;
}

/* --- the lines of a mapping --- */

struct import_key_line {
	struct import_text line, user;
	size_t number;
	bool last; /* of its user's */
};

static int
import_key_number(const void *a, const void *b)
{
	const struct import_key_line *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

static bool
import_key_same(const struct import_text *x, const struct import_text *y)
{
	return x->len == y->len && memcmp(x->at, y->at, x->len) == 0;
}

static int
import_key_user(const void *a, const void *b)
{
	const struct import_key_line *x = a, *y = b;
	int order;

	if (x->user.len != y->user.len)
		return x->user.len < y->user.len ? -1 : 1;
	order = memcmp(x->user.at, y->user.at, x->user.len);
	return order != 0 ? order : import_key_number(a, b);
}

static void
import_key_lasts(struct import_key_line *of, size_t n)
{
	qsort(of, n, sizeof(*of), import_key_user);
	for (size_t i = 0; i < n; i++)
		of[i].last = i + 1 == n ||
			     !import_key_same(&of[i].user, &of[i + 1].user);
	qsort(of, n, sizeof(*of), import_key_number);
}

/* OF NULL: count alone. */
static size_t
import_key_lines(const struct admin_import_text *t, struct import_key_line *of)
{
	struct import_text rest = { .at = t->bytes, .len = t->len }, line;
	size_t n = 0;

	while (n <= ADMIN_IMPORT_MAX && import_line(&rest, &line)) {
		struct import_text user = line;

		if (of != NULL) {
			of[n] = (struct import_key_line){ .line = line,
							  .number = n + 1 };
			(void)import_field(&user, ':', &of[n].user);
		}
		n++;
	}
	return n;
}

static enum status
import_key_credentials(struct admin_import_run *r, struct import_text rest,
		       const struct store_account *acct, struct fault *f)
{
	enum status st = STATUS_OK;
	struct import_text one;
	struct import_u2f u;
	bool any = false;

	while (st == STATUS_OK && import_u2f_next(&rest, &one)) {
		struct fault why = { .text = "" };

		any = true;
		if (import_u2f(&one, &u, &why) == STATUS_OK)
			st = import_key_take(r, &u, acct, f);
		else
			admin_import_say(r, acct->name, "fido2", false,
					 why.text);
	}
	if (st == STATUS_OK && !any)
		admin_import_say(r, acct->name, "line", false,
				 "it names no key");
	return st;
}

/* ONLY: whose line it has to be, or NULL. */
static enum status
import_key_line(struct admin_import_run *r, const struct import_key_line *l,
		const struct store_account *only, struct fault *f)
{
	struct fault why = { .text = "" };
	char user[USER_MAX + 1] = "";
	struct store_account acct;
	struct import_text rest;
	enum status st;

	st = import_u2f_line(&l->line, user, &rest, &why);
	if (st == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (st == STATUS_OK && only != NULL && strcmp(only->name, user) != 0)
		st = fault(&why, STATUS_REFUSED,
			   "here only the line of '%s' counts", only->name);
	else if (st == STATUS_OK && !l->last)
		st = fault(&why, STATUS_REFUSED,
			   "a later line of this user counts, as it did for "
			   "pam_u2f");
	if (st == STATUS_OK)
		st = admin_import_account(r, user, &acct, &why);
	if (st == STATUS_OK)
		return import_key_credentials(r, rest, &acct, f);
	if (!admin_import_is_refusal(st))
		return admin_import_pass(st, &why, f);
	admin_import_say(r, user, "line", false, why.text);
	return STATUS_OK;
}

static enum status
import_key_mapping(struct admin_import_run *r,
		   const struct admin_import_text *t,
		   const struct store_account *only, struct fault *f)
{
	AUTO_FREE struct import_key_line *of = NULL;
	size_t n = import_key_lines(t, NULL);
	enum status st = STATUS_OK;

	if (n > ADMIN_IMPORT_MAX)
		return fault(f, STATUS_REFUSED,
			     "the list has more than %d lines: take it in "
			     "parts",
			     ADMIN_IMPORT_MAX);
	if (n > 0 && (of = calloc(n, sizeof(*of))) == NULL)
		return fault(f, STATUS_SYSTEM, "out of memory");
	(void)import_key_lines(t, of);
	if (n > 0)
		import_key_lasts(of, n);
	for (size_t i = 0; i < n && st == STATUS_OK; i++) {
		r->line = of[i].number;
		st = import_key_line(r, &of[i], only, f);
	}
	r->line = 0;
	return st;
}

/* --- all --- */

static enum status
import_key_ssh(struct admin_import_run *r, const struct admin_import_text *t,
	       const struct store_account *acct, struct fault *f)
{
	struct fault why = { .text = "" };
	struct import_u2f u;

	if (acct != NULL &&
	    import_u2f_ssh(t->bytes, t->len, &u, &why) == STATUS_OK)
		return import_key_take(r, &u, acct, f);
	admin_import_say(r, acct == NULL ? "" : acct->name, "fido2", false,
			 acct == NULL ? "nobody says whose it is" : why.text);
	return STATUS_OK;
}

enum status
admin_import_key_text(struct admin_import_run *r,
		      const struct admin_import_text *t,
		      const struct store_account *acct, struct fault *f)
{
	switch (import_u2f_kind(t->bytes, t->len)) {
	case IMPORT_U2F_SSH:
		return import_key_ssh(r, t, acct, f);
	case IMPORT_U2F_PUBLIC:
		admin_import_say(r, acct == NULL ? "" : acct->name, "file",
				 false,
				 "it is an SSH public key: see sigractl "
				 "enroll ssh-key");
		return STATUS_OK;
	case IMPORT_U2F_MAPPING:
		break;
	}
	return import_key_mapping(r, t, acct, f);
}
