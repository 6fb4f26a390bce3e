/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as an assertion of a security key, and as a signature that an SSH
 * agent gives: nothing is good but what the key has signed.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "factor/fido2_library.h"
#include "factor/sshkey.h"
#include "store/sealed.h"

/* What a check of a row asks the store for. */
const char *
store_sealed_name(enum store_sealed which)
{
	return which == STORE_SEALED_KEY ? "key.sealed" : "ssh_key.sealed";
}

enum status
store_ssh_key_find(struct store *s, const struct id *account,
		   const uint8_t *blob, size_t len, struct store_ssh_key *out,
		   struct fault *f)
{
	(void)s;
	(void)account;
	(void)blob;
	(void)len;
	(void)out;
	return fault(f, STATUS_NOT_FOUND, "there is no store");
}

enum status
store_ssh_key_used(struct store *s, const struct id *id, int64_t count,
		   bool anyhow, int64_t now, struct fault *f)
{
	(void)s;
	(void)id;
	(void)count;
	(void)anyhow;
	(void)now;
	return fault(f, STATUS_NOT_FOUND, "there is no store");
}

static const struct crypto_keys fuzz_keys = { { 1 } };
static const struct factor_env fuzz_env = { .keys = &fuzz_keys,
					    .now = 1700000000 };

static void
fuzz_need(bool well)
{
	if (!well)
		abort();
}

/* The first bytes say which key, and how long the data are. */
static void
fuzz_assertion(const uint8_t *bytes, size_t len)
{
	const struct fido2_known *known;
	uint8_t public[STORE_PUBLIC_MAX], hash[32], right[FIDO2_AUTHDATA_SIZE];
	struct fido2_verdict v = { .refusal = FIDO2_REFUSED };
	struct fault f = { .text = "" };
	struct fido2_assertion a;
	size_t n, split;

	if (len < 2)
		return;
	known = &fido2_known[bytes[0] % FIDO2_KNOWN_COUNT];
	split = bytes[1] < len - 2 ? bytes[1] : len - 2;
	n = strlen(known->public) / 2;
	fuzz_need(text_unhex(known->public, public, n) &&
		  text_unhex(fido2_known_hash, hash, sizeof(hash)) &&
		  text_unhex(fido2_known_authdata, right, sizeof(right)));
	a = (struct fido2_assertion){ bytes + 2, split, bytes + 2 + split,
				      len - 2 - split };
	fuzz_need(fido2_signature_check(fido2_known_rp, known->algorithm,
					public, n, hash, bytes[0] >= 128, &a,
					&v, &f) == STATUS_OK);
	if (v.refusal == FIDO2_GOOD)
		fuzz_need(split == sizeof(right) && v.sign_count == 7 &&
			  memcmp(right, a.authdata, sizeof(right)) == 0);
	else
		fuzz_need(v.refusal != FIDO2_REFUSED && v.sign_count == 0);
}

static void
fuzz_row(bool ecdsa, struct store_ssh_key *row)
{
	static const char ed[] = "\0\0\0\032sk-ssh-ed25519@openssh.com\0\0\0 ";
	static const char ec[] = "\0\0\0\042sk-ecdsa-sha2-nistp256@openssh.com"
				 "\0\0\0\010nistp256\0\0\0\101\004";
	static const char application[] = "\0\0\0\004ssh:";
	const struct fido2_known *known = &fido2_known[ecdsa ? 0 : 1];
	const size_t head = ecdsa ? sizeof(ec) - 1 : sizeof(ed) - 1;
	const size_t n = strlen(known->public) / 2;
	struct fault f = { .text = "" };

	*row = (struct store_ssh_key){ .account = { "fuzz" } };
	memcpy(row->blob, ecdsa ? ec : ed, head);
	fuzz_need(text_unhex(known->public, row->blob + head, n));
	memcpy(row->blob + head + n, application, sizeof(application) - 1);
	row->blob_len = head + n + sizeof(application) - 1;
	memcpy(row->type, row->blob + 4, row->blob[3]);
	fuzz_need(sshkey_row_make(&fuzz_env, row, &f) == STATUS_OK);
}

static void
fuzz_signature(const uint8_t *bytes, size_t len)
{
	static struct store_ssh_key rows[2];
	const uint8_t hash[32] = { 2 };

	if (rows[0].blob_len == 0)
		for (size_t i = 0; i < 2; i++)
			fuzz_row(i == 1, &rows[i]);
	for (size_t i = 0; i < 2; i++) {
		struct fido2_verdict v = { .refusal = FIDO2_REFUSED };
		struct fault f = { .text = "" };

		fuzz_need(sshkey_sk_verify(&fuzz_env, &rows[i], hash, bytes,
					   len, &v, &f) == STATUS_OK);
		fuzz_need(v.refusal != FIDO2_REFUSED &&
			  v.refusal != FIDO2_GOOD && v.refusal != FIDO2_ROW);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	fuzz_assertion(bytes, len);
	fuzz_signature(bytes, len);
	return 0;
}
