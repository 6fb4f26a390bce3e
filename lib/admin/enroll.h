/* SPDX-License-Identifier: MIT */
/*
 * One-time code devices of an account.  A device is in the store only once a
 * code of it was right, and that code is spent.
 */
#ifndef ADMIN_ENROLL_H
#define ADMIN_ENROLL_H

#include "admin/admin.h"
#include "factor/code.h"
#include "factor/otp.h"

/* A device, and whose it is. */
struct admin_device {
	struct store_account account;
	struct store_otp row;
};

/*
 * Could this device be added to the account?  An empty label becomes one that
 * the account has not.  Writes nothing.  STATUS_CONFLICT: the label is taken;
 * STATUS_REFUSED: there are too many, or a clock that is behind lets no time
 * code count.
 */
enum status admin_enroll_ready(const struct admin *a, const char *name,
			       struct otp_device *d, struct store_account *out,
			       struct fault *f) MUST_USE;

/* Is ANSWER a code of a device that is not yet in the store?  *MOVED is what
 * its row begins with.  STATUS_REFUSED: it is not. */
enum status admin_enroll_confirm(const struct admin *a,
				 const struct otp_device *d,
				 const struct secret *key,
				 const struct secret *answer, int64_t *moved,
				 struct fault *f) MUST_USE;

/*
 * Add it.  *CODES: the account had no backup code left, and BACKUP is a set
 * for it now.
 */
enum status admin_enroll_add(const struct admin *a, const struct id *account,
			     const struct otp_device *d,
			     const struct secret *key, int64_t moved,
			     struct admin_device *out, struct code_set *backup,
			     bool *codes, struct fault *f) MUST_USE;

/* STATUS_NOT_FOUND with a sentence. */
enum status admin_enroll_find(const struct admin *a, const char *name,
			      const char *label, struct admin_device *out,
			      struct fault *f) MUST_USE;

/* A device whose counter can be found again: else STATUS_CONFLICT. */
enum status admin_enroll_counting(const struct admin *a, const char *name,
				  const char *label, struct admin_device *out,
				  struct fault *f) MUST_USE;

/* HOTP: find the counter again by two codes in a row.  STATUS_REFUSED: they
 * are not, STATUS_CONFLICT: it has no counter. */
enum status admin_enroll_resync(const struct admin *a, const char *name,
				const char *label, const struct secret *first,
				const struct secret *second,
				struct admin_device *out, struct fault *f)
	MUST_USE;

/* All devices of an account. */
struct admin_devices {
	size_t n;
	struct store_otp of[OTP_DEVICES_MAX];
};
enum status admin_devices_read(const struct admin *a, const struct id *account,
			       struct admin_devices *out, struct fault *f)
	MUST_USE;

/* Every device of every account that is not deleted. */
enum status admin_enroll_each(const struct admin *a,
			      bool (*each)(void *ctx,
					   const struct admin_device *),
			      void *ctx, struct fault *f) MUST_USE;

#endif
