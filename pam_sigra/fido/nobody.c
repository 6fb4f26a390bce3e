/* SPDX-License-Identifier: MIT */
#include "fido/nobody.h"

#include <errno.h>
#include <fido.h>
#include <grp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "crypto/crypto.h"
#include "fido/sandbox.h"

#define NOBODY 65534 /* uid and gid; the kernel's own overflow ids */

static enum status
nobody_identity(struct fault *f)
{
	if (geteuid() != 0)
		return STATUS_OK;
	if (setgroups(0, NULL) != 0 ||
	    setresgid(NOBODY, NOBODY, NOBODY) != 0 ||
	    setresuid(NOBODY, NOBODY, NOBODY) != 0)
		return fault_errno(f, errno, "cannot become nobody");
	if (setuid(0) == 0)
		return fault(f, STATUS_SYSTEM, "root could be regained");
	return STATUS_OK;
}

enum status
nobody_become(unsigned seconds, struct fault *f)
{
	enum status st = nobody_identity(f);

	if (st != STATUS_OK)
		return st;
	/* After the change of identity, which sets it anew. */
	if (prctl(PR_SET_DUMPABLE, 0) != 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return fault_errno(f, errno, "cannot give up privileges");
	(void)signal(SIGALRM, SIG_DFL);
	(void)alarm(seconds);
	return STATUS_OK;
}

/* A public key as libfido2 keeps it, x and y: the base point of P-256, which
 * is nobody's. */
static const uint8_t nobody_public[64] = {
	0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6,
	0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb,
	0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f,
	0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a,
	0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e,
	0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
};

/* One verification of nothing: OpenSSL reads its configuration and finds its
 * providers. */
void
sandbox_prepare(void)
{
	/* DER of the numbers 1 and 1. */
	static const uint8_t signature[] = { 0x30, 0x06, 0x02, 0x01,
					     0x01, 0x02, 0x01, 0x01 };
	static const uint8_t hash[32] = { 0 };
	uint8_t data[37] = { [32] = 0x01 };
	fido_assert_t *a = fido_assert_new();

	crypto_sha256("none", 4, data);
	if (a != NULL && fido_assert_set_rp(a, "none") == FIDO_OK &&
	    fido_assert_set_clientdata_hash(a, hash, sizeof(hash)) ==
		    FIDO_OK &&
	    fido_assert_set_count(a, 1) == FIDO_OK &&
	    fido_assert_set_authdata_raw(a, 0, data, sizeof(data)) ==
		    FIDO_OK &&
	    fido_assert_set_sig(a, 0, signature, sizeof(signature)) == FIDO_OK)
		(void)fido_assert_verify(a, 0, COSE_ES256, nobody_public);
	fido_assert_free(&a);
}
