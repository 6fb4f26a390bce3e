/* SPDX-License-Identifier: MIT */
/* A made credential, taken apart and checked; pure, in the child's sandbox. */
#ifndef FIDO_PARSE_H
#define FIDO_PARSE_H

#include "fido/fido.h"

/*
 * FIDO_DONE and what OUT says, or FIDO_BROKEN (no credential of this RP, not
 * touched, not verified though that is required), FIDO_UNSUPPORTED (an
 * algorithm or format that we do not know), FIDO_ATTESTATION (its signature is
 * wrong, or there is none though it is wanted, or its certificate is of
 * another model).  That a certificate's issuer is anybody known is not
 * checked: there is no list of them.
 */
enum fido_end parse_credential(const struct fido_request *request,
			       struct fido_reply *out);

#endif
