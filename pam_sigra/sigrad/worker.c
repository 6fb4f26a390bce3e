/* SPDX-License-Identifier: MIT */
#include "sigrad/worker.h"

#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "session/keycheck.h"
#include "session/session.h"
#include "sigrad/host.h"
#include "sigrad/sandbox.h"
#include "sigrad/self.h"
#include "wire/wire.h"

enum status
worker_check_socket(int fd, struct fault *f)
{
	int type = 0;
	socklen_t len = sizeof(type);

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) != 0)
		return fault(f, STATUS_DENIED,
			     "descriptor 0 is no socket of pam_sigra");
	if (type != SOCK_SEQPACKET)
		return fault(f, STATUS_DENIED,
			     "descriptor 0 is no packet socket");
	return STATUS_OK;
}

static void
worker_syslog(void *ctx, const char *line)
{
	(void)ctx;
	syslog(LOG_AUTHPRIV | LOG_NOTICE, "%s", line);
}

/* The person outside learns one word; the audit has the truth. */
static enum wire_reason
worker_reason(enum request_phase phase, enum policy_reason reason)
{
	if (reason == POLICY_UNAVAILABLE)
		return WIRE_REASON_UNAVAILABLE;
	if (reason == POLICY_CANCELLED)
		return WIRE_REASON_CANCELLED;
	if (reason == POLICY_PASSWORD_REFUSED)
		return WIRE_REASON_BAD_PASSWORD;
	if (phase == PHASE_ACCOUNT && reason == POLICY_EXPIRED)
		return WIRE_REASON_EXPIRED;
	if (phase == PHASE_ACCOUNT || phase == PHASE_SESSION_OPEN ||
	    phase == PHASE_SESSION_CLOSE)
		return WIRE_REASON_REFUSED;
	return WIRE_REASON_WRONG;
}

static enum wire_step
worker_step(enum policy_step step)
{
	switch (step) {
	case POLICY_ALLOW:
		return WIRE_ALLOW;
	case POLICY_RENEW:
		return WIRE_RENEW;
	case POLICY_ABSTAIN:
		return WIRE_ABSTAIN;
	case POLICY_ASK:
	case POLICY_ENROLL:
	case POLICY_DENY:
		break;
	}
	return WIRE_DENY;
}

static enum status
worker_answer(struct wire_server *server, enum request_phase phase,
	      const struct session_verdict *v, struct fault *f)
{
	struct wire_verdict w = { .step = worker_step(v->step),
				  .password_proved = v->password_proved,
				  .login = v->login,
				  .session = v->session };

	if (w.step == WIRE_DENY)
		w.reason = worker_reason(phase, v->reason);
	return wire_server_finish(server, &w, f);
}

/* An unprivileged peer's groups were looked up before the sandbox. */
struct worker_io {
	struct wire_server server; /* first: io functions find it by this */
	const struct peer *peer;
};

static enum status
worker_member(struct io *io, const char *const *names, size_t n,
	      uint32_t *mask, struct fault *f)
{
	const struct peer *p = ((struct worker_io *)(void *)io)->peer;
	uint32_t in = 0;

	(void)f;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < p->groups; k++)
			if (strcmp(names[i], p->group[k]) == 0)
				in |= UINT32_C(1) << i;
	*mask = in;
	return STATUS_OK;
}

static void
worker_patience(struct io *io)
{
	((struct wire_server *)(void *)io)->answer_seconds =
		WIRE_ANSWER_SECONDS;
}

/* A server speaks for people who log in to it.  Whoever adds a device does so
 * to his own account, or root does. */
static enum status
worker_may(const struct peer *peer, enum request_phase phase, struct fault *f)
{
	if (phase == PHASE_ENROLL && peer->kind == PEER_SERVICE)
		return fault(f, STATUS_DENIED, "service %s may enroll nobody",
			     peer->service);
	return STATUS_OK;
}

