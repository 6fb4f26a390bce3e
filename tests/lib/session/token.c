/* SPDX-License-Identifier: MIT */
#include "token.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "fido/paste.h"

#define FLAG_UP 0x01
#define FLAG_UV 0x04
#define SK_TYPE "sk-ssh-ed25519@openssh.com"

static void
must(enum status st, const struct fault *f)
{
	if (st == STATUS_OK)
		return;
	printf("Bail out! %s: %s\n", status_name(st), f->text);
	exit(1);
}

static struct token *
token_of(struct io *io)
{
	return (struct token *)(void *)io;
}

/* --- signing --- */

static void
token_authdata(struct token *t, const char *rp, uint8_t flags)
{
	if (t->lie == TOKEN_OTHER_RP)
		rp = "example.net";
	if (t->lie == TOKEN_UNTOUCHED)
		flags &= (uint8_t)~FLAG_UP;
	if (t->lie == TOKEN_UNVERIFIED)
		flags &= (uint8_t)~FLAG_UV;
	crypto_sha256(rp, strlen(rp), t->authdata);
	t->authdata[32] = flags;
	for (unsigned i = 0; i < 4; i++)
		t->authdata[33 + i] = (uint8_t)(t->counter >> (24 - 8 * i));
}

static void
token_sign(struct token *t, const char *rp, uint8_t flags,
	   const uint8_t hash[32])
{
	uint8_t message[FIDO2_AUTHDATA_SIZE + 32];

	if (t->lie == TOKEN_REPLAY)
		return;
	token_authdata(t, rp, flags);
	memcpy(message, t->authdata, sizeof(t->authdata));
	memcpy(message + sizeof(t->authdata), hash, 32);
	(void)crypto_sign_detached(t->signature, NULL, message,
				   sizeof(message), t->secret);
	if (t->lie == TOKEN_SIGNATURE)
		t->signature[7] ^= 1;
	if (t->counter > 0)
		t->counter++;
}

static bool
token_find(const struct fido_entry *e, size_t n, size_t *at)
{
	for (*at = 0; *at < n; ++*at)
		if (e[*at].id_len == strlen(TOKEN_CREDENTIAL) &&
		    memcmp(e[*at].id, TOKEN_CREDENTIAL, e[*at].id_len) == 0)
			return true;
	return false;
}

static enum fido_end
token_end(const struct token *t, size_t *entry)
{
	if (t->end != 0)
		return t->end;
	if (t->lie == TOKEN_NO_SUCH_ENTRY) {
		*entry = 0;
		return FIDO_DONE;
	}
	if (!t->plugged ||
	    !token_find(t->request.entry, t->request.entries, entry))
		return FIDO_NO_KEY;
	if (t->request.uv == FIDO_UV_REQUIRED && !t->can_verify)
		return FIDO_NO_PIN;
	return FIDO_DONE;
}

static void
token_reply(struct token *t, struct fido_frame *frame)
{
	struct fido_reply *r = &frame->u.reply;
	uint8_t flags = FLAG_UP;
	size_t entry = 0;

	frame->kind = FIDO_FRAME_REPLY;
	r->end = token_end(t, &entry);
	if (r->end != FIDO_DONE)
		return;
	if (t->can_verify && t->request.uv != FIDO_UV_DISCOURAGED)
		flags |= FLAG_UV;
	token_sign(t, t->request.entry[entry].rp, flags, t->request.hash);
	r->entry = entry + (t->lie == TOKEN_OTHER_ENTRY ? 1 : 0);
	r->authdata_len = sizeof(t->authdata);
	memcpy(r->authdata, t->authdata, r->authdata_len);
	r->signature_len = sizeof(t->signature);
	memcpy(r->signature, t->signature, r->signature_len);
}

/* --- the agent --- */

static size_t
token_string(uint8_t *at, const void *bytes, size_t len)
{
	at[0] = at[1] = at[2] = 0;
	at[3] = (uint8_t)len;
	memcpy(at + 4, bytes, len);
	return 4 + len;
}

static void
token_blob(struct token *t, bool sk)
{
	const char *type = sk ? SK_TYPE : "ssh-ed25519";
	uint8_t *at = t->blob;

	at += token_string(at, type, strlen(type));
	at += token_string(at, t->public, sizeof(t->public));
	if (sk)
		at += token_string(at, "ssh:", 4);
	t->blob_len = (size_t)(at - t->blob);
}

static bool
token_agent_has(struct token *t, size_t *at)
{
	token_blob(t, true);
	for (*at = 0; *at < t->asked.keys; ++*at)
		if (t->asked.key[*at].len == t->blob_len &&
		    memcmp(t->asked.key[*at].blob, t->blob, t->blob_len) == 0)
			return true;
	return false;
}

