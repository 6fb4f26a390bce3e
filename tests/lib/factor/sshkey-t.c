/* SPDX-License-Identifier: MIT */
#include "factor/sshkey.h"

#include "sshkey_samples.h"
#include "test.h"

static struct sshkey
line(const char *text)
{
	struct sshkey key = { .blob_len = 0 };
	struct fault f = { .text = "" };
	char comment[65];

	CHECK_OK(sshkey_line_parse(text, strlen(text), &key, comment,
				   sizeof(comment), &f),
		 &f);
	return key;
}

/* Refused, with these words, and nothing is written. */
static void
refused(const char *text, const char *words)
{
	struct sshkey key = { .blob_len = 77 };
	struct fault f = { .text = "" };
	char comment[65] = "before";

	CHECK_EQ(sshkey_line_parse(text, strlen(text), &key, comment,
				   sizeof(comment), &f),
		 STATUS_INVALID);
	if (strstr(f.text, words) == NULL)
		test_note("%s", f.text);
	CHECK(strstr(f.text, words) != NULL);
	CHECK(key.blob_len == 77 && key.type[0] == '\0');
	CHECK_STR(comment, "before");
}

static void
kinds(void)
{
	static const struct {
		const char *text, *type;
		bool certificate;
	} rows[] = {
		{ sample_ed25519, "ssh-ed25519", false },
		{ sample_ec256, "ecdsa-sha2-nistp256", false },
		{ sample_ec384, "ecdsa-sha2-nistp384", false },
		{ sample_ec521, "ecdsa-sha2-nistp521", false },
		{ sample_rsa, "ssh-rsa", false },
		{ sample_user_cert, "ssh-ed25519-cert-v01@openssh.com", true },
		{ sample_rsa_cert, "ssh-rsa-cert-v01@openssh.com", true },
		{ sample_ec256_cert,
		  "ecdsa-sha2-nistp256-cert-v01@openssh.com", true },
		{ sample_ec521_cert,
		  "ecdsa-sha2-nistp521-cert-v01@openssh.com", true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sshkey key = line(rows[i].text), again;
		struct fault f = { .text = "" };
		char text[SSHKEY_TEXT_SIZE];

		CHECK_STR(key.type, rows[i].type);
		CHECK_EQ(key.certificate, rows[i].certificate);
		CHECK(!key.sk);
		CHECK_OK(sshkey_text(key.type, key.blob, key.blob_len, text,
				     sizeof(text), &f),
			 &f);
		CHECK(strncmp(text, rows[i].text, strlen(text)) == 0);
		CHECK_OK(sshkey_pair_parse(text, strlen(text), &again, &f),
			 &f);
		CHECK_EQ(memcmp(&key, &again, sizeof(key)), 0);
		CHECK_EQ(sshkey_text(key.type, key.blob, key.blob_len, text,
				     strlen(text), &f),
			 STATUS_INVALID);
	}
}

static void
certificates(void)
{
	struct sshkey authority = line(sample_authority);
	struct sshkey key = line(sample_user_cert);

	CHECK(key.user_certificate);
	CHECK_EQ(key.principals, 2);
	CHECK_STR(key.principal[0], "ann");
	CHECK_STR(key.principal[1], "bob");
	CHECK_EQ(key.valid_after, 1577836800);
	CHECK_EQ(key.valid_before, 1893456000);
	CHECK_EQ(key.authority_len, authority.blob_len);
	CHECK_EQ(memcmp(key.authority, authority.blob, authority.blob_len), 0);
	key = line(sample_host_cert);
	CHECK(!key.user_certificate);
	CHECK_EQ(key.valid_after, 0);
	CHECK(key.valid_before == UINT64_MAX);
	key = line(sample_any_cert);
	CHECK_EQ(key.principals, 0);
	key = line(sample_force_cert);
	CHECK_EQ(key.principals, 1);
	key = line(sample_p16_cert);
	CHECK_EQ(key.principals, 16);
	CHECK_STR(key.principal[15], "16");
	key = line(sample_ec521_cert);
	authority = line(sample_ec384);
	CHECK_EQ(key.authority_len, authority.blob_len);
	CHECK_EQ(memcmp(key.authority, authority.blob, authority.blob_len), 0);
	refused(sample_p17_cert, "certificate");
	refused(sample_critical_cert, "certificate");
}

/* No byte too few or too many, and what a bit makes of it is still whole. */
static void
torn(const char *sample)
{
	struct sshkey key = line(sample), out;
	uint8_t longer[STORE_SSH_BLOB_MAX] = { 0 };
	struct fault f = { .text = "" };
	unsigned passed = 0;

	memcpy(longer, key.blob, key.blob_len);
	for (size_t len = 0; len < key.blob_len; len++)
		passed += sshkey_blob_parse(longer, len, NULL, &out, &f) !=
			  STATUS_INVALID;
	for (size_t len = key.blob_len + 1; len < sizeof(longer); len += 7)
		passed += sshkey_blob_parse(longer, len, NULL, &out, &f) !=
			  STATUS_INVALID;
	CHECK_EQ(passed, 0);
	CHECK_OK(sshkey_blob_parse(longer, key.blob_len, NULL, &out, &f), &f);
	CHECK_EQ(sshkey_blob_parse(longer, key.blob_len, "ssh-dss", &out, &f),
		 STATUS_INVALID);
	CHECK_EQ(sshkey_blob_parse(longer, STORE_SSH_BLOB_MAX + 1, NULL, &out,
				   &f),
		 STATUS_INVALID);
	for (size_t bit = 0; bit < key.blob_len * 8; bit++) {
		longer[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (sshkey_blob_parse(longer, key.blob_len, NULL, &out, &f) ==
		    STATUS_OK)
			passed += out.blob_len != key.blob_len ||
				  memcmp(out.blob, longer, key.blob_len) != 0;
		longer[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	CHECK_EQ(passed, 0);
}

static void
weak(void)
{
	refused(sample_dsa, "DSA");
	refused(sample_weak, "2048");
	refused("ssh-ed448 AAAACXNzaC1lZDQ0OA==", "no type of key");
	refused("ssh-rsa AAAAB3NzaC1yc2E=", "RSA");
}

struct blob {
	uint8_t at[STORE_SSH_BLOB_MAX];
	size_t len;
};

static void
add(struct blob *b, const void *bytes, size_t len)
{
	const uint8_t size[4] = { 0, 0, (uint8_t)(len >> 8), (uint8_t)len };

	memcpy(b->at + b->len, size, sizeof(size));
	memcpy(b->at + b->len + sizeof(size), bytes, len);
	b->len += sizeof(size) + len;
}

static enum status
rsa(const uint8_t *e, size_t e_len, size_t n_len, uint8_t first, uint8_t last)
{
	struct blob b = { .len = 0 };
	uint8_t n[2051] = { 0 };
	struct fault f = { .text = "" };
	struct sshkey key;

	add(&b, "ssh-rsa", 7);
	add(&b, e, e_len);
	n[0] = first;
	n[1] = 0x80;
	n[n_len - 1] |= last;
	add(&b, n, n_len);
	return sshkey_blob_parse(b.at, b.len, NULL, &key, &f);
}

static void
rsa_numbers(void)
{
	static const uint8_t good[] = { 1, 0, 1 }, three[] = { 3 },
			     one[] = { 1 }, even[] = { 1, 0, 0 },
			     zero[] = { 0 }, padded[] = { 0, 3 },
			     negative[] = { 0x83 },
			     big[] = { 0, 0xff, 1, 1, 1, 1, 1, 1, 1 },
			     bigger[] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };

	CHECK_EQ(rsa(good, 3, 257, 0, 1), STATUS_OK);
	CHECK_EQ(rsa(three, 1, 257, 0, 1), STATUS_OK);
	CHECK_EQ(rsa(big, 9, 257, 0, 1), STATUS_OK);
	CHECK_EQ(rsa(good, 3, 2049, 0, 1), STATUS_OK);
	CHECK_EQ(rsa(good, 3, 2050, 1, 1), STATUS_INVALID);
	CHECK_EQ(rsa(good, 3, 256, 0x7f, 1), STATUS_INVALID); /* 2047 bits */
	CHECK_EQ(rsa(good, 3, 257, 1, 1), STATUS_OK);	      /* 2049 */
	CHECK_EQ(rsa(good, 3, 256, 0, 1), STATUS_INVALID);
	CHECK_EQ(rsa(good, 3, 257, 0x80, 1), STATUS_INVALID); /* negative */
	CHECK_EQ(rsa(good, 3, 257, 0, 0), STATUS_INVALID);    /* even */
	CHECK_EQ(rsa(one, 1, 257, 0, 1), STATUS_INVALID);
	CHECK_EQ(rsa(even, 3, 257, 0, 1), STATUS_INVALID);
	CHECK_EQ(rsa(zero, 1, 257, 0, 1), STATUS_INVALID);
	CHECK_EQ(rsa(zero, 0, 257, 0, 1), STATUS_INVALID);
	CHECK_EQ(rsa(padded, 2, 257, 0, 1), STATUS_INVALID);
	CHECK_EQ(rsa(negative, 1, 257, 0, 1), STATUS_INVALID);
	CHECK_EQ(rsa(bigger, 10, 257, 0, 1), STATUS_INVALID);
}

static enum status
sk(const char *type, const char *curve, size_t point, uint8_t first,
   const char *application, size_t application_len, struct sshkey *key)
{
	struct blob b = { .len = 0 };
	struct fault f = { .text = "" };
	uint8_t at[66] = { first, 2, 3 };

	add(&b, type, strlen(type));
	if (curve != NULL)
		add(&b, curve, strlen(curve));
	add(&b, at, point);
	add(&b, application, application_len);
	return sshkey_blob_parse(b.at, b.len, type, key, &f);
}

static void
security_keys(void)
{
	static const char ed[] = "sk-ssh-ed25519@openssh.com";
	static const char ec[] = "sk-ecdsa-sha2-nistp256@openssh.com";
	char longest[130];
	struct sshkey key;

	memset(longest, 'a', sizeof(longest));
	CHECK_EQ(sk(ed, NULL, 32, 9, "ssh:", 4, &key), STATUS_OK);
	CHECK(key.sk && key.algorithm == -8 && key.public_len == 32 &&
	      key.public[0] == 9);
	CHECK_STR(key.application, "ssh:");
	CHECK_EQ(sk(ec, "nistp256", 65, 4, "ssh:me", 6, &key), STATUS_OK);
	CHECK(key.sk && key.algorithm == -7 && key.public_len == 64 &&
	      key.public[0] == 2);
	CHECK_STR(key.application, "ssh:me");
	CHECK_EQ(sk(ed, NULL, 32, 9, longest, 128, &key), STATUS_OK);
	CHECK_EQ(sk(ed, NULL, 32, 9, longest, 129, &key), STATUS_INVALID);
	CHECK_EQ(sk(ed, NULL, 32, 9, "", 0, &key), STATUS_INVALID);
	CHECK_EQ(sk(ed, NULL, 32, 9, "ssh:\0x", 6, &key), STATUS_INVALID);
	CHECK_EQ(sk(ed, NULL, 32, 9, "ssh: ", 5, &key), STATUS_INVALID);
	CHECK_EQ(sk(ed, NULL, 31, 9, "ssh:", 4, &key), STATUS_INVALID);
	CHECK_EQ(sk(ed, NULL, 33, 9, "ssh:", 4, &key), STATUS_INVALID);
	CHECK_EQ(sk(ec, "nistp256", 65, 2, "ssh:", 4, &key), STATUS_INVALID);
	CHECK_EQ(sk(ec, "nistp256", 64, 4, "ssh:", 4, &key), STATUS_INVALID);
	CHECK_EQ(sk(ec, "nistp384", 65, 4, "ssh:", 4, &key), STATUS_INVALID);
}

int
main(void)
{
	kinds();
	certificates();
	torn(sample_ed25519);
	torn(sample_ec256);
	torn(sample_rsa);
	torn(sample_force_cert);
	weak();
	rsa_numbers();
	security_keys();
	return test_done();
}
