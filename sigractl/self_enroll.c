/* SPDX-License-Identifier: MIT */
#include "sigractl/self_enroll.h"

#include "sigractl/device.h"
#include "sigractl/self.h"
#include "sigractl/self_talk.h"
#include "sigractl/tty.h"

/* The newest device, which is the one just made. */
struct self_newest {
	struct self_account of;
	struct store_otp row;
};

static enum status
self_newest_told(void *ctx, const struct wire_row *row, struct fault *f)
{
	struct self_newest *n = ctx;
	struct store_otp device;
	enum status st;

	if (self_is(row, "backup"))
		return STATUS_OK;
	st = self_device(row, &device, f);
	if (st == STATUS_OK && device.created_at >= n->row.created_at)
		n->row = device;
	return st;
}

static enum status
self_enroll_json(const struct cmd *c, struct fault *f)
{
	struct self_newest n = { .row = { .created_at = 0 } };
	struct admin_device d;
	AUTO_JSON *j = NULL;
	enum status st;

	st = self_query(c, WIRE_SELF_CODES, &n.of, self_newest_told, &n, f);
	if (st != STATUS_OK)
		return st;
	d.account = n.of.account;
	d.row = n.row;
	j = device_shape_of(&d);
	/* They stood in the conversation. */
	out_put(j, "backup_codes", json_array());
	return out_json(j, f);
}

enum status
self_enroll(const struct cmd *c, struct fault *f)
{
	struct self_talk t = { .io = { .ask = self_talk_person } };
	struct wire_verdict v;
	enum status st;

	for (size_t i = 0; c->row->options[i].name != NULL; i++)
		if (c->option[i] != NULL)
			return fault(f, STATUS_DENIED,
				     "--%s is for root: try sudo sigractl "
				     "enroll ...",
				     c->row->options[i].name);
	/* Or else the verifier would count an attempt that nobody made. */
	if ((st = tty_there(f)) != STATUS_OK ||
	    (st = self_talk_run(c, PHASE_ENROLL, &t, &v, f)) != STATUS_OK ||
	    (st = self_talk_verdict(&v, t.told, "enrolled",
				    "wrong password or code, or the rules "
				    "allow no new device now",
				    f)) != STATUS_OK)
		return st;
	if (c->json)
		return self_enroll_json(c, f);
	out_line("Added a device: see sigractl enroll list.");
	return STATUS_OK;
}
