/* SPDX-License-Identifier: MIT */
/* What an account has of one-time codes. */
#include <stdio.h>

#include "admin/account.h"
#include "admin/clock.h"
#include "base/text.h"
#include "sigractl/device.h"
#include "sigractl/self.h"

struct enroll_view {
	const struct cmd *c;
	struct self_account of;
	struct out_table table;
	json_t *devices; /* with --json */
	struct store_code_count backup;
};

/* As `enroll show` has it in more words. */
static const char *
enroll_state(const struct store_otp *row, int64_t now, char *out, size_t size)
{
	int64_t until = admin_clock_ahead(row, now);
	char when[TEXT_TIME_SIZE];

	if (until == 0)
		return device_state(row->state);
	if (until == INT64_MAX)
		return "refused for good";
	(void)snprintf(out, size, "refused until %s", out_when(until, when));
	return out;
}

static bool
enroll_each(void *ctx, const struct store_otp *row)
{
	struct enroll_view *v = ctx;
	char digits[24], used[TEXT_TIME_SIZE], state[TEXT_TIME_SIZE + 16];

	if (v->devices != NULL) {
		out_push(v->devices, device_shape(row));
		return true;
	}
	(void)snprintf(digits, sizeof(digits), "%lld", (long long)row->digits);
	out_table_row(
		&v->table,
		(const char *const[]){
			row->label, otp_kind_name(row->kind),
			device_algorithm(row), digits,
			enroll_state(row, v->c->now, state, sizeof(state)),
			out_when(row->used_at, used) },
		6);
	return true;
}

/* One row of the verifier's. */
static enum status
enroll_told(void *ctx, const struct wire_row *row, struct fault *f)
{
	struct enroll_view *v = ctx;
	struct store_otp device;
	enum status st;

	if (self_is(row, "backup"))
		return self_backup(row, &v->backup, f);
	if ((st = self_device(row, &device, f)) == STATUS_OK)
		(void)enroll_each(v, &device);
	return st;
}

static enum status
enroll_rows(struct enroll_view *v, struct fault *f)
{
	const struct cmd *c = v->c;
	const struct id *id = &v->of.account.id;
	enum status st;

	if (c->self[0] != '\0')
		return self_query(c, WIRE_SELF_CODES, &v->of, enroll_told, v,
				  f);
	if ((st = admin_account_find(&c->admin, c->arg[0], &v->of.account,
				     f)) != STATUS_OK ||
	    (st = store_otp_list(c->store, id, enroll_each, v, f)) !=
		    STATUS_OK)
		return st;
	return store_code_counted(c->store, id, STORE_CODE_BACKUP, c->now,
				  &v->backup, f);
}

static void
enroll_backup_line(const struct store_code_count *n)
{
	char when[TEXT_TIME_SIZE];

	if (n->total == 0)
		out_line("Backup codes: none");
	else
		out_line("Backup codes: %lld of %lld left, made %s",
			 (long long)n->left, (long long)n->total,
			 out_when(n->created_at, when));
}

static enum status
enroll_list_text(struct enroll_view *v, struct fault *f)
{
	static const struct out_column columns[] = {
		{ "LABEL", OUT_FREE },	   { "KIND", OUT_TEXT },
		{ "ALGORITHM", OUT_TEXT }, { "DIGITS", OUT_COUNT },
		{ "STATE", OUT_TEXT },	   { "USED", OUT_TEXT },
	};
	enum status st, end;

	out_table_start(&v->table, columns, 6);
	st = enroll_rows(v, f);
	end = out_table_end(&v->table,
			    st == STATUS_OK ? "There are no devices." : NULL,
			    st == STATUS_OK ? f : NULL);
	if (st != STATUS_OK || end != STATUS_OK)
		return st == STATUS_OK ? end : st;
	enroll_backup_line(&v->backup);
	return STATUS_OK;
}

enum status
cmd_enroll_list(struct cmd *c, struct fault *f)
{
	struct enroll_view v = { .c = c };
	json_t *backup;
	AUTO_JSON *j = NULL;
	enum status st;

	if (!c->json)
		return enroll_list_text(&v, f);
	j = json_object();
	v.devices = json_array();
	st = enroll_rows(&v, f);
	backup = json_object();
	out_put(backup, "left", json_integer(v.backup.left));
	out_put(backup, "total", json_integer(v.backup.total));
	out_put(backup, "created_at", out_time(v.backup.created_at));
	out_put(j, "user", out_string(v.of.account.name));
	out_put(j, "account", out_string(v.of.account.id.s));
	out_put(j, "devices", v.devices);
	out_put(j, "backup_codes", backup);
	return st == STATUS_OK ? out_json(j, f) : st;
}

static void
enroll_show_text(const struct admin_device *d, int64_t until)
{
	const struct store_otp *row = &d->row;
	char when[TEXT_TIME_SIZE];

	out_field("User", "%s", d->account.name);
	out_field("Label", "%s", row->label);
	out_field("Id", "%s", row->id.s);
	out_field("Kind", "%s", otp_kind_name(row->kind));
	out_field("Codes", "%s, %lld digits", device_algorithm(row),
		  (long long)row->digits);
	if (row->kind == STORE_TOTP)
		out_field("Period", "%lld seconds", (long long)row->period);
	else
		out_field("Counter", "%lld", (long long)row->moved);
	if (row->state == STORE_OTP_RESYNC)
		out_field("State", "accepts nothing before sigractl enroll "
				   "resync");
	else if (until == INT64_MAX)
		out_field("State", "refused for good: enroll it again");
	else if (until != 0)
		out_field("State", "refused until %s: enroll it again",
			  out_when(until, when));
	else
		out_field("State", "%s", device_state(row->state));
	out_field("Added", "%s", out_when(row->created_at, when));
	out_field("Used", "%s",
		  row->used_at == 0 ? "never" : out_when(row->used_at, when));
}

enum status
cmd_enroll_show(struct cmd *c, struct fault *f)
{
	struct admin_device d;
	AUTO_JSON *j = NULL;
	int64_t until;
	enum status st;

	if ((st = admin_enroll_find(&c->admin, c->arg[0], c->arg[1], &d, f)) !=
	    STATUS_OK)
		return st;
	until = admin_clock_ahead(&d.row, c->now);
	if (!c->json) {
		enroll_show_text(&d, until);
		return STATUS_OK;
	}
	j = device_shape_of(&d);
	out_put(j, "counter",
		d.row.kind == STORE_HOTP ? json_integer(d.row.moved)
					 : json_null());
	out_put(j, "refused_until",
		until == INT64_MAX ? json_string("never") : out_time(until));
	return out_json(j, f);
}
