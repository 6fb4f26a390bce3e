/* SPDX-License-Identifier: MIT */
/* An SSH key that sshd has seen proved. */
#include "factor/sshkey_blob.h"

static bool
ssh_key_any(void *ctx, const struct store_ssh_key *row)
{
	(void)row;
	*(bool *)ctx = true;
	return false;
}

static enum status
ssh_key_enrolled(const struct factor_env *env, const struct id *account,
		 bool *out, struct fault *f)
{
	bool any = false;
	enum status st;

	st = store_ssh_key_list(env->store, account, ssh_key_any, &any, f);
	if (st == STATUS_OK)
		*out = any;
	return st;
}

static const char *const ssh_key_ways[] = { "ssh_key", NULL };

const struct factor factor_ssh_key = {
	.name = "ssh-key",
	.ways = ssh_key_ways,
	.enrolled = ssh_key_enrolled,
	.settle = sshkey_settle,
};
