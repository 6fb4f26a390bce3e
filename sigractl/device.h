/* SPDX-License-Identifier: MIT */
/* One-time code devices, as they are printed. */
#ifndef SIGRACTL_DEVICE_H
#define SIGRACTL_DEVICE_H

#include "admin/enroll.h"
#include "sigractl/cmd.h"
#include "sigractl/out.h"

#define SHAPE_DEVICE                                                          \
	"id,label,kind,algorithm,digits,period,state,created_at,used_at"
#define SHAPE_DEVICE_OF "user,account,device{" SHAPE_DEVICE "}"

json_t *device_shape(const struct store_otp *row);
/* The members "user", "account" and "device". */
json_t *device_shape_of(const struct admin_device *d);

/* "active", "resync". */
const char *device_state(enum store_otp_state state);

/* "sha256" ... */
const char *device_algorithm(const struct store_otp *row);

/* Print the JSON of SHAPE_DEVICE_OF, or else the line DONE. */
enum status device_end(const struct cmd *c, const struct admin_device *d,
		       const char *done, struct fault *f) MUST_USE;

#endif
