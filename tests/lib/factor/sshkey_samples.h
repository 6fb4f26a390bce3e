/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FACTOR_SSHKEY_SAMPLES_H
#define TESTS_FACTOR_SSHKEY_SAMPLES_H

/* Lines of .pub files. */
extern const char sample_ed25519[];
extern const char sample_ec256[];
extern const char sample_ec384[];
extern const char sample_ec521[];
extern const char sample_rsa[];
extern const char sample_authority[];
extern const char sample_user_cert[];
extern const char sample_host_cert[];
extern const char sample_any_cert[];
extern const char sample_force_cert[];
extern const char sample_critical_cert[];
extern const char sample_p16_cert[];
extern const char sample_p17_cert[];
extern const char sample_rsa_cert[];
extern const char sample_ec256_cert[];
extern const char sample_ec521_cert[];
extern const char sample_dsa[];
extern const char sample_weak[];
/* What ssh-keygen -l says. */
extern const char sample_rsa_fingerprint[];
/* Hex: by sample_ed25519, of the bytes 0 to 31 (ssh-keygen -Y sign). */
extern const char sample_sshsig[];

#endif
