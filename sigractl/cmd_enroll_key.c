/* SPDX-License-Identifier: MIT */
/*
 * A new security key: made by the key at this machine, taken apart by a
 * second program, and stored once a third one has had it sign something fresh
 * that we have checked ourselves.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "sigractl/child.h"
#include "sigractl/ground.h"
#include "sigractl/item.h"
#include "sigractl/key_talk.h"

#define KEY_INSERT_SECONDS 60
#define KEY_TOUCH_SECONDS 30

/* One enrollment under way: on the heap, as a request is 12 KiB. */
struct enroll_key {
	struct cmd *c;
	struct admin_key_draft draft;
	enum fido_uv uv;
	bool resident, pin;
	struct key_talk talk;
	struct fido2_challenge challenge;
	struct fido_request request;
	struct fido_reply made, reply;
	struct store_key row;
	struct admin_key_proof proof;
};

static enum status
key_options(struct enroll_key *e, struct fault *f)
{
	static const struct {
		const char *word;
		enum fido_uv uv;
	} words[] = { { "preferred", FIDO_UV_PREFERRED },
		      { "required", FIDO_UV_REQUIRED },
		      { "discouraged", FIDO_UV_DISCOURAGED } };
	const char *label = cmd_option(e->c, "label");
	const char *rp = cmd_option(e->c, "rp-id");
	const char *uv = cmd_option(e->c, "uv");

	if (e->c->actor.delegated && cmd_option(e->c, "libexec") != NULL)
		return fault(f, STATUS_DENIED,
			     "--libexec is not for sudo: root would run your "
			     "program; leave it out");
	if (label != NULL && label[0] == '\0')
		return fault(f, STATUS_INVALID, "--label: it is empty");
	if (!text_copy(e->draft.label, sizeof(e->draft.label), label))
		return fault(f, STATUS_INVALID,
			     "--label: longer than %d bytes",
			     STORE_LABEL_SIZE - 1);
	if ((rp != NULL && rp[0] == '\0') ||
	    !text_copy(e->draft.rp, sizeof(e->draft.rp), rp))
		return fault(f, STATUS_INVALID,
			     "--rp-id: a domain has 1 to %d bytes",
			     STORE_RP_SIZE - 1);
	e->resident = cmd_option(e->c, "resident") != NULL;
	e->pin = cmd_option(e->c, "pin") != NULL;
	e->uv = uv == NULL ? FIDO_UV_PREFERRED : 0;
	for (size_t i = 0; e->uv == 0 && i < 3; i++)
		if (strcmp(uv, words[i].word) == 0)
			e->uv = words[i].uv;
	if (e->uv == 0)
		return fault(f, STATUS_INVALID,
			     "--uv: '%s' is not preferred, required or "
			     "discouraged",
			     uv);
	if (e->pin && e->uv == FIDO_UV_DISCOURAGED)
		return fault(f, STATUS_INVALID,
			     "--pin: that verifies the user, which --uv "
			     "discouraged is not to do");
	/* Else a key without one would be touched, and no more. */
	if (e->pin)
		e->uv = FIDO_UV_REQUIRED;
	return STATUS_OK;
}

