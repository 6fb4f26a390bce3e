/* SPDX-License-Identifier: MIT */
#include "sigractl/self.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/text.h"
#include "factor/fido2.h"
#include "factor/otp.h"

#define SELF_CONNECT_SECONDS 10

bool
self_is(const struct wire_row *row, const char *kind)
{
	return strcmp(wire_row_get(row, "row"), kind) == 0;
}

/* A row being read; bad when something in it cannot be. */
struct self_row {
	const struct wire_row *row;
	bool bad;
};

static void
self_text(struct self_row *r, const char *key, char *out, size_t size)
{
	if (!text_copy(out, size, wire_row_get(r->row, key)))
		r->bad = true;
}

static int64_t
self_number(struct self_row *r, const char *key)
{
	int64_t n = 0;

	if (!text_number(wire_row_get(r->row, key), 0, INT64_MAX, &n))
		r->bad = true;
	return n;
}

static bool
self_flag(struct self_row *r, const char *key)
{
	return self_number(r, key) != 0;
}

static enum status
self_end(const struct self_row *r, const char *kind, struct fault *f)
{
	if (!r->bad && self_is(r->row, kind))
		return STATUS_OK;
	return fault(f, STATUS_PROTOCOL,
		     "the verifier's answer is not understood: install "
		     "sigractl and sigrad of one release");
}

static enum store_account_state
self_state(struct self_row *r)
{
	const char *state = wire_row_get(r->row, "state");

	if (strcmp(state, "active") == 0)
		return STORE_ACTIVE;
	if (strcmp(state, "disabled") == 0)
		return STORE_DISABLED;
	if (strcmp(state, "pending") != 0)
		r->bad = true;
	return STORE_PENDING;
}

/* One of an enum that begins with 1. */
static int64_t
self_choice(struct self_row *r, const char *key, int64_t last)
{
	int64_t n = self_number(r, key);

	if (n < 1 || n > last)
		r->bad = true;
	return n;
}

static enum status
self_account(const struct wire_row *row, struct self_account *out,
	     struct fault *f)
{
	struct self_row r = { .row = row };
	const char *kind = wire_row_get(row, "password");
	struct store_account *a = &out->account;

	*out = (struct self_account){ .has_password = kind[0] != '\0' };
	self_text(&r, "id", a->id.s, sizeof(a->id.s));
	self_text(&r, "name", a->name, sizeof(a->name));
	self_text(&r, "email", a->email, sizeof(a->email));
	a->state = self_state(&r);
	a->created_at = self_number(&r, "created_at");
	a->updated_at = self_number(&r, "updated_at");
	a->expires_at = self_number(&r, "expires_at");
	a->delete_at = self_number(&r, "delete_at");
	a->kind = STORE_PERSON;
	a->strategy = (enum store_strategy)self_choice(&r, "strategy",
						       STORE_ANONYMIZE);
	a->must_change = self_flag(&r, "must_change");
	a->email_at = self_number(&r, "email_at");
	out->open_sessions = self_number(&r, "open_sessions");
	if (out->has_password) {
		out->password.kind = strcmp(kind, "argon2id") == 0
					     ? STORE_ARGON2ID
					     : STORE_CRYPT;
		out->password.set_at = self_number(&r, "password_set_at");
		out->password_due = self_number(&r, "password_due");
	}
	return self_end(&r, "account", f);
}

enum status
self_lock(const struct wire_row *row, struct admin_lock *out, struct fault *f)
{
	struct self_row r = { .row = row };

	*out = (struct admin_lock){ .subject = ADMIN_LOCK_ACCOUNT };
	self_text(&r, "source", out->source, sizeof(out->source));
	self_text(&r, "factor", out->factor, sizeof(out->factor));
	out->failed = self_number(&r, "failed");
	out->last_at = self_number(&r, "last_at");
	out->locked = self_flag(&r, "locked");
	out->until = self_number(&r, "until");
	return self_end(&r, "lock", f);
}

enum status
self_attribute(const struct wire_row *row, struct store_attribute *out,
	       struct fault *f)
{
	struct self_row r = { .row = row };

	*out = (struct store_attribute){ .exported = false };
	self_text(&r, "key", out->key, sizeof(out->key));
	self_text(&r, "value", out->value, sizeof(out->value));
	out->exported = self_flag(&r, "exported");
	return self_end(&r, "attribute", f);
}

enum status
self_belongs(const struct wire_row *row, struct store_member *m,
	     struct store_org *o, struct fault *f)
{
	struct self_row r = { .row = row };

	*m = (struct store_member){ .used_at = 0 };
	*o = (struct store_org){ .deleted_at = 0 };
	self_text(&r, "id", o->id.s, sizeof(o->id.s));
	self_text(&r, "slug", o->slug, sizeof(o->slug));
	self_text(&r, "name", o->name, sizeof(o->name));
	m->role = (enum store_role)self_choice(&r, "role", STORE_ROLE_MEMBER);
	m->joined_at = self_number(&r, "joined_at");
	m->used_at = self_number(&r, "used_at");
	return self_end(&r, "organization", f);
}

