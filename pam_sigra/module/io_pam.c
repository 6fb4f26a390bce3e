/* SPDX-License-Identifier: MIT */
#include "module/io_pam.h"

#include <string.h>

#include "base/auto.h"
#include "module/caller.h"
#include "module/device.h"

static struct io_pam *
io_pam_of(struct io *io)
{
	return (struct io_pam *)(void *)io;
}

void
io_pam_wipe(struct io_pam *p)
{
	wire_device_close(&p->device);
	explicit_bzero(p, sizeof(*p));
}

/*
 * One message.  pam_prompt(3) would log every Ctrl-C as an error and free
 * what a failed conversation has left behind; some have freed it themselves.
 */
static enum status
io_pam_converse(struct io_pam *p, int style, const char *text, char **answer,
		struct fault *f)
{
	const struct pam_message message = { .msg_style = style, .msg = text };
	const struct pam_message *messages = &message;
	AUTO_FREE struct pam_response *resp = NULL;
	struct pam_response *given = NULL;
	const struct pam_conv *conv;
	const void *item = NULL;

	if (pam_get_item(p->pamh, PAM_CONV, &item) != PAM_SUCCESS)
		return fault(f, STATUS_CANCELLED, "there is no conversation");
	conv = item;
	if (conv == NULL || conv->conv == NULL)
		return fault(f, STATUS_CANCELLED, "there is no conversation");
	if (conv->conv(1, &messages, &given, conv->appdata_ptr) != PAM_SUCCESS)
		return fault(f, STATUS_CANCELLED, "the conversation failed");
	resp = given;
	*answer = resp == NULL ? NULL : resp->resp;
	return STATUS_OK;
}

/* The stored token that may answer this question; 0 when none may. */
static int
io_pam_item(const struct io_pam *p, enum prompt_purpose purpose)
{
	bool first = p->args->try_first_pass || p->args->use_first_pass;

	/* Password and code in one string is what some hosts hand over; a
	 * code alone, or a choice, is nobody's password. */
	if ((purpose == PURPOSE_PASSWORD || purpose == PURPOSE_COMBINED) &&
	    first)
		return PAM_AUTHTOK;
	if (purpose == PURPOSE_OLD_PASSWORD && first)
		return PAM_OLDAUTHTOK;
	/* Not the one that a reset code calls for inside authenticate: what
	 * is stored then is that code. */
	if ((purpose == PURPOSE_NEW_PASSWORD ||
	     purpose == PURPOSE_NEW_PASSWORD_AGAIN) &&
	    p->args->use_authtok && p->request->phase != PHASE_AUTH)
		return PAM_AUTHTOK;
	return 0;
}

/*
 * The answer from a token that a module before us has stored.  It is given
 * once: the same answer to the same question would be wrong again.
 * STATUS_NOT_FOUND: the person may be asked.
 */
static enum status
io_pam_stored(struct io_pam *p, enum prompt_purpose purpose,
	      struct secret *answer, struct fault *f)
{
	int item = io_pam_item(p, purpose);
	const void *token = NULL;
	size_t len;

	if (item == 0)
		return STATUS_NOT_FOUND;
	if ((p->spent & 1U << purpose) != 0)
		return fault(f, STATUS_CANCELLED,
			     "the token was used already");
	if (pam_get_item(p->pamh, item, &token) != PAM_SUCCESS ||
	    token == NULL) {
		if (p->args->try_first_pass &&
		    purpose != PURPOSE_NEW_PASSWORD &&
		    purpose != PURPOSE_NEW_PASSWORD_AGAIN)
			return STATUS_NOT_FOUND;
		return fault(f, STATUS_CANCELLED, "no token is stored");
	}
	p->spent |= 1U << purpose;
	len = strnlen(token, ANSWER_MAX + 1);
	if (len > ANSWER_MAX)
		return fault(f, STATUS_INVALID, "stored token is too long");
	return secret_set(answer, token, len, f);
}

/* Is this the question whose answer the phase may prove? */
static bool
io_pam_proves(const struct io_pam *p, enum prompt_purpose purpose)
{
	switch (p->request->phase) {
	case PHASE_AUTH:
		return purpose == PURPOSE_PASSWORD;
	case PHASE_PASSWORD_PRELIM:
		return purpose == PURPOSE_OLD_PASSWORD;
	case PHASE_PASSWORD_UPDATE:
		return purpose == PURPOSE_NEW_PASSWORD;
	case PHASE_ACCOUNT:
	case PHASE_SESSION_OPEN:
	case PHASE_SESSION_CLOSE:
	case PHASE_ENROLL:
	case PHASE_ACCEPT:
		return false;
	}
	return false;
}

