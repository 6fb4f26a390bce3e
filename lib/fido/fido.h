/* SPDX-License-Identifier: MIT */
/*
 * What the verifier and sigra-fido say to each other, as bytes, and the
 * verifier's part of it as a conversation.  One frame is one packet; numbers
 * are big-endian, byte strings have a 16-bit length.  Decoding refuses a
 * short, long or trailing byte and any number outside its enum.  sigra-fido(8)
 * documents the bytes.
 *
 *   verifier                sigra-fido
 *   REQUEST         ->
 *                   <-      EVENT   (any number, at most FIDO_EVENTS_MAX)
 *   PIN             ->              (to FIDO_EVENT_PIN only)
 *   CANCEL          ->              (at any time)
 *                   <-      REPLY, and the end
 *
 * Nothing in a reply is true until lib/factor/fido2.h has checked it.
 */
#ifndef FIDO_FIDO_H
#define FIDO_FIDO_H

#include "base/io.h"

#define FIDO_VERSION 1
#define FIDO_KEYS_MAX 10 /* entries of an allow or exclude list */
#define FIDO_RP_SIZE 129
#define FIDO_CREDENTIAL_MAX 512
#define FIDO_HASH_SIZE 32
#define FIDO_AUTHDATA_MAX 1536 /* raw, not wrapped in CBOR */
#define FIDO_SIGNATURE_MAX 600
#define FIDO_STATEMENT_MAX 4096 /* an attestation statement, CBOR */
#define FIDO_PUBLIC_MAX 600
#define FIDO_PIN_MIN 4
#define FIDO_PIN_MAX 63 /* bytes (CTAP 2.1, 6.5.1) */
#define FIDO_EVENTS_MAX 64

enum fido_verb {
	FIDO_ASSERT = 1, /* authenticatorGetAssertion */
	FIDO_MAKE,	 /* authenticatorMakeCredential */
	FIDO_PARSE,	 /* open no device: take a made credential apart, and
			    check its attestation */
};

/* As enum rule_uv; a room may not know it. */
enum fido_uv { FIDO_UV_PREFERRED = 1, FIDO_UV_REQUIRED, FIDO_UV_DISCOURAGED };

struct fido_entry {
	char rp[FIDO_RP_SIZE];
	uint8_t id[FIDO_CREDENTIAL_MAX];
	size_t id_len;
};

struct fido_request {
	enum fido_verb verb;
	unsigned insert_seconds; /* 0: only what is plugged in now */
	unsigned touch_seconds;	 /* for the touch, and for each PIN's round */
	enum fido_uv uv;
	bool pin; /* MAKE, ASSERT: use the PIN even where a fingerprint could
		     do */
	uint8_t hash[FIDO_HASH_SIZE]; /* of the client data */
	size_t entries;		      /* ASSERT: allowed; MAKE: excluded */
	struct fido_entry entry[FIDO_KEYS_MAX];
	/* MAKE, PARSE */
	char rp[FIDO_RP_SIZE];
	uint8_t user[64]; /* the user handle: no name (WebAuthn 14.6.1) */
	size_t user_len;
	char name[65]; /* shown by a key that has a display */
	bool resident;
	bool attestation; /* MAKE: ask for it; PARSE: it must be right */
	/* PARSE */
	char format[32]; /* "packed", "fido-u2f", "none" */
	uint8_t authdata[FIDO_AUTHDATA_MAX];
	size_t authdata_len;
	uint8_t statement[FIDO_STATEMENT_MAX];
	size_t statement_len;
};

enum fido_event_kind {
	FIDO_EVENT_INSERT = 1, /* no key that can answer is there yet */
	FIDO_EVENT_TOUCH,      /* one is, and waits to be touched */
	FIDO_EVENT_FINGER,     /* ... to read a fingerprint */
	FIDO_EVENT_PIN,	       /* its PIN is needed; TRIES are left */
	FIDO_EVENT_PIN_WRONG,  /* that was wrong; TRIES are left */
	FIDO_EVENT_BUSY,       /* one is in use by another program */
};

struct fido_event {
	enum fido_event_kind kind;
	unsigned tries; /* PIN, PIN_WRONG */
};

