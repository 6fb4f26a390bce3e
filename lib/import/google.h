/* SPDX-License-Identifier: MIT */
/*
 * ~/.google_authenticator, as google-authenticator(1) makes it and its PAM
 * module keeps it: the key in base32, options in lines that begin with a
 * double quote and a blank, emergency codes of eight digits.
 */
#ifndef IMPORT_GOOGLE_H
#define IMPORT_GOOGLE_H

#include "factor/otp.h"

#define IMPORT_GOOGLE_MAX 65536 /* bytes of a file */
#define IMPORT_SCRATCH_MAX 100
#define IMPORT_SCRATCH_DIGITS 8

struct import_google {
	struct otp_device device; /* without a label */
	int64_t moved;		  /* as store_otp.moved */
	int64_t skew;		  /* steps that the device's clock is off */
	int64_t window;		  /* codes that were taken; 0: not said */
	unsigned scratch;	  /* emergency codes left */
};

/*
 * Hostile input.  STATUS_INVALID when it holds no key, neither kind of code,
 * or what nobody could have written; the fault quotes nothing of it.
 */
enum status import_google(const char *bytes, size_t len,
			  struct import_google *out, struct secret *key,
			  struct fault *f) MUST_USE;

/* The Nth (from 0) emergency code of a file that import_google() took; false
 * behind the last. */
bool import_google_scratch(const char *bytes, size_t len, unsigned n,
			   struct secret *out);

#endif