static enum status
io_pam_ask(struct io *io, const struct prompt *prompt, struct secret *answer,
	   struct fault *f)
{
	struct io_pam *p = io_pam_of(io);
	int style = prompt->kind == PROMPT_VISIBLE ? PAM_PROMPT_ECHO_ON
						   : PAM_PROMPT_ECHO_OFF;
	char *typed = NULL;
	enum status st;

	st = io_pam_stored(p, prompt->purpose, answer, f);
	if (st == STATUS_NOT_FOUND &&
	    (st = wire_device_pause(&p->device, f)) == STATUS_OK) {
		st = io_pam_converse(p, style, prompt->text, &typed, f);
		if (st == STATUS_OK)
			st = secret_take(answer, typed, ANSWER_MAX, f);
		wire_device_resume(&p->device);
	}
	if (st == STATUS_OK && io_pam_proves(p, prompt->purpose))
		secret_copy(&p->token, answer);
	return st;
}

static enum status
io_pam_tell(struct io *io, const struct prompt *prompt, struct fault *f)
{
	struct io_pam *p = io_pam_of(io);
	int style =
		prompt->kind == PROMPT_ERROR ? PAM_ERROR_MSG : PAM_TEXT_INFO;
	char *stray = NULL;
	SECRET(unwanted);
	enum status st;

	/* sudo always asks for silence; who is not told to touch a key waits
	 * in vain. */
	if ((p->request->flags & REQUEST_SILENT) != 0 &&
	    prompt->purpose != PURPOSE_CUE)
		return STATUS_OK;
	st = io_pam_converse(p, style, prompt->text, &stray, f);
	if (st == STATUS_OK && stray != NULL)
		status_ignore(secret_take(&unwanted, stray, 0, NULL),
			      "nothing was asked; it is wiped and freed");
	return st;
}

static enum status
io_pam_member(struct io *io, const char *const *names, size_t n,
	      uint32_t *mask, struct fault *f)
{
	return caller_member(io_pam_of(io)->request->user, names, n, mask, f);
}

static enum status
io_pam_device_open(struct io *io, enum io_device which, struct fault *f)
{
	struct io_pam *p = io_pam_of(io);

	return device_start(&p->device, which, p->args, f);
}

static enum status
io_pam_device_send(struct io *io, const uint8_t *bytes, size_t len,
		   struct fault *f)
{
	return wire_device_send(&io_pam_of(io)->device, bytes, len, f);
}

static enum status
io_pam_device_receive(struct io *io, int seconds, uint8_t *bytes, size_t *len,
		      struct fault *f)
{
	return wire_device_receive(&io_pam_of(io)->device, seconds, bytes, len,
				   f);
}

static size_t
io_pam_device_fds(struct io *io, int *fds)
{
	return wire_device_fds(&io_pam_of(io)->device, fds);
}

static void
io_pam_device_close(struct io *io)
{
	wire_device_close(&io_pam_of(io)->device);
}

void
io_pam_start(struct io_pam *p, pam_handle_t *pamh, const struct args *args,
	     const struct request *request)
{
	*p = (struct io_pam){
		.io = { .ask = io_pam_ask,
			.tell = io_pam_tell,
			.member = io_pam_member,
			.device_open = io_pam_device_open,
			.device_send = io_pam_device_send,
			.device_receive = io_pam_device_receive,
			.device_close = io_pam_device_close,
			.device_fds = io_pam_device_fds },
		.pamh = pamh,
		.args = args,
		.request = request,
	};
}

static void
io_pam_string_wipe(char (*s)[ANSWER_MAX + 1])
{
	explicit_bzero(s, sizeof(*s));
}

enum status
io_pam_keep(struct io_pam *p, struct fault *f)
{
	__attribute__((cleanup(io_pam_string_wipe))) char s[ANSWER_MAX + 1];
	int item = p->request->phase == PHASE_PASSWORD_PRELIM ? PAM_OLDAUTHTOK
							      : PAM_AUTHTOK;

	if (p->token.len == 0)
		return STATUS_OK;
	if (!secret_string(&p->token, s, sizeof(s)) ||
	    pam_set_item(p->pamh, item, s) != PAM_SUCCESS)
		return fault(f, STATUS_SYSTEM,
			     "cannot keep the password for "
			     "the modules behind this one");
	return STATUS_OK;
}
