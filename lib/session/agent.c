/* SPDX-License-Identifier: MIT */
/*
 * An sk key in the person's own SSH agent, which may be forwarded from far
 * away, signs a challenge of ours.  The agent is shown the keys that the
 * account has, or, for nobody, one that is made up, since it would otherwise
 * see who has none.
 */
#include "fido/agent.h"

#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "session/key.h"

#define AGENT_BIT POLICY_BIT(POLICY_FACTOR_SSH_SK)

static const char agent_type[] = "sk-ssh-ed25519@openssh.com";

struct agent_offer {
	struct session_attempt *a;
	struct factor_env env;
	enum status st;
	struct fault *f;
	uint8_t hash[FIDO_HASH_SIZE];
	int64_t at;
	size_t rows;
	struct store_ssh_key row[AGENT_KEYS_MAX];
	struct agent_request request;
};

static bool
agent_row_fits(const struct store_ssh_key *row)
{
	return !row->authority && strncmp(row->type, "sk-", 3) == 0 &&
	       row->blob_len <= AGENT_BLOB_MAX;
}

static bool
agent_take(void *ctx, const struct store_ssh_key *row)
{
	struct agent_offer *o = ctx;
	struct agent_request *r = &o->request;

	if (!agent_row_fits(row) || r->keys == AGENT_KEYS_MAX)
		return true;
	o->st = sshkey_row_check(&o->env, row, o->f);
	if (o->st == STATUS_CORRUPT) {
		o->st = STATUS_OK;
		session_key_bad_row(o->a, row->label);
		return true;
	}
	if (o->st != STATUS_OK)
		return false;
	o->row[o->rows++] = *row;
	r->key[r->keys].len = row->blob_len;
	memcpy(r->key[r->keys].blob, row->blob, row->blob_len);
	r->keys++;
	return true;
}

static size_t
agent_string(uint8_t *at, const void *bytes, size_t len)
{
	at[0] = at[1] = at[2] = 0;
	at[3] = (uint8_t)len;
	memcpy(at + 4, bytes, len);
	return 4 + len;
}

/* Of nobody's: type, point, application. */
static void
agent_made_up(struct agent_offer *o)
{
	const struct session_attempt *a = o->a;
	struct agent_request *r = &o->request;
	uint8_t hash[CRYPTO_HASH_SIZE], *at = r->key[0].blob;
	char text[3 + USER_MAX + 1] = { '\0', 'a', '\0' };

	(void)text_copy(text + 3, sizeof(text) - 3, a->request->user);
	crypto_keyed_hash(a->env->keys, CRYPTO_UNKNOWN_NAME, text,
			  sizeof(text), hash);
	at += agent_string(at, agent_type, sizeof(agent_type) - 1);
	at += agent_string(at, hash, sizeof(hash));
	at += agent_string(at, "ssh:", 4);
	r->key[0].len = (size_t)(at - r->key[0].blob);
	r->keys = 1;
}

static enum status
agent_offer(struct agent_offer *o, struct fault *f)
{
	struct session_attempt *a = o->a;
	struct fido2_challenge challenge;
	enum status st = STATUS_OK;

	if (a->known)
		st = store_ssh_key_list(a->env->store, &a->account.id,
					agent_take, o, f);
	if (st == STATUS_OK)
		st = o->st;
	if (st != STATUS_OK)
		return st;
	if (o->rows == 0)
		agent_made_up(o);
	session_key_challenge(a, &challenge, o->hash);
	_Static_assert(SSHKEY_TO_SIGN_SIZE <= AGENT_DATA_MAX, "it fits");
	sshkey_to_sign(o->hash, o->request.data, &o->request.data_len);
	o->request.seconds = KEY_TOUCH_SECONDS;
	o->at = challenge.made_at;
	return STATUS_OK;
}

