/* SPDX-License-Identifier: MIT */
#include "sigrad/worker.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include "base/text.h"
#include "config/config.h"
#include "session/keycheck.h"
#include "session/session.h"
#include "sigrad/host.h"
#include "wire/wire.h"

/* The kernel's word on who made the socket. */
static enum status
worker_check_peer(int fd, struct fault *f)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);
	int type = 0;
	socklen_t type_len = sizeof(type);

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_len) != 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
		return fault(f, STATUS_DENIED,
			     "descriptor 0 is no socket of pam_sigra");
	if (type != SOCK_SEQPACKET)
		return fault(f, STATUS_DENIED,
			     "descriptor 0 is no packet socket");
	if (peer.uid != 0)
		return fault(f, STATUS_DENIED, "peer is uid %u, not root",
			     peer.uid);
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

static enum status
worker_talk(int fd, struct session_env *env, struct fault *f)
{
	struct wire_server server;
	struct request request;
	struct session_verdict v;
	enum status st;

	if ((st = wire_server_start(&server, fd, &request, f)) != STATUS_OK)
		return st;
	env->io = &server.io;
	st = session_run(env, &request, &v, f);
	if (st != STATUS_OK) {
		struct fault gone;

		status_ignore(worker_answer(&server, request.phase, &v, &gone),
			      "the first failure is the one to tell");
		return st;
	}
	return worker_answer(&server, request.phase, &v, f);
}

static enum status
worker_run(int fd, const struct config *config, struct fault *f)
{
	char host[256], boot[ID_LENGTH + 1];
	struct audit audit;
	enum status st;
	AUTO_STORE struct store *store = NULL;
	CRYPTO_KEYS(keys);

	if ((st = host_name(host, sizeof(host), f)) != STATUS_OK ||
	    (st = host_boot(boot, f)) != STATUS_OK ||
	    (st = crypto_start(f)) != STATUS_OK ||
	    (st = crypto_keys_load(config->store_key, geteuid(), &keys, f)) !=
		    STATUS_OK ||
	    (st = store_open(config->store_where, STORE_WRITE, &store, f)) !=
		    STATUS_OK ||
	    (st = session_key_check(store, &keys, f)) != STATUS_OK)
		return st;
	audit_start(&audit, store, host, worker_syslog, NULL);
	return worker_talk(fd,
			   &(struct session_env){ .store = store,
						  .keys = &keys,
						  .config = config,
						  .audit = &audit,
						  .host = host,
						  .boot = boot },
			   f);
}

enum status
worker_serve(int fd, const char *config_path, struct fault *f)
{
	struct config config;
	enum status st;
	uid_t uid;
	gid_t gid;

	if ((st = worker_check_peer(fd, f)) != STATUS_OK ||
	    (st = config_load(config_path, 0, &config, f)) != STATUS_OK ||
	    (st = store_owner(config.store_where, &uid, &gid, f)) !=
		    STATUS_OK ||
	    (st = host_become(uid, gid, f)) != STATUS_OK)
		return st;
	return worker_run(fd, &config, f);
}