enum status
self_session(const struct wire_row *row, struct store_session *out,
	     char org[STORE_SLUG_SIZE], struct fault *f)
{
	struct self_row r = { .row = row };

	*out = (struct store_session){ .closed_at = 0 };
	self_text(&r, "org", org, STORE_SLUG_SIZE);
	self_text(&r, "impersonator", out->impersonator,
		  sizeof(out->impersonator));
	self_text(&r, "logind", out->logind, sizeof(out->logind));
	self_text(&r, "ended", out->ended, sizeof(out->ended));
	out->ends_at = self_number(&r, "ends_at");
	out->idle = self_number(&r, "idle");
	self_text(&r, "id", out->id.s, sizeof(out->id.s));
	self_text(&r, "service", out->service, sizeof(out->service));
	self_text(&r, "tty", out->tty, sizeof(out->tty));
	self_text(&r, "rhost", out->rhost, sizeof(out->rhost));
	self_text(&r, "factors", out->factors, sizeof(out->factors));
	self_text(&r, "host", out->host, sizeof(out->host));
	self_text(&r, "boot", out->boot, sizeof(out->boot));
	out->pid = self_number(&r, "pid");
	out->opened_at = self_number(&r, "opened_at");
	out->closed_at = self_number(&r, "closed_at");
	return self_end(&r, "session", f);
}

/* Is it the first of two words, or else the second? */
static bool
self_either(struct self_row *r, const char *key, const char *first,
	    const char *second)
{
	const char *word = wire_row_get(r->row, key);
	bool is = strcmp(word, first) == 0;

	if (!is && strcmp(word, second) != 0)
		r->bad = true;
	return is;
}

enum status
self_device(const struct wire_row *row, struct store_otp *out, struct fault *f)
{
	struct self_row r = { .row = row };
	enum crypto_otp_algorithm algorithm = CRYPTO_SHA1;

	*out = (struct store_otp){ .moved = 0 };
	if (!otp_algorithm_parse(wire_row_get(row, "algorithm"), &algorithm))
		r.bad = true;
	self_text(&r, "id", out->id.s, sizeof(out->id.s));
	self_text(&r, "label", out->label, sizeof(out->label));
	out->kind = self_either(&r, "kind", "totp", "hotp") ? STORE_TOTP
							    : STORE_HOTP;
	out->algorithm = (int64_t)algorithm;
	out->digits = self_number(&r, "digits");
	out->period = self_number(&r, "period");
	out->state = self_either(&r, "state", "active", "resync")
			     ? STORE_OTP_ACTIVE
			     : STORE_OTP_RESYNC;
	out->created_at = self_number(&r, "created_at");
	out->used_at = self_number(&r, "used_at");
	return self_end(&r, "device", f);
}

static void
self_blob(struct self_row *r, struct store_ssh_key *out)
{
	char text[CRYPTO_BASE64_SIZE(STORE_SSH_BLOB_MAX)];

	if (!wire_row_get_long(r->row, "key", text, sizeof(text)) ||
	    !crypto_base64_parse(text, strlen(text), CRYPTO_BASE64, out->blob,
				 sizeof(out->blob), &out->blob_len))
		r->bad = true;
}

/* The one that has this name. */
static int64_t
self_algorithm(struct self_row *r)
{
	static const int64_t all[] = { -7, -8, -257 };
	const char *name = wire_row_get(r->row, "algorithm");

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(name, fido2_algorithm_name(all[i])) == 0)
			return all[i];
	r->bad = true;
	return 0;
}

enum status
self_key(const struct wire_row *row, struct store_key *out, struct fault *f)
{
	struct self_row r = { .row = row };

	*out = (struct store_key){ .flags = 0 };
	self_text(&r, "id", out->id.s, sizeof(out->id.s));
	self_text(&r, "label", out->label, sizeof(out->label));
	self_text(&r, "rp_id", out->rp, sizeof(out->rp));
	self_text(&r, "transports", out->transports, sizeof(out->transports));
	if (!fido2_aaguid_parse(wire_row_get(row, "aaguid"), out->aaguid))
		r.bad = true;
	out->algorithm = self_algorithm(&r);
	out->flags = (uint32_t)self_number(&r, "flags");
	out->state = self_either(&r, "state", "active", "revoked")
			     ? STORE_KEY_ACTIVE
			     : STORE_KEY_REVOKED;
	out->sign_count = self_number(&r, "sign_count");
	out->created_at = self_number(&r, "created_at");
	out->used_at = self_number(&r, "used_at");
	return self_end(&r, "key", f);
}

enum status
self_ssh_key(const struct wire_row *row, struct store_ssh_key *out,
	     struct fault *f)
{
	struct self_row r = { .row = row };

