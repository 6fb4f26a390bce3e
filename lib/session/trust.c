/* SPDX-License-Identifier: MIT */
/*
 * Trusted devices: the second factor is skipped for some days where the
 * person has logged in whole before.  A device is known by the SSH public key
 * that sshd has seen proved in the same login, or else by the client's
 * address; whoever has neither cannot be known again.  A new password, a
 * reset or the loss of a factor raises the account's epoch, which ends all of
 * it.
 *
 * What an attacker with the right password would have to hold: the private
 * key, or the address.  SSH_AUTH_INFO_0 is taken from sshd only (PAM_TTY
 * "ssh"; proved.c), for elsewhere a file of the user's own may fill the PAM
 * environment.  127.0.0.1 and ::1 are where tunnels and proxies come out, so
 * all of their clients would be one device; link-local addresses name none
 * without the link.  These are never trusted.  In single style trust is
 * neither offered nor used, so that there is one way to answer.
 */
#include <arpa/inet.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"
#include "session/attempt.h"
#include "store/trust.h"

#define TRUST_DAY 86400
#define TRUST_TAIL 24 /* characters of a key that are shown */

/* What a device is known by. */
struct trust_binding {
	enum store_trust_kind kind;
	uint8_t hash[STORE_BINDING_SIZE];
	char shown[sizeof(((struct store_trust *)NULL)->shown)];
};

_Static_assert(STORE_BINDING_SIZE == CRYPTO_HASH_SIZE, "one keyed hash");

/* The last public key that sshd has seen proved, as "ALGORITHM BASE64". */
static bool
trust_key_find(const struct session_attempt *a, char text[SSHKEY_TEXT_SIZE])
{
	AUTO_FREE struct sshkey *keys = NULL;
	const struct sshkey *last;
	struct fault ignored;
	size_t n;

	if (session_proved_keys(a, &keys, &n, &ignored) != STATUS_OK || n == 0)
		return false;
	last = &keys[n - 1];
	return sshkey_text(last->type, last->blob, last->blob_len, text,
			   SSHKEY_TEXT_SIZE, &ignored) == STATUS_OK;
}

static bool
trust_address_counts(const struct source *source)
{
	const struct in6_addr *a = &source->address;
	static const uint8_t loopback[4] = { 127, 0, 0, 1 };

	if (!source->has_address || IN6_IS_ADDR_LOOPBACK(a) ||
	    IN6_IS_ADDR_LINKLOCAL(a) || IN6_IS_ADDR_UNSPECIFIED(a))
		return false;
	return !IN6_IS_ADDR_V4MAPPED(a) ||
	       memcmp(&a->s6_addr[12], loopback, sizeof(loopback)) != 0;
}

/* All of the address: neighbours in a /64 are other devices. */
static void
trust_address_text(const struct in6_addr *a, char *out, socklen_t size)
{
	if (IN6_IS_ADDR_V4MAPPED(a))
		(void)inet_ntop(AF_INET, &a->s6_addr[12], out, size);
	else
		(void)inet_ntop(AF_INET6, a, out, size);
}

static void
trust_hash(const struct session_attempt *a, const char *kind, const char *what,
	   struct trust_binding *out)
{
	char text[SSHKEY_TEXT_SIZE + 8];
	struct buf b;

	buf_start(&b, text, sizeof(text));
	buf_printf(&b, "%s:%s", kind, what);
	crypto_keyed_hash(a->env->keys, CRYPTO_TRUST, text, b.len, out->hash);
}

/* A key is shown by its algorithm and its end, as it stands in the person's
 * .pub file. */
static bool
trust_bind(const struct session_attempt *a, struct trust_binding *out)
{
	char address[INET6_ADDRSTRLEN] = "";
	char text[SSHKEY_TEXT_SIZE];
	struct buf b;

	buf_start(&b, out->shown, sizeof(out->shown));
	if (trust_key_find(a, text)) {
		size_t type = strcspn(text, " ");

		out->kind = STORE_TRUST_SSH_KEY;
		trust_hash(a, "ssh", text + type + 1, out);
		buf_printf(&b, "%.*s ...%s", (int)type, text,
			   text + strlen(text) - TRUST_TAIL);
		return true;
	}
	if (!trust_address_counts(&a->source))
		return false;
	trust_address_text(&a->source.address, address, sizeof(address));
	out->kind = STORE_TRUST_ADDRESS;
	trust_hash(a, "ip", address, out);
	buf_text(&b, address);
	return true;
}

static bool
trust_wanted(const struct session_attempt *a)
{
	return session_past_counts(a) && !a->single && a->rule.trust_days > 0;
}

