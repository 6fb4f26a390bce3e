/* SPDX-License-Identifier: MIT */
/* An SSH key that lives in a security key: sshd has seen it proved, or it has
 * signed for us through the person's agent. */
#include <string.h>

#include "factor/sshkey_blob.h"

static bool
ssh_sk_any(void *ctx, const struct store_ssh_key *row)
{
	bool certificate;
	const struct sshkey_kind *kind =
		sshkey_kind_find(row->type, strlen(row->type), &certificate);

	*(bool *)ctx = row->authority || (kind != NULL && kind->sk);
	return !*(bool *)ctx;
}

static enum status
ssh_sk_enrolled(const struct factor_env *env, const struct id *account,
		bool *out, struct fault *f)
{
	bool any = false;
	enum status st;

	st = store_ssh_key_list(env->store, account, ssh_sk_any, &any, f);
	if (st == STATUS_OK)
		*out = any;
	return st;
}

static const char *const ssh_sk_ways[] = { "ssh_sk", "ssh_agent", NULL };

const struct factor factor_ssh_sk = {
	.name = "ssh-sk",
	.ways = ssh_sk_ways,
	.enrolled = ssh_sk_enrolled,
	.settle = sshkey_settle,
};
