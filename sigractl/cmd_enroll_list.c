/* SPDX-License-Identifier: MIT */
/* What an account has enrolled, of every kind. */
#include <stdio.h>
#include <string.h>

#include "admin/account.h"
#include "admin/clock.h"
#include "base/text.h"
#include "sigractl/item.h"
#include "sigractl/self.h"

#define ENROLL_COLUMNS 8
#define ENROLL_DAY 10 /* of 2026-01-31T23:59:59Z */

struct enroll_view {
	const struct cmd *c;
	struct self_account of;
	struct out_table table;
	json_t *devices, *keys, *ssh_keys; /* with --json */
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

/* What is the same for every kind. */
static void
enroll_row(struct enroll_view *v, const char *const first[6],
	   int64_t created_at, int64_t used_at)
{
	char added[TEXT_TIME_SIZE], used[TEXT_TIME_SIZE];

	(void)out_when(created_at, added);
	(void)out_when(used_at, used);
	added[ENROLL_DAY] = used[ENROLL_DAY] = '\0';
	out_table_row(&v->table,
		      (const char *const[]){ first[0], first[1], first[2],
					     first[3], first[4], first[5],
					     added, used },
		      ENROLL_COLUMNS);
}

static bool
enroll_each(void *ctx, const struct store_otp *row)
{
	struct enroll_view *v = ctx;
	char state[TEXT_TIME_SIZE + 16], codes[32];

	if (v->devices != NULL) {
		out_push(v->devices, device_shape(row));
		return true;
	}
	(void)snprintf(codes, sizeof(codes), "%s %lld", device_algorithm(row),
		       (long long)row->digits);
	enroll_row(v,
		   (const char *const[]){
			   row->label, otp_kind_name(row->kind), codes,
			   enroll_state(row, v->c->now, state, sizeof(state)),
			   "", "" },
		   row->created_at, row->used_at);
	return true;
}

static bool
enroll_key_each(void *ctx, const struct store_key *row)
{
	struct enroll_view *v = ctx;
	char flags[64], count[24];

	if (v->keys != NULL) {
		out_push(v->keys, item_shape_key(row));
		return true;
	}
	item_key_flags(row, flags, sizeof(flags));
	(void)snprintf(count, sizeof(count), "%lld",
		       (long long)row->sign_count);
	enroll_row(v,
		   (const char *const[]){ row->label, "fido2", item_model(row),
					  item_key_state(row->state), count,
					  flags },
		   row->created_at, row->used_at);
	return true;
}

static bool
enroll_ssh_key_each(void *ctx, const struct store_ssh_key *row)
{
	struct enroll_view *v = ctx;
	bool sk = strncmp(row->type, "sk-", 3) == 0;
	char count[24] = "";

	if (v->ssh_keys != NULL) {
		out_push(v->ssh_keys, item_shape_ssh_key(row));
		return true;
	}
	if (sk)
		(void)snprintf(count, sizeof(count), "%lld",
			       (long long)row->sign_count);
	enroll_row(v,
		   (const char *const[]){ row->label, admin_ssh_key_word(row),
					  row->type, "active", count, "" },
		   row->created_at, row->used_at);
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
enroll_key_told(void *ctx, const struct wire_row *row, struct fault *f)
{
	struct enroll_view *v = ctx;
	struct store_ssh_key ssh_key;
	struct store_key key;
	enum status st;

	if (self_is(row, "ssh_key")) {
		if ((st = self_ssh_key(row, &ssh_key, f)) == STATUS_OK)
			(void)enroll_ssh_key_each(v, &ssh_key);
		return st;
	}
	if ((st = self_key(row, &key, f)) == STATUS_OK)
		(void)enroll_key_each(v, &key);
	return st;
}

static enum status
enroll_rows(struct enroll_view *v, struct fault *f)
{
	const struct cmd *c = v->c;
	const struct id *id = &v->of.account.id;
	struct self_account again;
	enum status st;

	if (c->self[0] != '\0') {
		st = self_query(c, WIRE_SELF_CODES, &v->of, enroll_told, v, f);
		return st == STATUS_OK ? self_query(c, WIRE_SELF_KEYS, &again,
						    enroll_key_told, v, f)
				       : st;
	}
	if ((st = admin_account_find(&c->admin, c->arg[0], &v->of.account,
				     f)) != STATUS_OK ||
	    (st = store_otp_list(c->store, id, enroll_each, v, f)) !=
		    STATUS_OK ||
	    (st = store_key_list(c->store, id, enroll_key_each, v, f)) !=
		    STATUS_OK ||
	    (st = store_ssh_key_list(c->store, id, enroll_ssh_key_each, v,
				     f)) != STATUS_OK)
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
	static const struct out_column columns[ENROLL_COLUMNS] = {
		{ "LABEL", OUT_FOLD },	{ "KIND", OUT_TEXT },
		{ "MODEL", OUT_FOLD },	{ "STATE", OUT_FOLD },
		{ "COUNT", OUT_COUNT }, { "FLAGS", OUT_FOLD },
		{ "ADDED", OUT_TEXT },	{ "USED", OUT_TEXT },
	};
	enum status st, end;

	out_table_start(&v->table, columns, ENROLL_COLUMNS);
	st = enroll_rows(v, f);
	end = out_table_end(&v->table,
			    st == STATUS_OK ? "There are no devices or keys."
					    : NULL,
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
	v.keys = json_array();
	v.ssh_keys = json_array();
	st = enroll_rows(&v, f);
	backup = json_object();
	out_put(backup, "left", json_integer(v.backup.left));
	out_put(backup, "total", json_integer(v.backup.total));
	out_put(backup, "created_at", out_time(v.backup.created_at));
	out_put(j, "user", out_string(v.of.account.name));
	out_put(j, "account", out_string(v.of.account.id.s));
	out_put(j, "devices", v.devices);
	out_put(j, "keys", v.keys);
	out_put(j, "ssh_keys", v.ssh_keys);
	out_put(j, "backup_codes", backup);
	return st == STATUS_OK ? out_json(j, f) : st;
}