static void
token_agent_reply(struct token *t, struct agent_frame *frame)
{
	struct agent_reply *r = &frame->u.reply;
	uint8_t hash[32], *at = r->signature;

	frame->kind = AGENT_FRAME_REPLY;
	r->end = t->agent != 0 ? t->agent : AGENT_DONE;
	if (!token_agent_has(t, &r->key) && r->end == AGENT_DONE)
		r->end = AGENT_NONE;
	if (r->end != AGENT_DONE) {
		r->key = 0;
		return;
	}
	crypto_sha256(t->asked.data, t->asked.data_len, hash);
	token_sign(t, "ssh:", FLAG_UP, hash);
	at += token_string(at, SK_TYPE, strlen(SK_TYPE));
	at += token_string(at, t->signature, sizeof(t->signature));
	memcpy(at, t->authdata + 32, 5);
	r->signature_len = (size_t)(at + 5 - r->signature);
}

static enum status
token_agent_says(struct token *t, uint8_t *bytes, size_t *len, struct fault *f)
{
	struct agent_frame frame = { .kind = AGENT_FRAME_FOUND };
	size_t at;

	if (t->step++ == 0 && t->agent == 0 && token_agent_has(t, &at)) {
		if (t->on_touch != NULL)
			t->on_touch(t);
		return agent_encode(&frame, bytes, len, f);
	}
	t->x.now += t->slow;
	token_agent_reply(t, &frame);
	return agent_encode(&frame, bytes, len, f);
}

/* --- the io --- */

static enum status
token_open(struct io *io, enum io_device which, struct fault *f)
{
	struct token *t = token_of(io);

	t->opened++;
	if (t->no_program)
		return fault(f, STATUS_UNAVAILABLE, "no such program");
	t->which = which;
	t->step = 0;
	return STATUS_OK;
}

static enum status
token_send(struct io *io, const uint8_t *bytes, size_t len, struct fault *f)
{
	struct token *t = token_of(io);
	struct agent_frame asked;
	struct fido_frame frame;

	if (t->which == IO_DEVICE_AGENT) {
		must(agent_decode(bytes, len, &asked, f), f);
		t->asked = asked.u.request;
		return STATUS_OK;
	}
	must(fido_decode(bytes, len, &frame, f), f);
	if (frame.kind == FIDO_FRAME_REQUEST)
		t->request = frame.u.request;
	return STATUS_OK;
}

static enum status
token_receive(struct io *io, int seconds, uint8_t *bytes, size_t *len,
	      struct fault *f)
{
	struct fido_frame frame = { .kind = FIDO_FRAME_EVENT,
				    .u.event.kind = FIDO_EVENT_TOUCH };
	struct token *t = token_of(io);
	size_t entry;

	(void)seconds;
	if (t->broken != STATUS_OK)
		return fault(f, t->broken, "told so");
	if (t->which == IO_DEVICE_AGENT)
		return token_agent_says(t, bytes, len, f);
	if (t->step++ == 0 && token_end(t, &entry) == FIDO_DONE) {
		t->x.now += t->fetch;
		return fido_encode(&frame, bytes, len, f);
	}
	t->x.now += t->slow;
	memset(&frame, 0, sizeof(frame));
	token_reply(t, &frame);
	return fido_encode(&frame, bytes, len, f);
}

static void
token_close(struct io *io)
{
	token_of(io)->closed++;
}

static enum status
token_place(struct io *io, struct io_place *out, struct fault *f)
{
	struct token *t = token_of(io);

	t->placed++;
	if (t->where == IO_UNKNOWN)
		return fault(f, STATUS_UNAVAILABLE, "logind does not answer");
	*out = (struct io_place){ .where = t->where, .why = "scripted" };
	if (t->where == IO_LOCAL)
		(void)text_copy(out->seat, sizeof(out->seat), "seat0");
	return STATUS_OK;
}

static enum status
token_enter(struct io *io, const char *seat, struct fault *f)
{
	struct token *t = token_of(io);

	if (t->busy)
		return fault(f, STATUS_BUSY, "another touch is wanted");
	(void)text_copy(t->seat, sizeof(t->seat), seat);
	t->inside++;
	return STATUS_OK;
}

static void
token_leave(struct io *io)
{
	token_of(io)->inside--;
}

static enum status
token_begin(struct io *io, const struct io_touch *touch, struct fault *f)
{
	struct token *t = token_of(io);

	if (t->inside != 1)
		return fault(f, STATUS_INVALID, "not at the seat");
	t->begun++;
	(void)text_copy(t->service, sizeof(t->service), touch->service);
	(void)text_copy(t->user, sizeof(t->user), touch->user);
	if (t->on_touch != NULL)
		t->on_touch(t);
	return STATUS_OK;
}

static void
token_finish(struct io *io)
{
	token_of(io)->ended++;
}

/* --- what tests call --- */

void
token_start(struct token *t, const char *name, struct store_account *ann)
{
	static const uint8_t seed[32] = "one software key for all tests";

	memset(t, 0, sizeof(*t));
	fixture_start(&t->x, name);
	t->x.io.device_open = token_open;
	t->x.io.device_send = token_send;
	t->x.io.device_receive = token_receive;
	t->x.io.device_close = token_close;
	t->x.io.place = token_place;
	t->x.io.seat_enter = token_enter;
	t->x.io.seat_leave = token_leave;
	t->x.io.touch_begin = token_begin;
	t->x.io.touch_end = token_finish;
	t->where = IO_LOCAL;
	t->plugged = t->can_verify = true;
	t->counter = 1;
	(void)crypto_sign_seed_keypair(t->public, t->secret, seed);
	fixture_user(&t->x, "ann", "correct horse", ann);
}

