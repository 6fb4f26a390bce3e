/* SPDX-License-Identifier: MIT */
/* What an attempt works with, of the shell around it. */
#include "session/attempt.h"

enum status
session_gate_enter(const struct session_env *env, struct fault *f)
{
	return env->gate == NULL ? STATUS_OK : env->gate->enter(env->gate, f);
}

void
session_gate_leave(const struct session_env *env)
{
	if (env->gate != NULL)
		env->gate->leave(env->gate);
}

int64_t
session_now(const struct session_env *env)
{
	return env->io->now(env->io);
}

struct factor_env
session_factor_env(const struct session_attempt *a)
{
	const struct session_env *env = a->env;
	const struct config *c = env->config;

	return (struct factor_env){
		.store = env->store,
		.keys = env->keys,
		.cost = { .memory_kib = (uint32_t)c->argon2_memory_kib,
			  .passes = (uint32_t)c->argon2_passes,
			  .lanes = (uint32_t)c->argon2_lanes },
		.now = session_now(env),
		.clock_behind = a->clock_behind,
		.breach = env->breach,
		.service = a->request->service,
		.address = a->source.has_address ? &a->source.address : NULL,
		.from = a->source.key,
		.issuer = c->jwt_accept ? c->jwt_issuer : NULL,
		.host = env->host,
	};
}
