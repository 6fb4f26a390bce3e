/* SPDX-License-Identifier: MIT */
/* What an account calls its devices and keys. */
#include <string.h>

#include "admin/item.h"
#include "base/buf.h"
#include "factor/otp.h"

enum status
admin_label_conflict(const struct store_account *acct, const char *label,
		     struct fault *f)
{
	return fault(f, STATUS_CONFLICT,
		     "'%s' has a device or key '%s' already: give another "
		     "--label",
		     acct->name, label);
}

enum status
admin_label_taken(const struct admin *a, const struct id *account,
		  const char *label, bool *out, struct fault *f)
{
	return otp_label_taken(a->store, account, label, out, f);
}

enum status
admin_label_make(const struct admin *a, const struct id *account,
		 const char *word, char out[STORE_LABEL_SIZE], struct fault *f)
{
	char label[STORE_LABEL_SIZE];
	bool taken = true;
	struct buf b;

	for (unsigned i = 1; taken; i++) {
		enum status st;

		buf_start(&b, label, sizeof(label));
		buf_text(&b, word);
		if (i > 1)
			buf_printf(&b, " %u", i);
		if (b.full)
			return fault(f, STATUS_INVALID,
				     "no label is free: give --label");
		st = admin_label_taken(a, account, label, &taken, f);
		if (st != STATUS_OK)
			return st;
	}
	memcpy(out, label, sizeof(label));
	return STATUS_OK;
}

enum status
admin_label_ready(const struct admin *a, const struct store_account *acct,
		  const char *word, char label[STORE_LABEL_SIZE],
		  struct fault *f)
{
	enum status st;
	bool taken;

	if (label[0] == '\0')
		return admin_label_make(a, &acct->id, word, label, f);
	if ((st = otp_label_valid(label, f)) != STATUS_OK ||
	    (st = admin_label_taken(a, &acct->id, label, &taken, f)) !=
		    STATUS_OK)
		return st;
	return taken ? admin_label_conflict(acct, label, f) : STATUS_OK;
}