/* How it ended.  Each has a word (audit) and a sentence (people). */
enum fido_end {
	FIDO_DONE = 1,
	FIDO_NO_KEY,	  /* none that can answer came in time */
	FIDO_TIMEOUT,	  /* it was not touched in time */
	FIDO_CANCELLED,	  /* by the verifier, or the person at the key */
	FIDO_PIN_INVALID, /* wrong, and not asked for again */
	FIDO_PIN_BLOCKED, /* for good, until the key is reset */
	FIDO_PIN_PAUSED,  /* three wrong: until it is plugged in anew */
	FIDO_NO_PIN,	  /* verification is required, and it has neither PIN
			     nor fingerprint */
	FIDO_IN_USE,	  /* by another program, for all of the time */
	FIDO_EXCLUDED,	  /* MAKE: it holds one of the excluded already */
	FIDO_FULL,	  /* MAKE: no room for a resident credential */
	FIDO_UNSUPPORTED, /* the key cannot do what is wanted */
	FIDO_ATTESTATION, /* PARSE: the attestation is not right */
	FIDO_DENIED,	  /* this side may not open the key's device */
	FIDO_BROKEN,	  /* the key answered nonsense */
};

struct fido_reply {
	enum fido_end end;
	/* FIDO_DONE: ASSERT */
	size_t entry;			     /* which answered */
	uint8_t authdata[FIDO_AUTHDATA_MAX]; /* MAKE, too */
	size_t authdata_len;
	uint8_t signature[FIDO_SIGNATURE_MAX];
	size_t signature_len;
	/* FIDO_DONE: MAKE */
	char format[32];
	uint8_t statement[FIDO_STATEMENT_MAX];
	size_t statement_len;
	char transports[32];
	/* FIDO_DONE: PARSE.  The RP id hash, UP and the client data were
	 * found right. */
	uint8_t id[FIDO_CREDENTIAL_MAX];
	size_t id_len;
	int64_t algorithm;		 /* COSE: -7, -8, -257 */
	uint8_t public[FIDO_PUBLIC_MAX]; /* as store_key.public */
	size_t public_len;
	uint8_t aaguid[16];
	bool uv;
	bool attested;
	int64_t sign_count;
};

enum fido_frame_kind {
	FIDO_FRAME_REQUEST = 1,
	FIDO_FRAME_PIN,
	FIDO_FRAME_CANCEL,
	FIDO_FRAME_EVENT,
	FIDO_FRAME_REPLY,
};

/* A request is 12 KiB: on the heap where stacks are small.  It may hold a PIN:
 * declare it only as `FIDO_FRAME(frame);`, or wipe it. */
struct fido_frame {
	enum fido_frame_kind kind;
	union {
		struct fido_request request;
		struct secret pin;
		struct fido_event event;
		struct fido_reply reply;
	} u;
};
void fido_frame_wipe(struct fido_frame *frame);
#define FIDO_FRAME(name)                                                      \
	__attribute__((cleanup(                                               \
		fido_frame_wipe))) struct fido_frame name = { .kind = 0 }

/* Pure.  BYTES holds IO_FRAME_MAX.  What decodes encodes to the same bytes.
 * Only what the verb or the end is about is sent.  STATUS_INVALID: no frame
 * that may be sent; STATUS_PROTOCOL: BYTES are none, and FRAME is all zero. */
enum status fido_encode(const struct fido_frame *frame, uint8_t *bytes,
			size_t *len, struct fault *f) MUST_USE;
enum status fido_decode(const uint8_t *bytes, size_t len,
			struct fido_frame *frame, struct fault *f) MUST_USE;

const char *fido_end_name(enum fido_end end);	  /* "pin_blocked"; audit */
const char *fido_end_sentence(enum fido_end end); /* what to do; people */

/* For whom the conversation is. */
struct fido_cue {
	const char *service; /* from outside, as are the others; "" in
				sigractl */
	const char *user;
	const char *host;
	const char *hint; /* said behind "Plug in ...": how that wait ends;
			     NULL: nothing */
	/* Called when a key is to be touched, before the person is told, and
	 * when that is over; NULL: nobody asks.  STATUS_BUSY: another touch
	 * is wanted at this seat, and the conversation ends so. */
	enum status (*touch)(void *ctx, bool wanted, struct fault *);
	void *ctx;
};

/*
 * Open the device IO_DEVICE_KEY, ask it, show cues (io->tell) and ask for
 * PINs (io->ask, PURPOSE_PIN; before the last try, for confirmation, too),
 * until it has replied; then close it.  An interrupted wait is FIDO_CANCELLED,
 * a PIN not given likewise; our own time being over is FIDO_TIMEOUT.
 * STATUS_UNAVAILABLE: there is no such device, or its program ended;
 * STATUS_PROTOCOL: it broke the rules above; STATUS_BUSY: see touch.
 */
enum status fido_ask(struct io *io, const struct fido_cue *cue,
		     const struct fido_request *request,
		     struct fido_reply *out, struct fault *f) MUST_USE;

#endif
