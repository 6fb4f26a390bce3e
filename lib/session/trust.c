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
 * "ssh"), for elsewhere a file of the user's own may fill the PAM
 * environment.  127.0.0.1 and ::1 are where tunnels and proxies come out, so
 * all of their clients would be one device; link-local addresses name none
 * without the link.  These are never trusted.  In single style trust is
 * neither offered nor used, so that there is one way to answer.
 */
#include <arpa/inet.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "session/attempt.h"
#include "store/trust.h"

#define TRUST_DAY 86400
#define TRUST_TAIL 24 /* characters of a key that are shown */
#define TRUST_ALGORITHM_SIZE 65

/* What a device is known by. */
struct trust_binding {
	enum store_trust_kind kind;
	uint8_t hash[STORE_BINDING_SIZE];
	char shown[sizeof(((struct store_trust *)NULL)->shown)];
};

_Static_assert(STORE_BINDING_SIZE == CRYPTO_HASH_SIZE, "one keyed hash");

/* A line of SSH_AUTH_INFO_0, "publickey ALGORITHM BASE64", taken apart. */
struct trust_key {
	char algorithm[TRUST_ALGORITHM_SIZE];
	char blob[sizeof(((struct request *)NULL)->ssh_auth_info)];
};

static bool
trust_word(const char *s, size_t len, const char *also)
{
	for (size_t i = 0; i < len; i++)
		if (!(s[i] >= 'a' && s[i] <= 'z') &&
		    !(s[i] >= 'A' && s[i] <= 'Z') &&
		    !(s[i] >= '0' && s[i] <= '9') &&
		    strchr(also, s[i]) == NULL)
			return false;
	return len > 0;
}

static bool
trust_base64(const char *s, size_t len)
{
	size_t padding = 0;

	while (padding < 2 && padding < len && s[len - padding - 1] == '=')
		padding++;
	return len % 4 == 0 && len > TRUST_TAIL &&
	       trust_word(s, len - padding, "+/");
}

/* LINE of LEN bytes begins behind "publickey ". */
static bool
trust_key_parse(const char *line, size_t len, struct trust_key *out)
{
	const char *blank = memchr(line, ' ', len), *blob;
	size_t first, rest;

	if (blank == NULL)
		return false;
	blob = blank + 1;
	first = (size_t)(blank - line);
	rest = len - first - 1;
	if (first >= sizeof(out->algorithm) || rest >= sizeof(out->blob) ||
	    !trust_word(line, first, "@._-") || !trust_base64(blob, rest))
		return false;
	memcpy(out->algorithm, line, first);
	out->algorithm[first] = '\0';
	memcpy(out->blob, blob, rest);
	out->blob[rest] = '\0';
	return true;
}

/* The last public key that was proved; none when its line is not whole. */
static bool
trust_key_find(const struct request *r, struct trust_key *out)
{
	static const char method[] = "publickey ";
	const char *s = r->ssh_auth_info;
	bool found = false;

	if (strcmp(r->tty, "ssh") != 0)
		return false;
	while (*s != '\0') {
		size_t len = strcspn(s, "\n"), skip = sizeof(method) - 1;

		if (strncmp(s, method, skip) == 0)
			found = trust_key_parse(s + skip, len - skip, out);
		s += len;
		s += *s == '\n';
	}
	return found;
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
	char text[sizeof(((struct trust_key *)NULL)->blob) + 8];
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
	struct trust_key key;
	struct buf b;

	buf_start(&b, out->shown, sizeof(out->shown));
	if (trust_key_find(a->request, &key)) {
		out->kind = STORE_TRUST_SSH_KEY;
		trust_hash(a, "ssh", key.blob, out);
		buf_printf(&b, "%s ...%s", key.algorithm,
			   key.blob + strlen(key.blob) - TRUST_TAIL);
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
	    !trust_bind(a, &binding))
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

/* Was a code of the person's own right just now, and not one that a trusted
 * device stood for?  One that an administrator has lent is for one login. */
static bool
trust_earned(const struct session_attempt *a)
{
	const struct factor_outcome *o = &a->outcome[POLICY_FACTOR_OTP];
	const uint32_t bit = POLICY_BIT(POLICY_FACTOR_OTP);

	return (a->charged & a->facts.passed & bit) != 0 && o->way != NULL &&
	       strcmp(o->way, "login_code") != 0;
}

static bool
trust_yes(const struct secret *answer)
{
	static const char *const words[] = { "y", "Y", "yes", "Yes", "YES" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (secret_is(answer, words[i], strlen(words[i])))
			return true;
	return false;
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
	buf_printf(&b,
		   "Skip the one-time code on this device for %lld day%s? "
		   "[y/N] ",
		   (long long)a->rule.trust_days,
		   a->rule.trust_days == 1 ? "" : "s");
	return io->ask(io, &p, &answer, &f) == STATUS_OK && trust_yes(&answer);
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
