/* SPDX-License-Identifier: MIT */
/*
 * A security key at this machine is asked, and judged.  Who is not known, or
 * has no key that counts, is asked for one where policy finds no other way for
 * them: where the rule has no alternative with a first factor that can be
 * answered, and where everybody is asked for all of it
 * (POLICY_UNENROLLED_DENY) and it names a key.  There they are walked through
 * the same; what shows no difference, and what would:
 *
 *  - The program is started, looks at what is plugged in, and finds no key
 *    that has the credential.  So it needs one to look for: it is made up from
 *    the name, by a keyed hash, and stays the same, as a real one does.  How
 *    many there are can be seen by the buses of this machine; so can, where
 *    the rule has another way, that nothing was started for who has no key.
 *    A challenge to be pasted (paste.c) shows them to whoever was right in
 *    everything else, and to nobody else (place.c).
 *  - As long as nothing was answered in this login, and there is another way
 *    in, nobody waits for a key to be plugged in, and not to have found one is
 *    not told: so neither tells who has keys.  Who holds a person's key in the
 *    hand may learn that it is hers.
 *  - After an answer everybody waits for as long, whether it was right or not;
 *    and what a key has signed is judged alike, so that what is asked next
 *    does not tell about the password either.
 *  - Nobody's signature is checked against a public key, too.
 *
 * Nothing here is a guess that could be repeated: keys are not charged.
 */
#include "session/key.h"

#include <string.h>

#include "base/auto.h"
#include "base/text.h"

#define KEY_BIT POLICY_BIT(POLICY_FACTOR_FIDO2)
#define KEY_NOT_HERE "Security keys cannot be used here."

/* The generator of P-256 (FIPS 186-4, D.1.2.3): a public key, and nobody's. */
static const uint8_t key_nobody[64] = {
	0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6,
	0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb,
	0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f,
	0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a,
	0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e,
	0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
};
#define KEY_ES256 (-7)

/* --- how it ends --- */

void
session_key_decline(struct session_attempt *a, const struct policy_decision *d,
		    const char *why, const char *sentence, bool quiet)
{
	a->facts.declined |= POLICY_BIT(d->factor);
	a->refusal[d->factor] = why;
	if (quiet && a->facts.asked == 0 && d->others)
		return;
	session_tell(a->env, d->others ? PROMPT_INFO : PROMPT_ERROR, sentence);
}

void
session_key_refuse(struct session_attempt *a, enum policy_factor which,
		   const char *why)
{
	a->facts.asked |= POLICY_BIT(which);
	a->refusal[which] = why;
}

void
session_key_pass(struct session_attempt *a, enum policy_factor which,
		 const struct factor_outcome *o, const char *label)
{
	const uint32_t bit = POLICY_BIT(which);

	a->facts.asked |= bit;
	a->facts.passed |= bit;
	a->facts.weak &= ~bit;
	if (o->weak)
		a->facts.weak |= bit;
	a->outcome[which] = *o;
	a->refusal[which] = NULL;
	(void)text_copy(a->device[which], sizeof(a->device[which]), label);
}

/* --- what is offered --- */

void
session_key_challenge(const struct session_attempt *a,
		      struct fido2_challenge *c, uint8_t hash[FIDO_HASH_SIZE])
{
	fido2_challenge_make(a->request->user, a->request->service,
			     a->env->host, session_now(a->env), c);
	fido2_challenge_hash(c, hash);
}

/* Is it all that would prove the person, but for what a trusted device stands
 * for? */
static bool
key_alone(const struct session_attempt *a, const struct policy_decision *d)
{
	return (d->walked & ~KEY_BIT & ~a->facts.waived) == 0;
}

static enum fido_uv
key_uv(const struct session_attempt *a, const struct policy_decision *d)
{
	if (key_alone(a, d))
		return FIDO_UV_REQUIRED;
	switch (a->rule.uv) {
	case RULE_UV_REQUIRED:
		return FIDO_UV_REQUIRED;
	case RULE_UV_DISCOURAGED:
		return FIDO_UV_DISCOURAGED;
	case RULE_UV_PREFERRED:
		break;
	}
	return FIDO_UV_PREFERRED;
}

struct key_search {
	struct session_attempt *a;
	struct factor_env env;
	struct key_offer *o;
	enum status st;
	struct fault *f;
};

