/* SPDX-License-Identifier: MIT */
/*
 * The six entry points.  Each is the same walk: the facts of the caller go to
 * a verifier, its prompts to the person, its verdict to the host.
 */
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <string.h>
#include <syslog.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"
#include "module/args.h"
#include "module/caller.h"
#include "module/environment.h"
#include "module/io_pam.h"
#include "module/reach.h"
#include "module/verdict.h"
#include "wire/wire.h"

#define EXPORT __attribute__((visibility("default")))

/* Names of pam_set_data(3). */
#define PAM_SIGRA_USER "sigra_user"	  /* whom this transaction is about */
#define PAM_SIGRA_LOGIN "sigra_login"	  /* from PRELIM to UPDATE */
#define PAM_SIGRA_SESSION "sigra_session" /* from open to close */

#define PAM_SIGRA_DELAY 2000000 /* microseconds after a failure */

static void
pam_sigra_data_free(pam_handle_t *pamh, void *data, int error_status)
{
	(void)pamh;
	(void)error_status;
	free(data);
}

/* Keep a copy of S until the end of the transaction; NULL forgets. */
static enum status
pam_sigra_data_set(pam_handle_t *pamh, const char *name, const char *s,
		   struct fault *f)
{
	AUTO_FREE char *copy = s == NULL ? NULL : strdup(s);

	if (s != NULL && copy == NULL)
		return fault(f, STATUS_SYSTEM, "out of memory");
	if (pam_set_data(pamh, name, copy, pam_sigra_data_free) != PAM_SUCCESS)
		return fault(f, STATUS_SYSTEM, "libpam keeps no data");
	copy = NULL; /* it is libpam's now */
	return STATUS_OK;
}

/* NULL when nothing is kept. */
static const char *
pam_sigra_data(const pam_handle_t *pamh, const char *name)
{
	const void *data = NULL;

	return pam_get_data(pamh, name, &data) == PAM_SUCCESS ? data : NULL;
}

/*
 * One line for a denial that the verifier cannot account for itself.  A name
 * that the system does not know may be a password typed too early.
 */
static void
pam_sigra_log(const pam_handle_t *pamh, const char *what, const char *user,
	      const struct fault *f)
{
	char line[1024];
	struct buf b;

	buf_start(&b, line, sizeof(line));
	buf_text(&b, what);
	buf_text(&b, ": ");
	buf_text(&b, f->text);
	if (!text_empty(user) && caller_known(user)) {
		buf_text(&b, ", user=");
		buf_quoted(&b, user);
	}
	pam_syslog(pamh, LOG_ERR, "%s", line);
}

static int
pam_sigra_deny(enum request_phase phase, enum wire_reason reason)
{
	const struct wire_verdict denial = { .step = WIRE_DENY,
					     .reason = reason };

	return verdict_code(phase, &denial);
}

/*
 * A transaction that was granted something is about one user for good; one
 * that was refused may be tried for another, as login(1) does.
 */
static enum status
pam_sigra_bound(const pam_handle_t *pamh, const char *user, struct fault *f)
{
	const char *bound = pam_sigra_data(pamh, PAM_SIGRA_USER);

	if (bound != NULL && strcmp(bound, user) != 0)
		return fault(f, STATUS_DENIED,
			     "PAM_USER has changed within the transaction");
	return STATUS_OK;
}

static void
pam_sigra_login_forget(pam_handle_t *pamh)
{
	if (pam_getenv(pamh, CALLER_LOGIN) != NULL)
		(void)pam_putenv(pamh, CALLER_LOGIN);
}

static enum status
pam_sigra_login_export(pam_handle_t *pamh, const struct id *login,
		       struct fault *f)
{
	char word[sizeof(CALLER_LOGIN) + 1 + sizeof(login->s)];
	struct buf b;