/* How it ended is no fault of the store's, and says what to do. */
static enum status
key_ended(const struct enroll_key *e, enum fido_end end, struct fault *f)
{
	enum status st = STATUS_REFUSED;

	if (e->talk.nobody)
		return fault(f, STATUS_INVALID,
			     "the key wants its PIN, and there is no terminal "
			     "to ask on: a script gives it by --stdin");
	if (e->talk.empty)
		return fault(f, STATUS_INVALID,
			     "--stdin: there is no PIN in standard input. "
			     "Nothing was enrolled.");
	if (e->talk.escaped)
		return fault(f, STATUS_CANCELLED,
			     "Given up by Esc. Nothing was enrolled.");
	if (end == FIDO_ATTESTATION)
		return fault(f, st,
			     "The security key does not prove which model it "
			     "is, which 'policy keys --attestation' asks for. "
			     "Nothing was enrolled.");
	if (end == FIDO_NO_PIN)
		return fault(f, st,
			     "%s Set a PIN first: fido2-token -S. Nothing was "
			     "enrolled.",
			     fido_end_sentence(end));
	if (end == FIDO_NO_KEY || end == FIDO_TIMEOUT ||
	    end == FIDO_CANCELLED || end == FIDO_IN_USE)
		st = STATUS_CANCELLED;
	else if (end == FIDO_EXCLUDED)
		st = STATUS_CONFLICT;
	else if (end == FIDO_DENIED)
		st = STATUS_DENIED;
	else if (end == FIDO_BROKEN)
		st = STATUS_PROTOCOL;
	return fault(f, st, "%s Nothing was enrolled.",
		     fido_end_sentence(end));
}

/* Each is another run of the program, which knows nothing of the one before.
 */
static enum status
key_ask(struct enroll_key *e, struct fido_reply *out, struct fault *f)
{
	const struct fido_cue cue = { .service = "",
				      .user = e->draft.account.name,
				      .host = e->c->host,
				      .hint = KEY_TALK_HINT(
					      KEY_INSERT_SECONDS) };
	enum status st = fido_ask(&e->talk.io, &cue, &e->request, out, f);

	cmd_clock(e->c);
	if (st != STATUS_OK)
		return st;
	return out->end == FIDO_DONE ? STATUS_OK : key_ended(e, out->end, f);
}

static void
key_request(struct enroll_key *e, enum fido_verb verb)
{
	memset(&e->request, 0, sizeof(e->request));
	e->request.verb = verb;
	e->request.uv = e->uv;
	e->request.pin = e->pin;
	(void)text_copy(e->request.rp, sizeof(e->request.rp), e->draft.rp);
	if (verb != FIDO_PARSE) {
		e->request.insert_seconds = KEY_INSERT_SECONDS;
		e->request.touch_seconds = KEY_TOUCH_SECONDS;
		fido2_challenge_make(e->draft.account.name, "", e->c->host,
				     e->c->now, &e->challenge);
	}
	fido2_challenge_hash(&e->challenge, e->request.hash);
}

static enum status
key_make(struct enroll_key *e, struct fault *f)
{
	const struct id *account = &e->draft.account.id;
	struct fido_request *r = &e->request;

	key_request(e, FIDO_MAKE);
	r->entries = e->draft.excluded;
	memcpy(r->entry, e->draft.exclude, sizeof(r->entry));
	/* It says nothing about the person: WebAuthn 2, 14.6.1. */
	r->user_len = strlen(account->s);
	memcpy(r->user, account->s, r->user_len);
	(void)text_copy(r->name, sizeof(r->name), e->draft.account.name);
	r->resident = e->resident;
	r->attestation = e->draft.attestation;
	return key_ask(e, &e->made, f);
}

static enum status
key_parse(struct enroll_key *e, struct fault *f)
{
	struct store_key_policy policy;
	struct fido_request *r = &e->request;
	struct fault why = { .text = "" };
	enum status st;

	key_request(e, FIDO_PARSE);
	r->attestation = e->draft.attestation;
	memcpy(r->format, e->made.format, sizeof(r->format));
	memcpy(r->authdata, e->made.authdata, sizeof(r->authdata));
	r->authdata_len = e->made.authdata_len;
	memcpy(r->statement, e->made.statement, sizeof(r->statement));
	r->statement_len = e->made.statement_len;
	if ((st = key_ask(e, &e->reply, f)) != STATUS_OK ||
	    (st = admin_key_row(&e->draft, &e->made, &e->reply, e->resident,
				&e->row, f)) != STATUS_OK ||
	    (st = store_key_policy_get(e->c->store, &policy, f)) != STATUS_OK)
		return st;
	/* Before it is touched once more in vain; judged again later. */
	st = admin_key_allowed(&policy, &e->row, &why);
	return st == STATUS_OK
		       ? st
		       : fault(f, st, "%s: nothing was enrolled", why.text);
}

