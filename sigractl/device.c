/* SPDX-License-Identifier: MIT */
#include "sigractl/device.h"

const char *
device_state(enum store_otp_state state)
{
	return state == STORE_OTP_RESYNC ? "resync" : "active";
}

const char *
device_algorithm(const struct store_otp *row)
{
	return otp_algorithm_name((enum crypto_otp_algorithm)row->algorithm);
}

json_t *
device_shape(const struct store_otp *row)
{
	json_t *j = json_object();

	out_put(j, "id", out_string(row->id.s));
	out_put(j, "label", out_string(row->label));
	out_put(j, "kind", json_string(otp_kind_name(row->kind)));
	out_put(j, "algorithm", json_string(device_algorithm(row)));
	out_put(j, "digits", json_integer(row->digits));
	out_put(j, "period",
		row->period == 0 ? json_null() : json_integer(row->period));
	out_put(j, "state", json_string(device_state(row->state)));
	out_put(j, "created_at", out_time(row->created_at));
	out_put(j, "used_at", out_time(row->used_at));
	return j;
}

json_t *
device_shape_of(const struct admin_device *d)
{
	json_t *j = json_object();

	out_put(j, "user", out_string(d->account.name));
	out_put(j, "account", out_string(d->account.id.s));
	out_put(j, "device", device_shape(&d->row));
	return j;
}

enum status
device_end(const struct cmd *c, const struct admin_device *d, const char *done,
	   struct fault *f)
{
	if (c->json) {
		AUTO_JSON *j = device_shape_of(d);

		return out_json(j, f);
	}
	out_line("%s", done);
	return STATUS_OK;
}