	if (login->s[0] == '\0')
		return STATUS_OK;
	buf_start(&b, word, sizeof(word));
	buf_text(&b, CALLER_LOGIN "=");
	buf_text(&b, login->s);
	if (b.full || pam_putenv(pamh, word) != PAM_SUCCESS)
		return fault(f, STATUS_SYSTEM,
			     "cannot hand the login to the next phase");
	return STATUS_OK;
}

/* What earlier phases left for this one. */
static void
pam_sigra_inherit(pam_handle_t *pamh, struct request *r)
{
	const char *kept = NULL;

	switch (r->phase) {
	case PHASE_AUTH:
		pam_sigra_login_forget(pamh);
		break;
	case PHASE_ENROLL:
	case PHASE_ACCEPT:
		break;
	case PHASE_ACCOUNT:
	case PHASE_PASSWORD_PRELIM:
		caller_login(pamh, &r->login);
		break;
	case PHASE_SESSION_OPEN:
		caller_login(pamh, &r->login);
		pam_sigra_login_forget(pamh);
		environment_clear(pamh);
		break;
	case PHASE_PASSWORD_UPDATE:
		kept = pam_sigra_data(pamh, PAM_SIGRA_LOGIN);
		(void)text_copy(r->login.s, sizeof(r->login.s), kept);
		break;
	case PHASE_SESSION_CLOSE:
		kept = pam_sigra_data(pamh, PAM_SIGRA_SESSION);
		(void)text_copy(r->session.s, sizeof(r->session.s), kept);
		break;
	}
}

/* What an ALLOW leaves for later phases and for the modules behind us. */
static enum status
pam_sigra_bequeath(struct io_pam *io, const struct wire_verdict *v,
		   const struct exports *exports, struct fault *f)
{
	pam_handle_t *pamh = io->pamh;
	enum status st = STATUS_OK;

	if (v->password_proved)
		st = io_pam_keep(io, f);
	if (st != STATUS_OK)
		return st;
	switch (io->request->phase) {
	case PHASE_AUTH:
		return pam_sigra_login_export(pamh, &v->login, f);
	case PHASE_PASSWORD_PRELIM:
		return pam_sigra_data_set(pamh, PAM_SIGRA_LOGIN, v->login.s,
					  f);
	case PHASE_PASSWORD_UPDATE:
		/* The proof was spent; what replaces it goes to the session.
		 */
		st = pam_sigra_login_export(pamh, &v->login, f);
		if (st != STATUS_OK)
			return st;
		return pam_sigra_data_set(pamh, PAM_SIGRA_LOGIN, NULL, f);
	case PHASE_SESSION_OPEN:
		st = environment_set(pamh, exports, f);
		if (st != STATUS_OK)
			return st;
		return pam_sigra_data_set(pamh, PAM_SIGRA_SESSION,
					  v->session.s, f);
	case PHASE_SESSION_CLOSE:
		return pam_sigra_data_set(pamh, PAM_SIGRA_SESSION, NULL, f);
	case PHASE_ACCOUNT:
	case PHASE_ENROLL:
	case PHASE_ACCEPT:
		return STATUS_OK;
	}
	return STATUS_OK;
}

/* Put the request to a verifier and carry out what it decides. */
static enum status
pam_sigra_decide(pam_handle_t *pamh, const struct args *args,
		 const struct request *request, struct wire_verdict *out,
		 struct fault *f)
{
	/* Too much for the stack of a host. */
	AUTO_FREE struct exports *exports = calloc(1, sizeof(*exports));
	struct wire_verdict verdict;
	AUTO_FD int fd = -1;
	IO_PAM(io);
	enum status st;