	*out = (struct store_ssh_key){ .blob_len = 0 };
	self_text(&r, "id", out->id.s, sizeof(out->id.s));
	self_text(&r, "label", out->label, sizeof(out->label));
	self_text(&r, "type", out->type, sizeof(out->type));
	self_blob(&r, out);
	out->authority = self_flag(&r, "authority");
	out->sign_count = self_number(&r, "sign_count");
	out->created_at = self_number(&r, "created_at");
	out->used_at = self_number(&r, "used_at");
	return self_end(&r, "ssh_key", f);
}

enum status
self_backup(const struct wire_row *row, struct store_code_count *out,
	    struct fault *f)
{
	struct self_row r = { .row = row };

	*out = (struct store_code_count){ .left = 0 };
	out->left = self_number(&r, "left");
	out->total = self_number(&r, "total");
	out->created_at = self_number(&r, "created_at");
	return self_end(&r, "backup", f);
}

enum status
self_token(const struct wire_row *row, struct admin_token *out,
	   struct fault *f)
{
	struct self_row r = { .row = row };
	struct store_token *t = &out->row;

	*out = (struct admin_token){ .row = { .kind = STORE_TOKEN_APP } };
	self_text(&r, "id", t->id.s, sizeof(t->id.s));
	self_text(&r, "label", t->label, sizeof(t->label));
	self_text(&r, "scopes", t->scopes, sizeof(t->scopes));
	if (!wire_row_get_long(row, "sources", t->sources, sizeof(t->sources)))
		r.bad = true;
	t->created_at = self_number(&r, "created_at");
	self_text(&r, "made_by", t->made_by, sizeof(t->made_by));
	t->expires_at = self_number(&r, "expires_at");
	out->ends_at = self_number(&r, "ends_at");
	t->used_at = self_number(&r, "used_at");
	self_text(&r, "used_from", t->used_from, sizeof(t->used_from));
	t->revoked_at = self_number(&r, "revoked_at");
	return self_end(&r, "token", f);
}

enum status
self_trust(const struct wire_row *row, struct store_trust *out,
	   struct fault *f)
{
	struct self_row r = { .row = row };

	*out = (struct store_trust){ .epoch = 0 };
	self_text(&r, "id", out->id.s, sizeof(out->id.s));
	out->kind = self_either(&r, "kind", "ssh-key", "address")
			    ? STORE_TRUST_SSH_KEY
			    : STORE_TRUST_ADDRESS;
	self_text(&r, "shown", out->shown, sizeof(out->shown));
	out->created_at = self_number(&r, "created_at");
	out->used_at = self_number(&r, "used_at");
	return self_end(&r, "trust", f);
}

/* About whom?  Nobody else may be named. */
static enum status
self_check_name(const struct cmd *c, const char *name, struct fault *f)
{
	if (name == NULL || strcmp(name, c->self) == 0)
		return STATUS_OK;
	return fault(f, STATUS_DENIED,
		     "you are '%s': only root may look after others, try sudo "
		     "sigractl %s ...",
		     c->self, c->row->words);
}

enum status
self_enter(struct cmd *c, struct fault *f)
{
	const struct passwd *pw = getpwuid(geteuid());
	enum status st;

	if (pw == NULL || !text_copy(c->self, sizeof(c->self), pw->pw_name) ||
	    c->self[0] == '\0')
		return fault(f, STATUS_DENIED,
			     "this system does not know you (uid %u): try "
			     "sudo sigractl ...",
			     geteuid());
	if ((st = self_check_name(c, c->arg[0], f)) != STATUS_OK)
		return st;
	return self_check_name(c, cmd_option(c, "user"), f);
}

enum status
self_connect(const struct cmd *c, int *out, struct fault *f)
{
	struct fault why = { .text = "" };

	if (wire_client_connect(c->config.verifier_socket,
				SELF_CONNECT_SECONDS, out, &why) == STATUS_OK)
		return STATUS_OK;
	/* Whatever it was, what is missing is the verifier. */
	return fault(f, STATUS_UNAVAILABLE,
		     "%s: without a running sigrad only root can do this",
		     why.text);
}

/* One question under way. */
struct self_asked {
	struct self_account *account;
	bool known;
	enum status (*each)(void *ctx, const struct wire_row *,
			    struct fault *);
	void *ctx;
};

static enum status
self_row(void *ctx, const struct wire_row *row, struct fault *f)
{
	struct self_asked *q = ctx;

	if (q->known)
		return q->each(q->ctx, row, f);
	q->known = true;
	return self_account(row, q->account, f);
}

enum status
self_query(const struct cmd *c, enum wire_self what, struct self_account *out,
	   enum status (*each)(void *ctx, const struct wire_row *,
			       struct fault *),
	   void *ctx, struct fault *f)
{
	struct self_asked q = { .account = out, .each = each, .ctx = ctx };
	AUTO_FD int fd = -1;
	enum status st;

	if ((st = self_connect(c, &fd, f)) != STATUS_OK)
		return st;
	st = wire_client_query(fd, what, self_row, &q, f);
	if (st != STATUS_OK || q.known)
		return st;
	return fault(f, STATUS_NOT_FOUND,
		     "you have no account here: sigra does not know '%s'",
		     c->self);
}