static enum status
worker_talk(struct worker *w, int fd, const struct peer *peer, struct fault *f)
{
	struct worker_io io = { .peer = peer };
	struct session_env env = {
		.store = w->store,
		.keys = &w->keys,
		.config = w->config,
		.audit = &w->audit,
		.io = &io.server.io,
		.gate = &w->slots.gate,
		.host = w->host,
		.boot = w->boot,
		.unprivileged = peer->kind != PEER_ROOT,
		.only_user = peer->kind == PEER_SELF ? peer->name : NULL,
	};
	struct request request;
	struct session_verdict v;
	struct fault gone;
	WIRE_MESSAGE(wanted);
	enum status st;

	st = wire_server_start(&io.server, fd, &wanted, f);
	if (st != STATUS_OK)
		return st;
	if (wanted.type == WIRE_QUERY)
		return self_answer(w, &io.server, peer, wanted.u.query.what,
				   f);
	request = wanted.u.request;
	if (peer->kind != PEER_ROOT) {
		io.server.io.member = worker_member;
		io.server.io.patience = worker_patience;
		/* A place that nobody else has meanwhile; but setting up a
		 * device takes a person's time, once it is that person. */
		io.server.answer_seconds = WIRE_ANSWER_SECONDS_SELF;
	}
	peer_constrain(peer, &request);
	v = (struct session_verdict){ .step = POLICY_DENY,
				      .reason = POLICY_RULE_DENIES };
	st = worker_may(peer, request.phase, f);
	if (st == STATUS_OK)
		st = session_run(&env, &request, &v, f);
	if (st == STATUS_OK && v.reason == POLICY_UNTIMELY)
		syslog(LOG_ALERT,
		       "the clock is behind what the store has seen: codes "
		       "that depend on time are refused; 'sigractl doctor' "
		       "says more");
	if (st == STATUS_OK)
		return worker_answer(&io.server, request.phase, &v, f);
	status_ignore(worker_answer(&io.server, request.phase, &v, &gone),
		      "the first failure is the one to tell");
	return st;
}

enum status
worker_open(struct worker *w, const struct config *config, struct fault *f)
{
	const char *where = config->store_where, *name;
	enum status st;

	w->config = config;
	if ((st = host_name(w->host, sizeof(w->host), f)) != STATUS_OK ||
	    (st = host_boot(w->boot, f)) != STATUS_OK ||
	    (st = crypto_start(f)) != STATUS_OK ||
	    (st = store_open(where, STORE_WRITE, &w->store, f)) != STATUS_OK ||
	    (st = file_split(strchr(where, ':') + 1, w->store_dir,
			     sizeof(w->store_dir), &name, f)) != STATUS_OK)
		return st;
	audit_start(&w->audit, w->store, w->host, worker_syslog, NULL);
	return slots_open(&w->slots, w->store_dir,
			  (unsigned)config->verifier_slots, f);
}

void
worker_close(struct worker *w)
{
	slots_close(&w->slots);
	store_close(w->store);
	crypto_keys_wipe(&w->keys);
}

/*
 * The key that the store knows.  A rekey that was cut off between its commit
 * and its renaming has left it beside the old one: it opens this store, and
 * so it is the one.
 */
static enum status
worker_key(struct worker *w, struct fault *f)
{
	char path[sizeof(w->config->store_key) + 4];
	struct buf b;
	enum status st;

	st = crypto_keys_load(w->config->store_key, geteuid(), &w->keys, f);
	if (st == STATUS_OK)
		st = session_key_check(w->store, &w->keys, f);
	if (st == STATUS_OK)
		return st;
	buf_start(&b, path, sizeof(path));
	buf_printf(&b, "%s.new", w->config->store_key);
	if (crypto_keys_load(path, geteuid(), &w->keys, NULL) != STATUS_OK ||
	    session_key_check(w->store, &w->keys, NULL) != STATUS_OK)
		return st;
	syslog(LOG_WARNING, "a rekey broke off: run 'sigractl store rekey' "
			    "again, which finishes it");
	return STATUS_OK;
}

enum status
worker_serve(struct worker *w, int fd, const struct peer *peer,
	     struct fault *f)
{
	enum status st;

	/* Not before: a worker may have stood here while the key changed. */
	if ((st = worker_key(w, f)) != STATUS_OK ||
	    (st = sandbox_shut(w->store_dir, f)) != STATUS_OK)
		return st;
	return worker_talk(w, fd, peer, f);
}