static enum status
key_prove(struct enroll_key *e, struct fault *f)
{
	struct fido_request *r = &e->request;
	enum status st;

	key_talk_say("It is made. Once more, to see that it works:");
	key_request(e, FIDO_ASSERT);
	if (e->uv != FIDO_UV_REQUIRED)
		r->uv = FIDO_UV_DISCOURAGED;
	r->entries = 1;
	(void)text_copy(r->entry[0].rp, sizeof(r->entry[0].rp), e->row.rp);
	memcpy(r->entry[0].id, e->row.credential, e->row.credential_len);
	r->entry[0].id_len = e->row.credential_len;
	if ((st = key_ask(e, &e->reply, f)) != STATUS_OK)
		return st;
	e->proof = (struct admin_key_proof){
		.uv = e->uv == FIDO_UV_REQUIRED,
		.assertion = { .authdata = e->reply.authdata,
			       .authdata_len = e->reply.authdata_len,
			       .signature = e->reply.signature,
			       .signature_len = e->reply.signature_len },
	};
	memcpy(e->proof.hash, r->hash, sizeof(e->proof.hash));
	return STATUS_OK;
}

static enum status
key_done(const struct enroll_key *e, const struct admin_item *item,
	 struct fault *f)
{
	const struct store_key *row = &item->row.key;
	const char *model = fido2_model(row->aaguid);
	char done[512];
	enum status st;

	(void)snprintf(done, sizeof(done),
		       "Added '%s'%s%s%s to the keys of %s.", row->label,
		       model == NULL ? "" : " (", model == NULL ? "" : model,
		       model == NULL ? "" : ")", item->account.name);
	st = item_end(e->c, item, done, f);
	if (st == STATUS_OK && !e->c->json && (row->flags & STORE_KEY_UV) == 0)
		out_line("It has not verified its user, by PIN or "
			 "fingerprint: it is good beside a password.");
	return st;
}

/* As the store's owner, from here on. */
static enum status
key_owner(struct enroll_key *e, struct fault *f)
{
	struct cmd *c = e->c;
	struct admin_item item;
	enum status st;

	if ((st = ground_become(c, f)) != STATUS_OK ||
	    (st = ground_open(c, STORE_WRITE, f)) != STATUS_OK ||
	    (st = admin_key_ready(&c->admin, c->arg[0], &e->draft, f)) !=
		    STATUS_OK ||
	    (st = fido2_library_load(f)) != STATUS_OK ||
	    (st = key_make(e, f)) != STATUS_OK ||
	    (st = key_parse(e, f)) != STATUS_OK ||
	    (st = key_prove(e, f)) != STATUS_OK)
		return st;
	child_signals_hold();
	st = admin_key_add(&c->admin, &e->row, &e->proof, &item, f);
	if (st == STATUS_OK)
		st = key_done(e, &item, f);
	child_signals_free();
	return st;
}

enum status
cmd_enroll_key(struct cmd *c, struct fault *f)
{
	AUTO_FREE struct enroll_key *e = calloc(1, sizeof(*e));
	const char *libexec = cmd_option(c, "libexec");
	enum status st;
	SECRET(pin);
	STARTER(starter);

	if (e == NULL)
		return fault(f, STATUS_SYSTEM, "out of memory");
	e->c = c;
	if ((st = key_options(e, f)) != STATUS_OK ||
	    (st = starter_begin(libexec == NULL ? SIGRA_LIBEXEC : libexec,
				KEY_TALK_PROGRAM, &starter, f)) != STATUS_OK)
		return st;
	e->talk.starter = &starter;
	e->talk.pin = &pin;
	e->talk.piped = cmd_option(c, "stdin") != NULL;
	key_talk_start(&e->talk);
	return key_owner(e, f);
}