void
token_stop(struct token *t)
{
	fixture_stop(&t->x);
}

static struct factor_env
token_env(struct token *t)
{
	return (struct factor_env){ .store = t->x.store,
				    .keys = &t->x.keys,
				    .now = t->x.now };
}

static void
token_insert(struct token *t, const struct store_account *a, const char *label,
	     const char *credential, const uint8_t public[32])
{
	struct factor_env env = token_env(t);
	struct store_key row = { .account = a->id,
				 .rp = TOKEN_RP,
				 .algorithm = -8,
				 .public_len = 32 };
	struct fault f;
	STORE_TXN(txn);

	(void)text_copy(row.label, sizeof(row.label), label);
	row.credential_len = strlen(credential);
	memcpy(row.credential, credential, row.credential_len);
	memcpy(row.public, public, 32);
	must(fido2_row_make(&env, &row, &f), &f);
	must(store_begin(t->x.store, &txn, &f), &f);
	must(store_key_insert(t->x.store, &row, &f), &f);
	must(store_commit(&txn, &f), &f);
}

void
token_enroll(struct token *t, const struct store_account *a, const char *label)
{
	token_insert(t, a, label, TOKEN_CREDENTIAL, t->public);
}

void
token_enroll_other(struct token *t, const struct store_account *a,
		   const char *label)
{
	static const uint8_t seed[32] = "another key, in a safe";
	uint8_t public[32], secret[64];

	(void)crypto_sign_seed_keypair(public, secret, seed);
	token_insert(t, a, label, label, public);
}

const char *
token_ssh_text(struct token *t, bool sk)
{
	static char text[512];
	struct fault f;

	token_blob(t, sk);
	must(sshkey_text(sk ? SK_TYPE : "ssh-ed25519", t->blob, t->blob_len,
			 text, sizeof(text), &f),
	     &f);
	return text;
}

const char *
token_enroll_ssh(struct token *t, const struct store_account *a,
		 const char *label, bool sk)
{
	struct factor_env env = token_env(t);
	struct store_ssh_key row = { .account = a->id };
	struct fault f;
	STORE_TXN(txn);

	token_blob(t, sk);
	(void)text_copy(row.label, sizeof(row.label), label);
	(void)text_copy(row.type, sizeof(row.type),
			sk ? SK_TYPE : "ssh-ed25519");
	row.blob_len = t->blob_len;
	memcpy(row.blob, t->blob, t->blob_len);
	must(sshkey_row_make(&env, &row, &f), &f);
	must(store_begin(t->x.store, &txn, &f), &f);
	must(store_ssh_key_insert(t->x.store, &row, &f), &f);
	must(store_commit(&txn, &f), &f);
	return token_ssh_text(t, sk);
}

/* From what the challenge shows, and nothing else. */
static void
token_answer_sign(struct token *t, const struct paste_challenge *c,
		  struct paste_answer *a)
{
	struct fido2_challenge signed_for = { .made_at = 0 };
	uint8_t hash[32], flags = FLAG_UP;

	memcpy(signed_for.random, c->random, sizeof(c->random));
	(void)text_copy(signed_for.user, sizeof(signed_for.user), c->user);
	(void)text_copy(signed_for.service, sizeof(signed_for.service),
			c->service);
	(void)text_copy(signed_for.host, sizeof(signed_for.host), c->host);
	(void)text_copy(signed_for.attempt.s, sizeof(signed_for.attempt.s),
			c->attempt);
	fido2_challenge_hash(&signed_for, hash);
	if (!token_find(c->entry, c->entries, &a->entry))
		a->entry = 0;
	if (t->can_verify && c->uv != FIDO_UV_DISCOURAGED)
		flags |= FLAG_UV;
	token_sign(t, c->entry[a->entry].rp, flags, hash);
	memcpy(a->authdata, t->authdata, sizeof(a->authdata));
	memcpy(a->signature, t->signature, sizeof(t->signature));
	a->signature_len = sizeof(t->signature);
}

const char *
token_answer(struct token *t)
{
	static char text[PASTE_ANSWER_SIZE];
	const char *at = strstr(t->x.asked, "sigra-challenge:");
	struct paste_challenge c;
	struct paste_answer a = { .entry = 0 };
	struct fault f;

	if (at == NULL)
		return "";
	must(paste_challenge_parse(at, strcspn(at, "\n"), &c, &f), &f);
	t->request.entries = c.entries;
	t->request.entry[0] = c.entry[0];
	t->request.uv = c.uv;
	token_answer_sign(t, &c, &a);
	must(paste_answer_format(&a, text, sizeof(text), &f), &f);
	return text;
}