static bool
key_take(void *ctx, const struct store_key *row)
{
	struct key_search *s = ctx;
	struct key_offer *o = s->o;
	struct fido_entry *e;

	if (row->state != STORE_KEY_ACTIVE || o->keys == STORE_KEYS_MAX)
		return true;
	s->st = fido2_row_check(&s->env, row, s->f);
	if (s->st == STATUS_CORRUPT) {
		s->st = STATUS_OK;
		session_key_bad_row(s->a, row->label);
		return true;
	}
	if (s->st != STATUS_OK)
		return false;
	e = &o->entry[o->keys];
	(void)text_copy(e->rp, sizeof(e->rp), row->rp);
	e->id_len = row->credential_len;
	memcpy(e->id, row->credential, row->credential_len);
	o->key[o->keys++] = *row;
	return true;
}

_Static_assert(FIDO_RP_SIZE == STORE_RP_SIZE &&
		       FIDO_CREDENTIAL_MAX == STORE_CREDENTIAL_MAX,
	       "an entry holds what a row does");

/* Of nobody's: a credential that no key has made. */
static enum status
key_made_up(const struct session_attempt *a, struct fido_entry *e,
	    struct fault *f)
{
	struct store_key_policy policy;
	char text[3 + USER_MAX + 1];
	enum status st = store_key_policy_get(a->env->store, &policy, f);

	/* Whoever has a key does not read it, and would be told apart. */
	if (st == STATUS_CORRUPT)
		policy.rp[0] = '\0';
	else if (st != STATUS_OK)
		return st;
	(void)text_copy(e->rp, sizeof(e->rp),
			policy.rp[0] != '\0' ? policy.rp : a->env->host);
	/* No name has a NUL in it: this is the hash of none. */
	memset(text, 0, sizeof(text));
	text[1] = 'k';
	(void)text_copy(text + 3, sizeof(text) - 3, a->request->user);
	for (e->id_len = 0; e->id_len < 64; e->id_len += CRYPTO_HASH_SIZE) {
		text[2] = (char)('1' + e->id_len / CRYPTO_HASH_SIZE);
		crypto_keyed_hash(a->env->keys, CRYPTO_UNKNOWN_NAME, text,
				  sizeof(text), e->id + e->id_len);
	}
	return STATUS_OK;
}

static enum status
key_entries(struct session_attempt *a, struct key_offer *o, struct fault *f)
{
	struct key_search search = { .a = a,
				     .env = session_factor_env(a),
				     .o = o,
				     .st = STATUS_OK,
				     .f = f };
	enum status st = STATUS_OK;

	if (a->known)
		st = store_key_list(a->env->store, &a->account.id, key_take,
				    &search, f);
	if (st == STATUS_OK)
		st = search.st;
	o->entries = o->keys;
	if (st == STATUS_OK && o->keys == 0) {
		o->entries = 1;
		st = key_made_up(a, &o->entry[0], f);
	}
	return st;
}

enum status
session_key_offer(struct session_attempt *a, const struct policy_decision *d,
		  struct key_offer **out, struct fault *f)
{
	AUTO_FREE struct key_offer *o = calloc(1, sizeof(*o));
	enum status st;

	if (o == NULL)
		return fault(f, STATUS_UNAVAILABLE, "out of memory");
	o->uv = key_uv(a, d);
	if ((st = key_entries(a, o, f)) != STATUS_OK)
		return st;
	session_key_challenge(a, &o->challenge, o->hash);
	*out = steal(&o);
	return STATUS_OK;
}

/* --- what was signed --- */

/* Whatever comes of it. */
static enum status
key_judge_nobody(struct session_attempt *a, const struct key_offer *o,
		 const struct fido2_assertion *assertion, struct fault *f)
{
	struct fido2_verdict v;
	enum status st = fido2_signature_check(
		o->entry[0].rp, KEY_ES256, key_nobody, sizeof(key_nobody),
		o->hash, false, assertion, &v, f);

	if (st == STATUS_OK)
		session_key_refuse(a, POLICY_FACTOR_FIDO2,
				   fido2_refusal_name(FIDO2_CREDENTIAL));
	return st;
}