static enum status
agent_good(struct session_attempt *a, const struct policy_decision *d,
	   const struct store_ssh_key *row, const struct fido2_verdict *v,
	   struct fault *f)
{
	const struct factor_outcome outcome = { .result = FACTOR_RIGHT,
						.way = "ssh_agent",
						.row = row->id,
						.at = v->sign_count,
						.went_back = v->went_back,
						.ssh = true };
	bool counts = true;
	enum status st = STATUS_OK;

	if (v->went_back)
		st = session_key_went_back(a, NULL, row->label,
					   row->sign_count, v->sign_count,
					   &counts, f);
	if (st != STATUS_OK)
		return st;
	if (counts)
		session_key_pass(a, POLICY_FACTOR_SSH_SK, &outcome,
				 row->label);
	else
		session_key_decline(a, d, "counter",
				    "This SSH key cannot be used now: ask "
				    "your administrator.",
				    false);
	return STATUS_OK;
}

static enum status
agent_judge(const struct agent_offer *o, const struct policy_decision *d,
	    const struct agent_reply *reply, struct fault *f)
{
	struct fido2_verdict v = { .refusal = FIDO2_CREDENTIAL };
	int64_t now = session_now(o->a->env);
	enum status st = STATUS_OK;

	if (now < o->at || now - o->at > FIDO2_CHALLENGE_SECONDS)
		v.refusal = FIDO2_EXPIRED;
	else if (reply->key < o->rows)
		st = sshkey_sk_verify(&o->env, &o->row[reply->key], o->hash,
				      reply->signature, reply->signature_len,
				      &v, f);
	if (st == STATUS_OK && v.refusal == FIDO2_GOOD)
		return agent_good(o->a, d, &o->row[reply->key], &v, f);
	if (st == STATUS_OK)
		session_key_refuse(o->a, POLICY_FACTOR_SSH_SK,
				   fido2_refusal_name(v.refusal));
	return st;
}

static enum status
agent_answered(const struct agent_offer *o, const struct policy_decision *d,
	       const struct agent_reply *reply, struct fault *f)
{
	const char *why = agent_end_name(reply->end);

	switch (reply->end) {
	case AGENT_DONE:
		return agent_judge(o, d, reply, f);
	case AGENT_REFUSED:
		session_key_decline(o->a, d, why,
				    "The SSH agent has not signed in time.",
				    false);
		return STATUS_OK;
	case AGENT_NONE:
	case AGENT_GONE:
	case AGENT_BROKEN:
		break;
	}
	session_key_decline(o->a, d, why,
			    "The SSH agent has no key that can be used here.",
			    true);
	return STATUS_OK;
}

/* What is not about the store is about the agent. */
static bool
agent_broke(enum status st)
{
	return st == STATUS_UNAVAILABLE || st == STATUS_PROTOCOL ||
	       st == STATUS_CANCELLED || st == STATUS_LOST ||
	       st == STATUS_BUSY || st == STATUS_INVALID;
}

enum status
session_agent_ask(struct session_attempt *a, const struct policy_decision *d,
		  struct fault *f)
{
	AUTO_FREE struct agent_offer *o = calloc(1, sizeof(*o));
	const struct fido_cue cue = { .service = a->request->service,
				      .user = a->request->user,
				      .host = a->env->host };
	struct agent_reply reply = { .end = AGENT_GONE };
	enum status st;

	if (o == NULL)
		return fault(f, STATUS_UNAVAILABLE, "out of memory");
	o->a = a;
	o->env = session_factor_env(a);
	o->st = STATUS_OK;
	o->f = f;
	if ((st = agent_offer(o, f)) != STATUS_OK)
		return st;
	st = agent_ask(a->env->io, &cue, &o->request, &reply, f);
	if (st == STATUS_OK)
		st = agent_answered(o, d, &reply, f);
	if (agent_broke(st)) {
		session_key_decline(a, d, "unavailable",
				    "The SSH agent cannot be used here.",
				    true);
		st = STATUS_OK;
	}
	return st;
}