	if (exports == NULL)
		return fault(f, STATUS_SYSTEM, "out of memory");
	if ((st = reach_verifier(args, &fd, f)) != STATUS_OK)
		return st;
	io_pam_start(&io, pamh, args, request);
	st = wire_client_run(fd, request, &io.io, &verdict, exports, f);
	if (st != STATUS_OK)
		return st;
	if (verdict.step == WIRE_DENY &&
	    verdict.reason == WIRE_REASON_UNAVAILABLE)
		return fault(f, STATUS_UNAVAILABLE,
			     "it could not decide; its own log line says why");
	if (verdict.step == WIRE_ALLOW || verdict.step == WIRE_RENEW) {
		/* The conversation, too, could have changed it. */
		if (!caller_user_is(pamh, request->user))
			return fault(f, STATUS_DENIED,
				     "PAM_USER has changed "
				     "during the conversation");
		st = pam_sigra_data_set(pamh, PAM_SIGRA_USER, request->user,
					f);
		if (st != STATUS_OK)
			return st;
	}
	if (verdict.step == WIRE_ALLOW &&
	    (st = pam_sigra_bequeath(&io, &verdict, exports, f)) != STATUS_OK)
		return st;
	*out = verdict;
	return STATUS_OK;
}

/* The facts of the caller, and what earlier phases left. */
static enum status
pam_sigra_request(pam_handle_t *pamh, enum request_phase phase, int flags,
		  struct request *out, struct fault *f)
{
	enum status st;

	if ((st = caller_request(pamh, phase, flags, out, f)) != STATUS_OK)
		return st;
	if ((st = pam_sigra_bound(pamh, out->user, f)) != STATUS_OK)
		return st;
	pam_sigra_inherit(pamh, out);
	return STATUS_OK;
}

static int
pam_sigra_phase(pam_handle_t *pamh, enum request_phase phase, int flags,
		int argc, const char **argv)
{
	struct wire_verdict verdict = { .step = WIRE_DENY };
	struct fault f = { .text = "" };
	struct request request;
	struct args args;
	enum status st;

	if (args_parse(argc, argv, &args, &f) != STATUS_OK) {
		pam_sigra_log(pamh, "denied", NULL, &f);
		return verdict_misconfigured();
	}
	if (phase == PHASE_AUTH && !args.nodelay)
		(void)pam_fail_delay(pamh, PAM_SIGRA_DELAY);
	st = pam_sigra_request(pamh, phase, flags, &request, &f);
	if (st == STATUS_CANCELLED)
		return pam_sigra_deny(phase, WIRE_REASON_REFUSED);
	if (st != STATUS_OK) {
		pam_sigra_log(pamh, "denied", NULL, &f);
		return pam_sigra_deny(phase, WIRE_REASON_REFUSED);
	}
	st = pam_sigra_decide(pamh, &args, &request, &verdict, &f);
	if (st == STATUS_OK)
		return verdict_code(phase, &verdict);
	pam_sigra_log(pamh,
		      st == STATUS_DENIED ? "denied" : "verifier unavailable",
		      request.user, &f);
	return pam_sigra_deny(phase, st == STATUS_DENIED
					     ? WIRE_REASON_REFUSED
					     : WIRE_REASON_UNAVAILABLE);
}

EXPORT int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return pam_sigra_phase(pamh, PHASE_AUTH, flags, argc, argv);
}

/* There are no credentials to set, and this grants nothing. */
EXPORT int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}

EXPORT int
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return pam_sigra_phase(pamh, PHASE_ACCOUNT, flags, argc, argv);
}

EXPORT int
pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	bool prelim = (flags & PAM_PRELIM_CHECK) != 0;
	bool update = (flags & PAM_UPDATE_AUTHTOK) != 0;

	if (prelim == update)
		return verdict_misconfigured();
	return pam_sigra_phase(
		pamh, prelim ? PHASE_PASSWORD_PRELIM : PHASE_PASSWORD_UPDATE,
		flags, argc, argv);
}

EXPORT int
pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return pam_sigra_phase(pamh, PHASE_SESSION_OPEN, flags, argc, argv);
}

EXPORT int
pam_sm_close_session(pam_handle_t *pamh, int flags, int argc,
		     const char **argv)
{
	return pam_sigra_phase(pamh, PHASE_SESSION_CLOSE, flags, argc, argv);
}