/* The next factor has to do. */
static void
key_no_use(struct session_attempt *a, const char *why, const char *sentence)
{
	a->facts.declined |= KEY_BIT;
	a->refusal[POLICY_FACTOR_FIDO2] = why;
	session_tell(a->env, PROMPT_ERROR, sentence);
}

static enum status
key_judge_good(struct session_attempt *a, const struct store_key *key,
	       const struct fido2_verdict *v, struct fault *f)
{
	struct factor_outcome outcome;
	bool counts = true;
	enum status st;

	if (v->went_back) {
		st = session_key_went_back(a, &key->id, key->label,
					   key->sign_count, v->sign_count,
					   &counts, f);
		if (st != STATUS_OK)
			return st;
	}
	if (!counts) {
		key_no_use(a, "counter",
			   "This security key cannot be used now: ask your "
			   "administrator.");
		return STATUS_OK;
	}
	fido2_outcome(key, v, &outcome);
	if (outcome.result == FACTOR_RIGHT)
		session_key_pass(a, POLICY_FACTOR_FIDO2, &outcome, key->label);
	else
		session_key_refuse(a, POLICY_FACTOR_FIDO2,
				   fido2_refusal_name(v->refusal));
	return STATUS_OK;
}

static enum status
key_judge(struct session_attempt *a, const struct key_offer *o, size_t entry,
	  const struct fido2_assertion *assertion, struct fault *f)
{
	struct factor_env env = session_factor_env(a);
	struct fido2_verdict v = { .refusal = FIDO2_REFUSED };
	enum status st;

	if (o->keys == 0)
		return key_judge_nobody(a, o, assertion, f);
	st = fido2_verify(&env, &o->key[entry], o->hash,
			  o->uv == FIDO_UV_REQUIRED, assertion, &v, f);
	/* What is stored is no key: that costs this one, no more. */
	if (st == STATUS_CORRUPT) {
		session_key_bad_row(a, o->key[entry].label);
		key_no_use(a, fido2_refusal_name(FIDO2_ROW), KEY_NOT_HERE);
		return STATUS_OK;
	}
	if (st != STATUS_OK)
		return st;
	if (v.refusal == FIDO2_GOOD)
		return key_judge_good(a, &o->key[entry], &v, f);
	session_key_refuse(a, POLICY_FACTOR_FIDO2,
			   fido2_refusal_name(v.refusal));
	return STATUS_OK;
}

enum status
session_key_judge(struct session_attempt *a, const struct key_offer *o,
		  size_t entry, const struct fido2_assertion *assertion,
		  int64_t at, struct fault *f)
{
	int64_t now = session_now(a->env);
	enum fido2_refusal why = FIDO2_GOOD;
	enum status st;

	if (entry >= o->entries)
		why = FIDO2_CREDENTIAL;
	else if (now < at || now - at > FIDO2_CHALLENGE_SECONDS)
		why = FIDO2_EXPIRED;
	if (why != FIDO2_GOOD) {
		session_key_refuse(a, POLICY_FACTOR_FIDO2,
				   fido2_refusal_name(why));
		return STATUS_OK;
	}
	st = key_judge(a, o, entry, assertion, f);
	/* Without libfido2 nobody can tell. */
	if (st == STATUS_UNAVAILABLE) {
		key_no_use(a, "unavailable", KEY_NOT_HERE);
		return STATUS_OK;
	}
	return st;
}

/* --- the question --- */

struct key_touch {
	struct session_attempt *a;
	int64_t at; /* when the touch was wanted */
};

static enum status
key_touch(void *ctx, bool wanted, struct fault *f)
{
	struct key_touch *t = ctx;
	struct session_attempt *a = t->a;
	const struct io_touch what = { .service = a->request->service,
				       .user = a->request->user };
	struct io *io = a->env->io;

	if (wanted)
		t->at = session_now(a->env);
	if (io->touch_begin == NULL || io->touch_end == NULL)
		return STATUS_OK;
	if (wanted)
		return io->touch_begin(io, &what, f);
	io->touch_end(io);
	return STATUS_OK;
}

/* Time to fetch the key; none as long as it would tell who has one. */
static unsigned
key_wait(const struct session_attempt *a, const struct policy_decision *d)
{
	int64_t wait = a->rule.key_wait;

	if (a->facts.asked == 0 && d->others)
		return 0;
	return wait < 0 || wait > RULE_KEY_WAIT_MAX ? RULE_KEY_WAIT_DEFAULT
						    : (unsigned)wait;
}