static bool
trust_stands(const struct session_attempt *a, const struct store_trust *row)
{
	int64_t now = session_now(a->env);

	return row->epoch == a->account.epoch && row->created_at <= now &&
	       row->created_at > now - a->rule.trust_days * TRUST_DAY;
}

enum status
session_trust_find(struct session_attempt *a, struct fault *f)
{
	struct trust_binding binding;
	struct store_trust row;
	enum status st;

	if (!trust_wanted(a))
		return STATUS_OK;
	a->trusted = (struct id){ .s = "" };
	a->facts.waived = 0;
	if (a->outcome[POLICY_FACTOR_PASSWORD].code ||
	    session_source_strict(a) || !trust_bind(a, &binding))
		return STATUS_OK;
	st = store_trust_find(a->env->store, &a->account.id, binding.kind,
			      binding.hash, &row, f);
	if (st == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (st != STATUS_OK || !trust_stands(a, &row))
		return st;
	a->trusted = row.id;
	/* It stands for what the account has, and never for what it lacks. */
	a->facts.waived = a->facts.enrolled & (uint32_t)POLICY_SECOND_FACTORS;
	return STATUS_OK;
}

static bool
trust_by_key(const struct session_attempt *a)
{
	const uint32_t bit = POLICY_BIT(POLICY_FACTOR_FIDO2);

	return (a->facts.asked & a->facts.passed & bit) != 0 &&
	       a->outcome[POLICY_FACTOR_FIDO2].result == FACTOR_RIGHT;
}

/* Was a code or a key of the person's own right just now, and not one that a
 * trusted device stood for?  A code that an administrator has lent is for one
 * login. */
static bool
trust_earned(const struct session_attempt *a)
{
	const struct factor_outcome *o = &a->outcome[POLICY_FACTOR_OTP];
	const uint32_t bit = POLICY_BIT(POLICY_FACTOR_OTP);

	if (trust_by_key(a))
		return true;
	return (a->charged & a->facts.passed & bit) != 0 && o->way != NULL &&
	       strcmp(o->way, "login_code") != 0;
}

static bool
trust_ask(struct session_attempt *a)
{
	struct prompt p = { .kind = PROMPT_VISIBLE,
			    .purpose = PURPOSE_CHOICE };
	struct io *io = a->env->io;
	struct fault f;
	struct buf b;
	SECRET(answer);

	buf_start(&b, p.text, sizeof(p.text));
	buf_printf(&b, "Skip the %s on this device for %lld day%s? [y/N] ",
		   trust_by_key(a) ? "security key" : "one-time code",
		   (long long)a->rule.trust_days,
		   a->rule.trust_days == 1 ? "" : "s");
	return io->ask(io, &p, &answer, &f) == STATUS_OK &&
	       secret_is_yes(&answer);
}

void
session_trust_offer(struct session_attempt *a)
{
	struct trust_binding binding;

	a->trust_epoch = a->account.epoch;
	a->trust_wanted = trust_wanted(a) && trust_earned(a) &&
			  (a->request->flags & REQUEST_SILENT) == 0 &&
			  trust_bind(a, &binding) && trust_ask(a);
}

static enum status
trust_add(struct session_attempt *a, struct fault *f)
{
	const struct policy_decision d = { .step = POLICY_ALLOW,
					   .reason = POLICY_GRANTED };
	const struct id used = a->trusted;
	int64_t now = session_now(a->env);
	struct store_trust row = { .account = a->account.id,
				   .epoch = a->account.epoch,
				   .created_at = now };
	struct trust_binding binding;
	enum status st;

	if (!trust_earned(a) || !trust_bind(a, &binding))
		return STATUS_OK;
	crypto_id(now, &row.id);
	row.kind = binding.kind;
	memcpy(row.binding, binding.hash, sizeof(row.binding));
	(void)text_copy(row.shown, sizeof(row.shown), binding.shown);
	if ((st = store_trust_put(a->env->store, &row, f)) != STATUS_OK)
		return st;
	/* In its own row of the audit, and not in that of the login. */
	a->trusted = row.id;
	st = session_audit(a, "trust.added", &d, NULL, f);
	a->trusted = used;
	return st;
}

enum status
session_trust_settle(struct session_attempt *a, struct fault *f)
{
	enum status st = STATUS_OK;

	if (a->trusted.s[0] != '\0')
		st = store_trust_used(a->env->store, &a->trusted,
				      session_now(a->env), f);
	if (st == STATUS_OK && a->trust_wanted)
		st = trust_add(a, f);
	return st;
}
