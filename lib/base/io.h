/* SPDX-License-Identifier: MIT */
/*
 * The conversation as an interface.  A prompt carries what it is for, so that
 * nothing ever has to be recognised by its wording; who answers (a PAM
 * application behind the wire, a terminal, a script in a test) is not known
 * here.
 */
#ifndef BASE_IO_H
#define BASE_IO_H

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/secret.h"

/* A QR code of half blocks is about 5 KiB; what PAM_MAX_MSG_SIZE (512) says is
 * kept by no caller. */
#define PROMPT_TEXT_SIZE 8192
/* misc_conv(3) reads 511 bytes and does not say when it has cut: an answer
 * that fills its buffer is refused, so 510 can be handed over whole. */
#define ANSWER_MAX 510
#define IO_GROUPS_MAX 16

enum prompt_kind {
	PROMPT_SECRET = 1, /* answer is not echoed */
	PROMPT_VISIBLE,	   /* answer is echoed */
	PROMPT_INFO,	   /* no answer */
	PROMPT_ERROR,	   /* no answer */
};

enum prompt_purpose {
	PURPOSE_NONE = 0,
	PURPOSE_PASSWORD,     /* the password to log in with */
	PURPOSE_OLD_PASSWORD, /* the current one, before a change */
	PURPOSE_NEW_PASSWORD,
	PURPOSE_NEW_PASSWORD_AGAIN,
	PURPOSE_CODE,	   /* a one-time code, alone */
	PURPOSE_COMBINED,  /* password and code in one answer */
	PURPOSE_CONFIRM,   /* the first code of a device being enrolled */
	PURPOSE_TYPE_BACK, /* one of the backup codes just shown */
	PURPOSE_CHOICE,	   /* yes or no */
};

struct prompt {
	enum prompt_kind kind;
	enum prompt_purpose purpose;
	char text[PROMPT_TEXT_SIZE];
};

struct io {
	/*
	 * Ask and wait.  STATUS_CANCELLED: no answer (Ctrl-C, a NULL
	 * response, a conversation that cannot).  STATUS_INVALID: longer
	 * than ANSWER_MAX.  An empty answer is STATUS_OK and len 0.
	 */
	enum status (*ask)(struct io *, const struct prompt *,
			   struct secret *answer, struct fault *);
	/* Show a PROMPT_INFO or PROMPT_ERROR; best effort. */
	enum status (*tell)(struct io *, const struct prompt *,
			    struct fault *);
	/*
	 * Of which of these Unix groups is the user a member?  Bit i of
	 * *mask answers names[i]; n <= IO_GROUPS_MAX.  Asked only when a
	 * rule names a group, so that nobody else pays for NSS.
	 */
	enum status (*member)(struct io *, const char *const *names, size_t n,
			      uint32_t *mask, struct fault *);
	/* Seconds since the epoch. */
	int64_t (*now)(struct io *);
	/* Seconds since this boot, suspended ones too (CLOCK_BOOTTIME). */
	int64_t (*uptime)(struct io *);
	/* From here on answers may take a person's time: who is asked has
	 * proved himself and sets something up.  NULL: they may anyway. */
	void (*patience)(struct io *);
	/* Sleep; a test's clock moves instead. */
	void (*pause)(struct io *, unsigned milliseconds);
};

#endif