/* Two logins that look at one key at once would take it from each other. */
static enum status
key_converse(struct key_touch *t, const struct fido_request *request,
	     struct fido_reply *reply, struct fault *f)
{
	const struct session_attempt *a = t->a;
	struct io *io = a->env->io;
	enum status st;
	const struct fido_cue cue = { .service = a->request->service,
				      .user = a->request->user,
				      .host = a->env->host,
				      .hint = " (Ctrl-C for another way)",
				      .touch = key_touch,
				      .ctx = t };

	if (io->seat_enter != NULL &&
	    (st = io->seat_enter(io, a->place.seat, f)) != STATUS_OK)
		return st;
	t->at = session_now(a->env);
	st = fido_ask(io, &cue, request, reply, f);
	if (io->seat_leave != NULL)
		io->seat_leave(io);
	return st;
}

/* How a conversation breaks.  Any other status is the machine's. */
static const struct key_break {
	enum status st;
	const char *why, *sentence;
	bool quiet;
} key_breaks[] = {
	{ STATUS_BUSY, "touch_busy",
	  "Somebody else is asked for a touch at this seat: try again after "
	  "that.",
	  true },
	{ STATUS_CANCELLED, "cancelled",
	  "The security key was not asked any further.", false },
	{ STATUS_PROTOCOL, "broken",
	  "The security key answered what no key should.", false },
	{ STATUS_UNAVAILABLE, "unavailable", KEY_NOT_HERE, true },
	{ STATUS_LOST, "unavailable", KEY_NOT_HERE, true },
	{ STATUS_INVALID, "unavailable", KEY_NOT_HERE, true },
};

static bool
key_broke(struct session_attempt *a, const struct policy_decision *d,
	  enum status st)
{
	const size_t n = sizeof(key_breaks) / sizeof(key_breaks[0]);

	for (size_t i = 0; i < n; i++) {
		const struct key_break *b = &key_breaks[i];

		if (b->st != st)
			continue;
		session_key_decline(a, d, b->why, b->sentence, b->quiet);
		return true;
	}
	return false;
}

static enum status
key_answered(struct session_attempt *a, const struct policy_decision *d,
	     const struct key_offer *o, const struct fido_reply *reply,
	     int64_t at, struct fault *f)
{
	const struct fido2_assertion assertion = {
		.authdata = reply->authdata,
		.authdata_len = reply->authdata_len,
		.signature = reply->signature,
		.signature_len = reply->signature_len,
	};

	if (reply->end == FIDO_DONE)
		return session_key_judge(a, o, reply->entry, &assertion, at,
					 f);
	session_key_decline(
		a, d, fido_end_name(reply->end), fido_end_sentence(reply->end),
		reply->end == FIDO_NO_KEY || reply->end == FIDO_IN_USE ||
			reply->end == FIDO_DENIED ||
			reply->end == FIDO_BROKEN);
	return STATUS_OK;
}

enum status
session_key_ask(struct session_attempt *a, const struct policy_decision *d,
		struct fault *f)
{
	AUTO_FREE struct fido_request *request = calloc(1, sizeof(*request));
	AUTO_FREE struct fido_reply *reply = calloc(1, sizeof(*reply));
	AUTO_FREE struct key_offer *o = NULL;
	struct key_touch touch = { .a = a };
	enum status st;

	if (request == NULL || reply == NULL)
		return fault(f, STATUS_UNAVAILABLE, "out of memory");
	if ((st = session_key_offer(a, d, &o, f)) != STATUS_OK)
		return st;
	request->verb = FIDO_ASSERT;
	request->insert_seconds = key_wait(a, d);
	request->touch_seconds = KEY_TOUCH_SECONDS;
	request->uv = o->uv;
	memcpy(request->hash, o->hash, sizeof(request->hash));
	request->entries = o->entries;
	memcpy(request->entry, o->entry, sizeof(request->entry));
	st = key_converse(&touch, request, reply, f);
	if (st == STATUS_OK)
		st = key_answered(a, d, o, reply, touch.at, f);
	else if (key_broke(a, d, st))
		st = STATUS_OK;
	return st;
}
