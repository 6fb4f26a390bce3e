/* SPDX-License-Identifier: MIT */
#include "sigrad/worker.h"

#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include "base/boot.h"
#include "base/file.h"
#include "base/text.h"
#include "factor/fido2.h"
#include "session/keycheck.h"
#include "session/session.h"
#include "sigrad/host.h"
#include "sigrad/sandbox.h"
#include "sigrad/keys.h"
#include "sigrad/logind.h"
#include "sigrad/self.h"
#include "sigrad/terminal.h"
#include "store/room.h"
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
	return wire_server_finish(server, &w, &v->exports, f);
}

/* A server speaks for people who log in to it.  Whoever adds a device, or
 * joins an organization, does so with his own account, or root does. */
static enum status
worker_may(const struct peer *peer, enum request_phase phase, struct fault *f)
{
	if ((phase == PHASE_ENROLL || phase == PHASE_ACCEPT) &&
	    peer->kind == PEER_SERVICE)
		return fault(f, STATUS_DENIED, "service %s may enroll nobody",
			     peer->service);
	return STATUS_OK;
}

static enum status
worker_query(struct worker *w, struct wire_server *server,
	     const struct peer *peer, const struct wire_message *m,
	     struct fault *f)
{
	bool keys = m->u.query.what == WIRE_AUTHORIZED;

	if (!peer_may(peer->kind, keys))
		return fault(f, STATUS_DENIED, "uid %u may not ask for that",
			     peer->uid);
	return keys ? keys_authorized(w, server, m->u.query.user, f)
		    : self_answer(w, server, peer, m->u.query.what, f);
}

/* The last there is: who reads it has little time. */
static void
worker_full(struct worker *w)
{
	int64_t given = store_reserve_given(w->store);
	struct store_room room = { .reserve = 0 };
	struct fault f;

	if (given == 0)
		return;
	status_ignore(store_room(w->store, &room, &f), "then 0 is said");
	syslog(LOG_ALERT,
	       "the disk of the store is full: %lld KiB of its reserve were "
	       "given back and %lld are left, then every login is denied: "
	       "make room, see 'sigractl doctor'",
	       (long long)given / 1024, (long long)room.reserve / 1024);
}

static enum status
worker_login(struct worker *w, struct terminal *t, const struct peer *peer,
	     const struct request *request, struct fault *f)
{
	const struct session_env env = {
		.store = w->store,
		.keys = &w->keys,
		.config = w->config,
		.audit = &w->audit,
		.io = &t->server.io,
		.gate = &w->slots.gate,
		.host = w->host,
		.boot = w->boot,
		.breach = &w->breach,
		.unprivileged = peer->kind != PEER_ROOT,
		.only_user = peer->kind == PEER_SELF ? peer->name : NULL,
	};
	struct session_verdict v = { .step = POLICY_DENY,
				     .reason = POLICY_RULE_DENIES };
	enum status st = worker_may(peer, request->phase, f);
	struct fault gone;

	if (st == STATUS_OK)
		st = session_run(&env, request, &v, f);
	worker_full(w);
	if (st == STATUS_OK && v.reason == POLICY_UNTIMELY)
		syslog(LOG_ALERT,
		       "the clock is behind what the store has seen: codes "
		       "that depend on time are refused; 'sigractl doctor' "
		       "says more");
	if (st == STATUS_OK)
		return worker_answer(&t->server, request->phase, &v, f);
	status_ignore(worker_answer(&t->server, request->phase, &v, &gone),
		      "the first failure is the one to tell");
	return st;
}

static enum status
worker_talk(struct worker *w, int fd, const struct peer *peer, struct fault *f)
{
	struct terminal t;
	struct request request;
	WIRE_MESSAGE(wanted);
	enum status st;

	st = wire_server_start(&t.server, fd, &wanted, f);
	if (st != STATUS_OK)
		return st;
	if (wanted.type == WIRE_QUERY)
		return worker_query(w, &t.server, peer, &wanted, f);
	if (!peer_may(peer->kind, false))
		return fault(f, STATUS_DENIED, "uid %u may not ask for that",
			     peer->uid);
	request = wanted.u.request;
	peer_constrain(peer, &request);
	terminal_start(&t, peer, &request, &w->touch, w->control);
	st = worker_login(w, &t, peer, &request, f);
	terminal_end(&t);
	return st;
}

void
worker_preload(void)
{
	struct fault f;

	/* What is missing is missed by those whose login needs it. */
	status_ignore(logind_load(&f), "then nobody is known to be here");
	status_ignore(fido2_library_load(&f), "then no key is believed");
}

enum status
worker_preload_if_needed(struct worker *w, struct fault *f)
{
	enum status st;

	if (w->preloaded)
		return STATUS_OK;
	st = store_key_any(w->store, &w->preloaded, f);
	if (st == STATUS_OK && w->preloaded)
		worker_preload();
	return st;
}

enum status
worker_open(struct worker *w, const struct config *config, struct fault *f)
{
	const char *where = config->store_where, *name;
	enum status st;

	w->config = config;
	if ((st = host_name(w->host, sizeof(w->host), f)) != STATUS_OK ||
	    (st = boot_id(w->boot, f)) != STATUS_OK ||
	    (st = crypto_start(f)) != STATUS_OK ||
	    (st = store_open(where, STORE_LOGIN, &w->store, f)) != STATUS_OK ||
	    (st = file_split(strchr(where, ':') + 1, w->store_dir,
			     sizeof(w->store_dir), &name, f)) != STATUS_OK)
		return st;
	touch_open(&w->touch, config->verifier_socket);
	breach_open(&w->breach, config->password_breach_file, geteuid());
	audit_start(&w->audit, w->store, w->host, worker_syslog, NULL);
	return slots_open(&w->slots, w->store_dir,
			  (unsigned)config->verifier_slots, f);
}

void
worker_close(struct worker *w)
{
	slots_close(&w->slots);
	touch_close(&w->touch);
	breach_close(&w->breach);
	store_close(w->store);
	crypto_keys_wipe(&w->keys);
}

static enum status
worker_key(struct worker *w, struct fault *f)
{
	bool broke_off;
	enum status st;

	st = session_key_load(w->store, w->config->store_key, geteuid(),
			      &w->keys, &broke_off, f);
	if (st == STATUS_OK && broke_off)
		syslog(LOG_WARNING,
		       "a rekey broke off: run 'sigractl store rekey' again, "
		       "which finishes it");
	return st;
}

enum status
worker_serve(struct worker *w, int fd, const struct peer *peer,
	     struct fault *f)
{
	enum status st;

	/* Not before: a worker may have stood here while the key changed. */
	if ((st = worker_key(w, f)) != STATUS_OK ||
	    (st = sandbox_shut(w->store_dir, w->touch.dir, f)) != STATUS_OK)
		return st;
	return worker_talk(w, fd, peer, f);
}
