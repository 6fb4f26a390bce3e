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
	PURPOSE_CODE,	    /* a one-time code, alone */
	PURPOSE_COMBINED,   /* password and code in one answer */
	PURPOSE_CONFIRM,    /* the first code of a device being enrolled */
	PURPOSE_TYPE_BACK,  /* one of the backup codes just shown */
	PURPOSE_CHOICE,	    /* yes or no */
	PURPOSE_PIN,	    /* of a security key */
	PURPOSE_PASTE,	    /* an answer that another machine's key made */
	PURPOSE_CUE,	    /* told, not asked: what to do with a key now;
			       shown to whoever wants silence, too */
	PURPOSE_ORG,	    /* which organization to act for */
	PURPOSE_INVITATION, /* the code of an invitation to accept */
};

struct prompt {
	enum prompt_kind kind;
	enum prompt_purpose purpose;
	char text[PROMPT_TEXT_SIZE];
};

/* What somebody beside the person may answer: programs that the terminal's
 * side starts, and that speak lib/fido's and lib/sshagent's frames. */
enum io_device {
	IO_DEVICE_KEY = 1, /* sigra-fido: security keys at this machine */
	IO_DEVICE_AGENT,   /* sigra-agent: the person's own SSH agent */
};
#define IO_FRAME_MAX 8192 /* bytes of one frame */
#define IO_DEVICE_FDS 2

/* Where the caller is; anything but IO_LOCAL is treated as far away. */
enum io_where {
	IO_UNKNOWN = 0,
	IO_REMOTE = 0x35,
	IO_LOCAL = 0xca,
};
#define IO_SEAT_SIZE 33
struct io_place {
	enum io_where where;
	char seat[IO_SEAT_SIZE]; /* IO_LOCAL: "seat0"; [A-Za-z0-9-], else "" */
	const char *why; /* what decided: "rhost", "ancestor", "logind",
			    "console", ...; static, never NULL */
};

/* A touch that is wanted now: what the signal under the runtime directory
 * says (sigrad(8)). */
struct io_touch {
	const char *service; /* from outside, as is `user` */
	const char *user;
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

	/*
	 * A device's program; one is open at a time, and all of these are
	 * NULL where there can be none.  open: STATUS_UNAVAILABLE when it
	 * cannot be started here.  receive waits up to SECONDS for a frame
	 * (BYTES of IO_FRAME_MAX); STATUS_CANCELLED: the person has
	 * interrupted (Ctrl-C) or is gone, STATUS_LOST: the program has
	 * ended, STATUS_BUSY: nothing came in time.  close ends it.
	 */
	enum status (*device_open)(struct io *, enum io_device,
				   struct fault *);
	enum status (*device_send)(struct io *, const uint8_t *bytes,
				   size_t len, struct fault *);
	enum status (*device_receive)(struct io *, int seconds, uint8_t *bytes,
				      size_t *len, struct fault *);
	void (*device_close)(struct io *);
	/* On a terminal's side: what to poll beside other things; when one is
	 * readable, device_receive() of 0 seconds has something to say.
	 * Returns how many of IO_DEVICE_FDS. */
	size_t (*device_fds)(struct io *, int *fds);
	/* Where is the caller, by kernel and logind?  NULL: unknown. */
	enum status (*place)(struct io *, struct io_place *, struct fault *);
	/* The keys of a seat are asked by one login at a time: STATUS_BUSY
	 * while another is.  Between touch_begin() and touch_end(), inside
	 * that, a touch is wanted, as the runtime directory says. */
	enum status (*seat_enter)(struct io *, const char *seat,
				  struct fault *);
	void (*seat_leave)(struct io *);
	enum status (*touch_begin)(struct io *, const struct io_touch *,
				   struct fault *);
	void (*touch_end)(struct io *);
};

#endif
